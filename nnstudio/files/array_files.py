"""Files of named arrays: what .npz and .safetensors have in common.

Either format turns arrays and texts into bytes, and opens a file as a mapping from names to arrays whose shape and type
are known before their values are read. .npz keeps texts as 0-d arrays, .safetensors as metadata. Nothing is unpickled.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError, safe_open

from nnstudio.core.run.frame import FloatArray
from nnstudio.files.archive import open_archive, open_member
from nnstudio.files.errors import FileError, check_file, printable, reason, unreadable
from nnstudio.files.npy import StoredArray, stored_npy

Contents = Mapping[str, Callable[[], StoredArray]]
"""The arrays of an open file by name, looked at only when asked for."""

_SAFETENSORS_FLOATS = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}


@dataclass(frozen=True, slots=True)
class ArrayFormat:
    """encode: arrays and texts by name → the whole file; open: a context in which the file's arrays can be read, and
    which turns a broken file into a `FileError`."""

    encode: Callable[[Mapping[str, FloatArray], Mapping[str, str]], bytes]
    open: Callable[[Path], AbstractContextManager[Contents]]


def array_format(path: Path) -> ArrayFormat:
    """The format that the suffix of `path` names. Raises `FileError`, which names those there are."""
    known = FORMATS.get(path.suffix.lower())
    if known is None:
        raise FileError(
            f"{printable(path.name)} has no suffix that weights are stored under. Nothing was changed; choose a name "
            f"that ends in {' or '.join(FORMATS)}."
        )
    return known


def _encode_npz(arrays: Mapping[str, FloatArray], texts: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    members: dict[str, Any] = {**arrays, **{name: np.array(text) for name, text in texts.items()}}
    np.savez(packed, **members)
    return packed.getvalue()


@contextmanager
def _open_npz(path: Path) -> Iterator[Contents]:
    with open_archive(path) as archive:
        yield {name.removesuffix(".npy"): partial(_npz_array, archive, name) for name in archive.namelist()}


def _npz_array(archive: ZipFile, name: str) -> StoredArray:
    return stored_npy(open_member(archive, name))


def _encode_safetensors(arrays: Mapping[str, FloatArray], texts: Mapping[str, str]) -> bytes:
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return safetensors.numpy.save(contiguous, metadata=dict(texts))


@contextmanager
def _open_safetensors(path: Path) -> Iterator[Contents]:
    try:
        check_file(path)
        with safe_open(path, framework="numpy") as file:
            texts = {name: partial(text_array, text) for name, text in (file.metadata() or {}).items()}
            yield texts | {name: partial(_safetensors_array, file, name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise unreadable(path, reason(error), str(error)) from error
    except SafetensorError as error:
        raise unreadable(path, "it is broken or another kind of file", str(error)) from error


def _safetensors_array(file: Any, name: str) -> StoredArray:
    part = file.get_slice(name)
    kind = str(part.get_dtype())
    return StoredArray(tuple(part.get_shape()), _SAFETENSORS_FLOATS.get(kind, kind), partial(file.get_tensor, name))


def text_array(text: str) -> StoredArray:
    """A text as it lies among arrays."""
    array = np.array(text)
    return StoredArray((), array.dtype.str, lambda: array)


FORMATS: dict[str, ArrayFormat] = {
    ".npz": ArrayFormat(_encode_npz, _open_npz),
    ".safetensors": ArrayFormat(_encode_safetensors, _open_safetensors),
}
