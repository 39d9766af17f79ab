"""The state dict of a plain `torch.nn.Sequential`: arrays called 0.weight, 0.bias, 2.weight and so on.

The numbers are the places in the stack, and the shapes tell the kinds. Linear has its weight as (units, inputs), Conv2d
as (filters, channels, kernel, kernel); the normalisations say weight and bias for gain and shift. What has no arrays
leaves no trace but a gap in the numbers: an activation, perhaps, and which one nobody can tell.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from nnstudio.core.experiment import DenseSpec, LayerSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import ActivationSpec
from nnstudio.core.experiment.setting import SettingError
from nnstudio.files.array_files import Contents
from nnstudio.files.errors import FileError, printable
from nnstudio.files.imports.found import Found, layer_of
from nnstudio.files.imports.rearranged import flat, of_layer, turned, zeros
from nnstudio.files.npy import StoredArray
from nnstudio.files.weights import TEXTS

_OURS = re.compile(r"layer\d+/\w+|check/.*")
_NAME = re.compile(r"(?:(?P<prefix>.*)\.)?(?P<place>\d{1,6})\.(?P<array>\w+)")
_COUNTER = "num_batches_tracked"
_ASSUMED = "The file does not say what lies between its layers: ReLU is assumed."

Arrays = dict[str, StoredArray]


def is_foreign(contents: Contents) -> bool:
    """Whether these are arrays, and none of them has a name of ours."""
    names = contents.keys() - TEXTS
    return bool(names) and not any(_OURS.fullmatch(name) for name in names)


def read_sequential(path: Path, contents: Contents) -> Found:
    """The network of a state dict. Raises `FileError`, which names the first array that is not of such a stack."""
    groups = _groups(path, contents)
    ours: dict[str, Callable[[], StoredArray]] = {}
    kinds: dict[int, str] = {}
    for number, (place, arrays) in enumerate(groups.items(), start=1):
        kinds[place], converted = _converted(path, place, arrays)
        ours |= of_layer(number, converted)
    convolution = next((place for place, kind in kinds.items() if kind == "conv2d"), None)
    if kinds[max(kinds)] != "dense":
        return Found(ours, unknown="it does not end in a Linear layer")
    if convolution is not None:
        return Found(
            ours,
            unknown=f"its layer {convolution} is a convolution, and the file does not say stride, padding and pooling; "
            "build those layers first",
        )
    try:
        layers = tuple(_implied(kinds, groups))
    except SettingError as error:
        return Found(ours, unknown=printable(error, 300))
    relu = any(getattr(layer, "activation", None) is ActivationKind.RELU for layer in layers)
    return Found(ours, layers, assumed=_ASSUMED if relu else "")


def _groups(path: Path, contents: Contents) -> Mapping[int, Arrays]:
    """The arrays of each place, in the order of the stack."""
    groups: dict[int, Arrays] = {}
    prefixes = set[str | None]()
    for name in sorted(contents.keys() - TEXTS):
        matched = _NAME.fullmatch(name)
        if matched is not None:
            prefixes.add(matched["prefix"])
        if matched is None or len(prefixes) > 1:
            raise _refused(path, f"{printable(name)} is not of one plain Sequential, whose arrays are 0.weight, 0.bias")
        if matched["array"] != _COUNTER:
            groups.setdefault(int(matched["place"]), {})[matched["array"]] = contents[name]()
    if not groups:
        raise _refused(path, "it holds no arrays")
    return dict(sorted(groups.items()))


def _converted(path: Path, place: int, arrays: Arrays) -> tuple[str, Arrays]:
    """The kind of a layer and its arrays, as ours are called and lie."""
    given = {name: len(stored.shape) for name, stored in arrays.items()}
    weight, bias = arrays.get("weight"), arrays.get("bias")
    sides = given.get("weight")
    if weight is not None and given.keys() <= {"weight", "bias"}:
        if sides == 2 and given.get("bias", 1) == 1:
            return "dense", {"weight": turned(weight, 1, 0), "bias": bias or zeros(weight.shape[0])}
        if sides == 4 and given.get("bias", 1) == 1:
            return "conv2d", {"weight": turned(weight, 1, 2, 3, 0), "bias": bias or zeros(weight.shape[0])}
        if bias is not None and weight.shape == bias.shape:
            return "layer-norm", {"gain": flat(weight), "shift": flat(bias)}
    if given == {"weight": 1, "bias": 1, "running_mean": 1, "running_var": 1} and weight and bias:
        statistics = {"running_mean": arrays["running_mean"], "running_variance": arrays["running_var"]}
        return "batch-norm", {"gain": weight, "shift": bias, **statistics}
    found = ", ".join(f"{name} {stored.shape}" for name, stored in sorted(arrays.items()))
    raise _refused(path, f"its layer {place} ({printable(found)}) is none of ours")


def _implied(kinds: Mapping[int, str], groups: Mapping[int, Arrays]) -> Iterator[LayerSpec]:
    """The hidden layers, with a ReLU wherever the numbers leave room for it."""
    for place, after in pairwise(kinds):
        follows = after > place + 1
        if kinds[place] == "dense":
            relu = ActivationKind.RELU if follows else ActivationKind.LINEAR
            yield DenseSpec(units=groups[place]["weight"].shape[0], activation=relu)
            continue
        yield layer_of(kinds[place])
        if follows:
            yield ActivationSpec()


def _refused(path: Path, why: str) -> FileError:
    return FileError(f"{printable(path.name)} cannot be imported: {why}. Nothing was changed; choose another file.")
