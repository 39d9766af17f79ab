"""The transport bar: start, stop and step training, and see how far it has come.

From left to right: Restart, New weights with the seed, Back, Play or Pause, Step, the pace of Play; epoch, update,
updates per second and the status; Export at the right end. In a narrow window the buttons keep only their icons. The
session shows frames a few times a second: fast enough to follow, slow enough to read. Data that takes long to make or
to read is announced by the status.
"""

from PySide6.QtCore import QEvent, QSize, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from nnstudio.core.run.commands import Pace
from nnstudio.core.run.frame import Frame, Status
from nnstudio.ui import theme
from nnstudio.ui.actions import Actions
from nnstudio.ui.panels.weights_group import WeightsGroup
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.action_button import action_button, set_bare
from nnstudio.ui.widgets.counter import Counter
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.pace_slider import PaceSlider
from nnstudio.ui.widgets.status_pill import StatusPill
from nnstudio.ui.widgets.toolbar import Toolbar

PATIENCE_MILLISECONDS = 250
"""Data that is there by then is not worth a word."""
NARROWEST = 640
RESTING = "–"
"""The speed of a run that does not run."""


class Transport(QFrame):
    """Buttons are drawn from the actions, figures from frames, the seed from the experiment."""

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setAccessibleName("Transport bar")
        self.epoch = Counter("epoch", 5, "How often every training example has been seen.")
        self.update_count = Counter("update", 6, "How many batches the weights have been trained on.")
        self.speed = Counter("updates/s", 5, "Updates per second, measured over the last second of training.")
        self.speed.set_text(RESTING)
        self.status = StatusPill()
        self.pace = PaceSlider()
        self.pace.chosen.connect(lambda pace: session.send(Pace(pace)))
        restart, export = action_button(actions["restart"], "labelled"), action_button(actions["export"], "primary")
        weights, closer = WeightsGroup(session, actions), action_button(actions["microscope"], "labelled")
        runs = action_button(actions["runs"], "labelled")
        self.compare = action_button(actions["compare"], "labelled")
        self._shrinking = (restart, weights.button, closer, runs, self.compare, export)
        self._pages = Toolbar([closer, runs, self.compare])
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(16, 7, 16, 8)
        row.setSpacing(8)
        row.addWidget(restart)
        row.addWidget(weights)
        for name, role in (("back", "step"), ("play", "play"), ("step", "step")):
            row.addWidget(action_button(actions[name], role))
        row.addSpacing(12)
        row.addWidget(self.pace)
        row.addSpacing(4)
        row.addWidget(_rule())
        row.addSpacing(4)
        for counter in (self.epoch, self.update_count, self.speed):
            row.addWidget(counter)
            row.addSpacing(8)
        row.addWidget(self.status)
        row.addStretch(1)
        row.addWidget(closer)
        row.addWidget(runs)
        row.addWidget(self.compare)
        row.addWidget(export)
        self._session = session
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self._show_loading)
        session.experiment_changed.connect(self._patience.start)
        session.frame_shown.connect(self.show_frame)

    def show_frame(self, frame: Frame) -> None:
        """Show how far the run is."""
        self.epoch.set_text(grouped(int(frame.epoch)))
        self.update_count.set_text(grouped(frame.updates))
        learning = frame.status is Status.LEARNING and frame.visit is None
        self.speed.set_text(rate(frame.updates_per_second) if learning else RESTING)
        # A picture from before the edit says nothing about the data that is on its way.
        if not (self.status.loading and self._session.loading):
            self.status.set_status(frame.status, frame.message, frame.now[1] if frame.visit is not None else None)
        if self._row.minimumSize().width() > self.width():
            self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(round(NARROWEST * theme.text_scale()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self._fit()

    def _fit(self) -> None:
        """One button after the other gives its text up until all that is in the bar has room; then the pace narrows."""
        self.pace.setMinimumWidth(self.pace.sizeHint().width())
        for bare in range(len(self._shrinking) + 1):
            for index, button in enumerate(self._shrinking):
                set_bare(button, index < bare)
            self._row.invalidate()
            if self._row.minimumSize().width() <= self.width():
                return
        self.pace.setMinimumWidth(0)  # its own minimum

    def _show_loading(self) -> None:
        if self._session.loading:
            self.status.set_loading()


def rate(per_second: float) -> str:
    """Updates per second in at most six characters: 0.9, 870, 22.4k, 1.2M."""
    if per_second < 9.95:
        return f"{per_second:.1f}"
    if per_second < 999.5:
        return f"{per_second:.0f}"
    if per_second < 999_950:
        return f"{per_second / 1e3:.1f}k"
    return f"{per_second / 1e6:.1f}M"


def _rule() -> QFrame:
    rule = QFrame()
    rule.setProperty("role", "rule")
    rule.setFixedWidth(1)
    return rule
