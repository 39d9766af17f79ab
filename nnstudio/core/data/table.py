"""Tables of numbers: a row for each example, a column for each input, and what is to be learned from them.

Arrays come from somebody's own script, so everything that cannot be learned from is refused here, in a sentence that
says which array, which row and what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnstudio.core.data.examples import DataError, Examples
from nnstudio.core.data.recipe import InputRecipe
from nnstudio.core.data.scaling import measure
from nnstudio.core.experiment.choices import Domain, Scaling, Task
from nnstudio.core.experiment.table_recipe import TableRecipe

MAXIMUM_CLASSES = 1000
LARGEST = 1e30
"""Squares of larger numbers do not fit into 32 bits."""

Values = NDArray[np.float64]
Labels = NDArray[np.int64]
Truth = tuple[Task, Values | Labels, tuple[str, ...]]
"""What there is to learn, the truth about each example, and the names of the classes, labels or values."""


@dataclass(frozen=True, slots=True)
class Table:
    """Examples are rows of numbers; `input_names` are those of its columns; `columns`: how the rows came from a table
    with names, gaps and words, fitted, if they did."""

    input_names: tuple[str, ...]
    columns: TableRecipe | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example before the network."""
        return (len(self.input_names),)

    def recipe(self, scaling: Scaling, raw: Values) -> InputRecipe:
        """What is done to a row, measured on training rows (n, inputs)."""
        shift, scale = measure(scaling, raw)
        return InputRecipe(Domain.TABLE, self.shape, self.input_names, scaling, shift, scale, table=self.columns)


def digest_of(examples: Examples) -> str:
    """The SHA-256 of the numbers of a table."""
    digest = sha256(repr((examples.raw.shape, examples.truth.shape, examples.truth.dtype.kind)).encode())
    for array in (examples.raw, examples.truth):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def inputs_of(X: ArrayLike) -> Values:  # noqa: N803
    """The inputs (n, inputs) as numbers of one's own. Raises `DataError`."""
    array = _numbers(_array(X, "X"), "X")
    if array.ndim == 1:
        raise DataError(f"X is a single row of {len(array)} numbers; X.reshape(-1, 1) makes each one an example.")
    if array.ndim != 2:
        raise DataError(f"X has the shape {array.shape}; X.reshape(len(X), -1) makes a row of each example.")
    if not array.size:
        raise DataError(f"X has the shape {array.shape}, so there is nothing to learn from.")
    return array


def truth_of(y: ArrayLike, task: Task | None, count: int, names: Sequence[str] | None) -> Truth:
    """What is to be learned, from labels or values. Raises `DataError`.

    Without a task: floats are values, several columns of zeros and ones are labels that may all be true, and anything
    else names the class of each example.
    """
    array = _array(y, "y")
    if array.ndim not in (1, 2):
        raise DataError(f"y has the shape {array.shape}, but must have one row for each example.")
    if len(array) != count:
        raise DataError(f"X has {count} examples, but y has {len(array)}.")
    if array.ndim == 2 and not array.shape[1]:
        raise DataError("y has no columns, so there is nothing to learn.")
    several = array.ndim == 2 and array.shape[1] > 1
    if task is None:
        task = Task.REGRESSION if array.dtype.kind == "f" else Task.MULTILABEL if several else None
    if task is Task.REGRESSION:
        values = _numbers(array, "y").reshape(count, -1)
        default = ("y",) if values.shape[1] == 1 else tuple(f"y{column + 1}" for column in range(values.shape[1]))
        return task, values, _names(names, default, "outputs")
    if task is Task.MULTILABEL:
        zeros_and_ones = _zeros_and_ones(array).reshape(count, -1)
        return task, zeros_and_ones, _names(names, tuple(map(str, range(zeros_and_ones.shape[1]))), "labels")
    if several:
        array = _classes_of_columns(array)
    labels, classes = _labels(array.ravel(), names)
    if task is None:
        task = Task.BINARY if len(classes) == 2 else Task.MULTICLASS
    if task is Task.BINARY and len(classes) != 2:
        raise DataError(f"y has {len(classes)} classes, but a binary task has two.")
    return task, labels, classes


def _array(values: Any, name: str) -> NDArray[Any]:
    if np.ma.is_masked(values):
        raise DataError(f"{name} has masked values; fill them, or leave their rows out.")
    try:
        array: NDArray[Any] = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} is no array of numbers: its rows differ in length or kind.") from error
    if array.ndim == 0:
        raise DataError(f"{name} is {type(values).__name__}, but must be an array with a row for each example.")
    if array.dtype.kind == "O" and array.size and all(isinstance(one, str) for one in array.flat):
        return array.astype(str)
    return array


def _numbers(array: NDArray[Any], name: str) -> Values:
    """A copy as float64, finite and not too large."""
    if array.dtype.kind not in "buif":
        kind = {"O": "objects", "c": "complex numbers", "U": "text", "S": "text", "M": "dates", "m": "times"}
        what = kind.get(array.dtype.kind, str(array.dtype))
        raise DataError(f"{name} holds {what}, but must hold numbers; convert them, such as by {name}.astype(float).")
    with np.errstate(over="ignore"):
        values = array.astype(np.float64)
    for wrong, what in (
        (~np.isfinite(values), "missing or infinite"),
        (np.abs(values) > LARGEST, "too large to learn"),
    ):
        if wrong.any():
            place = ", column ".join(map(str, np.argwhere(wrong)[0].tolist()))
            raise DataError(f"{name} is {what} in row {place} (from 0), and in {int(wrong.sum())} places altogether.")
    return values


def _zeros_and_ones(array: NDArray[Any]) -> Values:
    values = _numbers(array, "y")
    if not ((values == 0) | (values == 1)).all():
        wrong = values[(values != 0) & (values != 1)][0]
        raise DataError(
            f"y has several columns and holds {wrong:g}: for labels it must be 0 or 1, for values make them floats."
        )
    return values


def _classes_of_columns(array: NDArray[Any]) -> Labels:
    """The class of each example where y has a column for each class with a single 1 in every row."""
    values = _zeros_and_ones(array)
    if not (values.sum(axis=1) == 1).all():
        raise DataError(
            "y has a column for each class, but not a single 1 in each row; task=Task.MULTILABEL allows it."
        )
    return values.argmax(axis=1)


def _labels(array: NDArray[Any], names: Sequence[str] | None) -> tuple[Labels, tuple[str, ...]]:
    """The number of each example's class, and what the classes are called."""
    if array.dtype.kind == "f":
        whole = _numbers(array, "y")
        if (whole % 1).any() or np.abs(whole).max() > 2**53:
            raise DataError("y holds fractions, which are no classes; task=Task.REGRESSION learns values.")
        array = whole.astype(np.int64)
    if array.dtype.kind not in "buiU":
        raise DataError(f"y is of the type {array.dtype}; classes are whole numbers, booleans or text.")
    found, labels = np.unique(array, return_inverse=True)
    numbered = array.dtype.kind in "bui" and names is not None and int(found[0]) >= 0 and int(found[-1]) < len(names)
    if not str(found[0]):
        raise DataError("y has an empty label; name that class, or leave its rows out.")
    if len(found) == 1:
        raise DataError(f"y has a single class, {found[0]}, so there is nothing to tell apart.")
    if numbered:
        # Numbers that count from 0 are those of the names, even if a class does not occur.
        return array.astype(np.int64), _names(names, tuple(names or ()), "classes")
    if len(found) > MAXIMUM_CLASSES:
        raise DataError(
            f"y has {len(found)} different labels, but there may be {MAXIMUM_CLASSES} classes at most; "
            "task=Task.REGRESSION learns values."
        )
    return labels.reshape(-1).astype(np.int64), _names(names, tuple(map(str, found.tolist())), "classes")


def _names(given: Sequence[str] | None, default: tuple[str, ...], what: str) -> tuple[str, ...]:
    return names_for(given, default, "class_names", what)


def names_for(given: Sequence[str] | None, default: tuple[str, ...], argument: str, what: str) -> tuple[str, ...]:
    """The given names, or the default ones. Raises `DataError` for names that do not fit."""
    if given is None:
        return default
    if isinstance(given, str):
        raise DataError(f"{argument} is the text {given!r}, but must be a list of names.")
    names = tuple(map(str, given))
    if len(names) != len(default):
        raise DataError(f"{argument} has {len(names)} names for {len(default)} {what}.")
    if not all(names) or len(set(names)) != len(names):
        raise DataError(f"{argument} must name each of the {what} differently.")
    return names
