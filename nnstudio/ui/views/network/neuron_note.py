"""What to say about the unit or the weight that somebody looks at: its name, its formula, its numbers now.

It is written anew from every frame, so its numbers stay live while training.
"""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.experiment.choices import Task
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
from nnstudio.core.run.frame import FloatArray, Frame, ImagePicture, LayerReading, PlanePicture, TablePicture
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.views.network.titles import in_a_phrase
from nnstudio.ui.widgets.figures import decimal, percent

_LISTED = 3


@dataclass(frozen=True, slots=True)
class Note:
    """A heading and lines of figures."""

    title: str
    lines: tuple[str, ...]

    def spoken(self) -> str:
        """The note for screen readers."""
        return ", ".join((self.title, *self.lines))


def note_on(frame: Frame, spot: Spot | LinkSpot) -> Note:
    """What to say about a unit or a weight."""
    if isinstance(spot, LinkSpot):
        return _link_note(frame, spot)
    if spot.column == 0:
        return _input_note(frame, spot)
    layer = frame.layers[spot.column - 1]
    image = frame.picture if isinstance(frame.picture, ImagePicture) else None
    if spot.column == len(frame.layers):
        result = "y" if frame.dataset.task is Task.REGRESSION else "p"
        lines = [f"{result} = {_activated(layer, _sum(spot))}"]
        if image is not None and image.probabilities is not None:
            lines.append(f"p = {percent(float(image.probabilities[spot.unit]), 2)}")
    else:
        lines = _formula(frame.experiment.layers[spot.column - 1], layer, spot)
        if image is not None and image.activations is not None and not _is_row(frame, spot):
            lines.append(_answer(image.activations[spot.column - 1], spot.unit))
    return Note(_unit(frame, spot), (*lines, *_parameters(layer, spot.unit)))


def _sum(spot: Spot) -> str:
    return "w·x + b" if spot.column == 1 else "w·a + b"


def _activated(layer: LayerReading, total: str) -> str:
    activation = in_a_phrase(layer.activation)
    return f"{activation}({total})" if activation != "linear" else total


def _formula(spec: LayerSpec, layer: LayerReading, spot: Spot) -> list[str]:
    """What a hidden layer does."""
    match spec:
        case DenseSpec():
            return [f"a = {_activated(layer, _sum(spot))}"]
        case Conv2DSpec():
            return [f"a = {_activated(layer, 'w ∗ x + b')}"]
        case ActivationSpec():
            return [f"a = {_activated(layer, 'x')}"]
        case DropoutSpec():
            lost, kept = percent(spec.rate, 0), decimal(1 - spec.rate, 2)
            return [f"in training 0 with {lost}, else x / {kept}", "here a = x: nothing is dropped"]
        case BatchNormSpec():
            return ["a = γ (x − m) / √(v + ε) + β", "m, v: running mean and variance"]
        case LayerNormSpec():
            return ["a = γ (x − m) / √(v + ε) + β", "m, v: mean and variance of the layer"]
        case MaxPool2DSpec():
            return [f"a = largest of {spec.size}×{spec.size}"]
        case AvgPool2DSpec():
            return [f"a = mean of {spec.size}×{spec.size}"]
        case _:
            return [f"{layer.shape[0]} numbers in a row"]


def _parameters(layer: LayerReading, unit: int) -> list[str]:
    """The numbers that a unit has learned."""
    if layer.weights is not None and layer.biases is not None:
        return [f"b = {decimal(float(layer.biases[unit]), 4)}", _several("w", layer.weights[:, unit])]
    if layer.gains is not None and layer.shifts is not None:
        # A layer norm has a pair for each pixel of a channel, all others one for each unit.
        return [_several(name, row.reshape(layer.shape[0], -1)[unit]) for name, row in _gains_and_shifts(layer)]
    return []


def _gains_and_shifts(layer: LayerReading) -> list[tuple[str, FloatArray]]:
    assert layer.gains is not None
    assert layer.shifts is not None
    return [("γ", layer.gains), ("β", layer.shifts)]


def _several(name: str, values: FloatArray) -> str:
    """A few numbers one by one, many by their range."""
    if len(values) <= _LISTED:
        return f"{name} = " + ", ".join(decimal(float(value), 3) for value in values)
    return f"{name} from {decimal(float(np.min(values)), 3)} to {decimal(float(np.max(values)), 3)}"


def _answer(activations: FloatArray, unit: int) -> str:
    """What a unit answers to the image that the network looks at."""
    if activations.ndim == 1:
        return f"a = {decimal(float(activations[unit]), 4)}"
    shown = activations[unit]
    size = f"{shown.shape[0]}×{shown.shape[1]}"
    return f"a: {size}, from {decimal(float(shown.min()), 3)} to {decimal(float(shown.max()), 3)}"


def _unit(frame: Frame, spot: Spot) -> str:
    """The name of a unit."""
    if spot.column == 0:
        names = frame.dataset.input_names
        return names[spot.unit] if names else "Image"
    if spot.column < len(frame.layers):
        return _hidden_unit(frame, spot)
    name = frame.dataset.output_names[spot.unit]
    match frame.picture:
        case ImagePicture():
            return f"Digit {name}" if frame.layers[-1].shape[0] == 10 else f"Output {name}"
        case PlanePicture():
            return "Output" if frame.layers[-1].shape[0] == 1 else f"Output, class {name}"
        case TablePicture():
            return f"Output, {name}"


def _is_row(frame: Frame, spot: Spot) -> bool:
    """Whether the column is an image read as one row, drawn as a band."""
    return isinstance(frame.picture, ImagePicture) and isinstance(frame.experiment.layers[spot.column - 1], FlattenSpec)


def _hidden_unit(frame: Frame, spot: Spot) -> str:
    spec, layer = frame.experiment.layers[spot.column - 1], frame.layers[spot.column - 1]
    if _is_row(frame, spot):
        return f"Layer {spot.column}, flattened"
    kind = "neuron" if isinstance(spec, DenseSpec) else "filter" if isinstance(spec, Conv2DSpec) else "unit"
    if kind == "unit" and len(layer.shape) == 3:
        kind = "channel"
    return f"Layer {spot.column}, {kind} {spot.unit + 1}"


def _link_note(frame: Frame, spot: LinkSpot) -> Note:
    weights = frame.layers[spot.column - 1].weights
    assert weights is not None
    ends = (Spot(spot.column - 1, spot.source), Spot(spot.column, spot.unit))
    source, target = (in_a_phrase(_unit(frame, end)) for end in ends)
    weight = decimal(float(weights[spot.source, spot.unit]), 4)
    return Note("Weight", (f"w = {weight}", f"from {source}", f"to {target}"))


def _input_note(frame: Frame, spot: Spot) -> Note:
    picture, recipe = frame.picture, frame.dataset.recipe
    if isinstance(picture, ImagePicture):
        name = frame.dataset.class_names[picture.label]
        return Note("Test image", (f"It is a {name}.", "Click for the next one."))
    lines = [recipe.features[spot.unit].help] if recipe.features else ["A column of the table."]
    values = frame.dataset.train.inputs[:, spot.unit] if isinstance(picture, TablePicture) else None
    if isinstance(picture, PlanePicture) and picture.inputs is not None:
        values = picture.inputs[spot.unit]
    if values is not None:
        lines.append(
            f"from {decimal(float(values.min()), 3)} to {decimal(float(values.max()), 3)}, as the network sees it"
        )
    return Note(f"Input {_unit(frame, spot)}", tuple(lines))
