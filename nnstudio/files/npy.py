"""One array in NumPy's .npy format: written piece by piece, and read from a stream that nobody vouches for.

The header is matched, not evaluated; arrays of Python objects, which NumPy would unpickle, are refused by their type.
Shape and type are known before the data are read, so that an array of the wrong size costs nothing. Format:
numpy.lib.format, versions 1.0 and 2.0.
"""

import io
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.counting import counted
from nnstudio.files import limits

_LENGTH_BYTES = {b"\x93NUMPY\x01\x00": 2, b"\x93NUMPY\x02\x00": 4}
_HEADER = re.compile(
    rb"\{\s*'descr':\s*'([<>=|]?\w{1,8})',\s*'fortran_order':\s*(True|False),"
    rb"\s*'shape':\s*\(([\d,\s]{0,200})\),?\s*\}\s*"
)


class BrokenArrayError(ValueError):
    """Bytes that are not the array they should be."""


@dataclass(frozen=True, slots=True)
class StoredArray:
    """An array in a file: what it is, and how to get its values. `kind` is NumPy's short name of its type, such as
    `<f4`."""

    shape: tuple[int, ...]
    kind: str
    read: Callable[[], NDArray[Any]]


def stored_npy(stream: IO[bytes]) -> StoredArray:
    """The array that begins at the stream's position; `read` may be called once. Raises `BrokenArrayError`."""
    length_bytes = _LENGTH_BYTES.get(stream.read(8))
    if length_bytes is None:
        raise BrokenArrayError("not an array in NumPy's format")
    length = int.from_bytes(stream.read(length_bytes), "little")
    match = _HEADER.fullmatch(stream.read(length)) if length <= limits.ARRAY_HEADER else None
    if match is None:
        raise BrokenArrayError("unknown array header")
    kind, fortran, sides = match.groups()
    shape = tuple(int(side) for side in sides.decode().replace(",", " ").split())
    return StoredArray(shape, kind.decode(), partial(_data, stream, shape, kind.decode(), fortran == b"True"))


def _data(stream: IO[bytes], shape: tuple[int, ...], kind: str, fortran: bool) -> NDArray[Any]:
    dtype = np.dtype(kind)
    size = math.prod(shape) * dtype.itemsize
    content = stream.read(size + 1)
    if len(content) != size:
        raise BrokenArrayError(f"{counted(size, 'byte')} announced, {len(content)} found")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")


def npy_pieces(array: Array) -> Iterator[bytes | memoryview]:
    """An array as the pieces of an .npy file: the header, then its own memory, uncopied if it is contiguous."""
    whole = np.ascontiguousarray(array)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(whole))
    yield header.getvalue()
    if whole.size:
        yield whole.reshape(-1).view(np.uint8).data
