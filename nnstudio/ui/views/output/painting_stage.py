"""The decision boundary as a canvas: a brush adds points of a class, an eraser rubs points out.

With a tool in hand a circle follows the pointer, as large as the tool's reach; the arrow keys lead it too, and Space
uses it once. Without one it is the picture that it always was.
"""

from enum import Enum
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsRectItem

from nnstudio.ui import theme
from nnstudio.ui.examples.boundary import BoundaryStage
from nnstudio.ui.examples.choosing import circle
from nnstudio.ui.stage import items
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.output.strokes import Stroke, Trail


class Tool(Enum):
    """What a press on the plane does."""

    CHOOSE = "choose"
    BRUSH = "brush"
    ERASER = "eraser"


class Size(NamedTuple):
    """Of a tool, in pixels: its radius, how far its points stray, and how far apart they are on the way."""

    radius: float
    spread: float
    spacing: float


SIZES = (Size(5, 0, 10), Size(15, 13, 6), Size(30, 28, 4))


class PaintingStage(BoundaryStage):
    """The plane with a tool in hand. `painted` gives each part of a stroke."""

    painted = Signal(object)  # Stroke
    put_away = Signal()  # Escape: no tool any more

    _tool, _label, _size = Tool.CHOOSE, 0, SIZES[0]
    _at: QPointF | None = None  # where the tool is
    _trail: Trail | None = None
    _strokes = 0

    def take(self, tool: Tool, label: int, size: Size) -> None:
        """Have this tool in hand, the brush with the colour of this class."""
        if tool is not self._tool:
            self._trail = None
        self._tool, self._label, self._size = tool, label, size
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if tool is Tool.CHOOSE else Qt.CursorShape.CrossCursor)
        self._lead(self._at)

    def clear(self) -> QGraphicsRectItem:
        root = super().clear()
        self._reach_casing, self._reach = items.path(root, z=43), items.path(root, z=44)
        return root

    def arrange(self) -> None:
        super().arrange()
        self._lead(self._at)

    def mark(self, spot: Spot | None) -> None:
        super().mark(spot)
        if spot is not None and self._tool is not Tool.CHOOSE:
            self._lead(self._center(spot))

    def _lead(self, at: QPointF | None) -> None:
        """The circle is here; None for nowhere."""
        self._at = at
        shown = at is not None and self._tool is not Tool.CHOOSE and self.plane().contains(at)
        outline = circle(at, self._size.radius) if at is not None and shown else QPainterPath()
        colors, classes = theme.current(), self._dataset.classes if self._dataset else 2
        color = QColor(colors.text)
        if self._tool is Tool.BRUSH:
            color = theme.class_color(self._label, max(classes, self._label + 1))
        for item, ink, width in ((self._reach_casing, QColor(colors.card), 5.0), (self._reach, color, 2.5)):
            item.setPath(outline)
            item.setPen(QPen(ink, width))

    # The mouse.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._tool is Tool.CHOOSE or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._begin()
        self._draw_to(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._tool is Tool.CHOOSE:
            super().mouseMoveEvent(event)
            return
        self.explore(None)  # what stands there would lie in the way
        self._lead(event.position())
        if self._trail is not None:
            self._draw_to(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._tool is Tool.CHOOSE or event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            return
        self._trail = None
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._lead(None)

    # The keys.

    def claims(self, event: QKeyEvent) -> bool:
        return self._uses(event) or super().claims(event)

    def _uses(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Space and not event.modifiers() and self._tool is not Tool.CHOOSE

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._uses(event):
            if self.spot is not None:
                self._begin()
                self._draw_to(self._center(self.spot))
                self._trail = None
        elif event.key() == Qt.Key.Key_Escape and self.spot is None and self._tool is not Tool.CHOOSE:
            self.put_away.emit()
        else:
            super().keyPressEvent(event)

    # A stroke.

    def _begin(self) -> None:
        self._strokes += 1
        brush = self._tool is Tool.BRUSH
        self._trail = Trail(self._size.spacing, self._size.spread) if brush else Trail(self._size.radius / 2)

    def _draw_to(self, position: QPointF) -> None:
        assert self._trail is not None
        plane, earlier = self.plane(), self._trail.count
        left, right, bottom, top = self._extent
        wide, high = (right - left) / plane.width(), (top - bottom) / plane.height()
        places = tuple(
            (left + (place.x() - plane.left()) * wide, top - (place.y() - plane.top()) * high)
            for place in self._trail.to(position)
            if plane.contains(place)
        )
        if places:
            label = self._label if self._tool is Tool.BRUSH else None
            reach = self._size.radius * wide, self._size.radius * high
            self.painted.emit(Stroke(self._strokes, places, label, earlier, reach))
