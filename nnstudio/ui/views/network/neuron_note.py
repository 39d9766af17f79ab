"""What to say about the unit or the weight that somebody looks at: its name, its formula, its numbers now.

It is written anew from every frame, so its numbers stay live while training.
"""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.setting import in_a_phrase
from nnstudio.core.network.model import ModelLayer
from nnstudio.core.run.example import Chosen, ExampleReading
from nnstudio.core.run.frame import FloatArray, Frame, ImagePicture, PlanePicture, TablePicture
from nnstudio.ui.views.network.blame import figure_on, lines_on
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.widgets.figures import decimal, percent

_LISTED = 3


@dataclass(frozen=True, slots=True)
class Note:
    """A heading and lines of figures."""

    title: str
    lines: tuple[str, ...]


def note_on(frame: Frame, spot: Spot | LinkSpot) -> Note:
    """What to say about a unit or a weight, its gradient last where somebody has asked for it."""
    note = _note_on(frame, spot)
    return Note(note.title, (*note.lines, *lines_on(frame, spot)))


def _note_on(frame: Frame, spot: Spot | LinkSpot) -> Note:
    if isinstance(spot, LinkSpot):
        return _link_note(frame, spot)
    if spot.column == 0:
        return _input_note(frame, spot)
    layer = frame.model.layers[spot.column - 1]
    image = frame.picture if isinstance(frame.picture, ImagePicture) else None
    if spot.column == len(frame.model.layers):
        result = "y" if frame.dataset.task is Task.REGRESSION else "p"
        lines = [f"{result} = {frame.model.output.of('w·x + b' if spot.column == 1 else 'w·a + b')}"]
        if image is not None and image.probabilities is not None:
            lines.append(f"p = {percent(float(image.probabilities[spot.unit]), 2)}")
        elif image is None and frame.example is not None:
            lines.append(f"{result} = {decimal(float(frame.example.answer[spot.unit]), 4)}")
    else:
        lines = list(layer.note)
        activations = image.activations if image is not None else frame.example and frame.example.activations
        if activations and not _is_row(frame, spot):
            lines.append(_answer(activations[spot.column - 1], spot.unit))
    return Note(unit_name(frame, spot), (*lines, *_parameters(layer, spot.unit)))


def image_name(example: ExampleReading | None) -> str:
    """What the image that the network looks at is there for."""
    if example is None:
        return "Test image"
    return f"{example.chosen.split.value.capitalize()} image" if isinstance(example.chosen, Chosen) else "Your image"


def full_name(frame: Frame, spot: Spot | LinkSpot) -> str:
    """The name of a unit, or of a weight with both its ends."""
    if isinstance(spot, Spot):
        return note_on(frame, spot).title
    source, target = Spot(spot.column - 1, spot.source), Spot(spot.column, spot.unit)
    return f"Weight, {unit_name(frame, source)} → {unit_name(frame, target)}"


def figure_of(frame: Frame, spot: Spot | LinkSpot) -> tuple[str, float | None]:
    """The name of a unit or a weight, and the one number that says most about it: the weight; what the unit makes of
    the example in sight; without one its bias. Where gradients are shown, the gradient. None for none at all."""
    name = full_name(frame, spot)
    if frame.backward is not None:
        of, gradient = figure_on(frame, spot)
        return f"{name}, {of}", gradient
    layer = frame.model.layers[spot.column - 1] if spot.column else None
    if isinstance(spot, LinkSpot):
        weights = layer.weights if layer is not None else None
        return name, None if weights is None else float(weights[spot.source, spot.unit])
    example = frame.example
    if example is not None and (layer is not None or not isinstance(frame.picture, ImagePicture)):
        answers = (example.inputs, *example.activations, example.answer)[spot.column]
        if answers.ndim == 1 and spot.unit < len(answers):
            return name, float(answers[spot.unit])
    if layer is None or layer.biases is None:
        return name, None
    return f"{name}, bias", float(layer.biases[spot.unit])


def _parameters(layer: ModelLayer, unit: int) -> list[str]:
    """The numbers that a unit has learned."""
    weights, biases = layer.weights, layer.biases
    if weights is not None and biases is not None:
        return [f"b = {decimal(float(biases[unit]), 4)}", _several("w", weights[:, unit])]
    # A layer norm has a pair for each pixel of a channel, all others one for each unit.
    learned = [(letter, layer.arrays[name]) for letter, name in (("γ", "gain"), ("β", "shift")) if name in layer.arrays]
    return [_several(letter, row.reshape(layer.shape[0], -1)[unit]) for letter, row in learned]


def _several(name: str, values: FloatArray) -> str:
    """A few numbers one by one, many by their range."""
    if len(values) <= _LISTED:
        return f"{name} = " + ", ".join(decimal(float(value), 3) for value in values)
    return f"{name} from {decimal(float(np.min(values)), 3)} to {decimal(float(np.max(values)), 3)}"


def _answer(activations: FloatArray, unit: int) -> str:
    """What a unit answers to the example that the network looks at."""
    if activations.ndim == 1:
        return f"a = {decimal(float(activations[unit]), 4)}"
    shown = activations[unit]
    size = f"{shown.shape[0]}×{shown.shape[1]}"
    return f"a: {size}, from {decimal(float(shown.min()), 3)} to {decimal(float(shown.max()), 3)}"


def unit_name(frame: Frame, spot: Spot) -> str:
    """The name of a unit."""
    if spot.column == 0:
        names = frame.dataset.input_names
        return names[spot.unit] if names else "Image"
    if spot.column < len(frame.model.layers):
        return _hidden_unit(frame, spot)
    name = frame.dataset.output_names[spot.unit]
    match frame.picture:
        case ImagePicture():
            return f"Digit {name}" if name.isdigit() and frame.model.outputs == 10 else f"Output {name}"
        case PlanePicture():
            return "Output" if frame.model.outputs == 1 else f"Output, class {name}"
        case TablePicture():
            return f"Output, {name}"


def _is_row(frame: Frame, spot: Spot) -> bool:
    """Whether the column is an image read as one row, drawn as a band."""
    return isinstance(frame.picture, ImagePicture) and frame.model.layers[spot.column - 1].makes_rows


def _hidden_unit(frame: Frame, spot: Spot) -> str:
    layer = frame.model.layers[spot.column - 1]
    if _is_row(frame, spot):
        return f"{layer.name}, as one row"
    kind = layer.spec.unit
    if kind == "unit" and len(layer.shape) == 3:
        kind = "channel"
    return f"{layer.name}, {kind} {spot.unit + 1}"


def _link_note(frame: Frame, spot: LinkSpot) -> Note:
    weights = frame.model.layers[spot.column - 1].weights
    assert weights is not None
    ends = (Spot(spot.column - 1, spot.source), Spot(spot.column, spot.unit))
    source, target = (in_a_phrase(unit_name(frame, end)) for end in ends)
    weight = decimal(float(weights[spot.source, spot.unit]), 4)
    return Note("Weight", (f"w = {weight}", f"from {source}", f"to {target}"))


def _input_note(frame: Frame, spot: Spot) -> Note:
    picture, recipe = frame.picture, frame.dataset.recipe
    if isinstance(picture, ImagePicture):
        truth = () if picture.label is None else (f"It is a {frame.dataset.class_names[picture.label]}.",)
        return Note(image_name(frame.example), (*truth, "Click for the next one."))
    lines = [recipe.features[spot.unit].help] if recipe.features else ["A column of the table."]
    values = frame.dataset.train.inputs[:, spot.unit] if isinstance(picture, TablePicture) else None
    if isinstance(picture, PlanePicture) and picture.inputs is not None:
        values = picture.inputs[spot.unit]
    if values is not None:
        lines.append(
            f"from {decimal(float(values.min()), 3)} to {decimal(float(values.max()), 3)}, as the network sees it"
        )
    return Note(f"Input {unit_name(frame, spot)}", tuple(lines))
