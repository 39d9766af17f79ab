"""The network: a stack of layers over one flat vector of parameters.

`params` and `grads` are one long vector each; every layer holds views of its part. So an optimizer is a few lines, a
snapshot is one copy, and comparing a gradient with finite differences is one loop. A `Pass` is the whole network at
work on a fixed number of examples.

What somebody has locked belongs to the network as well: parameters that training leaves alone, and units that are
switched off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array, DType, Shape
from nnstudio.core.experiment import DenseSpec, InitializationSpec, LayerSpec, keyed
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.generator import GeneratorState, put_back
from nnstudio.core.network.layers import LAYERS
from nnstudio.core.network.layers.layer import Buffer, Layer, Stage
from nnstudio.core.network.layout import Layout
from nnstudio.core.network.model import Learned, Model, describe, range_of
from nnstudio.core.network.switched import Switched
from nnstudio.core.network.weights import Off, Weights


class Network:
    """Layers for examples of `input_shape`, and a dense output layer that ends in logits: the loss knows what to make
    of them. Raises `ShapeError` for a stack that cannot work.

    params, grads: the flat vectors; layer by layer a block of (inputs + 1, units), row by row, biases last
    statistics: the running means and variances of batch normalisation, flat
    layout: where each named array of each layer lies in them
    frozen, off: what was last given to `lock()`
    held: where the parameters lie that training leaves alone, the frozen ones and those of units that are off; None
    where there are none
    """

    frozen: NDArray[np.bool_] | None = None
    held: NDArray[np.intp] | None = None

    def __init__(self, specs: Sequence[LayerSpec], input_shape: Shape, outputs: int, dtype: DType) -> None:
        self.input_shape = input_shape
        self.dtype = dtype
        self.layers = build_layers(specs, input_shape, outputs)
        self.layout = Layout(self.layers)
        self._described = describe(self.layers)
        self.params = np.zeros(self.layout.params, dtype)
        self.grads = np.zeros_like(self.params)
        self.statistics = np.zeros(self.layout.statistics, dtype)
        self.penalized = np.zeros_like(self.params)
        """1 where a penalty applies, at weights; 0 at biases and at what scales and shifts a normalised value."""
        self.noisy = [layer for layer in self.layers if layer.noisy]
        self.off: Off = {}
        start = 0
        for layer, params, grads, penalized in zip(
            self.layers, self.parts(self.params), self.parts(self.grads), self.parts(self.penalized), strict=True
        ):
            end = start + sum(prod(shape) for shape in layer.running_arrays.values())
            layer.bind(params, grads, self.statistics[start:end])
            penalized[: layer.penalized_rows] = 1
            start = end

    def parts(self, vector: Array) -> list[Array]:
        """Every layer's block of a vector laid out like `params`."""
        ends = np.cumsum([prod(layer.parameter_shape) for layer in self.layers])
        parts = np.split(vector, ends[:-1])
        return [part.reshape(layer.parameter_shape) for layer, part in zip(self.layers, parts, strict=True)]

    def blocks(self, vector: Array) -> list[tuple[Layer, Array]]:
        """Every layer with parameters and its block (inputs + 1, units) of a vector laid out like `params`."""
        return [(layer, block) for layer, block in zip(self.layers, self.parts(vector), strict=True) if block.size]

    @property
    def fewest_examples(self) -> int:
        """How many examples a mini-batch must have at least."""
        return max(layer.fewest_examples for layer in self.layers)

    @property
    def couples(self) -> bool:
        """Whether in training what is made of an example depends on the others of its mini-batch."""
        return any(layer.couples for layer in self.layers)

    def initialize(self, spec: InitializationSpec, seed: int) -> None:
        """Draw the first parameters, all layers from one generator, and give each a generator of its own for noise."""
        random = np.random.default_rng((seed, 1))
        for index, layer in enumerate(self.layers):
            layer.initialize(spec, random)
            if layer.noisy:
                layer.random = np.random.default_rng((seed, 3, index))

    def noise(self) -> dict[int, GeneratorState]:
        """Where the noise of each noisy layer stands, by the layer's key."""
        return {layer.key: layer.random.bit_generator.state for layer in self.noisy}

    def set_noise(self, noise: Mapping[int, GeneratorState]) -> None:
        """Go back to where `noise()` stood; a layer that it does not name goes on with its own. Raises `ValueError` for
        noise of other layers."""
        layers = {layer.key: layer for layer in self.noisy}
        if unknown := noise.keys() - layers:
            raise ValueError(f"there is no layer with noise and the key {min(unknown)}")
        for key, state in noise.items():
            put_back(layers[key].random, state)

    def weights(self) -> Weights:
        """A copy of all that predictions are made with."""
        return Weights(self.params.copy(), self.statistics.copy(), self.off)

    def take(self, weights: Weights) -> None:
        """Predict with these weights from now on. Raises `ValueError` for what does not fit, and then takes nothing."""
        with np.errstate(over="ignore"):  # what is too large for the network's type is infinite, and refused
            params = weights.params.astype(self.dtype)
            statistics = self._neutral() if weights.statistics is None else weights.statistics.astype(self.dtype)
        if params.shape != self.params.shape:
            raise ValueError(f"{params.size} parameters do not fit a network with {self.params.size}")
        if not np.isfinite(params).all():
            raise ValueError("parameters that are NaN or infinite do not fit any network")
        if statistics.shape != self.statistics.shape:
            raise ValueError(
                f"{statistics.size} running means and variances do not fit a network with {self.statistics.size}"
            )
        for layer in self.layers:
            for place in self.layout.stretches[layer.key].statistics:
                lowest = 0 if place.name == "running_variance" else -np.inf
                array = place.view(statistics)
                if not (np.isfinite(array) & (array >= lowest)).all():
                    raise ValueError(
                        f"{layer.name} needs {array.size} finite running means and as many variances from 0 up"
                    )
        if weights.off is not None:
            self.lock(self.frozen, weights.off)
        self.params[...] = params
        self.statistics[...] = statistics

    def lock(self, frozen: NDArray[np.bool_] | None, off: Off) -> None:
        """From now on training leaves the `frozen` parameters alone (flat, like `params`; None for none), and the units
        that are `off` give 0, and nothing is learned of their own parameters. Raises `ValueError` for what does not
        fit, and then changes nothing."""
        if frozen is not None and (frozen.shape != self.params.shape or frozen.dtype != np.bool_):
            raise ValueError(f"{frozen.size} locks do not fit a network with {self.params.size} parameters")
        units = {layer.key: layer.shape[0] for layer in self.layers[:-1] if layer.answers}
        for key, those in off.items():
            if not those or list(those) != [unit for unit in range(units.get(key, 0)) if unit in those]:
                raise ValueError(f"the layer with the key {key} cannot have the units {those} switched off")
        if frozen is not None:
            frozen = frozen.copy() if frozen.any() else None
        held = np.zeros(self.params.shape, np.bool_) if frozen is None else frozen.copy()
        for layer, block in self.blocks(held):
            for unit in off.get(layer.key, ()):
                columns_of(layer, block)[:, unit] = True
            layer.held = np.logical_and.reduce(block, axis=0) if block.any() else None
        if frozen is not None:
            frozen.flags.writeable = False
        self.frozen, self.held = frozen, np.flatnonzero(held) if held.any() else None
        if off != self.off:  # every pass is wired anew
            self.off = dict(off)

    def model(self, dataset: Learned, output: ActivationKind) -> Model:
        """What the network is now; `output` is what the loss makes of its logits."""
        *hidden, last = self._described
        described = (*hidden, replace(last, activation=output, range=range_of(output)))
        params, statistics = self.params.copy(), self.statistics.copy()
        params.flags.writeable = statistics.flags.writeable = False
        arrays = self.layout.by_layer(params, statistics)
        layers = tuple(replace(layer, arrays=arrays[layer.key]) for layer in described)
        if self.frozen is not None or self.off:
            frozen = self.layout.by_layer(self.frozen) if self.frozen is not None else {}
            layers = tuple(
                replace(layer, frozen=frozen.get(layer.key, {}), off=self.off.get(layer.key, ())) for layer in layers
            )
        return Model(
            layers=layers,
            params=params,
            statistics=statistics,
            layout=self.layout,
            off=self.off,
            recipe=dataset.recipe,
            task=dataset.task,
            target_names=dataset.target_names,
        )

    def _neutral(self) -> Array:
        """Running means of 0 and variances of 1: normalisations that have seen nothing."""
        statistics = np.zeros_like(self.statistics)
        for _, name, array in self.layout.views(self.params, statistics):
            if name == "running_variance":
                array.fill(1)
        return statistics

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
        self._network = network
        source = Buffer(network.input_shape, inputs.T)
        self._columns: Array | None = None
        if not network.layers[0].reads_rows:
            source = Buffer.empty(network.input_shape, len(inputs), inputs.dtype, with_gradient=False)
            self._columns = source.augmented
        self._every: list[Stage] = []
        for layer in network.layers:
            stage = layer.stage(source, training)
            self._every.append(stage)
            source = stage.output
        self.logits = source.values
        self.logits_gradient: Array = source.gradient if source.gradient is not None else np.empty(0)
        self._wire()

    def _wire(self) -> None:
        """Put a switch behind the layers of which units are off."""
        self._off = off = self._network.off
        self.stages = [
            Switched(stage, off[layer.key]) if layer.key in off else stage
            for layer, stage in zip(self._network.layers, self._every, strict=True)
        ]
        # In the smallest networks looking a method up takes a hundredth of the time of a whole update.
        self._forward = [stage.forward for stage in self.stages]
        self._backward = [stage.backward for stage in reversed(self.stages)]

    def forward(self) -> None:
        """From `inputs` to `logits`."""
        if self._columns is not None or self._off is not self._network.off:
            self.begin()
        for forward in self._forward:
            forward()

    def begin(self) -> None:
        """Bring the inputs to where the first stage reads them, through what is switched on now."""
        if self._off is not self._network.off:
            self._wire()
        if self._columns is not None:
            np.copyto(self._columns, self.inputs.T)

    def backward(self) -> None:
        """From `logits_gradient` to the network's `grads`."""
        for backward in self._backward:
            backward()

    def settle(self) -> None:
        """From now on compute what the network predicts, in a pass for training: so there is a way back through it."""
        for stage in self._every:
            stage.settle()

    def freeze(self) -> None:
        """From now on compute the same function in every forward pass: with the noise of the last one, and without a
        trace in running statistics."""
        for stage in self._every:
            stage.frozen = True


def build_layers(specs: Sequence[LayerSpec], input_shape: Shape, outputs: int) -> list[Layer]:
    """The layers for these specs and the output layer, with their shapes inferred one from the other."""
    layers: list[Layer] = []
    shape = input_shape
    names = layer_names(specs)
    for spec in keyed(tuple(specs)):
        layer = LAYERS[type(spec)](names[spec.key], spec, shape)
        layers.append(layer)
        shape = layer.shape
    layers.append(LAYERS[DenseSpec](names[0], DenseSpec(units=outputs, activation=ActivationKind.LINEAR), shape))
    return layers


def layer_names(specs: Sequence[LayerSpec]) -> dict[int, str]:
    """What each of these layers and the output are called, by their keys: «Dense 1», «Dense 2», «Output»."""
    names: dict[int, str] = {}
    counts: dict[type[LayerSpec], int] = {}
    for spec in keyed(tuple(specs)):
        counts[type(spec)] = counts.get(type(spec), 0) + 1
        names[spec.key] = f"{LAYERS[type(spec)].__name__} {counts[type(spec)]}"
    return names | {0: "Output"}


def columns_of(layer: Layer, block: NDArray[Any]) -> NDArray[Any]:
    """A layer's block of a vector laid out like the parameters, (rows, units, …), no copy: what is one unit's own lies
    at its number. Where a layer normalisation reads an image, that is a pair of numbers for each pixel of a channel."""
    return block.reshape(len(block), layer.shape[0], -1)
