"""Curves with no more points than there is room for.

A long run has more rows than the screen has columns, and drawing them all costs time and shows a blot. Of the noise of
the mini-batches each one, two, four … updates keep the lowest and the highest. Of what was measured now and then every
second, fourth, eighth point is taken, and between two of them the lowest and the highest, so that no peak is lost. So
what was drawn stays as it is while the run goes on. What is not finite is left out.
"""

import math

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]


def envelope(x: Column, y: Column, columns: int) -> tuple[Column, Column]:
    """A line through the finite points of (x, y), x rising; where they are more than `columns`, it visits the lowest
    and the highest of each of up to so many stretches, which begin at multiples of a power of two."""
    finite = np.isfinite(y)
    if not finite.all():
        x, y = x[finite], y[finite]
    if len(x) <= columns:
        return x, y
    length = 2.0 ** math.ceil(math.log2((x[-1] - x[0]) / columns))
    stretches = (x / length).astype(np.int64)
    starts = np.flatnonzero(np.diff(stretches, prepend=-1) != 0)
    rows = np.diff(starts, append=len(x))
    extremes = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    return np.repeat(np.add.reduceat(x, starts) / rows, 2), np.column_stack(extremes).ravel()


def stride(count: int, at_most: int) -> int:
    """The smallest power of two of which about so many multiples are among `count` places."""
    step = 1
    while count > at_most * step:
        step *= 2
    return step


def outline(y: Column, first: int, last: int, step: int) -> NDArray[np.intp]:
    """Of the places around `first` … `last` − 1 the multiples of a step, from each to the next those of the lowest and
    the highest y, and the last place."""
    begins = np.arange(first // step * step, last, step)
    part = y[begins[0] : last]
    blocks = np.pad(part, (0, len(begins) * step - len(part)), "edge").reshape(-1, step)
    extremes = (begins + blocks.argmin(axis=1), begins + blocks.argmax(axis=1))
    return np.unique(np.minimum(np.concatenate((begins, *extremes, [last - 1])), last - 1))
