"""A mini-batch where one example stood: means, and beside each a strip with a dot for each example."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.array import Array
from nnstudio.core.textbook import Layer
from nnstudio.core.trace.trace import Trace
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stylesheet import mix

MOST_DOTS = 24
"""Of more examples there is a dot for each tenth of them, and for the extremes."""
STRIP_WIDTH = 72.0
_DOT, _HIGH, _NARROWEST = 2.2, 12.0, 30.0


class BatchValues:
    """The values of a held mini-batch, layer by layer; −1 are the inputs.

    ready: whether it has been worked out; before, nothing may be asked
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._found: dict[int, Array] = {}

    @property
    def ready(self) -> bool:
        return self._trace.held.worked_out

    @property
    def loss(self) -> float:
        """The mean of what the examples cost."""
        return self._trace.held.way.loss

    @property
    def inputs(self) -> Array:
        """The mean of what comes in, shaped as one example."""
        return self._trace.held.way.layers[0].x.mean(axis=0)

    def of(self, layer: int) -> Array:
        """What each unit of each example gives out, (n, units): of a map the mean over its places."""
        if layer not in self._found:
            way, layers = self._trace.held.way, self._trace.layers
            if layer < 0:
                values = way.layers[0].x
            elif layer + 1 == len(layers):
                values = way.p
            else:
                values = self._last(layers[layer].key).a
            self._found[layer] = values.reshape(*values.shape[:2], -1).mean(axis=2)
        return self._found[layer]

    def mean(self, layer: int, unit: int) -> float:
        """Of what a unit gives out."""
        return float(self.of(layer)[:, unit].mean())

    def error(self, layer: int, unit: int) -> float:
        """∂ of the mean loss by a unit's z, the mean of the examples' own; of a map the sum over its places."""
        key = self._trace.layers[layer].key
        return float(next(each for each in self._trace.held.way.layers if each.key == key).dz[:, unit].sum())

    def reach(self, layer: int) -> float:
        """The largest that a unit of this layer gives out, whatever its sign."""
        return max(float(np.abs(self.of(layer)).max()), 1e-12)

    def draw(self, parent: QGraphicsItem, left: QPointF, width: float, layer: int, unit: int) -> None:
        """The strip of a unit, from its left end on; its middle is 0. Where there is no room there is none."""
        if left.x() < 0 or width < _NARROWEST:
            return
        box = QRectF(left.x(), left.y() - _HIGH / 2, width, _HIGH)
        items.rectangle(parent, box.adjusted(-3, 0, 3, 0), QColor(theme.current().card), z=3)
        draw_dots(parent, box, self.of(layer)[:, unit], self.reach(layer))

    def _last(self, key: int) -> Layer:
        """What stands last of a layer: its switch, where units are off."""
        return [each for each in self._trace.held.way.layers if each.key == key][-1]


def dots_of(values: Array) -> Array:
    """The values that get a dot: all, or the extremes and the nine between the tenths of very many."""
    return values if len(values) <= MOST_DOTS else np.quantile(values, np.linspace(0, 1, 11))


def draw_dots(parent: QGraphicsItem, box: QRectF, values: Array, reach: float, low: float | None = None) -> None:
    """Hollow dots on a line that runs from −reach, or `low`, to reach, with a stroke at 0 and one where the mean is."""
    colors = theme.current()
    low = -reach if low is None else low

    def at(value: float) -> float:
        return box.left() + _DOT + (box.width() - 2 * _DOT) * (value - low) / max(reach - low, 1e-12)

    y = box.center().y()
    line = QPainterPath(QPointF(box.left(), y))
    line.lineTo(box.right(), y)
    line.moveTo(at(0.0), y - 3)
    line.lineTo(at(0.0), y + 3)
    items.path(parent, QPen(QColor(mix(colors.card, colors.dim, 0.5)), 1), z=4).setPath(line)
    finite = values[np.isfinite(values)]
    hollow = QPainterPath()
    for value in dots_of(finite).tolist():
        hollow.addEllipse(QPointF(at(value), y), _DOT, _DOT)
    items.path(parent, QPen(QColor(colors.dim), 1.1), z=5).setPath(hollow)
    if len(finite):
        x = at(float(finite.mean()))
        mean = QPainterPath(QPointF(x, y - 5))
        mean.lineTo(x, y + 5)
        items.path(parent, QPen(QColor(colors.accent), 2), z=6).setPath(mean)
