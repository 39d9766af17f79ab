"""Native items, made in one line each.

None of their Python classes overrides anything: Qt paints them without asking the interpreter, while the worker trains
on. So nothing here inherits; an item is made, placed, and told what changed.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsPathItem,
    QGraphicsPixmapItem,
    QGraphicsRectItem,
    QGraphicsSimpleTextItem,
)

NO_PEN = QPen(Qt.PenStyle.NoPen)
NO_BRUSH = QBrush(Qt.BrushStyle.NoBrush)
_STROKES, _FINE_STROKES = 8, 64
_Points = tuple[Sequence[float], Sequence[float]]
_NO_POINTS: _Points = (), ()
SMOOTH = Qt.TransformationMode.SmoothTransformation
RIGHT_END = Qt.TextElideMode.ElideRight


def hairline(color: QColor | str, ratio: float) -> QPen:
    """A pen of one pixel of the *screen*: on jagged lines it costs a hundredth of a pen half a pixel wider."""
    return QPen(QColor(color), 1 / ratio)


def path(
    parent: QGraphicsItem | None, pen: QPen = NO_PEN, brush: QBrush | QColor = NO_BRUSH, z: float = 0
) -> QGraphicsPathItem:
    """A shape that is given its path later."""
    item = QGraphicsPathItem(parent)
    item.setPen(pen)
    item.setBrush(brush)
    item.setZValue(z)
    return item


def rectangle(parent: QGraphicsItem, box: QRectF, brush: QBrush | QColor, z: float = 0) -> QGraphicsRectItem:
    """A filled rectangle without an edge."""
    item = QGraphicsRectItem(box, parent)
    item.setPen(NO_PEN)
    item.setBrush(brush)
    item.setZValue(z)
    return item


def pixmap(parent: QGraphicsItem | None, at: QPointF | None = None, z: float = 0) -> QGraphicsPixmapItem:
    """A picture that is given its pixels later."""
    item = QGraphicsPixmapItem(parent)
    item.setPos(at or QPointF())
    item.setZValue(z)
    item.setShapeMode(QGraphicsPixmapItem.ShapeMode.BoundingRectShape)
    return item


class Words:
    """A line of text with a fixed point: its left end, its middle or its right end, on the line's middle height."""

    def __init__(
        self,
        parent: QGraphicsItem,
        at: QPointF,
        font: QFont,
        color: QColor | str,
        text: str = "",
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        z: float = 0,
    ) -> None:
        self.item = QGraphicsSimpleTextItem(parent)
        self.item.setFont(font)
        self.item.setBrush(QColor(color))
        self.item.setZValue(z)
        self._at, self._align, self._metrics = at, align, QFontMetricsF(font)
        self.text = ""
        self.say(text)

    def say(self, text: str) -> None:
        """Show this from now on."""
        if text == self.text:
            return
        self.text = text
        self.item.setText(text)
        self._put()

    def move(self, at: QPointF) -> None:
        """Stand here from now on."""
        if at != self._at:
            self._at = at
            self._put()

    def _put(self) -> None:
        width = self._metrics.horizontalAdvance(self.text)
        share = {Qt.AlignmentFlag.AlignLeft: 0.0, Qt.AlignmentFlag.AlignHCenter: 0.5}.get(self._align, 1.0)
        self.item.setPos(self._at.x() - share * width, self._at.y() - self._metrics.height() / 2)

    @property
    def box(self) -> QRectF:
        """Where it stands."""
        return self.item.sceneBoundingRect()


class Bars:
    """Filled rectangles of one colour as one item."""

    def __init__(self, parent: QGraphicsItem, z: float = 0) -> None:
        self.item = path(parent, z=z)
        self._boxes: list[QRectF] = []

    def show(self, boxes: list[QRectF], color: QColor) -> None:
        """Fill these from now on."""
        if boxes == self._boxes:
            return
        self._boxes = boxes
        shape = QPainterPath()
        for box in boxes:
            shape.addRect(box)
        self.item.setPath(shape)
        self.item.setBrush(color)


def rounded(box: QRectF, radius: float) -> QPainterPath:
    """A rectangle with round corners, as a path."""
    outline = QPainterPath()
    outline.addRoundedRect(box, radius, radius)
    return outline


def fitted(box: QRectF, width: float, height: float) -> QRectF:
    """The largest rectangle of this shape in the middle of a box, in whole pixels where it is not the box itself."""
    if width * box.height() == height * box.width():
        return QRectF(box)
    scale = min(box.width() / width, box.height() / height)
    wide, high = max(round(width * scale), 1), max(round(height * scale), 1)
    left, top = box.left() + round((box.width() - wide) / 2), box.top() + round((box.height() - high) / 2)
    return QRectF(left, top, wide, high)


def strokes(xs: Sequence[float], ys: Sequence[float]) -> QPainterPath:
    """A line through points as single strokes from each to the next. On a line through noise, drawn wider than one
    pixel, Qt takes forty times as long for the same line in one piece, as it looks where it crosses itself."""
    line = QPainterPath()
    move, draw = line.moveTo, line.lineTo
    for x, y, to_x, to_y in zip(xs, ys, xs[1:], ys[1:], strict=False):
        move(x, y)
        draw(to_x, to_y)
    return line


class Curve:
    """A line through points, cut into pieces, an item each, of which only those are drawn anew that have changed. Of a
    line wider than a pixel they are short: where strokes cross, Qt takes five times as long for a hundred of them in
    one item."""

    def __init__(self, parent: QGraphicsItem, pen: QPen, z: float = 0) -> None:
        self._parent, self._pen, self._z = parent, pen, z
        self._strokes = _STROKES if pen.widthF() > 1 else _FINE_STROKES
        self._drawn: list[_Points] = []
        self.pieces: list[QGraphicsPathItem] = []

    def show(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        """Run through these points from now on; through none without any."""
        starts = range(0, len(xs) - 1, self._strokes)
        step = self._strokes + 1
        parts: list[_Points] = [(xs[start : start + step], ys[start : start + step]) for start in starts]
        while len(self.pieces) < len(parts):
            self.pieces.append(path(self._parent, self._pen, z=self._z))
            self._drawn.append(_NO_POINTS)
        parts += [_NO_POINTS] * (len(self.pieces) - len(parts))
        for piece, part, drawn_before in zip(self.pieces, parts, self._drawn, strict=True):
            if part != drawn_before:
                piece.setPath(strokes(*part))
        self._drawn = parts


def drawn(size: QRectF, ratio: float, draw: Callable[[QPainter], None]) -> QPixmap:
    """What seldom changes, painted once into a picture of the screen's own pixels; `draw` uses logical ones, from the
    upper left of `size`."""
    picture = QPixmap(max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio)))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate(-size.topLeft())
        draw(painter)
    return picture
