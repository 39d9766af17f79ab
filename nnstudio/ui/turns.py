"""How soon one thread gives the interpreter to another that waits.

With Python's own five milliseconds, a picture that has to wait once is late, and a worker that comes from a matrix
product waits for a whole picture.
"""

import sys

SWITCHING = 0.3e-3
"""Seconds."""


class Turns:
    """Short ones, from `begin` to `end`; with several of these from the first beginning to the last end."""

    _under_way = 0
    _usual = 0.0

    def __init__(self) -> None:
        self._short = False

    def begin(self) -> None:
        """Take short turns."""
        if not self._short:
            self._short = True
            if not Turns._under_way:
                Turns._usual = sys.getswitchinterval()
                sys.setswitchinterval(SWITCHING)
            Turns._under_way += 1

    def end(self) -> None:
        """As long as they were before, unless somebody else still wants short ones."""
        if self._short:
            self._short = False
            Turns._under_way -= 1
            if not Turns._under_way:
                sys.setswitchinterval(Turns._usual)
