"""ONNX that this program wrote: the experiment lies in it as text, and the arrays have their names of ours.

The recipe is operators of the graph, and activations may be several of them, so nothing is read out of these; the
experiment says what they are.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from nnstudio.core.array import Shape
from nnstudio.files.array_files import text_array
from nnstudio.files.experiment_json import experiment_from_json
from nnstudio.files.imports.found import Found
from nnstudio.files.imports.onnx_file import refused
from nnstudio.files.imports.rearranged import flat, turned
from nnstudio.files.npy import StoredArray

_NAME = re.compile(r"layer\d{1,3}/(weight|bias|gain|shift|running_mean|running_variance)")
_OFF = "/switched on"


def texts_in(model: Any) -> Mapping[str, str]:
    """What the file says of itself."""
    return {prop.key: prop.value for prop in model.metadata_props}


def read_own(path: Path, model: Any, tensors: Mapping[str, StoredArray]) -> Found:
    """The network of an export. Raises `FileError`."""
    texts = texts_in(model)
    experiment = experiment_from_json(texts["experiment"])
    contents: dict[str, Callable[[], StoredArray]] = {}
    for name, stored in tensors.items():
        if matched := _NAME.fullmatch(name):
            contents[name] = partial(_as_ours, matched[1], stored)
    off = [
        {"name": name.removesuffix(_OFF), "off": np.flatnonzero(stored.read() == 0).tolist()}
        for name, stored in tensors.items()
        if name.endswith(_OFF)
    ]
    convention = msgspec.json.encode({"name": "nnstudio weights", "layers": off}).decode()
    contents["format"] = partial(text_array, convention)
    try:
        shape = msgspec.json.decode(texts["input"], type=Shape) if "input" in texts else None
    except msgspec.MsgspecError as error:
        raise refused(path, "what it says of its inputs is broken") from error
    return Found(contents, experiment.layers, experiment=experiment, input_shape=shape)


def _as_ours(array: str, stored: StoredArray) -> StoredArray:
    """An array as it lies in a layer: filters last, and what is there for each feature in one row."""
    if array == "weight" and len(stored.shape) == 4:
        return turned(stored, 1, 2, 3, 0)
    return flat(stored) if array in ("gain", "shift") else stored
