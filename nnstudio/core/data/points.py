"""What generators of points have in common."""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Labels = NDArray[np.int64]
Drawn = tuple[Points, NDArray[np.int64] | NDArray[np.float64]]
"""Points (n, 2) with labels (classification) or values (regression) (n,)."""


def polar(radius: NDArray[np.float64], angle: NDArray[np.float64]) -> Points:
    """Points at these radii and angles, the angle counted clockwise from the positive x₂ axis."""
    return np.column_stack((radius * np.sin(angle), radius * np.cos(angle)))


def in_turn(count: int, classes: int) -> Labels:
    """0, 1, …, classes − 1, 0, 1, …: classes as balanced as the count allows."""
    return np.arange(count) % classes
