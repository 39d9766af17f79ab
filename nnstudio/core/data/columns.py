"""A table as it comes from a file or a script: columns with names, gaps and all, before anything is decided about it.

A column is numbers or words. Words are kept as the number of each row's word among the different ones, so that a
million rows of three words cost no more than a million numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64] | NDArray[np.bool_] | slice


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """values (n,): NaN where there is a gap; date_format: of days since 1970, how they were written.
    unread: how many cells were no numbers, and count as gaps"""

    values: NDArray[np.float64]
    date_format: str = ""
    unread: int = 0

    def __len__(self) -> int:
        return len(self.values)

    @property
    def gaps(self) -> NDArray[np.bool_]:
        """Where a value is missing, (n,)."""
        return np.isnan(self.values)


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """codes (n,): the number of each row's word, −1 where there is a gap; words: the different ones in the order in
    which they first come; None if there are too many to be kept, and then codes mean nothing but gaps"""

    codes: NDArray[np.int32]
    words: tuple[str, ...] | None

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def gaps(self) -> NDArray[np.bool_]:
        """Where a value is missing, (n,)."""
        return self.codes < 0


AnyColumn = Numbers | Words


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Columns of the same length by name, in their order."""

    by_name: Mapping[str, AnyColumn]

    def __len__(self) -> int:
        return len(next(iter(self.by_name.values()), ()))

    @property
    def names(self) -> tuple[str, ...]:
        """What the columns are called."""
        return tuple(self.by_name)


def word_of(number: float) -> str:
    """A number as the name of a class: 2 for 2.0."""
    return str(int(number)) if number == int(number) else repr(number)


def as_words(column: AnyColumn) -> Words:
    """A column read as words: the different numbers in rising order."""
    if isinstance(column, Words):
        return column
    gaps = column.gaps
    found, codes = np.unique(np.where(gaps, 0.0, column.values), return_inverse=True)
    return Words(np.where(gaps, -1, codes).astype(np.int32), tuple(word_of(float(one)) for one in found))
