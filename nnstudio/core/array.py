"""Names for the arrays of the core, and the one rule of their shapes.

Between layers an example is a *column*: an activation has shape (features, examples), so that all examples of one unit
lie side by side and every element-wise operation runs over one contiguous block of memory.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""An array of floats, float32 or float64 throughout a network."""

DType = np.dtype[Any]
FloatType = type[np.float32] | type[np.float64]
Shape = tuple[int, ...]


def constant(value: float, dtype: DType) -> Array:
    """A number as a 0-d array, ready for in-place arithmetic: NumPy converts a Python float anew on every call, which
    costs a tiny network as much as the arithmetic itself."""
    return np.array(value, dtype)


def constants(value: float) -> dict[DType, Array]:
    """A number as a 0-d array in each of the types that a network may compute in."""
    return {dtype: constant(value, dtype) for dtype in (np.dtype(np.float32), np.dtype(np.float64))}
