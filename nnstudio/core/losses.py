"""What training makes small: the loss, its gradient and the probabilities, all from the logits.

Sigmoid and softmax are fused with their cross-entropy, so ∂L/∂z = (p − y) / n is true by construction and nothing
overflows. Logits z, probabilities p and targets y have shape (outputs, n); a loss is the mean over the n examples.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnstudio.core.activations import sigmoid
from nnstudio.core.array import Array, constant
from nnstudio.core.choices import LossKind, Task

Function = Callable[[Array, Array], object]


def identity(z: Array, p: Array) -> None:
    """p = z."""
    np.copyto(p, z)


def softmax(z: Array, p: Array) -> None:
    """p = eᶻ / Σ eᶻ over the outputs, shifted by the largest logit so that nothing overflows."""
    np.subtract(z, z.max(axis=0), p)
    np.exp(p, p)
    np.divide(p, p.sum(axis=0), p)


def binary_cross_entropy(z: Array, y: Array) -> Array:
    """log(1 + eᶻ) − y z for each element."""
    return np.logaddexp(z.dtype.type(0), z) - y * z


def softmax_cross_entropy(z: Array, y: Array) -> Array:
    """Σ y (log Σ eᶻ − z) for each example; shape (n,)."""
    shifted = z - z.max(axis=0)
    return (y * (np.log(np.exp(shifted).sum(axis=0)) - shifted)).sum(axis=0)


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss with its output function.

    output: logits → what the network says
    examples: (z, y) → the loss of each example, or of each output of each example
    gradient: (z, y, p, dz): writes ∂L/∂z for L = Σ over examples, given p; the caller divides by n
    """

    output_name: str
    output: Function
    examples: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array, Array, Array], object]

    def value(self, z: Array, y: Array) -> float:
        """The mean over examples of the sum over outputs (mean over outputs for squared errors)."""
        return float(self.examples(z, y).sum(dtype=np.float64)) / z.shape[1]


def _difference(z: Array, y: Array, p: Array, dz: Array) -> None:
    np.subtract(p, y, dz)


def _squared(output: Function) -> Callable[[Array, Array], Array]:
    def examples(z: Array, y: Array) -> Array:
        p = np.empty_like(z)
        output(z, p)
        return ((p - y) ** 2).mean(axis=0)

    return examples


def _squared_gradient(z: Array, y: Array, p: Array, dz: Array) -> None:
    """2 (p − y) / outputs."""
    np.subtract(p, y, dz)
    np.multiply(dz, dz.dtype.type(2 / len(dz)), dz)


def _squared_sigmoid_gradient(z: Array, y: Array, p: Array, dz: Array) -> None:
    """2 (p − y) p (1 − p) / outputs: the factor p (1 − p) is why a wrong but certain output hardly learns."""
    _squared_gradient(z, y, p, dz)
    dz *= p
    dz *= 1 - p


_SQUARED_SIGMOID = Loss("Sigmoid", sigmoid, _squared(sigmoid), _squared_sigmoid_gradient)

LOSSES: dict[tuple[LossKind, Task], Loss] = {
    (LossKind.CROSS_ENTROPY, Task.BINARY): Loss("Sigmoid", sigmoid, binary_cross_entropy, _difference),
    (LossKind.CROSS_ENTROPY, Task.MULTICLASS): Loss("Softmax", softmax, softmax_cross_entropy, _difference),
    (LossKind.MEAN_SQUARED_ERROR, Task.BINARY): _SQUARED_SIGMOID,
    (LossKind.MEAN_SQUARED_ERROR, Task.MULTICLASS): _SQUARED_SIGMOID,
    (LossKind.MEAN_SQUARED_ERROR, Task.REGRESSION): Loss("Linear", identity, _squared(identity), _squared_gradient),
}


class LossStage:
    """A loss at work on n examples; writes the gradient of the mean loss where the network's backward pass begins."""

    def __init__(self, loss: Loss, logits: Array, targets: Array, gradient: Array) -> None:
        self.loss = loss
        self.logits = logits
        self.targets = targets
        self.gradient = gradient
        self.outputs = np.empty_like(logits)
        self._share = constant(1 / logits.shape[1], logits.dtype)

    def backward(self) -> None:
        """Write ∂(mean loss)/∂logits."""
        self.loss.output(self.logits, self.outputs)
        self.loss.gradient(self.logits, self.targets, self.outputs, self.gradient)
        np.multiply(self.gradient, self._share, self.gradient)

    def value(self) -> float:
        """The mean loss of the examples."""
        return self.loss.value(self.logits, self.targets)
