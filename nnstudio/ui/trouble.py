"""What the window says when a run ends by itself: a rule for stopping was met, or something went wrong.

A run that diverges or fails pauses by itself and keeps its last finite weights. Each such event is said once in the
banner, with the way out, and taken back as soon as the run is well again.
"""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from nnstudio.core.run.frame import Frame, Status
from nnstudio.ui.explanations.window import OFFER
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.banner import Banner, Tone
from nnstudio.ui.widgets.figures import tick


class Trouble(QObject):
    """Watches the session's frames and errors; `banner` is where it speaks."""

    def __init__(self, session: Session, banner: Banner) -> None:
        super().__init__(banner)
        self._session = session
        self._banner = banner
        self._said: tuple[Status, int, int] | None = None
        self._recover = QAction(icon("back"), "Go back", self)
        self._recover.triggered.connect(self._go_back)
        session.frame_shown.connect(self._frame_shown)
        session.failed.connect(self._failed)

    def _frame_shown(self, frame: Frame) -> None:
        if frame.status not in {Status.DIVERGED, Status.FAILED, Status.FINISHED}:
            if self._said is not None:
                self._said = None
                self._banner.hide()
            return
        event = (frame.status, *frame.now)
        if event == self._said:
            return
        self._said = event
        if frame.status is Status.FINISHED:
            self._banner.announce(Tone.GOOD, frame.message)
            return
        offer = self._recover if frame.recovery is not None else None
        if frame.recovery is not None:
            self._recover.setText(f"{ICON_GAP}Go back with learning rate {tick(frame.recovery)}")
            self._recover.setToolTip("Returns to the newest weights no worse than the first, and takes smaller steps.")
            self._recover.setWhatsThis(OFFER.html("Go back", self._recover.toolTip()))
        run, updates = frame.now
        details = f"Run {run}, update {updates}, status {frame.status.value}.\n{frame.experiment}"
        self._banner.announce(Tone.BAD, frame.message, offer, details)

    def _failed(self, sentence: str) -> None:
        self._banner.announce(Tone.BAD, sentence)

    def _go_back(self) -> None:
        self._banner.hide()
        self._session.recover()
