"""What goes with exported arrays: how to compute the network's answers from them.

Somebody who has the file and NumPy, but not this program, must come to the same numbers. So every layer says its kind,
its formula, its own settings and which arrays are its own, from the first hidden layer to the output; `input_scaling`
says what was done to the inputs before. `VERSION` grows when a reader of older files could go wrong.
"""

from collections.abc import Iterator
from typing import Any

from nnstudio.core.experiment.choices import ActivationKind, Domain, Padding
from nnstudio.core.experiment.layer_specs import (
    LAYER_KINDS,
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
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.network.layers.windows import same_padding
from nnstudio.core.run.frame import Frame, LayerReading

VERSION = 2

EXAMPLES = (
    "x holds examples one after the other: (examples, features), or images as (examples, channels, height, width). "
    "A dense layer and flatten read an image as x.reshape(examples, -1): channel by channel, row by row."
)
ARRAYS = {
    "weight": "dense (inputs, units); conv2d (channels, kernel, kernel, filters), not turned over",
    "bias": "(units,) or (filters,)",
    "gain, shift": "batch-norm (features,) or (channels,); layer-norm (features,) of the example read as one row",
    "running_mean, running_variance": "batch-norm (features,) or (channels,)",
}
FORMULAS: dict[type[LayerSpec], str] = {
    DenseSpec: "y = f(x @ weight + bias)",
    ActivationSpec: "y = f(x)",
    DropoutSpec: "y = x",
    BatchNormSpec: "y = gain * (x - running_mean) / sqrt(running_variance + epsilon) + shift, "
    "for each feature or channel",
    LayerNormSpec: "y = gain * (x - mean) / sqrt(variance + epsilon) + shift, "
    "with mean and variance over all features of an example",
    Conv2DSpec: "y[n, g, r, c] = f(sum over d, i, j of x[n, d, r*stride + i, c*stride + j] * weight[d, i, j, g] "
    "+ bias[g]), with zeros around x: padding [[above, below], [left, right]]",
    MaxPool2DSpec: "y[n, d, r, c] = max of x[n, d, r*stride : r*stride + size, c*stride : c*stride + size]",
    AvgPool2DSpec: "y[n, d, r, c] = mean of x[n, d, r*stride : r*stride + size, c*stride : c*stride + size]",
    FlattenSpec: "y = x.reshape(examples, -1)",
}
"""What each kind of layer computes when the network predicts."""

_INPUTS = {
    Domain.PLANE: "features of a point (x₁, x₂)",
    Domain.IMAGES: "pixels from 0 to 255, row by row",
    Domain.TABLE: "the numbers of a row",
}
_KIND_NAMES = {spec: name for name, spec in LAYER_KINDS.items()}
_ACTIVATIONS = {kind.label: kind.formula for kind in ActivationKind}


def describe_format(frame: Frame) -> dict[str, Any]:
    """What the arrays mean, as plain JSON."""
    return {
        "name": "nnstudio weights",
        "version": VERSION,
        "examples": EXAMPLES,
        "arrays": ARRAYS,
        "input": list(frame.dataset.shape),
        "layers": list(_layers(frame)),
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


def with_parameters(layers: tuple[LayerReading, ...]) -> Iterator[tuple[str, LayerReading]]:
    """The layers that arrays belong to, each with the name that its arrays begin with."""
    number = 0
    for layer in layers:
        if layer.parameter_shape != (0, 0):
            number += 1
            yield f"layer{number}", layer


def _layers(frame: Frame) -> Iterator[dict[str, Any]]:
    arrays = {layer.name: array for array, layer in with_parameters(frame.layers)}
    *_, output = frame.layers
    specs = (*frame.experiment.layers, DenseSpec(units=output.shape[0]))
    shape = frame.dataset.shape
    for spec, layer in zip(specs, frame.layers, strict=True):
        described: dict[str, Any] = {"name": layer.name, "kind": _KIND_NAMES[type(spec)]}
        if layer.name in arrays:
            described["array"] = arrays[layer.name]
        described |= {"formula": FORMULAS[type(spec)], "output": list(layer.shape)}
        if layer.activation:
            described |= {"activation": layer.activation, "f": _ACTIVATIONS[layer.activation]}
        yield described | _settings(spec, shape)
        shape = layer.shape


def _settings(spec: LayerSpec, shape: tuple[int, ...]) -> dict[str, Any]:
    """The numbers of a layer that gets examples of this shape; a convolution's padding as it comes out in pixels."""
    values = {name: getattr(spec, name) for name in settings_of(type(spec))}
    numbers = {name: value for name, value in values.items() if isinstance(value, int | float)}
    if not isinstance(spec, Conv2DSpec):
        return numbers
    padding = [(0, 0), (0, 0)]
    if spec.padding is Padding.SAME:
        padding = [same_padding(length, spec.kernel, spec.stride) for length in shape[1:]]
    return numbers | {"padding": padding}
