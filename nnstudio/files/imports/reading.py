"""From a file to weights for the network of now, or for the one that it carries."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

import msgspec

from nnstudio.core.array import Shape
from nnstudio.core.counting import counted
from nnstudio.core.experiment import Experiment, LayerSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.network_text import describe_layers
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layer_edits import Ends
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.network.model import Model
from nnstudio.core.network.network import Network
from nnstudio.core.network.outline import outline, shape_text
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.frame import Frame
from nnstudio.files import limits
from nnstudio.files.array_files import FORMATS, Contents, array_format
from nnstudio.files.errors import FileError, printable
from nnstudio.files.experiment_json import experiment_from_json
from nnstudio.files.imports.found import Found
from nnstudio.files.imports.onnx_file import load_model, refused, tensors_of
from nnstudio.files.imports.onnx_operators import READERS
from nnstudio.files.imports.onnx_own import read_own, texts_in
from nnstudio.files.imports.onnx_stack import read_stack
from nnstudio.files.imports.sequential import is_foreign, read_sequential
from nnstudio.files.weights import Misfit, misfit, weights_in
from nnstudio.files.weights_format import with_arrays

ONNX = ".onnx"
KINDS = (*FORMATS, ONNX)
"""The endings of files that weights can come from."""

LINEAR = ActivationKind.LINEAR
_NOTHING, _TRAINS = ("dropout", "flatten"), ("initializer", "momentum")
"""The kinds of layers that do nothing to a prediction, and the settings that only training knows."""


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """Weights, laid out for the network of `experiment`, where they are not for the one of now.

    told: what that network is, as a sentence; empty where nothing has to be built
    """

    weights: Weights
    experiment: Experiment | None = None
    told: str = ""


def read_network(path: Path, frame: Frame) -> Imported:
    """What `path` holds, for the frame's network or with another one. Raises `FileError`."""
    with _opened(path) as found:
        try:
            return Imported(_for_this(path, found, frame))
        except Misfit as why:
            if found.layers is None:
                raise _also(why, found.unknown) from why
            return _with_its_own(path, found, frame)


@contextmanager
def _opened(path: Path) -> Iterator[Found]:
    """The network in a file, while its arrays can be read."""
    if path.suffix.lower() == ONNX:
        model = load_model(path)
        tensors = tensors_of(path, model)
        ours = model.producer_name == "nnstudio" and "experiment" in texts_in(model)
        yield read_own(path, model, tensors) if ours else read_stack(path, model, tensors, READERS)
        return
    with array_format(path).open(path) as contents:
        yield read_sequential(path, contents) if is_foreign(contents) else _carried(contents)


class _Format(msgspec.Struct):
    """As much of the text `format` as tells what the network was given."""

    input: Shape


def _carried(contents: Contents) -> Found:
    """Arrays of ours, with the experiment that goes with them if it is there and sound."""
    texts = {name: contents[name]().read() for name in ("experiment", "format") if name in contents}
    try:
        experiment = experiment_from_json(str(texts["experiment"][()]))
        shape = msgspec.json.decode(str(texts["format"][()]), type=_Format).input
    except (KeyError, IndexError, FileError, msgspec.MsgspecError, RecursionError):
        return Found(contents)
    return Found(contents, experiment.layers, experiment=experiment, input_shape=shape)


def _for_this(path: Path, found: Found, frame: Frame) -> Weights:
    """Weights for the network of now. Raises `Misfit`."""
    if found.exact:
        assert found.layers is not None
        if _function(found.layers) != _function(frame.experiment.layers):
            raise misfit(path, f"its layers are {printable(describe_layers(found.layers)) or 'none'}")
        _check_margins(path, found, frame.model)
        _check_output(path, found, frame)
    return weights_in(path, found.contents, frame.model)


def _function(layers: Sequence[LayerSpec]) -> list[LayerSpec]:
    """The layers as far as predictions depend on them: without keys, first weights, and what only training knows."""
    told: list[LayerSpec] = []
    for layer in layers:
        kind = getattr(layer, "activation", None)
        if layer.kind in _NOTHING or (layer.kind == "activation" and kind is LINEAR):
            continue
        if layer.kind == "activation" and told and getattr(told[-1], "activation", None) is LINEAR:
            told[-1] = _replaced(told[-1], activation=kind)
        else:
            plain = type(layer)()
            told.append(
                _replaced(layer, key=0, **{name: getattr(plain, name) for name in _TRAINS if hasattr(plain, name)})
            )
    return told


def _replaced(layer: LayerSpec, **settings: Any) -> LayerSpec:
    return replace(layer, **settings)


def _with_its_own(path: Path, found: Found, frame: Frame) -> Imported:
    """Weights with the network that goes with them: between the data and the outputs of now, or else in the experiment
    that the file carries. Raises `FileError`."""
    assert found.layers is not None
    try:
        here = replace(frame.experiment, layers=found.layers)
    except SettingError as error:
        raise refused(path, printable(error, 300).rstrip(".")) from error
    try:
        _check_output(path, found, frame)
        weights = _fitted(path, found, here, Ends.of(frame.model), frame)
        return Imported(weights, here, _told(path, found, here, Ends.of(frame.model)))
    except Misfit:
        if found.experiment is None or found.input_shape is None:
            raise
    ends = Ends(found.input_shape, _outputs(found))
    weights = _fitted(path, found, found.experiment, ends, frame)
    return Imported(weights, found.experiment, _told(path, found, found.experiment, ends))


def _fitted(path: Path, found: Found, experiment: Experiment, ends: Ends, frame: Frame) -> Weights:
    """Weights for an experiment whose network is not there yet. It is made only if the file could fill it."""
    try:
        parameters = sum(layer.parameters for layer in outline(experiment.layers, ends))
        if 2 * parameters > max(limits.SMALL_EXPANSION, limits.EXPANSION * path.stat().st_size):
            raise refused(path, f"its network would have {parameters} parameters, more than the file can hold")
        network = Network(experiment.layers, ends.shape, ends.outputs, frame.params.dtype)
    except ShapeError as error:
        raise misfit(path, f"on these data its network cannot work ({printable(error, 300).rstrip('.')})") from error
    model = network.model(frame.dataset, frame.model.output)
    _check_ends(path, found, model)
    _check_margins(path, found, model)
    return weights_in(path, found.contents, model)


def _check_ends(path: Path, found: Found, model: Model) -> None:
    """Say in words that the data are others, where the first or the last layer shows it."""
    for name, layer in with_arrays(model):
        weight, bias = (found.contents.get(f"{name}/{array}") for array in ("weight", "bias"))
        if layer.kind != "dense" or weight is None or bias is None or len(weight().shape) != 2:
            continue
        takes, gives, given = weight().shape[0], prod(bias().shape), prod(layer.input_shape)
        if takes != given:
            raise misfit(path, f"its {layer.name} takes {counted(takes, 'number')}, and on the data here gets {given}")
        if layer is model.layers[-1] and gives != model.outputs:
            raise misfit(path, f"it gives {counted(gives, 'answer')}, and the data here ask for {model.outputs}")


def _check_margins(path: Path, found: Found, model: Model) -> None:
    """The zeros around images must be those that a convolution here sees."""
    convolutions = [layer for layer in model.layers if "padding" in layer.settings]
    for layer, theirs in zip(convolutions, found.margins, strict=False):
        ours = layer.settings["padding"]
        if theirs is not None and theirs != ours:
            raise refused(path, f"{layer.name} has the zeros {theirs} around its image, and here they would be {ours}")


def _check_output(path: Path, found: Found, frame: Frame) -> None:
    """What becomes of the last sums is the loss's to say, so it must agree."""
    ours = frame.model.output
    if found.output not in (None, ours):
        theirs = found.output.label if found.output is not None else ""
        raise refused(
            path, f"it ends in {theirs}, and what is learned here ends in {ours.label}; another loss may change that"
        )


def _outputs(found: Found) -> int:
    """How many answers the last layer gives."""
    biases = [name for name in found.contents if name.endswith("/bias")]
    last = max(biases, key=lambda name: (len(name), name), default="")
    shape = found.contents[last]().shape if last else ()
    return shape[0] if len(shape) == 1 else 1


def _told(path: Path, found: Found, experiment: Experiment, ends: Ends) -> str:
    layers = printable(describe_layers(experiment.layers), 200) or "no hidden layer"
    told = f"{printable(path.name)} holds another network: {shape_text(ends.shape)} → {layers} → {ends.outputs}."
    if experiment is found.experiment:
        told += f" Its data are {experiment.dataset.kind.label}."
    return " ".join(filter(None, (told, found.assumed, "Nothing was changed so far.")))


def _also(why: Misfit, unknown: str) -> FileError:
    """The misfit, and why its network cannot be built either."""
    return FileError(f"{why} {unknown[:1].upper()}{unknown[1:]}." if unknown else str(why), why.details)
