"""The best candidate of a sweep: ringed, with its figures where they cover least of the others."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import text_font

_RING = 11.0
_AWAY, _BEFORE = 44.0, 6.0
"""From the middle of the ring to the words, and between them and the line that leads there."""
_HEIGHT = 36.0
_LIFTS = 0.0, -34.0, 34.0, -68.0, 68.0
"""How much higher or lower than the ring the words may stand, the best first."""


def show_best(
    root: QGraphicsItem, best: QPointF, words: tuple[str, str], area: QRectF, taken: Sequence[QPointF]
) -> QRectF:
    """Draw ring and words; returns where these stand. words: a name and its figures; taken: what should stay seen"""
    colors = theme.current()
    ring = QPainterPath()
    ring.addEllipse(best, _RING, _RING)
    items.path(root, QPen(QColor(colors.text), 1.8), z=8).setPath(ring)
    fonts = text_font(12, bold=True), text_font(11)
    wide = max(QFontMetricsF(font).horizontalAdvance(text) for font, text in zip(fonts, words, strict=True))
    box = min(_boxes(best, wide, area), key=lambda box: sum(box.contains(point) for point in taken))
    sign = 1 if box.left() > best.x() else -1
    side = Qt.AlignmentFlag.AlignLeft if sign > 0 else Qt.AlignmentFlag.AlignRight
    at = QPointF(box.left() if sign > 0 else box.right(), box.center().y())
    line = QPainterPath(QPointF(best.x() + sign * _RING, best.y()))
    line.lineTo(at - QPointF(sign * _BEFORE, 0))
    items.path(root, QPen(QColor(colors.dim), 1), z=7).setPath(line)
    ground = QColor(colors.card)
    ground.setAlphaF(0.8)
    for text, font, color, lift in zip(words, fonts, (colors.text, colors.dim), (-7, 9), strict=True):
        word = items.Words(root, at + QPointF(0, lift), font, color, text, side, z=11)
        items.rectangle(root, word.box.adjusted(-3, -1, 3, 1), ground, z=10)
    return box


def _boxes(best: QPointF, wide: float, area: QRectF) -> Iterator[QRectF]:
    """Where the words may stand: beside the ring, on the right first; where they fit on neither side, at the edge."""
    rights = [left for left in (best.x() + _AWAY, best.x() - _AWAY - wide) if area.left() <= left < area.right() - wide]
    for lift in _LIFTS:
        for left in rights or [max(min(best.x() + _AWAY, area.right() - wide), area.left())]:
            top = best.y() + lift - _HEIGHT / 2
            yield QRectF(left, min(max(top, area.top()), area.bottom() - _HEIGHT), wide, _HEIGHT)
