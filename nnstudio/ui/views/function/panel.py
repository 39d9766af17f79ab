"""One of the two plots of the Function card: a curve that may jump at 0, dots that lie on it, and a handle."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.views.function.curve import Values
from nnstudio.ui.widgets.figures import tick

HANDLE = 5.5
_DOT, _SMALL, _OPEN = 3.2, 2.0, 3.2
_MANY = 64
"""More dots than these are small, and without a rim."""
_TICKS = 3


def span(values: Sequence[Values], with_zero: bool) -> tuple[float, float]:
    """The ends of an axis for these values, with a little room."""
    low, high = min(float(part.min()) for part in values), max(float(part.max()) for part in values)
    if with_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    room = 0.09 * ((high - low) or 1.0)
    return low - room, high + room if high > low else high + 1.0


class Panel:
    """Values of `name` over z.

    across, scale: where z and the values lie
    parts: the curve as (z, values), in two parts where it may jump at 0; taken: the value at z = 0
    ends: where it jumps, the values beside z = 0, and whether that is the one that is taken
    """

    def __init__(
        self,
        root: QGraphicsItem,
        name: str,
        across: Scale,
        scale: Scale,
        parts: Sequence[tuple[Values, Values]],
        taken: float,
        ratio: float,
    ) -> None:
        colors = theme.current()
        self.across, self.scale = across, scale
        self.area = QRectF(across.start, scale.end, across.end - across.start, scale.start - scale.end)
        Axis(root, Qt.Edge.LeftEdge, tick).show(scale, scale.ticks(_TICKS), self.area, ratio)
        line = QFontMetricsF(text_font(11)).height()
        at = QPointF(self.area.left() + 3, self.area.top() + line / 2)
        words = items.Words(root, at, text_font(11, bold=True), colors.dim, name, z=1.6)
        items.rectangle(root, words.box.adjusted(-2, 0, 3, 0), QColor(colors.card), z=1.5)
        pen = QPen(QColor(mix(colors.card, colors.dim, 0.85)), 2)
        self.curve = [items.Curve(root, pen, z=2) for _ in parts]
        for curve, (z, values) in zip(self.curve, parts, strict=True):
            curve.show(across.places(z).tolist(), scale.places(values).tolist())
        self.ends: list[tuple[float, bool]] = []
        self._show_ends(root, parts, taken)
        self._rim = QPen(QColor(colors.card), 0.8)
        self.below = items.path(root, self._rim, QColor(colors.negative), z=3)
        self.above = items.path(root, self._rim, QColor(colors.positive), z=3)
        self.handle = items.path(root, QPen(QColor(colors.card), 1.5), QColor(colors.text), z=6)

    def _show_ends(self, root: QGraphicsItem, parts: Sequence[tuple[Values, Values]], taken: float) -> None:
        """Where the curve jumps, the value that is taken is a full point, the other one a hollow one."""
        if len(parts) < 2 or abs(parts[0][1][-1] - parts[1][1][0]) < 1e-3:
            return
        colors = theme.current()
        color = QColor(mix(colors.card, colors.dim, 0.85))
        for value in (float(parts[0][1][-1]), float(parts[1][1][0])):
            full = abs(value - taken) < 1e-3
            self.ends.append((value, full))
            point = items.path(root, QPen(color, 1.5), color if full else QColor(colors.card), z=2.5)
            point.setPath(_discs([self.point(0.0, value)], _OPEN))

    def point(self, z: float, value: float) -> QPointF:
        """Where a value lies."""
        return QPointF(self.across.at(z), self.scale.at(value))

    def show_dots(self, z: Values, values: Values, positive: NDArray[np.bool_]) -> Values:
        """Dots for these values, blue where `positive`, else orange; returns where they lie, (k, 2)."""
        many = len(z) > _MANY
        places = np.column_stack([self.across.places(z), self.scale.places(values)])
        for item, these in ((self.below, places[~positive]), (self.above, places[positive])):
            item.setPath(_discs([QPointF(x, y) for x, y in these.tolist()], _SMALL if many else _DOT))
            item.setPen(items.NO_PEN if many else self._rim)
        return places

    def show_handle(self, z: float, value: float) -> None:
        """The handle stands at this value."""
        self.handle.setPath(_discs([self.point(z, value)], HANDLE))


def _discs(centers: Sequence[QPointF], radius: float) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for center in centers:
        path.addEllipse(center, radius, radius)
    return path
