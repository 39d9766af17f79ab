"""Reading IDX, the format of MNIST: a big-endian header, then nothing but bytes.

Header: two zero bytes, 0x08 for «unsigned bytes», the number of dimensions, then each dimension in four bytes. The file
may be gzipped; that is seen from its content, because browsers unpack files and keep their names. Nothing is believed
before it is checked: no more is unpacked than the header announces, and the header may not announce more than there are
`limits` for. Format: http://yann.lecun.com/exdb/mnist/.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.counting import counted
from nnstudio.files import limits
from nnstudio.files.errors import FileError, check_file, printable, reason

_GZIP_MAGIC = b"\x1f\x8b"
_UNSIGNED_BYTES = 0x08


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The bytes of an IDX file with so many dimensions, read-only. Raises `FileError`, which names the file."""
    try:
        with _opened(path) as stream:
            return _read(stream, path, dimensions)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise refused(path, "is broken: it cannot be unpacked", str(error)) from error
    except OSError as error:
        raise refused(path, f"cannot be read: {reason(error)}", str(error)) from error


def refused(path: Path, why: str, details: str = "") -> FileError:
    """The error that says why this file is not used."""
    return FileError(
        f"{printable(path.name)} {why}. Nothing was changed; replace this file in {printable(path.parent)}, or "
        "download it again.",
        details,
    )


def _opened(path: Path) -> BinaryIO:
    check_file(path)
    with path.open("rb") as stream:
        packed = stream.read(2) == _GZIP_MAGIC
    return cast(BinaryIO, gzip.open(path)) if packed else path.open("rb")


def _read(stream: BinaryIO, path: Path, dimensions: int) -> NDArray[np.uint8]:
    magic = bytes((0, 0, _UNSIGNED_BYTES, dimensions))
    header = stream.read(4 + 4 * dimensions)
    if header[:4] != magic[: len(header)]:
        raise refused(path, f"is another kind of file: it begins with {header[:4].hex()} instead of {magic.hex()}")
    if len(header) < 4 + 4 * dimensions:
        raise refused(path, "is cut off within its header" if header else "is empty")
    shape = struct.unpack_from(f">{dimensions}I", header, 4)
    size = math.prod(shape)
    if math.prod(max(side, 1) for side in shape) > limits.IDX:  # a side of 0 hides no others
        raise refused(path, f"announces {'×'.join(map(str, shape))} bytes, far more than such a file holds")
    body = stream.read(size + 1)
    if len(body) != size:
        held = "more" if len(body) > size else f"only {len(body)}"
        raise refused(path, f"has the wrong size: its header announces {counted(size, 'byte')}, but it holds {held}")
    return np.frombuffer(body, np.uint8).reshape(shape)
