"""A column at a glance: how its values are distributed, in a few bars.

A long column is looked at in rows at even distances, so that a thousand columns of a million rows are quickly drawn.
"""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.data.columns import AnyColumn, Numbers
from nnstudio.core.data.table_facts import Facts

BARS, WORDS = 14, 3
"""So many bars has a histogram; so many of the most frequent words are drawn."""
ROWS = 10_000
"""So many rows are looked at."""
_FEW = 12


@dataclass(frozen=True, slots=True)
class Sketch:
    """shares: of each bar, of the longest one; from the lowest number to the highest, or from the most frequent word on
    upright: whether the bars stand on the axis of numbers; gaps: the bar of rows without a value
    """

    shares: tuple[float, ...]
    upright: bool
    gaps: float = 0.0


def sketch_of(column: AnyColumn, facts: Facts) -> Sketch:
    """The bars of a column; none where nothing could be told apart: no values, or another one in every row."""
    step = max(len(column) // ROWS, 1)
    if facts.empty or (facts.is_id and not facts.numeric):
        return Sketch((), facts.numeric)
    if isinstance(column, Numbers):
        values = column.values[::step]
        values = values[~np.isnan(values)]
        if not len(values):
            return Sketch((), True)
        different = np.unique(values) if facts.whole and facts.different is not None else values
        if len(different) <= _FEW and facts.whole:
            counts = np.array([np.count_nonzero(values == one) for one in different])
        else:
            counts, _ = np.histogram(values, BARS)
        return Sketch(_shares(counts, int(counts.max())), True)
    codes = column.codes[::step]
    gaps = int((codes < 0).sum())
    counts = np.sort(np.bincount(codes[codes >= 0], minlength=1))[::-1][:WORDS]
    counts = counts[counts > 0]
    longest = max(int(counts.max(initial=0)), gaps, 1)
    return Sketch(_shares(counts, longest), False, gaps / longest)


def _shares(counts: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]", longest: int) -> tuple[float, ...]:
    return tuple(float(count) / longest for count in counts)
