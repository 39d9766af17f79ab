"""Activation: A = f(X), element by element (softmax: over the units of each example).

The same functions that a dense layer or a convolution carries, as a layer of its own: f then stands behind a
normalisation, as it was published (Ioffe & Szegedy 2015).
"""

import numpy as np

from nnstudio.core.array import Array, Shape
from nnstudio.core.experiment.layer_specs import ActivationSpec
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.network.layers.layer import Buffer, Layer, Stage


class Activation(Layer):
    """An activation of values of any shape."""

    spec: ActivationSpec
    formula = "y = f(x)"

    def __init__(self, name: str, spec: ActivationSpec, input_shape: Shape) -> None:
        super().__init__(name, spec, input_shape)
        self.activation_kind = spec.activation
        self.activation = ACTIVATIONS[spec.activation]

    def note(self, given: str) -> tuple[str, ...]:
        return (f"a = {self.spec.activation.of('x')}",)

    def stage(self, source: Buffer, training: bool) -> Stage:
        return ActivationStage(self, source)


class ActivationStage(Stage):
    """∂A becomes ∂X in the same memory."""

    def __init__(self, layer: Activation, source: Buffer) -> None:
        super().__init__(source, source.like(with_gradient=False))
        self.activation = layer.activation
        self.x, self.a = source.values, self.output.values
        self.z = self.a if self.activation.in_place else np.empty_like(self.a)
        if source.gradient is not None:
            self.scratch = np.empty_like(self.a)

    def forward(self) -> None:
        np.copyto(self.z, self.x)
        self.activation.forward(self.z, self.a)

    def sums(self) -> Array:
        return self.x.copy()

    def backward(self) -> None:
        gradient = self.source.gradient
        if gradient is not None:
            self.activation.backward(self.z, self.a, gradient, self.scratch)
