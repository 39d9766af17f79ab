"""LayerNorm: every example on the same scale, measured over its own features.

Forward  X̂ = (X − m) / √(v + ε),  Y = γ ∘ X̂ + β,  with mean m and variance v over all features of one example (all
channels and pixels of an image); γ and β are one number for each feature. Backward  ∂γ = Σ ∂Y ∘ X̂,  ∂β = Σ ∂Y over the
examples,  G = γ ∘ ∂Y,  ∂X = (G − mean G − X̂ mean(G ∘ X̂)) / √(v + ε). Ba, Kiros & Hinton 2016.
"""

from collections.abc import Mapping
from math import prod

import numpy as np

from nnstudio.core.array import Array, Shape, constant
from nnstudio.core.experiment import InitializationSpec
from nnstudio.core.experiment.layer_specs import LayerNormSpec
from nnstudio.core.network.layers.layer import Buffer, Layer, Stage

add, multiply, subtract = np.add, np.multiply, np.subtract


class LayerNorm(Layer):
    """Layer normalisation; its block of parameters (2, features) is γ and β. The same in training and to predict."""

    spec: LayerNormSpec
    formula = (
        "y = gain * (x - mean) / sqrt(variance + epsilon) + shift, "
        "with mean and variance over all features of an example, read as one row"
    )

    @property
    def parameter_shape(self) -> tuple[int, int]:
        return (2, prod(self.input_shape))

    @property
    def arrays(self) -> Mapping[str, Shape]:
        features = prod(self.input_shape)
        return {"gain": (features,), "shift": (features,)}

    def note(self, given: str) -> tuple[str, ...]:
        return "a = γ (x − m) / √(v + ε) + β", "m, v: mean and variance of the layer"

    def initialize(self, spec: InitializationSpec, random: np.random.Generator) -> None:
        self.params[0], self.params[1] = 1, 0

    def stage(self, source: Buffer, training: bool) -> Stage:
        return LayerNormStage(self, source, training)


class LayerNormStage(Stage):
    """Values as a matrix (features, n); ∂Y becomes ∂X in the same memory."""

    def __init__(self, layer: LayerNorm, source: Buffer, training: bool) -> None:
        super().__init__(source, source.like(with_gradient=training))
        features, examples, dtype = layer.parameter_shape[1], source.examples, layer.params.dtype
        self.x = source.values.reshape(features, examples)
        self.y = self.output.values.reshape(features, examples)
        self.dy = self.y if self.output.gradient is None else self.output.gradient.reshape(features, examples)
        self.normalized = np.empty_like(self.x)
        self.scratch = np.empty_like(self.x)
        self.gain, self.shift = layer.params[:, :, None]
        self.d_gain, self.d_shift = layer.grads
        self.mean, self.inverse = np.empty((2, examples), dtype)
        self.share, self.epsilon = constant(1 / features, dtype), constant(layer.spec.epsilon, dtype)

    def forward(self) -> None:
        normalized, scratch, y = self.normalized, self.scratch, self.y
        self._mean(self.x, self.mean)
        subtract(self.x, self.mean, normalized)
        multiply(normalized, normalized, scratch)
        self._mean(scratch, self.inverse)
        add(self.inverse, self.epsilon, self.inverse)
        np.sqrt(self.inverse, self.inverse)
        np.reciprocal(self.inverse, self.inverse)
        multiply(normalized, self.inverse, normalized)
        multiply(normalized, self.gain, y)
        add(y, self.shift, y)

    def backward(self) -> None:
        normalized, scratch, dy = self.normalized, self.scratch, self.dy
        add.reduce(dy, 1, None, self.d_shift)
        np.vecdot(dy, normalized, self.d_gain)
        if self.source.gradient is None:
            return
        multiply(dy, self.gain, dy)
        multiply(dy, normalized, scratch)
        self._mean(scratch, self.mean)
        multiply(normalized, self.mean, normalized)
        self._mean(dy, self.mean)
        subtract(dy, normalized, dy)
        subtract(dy, self.mean, dy)
        multiply(dy, self.inverse, dy)

    def _mean(self, values: Array, mean: Array) -> None:
        """The mean over the features of each example."""
        add.reduce(values, 0, out=mean)
        multiply(mean, self.share, mean)
