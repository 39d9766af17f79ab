"""Many small heat maps as one native item: orange is negative, blue is positive, in between lies the theme's zero.

A frame brings one map for each neuron. All maps of a layer share one image, a pixel for a value (or a few, where there
are hardly any), which Qt stretches to its place while it paints. Filling it is a few passes over arrays and one look-
up; where the 256 colours have not changed nothing is touched, and so nothing is painted.
"""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.network.model import UNBOUNDED, Range
from nnstudio.ui.stage import items
from nnstudio.ui.theme import current, heat_map_table

_BAD = 256
_SAMPLED = 4096
_FINEST = 8
_INEXACT = 0.015


class Atlas:
    """`count` heat maps of `rows` × `columns` values, in rows of `across`.

    tiles: where each of them goes, all of one size and at even distances
    smooth: whether the values are blended into each other
    """

    def __init__(
        self,
        parent: QGraphicsItem,
        tiles: tuple[QRectF, ...],
        rows: int,
        columns: int,
        across: int = 1,
        smooth: bool = True,
        z: float = 0,
    ) -> None:
        count, first = len(tiles), tiles[0]
        self.count, self.rows, self.columns = count, rows, columns
        down = -(-count // across)
        right = tiles[1].left() - first.left() if across > 1 and count > 1 else first.width()
        below = tiles[across].top() - first.top() if count > across else first.height()
        # The gaps are whole pixels, in the colour of the card; so what lies between two tiles is never blended.
        self._repeats_x, gap_x = grain(columns, right / first.width() - 1)
        self._repeats_y, gap_y = grain(rows, below / first.height() - 1)
        self._levels = np.full((count, rows, columns), -1, np.int16)
        tile_high, tile_wide = rows * self._repeats_y, columns * self._repeats_x
        high, wide = down * (tile_high + gap_y), min(across, count) * (tile_wide + gap_x)
        self._pixels = np.empty((high, wide), np.uint32)
        grid = self._pixels.reshape(down, tile_high + gap_y, min(across, count), tile_wide + gap_x)
        self._places = [grid[place // across, :tile_high, place % across, :tile_wide] for place in range(count)]
        # The image draws straight from the buffer, which therefore must live as long as the image.
        self._image = QImage(self._pixels.data, wide, high, 4 * wide, QImage.Format.Format_RGB32)
        self.item = items.pixmap(parent, first.topLeft(), z)
        self.item.setTransform(QTransform.fromScale(right / (tile_wide + gap_x), below / (tile_high + gap_y)))
        if smooth:
            self.item.setTransformationMode(items.SMOOTH)
        self._table: NDArray[np.uint32] = np.empty(0, np.uint32)

    def fill(self, values: NDArray[np.floating], scale: float | NDArray[np.floating]) -> bool:
        """Colour `values` (count, rows, columns): −scale is fully orange, +scale fully blue, beyond is clipped; whether
        that changes anything. `scale` is one number, or (count,) numbers. NaN gets the theme's colour for what is bad,
        lest it pass for 0."""
        levels = levels_of(values, scale)
        theme = current()
        table = _with_bad(heat_map_table(theme), theme.bad)
        fresh = table is not self._table
        if fresh:
            self._table = table
            self._pixels.fill(QColor(theme.card).rgb())
            changed = range(self.count)
        else:
            changed = np.flatnonzero((levels != self._levels).any(axis=(1, 2))).tolist()
            if not changed:
                return False
        self._levels = levels
        if len(changed) * 2 > self.count:
            colors = table[levels]
            for place in changed:
                self._places[place][...] = self._grown(colors[place])
        else:
            for place in changed:
                self._places[place][...] = self._grown(table[levels[place]])
        self.item.setPixmap(QPixmap.fromImage(self._image))
        return True

    def _grown(self, colors: NDArray[np.uint32]) -> NDArray[np.uint32]:
        if self._repeats_x == self._repeats_y == 1:
            return colors
        return colors.repeat(self._repeats_y, 0).repeat(self._repeats_x, 1)

    def picture(self, place: int) -> QImage | None:
        """One map as an image of its own; None before the first filling."""
        if not len(self._table):
            return None
        colors = np.ascontiguousarray(self._places[place][:: self._repeats_y, :: self._repeats_x])
        return QImage(colors.data, self.columns, self.rows, 4 * self.columns, QImage.Format.Format_RGB32).copy()


def grain(values: int, gap: float) -> tuple[int, int]:
    """How often each of a tile's values is repeated, and how many pixels the gap behind the tile has then: so that the
    gap, a share of the tile, is nearly a whole number of pixels, and the tile stands where it should."""
    for repeats in range(1, _FINEST):
        pixels = values * repeats
        if abs(gap * pixels - round(gap * pixels)) <= _INEXACT * pixels:
            return repeats, round(gap * pixels)
    return _FINEST, round(gap * values * _FINEST)


def levels_of(values: NDArray[np.floating], scale: float | NDArray[np.floating]) -> NDArray[np.int16]:
    """Which of 256 colours each value gets, −scale the first, +scale the last; 256 for NaN."""
    factor = 127.5 / np.maximum(np.asarray(scale, np.float32), 1e-30)
    with np.errstate(over="ignore", invalid="ignore"):
        shades = values * factor.reshape(-1, *[1] * (values.ndim - 1)) + np.float32(128)
    missing = np.isnan(shades) if math.isnan(shades.sum()) else None
    if missing is not None:
        shades[missing] = 0
    # Clipped before the cast: an infinite float has no integer to become.
    levels = np.clip(shades, 0, 255, out=shades).astype(np.int16)
    if missing is not None:
        levels[missing] = _BAD
    return levels


_tables: dict[tuple[int, str], NDArray[np.uint32]] = {}


def _with_bad(table: NDArray[np.uint32], bad: str) -> NDArray[np.uint32]:
    """The colours, and behind them the one for what is not a number; the same array for the same theme."""
    key = (id(table), bad)
    if key not in _tables:
        _tables[key] = np.append(table, np.uint32(QColor(bad).rgb()))
    return _tables[key]


def robust_scale(values: NDArray[np.floating], bounds: Range = UNBOUNDED) -> float:
    """The value that a heat map of one layer shows at full colour.

    Values between `bounds` are shown by them: tanh and sine from −1 to 1; sigmoid, softmax and the hard step have no
    negative half and run from the colour of zero to blue. All others take the 98th percentile of |values|, so that one
    outlier does not turn the layer grey; it is estimated from a few thousand of the finite values. A layer of zeros has
    the scale 1.
    """
    if bounds.low is not None and bounds.high is not None:
        return max(-bounds.low, bounds.high)
    flat = values.reshape(-1)
    # A step that shares no factor with the usual widths visits all columns of a map.
    step = max(1, flat.size // _SAMPLED) | 1 if flat.size > _SAMPLED else 1
    sample = np.abs(flat[::step])
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return 1.0
    rank = min(sample.size - 1, int(0.98 * sample.size))
    scale = float(np.partition(sample, rank)[rank])
    return scale or float(sample.max()) or 1.0
