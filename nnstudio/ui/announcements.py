"""What is said aloud without being asked, to those who cannot see the window: that a run started, stopped, reached its
goal or went wrong.

A screen reader finishes its sentence first, and hears from here at most once in two seconds; of what came meanwhile the
last is said.
"""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from nnstudio.core.run.frame import Frame, Status
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.figures import decimal, grouped

MILLISECONDS = 2000


class Announcements(QTimer):
    """Watches the session and speaks for `window`; `announced` carries each sentence."""

    announced = Signal(str)

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window, singleShot=True, interval=MILLISECONDS)
        self._window = window
        self._status = Status.READY
        self._waiting = ""
        self.timeout.connect(self._speak)
        session.frame_shown.connect(self._frame_shown)

    def _frame_shown(self, frame: Frame) -> None:
        before, self._status = self._status, frame.status
        if frame.status is before or frame.status is Status.READY:
            return
        self._waiting = _sentence(frame)
        if not self.isActive():
            self._speak()

    def _speak(self) -> None:
        sentence, self._waiting = self._waiting, ""
        if sentence:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._window, sentence))
            self.announced.emit(sentence)
            self.start()


def _sentence(frame: Frame) -> str:
    """What has become of the run."""
    match frame.status:
        case Status.LEARNING:
            return "Training."
        case Status.PAUSED:
            if frame.visit is not None:
                return f"Paused at update {grouped(frame.now[1])}."
            return f"Paused at update {grouped(frame.updates)}, train loss {decimal(frame.metrics.train_loss)}."
        case _:
            return frame.message
