"""Dropout: a random share of the values is forgotten.

In training  Y = M ∘ X / (1 − p),  ∂X = M ∘ ∂Y / (1 − p);  each element of M is 0 with probability p and 1 otherwise,
drawn anew in every step. To predict, Y = X: the division keeps the mean as it is. Srivastava et al. 2014, in the
inverted variant.
"""

import numpy as np

from nnstudio.core.array import constant
from nnstudio.core.experiment.layer_specs import DropoutSpec
from nnstudio.core.network.layers.layer import Buffer, Layer, Stage, Unchanged


class Dropout(Layer):
    """Dropout of single values; its noise comes from a generator of its own, which belongs to its state."""

    spec: DropoutSpec
    formula = "y = x"
    noisy = True

    def note(self, given: str) -> tuple[str, ...]:
        rate = self.spec.rate
        lost = f"in training 0 with {100 * rate:.0f}\N{NO-BREAK SPACE}%, else x / {1 - rate:#.2g}"
        return lost, "here a = x: nothing is dropped"

    def stage(self, source: Buffer, training: bool) -> Stage:
        return DropoutStage(self, source) if training else Unchanged(source, source)


class DropoutStage(Stage):
    """mask: 0 or 1 / (1 − p) for each value; ∂Y becomes ∂X in the same memory."""

    def __init__(self, layer: Dropout, source: Buffer) -> None:
        super().__init__(source, source.like(with_gradient=False))
        self.layer = layer
        self.mask = np.ones_like(self.output.values)
        self.rate = constant(layer.spec.rate, self.mask.dtype)
        self.scale = constant(1 / (1 - layer.spec.rate), self.mask.dtype)

    def forward(self) -> None:
        mask = self.mask
        if not self.frozen:
            self.layer.random.random(dtype=mask.dtype.type, out=mask)
            np.greater_equal(mask, self.rate, mask)
            np.multiply(mask, self.scale, mask)
        np.multiply(self.source.values, mask, self.output.values)

    def settle(self) -> None:
        super().settle()
        self.mask.fill(1)

    def backward(self) -> None:
        gradient = self.source.gradient
        if gradient is not None:
            np.multiply(gradient, self.mask, gradient)
