"""A slider for one `Setting`: label and typed value above a thin track.

The mouse and the arrow keys rest at the notches of the setting's scale; whatever is typed may lie between them.
`value_changed` comes while the handle moves, so that cheap settings act on the very next update; `value_committed` when
mouse button or key is let go, so that costly ones act once.
"""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from nnstudio.core.experiment.setting import Setting
from nnstudio.ui.widgets.number_field import NumberField
from nnstudio.ui.widgets.setting_scale import SettingScale
from nnstudio.ui.widgets.setting_text import text_of
from nnstudio.ui.widgets.track import Track


class SettingSlider(NumberField):
    """Label, value and track of one number with a finite range. `set_value` is ignored while the handle is held."""

    def __init__(self, setting: Setting, name: str, parent: QWidget | None = None) -> None:
        self.track = Track()
        self._moved = False
        super().__init__(setting, name, parent)
        self._scale = SettingScale(setting)
        self.column.addWidget(self.track)
        self.label.setBuddy(self.track)
        self.setFocusProxy(self.track)
        self.track.setAccessibleName(setting.label)
        self.track.dragged.connect(self._drag)
        self.track.dropped.connect(self._drop)
        self.track.stepped.connect(self._step)
        self.track.leapt.connect(self._leap)
        self.track.sent.connect(self._send)
        self.track.typed.connect(self.edit.begin)

    def set_value(self, value: float) -> None:
        """Show a value; emits nothing."""
        if not self.track.isSliderDown():
            self._show(value)

    def leave(self) -> None:
        """Nobody types any more: arrows move the handle, digits begin anew."""
        self.track.setFocus()

    def _show(self, value: float) -> None:
        super().set_value(value)
        self.track.place(self._scale.position_of(value))
        self.track.setAccessibleDescription(text_of(self.setting, value))

    @Slot(float)
    def _drag(self, position: float) -> None:
        self._move(self._scale.nearest(position))

    @Slot()
    def _drop(self) -> None:
        if self._moved:
            self._moved = False
            self.value_committed.emit(self._value)

    @Slot(int)
    def _step(self, steps: int) -> None:
        self._move(self._scale.step(self._value, steps))

    @Slot(int)
    def _leap(self, leaps: int) -> None:
        self._move(self._scale.leap(self._value, leaps))

    @Slot(float)
    def _send(self, position: float) -> None:
        self._move(self._scale.nearest(position))

    def _move(self, value: float) -> None:
        if value != self._value:
            self._moved = True
            self._show(value)
            self.value_changed.emit(value)
