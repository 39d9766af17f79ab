"""The weights between two columns, as curves: orange is negative, blue is positive, thick is strong.

The scale is absolute, one for the whole network and for all time: |w| = 5 is 12 pixels wide, and the colour fades to
nothing with 1 − e^(−|w|/0.7). So a weight of 1e−7 cannot be seen, whatever its neighbours are. Thick curves cost Qt
forty times as much as those of one pixel of the screen: only the strongest are as wide as they should be, the others
keep their colour. An item is told only when it looks different.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from nnstudio.ui.stage import items
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import Column, LinkSpot, Spot

FULL = 5.0
"""The |w| that is drawn at full width."""
WIDEST = 12.0
FADING = 0.7
MOST = 420
"""So many links are drawn, the strongest ones: nobody could tell more of them apart."""
THICK = 72
"""So many of them are as thick as they should be."""
LEVELS = 40
_BAD = LEVELS + 1
_FADED = 0.3
_THICKER, _FAINTER = 100, 1000
"""Added to the level of a link that is as thick as it should be, and of one that steps back."""
_NEUTRAL = 0.5


def link_width(weight: float) -> float:
    """Pixels: 12 · |w| / 5, no more than 12."""
    return WIDEST * min(abs(weight), FULL) / FULL


def link_strength(weight: float) -> float:
    """How much of its colour a link has, 0 … 1: 1 − e^(−|w|/0.7)."""
    return 1 - float(np.exp(-abs(weight) / FADING))


def signed_levels(weights: NDArray[np.floating]) -> NDArray[np.int64]:
    """Weights as whole levels from −`LEVELS` to `LEVELS`, finer for small ones; one more for NaN."""
    sizes = np.sqrt(np.minimum(np.abs(weights, dtype=np.float64), FULL) / FULL) * LEVELS
    levels = np.copysign(np.rint(sizes), weights)
    return np.where(np.isnan(weights), _BAD, levels).astype(np.int64)


def weight_of(level: int) -> float:
    """The size of the weights of a level."""
    return FULL * (abs(level) / LEVELS) ** 2


class Links:
    """The curves of all gaps of one network, for as long as its columns stand.

    fanned: whether the links into a tile end one below the other instead of in one point
    """

    def __init__(self, parent: QGraphicsItem, columns: tuple[Column, ...], ratio: float, fanned: bool = False) -> None:
        self._group = items.path(parent, z=1)
        self._columns, self._ratio, self._fanned = columns, ratio, fanned
        size = min(tile.height() for column in columns[1:] for tile in column.tiles[:1]) if len(columns) > 1 else 88.0
        self.thickness = min(1.0, max(0.25, size / 72))
        """Where tiles are small, all links are thinner by this factor."""
        sizes = [len(a.tiles) * len(b.tiles) for a, b in pairwise(columns)]
        self._starts = np.cumsum([0, *sizes])
        self._items: list[QGraphicsPathItem | None] = [None] * int(self._starts[-1])
        self._shown = np.zeros(self._starts[-1], np.int64)
        self._pens: dict[int, QPen] = {}
        self._passing = [False] * len(sizes)
        self._casing = items.path(parent, z=1.5)
        self._selected = items.path(parent, z=1.6)
        self._emphasised: tuple[LinkSpot | None, float] = None, 1.0

    def show_weights(
        self, matrices: Sequence[NDArray[np.floating] | None], looked_at: Spot | LinkSpot | None = None
    ) -> None:
        """Draw the weights (inputs, units) of each gap; None for a gap where values only pass on, unit to unit. Behind
        a unit that is looked at, with its own links, or a link, the others step back."""
        shown = np.zeros(len(self._shown))
        for gap, weights in enumerate(matrices):
            source, target = self._columns[gap], self._columns[gap + 1]
            if weights is None:
                self._pass_on(gap, source, target)
                continue
            part = weights[source.first : source.last, target.first : target.last]
            shown[self._starts[gap] : self._starts[gap + 1]] = part.reshape(-1)
        self._show(signed_levels(shown), self._own(looked_at), looked_at is not None)

    def _own(self, looked_at: Spot | LinkSpot | None) -> NDArray[np.bool_]:
        """Which links lead to a unit or away from it."""
        own = np.zeros(len(self._shown), bool)
        if isinstance(looked_at, Spot):
            place = self._columns[looked_at.column].place(looked_at.unit)
            for gap in (looked_at.column - 1, looked_at.column) if place is not None else ():
                if 0 <= gap < len(self._starts) - 1:
                    links = own[self._starts[gap] : self._starts[gap + 1]]
                    matrix = links.reshape(-1, len(self._columns[gap + 1].tiles))
                    matrix[(slice(None), place) if gap < looked_at.column else (place, slice(None))] = True
        return own

    def _show(self, levels: NDArray[np.int64], own: NDArray[np.bool_], fading: bool) -> None:
        """Draw these levels, the strongest and those of somebody's `own`; those that are thick carry `_THICKER` in
        their code, those that step back `_FAINTER`."""
        sizes = np.abs(levels)
        ranks = np.where(own & (sizes > 0), _BAD + 1, sizes)
        least = max(_least(ranks, MOST), 1)
        codes = np.where(ranks >= least, levels, 0)
        thick = (ranks >= max(_least(ranks, THICK), 1)) & (codes != 0)
        codes += np.sign(levels) * (_THICKER * thick + _FAINTER * (fading & ~own & (codes != 0)))
        for place in np.flatnonzero(codes != self._shown).tolist():
            self._tell(place, int(codes[place]), int(self._shown[place]))
        self._shown = codes

    def _tell(self, place: int, code: int, before: int) -> None:
        item = self._items[place]
        if code == 0:
            if item is not None:
                item.hide()
            return
        if item is None:
            item = self._items[place] = items.path(self._group)
            item.setPath(self._path(*self._ends(place)))
        if _is_thick(code) != _is_thick(before):
            item.setZValue(_is_thick(code))
        item.setPen(self._pen(code))
        if before == 0:
            item.show()

    def _pen(self, code: int) -> QPen:
        pen = self._pens.get(code)
        if pen is None:
            theme, level = current(), abs(code) % _THICKER
            weight = weight_of(min(level, LEVELS))
            color = theme.bad if level == _BAD else theme.positive if code > 0 else theme.negative
            share = (1.0 if level == _BAD else link_strength(weight)) * (_FADED if abs(code) > _FAINTER else 1.0)
            width = link_width(weight) * self.thickness if _is_thick(code) else 0.0
            pen = QPen(QColor(mix(theme.card, color, share)), max(width, 1 / self._ratio))
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            self._pens[code] = pen
        return pen

    def _pass_on(self, gap: int, source: Column, target: Column) -> None:
        """A thin neutral line from each unit to the one of the same number, where nothing is weighted; drawn once."""
        if self._passing[gap]:
            return
        self._passing[gap] = True
        lines = QPainterPath()
        for unit in range(max(source.first, target.first), min(source.last, target.last)):
            lines.addPath(self._path(gap, unit - source.first, unit - target.first))
        item = items.path(self._group, items.hairline(mix(current().card, current().dim, _NEUTRAL), self._ratio))
        item.setPath(lines)

    # Places.

    def _ends(self, place: int) -> tuple[int, int, int]:
        """The gap of a link, and the places of its source and target there."""
        gap = int(np.searchsorted(self._starts, place, "right")) - 1
        return gap, *divmod(place - int(self._starts[gap]), len(self._columns[gap + 1].tiles))

    def _path(self, gap: int, source: int, target: int) -> QPainterPath:
        start, end = self.end_points(gap, source, target)
        middle = (start.x() + end.x()) / 2
        path = QPainterPath(start)
        path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
        return path

    def end_points(self, gap: int, source: int, target: int) -> tuple[QPointF, QPointF]:
        """Where a link begins and ends."""
        a, b = self._columns[gap].tiles[source], self._columns[gap + 1].tiles[target]
        height = b.center().y()
        if self._fanned:
            height = b.top() + b.height() * (source + 0.5) / len(self._columns[gap].tiles)
        return QPointF(a.right(), a.center().y()), QPointF(b.left(), height)

    # What somebody looks at.

    def emphasise(self, spot: LinkSpot | None, weight: float = 1.0) -> None:
        """Draw this link, of this weight, before all others, with a casing; None for no link."""
        if (spot, weight) == self._emphasised:
            return
        self._emphasised = spot, weight
        path, width, theme = QPainterPath(), max(link_width(weight) * self.thickness, 1.5), current()
        if spot is not None:
            source, target = self._columns[spot.column - 1], self._columns[spot.column]
            if source.tile(spot.source) is not None and target.tile(spot.unit) is not None:
                path = self._path(spot.column - 1, spot.source - source.first, spot.unit - target.first)
        self._casing.setPath(path)
        self._casing.setPen(QPen(QColor(theme.text), width + 3))
        self._selected.setPath(path)
        self._selected.setPen(QPen(QColor(theme.positive if weight >= 0 else theme.negative), width))

    def nearest(self, gap: int, weights: NDArray[np.floating], point: QPointF, reach: float = 5.0) -> LinkSpot | None:
        """The link that passes within `reach` of a point of a gap.

        All curves of a gap share their x(t) = x₀ + (x₁ − x₀)(1.5 t − 1.5 t² + t³), so t is found once; then each
        curve's height is y₀ + (y₁ − y₀)(3 t² − 2 t³). Among those in reach the strongest wins: it is what one sees.
        """
        source, target = self._columns[gap], self._columns[gap + 1]
        left, right = source.right, target.left
        if not left < point.x() < right:
            return None
        wanted = (point.x() - left) / (right - left)
        t = wanted
        for _ in range(8):
            t -= (1.5 * t - 1.5 * t * t + t**3 - wanted) / (1.5 - 3 * t + 3 * t * t)
        share = 3 * t * t - 2 * t**3
        from_y = np.array([tile.center().y() for tile in source.tiles])[:, None]
        to_y = np.array([[tile.center().y() for tile in target.tiles]])
        if self._fanned:
            ports = np.arange(len(source.tiles))[:, None] + 0.5
            tops, heights = np.array([[(tile.top(), tile.height()) for tile in target.tiles]]).T
            to_y = tops.T + heights.T * ports / len(source.tiles)
        slope = (to_y - from_y) * (6 * t - 6 * t * t) / ((right - left) * (1.5 - 3 * t + 3 * t * t))
        distances = np.abs(from_y + (to_y - from_y) * share - point.y()) / np.hypot(1, slope)
        shown = np.abs(np.nan_to_num(weights[source.first : source.last, target.first : target.last], nan=FULL))
        widths = WIDEST * np.minimum(shown, FULL) / FULL * self.thickness
        distances = np.maximum(0, distances - widths / 2)
        merit = np.where(distances <= reach, np.minimum(shown, FULL) - distances, -np.inf)
        best = int(np.argmax(merit))
        if not np.isfinite(merit.flat[best]):
            return None
        row, column = divmod(best, merit.shape[1])
        return LinkSpot(gap + 1, source.first + row, target.first + column)


def _least(ranks: NDArray[np.int64], most: int) -> int:
    """The lowest rank among the `most` highest ones."""
    return int(np.partition(ranks, len(ranks) - most)[len(ranks) - most]) if len(ranks) > most else 0


def _is_thick(code: int) -> bool:
    return abs(code) % _FAINTER > _THICKER
