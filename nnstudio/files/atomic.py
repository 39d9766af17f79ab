"""Writing a file so that it is either the old one or the whole new one.

The content goes to a temporary file in the same folder, reaches the disk, and takes the name in one step. Whatever goes
wrong before that step (a full disk, no permission, a pulled plug) leaves what was there before.
"""

import os
import secrets
import stat
from pathlib import Path

from nnstudio.files.errors import FileError, reason


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`, through a symbolic link to the file it points at. Raises `FileError`.

    A file that is replaced keeps its permissions; a new one gets those that the user's umask asks for.
    """
    try:
        _write(Path(os.path.realpath(path)), content)
    except OSError as error:
        raise FileError(
            f"{path.name} was not written to {path.parent}: {_reason(error)}. What was there before is untouched; "
            "choose another place, or mend this one and try again.",
            str(error),
        ) from error


def _write(target: Path, content: bytes) -> None:
    permissions = _permissions(target)
    # A name of its own length: the target's may already be as long as the file system allows.
    temporary = target.parent / f".nnstudio-{secrets.token_hex(6)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(temporary, flags, 0o666), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if permissions is not None:
            temporary.chmod(permissions)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


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
