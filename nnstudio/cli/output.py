"""Where the words of the command line go, although nobody may be there to read them.

A pipe breaks when its reader has enough, a terminal is closed, a disk is full, an alphabet lacks ² or █. None of that
may end a training, so whatever is said goes through an `Outlet`, which loses words and never raises. Only the exit code
tells afterwards.
"""

import argparse
import os
import sys
from io import TextIOWrapper
from typing import Any, NoReturn, TextIO

from nnstudio.files.errors import LONGEST_MESSAGE, printable

_failures: dict[TextIO, Exception] = {}
"""Why words were lost, for each stream the first time."""


class Outlet:
    """A stream to write to that never fails."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write and flush, if that is possible."""
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError) as error:  # ValueError: the stream is closed
            _failures.setdefault(self._stream, error)

    def isatty(self) -> bool:
        """Whether somebody looks at it."""
        return not self._stream.closed and self._stream.isatty()


class Parser(argparse.ArgumentParser):
    """Reads the words after a command; its help and its complaints go through an `Outlet`."""

    def error(self, message: str) -> NoReturn:
        super().error(printable(message, LONGEST_MESSAGE))

    def _print_message(self, message: str, file: Any = None) -> None:
        Outlet(sys.stdout if file is sys.stdout else sys.stderr).write(message)


def open_outputs() -> None:
    """Make standard output and error fit to write any text to: they may be closed, or know few letters."""
    _failures.clear()
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed before the program began
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="replace")


def close_outputs(code: int) -> int:
    """Flush what was said; returns the exit code, which is 2 if results could not be printed. A reader who has enough,
    as `head` does, is no error."""
    for stream in (sys.stdout, sys.stderr):
        Outlet(stream).write("")
        error = _failures.get(stream)
        if error is not None and not stream.closed:
            # Python flushes once more at its end, and must not fail there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if isinstance(error, OSError) and stream is sys.stdout and not isinstance(error, BrokenPipeError):
            Outlet(sys.stderr).write(f"What was printed could not be written: {error.strerror}.\n")
            code = code or 2
    return code
