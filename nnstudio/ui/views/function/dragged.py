"""A picture with a handle: the mouse drags it, the arrow keys move it, and screen readers hear where it is."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.ticks import tidy

_STEPS = 60
"""From 0 to the end of an axis at most so many presses of a key."""
_KEY = Qt.Key
_MOVES = frozenset({_KEY.Key_Left, _KEY.Key_Right, _KEY.Key_Up, _KEY.Key_Down, _KEY.Key_Home, _KEY.Key_End})
_LEAP = 10


class DraggedStage(Stage):
    """Base of the pictures on the Function card. While a key has moved the handle, `spot` is where it stands."""

    _held = False

    def grasp(self, position: QPointF) -> bool:
        """Whether there is something to drag under this point; it is taken hold of."""
        return False

    def drag(self, position: QPointF) -> None:
        """Bring to this point what was taken hold of."""

    def press(self, key: Qt.Key, times: int) -> Spot | None:
        """Move the handle as this key says, so many steps; returns where it is now."""
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = event.button() == Qt.MouseButton.LeftButton and self.grasp(event.position())
        if self._held:
            self.explore(None)
            self.drag(event.position())
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self.drag(event.position())
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _MOVES:
            super().keyPressEvent(event)
            return
        leaps = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        spot = self.press(Qt.Key(event.key()), _LEAP if leaps else 1)
        self._by_keys = True
        self.explore(spot)
        self.read()

    def leaveEvent(self, event: QEvent) -> None:
        if not self._by_keys:
            super().leaveEvent(event)


def key_step(reach: float) -> float:
    """How far a key goes on an axis from −reach to reach: 0.1, 0.2, 0.5, …"""
    return tidy(reach / _STEPS)


def snapped(value: float, step: float, reach: float) -> float:
    """The nearest multiple of a step within the axis."""
    return min(max(round(value / step) * step, -reach), reach) + 0.0
