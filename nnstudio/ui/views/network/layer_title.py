"""The title above a layer: a click chooses the layer, dragging it sideways moves the layer."""

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from nnstudio.ui.views.network.flat_button import FlatButton


class LayerTitle(FlatButton):
    """`clicked` by a click. `dragged` and `dropped` say where on the screen; `released`, as with any button, is no
    drop. Esc gives a drag up: `given_up`."""

    dragged = Signal(QPoint)
    dropped = Signal(QPoint)
    given_up = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, bold=True)
        self._pressed: QPointF | None = None
        self._dragging = False
        # What is chosen is also moved, duplicated and removed by keys.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.globalPosition()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.globalPosition()
        if self._pressed is not None and not self._dragging:
            self._dragging = abs(place.x() - self._pressed.x()) >= QApplication.startDragDistance()
        if self._dragging:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(place.toPoint())
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._stop()
            self.dropped.emit(event.globalPosition().toPoint())
        else:
            self._pressed = None
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._dragging and event.key() == Qt.Key.Key_Escape:
            self.give_up()
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # a button would take the arrows; the header moves the layer
        else:
            super().keyPressEvent(event)

    def give_up(self) -> None:
        """End a drag without a drop: it was given up, or the network that it began in is gone."""
        dragged, self._pressed = self._dragging, None
        if dragged:
            self._stop()
            self.given_up.emit()

    def _stop(self) -> None:
        self._dragging, self._pressed = False, None
        self.setDown(False)
        self.unsetCursor()
