"""The columns of a run: what was measured at which update.

The history is append-only and bounded. Rows come at every update at first; each time `ROWS_PER_INTERVAL` rows have
been written since the last change, the interval between rows doubles. So an hour of training costs no more than a few
ten thousand rows, and the rule depends on nothing but the count of updates; rows that are asked for come besides. A
prefix is a view: cells once written never change, so it can be read on another thread while training goes on.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

ROWS_PER_INTERVAL = 2000
_FIRST_CAPACITY = 1024


@dataclass(frozen=True, slots=True)
class HistoryPrefix:
    """The rows written so far, read-only; NaN where nothing was measured at that row. All arrays have length n.

    update: the number of updates done, strictly rising
    epoch: the same in passes over the training data
    batch_loss: data loss of the row's mini-batch, before its update
    train_loss, test_loss: data loss over the training and the test examples
    train_accuracy, test_accuracy: share of right answers (classification) or R² (regression)
    penalty: the L1 and L2 terms, which come on top of the data loss
    learning_rate: the rate of the row's update
    validation_loss, validation_accuracy: over the validation examples, where there are any
    """

    update: NDArray[np.float64]
    epoch: NDArray[np.float64]
    batch_loss: NDArray[np.float64]
    train_loss: NDArray[np.float64]
    test_loss: NDArray[np.float64]
    train_accuracy: NDArray[np.float64]
    test_accuracy: NDArray[np.float64]
    penalty: NDArray[np.float64]
    learning_rate: NDArray[np.float64]
    validation_loss: NDArray[np.float64]
    validation_accuracy: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.update)


@dataclass(frozen=True, slots=True, eq=False)
class HistoryState:
    """The rows, the updates between two of them now, and how many were written since that was last changed."""

    rows: HistoryPrefix
    interval: int
    rows_at_interval: int


COLUMNS = tuple(column.name for column in fields(HistoryPrefix))


class History:
    """Append-only table of floats, one row of `COLUMNS` a measurement."""

    def __init__(self) -> None:
        self._table = np.empty((len(COLUMNS), _FIRST_CAPACITY))
        self._rows = 0
        self.interval = 1
        """Updates between two rows."""
        self._rows_at_interval = 0

    def __len__(self) -> int:
        return self._rows

    def append(self, *row: float) -> None:
        """Add one value for each of `COLUMNS`, in their order; the last ones may be left out and are NaN."""
        self._put(row)
        self._rows_at_interval += 1
        if self._rows_at_interval == ROWS_PER_INTERVAL:
            self.interval *= 2
            self._rows_at_interval = 0

    def ask(self, *row: float) -> None:
        """Add a row that somebody asked for, or complete the last one if it is of the same update. The interval between
        the others does not change by it."""
        last = self._rows - 1
        if self._rows and self._table[0, last] == row[0]:
            self._table = self._table.copy()  # prefixes handed out before keep the old one
            there = self._table[: len(row), last]
            np.copyto(there, row, where=np.isnan(there))
        else:
            self._put(row)

    def _put(self, row: tuple[float, ...]) -> None:
        capacity = self._table.shape[1]
        if self._rows == capacity:
            # A new table: prefixes handed out before keep the old one.
            table = np.empty((len(COLUMNS), 2 * capacity))
            table[:, :capacity] = self._table
            self._table = table
        self._table[: len(row), self._rows] = row
        self._table[len(row) :, self._rows] = np.nan
        self._rows += 1

    def prefix(self) -> HistoryPrefix:
        """Everything written so far, as read-only views."""
        table = self._table[:, : self._rows]
        table.flags.writeable = False
        return HistoryPrefix(*table)

    def state(self) -> HistoryState:
        """Everything written so far, and when the next row is due."""
        return HistoryState(self.prefix(), self.interval, self._rows_at_interval)

    @classmethod
    def of(cls, state: HistoryState) -> "History":
        """A history that goes on from there; what shares the old rows keeps them. Raises `ValueError` for columns of
        different lengths, updates that do not rise and an interval that never ends."""
        history = cls()
        rows = len(state.rows)
        if any(len(getattr(state.rows, name)) != rows for name in COLUMNS):
            raise ValueError("the columns of the history have different lengths")
        if not rows or not np.isfinite(state.rows.update).all() or (np.diff(state.rows.update) <= 0).any():
            raise ValueError("the updates of the history do not rise")
        if state.interval < 1 or not 0 <= state.rows_at_interval < ROWS_PER_INTERVAL:
            raise ValueError(f"{state.rows_at_interval} rows every {state.interval} updates are no interval")
        capacity = _FIRST_CAPACITY
        while capacity <= rows:
            capacity *= 2
        history._table = np.empty((len(COLUMNS), capacity))
        for place, name in enumerate(COLUMNS):
            history._table[place, :rows] = getattr(state.rows, name)
        history._rows, history.interval, history._rows_at_interval = rows, state.interval, state.rows_at_interval
        return history
