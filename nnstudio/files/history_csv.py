"""The curves of a run as a table that any spreadsheet opens.

One row a measurement, one column for each of `history.COLUMNS`. Numbers are written so that they come back to the last
bit; where nothing was measured the cell is empty.
"""

from math import isnan
from pathlib import Path

import numpy as np

from nnstudio.core.training.history import COLUMNS, HistoryPrefix
from nnstudio.files.atomic import write_atomically


def export_history(path: Path, history: HistoryPrefix) -> None:
    """Write the history to `path` as CSV. Raises `FileError`."""
    write_atomically(path, history_csv(history))


def history_csv(history: HistoryPrefix) -> bytes:
    """The table."""
    columns = np.stack([getattr(history, name) for name in COLUMNS], axis=1)
    lines = [COLUMNS, *([f"{row[0]:.0f}", *map(_cell, row[1:])] for row in columns.tolist())]
    return "".join(f"{','.join(line)}\n" for line in lines).encode()


def _cell(value: float) -> str:
    return "" if isnan(value) else repr(value)
