"""New weights, and the seed that they are drawn from."""

from PySide6.QtCore import QRegularExpression, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QRegularExpressionValidator
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QSizePolicy

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.setting import SettingError, settings_of
from nnstudio.ui.actions import Actions
from nnstudio.ui.explanations.window import SEED
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.action_button import action_button


class WeightsGroup(QFrame):
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
        self.button = action_button(actions["new_weights"], "grouped")
        row.addWidget(self.button)
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
        self.setWhatsThis(SEED.html(setting.label, setting.help))
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
