"""A number that is typed: its label at the left, its value at the right, edited in place.

Settings without a sensible slider, such as seeds, are shown so; `SettingSlider` adds the track. Nothing illegal gets
out: the text is read and checked by the setting, and what is refused is explained in a note and put back.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from nnstudio.core.experiment.setting import Setting, SettingError
from nnstudio.ui import fonts
from nnstudio.ui.explanations.settings import explained
from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.setting_text import range_text, text_of, value_of

# Colours of the palette, so that a change of theme needs nobody's help.
_FLAT = f"""
QLineEdit {{
    background: transparent; border: none; border-bottom: 1px solid transparent; border-radius: 0; padding: 1px 0 0 0;
    font-family: "{fonts.NUMBERS}";
}}
QLineEdit:hover {{ border-bottom-color: palette(mid); }}
QLineEdit:focus {{ border-bottom-color: palette(highlight); }}
"""


class ValueEdit(QLineEdit):
    """Shows a value in a flat field. `entered`: the text that Enter or leaving the field leaves in it; `left`: comes
    after Enter and Escape, when the keys belong elsewhere again."""

    entered = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = ""
        self._just_clicked = False
        self.setStyleSheet(_FLAT)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setTextMargins(-2, 0, -2, 0)  # Qt keeps two pixels free; the digits are to end where the track ends
        self.returnPressed.connect(self._enter)

    def show_text(self, text: str) -> None:
        """Show a value, unless somebody is typing another one."""
        self._shown = text
        if not self.isModified():
            self.setText(text)

    def restore(self) -> None:
        """Forget what was typed."""
        self.setText(self._shown)
        if self.hasFocus():
            self.selectAll()

    def begin(self, first: str = "") -> None:
        """Start typing, with this as the first character."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if first:
            self.setText("")
            self.insert(first)
            self.setModified(True)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()
        self._just_clicked = event.reason() is Qt.FocusReason.MouseFocusReason

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        # The click that brought the focus would place the cursor and drop the selection.
        if self._just_clicked:
            self.selectAll()
        self._just_clicked = False

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._enter()
            self.deselect()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.restore()
        else:
            super().keyPressEvent(event)
        # Then Space plays again and is not typed into the field.
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()

    def _enter(self) -> None:
        if self.isModified() and self.text() != self._shown:
            self.entered.emit(self.text())
        self.restore()


class NumberField(QWidget):
    """A labelled number: `value_changed` while it moves, `value_committed` once it rests; `set_value` is silent."""

    value_changed = Signal(object)
    value_committed = Signal(object)

    def __init__(self, setting: Setting, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setting = setting
        self._value: float = 0
        self.edit = ValueEdit(self)
        self.edit.entered.connect(self._typed)
        self.edit.left.connect(self.leave)
        self._note = Note(self)
        self.label = QLabel(setting.label, self)
        self.label.setBuddy(self.edit)
        self.header = header = QHBoxLayout()
        header.setSpacing(6)
        header.addWidget(self.label)
        header.addWidget(self.edit, 1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addLayout(header)
        self.explain(setting.help)
        self.edit.setAccessibleName(setting.label)

    def value(self) -> float:
        """The value shown."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show a value; emits nothing."""
        self._value = value
        self.edit.show_text(text_of(self.setting, value))

    def explain(self, sentence: str) -> None:
        """What the tooltip and What's This say."""
        setting = self.setting
        self.setToolTip(sentence)
        self.setWhatsThis(explained(setting, sentence, f"Legal: {range_text(setting)}."))
        self.edit.setAccessibleDescription(sentence)

    def leave(self) -> None:
        """Nobody types any more."""
        self.edit.clearFocus()

    def complain(self, sentence: str) -> None:
        """Say in a note why a value was not taken."""
        self._note.say(sentence)

    def _typed(self, text: str) -> None:
        try:
            value = value_of(self.setting, text)
        except SettingError as error:
            self.complain(str(error))
            return
        self._note.hide()
        self._commit(value)

    def _commit(self, value: float) -> None:
        if value != self._value:
            self.set_value(value)
            self.value_committed.emit(value)
