"""How the candidates of a sweep stand: the figures of each one's seeds, and who is ahead.

What is not in yet is not counted; a candidate of which nothing is in has no standing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from nnstudio.core.sweep.job import Ending, Result
from nnstudio.core.sweep.ranking import Ranking
from nnstudio.core.sweep.space import Trial
from nnstudio.core.training.metrics import NAN

_SOUND = Ending.FINISHED, Ending.PAUSED


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """One candidate.

    values: of its settings, by their paths
    runs: the numbers of its trials that are in, each with its result; the best one first
    seeds: how many there will be
    """

    candidate: int
    values: Mapping[str, Any]
    runs: tuple[tuple[int, Result], ...]
    seeds: int

    @property
    def sound(self) -> tuple[Result, ...]:
        """Those that came to a finite end."""
        return tuple(result for _, result in self.runs if result.ending in _SOUND)

    @property
    def learned(self) -> int:
        """In how many of its runs something is learned."""
        return sum(result.learned_at is not None for _, result in self.runs)

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before its end, with the worse half."""
        return any(result.ending is Ending.PAUSED for _, result in self.runs)

    @property
    def median_loss(self) -> float:
        """Of the validation or else the test examples; infinite where most of its runs diverged or failed."""
        return median_of(
            [result.metrics.watched_loss if result.ending in _SOUND else float("inf") for _, result in self.runs]
        )

    @property
    def median_accuracy(self) -> float:
        """The same of the accuracy, for regression of R², over the runs that came to a finite end."""
        return median_of([result.metrics.watched_accuracy for result in self.sound])

    @property
    def updates(self) -> int:
        """How long its longest run is."""
        return max((result.updates for _, result in self.runs), default=0)


def median_of(values: Iterable[float]) -> float:
    """Of those that are not NaN; NaN of none."""
    known = [value for value in values if value == value]
    return median(known) if known else NAN


def standings(trials: Sequence[Trial], results: Sequence[Result | None], ranking: Ranking) -> tuple[Standing, ...]:
    """Of the candidates of these trials, best first, as `ranking` says. results: the last one of each trial."""
    of: dict[int, list[int]] = {}
    for number, trial in enumerate(trials):
        of.setdefault(trial.candidate, []).append(number)
    found: list[Standing] = []
    for candidate in ranking.candidates(trials, results):
        runs = [(number, result) for number in of[candidate] if (result := results[number]) is not None]
        runs.sort(key=lambda run: (ranking.figure(run[1]), run[0]))
        if runs:
            found.append(Standing(candidate, trials[of[candidate][0]].values, tuple(runs), len(of[candidate])))
    return tuple(found)
