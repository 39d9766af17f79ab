"""Trained weights in files that other programs read: .npz and .safetensors.

After the last training step each layer leaves as `layer1/weight` of shape (inputs, units) and `layer1/bias` of shape
(units,), in the precision in which they were trained, so that y = f(x @ weight + bias). With them go three pieces of
JSON that say all the rest: `experiment`, `input_scaling` (what was done to the inputs) and `format`. In .npz they are
0-d text arrays, which load without pickle; in .safetensors they are the metadata.

What comes back must fit the network to the last shape, or nothing is taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from nnstudio.core.frame import FloatArray, Frame, LayerReading
from nnstudio.files.array_files import array_format
from nnstudio.files.atomic import write_atomically
from nnstudio.files.errors import FileError
from nnstudio.files.experiment_json import experiment_to_json
from nnstudio.files.npy import StoredArray

VERSION = 1
TEXTS = ("experiment", "input_scaling", "format")
"""The names of what comes with the arrays."""

_FLOATS = ("f2", "f4", "f8")


def export_weights(path: Path, frame: Frame) -> None:
    """Write the frame's weights to `path`, in the format of its suffix. Raises `FileError`."""
    arrays = dict(named_arrays(frame.params, frame.layers))
    write_atomically(path, array_format(path).encode(arrays, _texts(frame)))


def import_weights(path: Path, frame: Frame) -> FloatArray:
    """A new flat parameter vector for the frame's network, from a file in either format. Floats of 16, 32 or 64 bits
    become those of the network. Raises `FileError`, which names the layer and the shape."""
    params = np.empty_like(frame.params)
    views = dict(named_arrays(params, frame.layers))
    with array_format(path).open(path) as contents:
        names = contents.keys() - TEXTS
        if missing := [name for name in views if name not in names]:
            raise _misfit(path, f"it lacks {missing[0]}, which needs the shape {views[missing[0]].shape}")
        if extra := sorted(names - views.keys()):
            raise _misfit(path, f"it also holds {extra[0]}, for which the network has no layer")
        for name, view in views.items():
            _take(path, name, contents[name](), view)
    return params


def named_arrays(params: FloatArray, layers: Sequence[LayerReading]) -> Iterator[tuple[str, FloatArray]]:
    """Every array of the network by its name in files, as views of the flat vector `params`: layer after layer a block
    (inputs + 1, units), whose last row holds the biases; for a normalisation γ and β."""
    offset = 0
    for number, layer in enumerate(_with_parameters(layers), start=1):
        rows, units = layer.parameter_shape
        block = params[offset : offset + rows * units].reshape(rows, units)
        offset += block.size
        yield f"layer{number}/weight", block[:-1]
        yield f"layer{number}/bias", block[-1]


def _with_parameters(layers: Sequence[LayerReading]) -> list[LayerReading]:
    return [layer for layer in layers if layer.parameter_shape != (0, 0)]


def _texts(frame: Frame) -> dict[str, str]:
    images = frame.dataset.images is not None
    scaling = {
        "formula": "x' = (x / 255 - shift) / scale" if images else "x' = (x - shift) / scale",
        "inputs": "pixels from 0 to 255, row by row" if images else "features of a point (x₁, x₂)",
        "names": frame.dataset.input_names,
        "shift": frame.dataset.scaling.shift.tolist(),
        "scale": frame.dataset.scaling.scale.tolist(),
    }
    layers = [
        {"array": f"layer{number}", "name": layer.name, "activation": layer.activation}
        for number, layer in enumerate(_with_parameters(frame.layers), start=1)
    ]
    convention = {
        "name": "nnstudio weights",
        "version": VERSION,
        "formula": "y = f(x @ weight + bias)",
        "weight": "(inputs, units), row-major",
        "bias": "(units,)",
        "layers": layers,
    }
    texts = (experiment_to_json(frame.experiment), _json(scaling), _json(convention))
    return dict(zip(TEXTS, texts, strict=True))


def _json(plain: Mapping[str, Any]) -> str:
    return msgspec.json.encode(plain).decode()


def _take(path: Path, name: str, stored: StoredArray, view: FloatArray) -> None:
    """Copy a stored array into its place in the flat vector, if it fits."""
    if stored.shape != view.shape:
        turned = "; it looks transposed" if len(view.shape) == 2 and stored.shape == view.shape[::-1] else ""
        raise _misfit(path, f"{name} has the shape {stored.shape}, but needs {view.shape}{turned}")
    if stored.kind.lstrip("<>=|") not in _FLOATS:
        raise _misfit(path, f"{name} has the type {stored.kind}, but needs floats of 16, 32 or 64 bits")
    with np.errstate(all="ignore"):
        view[...] = stored.read()
    if not np.isfinite(view).all():
        raise _misfit(path, f"{name} holds a number that is not finite or too large for {view.dtype}")


def _misfit(path: Path, why: str) -> FileError:
    return FileError(
        f"{path.name} does not fit this network: {why}. The weights in use are untouched; choose a file that was saved "
        "from a network with the same layers."
    )
