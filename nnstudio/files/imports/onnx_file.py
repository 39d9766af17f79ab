"""An ONNX file that nobody vouches for, and the tensors in it.

`onnx` reads it, and only from memory: a tensor whose numbers lie in another file is refused, wherever that is. Shapes
are held against the bytes that are there before anything is made of them.
"""

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from math import prod
from pathlib import Path
from typing import Any

from nnstudio.files import limits
from nnstudio.files.errors import FileError, check_file, printable, reason, unreadable
from nnstudio.files.installed import lacking
from nnstudio.files.npy import StoredArray

_LACKING = (
    "{} is read with the package onnx, which is not installed here. Nothing was changed; `python -m pip install onnx` "
    "brings it."
)
_SIZES = {"float32": 4, "float64": 8, "float16": 2, "int64": 8}


def refused(path: Path, why: str) -> FileError:
    """The error of a graph that cannot be imported, and why."""
    return FileError(f"{printable(path.name)} cannot be imported: {why}. Nothing was changed; choose another file.")


def load_model(path: Path) -> Any:
    """The whole file as onnx has it. Raises `FileError`."""
    try:
        check_file(path)
        size = path.stat().st_size
        if size > limits.ONNX:
            raise refused(path, f"it has {size} bytes, and {limits.ONNX} are the most")
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, reason(error), str(error)) from error
    if lacking("onnx"):
        raise FileError(_LACKING.format(printable(path.name)))
    broken = import_module("google.protobuf.message").DecodeError
    try:
        model = import_module("onnx").load_model_from_string(content)
    except (broken, ValueError, RecursionError) as error:
        raise unreadable(path, "it is broken or another kind of file", str(error)) from error
    if not all(isinstance(text, str) for text in _texts(model)):  # what is no UTF-8 comes as bytes
        raise unreadable(path, "its names are broken", "")
    if not model.graph.node:
        raise refused(path, "there is no network in it")
    if len(model.graph.node) > limits.ONNX_NODES:
        raise refused(path, f"it has {len(model.graph.node)} operations, and {limits.ONNX_NODES} are the most")
    return model


def _texts(model: Any) -> Iterator[Any]:
    """Every name and text in a model that anything here goes by."""
    yield model.producer_name
    yield from (text for prop in model.metadata_props for text in (prop.key, prop.value))
    yield from (each.name for each in (*model.graph.input, *model.graph.initializer))
    for node in model.graph.node:
        yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
        yield from (attribute.name for attribute in node.attribute)


def tensors_of(path: Path, model: Any) -> dict[str, StoredArray]:
    """The tensors that lie in the graph, by name, whose numbers are of a kind that layers have."""
    constants = {
        node.output[0]: attribute.t
        for node in model.graph.node
        if node.op_type == "Constant" and len(node.output) == 1
        for attribute in node.attribute
        if attribute.name == "value"
    }
    named = {tensor.name: tensor for tensor in model.graph.initializer} | constants
    if model.graph.sparse_initializer:
        raise refused(path, "it holds sparse tensors, which no layer of ours has")
    stored = {name: _stored(path, name, tensor) for name, tensor in named.items()}
    return {name: array for name, array in stored.items() if array is not None}


def _stored(path: Path, name: str, tensor: Any) -> StoredArray | None:
    onnx = import_module("onnx")
    if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
        raise refused(path, f"the numbers of {printable(name)} lie in another file; save it as one whole")
    try:
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
    except (KeyError, TypeError, ValueError):
        return None
    size = _SIZES.get(dtype.name)
    if size is None:
        return None
    shape = tuple(tensor.dims)
    fields = {"float32": tensor.float_data, "float64": tensor.double_data, "float16": tensor.int32_data}
    there = len(tensor.raw_data) / size if tensor.raw_data else len(fields.get(dtype.name, tensor.int64_data))
    if any(side < 0 for side in shape) or prod(shape) != there:
        raise refused(path, f"{printable(name)} announces the shape {printable(shape)} and holds {there:g} numbers")
    return StoredArray(shape, dtype.str, partial(onnx.numpy_helper.to_array, tensor))


def attributes_of(path: Path, node: Any) -> dict[str, int | float | str | tuple[int, ...]]:
    """The attributes of an operation by name. Raises `FileError` for what no layer has, such as a graph of its own."""
    kinds: dict[int, Callable[[Any], int | float | str | tuple[int, ...]]] = {
        1: lambda one: float(f"{one.f:.7g}"),  # of 32 bits, as people wrote it
        2: lambda one: int(one.i),
        3: lambda one: one.s.decode("utf-8", "replace"),
        7: lambda one: tuple(one.ints),
    }
    found: dict[str, int | float | str | tuple[int, ...]] = {}
    for one in node.attribute:
        if one.type not in kinds:
            raise refused(path, f"its operation {printable(node.op_type)} has a {printable(one.name)} of another kind")
        found[one.name] = kinds[one.type](one)
    return found
