"""Writing a file so that it is either the old one or the whole new one.

The content goes into a file without a name in the same folder, reaches the disk, and takes the name in one step.
Whatever goes wrong before that step (a full disk, no permission, a pulled plug, a killed process) leaves what was there
before, and nothing else. Where files must have names, it goes into one that tells whose it is, and the next save into
that folder clears away what the dead have left.
"""

import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from nnstudio.files.errors import FileError, printable, reason

Bytes = bytes | bytearray | memoryview
Content = bytes | Iterable[Bytes]
"""What is to be written, whole or piece by piece."""

_TEMPORARY = re.compile(r"\.nnstudio-(\d+)-[0-9a-f]{12}\.tmp")
_FORGOTTEN = 3600
"""Seconds after which a temporary file counts as left behind where nobody can say whether its process lives."""
_NAMELESS = getattr(os, "O_TMPFILE", 0)
_NAMELESS_IS_UNKNOWN = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT)
_PIECE = 2**20
_DESCRIPTORS = "/proc/self/fd"


def write_atomically(path: Path, content: Content) -> None:
    """Write `content` to `path`, through a symbolic link to the file it points at. Raises `FileError`.

    A file that is replaced keeps its permissions; a new one gets those that the user's umask asks for.
    """
    try:
        target = Path(os.path.realpath(path))
        permissions = _permissions(target)
        temporary = _name_for(target)
        try:
            _write(temporary, (content,) if isinstance(content, bytes) else content)
            if permissions is not None:
                temporary.chmod(permissions)
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
        _clear_away(target.parent)
    except OSError as error:
        raise FileError(
            f"{printable(path.name)} was not written to {printable(path.parent)}: {_reason(error)}. What was "
            "there before is untouched; choose another place, or mend this one and try again.",
            str(error),
        ) from error


def check_place(path: Path) -> None:
    """Raise `FileError` unless a file can be written to `path` now; nothing there is changed. It is really tried, with
    an empty file beside it."""
    try:
        target = Path(os.path.realpath(path))
        _permissions(target)
        temporary = _name_for(target)
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        temporary.unlink()
    except OSError as error:
        raise FileError(
            f"{printable(path.name)} cannot be written to {printable(path.parent)}: {_reason(error)}. Nothing "
            "was changed; choose another place, or mend this one and try again.",
            str(error),
        ) from error


def _name_for(target: Path) -> Path:
    # A name of its own length: the target's may already be as long as the file system allows.
    return target.parent / f".nnstudio-{os.getpid()}-{secrets.token_hex(6)}.tmp"


def _write(temporary: Path, chunks: Iterable[Bytes]) -> None:
    """Bring everything to the disk and under the name `temporary`; where files need no names, in this order."""
    descriptor = _open_nameless(temporary.parent)
    if descriptor is None:
        _write_named(temporary, chunks)
        return
    with os.fdopen(descriptor, "w+b") as stream:
        _fill(stream, chunks)
        try:
            _give_name(descriptor, temporary)
        except OSError:  # a sandbox that knows no links
            stream.seek(0)
            _write_named(temporary, iter(partial(stream.read, _PIECE), b""))


def _write_named(temporary: Path, chunks: Iterable[Bytes]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(temporary, flags, 0o666), "wb") as stream:
        _fill(stream, chunks)


def _fill(stream: BinaryIO, chunks: Iterable[Bytes]) -> None:
    stream.writelines(chunks)
    stream.flush()
    os.fsync(stream.fileno())


def _open_nameless(folder: Path) -> int | None:
    """A new file without a name, which is gone when its process is; None where there is no such thing."""
    if not _NAMELESS or not os.path.exists(_DESCRIPTORS):
        return None
    try:
        return os.open(folder, os.O_RDWR | _NAMELESS, 0o666)
    except OSError as error:
        if error.errno in _NAMELESS_IS_UNKNOWN:
            return None
        raise


def _give_name(descriptor: int, name: Path) -> None:
    # With a folder to start from, although the path needs none, Python makes the call that follows this link.
    folder = os.open(name.parent, os.O_RDONLY)
    try:
        os.link(f"{_DESCRIPTORS}/{descriptor}", name, src_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _clear_away(folder: Path) -> None:
    """Remove the temporary files of processes that live no more."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = _TEMPORARY.fullmatch(entry.name)
            if found and _is_left_behind(int(found[1]), entry):
                with suppress(OSError):
                    os.unlink(entry.path)


def _is_left_behind(process: int, entry: os.DirEntry[str]) -> bool:
    if os.name == "nt":  # where signal 0 is no question
        return time.time() - entry.stat().st_mtime > _FORGOTTEN
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:  # it lives, and belongs to somebody else
        pass
    return False


def _permissions(target: Path) -> int | None:
    """Those of the file to be replaced; None if there is none. Refuses what must not be replaced."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(None, "it is a folder")
    if not stat.S_ISREG(mode):
        raise PermissionError(None, "it is a device, not a file")
    if not os.access(target, os.W_OK):
        raise PermissionError(None, "it is write-protected")
    return stat.S_IMODE(mode)


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "the folder does not exist"
    return reason(error)
