"""The weights between two columns, as curves: orange is negative, blue is positive, thick is strong.

A curve's path depends on where its ends stand, so paths are made once for each arrangement of the columns; what changes
with every frame is only which of a few pens draws them. The pens are opaque, mixed with the card's colour, and strong
links are drawn last: that looks like transparency at a sixth of its cost (20 µs a link). A gap is drawn again only when
one would see the difference, and neighbouring gaps take turns: each may change with every other picture.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import Theme, current
from nnstudio.ui.views.network.column import Column
from nnstudio.ui.views.network.gap_images import GapImages, gap_area

LEVELS = 10
_BAD = LEVELS + 1
MOST = 420
"""About so many links are drawn at once, the strongest ones: more are slow, and nobody could tell them apart."""

_THICKEST = 4.6
_THINNEST = 0.5
_NEUTRAL = 1.2


def strengths(weights: NDArray[np.floating], scale: float) -> NDArray[np.floating]:
    """Weights as −1 … 1, where ±1 is `scale` (positive and finite) and beyond; NaN stays."""
    # Clipped before the division, which overflows when the scale is tiny; float32 would round a tiny scale to 0.
    return np.clip(weights, -scale, scale, dtype=np.float64) / scale


def signed_levels(weights: NDArray[np.floating], scale: float) -> NDArray[np.int64]:
    """Weights as whole levels from −`LEVELS` to `LEVELS`, 0 only for 0; one level more for NaN."""
    sizes = strengths(weights, scale) * LEVELS
    levels = np.where(sizes < 0, np.floor(sizes), np.ceil(sizes))
    return np.where(np.isnan(levels), _BAD, levels).astype(np.int64)


def _differ(drawn: NDArray[np.int64], levels: NDArray[np.int64]) -> bool:
    """Whether one would see the difference: a link by two levels (also a change of sign), or an eighth of all links."""
    steps = np.abs(drawn - levels)
    return bool(steps.max() > 1 or 8 * np.count_nonzero(steps) > steps.size)


class Links:
    """The curves of all gaps of one network."""

    def __init__(self) -> None:
        self._columns: tuple[Column, ...] = ()
        self._paths: dict[tuple[int, int, int], QPainterPath] = {}
        self._pens: dict[tuple[Theme, float, bool], dict[int, QPen]] = {}
        self._images = GapImages()
        self._drawn: dict[int, tuple[tuple[Theme, bool], NDArray[np.int64]]] = {}
        self._passed: dict[int, tuple[Theme, bool]] = {}
        self._turn = 0
        self.behind = False
        """Whether a gap waits for its turn to show a difference."""

    def begin(self) -> None:
        """A new picture is about to be painted."""
        self._turn += 1
        self.behind = False

    def arrange(self, columns: tuple[Column, ...]) -> None:
        """Draw between these columns from now on."""
        if columns is not self._columns:
            self._columns = columns
            self._paths.clear()
            self._drawn.clear()
            self._passed.clear()

    def paint(self, painter: QPainter, gap: int, weights: NDArray[np.floating], scale: float, faded: bool) -> None:
        """Draw the links from column `gap` to the next, whose weights are (inputs, units); faded ones step back."""
        source, target = self._columns[gap], self._columns[gap + 1]
        levels = signed_levels(weights[source.first : source.last, target.first : target.last], scale)
        style = (current(), faded)
        last = self._drawn.get(gap)
        stale = last is None or last[0] != style or last[1].shape != levels.shape
        if not stale and last is not None and _differ(last[1], levels):
            stale = (self._turn + gap) % 2 == 0
            self.behind |= not stale
        if stale:
            self._drawn[gap] = style, levels
        area = gap_area(source, target, _THICKEST)
        self._images.paint(painter, gap, area, stale, partial(self._draw, gap, levels, faded))

    def _draw(self, gap: int, levels: NDArray[np.int64], faded: bool, painter: QPainter) -> None:
        """Draw the links of one gap, the weak ones first."""
        flat = levels.ravel()
        most = max(48, MOST // max(1, len(self._columns) - 1))
        strongest = np.argsort(np.abs(flat))[-most:]
        source, target = self._columns[gap], self._columns[gap + 1]
        pens = self._pens_for(min(1.0, min(source.tiles[0].height(), target.tiles[0].height()) / 36), faded)
        for index in strongest.tolist():
            level = int(flat[index])
            if level:
                painter.setPen(pens[level])
                painter.drawPath(self._path(gap, *divmod(index, levels.shape[1])))

    def paint_one_to_one(self, painter: QPainter, gap: int, faded: bool) -> None:
        """Draw a thin neutral line from each unit to the one of the same number, where nothing is weighted."""
        style = (current(), faded)
        stale = self._passed.get(gap) != style
        self._passed[gap] = style
        area = gap_area(self._columns[gap], self._columns[gap + 1], _THICKEST)
        self._images.paint(painter, gap, area, stale, partial(self._draw_one_to_one, gap, 0.2 if faded else 0.5))

    def _draw_one_to_one(self, gap: int, share: float, painter: QPainter) -> None:
        source, target = self._columns[gap], self._columns[gap + 1]
        theme = current()
        painter.setPen(QPen(QColor(mix(theme.card, theme.dim, share)), _NEUTRAL))
        for unit in range(max(source.first, target.first), min(source.last, target.last)):
            painter.drawPath(self._path(gap, unit - source.first, unit - target.first))

    def paint_passed_on(self, painter: QPainter, column: int, unit: int) -> None:
        """Draw the line into one unit that is not weighted, in the colour of text."""
        source, target = self._columns[column - 1], self._columns[column]
        if source.tile(unit) is not None and target.tile(unit) is not None:
            painter.setPen(QPen(QColor(current().text), _NEUTRAL))
            painter.drawPath(self._path(column - 1, unit - source.first, unit - target.first))

    def paint_incoming(
        self, painter: QPainter, column: int, unit: int, weights: NDArray[np.floating], scale: float
    ) -> None:
        """Draw all links into one unit (weights (inputs,)) at full colour."""
        source, target = self._columns[column - 1], self._columns[column]
        if target.tile(unit) is None:
            return
        seen = strengths(weights[source.first : source.last], scale)
        for index in np.argsort(np.abs(seen)).tolist():
            self.paint_one(painter, column, index + source.first, unit, float(seen[index]))

    def paint_one(self, painter: QPainter, column: int, source: int, unit: int, strength: float) -> None:
        """Draw one link at full colour, a little thicker than usual."""
        first, second = self._columns[column - 1], self._columns[column]
        if first.tile(source) is None or second.tile(unit) is None:
            return
        theme = current()
        color = theme.bad if np.isnan(strength) else theme.negative if strength < 0 else theme.positive
        size = 1.0 if np.isnan(strength) else abs(strength)
        share = min(1.0, second.tiles[0].height() / 36)
        pen = QPen(QColor(color), 1.2 + _THICKEST * size * share)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawPath(self._path(column - 1, source - first.first, unit - second.first))

    def _path(self, gap: int, source: int, target: int) -> QPainterPath:
        key = (gap, source, target)
        path = self._paths.get(key)
        if path is None:
            a, b = self._columns[gap].tiles[source], self._columns[gap + 1].tiles[target]
            start, end = QPointF(a.right(), a.center().y()), QPointF(b.left(), b.center().y())
            middle = (start.x() + end.x()) / 2
            path = QPainterPath(start)
            path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
            self._paths[key] = path
        return path

    def _pens_for(self, thickness: float, faded: bool) -> dict[int, QPen]:
        """A pen for each signed level."""
        theme = current()
        style = (theme, thickness, faded)
        if style not in self._pens:
            pens = self._pens[style] = {}
            for level in range(1, LEVELS + 2):
                size = min(level, LEVELS) / LEVELS
                share = (0.12 + 0.88 * size) * (0.35 if faded else 1.0)
                width = _THINNEST + (_THICKEST - _THINNEST) * size * thickness
                ends = (theme.bad, theme.bad) if level == _BAD else (theme.negative, theme.positive)
                for sign, color in zip((-1, 1), ends, strict=True):
                    pen = QPen(QColor(mix(theme.card, color, share)), width)
                    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                    pens[sign * level] = pen
        return self._pens[style]


def nearest_link(
    source: Column, target: Column, weights: NDArray[np.floating], scale: float, point: QPointF, reach: float = 4.0
) -> tuple[int, int] | None:
    """The link (unit of `source`, unit of `target`) that passes within `reach` of a point between two columns.

    All curves of a gap share their x(t) = x₀ + (x₁ − x₀)(1.5 t − 1.5 t² + t³), so t is found once; then each curve's
    height is y₀ + (y₁ − y₀)(3 t² − 2 t³). Among those in reach the strongest wins, for it is what one sees.
    """
    left, right = source.right, target.left
    if not left < point.x() < right:
        return None
    wanted = (point.x() - left) / (right - left)
    t = wanted
    for _ in range(8):
        t -= (1.5 * t - 1.5 * t * t + t**3 - wanted) / (1.5 - 3 * t + 3 * t * t)
    share = 3 * t * t - 2 * t**3
    from_y = np.array([tile.center().y() for tile in source.tiles])
    to_y = np.array([tile.center().y() for tile in target.tiles])
    heights = from_y[:, None] + (to_y - from_y[:, None]) * share
    slope = (to_y - from_y[:, None]) * (6 * t - 6 * t * t) / ((right - left) * (1.5 - 3 * t + 3 * t * t))
    distances = np.abs(heights - point.y()) / np.hypot(1, slope)
    seen = np.abs(strengths(weights[source.first : source.last, target.first : target.last], scale))
    distances = np.maximum(0, distances - seen * _THICKEST / 2)
    merit = np.where((distances <= reach) & (seen > 0), seen - 0.2 * distances, -np.inf)
    best = int(np.argmax(merit))
    if not np.isfinite(merit.flat[best]):
        return None
    row, column = divmod(best, merit.shape[1])
    return source.first + row, target.first + column
