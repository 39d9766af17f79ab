"""What is asked before which step of the walk, and what has been seen already and is not asked again."""

from nnstudio.core.trace.prediction import Guess, Outcome, Question
from nnstudio.core.trace.questions import Unpredictable, diverged, question
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.phases import Phase
from nnstudio.ui.microscope.predict.card import PredictCard
from nnstudio.ui.microscope.sheet import at_of, number
from nnstudio.ui.microscope.walk import Stop, Walk

_END = "That was the last step. Another example begins anew."
_SEEN = "The next step has been seen already; → shows it once more."
_TERM = "The next step is one term of a sum; the question comes before its last."


class Predicting:
    """Finds the question for the next stop of a walk, as far as that shows anything new.

    on: whether anybody is to be asked
    """

    def __init__(self) -> None:
        self.on = False
        self.card = PredictCard()
        self._trace: Trace | None = None
        self._furthest = 0

    def begin(self, trace: Trace) -> str:
        """Another example from now on. Returns why nothing of it can be predicted, or nothing."""
        if trace is not self._trace:
            self._trace, self._furthest = trace, 0
            self.card.show_question(None, "")
            self.card.show_outcome(None)
        return diverged(trace)

    def regrained(self) -> None:
        """Another size of steps: what has been seen is what lies before the stop of now."""
        self._furthest = 0

    @property
    def asks(self) -> bool:
        """Whether the next step waits for a guess."""
        return self.on and self.card.question is not None

    def follow(self, walk: Walk, hidden: bool = False) -> None:
        """Ask for what the step from here would show; hidden: what has been passed was not seen."""
        self._furthest = max(self._furthest, 0 if hidden else walk.here)
        if self.on:
            self.card.show_question(*self._next(walk))

    def settle(self, guess: Guess) -> None:
        """What became of a guess for the question of now."""
        if self.card.question is not None:
            self.card.show_outcome(Outcome(self.card.question, guess))

    def _next(self, walk: Walk) -> tuple[Question | None, str]:
        if self._trace is None or walk.here + 1 == len(walk.stops):
            return None, _END
        if walk.here < self._furthest:
            return None, _SEEN
        stop = walk.stops[walk.here + 1]
        if not _completes(walk, stop):
            return None, _TERM
        held = self._trace.held
        if stop.phase is Phase.UPDATE and not held.worked_out:
            return None, held.awaited
        index, unit = stop.layer or 0, stop.unit or 0
        at = at_of(self._trace.layers[index], unit)
        try:
            return question(self._trace, stop.phase, index, at, number), ""
        except Unpredictable as nothing:
            return None, f"{nothing} The next step is only shown."


def _completes(walk: Walk, stop: Stop) -> bool:
    """Whether a stop shows the last term of a sum, or all of them."""
    if stop.term is None or stop.layer is None:
        return True
    layer = walk.layers[stop.layer]
    return stop.term == (layer.forward if stop.phase is Phase.FORWARD else layer.backward)
