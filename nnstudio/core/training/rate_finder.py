"""Which learning rate suits: train on a copy while the rate rises, and look where the loss falls fastest and where it
turns.

The learning-rate range test of L. N. Smith (Cyclical Learning Rates for Training Neural Networks, 2015 and 2017,
section 3.3), with a rate that rises by the same factor from each update to the next, as S. Gugger and J. Howard do it.
The run itself is not touched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import floor, log10

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.experiment.choices import ScheduleKind
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.training.divergence import Diverged
from nnstudio.core.training.pieces import Pieces
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Trainer

_RATE = settings_of(TrainingSpec)["learning_rate"]
LOWEST, HIGHEST = float(_RATE.minimum), float(_RATE.maximum)
PER_DECADE = 50
"""Updates while the rate becomes ten times as large."""
KEPT = 0.9
"""So much of the smoothed loss is what it was before."""
DIVERGED = 4.0
"""It has diverged where the smoothed loss is so many times its lowest, and above all that it was in the beginning."""
BEGINNING = 25
"""Updates at rates so low that they change nothing: what is seen there is the loss before the test, and its noise."""
FALLS = 0.95
"""A loss that never comes below so much of what it was before does not fall."""
NOISE = 0.9
"""Nor does one that stays within so many standard deviations of the mini-batches' losses: three of those of the
difference between the mean of the beginning and a smoothed loss, √(1/25 + (1 − β)/(1 + β)) = 0.3."""
NEARLY = 0.02
"""What is left of its fall where a loss counts as lowest: one that has come down to nothing stays there for long."""
_WINDOW = PER_DECADE // 5
ROUND = (1, 2, 3, 5)

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RangeTest:
    """What a range test has found so far, one value for each update.

    rates: with which it was made; losses: the data loss of its mini-batch, before it
    smoothed: sₜ = mₜ / (1 − βᵗ) with mₜ = β mₜ₋₁ + (1 − β) Lₜ, m₀ = 0, β = 0.9: the mean of about the last ten, which
    the division keeps from beginning at 0 (the bias correction of Adam; Kingma, Ba 2015, section 3)
    end: why it has ended, a sentence; empty while it goes on
    """

    rates: Values
    losses: Values
    smoothed: Values
    end: str = ""

    @property
    def share(self) -> float:
        """How far it has come on the way to the highest rate."""
        return 1.0 if self.end else len(self.losses) / len(all_rates())

    @property
    def before(self) -> float:
        """The loss before the test: the mean of its beginning; NaN before that."""
        return float(self.losses[:BEGINNING].mean()) if len(self.losses) >= BEGINNING else float("nan")

    @property
    def _lowest(self) -> int | None:
        """Where the smoothed loss has come down to its lowest, if it falls at all."""
        if len(self.smoothed) <= BEGINNING:
            return None
        smoothed, before = self.smoothed[BEGINNING:], self.before
        lowest, noise = float(smoothed.min()), NOISE * float(self.losses[:BEGINNING].std())
        if not lowest < min(FALLS * before, before - noise):
            return None
        return BEGINNING + int(np.argmax(smoothed <= lowest + NEARLY * (before - lowest)))

    @property
    def lowest(self) -> float | None:
        """The rate at which the smoothed loss has come down, nearly too large already; None if it never falls."""
        return None if self._lowest is None else float(self.rates[self._lowest])

    @property
    def tenth(self) -> float | None:
        """A tenth of that: steps that are safely small. The one that is proposed."""
        return None if self.lowest is None else max(self.lowest / 10, LOWEST)

    @property
    def steepest(self) -> float | None:
        """The rate at which the smoothed loss falls fastest with log η, over two fifths of a decade."""
        lowest = self._lowest
        if lowest is None:
            return None
        first = min(BEGINNING, lowest - 2 * _WINDOW)
        slopes = self.smoothed[first + 2 * _WINDOW : lowest + 1] - self.smoothed[first : lowest + 1 - 2 * _WINDOW]
        return float(self.rates[first + _WINDOW + int(np.argmin(slopes))])

    def loss_at(self, rate: float) -> float:
        """The smoothed loss at a rate."""
        return float(np.interp(log10(rate), np.log10(self.rates), self.smoothed))


def rounded(rate: float) -> float:
    """The largest 1, 2, 3 or 5 × a power of ten that is not above a rate, within the legal ones."""
    power = floor(log10(rate) + 1e-9)
    digit = max(digit for digit in ROUND if digit <= rate / 10.0**power * (1 + 1e-9))
    return min(max(float(f"{digit}e{power}"), LOWEST), HIGHEST)


def all_rates() -> Values:
    """The rates of a test that comes to its end, lowest first."""
    return np.geomspace(LOWEST, HIGHEST, round(PER_DECADE * log10(HIGHEST / LOWEST)) + 1)


class RateFinder(Trainer):
    """Trains a copy of a run, from a state, with the optimizer and the mini-batches that the run has. Schedule and
    rules for stopping rest meanwhile."""

    def __init__(self, state: RunState, dataset: Dataset) -> None:
        experiment = state.experiment
        super().__init__(experiment, None, state.params.dtype.type, dataset, begins=False)
        self.restore(state)
        self.apply(replace(experiment, training=replace(experiment.training, schedule=ScheduleKind.CONSTANT)))

    def tests(self) -> Iterator[RangeTest]:
        """What is known, after each update or piece of one, until the test has ended."""
        rates, losses, smoothed, mean = all_rates(), list[float](), list[float](), 0.0
        found = _so_far(rates, losses, smoothed)
        for count, rate in enumerate(rates, 1):
            self.learning_rate = float(rate)
            try:
                update = self._measured_update()
                while True:
                    try:
                        next(update)
                    except StopIteration as end:
                        loss = float(end.value)
                        break
                    yield found
            except Diverged:
                yield _so_far(rates, losses, smoothed, f"The gradient or the weights overflowed at η = {rate:.3g}.")
                return
            mean = KEPT * mean + (1 - KEPT) * loss
            losses.append(loss)
            smoothed.append(mean / (1 - KEPT**count))
            if _has_diverged(smoothed):
                yield _so_far(
                    rates, losses, smoothed, f"The loss grew to {DIVERGED:g} times its lowest at η = {rate:.3g}."
                )
                return
            found = _so_far(rates, losses, smoothed)
            yield found
        yield _so_far(rates, losses, smoothed, f"The highest rate, {HIGHEST:g}, was reached.")

    def _measured_update(self) -> Pieces[float]:
        """One update, in pieces where it takes long; the loss of its mini-batch before it."""
        if not self._batches_are_long:
            return self._quietly(self._descend, False, True)
        update = self._descend_in_parts(phased=False)
        while True:
            try:
                self._quietly(next, update)
            except StopIteration as end:
                return end.value
            yield


def first_state(state: RunState, dataset: Dataset) -> RunState:
    """The run of a state as it was before its first update, in the same precision."""
    return Trainer(state.experiment, None, state.params.dtype.type, dataset).state()


def _so_far(rates: Values, losses: list[float], smoothed: list[float], end: str = "") -> RangeTest:
    return RangeTest(rates[: len(losses)], np.array(losses), np.array(smoothed), end)


def _has_diverged(smoothed: list[float]) -> bool:
    if len(smoothed) <= BEGINNING:
        return False
    last = smoothed[-1]
    return not last < np.inf or (last > DIVERGED * min(smoothed) and last > max(smoothed[:BEGINNING]))
