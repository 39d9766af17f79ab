"""What a trained network is, for everybody who reads one.

Training moves one flat vector; a picture, a file or a transfer asks which array is the weight of which layer, what the
layer computes and what its answers mean. A `Model` says all of that as one immutable value with arrays of its own, so
it stays as it is while training goes on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array, Shape
from nnstudio.core.data.recipe import InputRecipe
from nnstudio.core.experiment import LayerSpec
from nnstudio.core.experiment.choices import ActivationKind, Task
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.network.layers.layer import Layer
from nnstudio.core.network.layout import Layout
from nnstudio.core.network.weights import Off, Weights


@dataclass(frozen=True, slots=True)
class Range:
    """Between which values answers lie; None on a side without a bound."""

    low: float | None = None
    high: float | None = None


UNBOUNDED = Range()


@dataclass(frozen=True, slots=True, eq=False)
class ModelLayer:
    """One layer of a model, hidden or output.

    key: its number from edit to edit; 0 for the output; name: «Dense 1», «Output»; kind: a key of `LAYER_KINDS`
    formula, note: what it computes, for a program and for a person; settings: the numbers that the formula needs
    activation: the one that it has or is; for the output what the loss makes of the logits
    range: between which values its answers lie, where its activation, or the one before it, says so
    input_shape, shape: what one example looks like before and behind it
    patch (channels, height, width): the piece of an image that the weights of a unit look at, if it is one
    makes_rows: whether all it does is to read an image as one row
    arrays: what it has learned, by name, read-only; empty for most kinds
    frozen: for each of these that is a parameter, which of its numbers training leaves alone; empty where none are
    off: the units that are switched off, and give 0
    """

    key: int
    name: str
    kind: str
    spec: LayerSpec
    formula: str
    note: tuple[str, ...]
    settings: Mapping[str, Any]
    activation: ActivationKind | None
    range: Range
    input_shape: Shape
    shape: Shape
    patch: tuple[int, int, int] | None
    makes_rows: bool
    arrays: Mapping[str, Array]
    frozen: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict[str, NDArray[np.bool_]])
    off: tuple[int, ...] = ()

    @property
    def wholly_frozen(self) -> bool:
        """Whether training leaves all of its parameters alone, and there are some."""
        return bool(self.frozen) and all(mask.all() for mask in self.frozen.values())

    @property
    def frozen_units(self) -> tuple[int, ...]:
        """The units of whose parameters training leaves all alone, if they have any."""
        units = self.shape[0]
        masks = [
            mask.reshape(-1, units).T if name == "weight" else mask.reshape(units, -1)
            for name, mask in self.frozen.items()
        ]
        return tuple(np.flatnonzero(np.concatenate(masks, axis=1).all(axis=1)).tolist()) if masks else ()

    @property
    def weights(self) -> Array | None:
        """The weights as a matrix (inputs, units), with one filter of a convolution in each column."""
        weight = self.arrays.get("weight")
        return None if weight is None else weight.reshape(-1, weight.shape[-1])

    @property
    def biases(self) -> Array | None:
        """The biases (units,)."""
        return self.arrays.get("bias")

    @property
    def weight_images(self) -> Array | None:
        """The weights of each unit as the image that it looks for, (units, channels, height, width)."""
        weights = self.weights
        return None if weights is None or self.patch is None else weights.T.reshape(-1, *self.patch)


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A network with all that its answers need.

    layers: from the first hidden one to the output
    params, statistics: the flat vectors, copies, read-only; layout: where each array lies in them
    off: the units that are switched off, by the key of their layer
    recipe: what was done to the inputs before
    task: what the outputs mean; target_names: the classes by their numbers, empty where the outputs are values
    """

    layers: tuple[ModelLayer, ...]
    params: Array
    statistics: Array
    layout: Layout
    off: Off
    recipe: InputRecipe
    task: Task
    target_names: tuple[str, ...]

    @property
    def input_shape(self) -> Shape:
        """What one example looks like."""
        return self.layers[0].input_shape

    @property
    def outputs(self) -> int:
        """How many numbers the network gives back."""
        return self.layers[-1].shape[0]

    @property
    def output(self) -> ActivationKind:
        """What becomes of the last sums."""
        activation = self.layers[-1].activation
        assert activation is not None
        return activation

    @property
    def weights(self) -> Weights:
        """All that the network predicts with."""
        return Weights(self.params, self.statistics, self.off)


class Learned(Protocol):
    """What a model has to know of the data it learned from; a `Dataset` says it."""

    @property
    def recipe(self) -> InputRecipe: ...

    @property
    def task(self) -> Task: ...

    @property
    def target_names(self) -> tuple[str, ...]: ...


def range_of(kind: ActivationKind) -> Range:
    """Between which values an activation answers."""
    row = ACTIVATIONS[kind]
    return Range(row.low, row.high)


def describe(layers: Iterable[Layer]) -> tuple[ModelLayer, ...]:
    """What never changes about these layers; their arrays are still to be filled in."""
    described: list[ModelLayer] = []
    answers, image = UNBOUNDED, None
    for layer in layers:
        if layer.answers:
            answers = range_of(layer.activation_kind) if layer.activation_kind else UNBOUNDED
        image = layer.input_shape if len(layer.input_shape) == 3 else image
        patch = None
        if "weight" in layer.arrays:
            *seen, _ = layer.arrays["weight"]
            patch, image = _as_patch(seen) or _as_patch(image or ()), None
        described.append(
            ModelLayer(
                key=layer.key,
                name=layer.name,
                kind=layer.spec.kind,
                spec=layer.spec,
                formula=layer.formula,
                note=layer.note("a" if described else "x"),
                settings=layer.settings,
                activation=layer.activation_kind,
                range=answers,
                input_shape=layer.input_shape,
                shape=layer.shape,
                patch=patch,
                makes_rows=layer.makes_rows,
                arrays={},
            )
        )
    return tuple(described)


def _as_patch(shape: Iterable[int]) -> tuple[int, int, int] | None:
    match tuple(shape):
        case (channels, height, width):
            return channels, height, width
        case _:
            return None
