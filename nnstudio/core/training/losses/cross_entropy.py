"""Cross-entropy: how surprised the network is by the right answer.

With label smoothing s every target becomes y ← (1 − s) y + s / classes (Szegedy et al. 2016), for two classes as for
many, so that no output need be certain.
"""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.training.losses.loss import SIGMOID, SOFTMAX, Loss, Output, Scratch


@dataclass(frozen=True, slots=True)
class BinaryCrossEntropy(Loss):
    """−y log p − (1 − y) log(1 − p) with p = σ(z), computed at the logits.

    With signed targets t = 2y − 1, which smoothing shortens to ±(1 − s), the gradient σ(z) − y is ½ (tanh(z/2) − t).
    With u = ±z, positive on the right side, the value is log(1 + e⁻ᵘ) + ½ s u.
    """

    label_smoothing: float = 0.0

    @property
    def activation(self) -> Output:
        return SIGMOID

    def targets(self, y: Array) -> Array:
        return ((2 * y - 1) * (1 - self.label_smoothing)).astype(y.dtype, copy=False)

    def weight(self, outputs: int) -> float:
        return 0.5

    def total(self, z: Array, t: Array, scratch: Scratch) -> float:
        s = self.label_smoothing
        wrong, surprise = scratch.a, scratch.b
        np.multiply(z, t, wrong)
        np.multiply(wrong, z.dtype.type(-1 / (1 - s)), wrong)
        np.logaddexp(z.dtype.type(0), wrong, surprise)
        return float(2 * surprise.sum() - s * wrong.sum())

    def gradient(self, z: Array, t: Array, dz: Array, scratch: Scratch) -> None:
        np.multiply(z, scratch.half, dz)
        np.tanh(dz, dz)
        np.subtract(dz, t, dz)


@dataclass(frozen=True, slots=True)
class SoftmaxCrossEntropy(Loss):
    """−Σ y log p with p = softmax(z): log Σ eᶻ − Σ y z, shifted by the largest logit; its gradient is p − y."""

    label_smoothing: float = 0.0

    @property
    def activation(self) -> Output:
        return SOFTMAX

    def targets(self, y: Array) -> Array:
        s = self.label_smoothing
        return ((1 - s) * y + s / y.shape[1]).astype(y.dtype, copy=False) if s else y

    def total(self, z: Array, t: Array, scratch: Scratch) -> float:
        shifted, product, row = scratch.a, scratch.b, scratch.row
        z.max(0, row)
        np.subtract(z, row, shifted)
        np.multiply(shifted, t, product)
        np.exp(shifted, shifted)
        shifted.sum(0, None, row)
        np.log(row, row)
        return float(row.sum() - product.sum())

    def gradient(self, z: Array, t: Array, dz: Array, scratch: Scratch) -> None:
        row = scratch.row
        z.max(0, row)
        np.subtract(z, row, dz)
        np.exp(dz, dz)
        dz.sum(0, None, row)
        np.divide(dz, row, dz)
        np.subtract(dz, t, dz)
