"""Keeping one exploding mini-batch from throwing the weights out of the room (Pascanu et al. 2013).

After the penalty and before the optimizer the gradient may be cut off component by component, then shortened as a
whole.
"""

from math import isfinite, sqrt

import numpy as np

from nnstudio.core.array import Array, constant
from nnstudio.core.experiment import TrainingSpec


class Clipping:
    """g ← max(−c, min(c, g)) with c the largest value, then g ← g · min(1, c / ‖g‖) with c the largest norm; each is
    off at 0. The norm is taken over all layers together."""

    def __init__(self, spec: TrainingSpec, grads: Array) -> None:
        self._grads = grads
        self._norm = spec.clip_norm
        self._value = spec.clip_value
        self._high, self._low = constant(spec.clip_value, grads.dtype), constant(-spec.clip_value, grads.dtype)
        self._factor = constant(1, grads.dtype)

    def apply(self) -> None:
        """Clip the gradient in place. NaN stays NaN."""
        grads = self._grads
        if self._value:
            np.maximum(grads, self._low, out=grads)
            np.minimum(grads, self._high, out=grads)
        if self._norm:
            square = float(grads.dot(grads))
            # The square of a finite, but very long gradient is infinite in 32 bits.
            norm = sqrt(square) if isfinite(square) else float(np.linalg.norm(grads.astype(np.float64)))
            if norm > self._norm:
                self._factor[()] = self._norm / norm
                np.multiply(grads, self._factor, grads)
