"""From the rows of a record to the pieces of a band, with no more points than there is room for.

Where nothing was measured a band ends, and another piece begins where it was measured again. Of rows that crowd each
one, two, four … together show their mean, in stretches that begin at multiples of a power of two: what was drawn stays
as it is while the run goes on.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.run.spread import BandsPrefix, Column

_COLUMNS = 96
"""So many stretches fit on the axis at most."""


class Piece(NamedTuple):
    """A part of a band without a gap: places x (n,) and the heights y (n, 5) of the percentiles there."""

    x: Column
    y: Column


def measured(column: Column) -> NDArray[np.bool_]:
    """Which rows of percentiles (n, 5) are known."""
    return np.isfinite(column[:, 0])


def since(bands: BandsPrefix, known: NDArray[np.bool_]) -> int | None:
    """From which update on the record goes, if not from the beginning."""
    first = int(bands.updates[int(known.argmax())]) if known.any() else 0
    return first if first > bands.interval else None


def pieces(bands: BandsPrefix, known: NDArray[np.bool_], x: Column, y: Column, end: float) -> list[Piece]:
    """The rows that are known, as places x (n,) and y (n, 5), on an axis from update 0 to `end`."""
    rows = np.flatnonzero(known)
    if not len(rows):
        return []
    updates, length = bands.updates[rows], bands.interval
    while end > length * _COLUMNS:
        length *= 2
    gaps = np.diff(updates) > bands.interval
    stretches = updates // length
    starts = np.flatnonzero(np.concatenate(([True], gaps | (np.diff(stretches) > 0))))
    counts = np.diff(starts, append=len(rows))
    across = np.add.reduceat(x[rows], starts) / counts
    heights = np.add.reduceat(y[rows], starts, axis=0) / counts[:, None]
    # A piece reaches to its first and its last row.
    begins = np.flatnonzero(np.isin(starts, np.concatenate(([0], np.flatnonzero(gaps) + 1))))
    found: list[Piece] = []
    for begin, stop in zip(begins, [*begins[1:], len(starts)], strict=True):
        first, last = starts[begin], (starts[stop] if stop < len(starts) else len(rows)) - 1
        middle = slice(begin, stop)
        ends = x[rows[[first, last]]]
        found.append(
            Piece(
                np.concatenate((ends[:1], across[middle], ends[1:])),
                np.concatenate((heights[begin][None], heights[middle], heights[stop - 1][None])),
            )
        )
    return found
