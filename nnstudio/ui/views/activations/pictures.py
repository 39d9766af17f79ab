"""Histograms as pictures of the screen's own pixels: one of now, or many side by side over time.

Colour is the value: orange below zero, blue above, paler near zero. Heights and strengths are square roots of counts
(Tukey's rootogram), so that a pile at one value does not hide all others; each layer's highest bin is full: shapes
compare, not counts.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPixmap

from nnstudio.core.run.frame import Histogram
from nnstudio.ui import theme

_PALEST = 0.3
"""So strong is the colour of values near zero, or bars there would vanish into the card."""
_GAP_FROM = 3
"""Bars at least so many pixels wide have a gap between them."""

Pixels = NDArray[np.uint32]
Values = NDArray[np.float64]
Strength = NDArray[np.uint8]


def value_colors(colors: theme.Theme, values: Values, reach: float) -> Pixels:
    """A colour as 0xffRRGGBB for each of these values, which lie between −reach and reach."""
    shares = np.clip(values / (reach or 1.0), -1, 1)
    strong = np.where(shares < 0, -1, 1) * (_PALEST + (1 - _PALEST) * np.abs(shares))
    return theme.heat_map_table(colors)[np.rint(theme.ZERO + theme.ZERO * strong).astype(np.intp)]


def bars(histogram: Histogram, low: float, high: float, width: int, height: int) -> QPixmap:
    """The histogram of now over an axis from `low` to `high`, in so many pixels."""
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
    return _pixmap(np.where(filled, colors[which], np.uint32(0)))


def strength(histogram: Histogram) -> Strength:
    """How strong the colour of each bin is over time, 0 … 255."""
    return np.rint(255 * _shares(histogram)).astype(np.uint8)


def strip(strengths: list[Strength], spans: list[tuple[float, float]], low: float, high: float, height: int) -> QPixmap:
    """How often which value was taken over time: a column of pixels for each of these moments, values from `low` below
    to `high` above; `spans` are the ends of the moments' histograms."""
    values = _values(low, high, height)
    ends, columns = np.array(list(dict.fromkeys(spans))), np.array(strengths)
    bins = columns.shape[1]
    places = np.floor((values - ends[:, :1]) / (ends[:, 1:] - ends[:, :1]) * bins).astype(np.intp)
    there = (places >= 0) & (places < bins)
    places = np.where(there, places, bins)
    columns = np.pad(columns, ((0, 0), (0, 1)))
    if len(ends) == 1:
        shown = columns[:, places[0]]
    else:
        order = {span: place for place, span in enumerate(dict.fromkeys(spans))}
        shown = np.take_along_axis(columns, places[[order[span] for span in spans]], 1)
    return _pixmap(_veils(theme.current(), low, high, height)[np.arange(height)[:, None], shown.T])


@lru_cache(maxsize=8)
def _veils(colors: theme.Theme, low: float, high: float, height: int) -> Pixels:
    """The colour of each height's value over the card in 256 strengths, (height, 256)."""
    color = value_colors(colors, _values(low, high, height), max(-low, high))[:, None]
    card, steps = np.uint32(int(colors.card.removeprefix("#"), 16)), np.arange(256, dtype=np.uint32)
    table = np.full((height, 256), 0xFF000000, np.uint32)
    for shift in np.array([16, 8, 0], np.uint32):
        over, under = color >> shift & np.uint32(0xFF), card >> shift & np.uint32(0xFF)
        table |= (over * steps + under * (255 - steps)) // 255 << shift
    return table


def _values(low: float, high: float, height: int) -> Values:
    return high - (np.arange(height) + 0.5) / height * (high - low)


def _shares(histogram: Histogram) -> Values:
    return np.sqrt(histogram.counts / max(int(histogram.counts.max()), 1))


def _pixmap(pixels: Pixels) -> QPixmap:
    pixels = np.ascontiguousarray(pixels, np.uint32)
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return QPixmap.fromImage(image)  # a copy
