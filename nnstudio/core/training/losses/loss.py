"""What a loss is, and a loss at work on one mini-batch.

A loss stands behind the network's last logits. It says what the network answers (its `output`), how bad each answer is
(`each`, whose mean is the `value`) and where the backward pass begins (its `gradient`). All of them start from the
logits, so that sigmoid and softmax can be fused with their cross-entropy and nothing overflows.

Logits z, outputs p and targets t have shape (outputs, n), but for a loss that adds a row to t. The loss of one example
is the sum of its outputs' `terms` times `weight`, which makes a mean of it where the loss wants one; L is the mean over
the n examples.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array, constant
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.network.activations import sigmoid


@dataclass(frozen=True, slots=True)
class Output:
    """What the network makes of its logits at the very end: `function(z, p)` writes p."""

    kind: ActivationKind
    function: Callable[[Array, Array], object]


def identity(z: Array, p: Array) -> None:
    """p = z."""
    np.copyto(p, z)


def softmax(z: Array, p: Array) -> None:
    """p = eᶻ / Σ eᶻ over the outputs, shifted by the largest logit so that nothing overflows."""
    np.subtract(z, z.max(axis=0), p)
    np.exp(p, p)
    np.divide(p, p.sum(axis=0), p)


LINEAR = Output(ActivationKind.LINEAR, identity)
SIGMOID = Output(ActivationKind.SIGMOID, sigmoid)
SOFTMAX = Output(ActivationKind.SOFTMAX, softmax)


class Scratch:
    """Working memory for n examples: two arrays like the logits, (outputs, n), and one number an example, (n,)."""

    def __init__(self, logits: Array) -> None:
        self.a = np.empty_like(logits, order="C")
        self.b = np.empty_like(self.a)
        self.each: Array = np.empty(logits.shape[1], logits.dtype)
        self.half = constant(0.5, logits.dtype)


class Loss(ABC):
    """Base of all losses; they are frozen dataclasses of their settings, so equal settings give equal losses."""

    @property
    @abstractmethod
    def activation(self) -> Output:
        """The output's activation."""

    def output(self, z: Array, p: Array) -> None:
        """Write what the network says: p from the logits z."""
        self.activation.function(z, p)

    def targets(self, y: Array) -> Array:
        """The targets t as this loss wants them, (n, outputs), from the data's y: 0 or 1, one-hot, a value."""
        return y

    def parted(self, t: Array) -> tuple[Array, Array | None]:
        """Of these targets, examples in columns, those of the outputs, and how much each example counts, (n,): None
        where all count the same."""
        return t, None

    def width(self, outputs: int) -> int:
        """How many numbers `targets` has for an example."""
        return outputs

    def weight(self, outputs: int) -> float:
        """The factor in front of the sum over the outputs."""
        return 1.0

    @abstractmethod
    def terms(self, z: Array, t: Array, scratch: Scratch) -> Array:
        """What each output of each example adds, (outputs, n), without the weight: `scratch.a`, filled."""

    @abstractmethod
    def gradient(self, z: Array, t: Array, dz: Array, scratch: Scratch) -> None:
        """Write the derivative of the sum of all terms by z into dz."""

    def each(self, z: Array, t: Array, scratch: Scratch | None = None) -> Array:
        """The loss of each example, (n,): the scratch's own array, to be read before it is used again."""
        scratch = scratch or Scratch(z)
        losses = np.add.reduce(self.terms(z, t, scratch), 0, out=scratch.each)
        return np.multiply(losses, z.dtype.type(self.weight(len(z))), losses)

    def value(self, z: Array, t: Array, scratch: Scratch | None = None) -> float:
        """L: the mean loss of the examples, summed in 64 bits."""
        return float(np.add.reduce(self.each(z, t, scratch), 0, np.float64)) / z.shape[1]


class LossStage:
    """A loss at work on n examples; writes the gradient of the mean loss where the network's backward pass begins."""

    def __init__(self, loss: Loss, logits: Array, targets: Array, gradient: Array) -> None:
        self.loss = loss
        self.logits = logits
        self.targets = targets
        self.gradient = gradient
        self._scratch = Scratch(logits)
        self._share = constant(loss.weight(len(logits)) / logits.shape[1], logits.dtype)

    def backward(self) -> None:
        """Write ∂L/∂logits."""
        self.loss.gradient(self.logits, self.targets, self.gradient, self._scratch)
        np.multiply(self.gradient, self._share, self.gradient)

    def value(self) -> float:
        """L: the mean loss of the examples."""
        return self.loss.value(self.logits, self.targets, self._scratch)
