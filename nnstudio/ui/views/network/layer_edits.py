"""What the buttons above the network do to the hidden layers: from one tuple of layers to the next.

A stack that cannot work is never asked for: `misfit` says beforehand what is wrong with it.
"""

from dataclasses import dataclass, replace
from typing import Any

from nnstudio.core.array import Shape
from nnstudio.core.experiment import MAXIMUM_HIDDEN_LAYERS
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
)
from nnstudio.core.experiment.setting import Setting, settings_of
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.network.network import build_layers
from nnstudio.core.run.frame import Frame

Layers = tuple[LayerSpec, ...]

_VECTOR_KINDS = (DenseSpec, ActivationSpec, DropoutSpec, BatchNormSpec, LayerNormSpec)
_IMAGE_KINDS = (DenseSpec, Conv2DSpec, MaxPool2DSpec, AvgPool2DSpec, FlattenSpec, *_VECTOR_KINDS[1:])

SIZES: dict[type[LayerSpec], str] = {DenseSpec: "units", Conv2DSpec: "filters"}
"""Which field says how many neurons or filters a layer has."""


@dataclass(frozen=True, slots=True)
class Ends:
    """What the hidden layers stand between: the shape of an example, and the number of outputs."""

    shape: Shape
    outputs: int

    @classmethod
    def of(cls, frame: Frame) -> "Ends":
        """The ends of a frame's network."""
        return cls(frame.dataset.shape, frame.dataset.outputs)


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind of layer for a certain place: the stack with it, or the reason why it cannot stand there."""

    kind: type[LayerSpec]
    layers: Layers
    reason: str


def may_insert(layers: Layers) -> bool:
    """Whether one more layer is legal."""
    return len(layers) < MAXIMUM_HIDDEN_LAYERS


def misfit(layers: Layers, ends: Ends) -> str:
    """Why these layers cannot work, as a sentence for a person; empty if they can."""
    try:
        build_layers(layers, ends.shape, ends.outputs)
    except ShapeError as error:
        return str(error)
    return ""


def offers(layers: Layers, position: int, ends: Ends) -> tuple[Offer, ...]:
    """What can be inserted before `layers[position]`, the dense layer first."""
    kinds = _IMAGE_KINDS if len(ends.shape) == 3 else _VECTOR_KINDS
    return tuple(offer(layers, position, kind, ends) for kind in kinds)


def offer(layers: Layers, position: int, kind: type[LayerSpec], ends: Ends) -> Offer:
    """One kind of layer in this place: like the others of its kind, or else as small as it is by default."""
    reason = ""
    for spec in (like_its_neighbours(layers, position, kind), kind()):
        stack = (*layers[:position], spec, *layers[position:])
        reason = misfit(stack, ends)
        if not reason:
            return Offer(kind, stack, "")
    return Offer(kind, layers, reason)


def like_its_neighbours(layers: Layers, position: int, kind: type[LayerSpec]) -> LayerSpec:
    """A copy of the nearest layer of this kind on the left, or else on the right, without its key."""
    others = (*reversed(layers[:position]), *layers[position:])
    return replace(next((spec for spec in others if type(spec) is kind), kind()), key=0)


def removed(layers: Layers, position: int) -> Layers:
    """One layer less."""
    return layers[:position] + layers[position + 1 :]


def replaced(layers: Layers, position: int, spec: LayerSpec) -> Layers:
    """Another layer in this place."""
    return (*layers[:position], spec, *layers[position + 1 :])


def size_of(spec: LayerSpec) -> tuple[Setting, int] | None:
    """How many neurons or filters a layer has, and how many it may have."""
    name = SIZES.get(type(spec))
    return (settings_of(type(spec))[name], getattr(spec, name)) if name else None


def resized(spec: LayerSpec, size: int) -> LayerSpec:
    """The same layer with this many neurons or filters, kept within what is legal."""
    name = SIZES[type(spec)]
    setting = settings_of(type(spec))[name]
    return with_setting(spec, name, int(min(max(size, setting.minimum), setting.maximum)))


def with_setting(spec: LayerSpec, name: str, value: object) -> LayerSpec:
    """The same layer with another value of one setting."""
    dataclass_instance: Any = spec
    return replace(dataclass_instance, **{name: value})
