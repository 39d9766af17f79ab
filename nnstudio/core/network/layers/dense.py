"""Dense: every unit sees every input.

Forward  Z = Wᵀ X + b,  A = f(Z);  backward  ∂W = X ∂Zᵀ,  ∂b = Σ ∂Z,  ∂X = W ∂Z,  with ∂Z = ∂A ∘ f′(Z). X is
(inputs, n), W (inputs, units), Z and A (units, n).

With a row of ones under X and the biases as the last row of W, the first line is one product and so are ∂W and ∂b
together.
"""

from collections.abc import Mapping

import numpy as np

from nnstudio.core.array import Array, Shape
from nnstudio.core.experiment import InitializationSpec
from nnstudio.core.experiment.layer_specs import DenseSpec
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.network.initializers import initialize
from nnstudio.core.network.layers.layer import Buffer, Layer, Stage


class Dense(Layer):
    """A dense layer; an image is read as one long vector."""

    spec: DenseSpec
    formula = "y = f(x @ weight + bias)"
    reads_rows = True

    def __init__(self, name: str, spec: DenseSpec, input_shape: Shape) -> None:
        super().__init__(name, spec, input_shape)
        self.inputs = int(np.prod(input_shape))
        self.shape = (spec.units,)
        self.activation_kind = spec.activation
        self.activation = ACTIVATIONS[spec.activation]

    @property
    def parameter_shape(self) -> tuple[int, int]:
        return (self.inputs + 1, self.spec.units)

    @property
    def arrays(self) -> Mapping[str, Shape]:
        return {"weight": (self.inputs, self.spec.units), "bias": (self.spec.units,)}

    def note(self, given: str) -> tuple[str, ...]:
        return (f"a = {self.spec.activation.of(f'w·{given} + b')}",)

    @property
    def penalized_rows(self) -> int:
        return self.inputs

    def initialize(self, spec: InitializationSpec, random: np.random.Generator) -> None:
        initialize(self.params, self.inputs, self.spec.units, spec.of_layer(self.spec.initializer), random)

    def stage(self, source: Buffer, training: bool) -> Stage:
        return DenseStage(self, source, training)


class DenseStage(Stage):
    """Two matrix products back for one forward."""

    def __init__(self, layer: Dense, source: Buffer, training: bool) -> None:
        super().__init__(source, Buffer.empty(layer.shape, source.examples, source.augmented.dtype, training))
        self.activation = layer.activation
        self.a = self.output.values
        self.z = self.a if self.activation.in_place else np.empty_like(self.a)
        self.x = source.augmented
        self.weights_and_biases = layer.params.T
        self.weights = layer.params[:-1]
        self.grads = layer.grads
        if self.output.gradient is not None:
            self.dz = self.output.gradient
            self.dz_transposed = self.dz.T
            self.scratch = np.empty_like(self.dz)
        self.dx: Array | None = None
        if source.gradient is not None:
            self.dx = source.gradient.reshape(layer.inputs, source.examples)

    def forward(self) -> None:
        self.weights_and_biases.dot(self.x, self.z)
        self.activation.forward(self.z, self.a)

    def sums(self) -> Array:
        return self.weights_and_biases.dot(self.x)

    def backward(self) -> None:
        dz = self.dz
        self.activation.backward(self.z, self.a, dz, self.scratch)
        self.x.dot(self.dz_transposed, self.grads)
        if self.dx is not None:
            self.weights.dot(dz, self.dx)
