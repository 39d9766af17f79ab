"""The thin line of a slider with its ring, drawn by hand.

A track knows nothing about settings: it holds a position from 0 to 1, tells where mouse, wheel and keys want it, and is
put there by its owner. It is a `QAbstractSlider` so that assistive technology finds a slider.
"""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from nnstudio.ui import theme
from nnstudio.ui.stylesheet import mix

RESOLUTION = 1000  # positions that assistive technology sees
HEIGHT = 16
LINE_WIDTH = 4.0
RING_RADIUS = 5.0
HALO_RADIUS = 8.0
STOP_RADIUS = 2.5
WHEEL_NOTCH = 120  # eighths of a degree
TYPING = frozenset("0123456789.,-")

_STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
}
_LEAPS = {Qt.Key.Key_PageUp: 1, Qt.Key.Key_PageDown: -1}
_ENDS = {Qt.Key.Key_Home: 0.0, Qt.Key.Key_End: 1.0}
_MOVES = {*_STEPS, *_LEAPS, *_ENDS}
_EDIT = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2)


class Track(QAbstractSlider):
    """Asks to be moved: `dragged` to a position, `stepped` and `leapt` by small and big steps, `sent` to an end; and
    finally `dropped`, when the mouse button or the key is let go. `typed`: somebody begins to type a value."""

    dragged = Signal(float)
    dropped = Signal()
    stepped = Signal(int)
    leapt = Signal(int)
    sent = Signal(float)
    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._position = 0.0
        self._stops: tuple[float, ...] = ()
        self._grip = 0.0
        self._wheel = 0
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, RESOLUTION)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.valueChanged.connect(self._set_from_outside)

    def place(self, position: float) -> None:
        """Put the ring at 0 … 1; emits nothing."""
        self._position = position
        blocked = self.blockSignals(True)
        self.setValue(round(position * RESOLUTION))
        self.blockSignals(blocked)
        self.update()

    def set_stops(self, positions: Iterable[float]) -> None:
        """Mark these positions 0 … 1 by dots on the line, for an owner that rests there only."""
        self._stops = tuple(positions)
        self.update()

    def centre(self) -> QPointF:
        """Where the ring is."""
        return self._at(self._position)

    def _at(self, position: float) -> QPointF:
        return QPointF(HALO_RADIUS + position * (self.width() - 2 * HALO_RADIUS), self.height() / 2)

    def position_at(self, x: float) -> float:
        """The position 0 … 1 under a pixel."""
        return min(max((x - HALO_RADIUS) / (self.width() - 2 * HALO_RADIUS), 0.0), 1.0)

    def sizeHint(self) -> QSize:
        return QSize(120, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        # Taken by the ring, it stays under the mouse as it was taken; anywhere else on the line it comes.
        self._grip = self.centre().x() - event.position().x()
        if abs(self._grip) > HALO_RADIUS:
            self._grip = 0.0
            self.dragged.emit(self.position_at(event.position().x()))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.dragged.emit(self.position_at(event.position().x() + self._grip))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            self.dropped.emit()
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()  # whoever scrolls past means the panel
            return
        event.accept()
        self._wheel += event.angleDelta().y()
        steps = int(self._wheel / WHEEL_NOTCH)
        if steps:
            self._wheel -= steps * WHEEL_NOTCH
            self.stepped.emit(steps)
            self.dropped.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key in _LEAPS:
            self.leapt.emit(_LEAPS[key])
        elif key in _ENDS:
            self.sent.emit(_ENDS[key])
        elif key in _EDIT:
            self.typed.emit("")
        elif event.text() in TYPING:
            self.typed.emit(event.text())
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat() or event.key() not in _MOVES:
            event.ignore()
        else:
            self.dropped.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.dropped.emit()  # a key that is still held is let go elsewhere

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        accent = QColor(colors.accent if self.isEnabled() else mix(colors.card, colors.dim, 0.5))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._paint_line(painter, 1.0, QColor(colors.line))
        self._paint_line(painter, self._position, accent)
        for stop in self._stops:
            painter.setBrush(accent if stop < self._position else QColor(mix(colors.card, colors.dim, 0.4)))
            painter.drawEllipse(self._at(stop), STOP_RADIUS, STOP_RADIUS)
        if self.hasFocus() or self.isSliderDown() or (self.isEnabled() and self.underMouse()):
            halo = QColor(accent)
            halo.setAlphaF(0.4 if self.hasFocus() else 0.2)
            painter.setBrush(halo)
            painter.drawEllipse(self.centre(), HALO_RADIUS, HALO_RADIUS)
        painter.setPen(QPen(accent, 2))
        painter.setBrush(QColor(colors.card))
        painter.drawEllipse(self.centre(), RING_RADIUS, RING_RADIUS)

    def _paint_line(self, painter: QPainter, position: float, color: QColor) -> None:
        if position <= 0:
            return
        # The line ends where the ring's rim does; the halo needs the pixels beyond.
        inset = HALO_RADIUS - RING_RADIUS - 1
        end = self.width() - inset if position >= 1 else self.centre().x()
        painter.setBrush(color)
        line = QRectF(inset, (self.height() - LINE_WIDTH) / 2, end - inset, LINE_WIDTH)
        painter.drawRoundedRect(line, LINE_WIDTH / 2, LINE_WIDTH / 2)

    def _set_from_outside(self, value: int) -> None:
        self.sent.emit(value / RESOLUTION)
        self.dropped.emit()
