"""A learner's own calculation, judged: right by the digits typed, or the slip that explains it.

Right is tested before any slip. A slip is named only if its value fits within the typed digits and is not the right
one; if two fit both are named, and if none does, nothing is guessed.
"""

from dataclasses import dataclass
from enum import Enum

from nnstudio.core.trace.exercise import Exercise, Slip, rounded_too_early
from nnstudio.core.trace.typed import Typed, Unreadable


class Verdict(Enum):
    """What is said of an answer."""

    RIGHT = "right"
    COARSE = "right so far, give another digit"
    SLIP = "a known slip"
    WRONG = "not right yet"
    UNREADABLE = "neither right nor wrong: it cannot be read"


@dataclass(frozen=True, slots=True)
class Judgement:
    """slips: what explains a wrong answer; one, or several that give the same digits"""

    verdict: Verdict
    slips: tuple[Slip, ...] = ()

    @property
    def sentence(self) -> str:
        """What is said to the learner; never the number."""
        if self.verdict is not Verdict.SLIP:
            return f"{self.verdict.value[0].upper()}{self.verdict.value[1:]}."
        if len(self.slips) == 1:
            return self.slips[0].name
        names = [slip.name.rstrip(".") for slip in self.slips]
        return f"Either: {'; or: '.join(names)}."

    @property
    def hint(self) -> str:
        """A place to look at."""
        return self.slips[0].hint if self.slips else ""


def judge(text: str, exercise: Exercise) -> Judgement:
    """What is to be said of a typed answer."""
    try:
        typed = Typed.read(text)
    except Unreadable:
        return Judgement(Verdict.UNREADABLE)
    if typed.rounds_from(exercise.true) or exercise.low <= typed.value <= exercise.high:
        coarse = typed.coarse and typed.value != exercise.true
        return Judgement(Verdict.COARSE if coarse else Verdict.RIGHT)
    fitting = _fitting(typed, exercise.slips)
    if not fitting and exercise.calculation is not None:
        fitting = _fitting(typed, tuple(rounded_too_early(exercise.calculation)))[:1]
    return Judgement(Verdict.SLIP, fitting) if fitting else Judgement(Verdict.WRONG)


def _fitting(typed: Typed, slips: tuple[Slip, ...]) -> tuple[Slip, ...]:
    """The slips whose value rounds to what was typed; of those with one name the first."""
    if typed.coarse:
        return ()
    found = {slip.name: slip for slip in reversed(slips) if typed.rounds_from(slip.value)}
    return tuple(reversed(found.values()))
