"""Predict first: a question about the next number, a guess, the gap between them, and three causes to choose from.

A prediction that is made before the number is seen, its gap, and an explanation of the gap are remembered better than a
number that is only shown (Kim, Reinecke & Hullman 2017, Explaining the Gap).
"""

from dataclasses import dataclass
from functools import cached_property
from random import Random

from nnstudio.core.trace.facts import Cause
from nnstudio.core.trace.quantity import Place

CAUSES = 3
FINENESS = 40
"""So many steps an axis has from end to end."""
NEAR = 0.05
"""What lies nearer to the middle than this share of the axis's longer side counts as near it."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """The next number, before it is shown.

    name: what is asked for; place: which number that is; known: what can be seen beforehand, as a sentence
    choices: what can be said without a number, three signs or the names of several weights; right: which one is true
    low, high: the ends of an axis for its size; equal where there is none
    pivot, near: the three signs are below, within `near` of, and above `pivot`
    causes: all that could be said of why; less, more: how the number is called that lies below, or above, a guess
    seed: the same question has the same three causes, in the same order
    """

    name: str
    asked: str
    place: Place
    known: str
    value: float
    choices: tuple[str, ...]
    right: int
    causes: tuple[Cause, ...]
    low: float = 0.0
    high: float = 0.0
    pivot: float = 0.0
    near: float = 0.0
    less: str = "low"
    more: str = "high"
    seed: str = ""

    @property
    def has_axis(self) -> bool:
        """Whether its size can be guessed as well."""
        return self.high > self.low

    def choice_of(self, value: float) -> int:
        """Which of the three signs a value has."""
        return 0 if value < self.pivot - self.near else 2 if value > self.pivot + self.near else 1

    def moved(self, value: float | None, steps: int) -> float:
        """The mark, so many steps on; from the pivot if it stands nowhere yet."""
        start = min(max(self.pivot, self.low), self.high) if value is None else value
        return self.snapped(start + steps * (self.high - self.low) / FINENESS)

    def snapped(self, value: float) -> float:
        """The nearest place where a mark can stand."""
        step = (self.high - self.low) / FINENESS
        return self.low + min(max(round((value - self.low) / step), 0), FINENESS) * step

    def typical(self, choice: int) -> float | None:
        """Where a mark with this sign stands, half way to the end; None where the axis has no such place."""
        value = (self.low + self.pivot) / 2, self.pivot, (self.pivot + self.high) / 2
        found = self.snapped(value[choice])
        return found if self.choice_of(found) == choice else None


@dataclass(frozen=True, slots=True)
class Guess:
    """What a learner said; both None: "I do not know"."""

    choice: int | None = None
    value: float | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing was said."""
        return self.choice is None and self.value is None


class Outcome:
    """What became of a guess.

    gap: by how much the number is above what was guessed; None where no size was guessed
    hit: whether what was said is right; None for "I do not know"
    """

    def __init__(self, question: Question, guess: Guess) -> None:
        self.question, self.guess = question, guess
        self.gap = None if guess.value is None else question.value - guess.value
        self.hit: bool | None = None if guess.is_empty else guess.choice == question.right
        if self.gap is not None:
            self.hit = abs(self.gap) <= 2 * question.near

    @property
    def way(self) -> int:
        """1 for a number that is higher than was said, −1 for a lower one, 0 for a good guess or none."""
        if self.hit is not False or not self.question.has_axis:
            return 0
        if self.gap is not None:
            return 1 if self.gap > 0 else -1
        assert self.guess.choice is not None
        return 1 if self.question.right > self.guess.choice else -1

    @property
    def why(self) -> str:
        """What is asked about it. It only asks why so high if there is a cause that pulls that way."""
        pulled = self.way and self._true.pull in (0, self.way)
        return f"Why so {self.question.more if self.way > 0 else self.question.less}?" if pulled else "Why?"

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """One that holds and two that do not, in an order of their own."""
        random, true = Random(self.question.seed), self._true
        false = [cause for cause in self.question.causes if not cause.holds]
        random.shuffle(false)
        chosen = [true]
        while len(chosen) < CAUSES:
            # One that does not give itself away beside those chosen already, as far as there is one.
            false.sort(key=lambda cause: any(cause.kin(other) for other in chosen))
            chosen.append(false.pop(0))
        random.shuffle(chosen)
        return tuple(chosen)

    @property
    def _true(self) -> Cause:
        asked = self.question
        holding = [cause for cause in asked.causes if cause.holds]
        side = self.way
        if not side and asked.has_axis:  # where it lies; of what is near the pivot, what brought it there
            side = asked.right - 1 or (-1 if asked.value > asked.pivot else 1)
        fitting = [cause for way in (side, 0) for cause in holding if cause.pull == way]
        return (fitting or holding)[0]
