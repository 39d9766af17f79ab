"""What goes wrong with files, in words for a person.

Everything in this folder raises `FileError` and nothing else for a file that is missing, broken or cannot be written.
Its message says what happened, what is safe and what to do, so that the interface and the command line can show it as
it stands. What a file, a server or a name on the disk puts into a message goes through `printable` first.
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


LONGEST_PART, LONGEST_MESSAGE = 100, 1000
"""Characters of foreign text within a message, and of a whole message."""


def printable(text: object, longest: int = LONGEST_PART) -> str:
    """Text that nobody vouches for, fit to be shown: on one line, without characters that steer a terminal or turn the
    line around, and of what is too long the beginning and the end."""
    shown = str(text)
    if len(shown) > longest:
        end = longest // 3
        shown = f"{shown[: longest - end - 1]}…{shown[-end:]}"
    return "".join(each if each.isprintable() else " " if each.isspace() else "�" for each in shown)


class FileError(Exception):
    """The message is for a person; `details` may hold what helps to find the cause."""

    def __init__(self, message: str, details: str = "") -> None:
        self.details = "\n".join(printable(line, LONGEST_MESSAGE) for line in details.splitlines())
        super().__init__(printable(message, LONGEST_MESSAGE), self.details)  # both, so that it survives pickling

    def __str__(self) -> str:
        return self.args[0]


def reason(error: OSError) -> str:
    """Why the system refused, as the end of a sentence that has named the file."""
    return _REASONS.get(error.errno or 0) or error.strerror or printable(error) or type(error).__name__


def unreadable(path: Path, why: str, details: str) -> FileError:
    """The error of a file that cannot be opened."""
    return FileError(
        f"{printable(path.name)} cannot be read: {why}. Nothing was changed; choose another file.", details
    )


def check_file(path: Path) -> None:
    """Raise an `OSError` unless `path` is a plain file: reading a pipe would block for ever."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(None, "it is a folder or a device")
