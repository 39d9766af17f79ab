"""What tiles have in common: round corners, an outline, the line that says how many more there are."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import Column


class Corners:
    """Rounds the corners of what was drawn into a square by covering them with the card's colour; that is quicker than
    clipping to a rounded path."""

    def __init__(self) -> None:
        self._size = 0.0
        self._path = QPainterPath()

    def paint(self, painter: QPainter, tile: QRectF, outline: QColor) -> None:
        """Round a tile's corners and draw a thin outline."""
        size = tile.width()
        radius = corner(size)
        if size != self._size:
            self._size = size
            square, rounded = QRectF(0, 0, size, size), QPainterPath()
            rounded.addRoundedRect(square, radius, radius)
            self._path = QPainterPath()
            self._path.addRect(square.adjusted(-0.5, -0.5, 0.5, 0.5))
            self._path -= rounded
        painter.translate(tile.topLeft())
        painter.fillPath(self._path, QColor(current().card))
        painter.translate(-tile.topLeft())
        painter.setPen(QPen(outline, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(tile, radius, radius)


def corner(size: float) -> float:
    """The radius of a tile's corners."""
    return min(5.0, size / 6)


def paint_ring(painter: QPainter, tile: QRectF, color: str, width: float = 2.0) -> None:
    """The outline of the unit that is looked at."""
    painter.setPen(QPen(QColor(color), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = corner(tile.width()) + 1
    painter.drawRoundedRect(tile.adjusted(-1, -1, 1, 1), radius, radius)


def paint_more(painter: QPainter, column: Column, font: QFont) -> None:
    """«+ 24 more» under a column that cannot show all its units, and how far it is scrolled."""
    if column.more is None:
        return
    theme = current()
    painter.setFont(font)
    painter.setPen(QColor(theme.dim))
    painter.drawText(column.more, Qt.AlignmentFlag.AlignCenter, f"+ {column.hidden} more")
    top, bottom = column.tiles[0].top(), column.tiles[-1].bottom()
    share = (bottom - top) / column.count
    x = column.right + 5
    painter.setPen(QPen(QColor(theme.line), 3, c=Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(x, top), QPointF(x, bottom))
    painter.setPen(QPen(QColor(theme.dim), 3, c=Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(x, top + share * column.first), QPointF(x, top + share * column.last))
