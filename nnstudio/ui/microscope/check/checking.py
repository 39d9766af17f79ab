"""A learner's own calculation: whose each step is, what was typed for it, and what must stay hidden until then.

What was typed belongs to a state and an example, and is kept for a while; whoever comes back to them finds it again.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from nnstudio.core.trace.asked import Asked
from nnstudio.core.trace.judgement import Judgement, Verdict, judge
from nnstudio.core.trace.quantity import Place
from nnstudio.core.trace.steps import Steps
from nnstudio.core.trace.trace import Trace
from nnstudio.ui.microscope.cells import number

KEPT = 200
"""So many examples and states are remembered, those that were looked at last."""
HELPED = 2
"""After so many wrong tries the same step is worked out on another unit."""


class Level(Enum):
    """Which steps are the learner's: none, those before the sum, or all."""

    WATCH = "Watch"
    FIRST = "First steps mine"
    ALL = "All mine"


@dataclass(slots=True)
class Attempt:
    """What has become of one step: the text in its field, how it was judged, how often it was wrong, how many more
    hints were asked for, and whether the answer was shown."""

    text: str = ""
    judgement: Judgement | None = None
    judged: str = ""
    wrong: int = 0
    hints: int = 0
    shown: bool = False

    @property
    def right(self) -> bool:
        """Whether the learner has found it."""
        return self.judgement is not None and self.judgement.verdict is Verdict.RIGHT

    @property
    def done(self) -> bool:
        """Whether it is found, or shown: others may be made of it."""
        return self.right or self.shown


class Checking:
    """on: whether calculations are checked at all; steps: those of the trace that is looked at."""

    def __init__(self) -> None:
        self.on = False
        self.level = Level.ALL
        self.steps: Steps | None = None
        self._books: dict[Hashable, dict[Place, Attempt]] = {}
        self._book: dict[Place, Attempt] = {}

    def look_at(self, trace: Trace) -> None:
        """Another example, or another state, from now on, with what was typed there before."""
        self.steps = Steps(trace)
        state = trace.held.state
        arrays = (hash(array.tobytes()) for array in state.arrays())
        off = tuple(sorted((key, tuple(units)) for key, units in state.off.items()))
        tried = {key: book for key, book in self._books.items() if any(each != Attempt() for each in book.values())}
        self._book = tried.pop(page := (state.updates, state.experiment, *arrays, off, trace.chosen), {})
        self._books = dict([*tried.items(), (page, self._book)][-KEPT:])

    @staticmethod
    def refusal(trace: Trace) -> str:
        """Why nothing can be checked here; empty if it can."""
        numbers = [array for layer in trace.layers for array in (layer.z, layer.a, layer.dz)]
        if all(bool(np.isfinite(array).all()) for array in (*numbers, trace.terms.values)):
            return ""
        return "Some of these numbers have overflowed; there is nothing that could be right."

    # What is whose ----------------------------------------------------------------------------------------------------

    def step(self, place: Place | None) -> Asked | None:
        """The step of the learner's that finds this number, under whatever name."""
        if place is None or not self.on or self.steps is None:
            return None
        step = self.steps.at(self.steps.origin(place))
        return step if step is not None and self.mine(step) else None

    def mine(self, step: Asked) -> bool:
        """Whether this step is the learner's."""
        return self.on and (self.level is Level.ALL or (self.level is Level.FIRST and step.first))

    def attempt(self, place: Place) -> Attempt:
        """What has become of a step."""
        return self._book.setdefault(place, Attempt())

    def hides(self, place: Place | None) -> bool:
        """Whether this number must not be seen: somebody is asked for it, or it waits for one that somebody is."""
        if place is None or not self.on or self.steps is None or self.level is Level.WATCH:
            return False
        place = self.steps.origin(place)
        found = self._book.get(place)
        if found is not None and found.done:
            return False
        step = self.steps.at(place)
        if step is None:
            return any(self.hides(source) for source in self.steps.sources(place))
        return self.mine(step) or any(self.hides(need) for need in step.own)

    def waits_for(self, step: Asked) -> tuple[Place, ...]:
        """What has to be found before this step can be made."""
        return tuple(need for need in step.needs if self.hides(need))

    def open(self, steps: Iterable[Asked]) -> list[Asked]:
        """Those that the learner can make now."""
        return [
            step for step in steps if self.mine(step) and not self.attempt(step.place).done and not self.waits_for(step)
        ]

    def name(self, place: Place) -> str:
        """What a number is called."""
        if self.steps is None:
            return ""
        step = self.steps.at(place)
        return step.name if step is not None else self.steps.names.of(place)

    # What is done -----------------------------------------------------------------------------------------------------

    def answer(self, place: Place, text: str) -> Judgement:
        """Judge what was typed. The same wrong answer twice is one try; what cannot be read or is too short is none."""
        assert self.steps is not None
        step = self.steps.at(place)
        assert step is not None
        attempt = self.attempt(place)
        attempt.text = text
        if attempt.judgement is None or attempt.judged != text:
            attempt.judgement, attempt.judged, attempt.hints = judge(text, step.exercise), text, 0
            attempt.wrong += attempt.judgement.verdict in (Verdict.SLIP, Verdict.WRONG)
        return attempt.judgement

    def show(self, places: Iterable[Place]) -> None:
        """Give these away; they count as shown."""
        for place in places:
            self.attempt(place).shown = True

    def hint(self, step: Asked) -> str:
        """A place to look at, never the number: first of the slip, then what else helps."""
        attempt, exercise = self.attempt(step.place), step.exercise
        if attempt.judgement is None or attempt.done:
            return ""
        hints = [attempt.judgement.hint, f"The rule: {step.name} = {exercise.rule}.", _DIGITS]
        hints = [hint for hint in hints if hint]
        wrong = attempt.judgement.verdict in (Verdict.SLIP, Verdict.WRONG)
        return hints[min(attempt.hints, len(hints) - 1)] if wrong or attempt.hints else ""

    def twin(self, step: Asked) -> Asked | None:
        """The same step of another unit, best of one that may be seen."""
        return None if self.steps is None else self.steps.twin(step, lambda place: not self.hides(place))

    def worked_out(self, step: Asked) -> str:
        """A step with its numbers and its result."""
        formula = "".join(part if isinstance(part, str) else number(part) for part in step.made[1])
        return f"{step.name} = {formula} = {number(step.exercise.true)}"

    def right(self) -> tuple[int, int]:
        """How many steps were found at the first try, and how many later."""
        found = [attempt.wrong == 0 for attempt in self._book.values() if attempt.right and not attempt.shown]
        return sum(found), len(found) - sum(found)


_DIGITS = "Calculate with the numbers as they stand here, and round at the end."
