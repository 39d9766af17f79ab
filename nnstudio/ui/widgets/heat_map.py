"""Many small heat maps, drawn at once: orange is negative, blue is positive, in between lies the theme's zero.

A frame brings one map for each neuron. All maps of a layer share a single image, made once over a NumPy buffer; filling
it is four passes over preallocated arrays and one look-up, and drawing a map is one `drawImage` of its part. So 64 maps
of 32×32 cost well under a millisecond, where an item for each of them would cost more than ten.
"""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from nnstudio.core.network.model import UNBOUNDED, Range
from nnstudio.ui.theme import current, heat_map_table

HIGHEST_IMAGE = 32_767
"""Qt's raster engine addresses the rows of an image with 16 bits."""

_SAMPLED = 4096


class HeatMapAtlas:
    """`count` heat maps of `rows` × `columns` values in one image."""

    def __init__(self, count: int, rows: int, columns: int) -> None:
        if count * rows > HIGHEST_IMAGE:
            raise ValueError(f"{count} maps of {rows} rows are too many for one image; fill only those that show.")
        self.count, self.rows, self.columns = count, rows, columns
        self._values = np.empty((count, rows, columns), np.float32)
        self._indices = np.empty((count, rows, columns), np.intp)
        self._colors = np.full((count, rows, columns), 0xFF000000, np.uint32)
        # The image draws straight from the buffer, which therefore must live as long as the image.
        self._image = QImage(self._colors.data, columns, count * rows, columns * 4, QImage.Format.Format_RGB32)

    def fill(self, values: NDArray[np.floating], scale: float | NDArray[np.floating]) -> None:
        """Colour `values` (count, rows, columns): −scale is fully orange, +scale fully blue, beyond is clipped.

        `scale` is one number, or (count,) numbers. NaN gets the theme's colour for what is bad, lest it pass for 0.
        """
        theme = current()
        table = heat_map_table(theme)
        middle = (len(table) - 1) / 2
        factor = middle / np.maximum(np.asarray(scale, np.float32), 1e-30)
        with np.errstate(over="ignore", invalid="ignore"):
            np.multiply(values, factor.reshape(-1, 1, 1), out=self._values, casting="unsafe")
        self._values += np.float32(middle + 0.5)
        # Clipped before the cast: an infinite float has no integer to become.
        np.clip(self._values, 0, len(table) - 1, out=self._values)
        missing = np.isnan(self._values) if math.isnan(self._values.sum()) else None
        if missing is not None:
            self._values[missing] = 0
        np.copyto(self._indices, self._values, casting="unsafe")
        np.take(table, self._indices, out=self._colors, mode="clip")
        if missing is not None:
            self._colors[missing] = QColor(theme.bad).rgb()

    def draw(self, painter: QPainter, index: int, target: QRectF) -> None:
        """Draw map `index` into `target`; the painter's hints say whether it is smoothed."""
        painter.drawImage(target, self._image, QRectF(0, index * self.rows, self.columns, self.rows))


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
