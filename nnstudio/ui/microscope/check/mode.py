"""Check my calculation, on the microscope's page: what is hidden, what an answer leads to, where the focus goes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication

from nnstudio.core.trace.judgement import Verdict
from nnstudio.core.trace.quantity import Place, Quantity
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.phases import Phase
from nnstudio.ui.microscope.check.card import CheckCard
from nnstudio.ui.microscope.check.checking import Checking, Level
from nnstudio.ui.microscope.walk import Stop

if TYPE_CHECKING:
    from nnstudio.ui.microscope.microscope import Microscope

HIDDEN = "These stay hidden while you calculate."


class CheckMode(QObject):
    """Joins what is hidden to what the page shows; `announced` carries what a screen reader hears unasked."""

    announced = Signal(str)
    turned = Signal()

    def __init__(self, page: "Microscope") -> None:
        super().__init__(page)
        self._page = page
        self._stop: Stop | None = None
        self.checking = Checking()
        self.card = CheckCard(self.checking)
        self.card.changed.connect(self._renew)
        self.card.said.connect(self._say)
        page.card.answered.connect(self._judge)
        page.card.left.connect(page.setFocus)
        page.card.walked.connect(page.step)
        page.bar.checked.connect(self._turn)

    @property
    def asks(self) -> bool:
        """Whether any step is the learner's."""
        return self.checking.on and self.checking.level is not Level.WATCH

    def folds(self, trace: Trace, stop: Stop) -> bool:
        """Whether the numbers of this stop would give away what is still to be found: on the way back and in the
        update, those of a layer that nobody is asked about are made of the errors of the layers behind it."""
        if not self.asks or stop.layer is None or self.checking.steps is None:
            return False
        if stop.phase not in (Phase.BACKWARD, Phase.UPDATE) or self.checking.steps.of(
            stop.phase, stop.layer, stop.unit
        ):
            return False
        behind = [layer for layer in trace.layers[stop.layer + 1 :] if layer.z.ndim == 1]
        errors = (Place(Quantity.DZ, layer.key, (unit,)) for layer in behind for unit in range(len(layer.z)))
        return any(self.checking.hides(place) for place in errors)

    @property
    def hides_answer(self) -> bool:
        """Whether the answers, or the loss, of the example are still to be found."""
        trace = self._page.trace
        if not self.asks or trace is None:
            return False
        places = [Place(Quantity.P, 0, (unit,)) for unit in range(trace.p.size)]
        return any(self.checking.hides(place) for place in (*places, Place(Quantity.LOSS, 0, ())))

    def look_at(self, trace: Trace) -> None:
        """Another example, or another state."""
        refusal = Checking.refusal(trace)
        self._page.bar.allow_check(refusal)
        if refusal:
            self._page.bar.check.setChecked(False)
        self.checking.look_at(trace)

    def show_stop(self, stop: Stop) -> None:
        """The card's part of drawing the page."""
        before, self._stop = self._stop, stop
        if self.checking.on:
            self.card.show_stop(stop)
            if stop != before and self._has_focus():
                self.enter()

    def _has_focus(self) -> bool:
        here, card = QApplication.focusWidget(), self._page.card
        return here is not None and (here in (self._page, card) or card.isAncestorOf(here))

    def allowed(self, words: Sequence[str], stop: Stop) -> Sequence[str]:
        """Of the page's words those that give nothing away."""
        if not self.asks or self.checking.steps is None:
            return words
        steps = self.checking.steps.of(stop.phase, stop.layer, stop.unit)
        whole = stop.phase in (Phase.BACKWARD, Phase.UPDATE) or (stop.unit is None and stop.phase is not Phase.LOSS)
        if self._page.example.batch or whole:
            return (HIDDEN,)  # they speak of the mini-batch, or of the whole layer
        return (HIDDEN,) if any(self.checking.hides(step.place) for step in steps) else words

    def enter(self) -> None:
        """To the first step that can be made now."""
        walk = self._page.walk
        if walk is None or not self.asks or self.checking.steps is None or not self._page.card.isVisible():
            return
        stop = walk.stop
        for step in self.checking.open(self.checking.steps.of(stop.phase, stop.layer, stop.unit)):
            if self._page.card.focus_on(step.place):
                return
        self._page.setFocus()

    def _turn(self, on: bool) -> None:
        self.checking.on = on
        if on:
            self._page.bar.predict.setChecked(False)  # what is predicted is shown, and what is checked is hidden
        self._page.network.checking = self.checking if on else None
        self.turned.emit()
        if on:
            self._page.below.bring_forward("Check")
        self._renew()
        self._say("Your calculation is checked." if on else "All numbers are in sight.")

    def _renew(self) -> None:
        """Draw all anew, and go on where the next step is."""
        page = self._page
        page.renew()
        self.enter()

    def _judge(self, place: Place, text: str) -> None:
        judgement = self.checking.answer(place, text)
        steps = self.checking.steps
        step = steps.at(place) if steps is not None else None
        if step is None:
            return
        hint = self.checking.hint(step)
        self._say(f"{step.name}: {judgement.sentence} {hint}".strip())
        page = self._page
        page.renew()
        if judgement.verdict is Verdict.RIGHT:
            self.enter()
            return
        if judgement.verdict in (Verdict.SLIP, Verdict.WRONG):
            self.card.helped()
        page.card.focus_on(place)

    def _say(self, sentence: str) -> None:
        """Aloud, to those who cannot see it."""
        if sentence:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._page, sentence))
            self.announced.emit(sentence)
