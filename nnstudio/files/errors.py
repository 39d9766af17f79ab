"""What goes wrong with files, in words for a person.

Everything in this folder raises `FileError` and nothing else for a file that is missing, broken or cannot be written.
Its message says what happened, what is safe and what to do, so that the interface and the command line can show it as
it stands.
"""

import errno
import stat
from pathlib import Path

_REASONS = {
    errno.ENOENT: "it does not exist",
    errno.ENOTDIR: "its folder is not a folder",
    errno.EISDIR: "it is a folder",
    errno.EACCES: "there is no permission",
    errno.EPERM: "there is no permission",
    errno.EROFS: "the disk is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would become too large",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EIO: "the disk reports an error",
}


class FileError(Exception):
    """The message is for a person; `details` may hold what helps to find the cause."""

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message, details)  # both, so that the error survives pickling
        self.details = details

    def __str__(self) -> str:
        return self.args[0]


def reason(error: OSError) -> str:
    """Why the system refused, as the end of a sentence that has named the file."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__


def unreadable(path: Path, why: str, details: str) -> FileError:
    """The error of a file that cannot be opened."""
    return FileError(f"{path.name} cannot be read: {why}. Nothing was changed; choose another file.", details)


def check_file(path: Path) -> None:
    """Raise an `OSError` unless `path` is a plain file: reading a pipe would block for ever."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(None, "it is a folder or a device")
