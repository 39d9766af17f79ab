"""The links of the network under the microscope: a line for each weight that is drawn, and which one a point meets."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.trace.names import Names
from nnstudio.core.trace.quantity import Place, Quantity
from nnstudio.core.trace.trace import Trace
from nnstudio.ui import theme
from nnstudio.ui.microscope.columns import Columns, Tile
from nnstudio.ui.microscope.sheet import number
from nnstudio.ui.microscope.walk import Stop
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font
from nnstudio.ui.stylesheet import mix

MOST_PALE = 120
"""Between two layers so many links of other units are drawn, or none."""
_WIDE, _FULL = 6.0, 5.0
_LIT = 14.0
_NEAR = 6.0
_SAMPLES = 24


@dataclass(frozen=True, slots=True)
class Link:
    """A weight, and the line that is drawn for it; used: of the unfolded unit"""

    place: Place
    weight: float
    line: QPainterPath
    used: bool


class Links:
    """All links of a picture; docks: the heights at which those of the unfolded unit end, by its other end."""

    def __init__(self, trace: Trace, stop: Stop, columns: Columns, docks: Mapping[tuple[int, int], float]) -> None:
        self._columns, self._docks = columns, docks
        self.links: list[Link] = []
        self.rest: list[QPainterPath] = []
        unfolded = (stop.layer, stop.unit) if stop.unit is not None else None
        for layer, traced in enumerate(trace.layers):
            if not isinstance(traced.spec, DenseSpec) or traced.x.ndim > 1:
                continue
            starts, ends = columns.columns[layer].tiles, columns.columns[layer + 1].tiles
            few = len(starts) * len(ends) <= MOST_PALE and not columns.columns[layer].left_out
            for end in ends:
                for start in starts:
                    used = unfolded in ((layer, end.unit), (layer - 1, start.unit))
                    if used or few:
                        at = start.unit, end.unit
                        place = Place(Quantity.WEIGHT, traced.key, at, "weight")
                        weight = float(traced.arrays["weight"][at])
                        self.links.append(Link(place, weight, self._line(start, end), used))
            left_out = columns.columns[layer].left_out
            if left_out > 0 and stop.layer == layer and starts:
                self.rest.append(self._band(starts[-1]))

    def draw(self, root: QGraphicsItem, lit: Place | None, names: Names) -> None:
        """Put them into a picture; the one that is lit has its number beside it."""
        colors = theme.current()
        for band in self.rest:
            pen = QPen(QColor(mix(colors.card, colors.dim, 0.22)), 10)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            items.path(root, pen, z=-1).setPath(band)
        for link in self.links:
            shade = colors.positive if link.weight >= 0 else colors.negative
            pen = QPen(QColor(mix(colors.card, shade, 1.0 if link.used else 0.3)), width_of(link.weight))
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            items.path(root, pen, z=1 if link.used else 0).setPath(link.line)
            if link.place == lit:
                under = QColor(colors.accent)
                under.setAlphaF(0.25)
                items.path(root, QPen(under, _LIT), z=0.5).setPath(link.line)
                self._say(root, link, names)

    def at(self, position: QPointF) -> Link | None:
        """The nearest link to a point, if it is near; of the unfolded unit first."""
        best, found = _NEAR**2, None
        for link in sorted(self.links, key=lambda link: not link.used):
            points = [link.line.pointAtPercent(share) for share in np.linspace(0, 1, _SAMPLES)]
            for a, b in pairwise(points):
                if (apart := _apart(position, a, b)) < best:
                    best, found = apart, link
            if found is not None and not link.used and found.used:
                break
        return found

    def _line(self, start: Tile, end: Tile) -> QPainterPath:
        """Over the card's width a link runs level at the height of a unit above or below it."""
        card = self._columns.card
        a, b = QPointF(start.box.right(), self._dock(start, end)), QPointF(end.box.left(), self._dock(end, start))
        path = QPainterPath(a)
        if start.box is not card and card.left() < start.box.center().x() < card.right():
            path.lineTo(card.right(), a.y())
            a = QPointF(card.right(), a.y())
        level = end.box is not card and card.left() < end.box.center().x() < card.right()
        goal = QPointF(card.left(), b.y()) if level else b
        half = (goal.x() - a.x()) / 2
        path.cubicTo(a + QPointF(half, 0), goal - QPointF(half, 0), goal)
        if level:
            path.lineTo(b)
        return path

    def _band(self, last: Tile) -> QPainterPath:
        """All the others as one, from below the last unit to the card."""
        card = self._columns.card
        a, b = QPointF(last.box.right(), last.box.bottom() + 22), QPointF(card.left(), card.bottom() - 30)
        path, half = QPainterPath(a), (b.x() - a.x()) / 2
        path.cubicTo(a + QPointF(half, 0), b - QPointF(half, 0), b)
        return path

    def _dock(self, tile: Tile, other: Tile) -> float:
        """The height at which a link meets a unit: of the card at its row, else in the order of the other ends."""
        card = self._columns.card
        if tile.box is not card:
            return tile.box.center().y()
        if (row := self._docks.get((other.layer, other.unit))) is not None:
            return min(max(row, card.top() + 24), card.bottom() - 12)  # a row may be scrolled out of sight
        others = sorted({each.unit for each in self._columns.tiles if each.layer == other.layer})
        share = (others.index(other.unit) + 1) / (len(others) + 1)
        return card.top() + 0.45 * card.height() + share * 0.5 * card.height()

    def _say(self, root: QGraphicsItem, link: Link, names: Names) -> None:
        colors = theme.current()
        at = link.line.pointAtPercent(0.5) + QPointF(0, 16)
        name = names.weight(link.place.layer, "weight", link.place.at)
        words = items.Words(
            root, at, mono_font(11), colors.text, f"{name} {number(link.weight)}", Qt.AlignmentFlag.AlignHCenter, z=7
        )
        box: QRectF = words.box.adjusted(-6, -3, 6, 3)
        items.path(root, QPen(QColor(colors.accent), 1), QColor(colors.card), z=6).setPath(items.rounded(box, 5))


def width_of(weight: float) -> float:
    """Of the line for a weight: one scale for the whole network."""
    return 0.8 + min(abs(weight), _FULL) / _FULL * _WIDE


def _apart(point: QPointF, a: QPointF, b: QPointF) -> float:
    """The square of the distance between a point and a stretch of a line."""
    along, to = b - a, point - a
    length = QPointF.dotProduct(along, along)
    share = min(max(QPointF.dotProduct(to, along) / length, 0.0), 1.0) if length else 0.0
    gap = to - along * share
    return QPointF.dotProduct(gap, gap)
