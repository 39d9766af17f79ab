"""The keys that are the microscope's own while it is open."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from nnstudio.ui.microscope.image.window_picture import slides
from nnstudio.ui.microscope.walk import PHASES, Grain

if TYPE_CHECKING:
    from nnstudio.ui.microscope.microscope import Microscope

KEYS = frozenset(
    {
        *(Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End),
        *(Qt.Key.Key_Space, Qt.Key.Key_Escape, Qt.Key.Key_L, Qt.Key.Key_U, Qt.Key.Key_T, Qt.Key.Key_P),
        *(Qt.Key.Key_C, Qt.Key.Key_Return, Qt.Key.Key_Enter),
        *(Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4),
    }
)
DIGITS = Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4


def claims(event: QKeyEvent) -> bool:
    """Whether it is one of them."""
    plain = not event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
    return slides(event) or (plain and event.key() in KEYS)


def deed_of(page: "Microscope", key: Qt.Key) -> Callable[[], object] | None:
    """What a key does on the page."""
    return {
        Qt.Key.Key_Right: partial(page.step, 1),
        Qt.Key.Key_Left: partial(page.step, -1),
        Qt.Key.Key_Space: page.wave,
        Qt.Key.Key_Home: partial(page.to_end, False),
        Qt.Key.Key_End: partial(page.to_end, True),
        Qt.Key.Key_Up: partial(page.example.walk, -1),
        Qt.Key.Key_Down: partial(page.example.walk, 1),
        Qt.Key.Key_L: partial(page.bar.choose, Grain.LAYER),
        Qt.Key.Key_U: partial(page.bar.choose, Grain.UNIT),
        Qt.Key.Key_T: partial(page.bar.choose, Grain.TERM),
        Qt.Key.Key_P: page.bar.predict.click,
        Qt.Key.Key_C: page.bar.check.click,
        Qt.Key.Key_Return: page.check.enter,
        Qt.Key.Key_Enter: page.check.enter,
        Qt.Key.Key_Escape: page.leave,
        **{key: partial(page.to_phase, phase) for key, phase in zip(DIGITS, PHASES, strict=True)},
    }.get(key)
