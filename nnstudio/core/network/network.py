"""The network: a stack of layers over one flat vector of parameters.

`params` and `grads` are one long vector each; every layer holds views of its part. So an optimizer is a few lines, a
snapshot is one copy, and comparing a gradient with finite differences is one loop. A `Pass` is the whole network at
work on a fixed number of examples.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from nnstudio.core.array import Array, DType, Shape
from nnstudio.core.experiment import DenseSpec, InitializationSpec, LayerSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.network.layers import LAYERS
from nnstudio.core.network.layers.layer import Buffer, Layer, Stage
from nnstudio.core.network.weights import Weights

_NEUTRAL = np.array([[0.0], [1.0]])
"""Running mean 0 and variance 1: a normalisation that has seen nothing."""


class Network:
    """Layers for examples of `input_shape`, and a dense output layer that ends in logits: the loss knows what to make
    of them. Raises `ShapeError` for a stack that cannot work.

    params, grads: the flat vectors; layer by layer a block of (inputs + 1, units), row by row, biases last
    """

    def __init__(self, specs: Sequence[LayerSpec], input_shape: Shape, outputs: int, dtype: DType) -> None:
        self.input_shape = input_shape
        self.dtype = dtype
        self.layers = build_layers(specs, input_shape, outputs)
        sizes = [prod(layer.parameter_shape) for layer in self.layers]
        self.params = np.zeros(sum(sizes), dtype)
        self.grads = np.zeros_like(self.params)
        self.penalized = np.zeros_like(self.params)
        """1 where a penalty applies, at weights; 0 at biases and at what scales and shifts a normalised value."""
        offset = 0
        for layer, size in zip(self.layers, sizes, strict=True):
            part = slice(offset, offset + size)
            layer.bind(self._block(self.params, part, layer), self._block(self.grads, part, layer))
            self._block(self.penalized, part, layer)[: layer.penalized_rows] = 1
            offset += size

    @staticmethod
    def _block(vector: Array, part: slice, layer: Layer) -> Array:
        return vector[part].reshape(layer.parameter_shape)

    def blocks(self, vector: Array) -> list[tuple[Layer, Array]]:
        """Every layer with parameters and its block (inputs + 1, units) of a vector laid out like `params`."""
        result: list[tuple[Layer, Array]] = []
        offset = 0
        for layer in self.layers:
            size = prod(layer.parameter_shape)
            if size:
                result.append((layer, self._block(vector, slice(offset, offset + size), layer)))
            offset += size
        return result

    def initialize(self, spec: InitializationSpec, seed: int) -> None:
        """Draw the first parameters, all layers from one generator, and give each a generator of its own for noise."""
        random = np.random.default_rng((seed, 1))
        for index, layer in enumerate(self.layers):
            layer.initialize(spec, random)
            layer.seed(np.random.default_rng((seed, 3, index)))

    def state(self) -> tuple[Any, ...]:
        """Layer by layer a copy of what training changes besides `params`."""
        return tuple(layer.state() for layer in self.layers)

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to a state that `state()` gave."""
        for layer, part in zip(self.layers, state, strict=True):
            layer.restore(part)

    def weights(self) -> Weights:
        """A copy of all that predictions are made with."""
        running = [statistics.ravel() for _, statistics in self._running()]
        return Weights(self.params.copy(), np.concatenate([np.empty(0, self.dtype), *running]))

    def take(self, weights: Weights) -> None:
        """Predict with these weights from now on. Raises `ValueError` for what does not fit, and then takes nothing."""
        running = self._running()
        with np.errstate(over="ignore"):  # what is too large for the network's type is infinite, and refused
            params = weights.params.astype(self.dtype)
            statistics = None if weights.statistics is None else weights.statistics.astype(self.dtype)
        if params.shape != self.params.shape:
            raise ValueError(f"{params.size} parameters do not fit a network with {self.params.size}")
        if not np.isfinite(params).all():
            raise ValueError("parameters that are NaN or infinite do not fit any network")
        parts = [_NEUTRAL for _ in running] if statistics is None else _running_parts(statistics, running)
        self.params[...] = params
        for (_, place), part in zip(running, parts, strict=True):
            place[...] = part

    def _running(self) -> list[tuple[Layer, Array]]:
        return [(layer, layer.statistics) for layer in self.layers if layer.statistics is not None]

    def __repr__(self) -> str:
        sizes = [str(prod(self.input_shape)), *(str(prod(layer.shape)) for layer in self.layers)]
        return f"Network({'-'.join(sizes)}, {self.params.size} parameters)"


class Pass:
    """A network at work on the rows of `inputs`, an augmented matrix (n, features + 1) that may be filled anew before
    each forward pass. Without `training` there is no backward pass and no noise.

    logits (outputs, n), logits_gradient (outputs, n): the loss writes the gradient before `backward()`
    """

    def __init__(self, network: Network, inputs: Array, training: bool = False) -> None:
        self.inputs = inputs
        source = Buffer(network.input_shape, inputs.T)
        self._columns: Array | None = None
        if not network.layers[0].reads_rows:
            source = Buffer.empty(network.input_shape, len(inputs), inputs.dtype, with_gradient=False)
            self._columns = source.augmented
        self.stages: list[Stage] = []
        for layer in network.layers:
            stage = layer.stage(source, training)
            self.stages.append(stage)
            source = stage.output
        self.logits = source.values
        self.logits_gradient: Array = source.gradient if source.gradient is not None else np.empty(0)
        self._backward = list(reversed(self.stages))

    def forward(self) -> None:
        """From `inputs` to `logits`."""
        if self._columns is not None:
            np.copyto(self._columns, self.inputs.T)
        for stage in self.stages:
            stage.forward()

    def backward(self) -> None:
        """From `logits_gradient` to the network's `grads`."""
        for stage in self._backward:
            stage.backward()

    def freeze(self) -> None:
        """From now on compute the same function in every forward pass: with the noise of the last one, and without a
        trace in running statistics."""
        for stage in self.stages:
            stage.frozen = True


def _running_parts(vector: Array, running: list[tuple[Layer, Array]]) -> list[Array]:
    """For each layer its means and variances (2, features) out of a flat vector. Raises `ValueError`."""
    ends = np.cumsum([statistics.size for _, statistics in running], dtype=int)
    count = int(ends[-1]) if running else 0
    if vector.shape != (count,):
        raise ValueError(f"{vector.size} running means and variances do not fit a network with {count}")
    parts: list[Array] = []
    for (layer, statistics), end in zip(running, ends, strict=True):
        part: Array = vector[end - statistics.size : end].reshape(2, -1)
        if not np.isfinite(part).all() or (part[1] < 0).any():
            raise ValueError(f"{layer.name} needs {part.shape[1]} finite running means and as many variances from 0 up")
        parts.append(part)
    return parts


def build_layers(specs: Sequence[LayerSpec], input_shape: Shape, outputs: int) -> list[Layer]:
    """The layers for these specs and the output layer, with their shapes inferred one from the other."""
    layers: list[Layer] = []
    counts: dict[type[LayerSpec], int] = {}
    shape = input_shape
    for spec in specs:
        counts[type(spec)] = counts.get(type(spec), 0) + 1
        kind = LAYERS[type(spec)]
        layer = kind(f"{kind.__name__} {counts[type(spec)]}", spec, shape)
        layers.append(layer)
        shape = layer.shape
    layers.append(LAYERS[DenseSpec]("Output", DenseSpec(units=outputs, activation=ActivationKind.LINEAR), shape))
    return layers
