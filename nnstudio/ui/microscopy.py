"""Opens the microscope in the place of the cards, and brings it the state that it holds.

The state is asked of the run like one that is saved: training goes on untouched. What takes long, the way of a whole
mini-batch through convolutions, is worked out beside.
"""

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal
from PySide6.QtWidgets import QWidget

from nnstudio.core.run.commands import Answer
from nnstudio.core.run.example import AnyExample, Chosen, SplitName, TypedInputs
from nnstudio.core.run.frame import Frame
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.trace import Trace
from nnstudio.ui.microscope.microscope import Microscope
from nnstudio.ui.session import Session

POLLING_MILLISECONDS = 20


class Microscopy(QObject):
    """page: what stands in the place of `cards` while it is open."""

    changed = Signal(bool)  # whether it is open

    def __init__(self, session: Session, cards: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._cards = session, cards
        self.page = Microscope()
        self.page.hide()
        self._chosen: AnyExample | None = None
        self._held: Held | None = None
        self.page.closed.connect(self.close)
        self.page.newest_wanted.connect(self._ask)
        self.page.example_wanted.connect(self._look_at)
        session.frame_shown.connect(self._follow)
        self._batch = QTimer(self, interval=POLLING_MILLISECONDS)
        self._batch.timeout.connect(self._await_batch)

    @property
    def is_open(self) -> bool:
        """Whether the microscope is in the place of the cards."""
        return not self.page.isHidden()

    def toggle(self) -> None:
        """Open it with the example in hand, else the first of the next mini-batch; or close it."""
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
        self._batch.stop()
        self._show(False)
        self.page.let_go()
        self._held = None
        self._cards.setFocus()
        self.changed.emit(False)

    def _show(self, closer: bool) -> None:
        self._cards.setHidden(closer)
        self.page.setHidden(not closer)

    def _ask(self) -> None:
        self._session.save(self._hold)

    def _hold(self, answer: Answer) -> None:
        state, frame = answer.state, self._session.frame
        if state is None or frame is None or frame.experiment.dataset != state.experiment.dataset:
            self.changed.emit(self.is_open)
            return  # other data are on their way; there is nothing to hold yet
        self._held = held = Held(state, frame.dataset)
        QThreadPool.globalInstance().start(lambda: held.way)
        self._batch.start()
        chosen = self._chosen
        typed = isinstance(chosen, TypedInputs) and chosen.target is not None and chosen.fits(frame.dataset)
        if not typed and not (isinstance(chosen, Chosen) and chosen.split.of(frame.dataset) is not None):
            chosen = Chosen(SplitName.TRAINING, int(held.batch[0]))
        if not self.is_open:
            self._show(True)
            self.page.setFocus()
            self.changed.emit(True)
        self._look_at(chosen)

    def _look_at(self, chosen: AnyExample | None) -> None:
        if self._held is not None and chosen is not None:
            self._chosen = chosen
            self.page.show_trace(Trace.of(self._held, chosen))
            self._session.look_at(chosen)

    def _await_batch(self) -> None:
        """When the mini-batch has been worked out, what waits for it is shown."""
        if self._held is None or self._held.worked_out:
            self._batch.stop()
            self.page.renew()

    def _follow(self, frame: Frame) -> None:
        if self.is_open:
            self.page.show_frame(frame)
