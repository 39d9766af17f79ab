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
    """−y log p − (1 − y) log(1 − p) with p = σ(z), computed at the logits; the mean over the outputs, where one sigmoid
    per class or label answers yes or no for itself.

    With signed targets t = 2y − 1, which smoothing shortens to ±(1 − s), the gradient σ(z) − y is ½ (tanh(z/2) − t).
    With u = ±z, positive on the right side, the value is log(1 + e⁻ᵘ) + ½ s u. The weight brings the ½ to both.
    """

    label_smoothing: float = 0.0

    @property
    def activation(self) -> Output:
        return SIGMOID

    def targets(self, y: Array) -> Array:
        return ((2 * y - 1) * (1 - self.label_smoothing)).astype(y.dtype, copy=False)

    def weight(self, outputs: int) -> float:
        return 0.5 / outputs

    def terms(self, z: Array, t: Array, scratch: Scratch) -> Array:
        s = self.label_smoothing
        surprise, wrong = scratch.a, scratch.b
        np.multiply(z, t, wrong)
        if s:
            np.multiply(wrong, z.dtype.type(1 / (1 - s)), wrong)
        np.negative(wrong, wrong)
        np.logaddexp(z.dtype.type(0), wrong, surprise)
        np.add(surprise, surprise, surprise)
        if s:
            np.multiply(wrong, z.dtype.type(s), wrong)
            np.subtract(surprise, wrong, surprise)
        return surprise

    def gradient(self, z: Array, t: Array, dz: Array, scratch: Scratch) -> None:
        np.multiply(z, scratch.half, dz)
        np.tanh(dz, dz)
        np.subtract(dz, t, dz)


@dataclass(frozen=True, slots=True)
class SoftmaxCrossEntropy(Loss):
    """−Σ y log p with p = softmax(z) and −log p = log Σ eᶻ − z, shifted by the largest logit; its gradient is p − y.

    The sum over the classes is not divided by their number: guessing among K costs log K. Who takes the mean over all
    N · K numbers instead, as some tutorials do when they print it, gets a K-th of this.
    """

    label_smoothing: float = 0.0

    @property
    def activation(self) -> Output:
        return SOFTMAX

    def targets(self, y: Array) -> Array:
        s = self.label_smoothing
        return ((1 - s) * y + s / y.shape[1]).astype(y.dtype, copy=False) if s else y

    def terms(self, z: Array, t: Array, scratch: Scratch) -> Array:
        surprise, shifted, each = scratch.a, scratch.b, scratch.each
        z.max(0, each)
        np.subtract(z, each, shifted)
        np.exp(shifted, surprise)
        surprise.sum(0, None, each)
        np.log(each, each)
        np.subtract(each, shifted, surprise)
        return np.multiply(surprise, t, surprise)

    def gradient(self, z: Array, t: Array, dz: Array, scratch: Scratch) -> None:
        each = scratch.each
        z.max(0, each)
        np.subtract(z, each, dz)
        np.exp(dz, dz)
        dz.sum(0, None, each)
        np.divide(dz, each, dz)
        np.subtract(dz, t, dz)
