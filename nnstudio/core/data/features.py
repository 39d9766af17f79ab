"""What the network is told about a point: its coordinates, their squares, product and sines."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.experiment.choices import Feature

Column = NDArray[np.float64]

FEATURES: dict[Feature, Callable[[Column, Column], Column]] = {
    Feature.X1: lambda x1, x2: x1,
    Feature.X2: lambda x1, x2: x2,
    Feature.X1_SQUARED: lambda x1, x2: x1 * x1,
    Feature.X2_SQUARED: lambda x1, x2: x2 * x2,
    Feature.X1_X2: lambda x1, x2: x1 * x2,
    Feature.SIN_X1: lambda x1, x2: np.sin(x1),
    Feature.SIN_X2: lambda x1, x2: np.sin(x2),
}


def features_of(points: NDArray[np.float64], features: tuple[Feature, ...]) -> NDArray[np.float64]:
    """The chosen features of points (n, 2), in the order of the enumeration's tuple; shape (n, features)."""
    x1, x2 = points.T
    return np.column_stack([FEATURES[feature](x1, x2) for feature in features])
