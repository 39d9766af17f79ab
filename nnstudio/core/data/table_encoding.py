"""A table's recipe at work: measured on training rows, and applied to any rows with columns of these names.

Nothing that is measured looks at the rows that validate or test. What the recipe does not know, a word that it has
never seen, a gap that nothing fills, it does not guess: the word is none of the known ones, and the row has NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.columns import AnyColumn, Columns, Numbers, Rows, as_words
from nnstudio.core.data.examples import DataError
from nnstudio.core.data.scaling import measure
from nnstudio.core.experiment.choices import Scaling, Task
from nnstudio.core.experiment.table_recipe import Column, Missing, TableRecipe, Use

Values = NDArray[np.float64]
ISO = "iso"
"""The date format of ISO 8601, with or without a time."""
_DAY = 86_400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = 1e30


def days(word: str, date_format: str) -> float:
    """The days from the first of January 1970 to a date, or NaN for what is none."""
    try:
        date = datetime.fromisoformat(word) if date_format == ISO else datetime.strptime(word, date_format)
        return ((date if date.tzinfo else date.replace(tzinfo=UTC)) - _EPOCH).total_seconds() / _DAY
    except (ValueError, OverflowError):
        return float("nan")


def fitted(recipe: TableRecipe, columns: Columns, rows: Rows, task: Task) -> TableRecipe:
    """The recipe with what is measured on the training rows: what fills gaps, and the scale of values to learn."""
    filled = tuple(replace(column, fill=_fill(column, columns, rows)) for column in recipe.columns)
    shift, scale = 0.0, 1.0
    if task is Task.REGRESSION and recipe.target_scaling is not Scaling.NONE:
        shifts, scales = measure(recipe.target_scaling, numbers_of(columns.by_name[recipe.target])[rows][:, None])
        shift, scale = float(shifts[0]), float(scales[0])
    return replace(recipe, columns=filled, target_shift=shift, target_scale=scale)


def encoded(recipe: TableRecipe, columns: Columns, rows: Rows = slice(None)) -> Values:
    """The inputs of these rows, (n, inputs), before they are scaled; NaN where a gap is that nothing fills. Raises
    `DataError` where a column is missing."""
    require(recipe, columns)
    count = len(np.empty(len(columns), np.bool_)[rows])
    inputs = np.zeros((count, len(recipe.input_names)))
    begin = 0
    for column in recipe.inputs:
        end = begin + len(column.input_names)
        _encode(column, columns.by_name[column.name], rows, inputs[:, begin:end])
        begin = end
    return inputs


def require(recipe: TableRecipe, columns: Columns) -> None:
    """Raise `DataError` where a column that is an input is not among these."""
    absent = [column.name for column in recipe.inputs if column.name not in columns.by_name]
    if absent:
        more = f" and {len(absent) - 3} more" if len(absent) > 3 else ""
        one = len(absent) == 1
        raise DataError(
            f"The table has no column{'' if one else 's'} {', '.join(absent[:3])}{more}, which the network was trained "
            f"on. It has {_listed(columns.names)}. Add {'it' if one else 'them'}, or correct the names."
        )


def usable(recipe: TableRecipe, columns: Columns) -> NDArray[np.bool_]:
    """The rows (n,) that have a value wherever a gap means that they are dropped."""
    keeps = np.ones(len(columns), np.bool_)
    for column in recipe.inputs:
        if column.missing is Missing.DROP:
            keeps &= ~gaps_of(column, columns.by_name[column.name])
    return keeps


def gaps_of(column: Column, found: AnyColumn) -> NDArray[np.bool_]:
    """Where the value is missing (n,), or cannot be read as what the column is used for."""
    return found.gaps if column.use is Use.CATEGORY else np.isnan(_as_numbers(column, found))


def labels_of(found: AnyColumn, names: Sequence[str]) -> NDArray[np.int64]:
    """The number of each row's class among the names (n,), −1 for a gap and for what is none of them."""
    return _places(found, names).astype(np.int64)


def numbers_of(found: AnyColumn) -> Values:
    """The numbers of a column (n,), NaN for gaps and for words that are none."""
    if isinstance(found, Numbers):
        return found.values
    if found.words is None:
        return np.full(len(found), np.nan)
    return np.array([*map(_number, found.words), np.nan])[found.codes]


@dataclass(frozen=True, slots=True)
class Strangeness:
    """What a recipe met in a table that it does not know: of a column, how many rows have which unknown words."""

    column: str
    rows: int
    words: tuple[str, ...]

    def __str__(self) -> str:
        has, them = ("row has", "it counts") if self.rows == 1 else ("rows have", "they count")
        return (
            f"{self.rows} {has} an unknown value of {self.column} ({_listed(self.words)}): {them} as none of the known."
        )


def strange(recipe: TableRecipe, columns: Columns) -> tuple[Strangeness, ...]:
    """The words of a table that its recipe does not know, by column."""
    found: list[Strangeness] = []
    for column in recipe.inputs:
        if column.use is Use.CATEGORY:
            words = as_words(columns.by_name[column.name])
            unknown = (_places(words, column.values) < 0) & ~words.gaps
            if unknown.any():
                codes: list[int] = np.unique(words.codes[unknown]).tolist()
                names = tuple(words.words[code] for code in codes) if words.words else ("…",)
                found.append(Strangeness(column.name, int(unknown.sum()), names))
    return tuple(found)


def _listed(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _number(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        return float("nan")
    return number if abs(number) <= _LARGEST else float("nan")


def _as_numbers(column: Column, found: AnyColumn) -> Values:
    if column.use is not Use.DATE:
        return numbers_of(found)
    if isinstance(found, Numbers) and found.date_format:
        return found.values
    words = as_words(found)
    if words.words is None:
        return np.full(len(found), np.nan)
    return np.array([*(days(word, column.date_format) for word in words.words), np.nan])[words.codes]


def _places(found: AnyColumn, names: Sequence[str]) -> NDArray[np.int32]:
    """The place of each row's word among the names (n,), −1 where it is none of them."""
    words = as_words(found)
    places = {name: place for place, name in enumerate(names)}
    if words.words is None:
        return np.full(len(words), -1, np.int32)
    return np.array([*(places.get(word, -1) for word in words.words), -1], np.int32)[words.codes]


def _fill(column: Column, columns: Columns, rows: Rows) -> float | str | None:
    if not column.is_input or column.missing is Missing.DROP:
        return None
    found = columns.by_name[column.name]
    if column.use is Use.CATEGORY:
        if column.missing is Missing.OWN_CLASS:
            return None
        places = _places(found, column.values)[rows]
        return column.values[int(np.bincount(places[places >= 0], minlength=1).argmax())]
    values = _as_numbers(column, found)[rows]
    values = values[~np.isnan(values)]
    if not len(values):
        raise DataError(f"No training row has a value of {column.name}, so nothing can fill its gaps: leave it out.")
    if column.missing is Missing.MOST_FREQUENT:
        different, counts = np.unique(values, return_counts=True)
        return float(different[counts.argmax()])
    return float(values.mean())


def _encode(column: Column, found: AnyColumn, rows: Rows, inputs: NDArray[Any]) -> None:
    """Write the inputs of one column, (n, its inputs), which are 0."""
    own = column.missing is Missing.OWN_CLASS
    if column.use is not Use.CATEGORY:
        values = _as_numbers(column, found)[rows]
        gaps = np.isnan(values)
        inputs[:, 0] = np.where(gaps, column.fill, values) if isinstance(column.fill, float) else values
        if own:
            inputs[:, 1] = gaps
        return
    places = _places(found, column.values)[rows]
    gaps = found.gaps[rows]
    if own:
        places = np.where(gaps, len(column.values), places)
    elif isinstance(column.fill, str):
        places = np.where(gaps, column.values.index(column.fill), places)
    known = np.flatnonzero(places >= 0)
    inputs[known, places[known]] = 1
    if not own and column.fill is None:
        inputs[gaps] = np.nan
