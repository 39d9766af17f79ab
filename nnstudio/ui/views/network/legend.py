"""What the colours mean, below the network: orange is negative, blue is positive, and each column's scale."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QLinearGradient, QPainter

from nnstudio.core.network.model import Range
from nnstudio.ui.theme import current
from nnstudio.ui.widgets.figures import decimal

_STRIP = 96.0


def scale_text(scale: float, bounds: Range) -> str:
    """The scale of a heat map as printed: sigmoid and softmax have no negative half."""
    whole = bounds.low == 0 and bounds.high is not None
    return f"0 … {bounds.high:g}" if whole else f"±{decimal(scale, 2)}"


def paint_scale(painter: QPainter, center: float, top: float, text: str, font: QFont) -> None:
    """A column's scale, below its middle."""
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(QColor(current().dim))
    painter.drawText(QPointF(center - metrics.horizontalAdvance(text) / 2, top + metrics.ascent()), text)


def paint_legend(painter: QPainter, center: float, top: float, font: QFont) -> None:
    """negative ▬▬▬ positive, around `center`."""
    theme, metrics = current(), QFontMetricsF(font)
    strip = QRectF(center - _STRIP / 2, top + metrics.height() / 2 - 3, _STRIP, 6)
    colors = QLinearGradient(strip.topLeft(), strip.topRight())
    for position, color in ((0.0, theme.negative), (0.5, theme.zero), (1.0, theme.positive)):
        colors.setColorAt(position, QColor(color))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colors)
    painter.drawRoundedRect(strip, 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setFont(font)
    painter.setPen(QColor(theme.dim))
    baseline = top + metrics.ascent()
    left = strip.left() - 8 - metrics.horizontalAdvance("negative")
    painter.drawText(QPointF(left, baseline), "negative")
    painter.drawText(QPointF(strip.right() + 8, baseline), "positive")
