"""Curves with about one point a pixel.

A long run has more rows than the screen has columns, and drawing them all costs time and shows a blot. Rows that fall
on the same pixel become one: their mean, and the lowest and highest of them. What is not finite is left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]

_SMOOTHNESS = 0.015
"""Standard deviation of the smoothing, as a share of the curve's width."""


@dataclass(frozen=True, slots=True)
class Thinned:
    """A curve of n points: mean `x` and mean `y` of the rows in a column, their lowest and highest y, how many rows."""

    x: Column
    y: Column
    low: Column
    high: Column
    rows: Column

    def __len__(self) -> int:
        return len(self.x)


def thin(x: Column, y: Column, columns: int) -> Thinned:
    """The finite points of (x, y), x rising, as at most `columns` points."""
    finite = np.isfinite(y)
    x, y = x[finite], y[finite]
    if len(x) <= columns:
        return Thinned(x, y, y, y, np.ones(len(x)))
    edges = np.linspace(x[0], x[-1], columns + 1)[:-1]
    starts = np.unique(np.searchsorted(x, edges))
    rows = np.diff(starts, append=len(x)).astype(np.float64)
    return Thinned(
        x=np.add.reduceat(x, starts) / rows,
        y=np.add.reduceat(y, starts) / rows,
        low=np.minimum.reduceat(y, starts),
        high=np.maximum.reduceat(y, starts),
        rows=rows,
    )


def smooth(curve: Thinned) -> Column:
    """The curve's y under a Gaussian window, each point weighted by its rows; near the ends the window is cut off."""
    count = len(curve)
    sigma = max(_SMOOTHNESS * count, 1.0)
    reach = min(int(3 * sigma), (count - 1) // 2)
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weight = np.convolve(curve.rows, window, mode="same")
    return np.convolve(curve.y * curve.rows, window, mode="same") / weight


def envelope(curve: Thinned) -> tuple[Column, Column]:
    """A line that visits the lowest and the highest value of every column: what noise looks like from afar."""
    if len(curve) == 0 or curve.rows.max() == 1:
        return curve.x, curve.y
    return np.repeat(curve.x, 2), np.column_stack((curve.low, curve.high)).ravel()
