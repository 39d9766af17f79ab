"""Zip archives: the form of .npz files and of projects.

An archive from elsewhere may be cut off, locked, or unpack to far more than it weighs. So its members come as streams,
which the reader limits and whose checksum is compared at their end, and whatever goes wrong while an archive is open
ends as one `FileError`.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from nnstudio.core.array import Array
from nnstudio.files.errors import check_file, reason, unreadable

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCKED = 0x1  # bit of a member's flags
_SMALL = 2**24
_TIGHTEST = 100
"""A member that unpacks to more bytes than are small may weigh no less than the hundredth part of them."""

_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, NotImplementedError)


@contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, for reading inside a `with`. Errors of the file, there too, become a `FileError`."""
    try:
        check_file(path)
        # The file is opened here because an archive keeps its own open for as long as one of its members is.
        with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            yield archive
    except OSError as error:
        raise unreadable(path, reason(error), str(error)) from error
    except _BROKEN as error:
        raise unreadable(path, "it is broken or another kind of file", str(error)) from error


def open_member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """The unpacked bytes of a member that is there; the reader says how many it wants."""
    info = archive.getinfo(name)
    if info.file_size > max(_SMALL, _TIGHTEST * info.compress_size):
        raise zipfile.BadZipFile(f"{name} unpacks to far more than it weighs")
    if info.compress_type not in _METHODS or info.flag_bits & _LOCKED:
        raise zipfile.BadZipFile(f"{name} is locked or packed by an unusual method")
    return archive.open(info)


def pack(members: Mapping[str, bytes | Array]) -> bytes:
    """An archive of these files and arrays, the latter in NumPy's .npy format. The same members give the same bytes:
    their dates are left out. Trained numbers hardly shrink, so arrays are not packed: that would take longer than
    writing them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o644 << 16
            if isinstance(content, bytes):
                archive.writestr(info, content, zipfile.ZIP_DEFLATED)
                continue
            with archive.open(info, "w") as stream:
                np.lib.format.write_array(stream, content, allow_pickle=False)
    return packed.getvalue()
