"""A whole number between − and +: one click, one more; or typed."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from nnstudio.core.experiment.setting import Setting, SettingError
from nnstudio.ui.explanations.settings import explained
from nnstudio.ui.icons import icon
from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.number_field import ValueEdit
from nnstudio.ui.widgets.setting_text import text_of, value_of

_SIDE = 24
"""The least side of what one clicks, in pixels."""


class Stepper(QFrame):
    """The value of `setting`; `value_committed` gives a new one, `set_value` is silent."""

    value_committed = Signal(object)

    def __init__(self, setting: Setting, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", "field")
        self.setting = setting
        self._value = 0
        self._note = Note(self)
        self.fewer, self.more = self._button("minus", "One less"), self._button("plus", "One more")
        self.fewer.clicked.connect(self._less)
        self.more.clicked.connect(self._add)
        self.edit = ValueEdit(self)
        self.edit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.edit.setAccessibleName(setting.label)
        self.edit.setAccessibleDescription(setting.help)
        self.edit.entered.connect(self._typed)
        self.edit.left.connect(self.edit.clearFocus)
        self.setToolTip(setting.help)
        self.setWhatsThis(explained(setting, setting.help))
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        row.addWidget(self.fewer)
        row.addWidget(self.edit, 1)
        row.addWidget(self.more)

    def _button(self, picture: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("role", "icon")
        button.setIcon(icon(picture))
        button.setMinimumSize(_SIDE, _SIDE)
        button.setAutoRepeat(True)
        button.setAccessibleName(f"{text}: {self.setting.label}")
        button.setToolTip(f"{text}.")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def set_value(self, value: float) -> None:
        """Show a value; emits nothing."""
        self._value = int(value)
        self.edit.show_text(text_of(self.setting, value))
        self.fewer.setEnabled(value > self.setting.minimum)
        self.more.setEnabled(value < self.setting.maximum)

    def complain(self, sentence: str) -> None:
        """Say in a note why a value was not taken."""
        self._note.say(sentence)

    def _less(self) -> None:
        self._commit(self._value - 1)

    def _add(self) -> None:
        self._commit(self._value + 1)

    def _typed(self, text: str) -> None:
        try:
            value = value_of(self.setting, text)
        except SettingError as error:
            self.complain(str(error))
            return
        self._commit(int(value))

    def _commit(self, value: int) -> None:
        if value != self._value:
            self._note.hide()
            self.set_value(value)
            self.value_committed.emit(value)
