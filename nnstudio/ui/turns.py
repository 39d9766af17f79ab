"""How soon one thread gives the interpreter to another that waits.

With Python's own five milliseconds, a picture that has to wait once is late, and a worker that comes from a matrix
product waits for a whole picture.
"""

import sys

SWITCHING = 0.3e-3
"""Seconds."""


class Turns:
    """Short ones, from `begin` to `end`."""

    def __init__(self) -> None:
        self._usual = sys.getswitchinterval()

    def begin(self) -> None:
        """Take short turns."""
        sys.setswitchinterval(SWITCHING)

    def end(self) -> None:
        """As long as they were before."""
        sys.setswitchinterval(self._usual)
