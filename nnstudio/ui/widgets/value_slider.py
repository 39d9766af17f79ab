"""Any number on a slider: dragged between two ends, or typed without bounds.

Unlike `SettingSlider` it knows no setting: a weight may be any finite number. The track covers the usual ones; a small
dot on it stays where the value was when somebody began.
"""

import math

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from nnstudio.files.errors import printable
from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.track import Track

_STEP, _LEAP = 0.01, 0.1
_LARGE = 1e12


def number_text(value: float) -> str:
    """A value as it stands in the field: −1.10, 0.034, 12.5."""
    text = f"{value:.2f}" if value == 0 or 0.1 <= abs(value) < 1000 else f"{value:.3g}"
    return text.replace("-", "−")


def _rested(value: float) -> float:
    """The nearest multiple of the smallest step; numbers so large that steps are lost in them stay."""
    return round(value / _STEP) * _STEP if abs(value) < _LARGE else value


def number_of(text: str) -> float | None:
    """What was typed, with a comma or a point and any kind of minus; None for what is no finite number."""
    try:
        value = float(text.strip().replace("−", "-").replace(",", ".")) + 0.0  # turns −0 into 0
    except ValueError:
        return None
    return value if math.isfinite(value) else None


class ValueSlider(QWidget):
    """A track from −`reach` to `reach` and a field. `value_changed`: somebody moved or typed it."""

    value_changed = Signal(float)

    def __init__(self, name: str, reach: float, help: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reach, self._value = reach, 0.0
        self.track = Track()
        self.track.setAccessibleName(name)
        self.field = QLineEdit()
        self.field.setProperty("role", "number")
        self.field.setAccessibleName(name)
        self.field.setFixedWidth(72)
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        for widget in (self.track, self.field):
            widget.setToolTip(help)
            widget.setWhatsThis(help)
        ends = QHBoxLayout()
        ends.setContentsMargins(4, 0, 4, 0)
        texts = (number_text(-reach), "0", number_text(reach))
        for text, side in zip(texts, ("AlignLeft", "AlignHCenter", "AlignRight"), strict=True):
            label = QLabel(text.replace(".00", ""))
            label.setProperty("role", "stop")
            ends.addWidget(label, 1, getattr(Qt.AlignmentFlag, side))
        line = QVBoxLayout()
        line.setSpacing(0)
        line.addWidget(self.track)
        line.addLayout(ends)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(line, 1)
        row.addWidget(self.field, 0, Qt.AlignmentFlag.AlignTop)
        self._note = Note(self)
        self.setFocusProxy(self.track)
        self.track.dragged.connect(self._drag)
        self.track.stepped.connect(self._step)
        self.track.leapt.connect(self._leap)
        self.track.sent.connect(self._drag)
        self.track.typed.connect(self._type)
        self.field.returnPressed.connect(self._enter)
        self.field.editingFinished.connect(self._leave)

    @property
    def value(self) -> float:
        """The value that is shown."""
        return self._value

    def begin(self, value: float) -> None:
        """Somebody begins here: the dot stays at this value."""
        self.track.set_stops((self._position(value),))
        self._show(value)

    def set_value(self, value: float) -> None:
        """Show a value, unless it is being moved or typed; emits nothing."""
        if not self.track.isSliderDown() and not (self.field.hasFocus() and self.field.isModified()):
            self._show(value)

    def take_back(self, value: float) -> None:
        """Another value is there: whatever is being moved or typed gives way to it; emits nothing."""
        self.field.setModified(False)
        self._show(value)

    def _position(self, value: float) -> float:
        share = (value + self._reach) / (2 * self._reach)
        return min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.5

    def _show(self, value: float) -> None:
        self._value = value
        self.track.place(self._position(value))
        text = number_text(value) if math.isfinite(value) else "—"
        self.track.setAccessibleDescription(text)
        if self.field.text() != text:
            self.field.setText(text)

    def _set(self, value: float) -> None:
        if value != self._value:
            self._show(value)
            self.value_changed.emit(value)

    @Slot(float)
    def _drag(self, position: float) -> None:
        self._set(_rested((2 * position - 1) * self._reach))

    @Slot(int)
    def _step(self, steps: int) -> None:
        self._set(_rested(self._value + steps * _STEP))

    @Slot(int)
    def _leap(self, leaps: int) -> None:
        self._set(_rested(self._value + leaps * _LEAP))

    @Slot(str)
    def _type(self, first: str) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self.field.insert(first)

    @Slot()
    def _enter(self) -> None:
        if self.field.isModified():  # what is shown is rounded, and is not to be taken for typed
            self._take(self.field.text())
        self.track.setFocus()

    def _take(self, text: str) -> None:
        value = number_of(text)
        self.field.setModified(False)
        if value is None:
            self._note.say(f"“{printable(text)}” is no finite number.")
            self._show(self._value)
        else:
            self._note.hide()
            self._set(value)

    @Slot()
    def _leave(self) -> None:
        if self.field.isModified():
            self._enter()
