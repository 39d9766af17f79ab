"""Trained weights in files that other programs read: .npz and .safetensors.

After the last training step each layer with parameters leaves in the precision in which it was trained: a dense layer
as `layer1/weight` (inputs, units) and `layer1/bias`, a convolution's weight as (channels, kernel, kernel, filters), a
normalisation as `gain` and `shift`, for batch normalisation with `running_mean` and `running_variance`. With them go
three pieces of JSON: `experiment`, `input_scaling` and `format`, which says how to compute the answers. In .npz they
are 0-d text arrays, which load without pickle; in .safetensors they are the metadata.

What comes back must fit the network to the last shape, or nothing is taken.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from nnstudio.core.network.model import Model
from nnstudio.core.network.weights import Off, Weights
from nnstudio.core.run.frame import FloatArray, Frame
from nnstudio.files.array_files import Contents, array_format
from nnstudio.files.atomic import write_atomically
from nnstudio.files.errors import FileError, printable
from nnstudio.files.experiment_json import experiment_to_json
from nnstudio.files.npy import StoredArray
from nnstudio.files.weights_format import describe_format, describe_scaling, with_arrays

CHECK = "check/"
"""What the names of sample inputs and answers begin with; an import leaves them alone."""
TEXTS = ("experiment", "input_scaling", "format")
"""The names of what comes with the arrays."""

_FLOATS = ("f2", "f4", "f8")


class Misfit(FileError):
    """Sound arrays that are no weights of this network."""


def export_weights(path: Path, frame: Frame) -> int:
    """Write the frame's weights to `path`, in the format of its suffix. Returns how many layers have any. Raises
    `FileError`."""
    arrays = dict(named_arrays(frame.model, frame.weights))
    write_atomically(path, array_format(path).encode(arrays, texts_of(frame)))
    return len(list(with_arrays(frame.model)))


def import_weights(path: Path, frame: Frame) -> Weights:
    """New weights for the frame's network, from a file in either format. Floats of 16, 32 or 64 bits become those of
    the network. Raises `FileError`, which names the layer and the shape."""
    with array_format(path).open(path) as contents:
        return weights_in(path, contents, frame.model)


def weights_in(path: Path, contents: Contents, model: Model) -> Weights:
    """New weights for the model's network, out of the arrays of `path`. Raises `Misfit`."""
    params, statistics = np.empty_like(model.params), np.empty_like(model.statistics)
    views = dict(named_arrays(model, Weights(params, statistics)))
    names = {name for name in contents.keys() - TEXTS if not name.startswith(CHECK)}
    if missing := [name for name in views if name not in names]:
        raise misfit(path, f"it lacks {missing[0]}, which needs the shape {views[missing[0]].shape}")
    if extra := sorted(names - views.keys()):
        raise misfit(path, f"it also holds {printable(extra[0])}, for which the network has no layer")
    for name, view in views.items():
        _take(path, name, contents[name](), view)
    return Weights(params, statistics, _off(path, contents, model))


def named_arrays(model: Model, weights: Weights) -> Iterator[tuple[str, FloatArray]]:
    """Every array of the model's network by its name in files, as views of the flat vectors in `weights`."""
    names = {layer.key: name for name, layer in with_arrays(model)}
    for key, array_name, view in model.layout.views(weights.params, weights.statistics):
        yield f"{names[key]}/{array_name}", view


def texts_of(frame: Frame) -> dict[str, str]:
    """What comes with the arrays, by name."""
    texts = (experiment_to_json(frame.experiment), _json(describe_scaling(frame)), _json(describe_format(frame)))
    return dict(zip(TEXTS, texts, strict=True))


def _json(plain: Mapping[str, Any]) -> str:
    return msgspec.json.encode(plain).decode()


class _Layer(msgspec.Struct):
    name: str = ""
    off: tuple[int, ...] = ()


class _Format(msgspec.Struct):
    """As much of the text `format` as an import needs."""

    name: Literal["nnstudio weights"]
    layers: tuple[_Layer, ...] = ()


def _off(path: Path, contents: Contents, model: Model) -> Off | None:
    """The units that the file says are switched off; None if it is of another program and says nothing of that."""
    stored = contents["format"]() if "format" in contents else None
    if stored is None or stored.shape or not stored.kind.lstrip("<>=|").startswith("U"):
        return None
    try:
        convention = msgspec.json.decode(str(stored.read()[()]), type=_Format)
    except (msgspec.MsgspecError, RecursionError):
        return None
    layers, off = {layer.name: layer for layer in model.layers}, dict[int, tuple[int, ...]]()
    for described in convention.layers:
        if described.off:
            layer = layers.get(described.name)
            if layer is None or not set(described.off) <= set(range(layer.shape[0])):
                name = printable(described.name)
                raise misfit(path, f"the units {described.off} of {name} are switched off, which the network has not")
            off[layer.key] = tuple(sorted(set(described.off)))
    return off


def _take(path: Path, name: str, stored: StoredArray, view: FloatArray) -> None:
    """Copy a stored array into its place in a flat vector, if it fits."""
    if stored.shape != view.shape:
        turned = "; it looks transposed" if len(view.shape) == 2 and stored.shape == view.shape[::-1] else ""
        raise misfit(path, f"{name} has the shape {stored.shape}, but needs {view.shape}{turned}")
    if stored.kind.lstrip("<>=|") not in _FLOATS:
        raise misfit(path, f"{name} has the type {stored.kind}, but needs floats of 16, 32 or 64 bits")
    with np.errstate(all="ignore"):
        view[...] = stored.read()
    if not np.isfinite(view).all():
        raise misfit(path, f"{name} {view.shape} holds a number that is not finite or too large for {view.dtype}")
    if name.endswith("/running_variance") and (view < 0).any():
        raise misfit(path, f"{name} {view.shape} holds a negative number, but a variance is never below 0")


def misfit(path: Path, why: str) -> Misfit:
    """The error of weights that do not fit, and why."""
    return Misfit(
        f"{printable(path.name)} does not fit this network: {why}. The weights in use are untouched; choose a file "
        "that was saved from a network with the same layers."
    )
