"""What a proposal makes of a table in numbers: the shares of the rows, how often each class comes, and how good it is
to guess without looking."""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.data.columns import Columns
from nnstudio.core.data.table_encoding import usable
from nnstudio.core.data.table_examples import dealt, truth_in
from nnstudio.core.data.table_pair import Pair, best_pair
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.dataset_spec import TableSpec

BARS = 24
"""Of the histogram of values to be learned."""


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """training, validation, test: rows; without a test share all of them train and test
    classes: of each class the rows; empty where values are learned
    bars: the histogram of values to be learned, from `low` to `high`; mean, deviation: theirs
    pair: the columns that say most by themselves
    """

    training: int
    validation: int
    test: int
    classes: tuple[int, ...] = ()
    bars: tuple[int, ...] = ()
    low: float = 0.0
    high: float = 0.0
    mean: float = 0.0
    deviation: float = 0.0
    pair: Pair | None = None

    @property
    def rows(self) -> int:
        """All that are used, each counted once."""
        return sum(self.classes) or sum(self.bars)


def overview_of(spec: TableSpec, columns: Columns) -> Overview:
    """What a spec makes of a table. Raises `DataError` where the rows cannot be dealt out."""
    assert spec.recipe is not None
    truth, known = truth_in(spec, columns)
    truth = truth[known & usable(spec.recipe, columns)]
    train, test, validation = dealt(spec, truth)
    counts = len(train), 0 if validation is None else len(validation), len(test)
    pair = best_pair(spec, columns)
    if spec.task is not Task.REGRESSION:
        classes = np.bincount(truth.astype(np.int64), minlength=len(spec.target_names))
        return Overview(*counts, classes=tuple(map(int, classes)), pair=pair)
    values = truth[:, 0].astype(np.float64)
    if not len(values):
        return Overview(*counts, pair=pair)
    bars, _ = np.histogram(values, BARS)
    low, high = float(values.min()), float(values.max())
    found = tuple(map(int, bars))
    mean, deviation = float(values.mean()), float(values.std())
    return Overview(*counts, bars=found, low=low, high=high, mean=mean, deviation=deviation, pair=pair)
