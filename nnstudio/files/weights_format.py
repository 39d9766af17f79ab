"""What goes with exported arrays: how to compute the network's answers from them.

Somebody who has the file and NumPy, but not this program, must come to the same numbers. So every layer says its kind,
its formula, its own settings and which arrays are its own, from the first hidden layer to the output, and which of its
units are switched off, by their numbers from 0; `input_scaling` says what was done to the inputs before. `VERSION`
grows when a reader of older files could go wrong.
"""

from collections.abc import Iterator
from typing import Any

from nnstudio.core.experiment.choices import Domain
from nnstudio.core.network.model import Model, ModelLayer
from nnstudio.core.run.frame import Frame

VERSION = 4

EXAMPLES = (
    "x holds examples one after the other: (examples, features), or images as (examples, channels, height, width). "
    "An image is read as one row by x.reshape(examples, -1): channel by channel, row by row."
)
_INPUTS = {
    Domain.PLANE: "features of a point (x₁, x₂)",
    Domain.IMAGES: "pixels from 0 to 255, row by row",
    Domain.TABLE: "the numbers of a row",
}


def describe_format(frame: Frame) -> dict[str, Any]:
    """What the arrays mean, as plain JSON."""
    return {
        "name": "nnstudio weights",
        "version": VERSION,
        "examples": EXAMPLES,
        "input": list(frame.model.input_shape),
        "layers": list(_layers(frame.model)),
    }


def describe_scaling(frame: Frame) -> dict[str, Any]:
    """What was done to the inputs, as plain JSON."""
    recipe = frame.dataset.recipe
    return {
        "formula": f"x' = (x / {recipe.divisor:g} - shift) / scale"
        if recipe.divisor != 1
        else "x' = (x - shift) / scale",
        "inputs": _INPUTS[recipe.domain],
        "names": recipe.names,
        "shift": recipe.shift.tolist(),
        "scale": recipe.scale.tolist(),
    }


def with_arrays(model: Model) -> Iterator[tuple[str, ModelLayer]]:
    """The layers that arrays belong to, each with the name that its arrays begin with."""
    learned = (layer for layer in model.layers if layer.arrays)
    for number, layer in enumerate(learned, start=1):
        yield f"layer{number}", layer


def _layers(model: Model) -> Iterator[dict[str, Any]]:
    arrays = {layer.key: name for name, layer in with_arrays(model)}
    for layer in model.layers:
        described: dict[str, Any] = {"name": layer.name, "kind": layer.kind}
        if layer.key in arrays:
            described["array"] = arrays[layer.key]
        described |= {"formula": layer.formula, "output": list(layer.shape)}
        if layer.off:
            described |= {"formula": f"{layer.formula}; then y[:, off] = 0", "off": list(layer.off)}
        if layer.activation:
            described |= {"activation": layer.activation.value, "f": layer.activation.formula}
        yield {**described, **layer.settings}
