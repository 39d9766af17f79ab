"""Arrays of other programs as ours lie: turned, in one row, or nothing but zeros; read only when they are wanted."""

from collections.abc import Callable, Mapping
from functools import partial
from math import prod

import numpy as np

from nnstudio.files.npy import StoredArray


def turned(stored: StoredArray, *axes: int) -> StoredArray:
    """The same numbers with their axes in this order."""
    shape = tuple(stored.shape[axis] for axis in axes)
    return StoredArray(shape, stored.kind, lambda: stored.read().transpose(axes))


def flat(stored: StoredArray) -> StoredArray:
    """The same numbers in one row."""
    return StoredArray((prod(stored.shape),), stored.kind, lambda: stored.read().reshape(-1))


def zeros(units: int) -> StoredArray:
    """The biases of a layer that has none."""
    return StoredArray((units,), "<f4", lambda: np.zeros(units, np.float32))


def of_layer(number: int, arrays: Mapping[str, StoredArray]) -> dict[str, Callable[[], StoredArray]]:
    """The arrays of a layer, counted from 1, under their names in files."""
    return {f"layer{number}/{name}": partial(_itself, stored) for name, stored in arrays.items()}


def _itself(stored: StoredArray) -> StoredArray:
    return stored
