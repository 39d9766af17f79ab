"""How many numbers lie, in five of them, and how those of each layer have lain over time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array

PERCENTILES = (10, 25, 50, 75, 90)
"""So many percent of the numbers lie below."""
MEDIAN = PERCENTILES.index(50)
VALUES = 2**14
"""Of more numbers than that some are taken, spread evenly."""

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LayerBand:
    """One layer over the updates of `BandsPrefix`; NaN where nothing was measured.

    activations, gradients (n, 5): the `PERCENTILES` of what its units answer to some examples, and of |∂L/∂w| over its
    weights in the row's update
    dead, saturated (n,): the shares of units and of activations, as in a `Histogram`; NaN also where it is no fault
    """

    activations: Column
    gradients: Column
    dead: Column
    saturated: Column


@dataclass(frozen=True, slots=True)
class BandsPrefix:
    """How each layer has lain, as far as somebody looked.

    updates (n,): strictly rising multiples of `interval`; where one is left out, nobody looked
    layers: by their keys
    """

    updates: NDArray[np.int64]
    interval: int
    layers: Mapping[int, LayerBand]

    def __len__(self) -> int:
        return len(self.updates)


def spread(values: Array, sizes: bool = False) -> Column:
    """The `PERCENTILES` of these numbers, or of their `sizes` without a sign, as NumPy's `percentile` has them, between
    neighbours in proportion; NaN if one of the numbers is."""
    numbers = values.ravel()
    if numbers.size > VALUES:
        # An odd step meets all columns of a matrix, of which there are often a power of two.
        numbers = numbers[:: -(-numbers.size // VALUES) | 1]
    ordered = np.sort(np.abs(numbers) if sizes else numbers)
    if not ordered.size or np.isnan(ordered[-1]):  # NaN is sorted to the end
        return np.full(len(PERCENTILES), np.nan)
    places = (ordered.size - 1) * np.array(PERCENTILES) / 100
    below = places.astype(np.intp)
    above = np.minimum(below + 1, ordered.size - 1)
    low, high = ordered[below].astype(np.float64), ordered[above].astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.where(low == high, low, low + (high - low) * (places - below))
