"""Ctrl+C, a request to end and a closed terminal, heard between two steps of the work."""

import signal
from types import FrameType, TracebackType
from typing import Any

HANGUP = {signal.SIGHUP} if hasattr(signal, "SIGHUP") else set[signal.Signals]()
"""The signal of a terminal that was closed; Windows has none."""


class Interruption:
    """Inside its `with`, Ctrl+C, a request to end and a closed terminal are only noted in `signal`. A second Ctrl+C or
    request ends the program; a closed terminal may say so more than once. What the program was started to ignore, as
    `nohup` does, stays ignored."""

    def __init__(self) -> None:
        self.signal = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Interruption":
        for number in (signal.SIGINT, signal.SIGTERM, *HANGUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.signal = number
        for each in self._before.keys() - HANGUP:
            signal.signal(each, self._before[each])
