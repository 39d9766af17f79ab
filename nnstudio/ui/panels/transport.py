"""The transport bar: start, stop and step training, and see how far it has come.

From left to right: Restart, New weights with the seed, Back, Play or Pause, Step; epoch, update, updates per second and
the status; Export at the right end. The session shows frames a few times a second: fast enough to follow, slow enough
to read. Data that takes long to make or to read is announced by the status.
"""

from PySide6.QtCore import QRegularExpression, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QRegularExpressionValidator
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.setting import SettingError, settings_of
from nnstudio.core.run.frame import Frame
from nnstudio.ui.actions import Actions
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.status_pill import StatusPill

PATIENCE_MILLISECONDS = 250
"""Data that is there by then is not worth a word."""


class Transport(QFrame):
    """Buttons are drawn from the actions, figures from frames, the seed from the experiment."""

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setAccessibleName("Transport bar")
        self.epoch = _Counter("epoch", 5, "How often every training example has been seen.")
        self.update_count = _Counter("update", 6, "How many batches the weights have been trained on.")
        self.speed = _Counter("updates", 7, "Updates per second, measured over the last second of training.")
        self.status = StatusPill()
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 14, 8)
        row.setSpacing(10)
        row.addWidget(_button(actions, "restart", "labelled"))
        row.addWidget(_WeightsGroup(session, actions))
        row.addWidget(_button(actions, "back", "step"))
        row.addWidget(_button(actions, "play", "play"))
        row.addWidget(_button(actions, "step", "step"))
        row.addSpacing(10)
        for counter in (self.epoch, self.update_count, self.speed):
            row.addWidget(counter)
            row.addSpacing(8)
        row.addWidget(self.status)
        row.addStretch(1)
        row.addWidget(_button(actions, "export", "primary"))
        self._session = session
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self._show_loading)
        session.experiment_changed.connect(self._patience.start)
        session.frame_shown.connect(self.show_frame)

    def show_frame(self, frame: Frame) -> None:
        """Show how far the run is."""
        self.epoch.set_text(grouped(int(frame.epoch)))
        self.update_count.set_text(grouped(frame.updates))
        self.speed.set_text(rate(frame.updates_per_second))
        # A picture from before the edit says nothing about the data that is on its way.
        if not (self.status.loading and self._session.loading):
            self.status.set_status(frame.status, frame.message)

    def _show_loading(self) -> None:
        if self._session.loading:
            self.status.set_loading()


def rate(per_second: float) -> str:
    """Updates per second in at most five characters and a unit: 870/s, 22.4k/s, 1.2M/s."""
    if per_second < 1000:
        return f"{per_second:.0f}/s"
    if per_second < 999_950:
        return f"{per_second / 1e3:.1f}k/s"
    return f"{per_second / 1e6:.1f}M/s"


def _button(actions: Actions, name: str, role: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", role)
    button.setDefaultAction(actions[name])
    if role not in {"play", "step"}:
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setAccessibleName(actions[name].iconText().strip())
    # A click leaves the focus where it was, so that Space goes on playing.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class _Counter(QWidget):
    """A number over its name, as wide as `characters` so that nothing beside it jumps."""

    def __init__(self, caption: str, characters: int, tip: str) -> None:
        super().__init__()
        self._characters = characters
        self._number = QLabel()
        self._number.setProperty("role", "counter")
        name = QLabel(caption)
        name.setProperty("role", "caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self._number)
        column.addWidget(name)
        column.addStretch(1)
        self.setToolTip(tip)
        self.setWhatsThis(tip)
        self.setAccessibleName(caption)
        self.set_text("0")

    def set_text(self, text: str) -> None:
        self._characters = max(self._characters, len(text))
        self._number.ensurePolished()
        self._number.setMinimumWidth(self._number.fontMetrics().horizontalAdvance("0" * self._characters))
        self._number.setText(text)
        self.setAccessibleDescription(text)

    def text(self) -> str:
        return self._number.text()


class _WeightsGroup(QFrame):
    """New weights, and beside it the seed that the weights were drawn from."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.setProperty("role", "group")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        caption = QLabel("seed")
        caption.setProperty("role", "caption")
        seed = _SeedField(session)
        caption.setBuddy(seed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 4, 0)
        row.setSpacing(2)
        row.addWidget(_button(actions, "new_weights", "grouped"))
        row.addWidget(caption)
        row.addWidget(seed)


class _SeedField(QLineEdit):
    """The seed: Enter draws the weights of the typed one, Escape brings the old one back."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        setting = settings_of(Experiment)["seed"]
        self.setProperty("role", "seed")
        self.setObjectName("seed")
        self.setAccessibleName(setting.label)
        self.setToolTip(setting.help)
        self.setWhatsThis(f"{setting.help} Type a number and press Enter to draw its weights.")
        self.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{1,10}"), self))
        self.textChanged.connect(self._fit)
        session.experiment_changed.connect(self._show_experiment)
        self.setText(str(session.experiment.seed))

    def _show_experiment(self, experiment: Experiment, change: object) -> None:
        self.setText(str(experiment.seed))

    def _commit(self) -> None:
        current = self._session.experiment.seed
        seed = int(self.text() or current)
        try:
            settings_of(Experiment)["seed"].check("seed", seed)
        except SettingError:
            seed = current
        if seed != current:
            self._session.new_weights(seed)
        self.setText(str(seed))

    def _fit(self, text: str) -> None:
        self.ensurePolished()
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("0" * max(len(text), 3)) + 14)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(str(self._session.experiment.seed))
            self.clearFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._commit()
            self.clearFocus()  # gives Space back to Play
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._commit()
