"""How far the inputs are shifted and stretched before the network sees them.

Large or lopsided inputs make gradient descent stumble, so they become x′ = (x − shift) / scale. Both numbers are
measured on the training examples alone, shown to the user and written into every export; a check by hand must be able
to repeat them.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.experiment.choices import Scaling

Vector = NDArray[np.float64]


def _none(inputs: Vector) -> tuple[Vector, Vector]:
    count: int = inputs.shape[1]
    return np.zeros(count), np.ones(count)


def _standardise(inputs: Vector) -> tuple[Vector, Vector]:
    mean: Vector = inputs.mean(axis=0)
    deviation: Vector = inputs.std(axis=0)
    return mean, deviation


def _min_max(inputs: Vector) -> tuple[Vector, Vector]:
    low: Vector = inputs.min(axis=0)
    high: Vector = inputs.max(axis=0)
    middle: Vector = (low + high) / 2
    half: Vector = (high - low) / 2
    return middle, half


SCALINGS: dict[Scaling, Callable[[Vector], tuple[Vector, Vector]]] = {
    Scaling.NONE: _none,
    Scaling.STANDARDISE: _standardise,
    Scaling.MIN_MAX: _min_max,
}


def measure(kind: Scaling, inputs: NDArray[np.floating]) -> tuple[Vector, Vector]:
    """Shift and scale, (inputs,) each, of this kind for training inputs (n, inputs). An input that never varies is only
    shifted: its deviation may be a rounding error instead of 0."""
    shift, scale = SCALINGS[kind](inputs.astype(np.float64, copy=False))
    varies = (inputs.max(axis=0) > inputs.min(axis=0)) & (scale > 0)
    return shift, np.where(varies, scale, 1.0)
