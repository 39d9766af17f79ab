"""The numbers behind a scatter matrix: of some rows the inputs that are shown, and where each lies in its cells."""

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.run.row_sample import RowSample

Values = NDArray[np.float64]


class ScatterRows:
    """k rows of a data set with m of its inputs, by their numbers.

    values (k, m): as the table has them; shares (k, m): from 0, the least of an input, to 1, its largest
    """

    def __init__(self, dataset: Dataset, sample: RowSample, inputs: tuple[int, ...]) -> None:
        self.dataset, self.sample, self.inputs = dataset, sample, inputs
        self.names = [dataset.input_names[each] for each in inputs]
        self.values: Values = sample.rows.raw[:, list(inputs)].astype(np.float64)
        low, high = self.values.min(axis=0), self.values.max(axis=0)
        room = np.where(high > low, 0.0, 0.5)  # what is constant lies in the middle
        self._low, self._high = low - room, high + room
        self.shares = self._share_of(self.values)

    def _share_of(self, values: Values) -> Values:
        return np.clip((values - self._low) / (self._high - self._low), 0, 1)

    def shares_of(self, raw: NDArray[np.number]) -> Values:
        """Where a row of the table (inputs,) lies, (m,); beyond the sample at its edge."""
        return self._share_of(raw[list(self.inputs)].astype(np.float64))

    def correlation(self, column: int, row: int) -> float | None:
        """Pearson's r of two of the m inputs; None where one is constant, for that goes along with nothing."""
        across, up = self.values[:, column], self.values[:, row]
        return float(np.corrcoef(across, up)[0, 1]) if across.std() and up.std() else None

    def counts(self, bins: int) -> NDArray[np.int64]:
        """How many rows have which value, (m, classes, bins); of values that are learned there is one class."""
        labels = self.sample.rows.labels if self.dataset.classes else np.zeros(len(self.values), np.int64)
        places = np.minimum((self.shares * bins).astype(np.int64), bins - 1)
        classes = max(self.dataset.classes, 1)
        return np.stack(
            [np.bincount(labels * bins + of, minlength=classes * bins).reshape(classes, bins) for of in places.T]
        )
