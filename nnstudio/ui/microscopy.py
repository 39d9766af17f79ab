"""Opens the microscope in the place of the cards, and brings it the state that it holds.

The state is asked of the run like one that is saved: training goes on untouched. What takes long, the way of a whole
mini-batch through convolutions, is worked out beside.
"""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from nnstudio.core.run.commands import Answer
from nnstudio.core.run.example import AnyExample, Chosen, SplitName, TypedInputs
from nnstudio.core.run.frame import Frame
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.trace import Trace
from nnstudio.ui.desk import Desk
from nnstudio.ui.microscope.beside import Beside
from nnstudio.ui.microscope.microscope import Microscope
from nnstudio.ui.session import Session
from nnstudio.ui.slide import Slide
from nnstudio.ui.visiting import Visiting


class Microscopy(QObject):
    """page: what stands in the place of `cards` while it is open; that of the network grows into it."""

    changed = Signal(bool)  # whether it is open

    def __init__(
        self, session: Session, visiting: Visiting, cards: Desk, network: QWidget, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._visiting, self._cards = session, visiting, cards
        self.page = Microscope()
        self.page.hide()
        stays = next(card for card in cards.cards if card.isAncestorOf(network))
        self._slide = Slide(cards, cards.cards, stays)
        self._chosen: AnyExample | None = None
        self._held: Held | None = None
        self._doing = self._asking = self._looking = self._early = False
        self.page.closed.connect(self.close)
        self.page.newest_wanted.connect(self._ask_for_now)
        self.page.example_wanted.connect(self._look_at)
        self.page.update_wanted.connect(self._do_update)
        session.frame_shown.connect(self._follow)
        self._beside = Beside(self)

    @property
    def is_open(self) -> bool:
        """Whether the microscope is in the place of the cards."""
        return not self.page.isHidden()

    def toggle(self) -> None:
        """Open it with the example in hand, else one of the next mini-batch; or close it."""
        if self.is_open:
            self.close()
        else:
            frame = self._session.frame
            if frame is None:  # nothing has been seen yet
                self.changed.emit(False)
                return
            self._chosen = frame.example.chosen if frame.example is not None else None
            self._ask()

    def close(self) -> None:
        """The cards come back."""
        self._beside.forget()
        if self.is_open:
            self._show(False)
        self.page.let_go()
        self._held = None
        self._cards.setFocus()
        self.changed.emit(False)

    def _show(self, closer: bool) -> None:
        if closer:
            self.page.setGeometry(self._cards.geometry())
            self._slide.away(self.page, self.page.grid.room_of_network())
        else:
            self.page.hide()  # first: there is no room for both
            self._slide.back(self.page, self.page.grid.room_of_network())
        self._cards.setHidden(closer)
        self.page.setHidden(not closer)

    def _do_update(self) -> None:
        """The run makes the update that is held; when it has, the next is held."""
        self._doing = True
        self._visiting.step()

    def _ask_for_now(self) -> None:
        self._visiting.leave()
        self._ask()

    def _ask(self) -> None:
        self._doing = False
        self._asking = True
        self._session.save(self._hold, shown=True)

    def _hold(self, answer: Answer) -> None:
        self._asking = False
        state, frame = answer.state, self._session.frame
        self._early = state is not None and frame is not None and frame.experiment.dataset != state.experiment.dataset
        if state is None or frame is None or self._early:  # with the frame of the other data it is asked for again
            self.changed.emit(self.is_open)
            return
        self._held = held = Held(state, frame.dataset)
        chosen = self._chosen
        typed = isinstance(chosen, TypedInputs) and chosen.target is not None and chosen.fits(frame.dataset)
        if not typed and not (isinstance(chosen, Chosen) and chosen.split.of(frame.dataset) is not None):
            chosen = Chosen(SplitName.TRAINING, held.telling)
        if not self.is_open:
            self._show(True)
            self.page.setFocus()
            self.changed.emit(True)
        self._look_at(chosen)
        self._beside.begin(lambda: held.update, lambda _: self._show_batch(), partial(self._fail, held))

    def _look_at(self, chosen: AnyExample | None) -> None:
        held = self._held
        if held is None or chosen is None:
            return
        self._chosen = chosen
        self._session.look_at(chosen)
        if Trace.waits(held, chosen):
            self.page.wait(held.awaited)
        else:
            self.page.show_trace(Trace.of(held, chosen))

    def _show_batch(self) -> None:
        """The mini-batch has been worked out: what waits for it is shown."""
        if self.page.waits:
            self._look_at(self._chosen)
        else:
            self.page.renew()

    def _fail(self, held: Held, why: str) -> None:
        held.trouble = (
            f"The mini-batch could not be worked out: {why}. The run is untouched; examples that are not in it can be "
            "followed, or try a smaller mini-batch."
        )
        if self.page.waits:
            self.page.wait(held.awaited)
        self.page.renew()

    def _follow(self, frame: Frame) -> None:
        if self._early:
            self._early = False
            self._ask()
        if not self.is_open:
            return
        held, visit = self._held, frame.visit
        made = self._doing and held is not None and frame.updates > held.state.updates
        looked, self._looking = self._looking or visit is not None, visit is not None
        moved = looked and held is not None and frame.updates != held.state.updates
        if made or (moved and not self._asking and (visit is None or visit.progress is None)):
            self._ask()
        self.page.show_frame(frame)
