"""The bubble beside the unit or the weight that somebody looks at."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from nnstudio.ui.theme import current
from nnstudio.ui.views.network.neuron_note import Note

_PADDING = 10.0
PICTURE = 64.0


def paint_note(
    painter: QPainter,
    note: Note,
    beside: QRectF,
    bounds: QRectF,
    fonts: tuple[QFont, QFont],
    picture: Callable[[QPainter, QRectF], None] | None,
    pinned: bool,
) -> None:
    """Draw the note beside a tile, within `bounds`. `fonts`: heading, figures; `picture` draws the unit enlarged."""
    theme = current()
    lines = (*note.lines, "pinned · Esc lets go") if pinned else note.lines
    heading, figures = QFontMetricsF(fonts[0]), QFontMetricsF(fonts[1])
    width = max(heading.horizontalAdvance(note.title), *(figures.horizontalAdvance(line) for line in lines))
    indent = PICTURE + _PADDING if picture else 0.0
    high = heading.height() + 3 + len(lines) * (figures.height() + 2)
    box = QRectF(0, 0, width + indent + 2 * _PADDING, max(high, PICTURE if picture else 0.0) + 2 * _PADDING - 2)
    box.moveTopLeft(_place(box, beside, bounds))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for spread, alpha in ((6, 6), (4, 8), (2, 12), (1, 16)):
        painter.setBrush(QColor(0, 0, 0, alpha * (3 if theme.dark else 1)))
        painter.drawRoundedRect(box.adjusted(-spread, 2 - spread, spread, 2 + spread), 8 + spread, 8 + spread)
    painter.setBrush(QColor(theme.card))
    painter.setPen(QPen(QColor(theme.accent if pinned else theme.line), 1))
    painter.drawRoundedRect(box, 8, 8)
    x, y = box.left() + _PADDING, box.top() + _PADDING - 1
    if picture:
        picture(painter, QRectF(x, y + 1, PICTURE, PICTURE))
        x += indent
    painter.setPen(QColor(theme.text))
    painter.setFont(fonts[0])
    painter.drawText(QPointF(x, y + heading.ascent()), note.title)
    painter.setPen(QColor(theme.dim))
    painter.setFont(fonts[1])
    y += heading.height() + 3
    for line in lines:
        painter.drawText(QPointF(x, y + figures.ascent()), line)
        y += figures.height() + 2


def _place(box: QRectF, beside: QRectF, bounds: QRectF) -> QPointF:
    """To the lower right of the tile, away from the links that lead into it; where there is no room at the right, below
    or above the tile; always inside the bounds."""
    right = bounds.right() - 4 - box.width()
    x, y = beside.right() + 12, beside.center().y() + 6
    if x > right:
        y = beside.bottom() + 10
        if y + box.height() > bounds.bottom() - 4:
            y = beside.top() - 10 - box.height()
    x = max(bounds.left() + 4, min(x, right))
    y = max(bounds.top() + 4, min(y, bounds.bottom() - 4 - box.height()))
    return QPointF(x, y)
