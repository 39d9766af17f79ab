"""Some rows of a table, drawn at random from all of its splits: enough to see how the inputs lie.

The draw has a seed of its own, so that the same table always shows the same rows, and their order is random as well:
drawn one over the other, no split and no class hides another.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.dataset import Dataset, Split
from nnstudio.core.run.example import Chosen, SplitName

ROWS = 2000
"""So many are drawn at most."""


@dataclass(frozen=True, slots=True, eq=False)
class RowSample:
    """k of a data set's rows.

    total: how many there are in all; rows: the k examples
    starts: by split, the number of its first example where all splits stand one behind the other
    numbers (k,): of the k rows there
    """

    total: int
    rows: Split
    starts: dict[SplitName, int]
    numbers: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.numbers)

    def example(self, row: int) -> Chosen:
        """Which example of the data one of the k rows is."""
        number = int(self.numbers[row])
        name = max((name for name in self.starts if self.starts[name] <= number), key=self.starts.__getitem__)
        return Chosen(name, number - self.starts[name])


def row_count(dataset: Dataset) -> int:
    """The rows of all splits; those that train and test alike count once."""
    return sum(len(split) for split in _splits(dataset).values())


def sample_rows(dataset: Dataset, limit: int = ROWS) -> RowSample:
    """All rows in random order, or so many of them without returning any."""
    splits = _splits(dataset)
    ends = np.cumsum([len(split) for split in splits.values()])
    total = int(ends[-1])
    starts = dict(zip(splits, (0, *map(int, ends[:-1])), strict=True))
    random = np.random.default_rng((dataset.spec.seed, 7))
    numbers = random.choice(total, min(limit, total), replace=False).astype(np.int64)
    first = next(iter(splits.values()))
    augmented, targets, raw = (
        np.empty((len(numbers), of.shape[1]), of.dtype) for of in (first.augmented, first.targets, first.raw)
    )
    labels = np.empty(len(numbers) if len(first.labels) else 0, np.int64)
    for name, split in splits.items():
        mine = (numbers >= starts[name]) & (numbers < starts[name] + len(split))
        within = numbers[mine] - starts[name]
        augmented[mine], targets[mine], raw[mine] = split.augmented[within], split.targets[within], split.raw[within]
        if len(labels):
            labels[mine] = split.labels[within]
    return RowSample(total, Split(augmented, targets, labels, raw), starts, numbers)


def _splits(dataset: Dataset) -> dict[SplitName, Split]:
    found = {name: split for name in SplitName if (split := name.of(dataset)) is not None and len(split)}
    if dataset.test is dataset.train:
        del found[SplitName.TEST]
    return found
