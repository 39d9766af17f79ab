"""«+ 24 more» under a column that cannot show all its units, and how far it is scrolled; «+ 24 weaker» under one that
shows the strongest."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import Column


def show_more(parent: QGraphicsItem, column: Column) -> None:
    """Say how many units do not show."""
    if column.more is None:
        return
    theme = current()
    middle = Qt.AlignmentFlag.AlignHCenter
    kind = "weaker" if column.large else "more"
    items.Words(parent, column.more.center(), text_font(11.5), theme.dim, f"+ {column.hidden} {kind}", middle, z=6)
    if column.large:
        return
    top, bottom = column.tiles[0].top(), column.tiles[-1].bottom()
    share = (bottom - top) / column.count
    seen = mix(theme.card, theme.dim, 0.6)
    for color, start, end in ((theme.line, 0, column.count), (seen, column.first, column.last)):
        bar = items.path(parent, brush=QColor(color), z=6)
        bar.setPath(items.rounded(QRectF(column.right + 4, top + share * start, 3, share * (end - start)), 1.5))
