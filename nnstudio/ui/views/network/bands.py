"""The soft shapes that lead from layer to layer where there are too many weights for links."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath

from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import Column


def paint_band(a: Column, b: Column, painter: QPainter) -> None:
    """Draw the band from one column to the next, fading to the right."""
    theme = current()
    left, right = a.right + 4, b.left - 4
    middle = (left + right) / 2
    from_top, from_bottom = a.tiles[0].top() - 3, a.tiles[-1].bottom() + 3
    to_top, to_bottom = b.tiles[0].top() - 3, b.tiles[-1].bottom() + 3
    path = QPainterPath(QPointF(left, from_top))
    path.cubicTo(middle, from_top, middle, to_top, right, to_top)
    path.lineTo(right, to_bottom)
    path.cubicTo(middle, to_bottom, middle, from_bottom, left, from_bottom)
    path.closeSubpath()
    fade = QLinearGradient(left, 0, right, 0)
    fade.setColorAt(0, QColor(mix(theme.card, theme.accent, 0.2)))
    fade.setColorAt(1, QColor(mix(theme.card, theme.accent, 0.03)))
    painter.fillPath(path, fade)
