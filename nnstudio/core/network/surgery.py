"""What somebody does to a network by hand: set a parameter, zero, negate or redraw a unit, freeze, switch off.

An operation is a value. It names its layer by the key, so it may be made from an old picture and still means the right
layer; where that layer, or the place in it, is gone, it is refused. Locks hold against training alone: a hand may
change what is frozen.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.experiment import Experiment
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.network.layers import LAYERS
from nnstudio.core.network.layers.avg_pool2d import AvgPool2D
from nnstudio.core.network.layers.dropout import Dropout
from nnstudio.core.network.layers.flatten import Flatten
from nnstudio.core.network.layers.layer import Layer
from nnstudio.core.network.layout import Place
from nnstudio.core.network.network import Network, columns_of, layer_names

LINEAR_IN_EACH_UNIT = Dropout | Flatten | AvgPool2D


class SurgeryError(ValueError):
    """An operation that cannot be done; the message is a sentence for a person. Nothing was changed."""


class Surgery(ABC):
    """One operation on the layer with the key `layer`."""

    layer: int

    def label(self, experiment: Experiment) -> str:
        """The operation in the words of a menu, such as «Negate neuron 3 of Dense 1»."""
        return f"{self._deed(experiment)} {layer_names(experiment.layers).get(self.layer, 'a layer that is gone')}"

    def mark(self, experiment: Experiment) -> str:
        """The same for the curves, where a drag is one thing, whatever values it goes through."""
        return self.label(experiment)

    @abstractmethod
    def perform(self, network: Network, experiment: Experiment) -> None:
        """Operate on this network of the experiment, in place. Raises `SurgeryError`, and then nothing has changed."""

    @abstractmethod
    def _deed(self, experiment: Experiment) -> str:
        """What is done, up to the name of the layer."""


@dataclass(frozen=True, slots=True)
class SetParameter(Surgery):
    """Another value for one parameter: which of the layer's arrays, and where in it."""

    layer: int
    array: str
    index: tuple[int, ...]
    value: float

    @property
    def place(self) -> tuple[int, str, tuple[int, ...]]:
        """Which parameter it is."""
        return self.layer, self.array, self.index

    def label(self, experiment: Experiment) -> str:
        return f"{self.mark(experiment)} to {_written(self.value)}"

    def mark(self, experiment: Experiment) -> str:
        return super(SetParameter, self).label(experiment)

    def perform(self, network: Network, experiment: Experiment) -> None:
        place = _place(network, self.layer, self.array, self.index)
        with np.errstate(over="ignore"):
            value = network.dtype.type(self.value)
        if not np.isfinite(value):
            most = np.finfo(network.dtype).max
            why = f"choose a finite number, from −{most:.1e} to {most:.1e}"
            raise SurgeryError(f"{self.value} is no {self.array} to compute with: {why}.")
        place.view(network.params)[self.index] = value

    def _deed(self, experiment: Experiment) -> str:
        return f"Set a {self.array} of"


@dataclass(frozen=True, slots=True)
class Freeze(Surgery):
    """Training leaves a layer alone, or one `unit` of it, or one number of an `array`; `frozen` False: no longer."""

    layer: int
    frozen: bool = True
    unit: int | None = None
    array: str = ""
    index: tuple[int, ...] = ()

    def perform(self, network: Network, experiment: Experiment) -> None:
        frozen = np.zeros(network.params.shape, np.bool_) if network.frozen is None else network.frozen.copy()
        if self.array:
            _place(network, self.layer, self.array, self.index).view(frozen)[self.index] = self.frozen
        elif self.unit is not None:
            _unit(network, frozen, self.layer, self.unit)[...] = self.frozen
        else:
            _columns(network, frozen, self.layer)[...] = self.frozen
        network.lock(frozen, network.off)

    def _deed(self, experiment: Experiment) -> str:
        verb = "Freeze" if self.frozen else "Unfreeze"
        if self.array:
            return f"{verb} a {self.array} of"
        return verb if self.unit is None else f"{verb} {_called(experiment, self.layer, self.unit)} of"


@dataclass(frozen=True, slots=True)
class Switch(Surgery):
    """Switch a unit of a hidden layer off, so that it gives 0, or on again."""

    layer: int
    unit: int
    on: bool = False

    def perform(self, network: Network, experiment: Experiment) -> None:
        layer = _layer(network, self.layer)
        if layer is network.layers[-1]:
            raise SurgeryError("The output is the answer and stays on: switch off a unit of a hidden layer.")
        if not layer.answers:
            raise SurgeryError(f"{layer.name} only passes on what it gets: switch off a unit of the layer before it.")
        _check_unit(layer, self.unit)
        off = set(network.off.get(self.layer, ()))
        off = off - {self.unit} if self.on else off | {self.unit}
        others = {key: units for key, units in network.off.items() if key != self.layer}
        network.lock(network.frozen, others | ({self.layer: tuple(sorted(off))} if off else {}))

    def _deed(self, experiment: Experiment) -> str:
        return f"Switch {'on' if self.on else 'off'} {_called(experiment, self.layer, self.unit)} of"


@dataclass(frozen=True, slots=True)
class Zero(Surgery):
    """0 for all of a unit's own parameters: the links into it and its bias, or its gain and shift."""

    layer: int
    unit: int

    def perform(self, network: Network, experiment: Experiment) -> None:
        _unit(network, network.params, self.layer, self.unit)[...] = 0

    def _deed(self, experiment: Experiment) -> str:
        return f"Zero {_called(experiment, self.layer, self.unit)} of"


@dataclass(frozen=True, slots=True)
class Negate(Surgery):
    """Turn the sign of all of a unit's own parameters. Where its activation is odd (linear, tanh, sine), and so is all
    on the way to the next weights, these are turned as well: the network's function stays as it is. Elsewhere, in the
    output too, the unit answers to −z what it did to z."""

    layer: int
    unit: int

    def perform(self, network: Network, experiment: Experiment) -> None:
        for part in (_unit(network, network.params, self.layer, self.unit), *self._heard_by(network)):
            part[...] = -part  # NumPy 2.4 goes wrong with np.negative(part, part) on every eighth number of an array

    def _heard_by(self, network: Network) -> Iterator[Array]:
        """The weights that the unit's answer is multiplied with next, if its sign comes there as it left."""
        layer = _layer(network, self.layer)
        turns = layer.activation_kind is None or ACTIVATIONS[layer.activation_kind].odd
        for following in network.layers[network.layers.index(layer) + 1 :]:
            if not turns:
                return
            for place in network.layout.stretches[following.key].params:
                if place.name == "weight":  # an image that is read as a row is read channel by channel
                    yield place.view(network.params).reshape(layer.shape[0], -1)[self.unit]
                    return
            kind = following.activation_kind
            turns = ACTIVATIONS[kind].odd if kind is not None else isinstance(following, LINEAR_IN_EACH_UNIT)

    def _deed(self, experiment: Experiment) -> str:
        return f"Negate {_called(experiment, self.layer, self.unit)} of"


@dataclass(frozen=True, slots=True)
class Redraw(Surgery):
    """Draw a unit's own parameters anew, as first weights; another `seed` draws others."""

    layer: int
    unit: int
    seed: int = 0

    def perform(self, network: Network, experiment: Experiment) -> None:
        layer, unit = _layer(network, self.layer), _unit(network, network.params, self.layer, self.unit)
        drawn = LAYERS[type(layer.spec)](layer.name, layer.spec, layer.input_shape)
        drawn.bind(np.zeros_like(layer.params), np.zeros_like(layer.params), np.zeros(2 * layer.shape[0]))
        random = np.random.default_rng((experiment.seed, 6, self.seed, self.layer, self.unit))
        drawn.initialize(experiment.initialization, random)
        unit[...] = columns_of(drawn, drawn.params)[:, self.unit]

    def _deed(self, experiment: Experiment) -> str:
        return f"Redraw {_called(experiment, self.layer, self.unit)} of"


# Places ---------------------------------------------------------------------------------------------------------------


def _layer(network: Network, key: int) -> Layer:
    for layer in network.layers:
        if layer.key == key:
            return layer
    raise SurgeryError("That layer is no longer there. The network is as it was.")


def _check_unit(layer: Layer, unit: int) -> None:
    if not 0 <= unit < layer.shape[0]:
        raise SurgeryError(f"{layer.name} has {layer.shape[0]} units: there is no unit {unit + 1}.")


def _columns(network: Network, vector: NDArray[np.bool_] | Array, key: int) -> Array:
    """The layer's part of a vector laid out like the parameters, (rows, units, …)."""
    layer = _layer(network, key)
    for other, block in network.blocks(vector):
        if other is layer:
            return columns_of(layer, block)
    raise SurgeryError(f"{layer.name} has no parameters of its own.")


def _unit(network: Network, vector: NDArray[np.bool_] | Array, key: int, unit: int) -> Array:
    """What is the unit's own in such a vector."""
    columns = _columns(network, vector, key)
    _check_unit(_layer(network, key), unit)
    return columns[:, unit]


def _place(network: Network, key: int, array: str, index: tuple[int, ...]) -> Place:
    """The layer's array of this name, which has this index."""
    layer = _layer(network, key)
    for place in network.layout.stretches[key].params:
        if place.name == array:
            if len(index) == len(place.shape) and all(0 <= i < n for i, n in zip(index, place.shape, strict=True)):
                return place
            raise SurgeryError(f"The {array} of {layer.name} has the shape {place.shape}: there is no {index} in it.")
    raise SurgeryError(f"{layer.name} has no {array}.")


def _called(experiment: Experiment, key: int, unit: int) -> str:
    """A unit by its number, as people count."""
    kind = next((spec.unit for spec in experiment.layers if spec.key == key), "neuron")
    return f"{kind} {unit + 1}"


def _written(value: float) -> str:
    """A number as it stands in a menu: −1.10."""
    return (f"{value:#.3g}" if abs(value) < 1000 else f"{value:.6g}").replace("-", "\N{MINUS SIGN}")
