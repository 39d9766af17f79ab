"""What somebody does to the hidden layers: insert, remove, move, duplicate or change one, or take a whole network.

An edit names its layer by the key, so it may be made from an old picture and still means the right layer of whatever
the experiment has become by then; where that layer is gone, it changes nothing. Layers that stay keep their keys, and
with them what they have learned. A stack that cannot work need never be asked for: `misfit` says beforehand what is
wrong with it, `refusal` what is wrong with an edit, and `offers` what fits in which place.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, ClassVar

from nnstudio.core.array import Shape
from nnstudio.core.experiment import LAYER_KINDS, MAXIMUM_HIDDEN_LAYERS, Experiment, LayerSpec, keyed
from nnstudio.core.experiment.setting import SettingError, settings_of
from nnstudio.core.network.layer_matches import matches
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.network.model import Model
from nnstudio.core.network.network import build_layers

Layers = tuple[LayerSpec, ...]


class LayerEdit(ABC):
    """From one experiment to the next. `label`: what Undo calls it, where the difference alone does not say it well."""

    label: ClassVar[str] = ""

    def __call__(self, experiment: Experiment) -> Experiment:
        """The experiment with the edit done, or the same one where there is nothing to do."""
        return replace(experiment, layers=self.on(experiment.layers))

    @abstractmethod
    def on(self, layers: Layers) -> Layers:
        """The hidden layers with the edit done."""


@dataclass(frozen=True, slots=True)
class InsertLayer(LayerEdit):
    """One more layer before the one with the key `before`; 0 is the output's. Nothing where there is no room."""

    spec: LayerSpec
    before: int

    def on(self, layers: Layers) -> Layers:
        position = position_of(layers, self.before)
        if position is None or not may_insert(layers):
            return layers
        return keyed((*layers[:position], replace(self.spec, key=0), *layers[position:]))


@dataclass(frozen=True, slots=True)
class RemoveLayer(LayerEdit):
    """One layer less."""

    key: int

    def on(self, layers: Layers) -> Layers:
        return tuple(spec for spec in layers if spec.key != self.key)


@dataclass(frozen=True, slots=True)
class ChangeLayer(LayerEdit):
    """Another value of one setting of one layer."""

    key: int
    setting: str
    value: object

    def on(self, layers: Layers) -> Layers:
        return tuple(self._changed(spec) if spec.key == self.key else spec for spec in layers)

    def _changed(self, spec: LayerSpec) -> LayerSpec:
        change: dict[str, Any] = {self.setting: self.value}
        return replace(spec, **change) if self.setting in settings_of(type(spec)) else spec


@dataclass(frozen=True, slots=True)
class MoveLayer(LayerEdit):
    """The layer with this key to before the one with the key `before`; 0 is the output's."""

    key: int
    before: int

    def on(self, layers: Layers) -> Layers:
        moved = next((spec for spec in layers if spec.key == self.key), None)
        others = RemoveLayer(self.key).on(layers)
        position = position_of(others, self.before)
        if moved is None or position is None:
            return layers
        return (*others[:position], moved, *others[position:])


@dataclass(frozen=True, slots=True)
class DuplicateLayer(LayerEdit):
    """One more layer like this one, right behind it. Like any new layer it begins by handing on what it gets, as far as
    its shape and its activation allow: the same weights once more would make another function of the network."""

    label = "Duplicate layer"

    key: int

    def on(self, layers: Layers) -> Layers:
        position = position_of(layers, self.key)
        if not self.key or position is None:
            return layers
        behind = layers[position + 1].key if position + 1 < len(layers) else 0
        return InsertLayer(layers[position], behind).on(layers)


@dataclass(frozen=True, slots=True)
class ReplaceLayer(LayerEdit):
    """Another layer, perhaps of another kind, in the place of the one with this key."""

    key: int
    spec: LayerSpec

    def on(self, layers: Layers) -> Layers:
        return tuple(replace(self.spec, key=spec.key) if spec.key == self.key else spec for spec in layers)


@dataclass(frozen=True, slots=True)
class TakeNetwork(LayerEdit):
    """These layers and no others. Those that are there already, of the same kind and in the same order, keep their
    keys, and so what they have learned."""

    label = "Network"

    layers: Layers

    def on(self, layers: Layers) -> Layers:
        matched = dict(matches(layers, self.layers))
        free = count(max((spec.key for spec in layers), default=0) + 1)
        return tuple(
            replace(spec, key=layers[matched[place]].key if place in matched else next(free))
            for place, spec in enumerate(self.layers)
        )


def resize(spec: LayerSpec, by: int) -> ChangeLayer:
    """So many more, or fewer, neurons or filters, within what is legal."""
    setting = settings_of(type(spec))[spec.width]
    size = getattr(spec, spec.width) + by
    return ChangeLayer(spec.key, spec.width, int(min(max(size, setting.minimum), setting.maximum)))


def as_kind(spec: LayerSpec, kind: type[LayerSpec]) -> LayerSpec:
    """A layer of another kind that is like this one in what both have settings for, where the values are legal."""
    values: dict[str, Any] = {name: getattr(spec, name) for name in settings_of(kind) if hasattr(spec, name)}
    try:
        return kind(key=spec.key, **values)
    except SettingError:
        return kind(key=spec.key)


def position_of(layers: Layers, key: int) -> int | None:
    """Where the layer with this key stands, the output behind all others; None if it is gone."""
    return next((place for place, spec in enumerate(layers) if spec.key == key), None if key else len(layers))


def may_insert(layers: Layers) -> bool:
    """Whether one more layer is legal."""
    return len(layers) < MAXIMUM_HIDDEN_LAYERS


# What fits where ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ends:
    """What the hidden layers stand between: the shape of an example, and the number of outputs."""

    shape: Shape
    outputs: int

    @classmethod
    def of(cls, model: Model) -> "Ends":
        """The ends of a network."""
        return cls(model.input_shape, model.outputs)


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind of layer for a certain place: the edit that brings it there, and the reason if it cannot stand there;
    `lacks_images`: because it needs images, and none come there."""

    edit: InsertLayer
    reason: str
    lacks_images: bool = False

    @property
    def kind(self) -> type[LayerSpec]:
        """The kind of layer."""
        return type(self.edit.spec)


def misfit(layers: Layers, ends: Ends) -> str:
    """Why these layers cannot work, as a sentence for a person; empty if they can."""
    try:
        build_layers(layers, ends.shape, ends.outputs)
    except ShapeError as error:
        return str(error)
    return ""


def refusal(edit: LayerEdit, layers: Layers, ends: Ends) -> str:
    """Why an edit of these layers cannot be made, as a sentence for a person; empty if it can."""
    if isinstance(edit, InsertLayer | DuplicateLayer) and not may_insert(layers):
        return f"There are {MAXIMUM_HIDDEN_LAYERS} hidden layers, which is the most."
    return misfit(edit.on(layers), ends)


def offers(layers: Layers, before: int, ends: Ends) -> tuple[Offer, ...]:
    """What could be inserted before the layer with this key, in the order of `LAYER_KINDS`."""
    return tuple(offer(layers, before, kind, ends) for kind in LAYER_KINDS.values())


def offer(layers: Layers, before: int, kind: type[LayerSpec], ends: Ends) -> Offer:
    """One kind of layer in this place: like the others of its kind, or else as small as it is by default. Raises
    `ShapeError` if the layers cannot work as they are."""
    alike, smallest = (InsertLayer(spec, before) for spec in (_like_its_neighbours(layers, before, kind), kind()))
    if kind.for_images and len(_arrives(layers, before, ends)) < 3:
        return Offer(smallest, f"{kind.label} needs images, and what comes here is a row of numbers.", True)
    if not refusal(alike, layers, ends):
        return Offer(alike, "")
    return Offer(smallest, refusal(smallest, layers, ends))


def _arrives(layers: Layers, before: int, ends: Ends) -> Shape:
    """What an example looks like where it comes to the layer with this key."""
    *passed, _ = build_layers(layers[: position_of(layers, before)], ends.shape, ends.outputs)
    return passed[-1].shape if passed else ends.shape


def _like_its_neighbours(layers: Layers, before: int, kind: type[LayerSpec]) -> LayerSpec:
    """A copy of the nearest layer of this kind on the left, or else on the right."""
    position = position_of(layers, before)
    others = (*reversed(layers[:position]), *layers[position:])
    return replace(next((spec for spec in others if type(spec) is kind), kind()), key=0)
