"""Many small heat maps as one native item: orange is negative, blue is positive, in between lies the theme's zero.

A frame brings one map for each neuron. All maps of a layer share one image, a byte for a value (or a few, where there
are hardly any), which Qt colours by a table and stretches to its place while it paints. Filling it is a few passes over
arrays; where no shade has changed nothing is touched, and so nothing is painted.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.network.model import UNBOUNDED, Range
from nnstudio.core.run.frame import FloatArray
from nnstudio.ui.stage import items
from nnstudio.ui.theme import ZERO, Theme, current, heat_map_table

BAD, _GAP = 2 * ZERO + 1, 2 * ZERO + 2
"""Behind the shades in the table of colours: what is not a number, and what lies between the maps."""
_LEAST_SCALE = 1e-30
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
        down, wide = -(-count // across), min(across, count)
        right = tiles[1].left() - first.left() if across > 1 and count > 1 else first.width()
        below = tiles[across].top() - first.top() if count > across else first.height()
        # The gaps are whole pixels, in the colour of the card; so what lies between two tiles is never blended.
        repeats_x, gap_x = grain(columns, right / first.width() - 1)
        repeats_y, gap_y = grain(rows, below / first.height() - 1)
        tile_high, tile_wide = rows * repeats_y, columns * repeats_x
        self._pixels = np.full((down, tile_high + gap_y, wide, tile_wide + gap_x), _GAP, np.uint8)
        within = self._pixels[:, :tile_high, :, :tile_wide]
        self._places = within.reshape(down, rows, repeats_y, wide, tile_wide)
        self._shades = np.full((down * wide, rows, columns), _GAP, np.uint8)
        self._by_place = self._shades.reshape(down, wide, rows, columns).transpose(0, 2, 1, 3)
        self._repeats_x = repeats_x
        # The image draws straight from the buffer, which therefore must live as long as the image.
        size = wide * (tile_wide + gap_x), down * (tile_high + gap_y)
        self._image = QImage(self._pixels.data, *size, size[0], QImage.Format.Format_Indexed8)
        self._theme: Theme | None = None
        self.item = items.pixmap(parent, first.topLeft(), z)
        self.item.setTransform(QTransform.fromScale(right / (tile_wide + gap_x), below / (tile_high + gap_y)))
        if smooth:
            self.item.setTransformationMode(items.SMOOTH)

    def fill(self, values: FloatArray, scale: float | FloatArray) -> bool:
        """Colour `values` (count, rows, columns): −scale is fully orange, +scale fully blue, beyond is clipped; whether
        that changes anything. `scale` is one number, or (count,) numbers. NaN gets the theme's colour for what is bad,
        lest it pass for 0."""
        shades, theme = shades_of(values, scale), current()
        if theme is not self._theme:
            self._theme = theme
            self._image.setColorTable(colors_of(theme))
        elif shades.tobytes() == self._shades[: self.count].tobytes():
            return False
        self._shades[: self.count] = shades
        grown = self._by_place.repeat(self._repeats_x, 3) if self._repeats_x > 1 else self._by_place
        self._places[...] = grown[:, :, None]
        self.item.setPixmap(QPixmap.fromImage(self._image))
        return True

    def picture(self, place: int) -> QImage | None:
        """One map as an image of its own; None before the first filling."""
        if self._theme is None:
            return None
        shades = self._shades[place]
        image = QImage(shades.data, self.columns, self.rows, self.columns, QImage.Format.Format_Indexed8)
        image.setColorTable(colors_of(self._theme))
        return image.convertToFormat(QImage.Format.Format_RGB32)


def grain(values: int, gap: float) -> tuple[int, int]:
    """How often each of a tile's values is repeated, and how many pixels the gap behind the tile has then: so that the
    gap, a share of the tile, is nearly a whole number of pixels, and the tile stands where it should."""
    for repeats in range(1, _FINEST):
        pixels = values * repeats
        if abs(gap * pixels - round(gap * pixels)) <= _INEXACT * pixels:
            return repeats, round(gap * pixels)
    return _FINEST, round(gap * values * _FINEST)


def shades_of(values: FloatArray, scale: float | FloatArray) -> NDArray[np.uint8]:
    """Which of the 2 · `ZERO` + 1 shades each value gets, −scale the first, +scale the last; `BAD` for NaN."""
    limit = np.maximum(scale, _LEAST_SCALE).astype(values.dtype).reshape(-1, *[1] * (values.ndim - 1))
    shades = np.minimum(values, limit)
    np.maximum(shades, -limit, out=shades)  # before it is scaled: so nothing can overflow
    shades *= ZERO / limit
    shades += ZERO + 0.5
    flat = shades.reshape(-1)
    if math.isnan(flat.dot(flat)):
        shades[np.isnan(shades)] = BAD
    return shades.astype(np.uint8)


@cache
def colors_of(theme: Theme) -> list[int]:
    """The colours of all shades and of what is behind them, as 0xffRRGGBB."""
    return [*heat_map_table(theme).tolist(), QColor(theme.bad).rgb(), QColor(theme.card).rgb()]


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
    sample.partition(rank)
    scale = float(sample[rank])
    return scale or float(sample.max()) or 1.0
