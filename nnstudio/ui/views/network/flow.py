"""What flows through a network for one example: the strongest w · a between two layers, as curves.

Where there are thousands of weights, their links would be a grey cloth. These few say why the answer is what it is:
blue adds to the unit at the right, orange takes away, the thicker the more.
"""

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.run.frame import FloatArray
from nnstudio.ui.stage import items
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import Column

STRONGEST = 20
_THINNEST, _THICKEST = 0.6, 4.0


class Flow:
    """The strongest contributions from one column to the next."""

    def __init__(self, parent: QGraphicsItem) -> None:
        self._curves = [items.path(parent, z=1) for _ in range(STRONGEST)]
        self.scale = 0.0
        """The largest |w · a| that was shown."""

    def show(self, source: Column, target: Column, weights: FloatArray, activations: FloatArray) -> None:
        """Show the strongest of `weights` (inputs, units) times `activations` (inputs,) between units in sight."""
        from_places, to_places = _pictures(source), range(len(target.tiles))
        rows = [source.unit(place) for place in from_places]
        columns = [target.unit(place) for place in to_places]
        with np.errstate(over="ignore", invalid="ignore"):
            flow = np.nan_to_num(weights[np.ix_(rows, columns)] * activations[rows][:, None])
        strongest = np.argsort(-np.abs(flow), axis=None)[:STRONGEST].tolist()
        self.scale = float(np.abs(flow).max(initial=0.0))
        theme = current()
        for curve, index in zip(self._curves, strongest, strict=False):
            row, column = divmod(index, len(columns))
            value = float(flow[row, column])
            share = abs(value) / self.scale if self.scale else 0.0
            curve.setVisible(share > 0.02)
            curve.setPath(_curve(source, source.tiles[from_places[row]], target.tiles[column]))
            color = mix(theme.card, theme.positive if value > 0 else theme.negative, 0.35 + 0.65 * share)
            curve.setPen(QPen(QColor(color), _THINNEST + (_THICKEST - _THINNEST) * share))
        for curve in self._curves[len(strongest) :]:
            curve.hide()


def _pictures(column: Column) -> range:
    """The places whose units are worth a curve: the large ones, if there are such."""
    return range(column.large or len(column.tiles))


def _curve(column: Column, source: QRectF, target: QRectF) -> QPainterPath:
    """From the right edge of the layer, at the unit's height, to the tile."""
    start, end = QPointF(column.right + 2, source.center().y()), QPointF(target.left(), target.center().y())
    middle = (start.x() + end.x()) / 2
    path = QPainterPath(start)
    path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
    return path
