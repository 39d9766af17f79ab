"""A loss to which an example of one class counts more than one of another.

L = 1/n Σ wᵢ ℓᵢ over the n examples of a mini-batch, wᵢ being the weight of the example's class: what it costs, and with
it its gradient, is w times as much. Balanced weights are w_c = N / (k · N_c) for N training examples, k classes that
occur and N_c examples of class c (King & Zeng 2001, Logistic Regression in Rare Events Data), so that every class
counts the same as a whole, and all training examples together as much as without weights: their mean is 1.

PyTorch divides by Σ wᵢ instead of n, so its step depends on which classes happen to meet in a mini-batch; over all
training examples both are the same. It also weighs what label smoothing gives to a class with that class's weight, and
not, as here, the whole example with its own.
"""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.training.losses.loss import Loss, Output, Scratch


@dataclass(frozen=True, slots=True)
class Weighted(Loss):
    """of: what an example costs where all count the same; weights: of the classes, by their numbers. The weight of an
    example travels with its targets, behind the last of them."""

    of: Loss
    weights: tuple[float, ...]

    @property
    def activation(self) -> Output:
        return self.of.activation

    def targets(self, y: Array) -> Array:
        counts = counts_of(self.weights, y)
        return np.concatenate((self.of.targets(y), counts[:, None]), axis=1, dtype=y.dtype)

    def parted(self, t: Array) -> tuple[Array, Array | None]:
        return t[:-1], t[-1]

    def width(self, outputs: int) -> int:
        return outputs + 1

    def weight(self, outputs: int) -> float:
        return self.of.weight(outputs)

    def terms(self, z: Array, t: Array, scratch: Scratch) -> Array:
        terms = self.of.terms(z, t[:-1], scratch)
        return np.multiply(terms, t[-1], terms)

    def gradient(self, z: Array, t: Array, dz: Array, scratch: Scratch) -> None:
        self.of.gradient(z, t[:-1], dz, scratch)
        np.multiply(dz, t[-1], dz)


def counts_of(weights: tuple[float, ...], y: Array) -> Array:
    """How much each example counts (n,), for the truths y (n, outputs): 0 or 1, or one-hot. 1 without weights."""
    if not weights:
        return np.ones(len(y))
    return np.asarray(weights)[y.argmax(axis=1) if y.shape[1] > 1 else (y[:, 0] > 0.5).astype(np.intp)]


def balanced(labels: Array, classes: int) -> tuple[float, ...]:
    """N / (k · N_c) for each of the classes, from the labels (N,) of the training examples; 1 for one that none has."""
    found = np.bincount(labels, minlength=classes)
    there = int(np.count_nonzero(found))
    return tuple(len(labels) / (there * count) if count else 1.0 for count in found.tolist())
