"""What a network pays for large weights: λ₁/N Σ|w| + λ₂/2N Σw², where N is the number of training examples.

The gradient of the penalty is added after the backward pass; biases go free.
"""

import numpy as np

from nnstudio.core.array import Array, constant
from nnstudio.core.experiment import TrainingSpec


class Penalty:
    """The L1 and L2 terms over a parameter vector; `penalized` (like it) is 1 at weights and 0 at biases."""

    def __init__(self, spec: TrainingSpec, penalized: Array, examples: int) -> None:
        self._penalized = penalized
        self._l1, self._l2 = spec.l1 / examples, spec.l2 / examples
        self._shrink = penalized * constant(self._l2, penalized.dtype)
        self._pull = penalized * constant(self._l1, penalized.dtype)
        self._scratch = np.empty_like(penalized)

    def value(self, params: Array) -> float:
        """The penalty now."""
        weights = (params * self._penalized).astype(np.float64)
        return float(self._l1 * np.abs(weights).sum() + self._l2 / 2 * (weights @ weights))

    def add_gradient(self, params: Array, grads: Array) -> None:
        """Add λ₂/N w + λ₁/N sign w to the gradients."""
        scratch = self._scratch
        if self._l2:
            np.multiply(params, self._shrink, scratch)
            np.add(grads, scratch, grads)
        if self._l1:
            np.sign(params, scratch)
            np.multiply(scratch, self._pull, scratch)
            np.add(grads, scratch, grads)
