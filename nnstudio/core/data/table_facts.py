"""What is to be seen of a table's columns before anything is decided: gaps, how many different values, whether they are
whole numbers, whether they count the rows."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.columns import AnyColumn, Columns, Numbers, as_words
from nnstudio.core.data.table_encoding import ISO, days
from nnstudio.core.experiment.table_recipe import MAXIMUM_VALUES

FEWEST_ROWS = 20
"""In fewer rows it may be by chance that all differ, or that one column tells another."""
_FIRST = 10_000
_NAMES_OF_IDS = re.compile(r"(.*[_\W])?(id|ids|nr|no|number|index|key|uuid|row)|unnamed.*", re.IGNORECASE)
_DATE_FORMATS = (ISO, "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d")
_LOOKS_LIKE_A_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T].*)?")


@dataclass(frozen=True, slots=True)
class Facts:
    """About one column.

    gaps: how many rows lack a value; different: how many values there are, None for more than can be categories
    numeric, whole: whether they are numbers, and whole ones; date_format: of dates, how they are written
    is_id: whether it differs in every row and says no more than which row it is
    """

    gaps: int
    different: int | None
    numeric: bool
    whole: bool
    date_format: str
    is_id: bool

    @property
    def constant(self) -> bool:
        """Whether all values are the same one."""
        return self.different == 1

    @property
    def empty(self) -> bool:
        """Whether there are no values."""
        return self.different == 0


def facts_of(columns: Columns) -> dict[str, Facts]:
    """The facts about each column by name."""
    return {name: _facts(name, column) for name, column in columns.by_name.items()}


def _facts(name: str, column: AnyColumn) -> Facts:
    gaps, count = int(column.gaps.sum()), len(column)
    if isinstance(column, Numbers):
        values = column.values if not gaps else column.values[~column.gaps]
        whole = bool((values == np.floor(values)).all())
        different = _different(values)
        counts_rows = whole and not gaps and different is None and not column.date_format and _counts_rows(name, values)
        return Facts(gaps, different, True, whole, column.date_format, counts_rows)
    if column.words is None:
        return Facts(gaps, None, False, False, "", True)
    different = len(column.words)
    date_format = date_format_of(column.words)
    is_id = different == count and count >= FEWEST_ROWS and not date_format
    return Facts(gaps, different if different <= MAXIMUM_VALUES else None, False, False, date_format, is_id)


def _different(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int | None:
    for some in (values[:_FIRST], values):
        different = len(np.unique(some))
        if different > MAXIMUM_VALUES:
            return None
    return different


def _counts_rows(name: str, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    if len(values) < FEWEST_ROWS or len(np.unique(values)) < len(values):
        return False
    return values.max() - values.min() == len(values) - 1 or _NAMES_OF_IDS.fullmatch(name) is not None


def date_format_of(words: tuple[str, ...]) -> str:
    """How these words are written, if all of the first ones are dates, else empty."""
    some = words[:200]
    if not some or not all(_LOOKS_LIKE_A_DATE.fullmatch(word) for word in some):
        return ""
    return next((form for form in _DATE_FORMATS if not any(np.isnan(days(word, form)) for word in some)), "")


def mean_correlation(one: AnyColumn, other: AnyColumn) -> bool:
    """Whether two columns of numbers rise and fall together in every row, to within rounding."""
    if not (isinstance(one, Numbers) and isinstance(other, Numbers)):
        return False
    found = None
    for rows in (slice(_FIRST), slice(None)):  # most columns differ in the first rows already
        found = _correlation(one.values[rows], other.values[rows])
        if not (found is None or found > 1 - 1e-9):
            return False
    return found is not None


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Pearson's |r| of the rows without a gap; None where they are too few, or all the same."""
    both = ~(np.isnan(one) | np.isnan(other))
    x, y = one[both], other[both]
    if len(x) < FEWEST_ROWS or x.std() == 0 or y.std() == 0:
        return None
    return abs(float(np.corrcoef(x, y)[0, 1]))


def tell_each_other(one: AnyColumn, other: AnyColumn) -> bool:
    """Whether in every row the value of one column is known from the other, either way."""
    a, b = as_words(one), as_words(other)
    both = (a.codes >= 0) & (b.codes >= 0)
    if both.sum() < FEWEST_ROWS or a.words is None or b.words is None:
        return False
    pairs = len(np.unique(a.codes[both].astype(np.int64) * len(b.words) + b.codes[both]))
    return pairs == len(np.unique(a.codes[both])) == len(np.unique(b.codes[both]))
