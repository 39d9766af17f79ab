"""What a layer sees: an image or a map with the window on it, which can be dragged and slid with the arrow keys."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainterPath, QPen, QPixmap

from nnstudio.core.array import Array
from nnstudio.ui import theme
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.image.grids import Ring
from nnstudio.ui.microscope.image.map_images import map_image
from nnstudio.ui.stage import items
from nnstudio.ui.stage.stage import Stage

STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
"""Rows down and columns to the right."""


def slides(event: QKeyEvent) -> bool:
    """Whether this key slides the window, wherever the focus is."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return modifiers == Qt.KeyboardModifier.AltModifier and event.key() in STEPS


class WindowPicture(Stage):
    """Shows an image with a window on it.

    dragged: the point of the image (row, column), in its pixels, to which the middle of the window is dragged
    stepped: rows and columns to slide by, with a key
    """

    dragged = Signal(float, float)
    stepped = Signal(int, int)

    def __init__(self) -> None:
        name, tip = "Window on the image", "Drag the window, or press the arrow keys, to look at another place."
        super().__init__(name, tip, MICROSCOPE[name].html(name, tip))
        self._values: Array | None = None
        self._shown = 1.0, False
        self._window = 0, 0, 1
        self._cell: Ring | None = None
        self._frame = items.path(self.root)
        self._pixel = items.path(self.root)

    def show_image(self, values: Array, reach: float, ink: bool) -> None:
        """This one (rows, columns) from now on."""
        same = self._values is not None and np.array_equal(values, self._values) and (reach, ink) == self._shown
        self._values, self._shown = values, (reach, ink)
        if not same:
            self.renew()

    def show_window(self, window: tuple[int, int, int], cell: Ring | None, said: str) -> None:
        """The window: its upper left pixel and its size; with one of its cells marked, and the place in words."""
        self._window, self._cell = window, cell
        self.setAccessibleDescription(said)
        self._show_window()

    def arrange(self) -> None:
        root = self.clear()
        colors = theme.current()
        self._frame = items.path(root, QPen(QColor(colors.accent), 2), z=3)
        self._pixel = items.path(root, QPen(QColor(colors.accent), 1.4), z=4)
        values = self._values
        if values is None:
            return
        box = self.box
        picture = items.pixmap(root, box.topLeft())
        image = map_image(values, *self._shown)
        size = QSize(round(box.width() * self.ratio), round(box.height() * self.ratio))
        pixels = QPixmap.fromImage(image.scaled(size))
        pixels.setDevicePixelRatio(self.ratio)
        picture.setPixmap(pixels)
        rim = items.path(root, QPen(QColor(colors.line), 1), z=1)
        outline = QPainterPath()
        outline.addRect(box)
        rim.setPath(outline)
        self._show_window()

    @property
    def box(self) -> QRectF:
        """Where the image is drawn."""
        if self._values is None:
            return self.area
        rows, columns = self._values.shape
        side = min((self.width() - 2) / columns, (self.height() - 2) / rows)
        return QRectF((self.width() - columns * side) / 2, 1, columns * side, rows * side)

    def pixels(self, row: float, column: float, size: float) -> QRectF:
        """Where a square of pixels of the image is drawn."""
        assert self._values is not None
        box = self.box
        side = box.width() / self._values.shape[1]
        return QRectF(box.left() + column * side, box.top() + row * side, size * side, size * side)

    def _show_window(self) -> None:
        if self._values is None:
            return
        row, column, size = self._window
        self._frame.setPath(items.rounded(self.pixels(row, column, size).adjusted(-1, -1, 1, 1), 2))
        self._pixel.setVisible(self._cell is not None and size > 1)
        if self._cell is not None:
            self._pixel.setPath(items.rounded(self.pixels(row + self._cell[0], column + self._cell[1], 1), 1))

    # Sliding ----------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() is Qt.MouseButton.LeftButton:
            self._drag(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event.position())

    def _drag(self, position: QPointF) -> None:
        if self._values is not None:
            box = self.box
            side = box.width() / self._values.shape[1]
            self.dragged.emit((position.y() - box.top()) / side, (position.x() - box.left()) / side)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()
        else:
            self.stepped.emit(*step)

    def summary(self) -> str:
        return self.accessibleDescription()

    def sizeHint(self) -> QSize:
        return QSize(224, 224)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 80)
