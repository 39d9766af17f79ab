"""Which candidates are ahead.

A candidate is as good as the median of its seeds: the best of many seeds is luck. The loss decides, of the validation
or else of the test examples; where the candidates' losses are different things, the accuracy.
"""

from collections.abc import Iterable, Sequence
from statistics import median

from nnstudio.core.sweep.axis import Axis
from nnstudio.core.sweep.job import Ending, Result
from nnstudio.core.sweep.space import Trial

_OTHER_LOSSES = {"training.loss", "training.huber_delta", "dataset.kind"}
"""Settings of which each value has a loss of its own."""

_WORST = float("inf")


class Ranking:
    """Puts candidates and runs in order, best first. `by_loss`: whether the loss decides, and not the accuracy."""

    def __init__(self, axes: Iterable[Axis] = ()) -> None:
        self.by_loss = not _OTHER_LOSSES & {axis.name for axis in axes}

    def figure(self, result: Result) -> float:
        """How bad a run is: infinitely where it diverged or failed."""
        if result.ending in (Ending.DIVERGED, Ending.FAILED):
            return _WORST
        figure = result.metrics.watched_loss if self.by_loss else -result.metrics.watched_accuracy
        return figure if figure == figure else _WORST

    def candidates(self, trials: Sequence[Trial], results: Sequence[Result | None]) -> list[int]:
        """The candidates of these trials, best first; of equal ones the first. One that was stopped early has come less
        far, and comes after those that were not; one of which nothing is in comes last."""
        figures: dict[int, list[float]] = {}
        stopped: set[int] = set()
        for trial, result in zip(trials, results, strict=True):
            known = figures.setdefault(trial.candidate, [])
            if result is not None:
                known.append(self.figure(result))
                if result.ending is Ending.PAUSED:
                    stopped.add(trial.candidate)
        return sorted(figures, key=lambda each: (each in stopped, median(figures[each] or [_WORST]), each))

    def runs(self, trials: Sequence[Trial], results: Sequence[Result | None]) -> list[int]:
        """The numbers of the trials that are in, candidate by candidate, best first."""
        places = {candidate: place for place, candidate in enumerate(self.candidates(trials, results))}
        keys = [
            (places[trial.candidate], self.figure(result), number)
            for number, (trial, result) in enumerate(zip(trials, results, strict=True))
            if result is not None
        ]
        return [number for *_, number in sorted(keys)]
