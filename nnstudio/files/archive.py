"""Zip archives: the form of .npz files and of projects.

An archive from elsewhere may be cut off, locked, or unpack to far more than it weighs. So what it announces is looked
at first, its members come as streams, which the reader limits and whose checksum is compared at their end, and whatever
goes wrong while an archive is open ends as one `FileError`.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from nnstudio.core.array import Array
from nnstudio.files import limits
from nnstudio.files.atomic import Bytes, Content
from nnstudio.files.errors import check_file, reason, unreadable
from nnstudio.files.npy import npy_pieces

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCKED = 0x1  # bit of a member's flags
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, NotImplementedError)


@contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, for reading inside a `with`. Errors of the file, there too, become a `FileError`."""
    try:
        check_file(path)
        # The file is opened here because an archive keeps its own open for as long as one of its members is.
        with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
            if unpacked > max(limits.SMALL_EXPANSION, limits.EXPANSION * path.stat().st_size):
                raise unreadable(path, f"it would unpack to {unpacked} bytes, far more than it weighs", "")
            yield archive
    except OSError as error:
        raise unreadable(path, reason(error), str(error)) from error
    except _BROKEN as error:
        raise unreadable(path, "it is broken or another kind of file", str(error)) from error


def open_member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """The unpacked bytes of a member that is there; the reader says how many it wants."""
    info = archive.getinfo(name)
    if info.compress_type not in _METHODS or info.flag_bits & _LOCKED:
        raise zipfile.BadZipFile(f"{name} is locked or packed by an unusual method")
    return archive.open(info)


def pack(members: Mapping[str, Content | Array]) -> Iterator[Bytes]:
    """An archive of these files, piece by piece. The same members give the same bytes: their dates are left out. Arrays
    become .npy files, stored as they are, since numbers that were learned hardly shrink; all else is deflated."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_STORED if name.endswith(".npy") else zipfile.ZIP_DEFLATED
            with archive.open(info, "w") as member:
                for piece in _pieces(content):
                    member.write(piece)
                    yield from sink.taken()
    yield from sink.taken()


def _pieces(content: Content | Array) -> Iterable[Bytes]:
    if isinstance(content, np.ndarray):
        return npy_pieces(content)
    return (content,) if isinstance(content, bytes) else content


class _Sink:
    """A stream that holds what is written to it until it is taken."""

    def __init__(self) -> None:
        self._pieces: list[Bytes] = []

    def write(self, piece: Bytes) -> int:
        self._pieces.append(piece)
        return memoryview(piece).nbytes

    def flush(self) -> None:
        pass

    def taken(self) -> list[Bytes]:
        """What was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return pieces
