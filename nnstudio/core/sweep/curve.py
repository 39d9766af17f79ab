"""The curve of a run, thinned: few enough points to keep those of a thousand runs, enough to see what happened."""

from bisect import bisect_left
from dataclasses import fields

import numpy as np

from nnstudio.core.training.history import HistoryPrefix

POINTS = 64
NO_CURVE = HistoryPrefix(*(np.empty(0) for _ in fields(HistoryPrefix)))


def thinned(rows: HistoryPrefix, most: int = POINTS) -> HistoryPrefix:
    """At most so many of the rows at which the network was measured, as even in updates as there are any: the first and
    the last always."""
    measured = np.flatnonzero(~np.isnan(rows.test_loss))
    if len(measured) > most:
        updates: list[float] = rows.update[measured].tolist()
        first, last, gaps = updates[0], updates[-1], most - 1
        places = {bisect_left(updates, first + (last - first) * gap / gaps) for gap in range(gaps)}
        measured = measured[sorted(places | {len(updates) - 1})]
    return HistoryPrefix(*(getattr(rows, field.name)[measured] for field in fields(rows)))
