"""The weights between two columns, as curves: orange is negative, blue is positive, thick is strong.

A curve's path depends on where its ends stand, so paths are made once for each arrangement of the columns; what changes
with every frame is only which of a few pens draws them. The pens are opaque, mixed with the card's colour, and strong
links are drawn last: that looks like transparency at a sixth of its cost (20 µs a link).
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import Theme, current
from nnstudio.ui.views.network.column import Column

LEVELS = 10
MOST = 420
"""About so many links are drawn at once, the strongest ones: more are slow, and nobody could tell them apart."""

_THICKEST = 4.6
_THINNEST = 0.5


def strengths(weights: NDArray[np.floating], scale: float) -> NDArray[np.floating]:
    """Weights as −1 … 1, where ±1 is `scale` and beyond."""
    return np.clip(weights / scale, -1, 1)


class Links:
    """The curves of all gaps of one network."""

    def __init__(self) -> None:
        self._columns: tuple[Column, ...] = ()
        self._paths: dict[tuple[int, int, int], QPainterPath] = {}
        self._pens: dict[tuple[int, int], QPen] = {}
        self._style: tuple[Theme, float, bool] | None = None

    def arrange(self, columns: tuple[Column, ...]) -> None:
        """Draw between these columns from now on."""
        if columns is not self._columns:
            self._columns = columns
            self._paths.clear()

    def paint(self, painter: QPainter, gap: int, weights: NDArray[np.floating], scale: float, faded: bool) -> None:
        """Draw the links from column `gap` to the next, whose weights are (inputs, units); faded ones step back."""
        source, target = self._columns[gap], self._columns[gap + 1]
        seen = strengths(weights[source.first : source.last, target.first : target.last], scale)
        sizes = np.abs(seen).ravel()
        most = max(48, MOST // max(1, len(self._columns) - 1))
        order = np.argsort(sizes)[-most:]  # NaN comes last and so shows on top
        levels = np.ceil(np.nan_to_num(sizes, nan=1.0) * LEVELS).astype(int)
        bad = np.isnan(seen).ravel()
        signs = np.where(bad, 0, np.where(seen.ravel() < 0, -1, 1))
        pens = self._pens_for(min(1.0, min(source.tiles[0].height(), target.tiles[0].height()) / 36), faded)
        across = seen.shape[1]
        for index in order.tolist():
            level = int(levels[index])
            if level:
                painter.setPen(pens[int(signs[index]), level])
                painter.drawPath(self._path(gap, *divmod(index, across)))

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

    def _pens_for(self, thickness: float, faded: bool) -> dict[tuple[int, int], QPen]:
        """A pen for each sign (0 is NaN) and level from 1 to `LEVELS`."""
        style = (current(), thickness, faded)
        if style != self._style:
            self._style = style
            theme, self._pens = current(), {}
            for sign, color in ((-1, theme.negative), (0, theme.bad), (1, theme.positive)):
                for level in range(1, LEVELS + 1):
                    size = level / LEVELS
                    share = (0.12 + 0.88 * size) * (0.35 if faded else 1.0)
                    pen = QPen(
                        QColor(mix(theme.card, color, share)), _THINNEST + (_THICKEST - _THINNEST) * size * thickness
                    )
                    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                    self._pens[sign, level] = pen
        return self._pens


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
