"""Histograms as pictures of the screen's own pixels.

Colour is the value: orange below zero, blue above, paler near zero. Heights are square roots of counts (Tukey's
rootogram), so that a pile at one value does not hide all others; each layer's highest bin is full: shapes compare, not
counts.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPixmap

from nnstudio.core.run.frame import Histogram
from nnstudio.ui import theme

_PALEST = 0.3
"""So strong is the colour of values near zero, or bars there would vanish into the card."""
_STOPS, _FINER = 17, 4
_GAP_FROM = 3
"""Bars at least so many pixels wide have a gap between them."""

Pixels = NDArray[np.uint32]
Values = NDArray[np.float64]


def value_colors(colors: theme.Theme, values: Values, reach: float) -> Pixels:
    """A colour as 0xffRRGGBB for each of these values, which lie between −reach and reach."""
    shares = np.clip(values / (reach or 1.0), -1, 1)
    strong = np.where(shares < 0, -1, 1) * (_PALEST + (1 - _PALEST) * np.abs(shares))
    return theme.heat_map_table(colors)[np.rint(theme.ZERO + theme.ZERO * strong).astype(np.intp)]


def bars(histogram: Histogram, low: float, high: float, width: int, height: int) -> QPixmap:
    """The histogram over an axis from `low` to `high`, in so many pixels."""
    return _pixmap(_bars(histogram, low, high, width, height))


def sideways(histogram: Histogram, low: float, high: float, width: int, height: int) -> QPixmap:
    """The same with the values upwards and the bars to the right; of bins that share a pixel the highest is seen."""
    fine = _bars(histogram, low, high, height * _FINER, width)
    lengths = np.count_nonzero(fine, axis=0).reshape(height, _FINER)
    seen = np.arange(height) * _FINER + lengths.argmax(axis=1)
    return _pixmap(fine[:, seen].T[::-1, ::-1])


def by_value(low: float, high: float, bottom: float, top: float, strength: float) -> QLinearGradient:
    """The colours of values from `low` at the height `bottom` to `high` at `top`, so strong."""
    ground, reach = theme.current(), max(-low, high)
    stops = np.linspace(0, 1, _STOPS)
    colors = value_colors(ground, low + stops * (high - low), reach)
    gradient = QLinearGradient(0, bottom, 0, top)
    for stop, color in zip(stops.tolist(), colors.tolist(), strict=True):
        shade = QColor(color)
        shade.setAlphaF(strength)
        gradient.setColorAt(stop, shade)
    return gradient


def _bars(histogram: Histogram, low: float, high: float, width: int, height: int) -> Pixels:
    count = len(histogram.counts)
    edges = np.linspace(histogram.low, histogram.high, count + 1)
    places = np.rint((edges - low) / ((high - low) or 1.0) * width).astype(np.int64)
    places[-1] = max(places[-1], places[0] + 1)  # a range too small to be seen is one bar
    column = np.arange(width)
    which = np.searchsorted(places, column, "right") - 1
    inside = (which >= 0) & (which < count)
    which = np.clip(which, 0, count - 1)
    if width / count * (histogram.high - histogram.low) / ((high - low) or 1.0) >= _GAP_FROM:
        inside &= column != places[which + 1] - 1
    heights = np.ceil(_shares(histogram) * height)
    colors = value_colors(theme.current(), (edges[1:] + edges[:-1]) / 2, max(-low, high))
    filled = inside & (np.arange(height, 0, -1)[:, None] <= heights[which])
    return np.where(filled, colors[which], np.uint32(0))


def _shares(histogram: Histogram) -> Values:
    return np.sqrt(histogram.counts / max(int(histogram.counts.max()), 1))


def _pixmap(pixels: Pixels) -> QPixmap:
    pixels = np.ascontiguousarray(pixels, np.uint32)
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return QPixmap.fromImage(image)
