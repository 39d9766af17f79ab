"""One layer's band: pale between the outer percentiles, stronger between the inner ones, and a line at the median."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QBrush, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from nnstudio.core.run.spread import MEDIAN
from nnstudio.ui.stage import items
from nnstudio.ui.views.bands.pieces import Piece

_THINNEST = 0.75
"""Half as high, in pixels, is a band at least, or one that has shrunk to a value would not be seen."""


class Band:
    """Three items in the coordinates of the picture.

    outer, inner: the areas between the percentiles; median: the line
    """

    def __init__(self, parent: QGraphicsItem, outer: QBrush, inner: QBrush, median: QPen, z: float = 0) -> None:
        self.outer, self.inner = items.path(parent, brush=outer, z=z), items.path(parent, brush=inner, z=z + 0.1)
        self.median = items.path(parent, median, z=z + 0.5)
        self._shown: object = None

    def show(self, pieces: Sequence[Piece]) -> None:
        """Show these from now on."""
        shown = tuple((piece.x.tobytes(), piece.y.tobytes()) for piece in pieces)
        if shown == self._shown:
            return
        self._shown = shown
        for item, low, high in ((self.outer, 0, -1), (self.inner, 1, -2)):
            area = QPainterPath()
            for piece in pieces:
                area.addPolygon(_between(piece, low, high))
            item.setPath(area)
        line = QPainterPath()
        for piece in pieces:
            line.addPath(items.strokes(piece.x.tolist(), piece.y[:, MEDIAN].tolist()))
        self.median.setPath(line)

    @property
    def parts(self) -> tuple[QGraphicsPathItem, ...]:
        """All its items."""
        return self.outer, self.inner, self.median


def _between(piece: Piece, low: int, high: int) -> QPolygonF:
    """The area between two percentiles; y grows downwards."""
    below, above = piece.y[:, low], piece.y[:, high]
    flat = np.maximum(_THINNEST - (below - above) / 2, 0)
    xs, bottom, top = piece.x.tolist(), (below + flat).tolist(), (above - flat).tolist()
    return QPolygonF([*map(QPointF, xs, top), *map(QPointF, reversed(xs), reversed(bottom))])
