"""Updates a second, measured over the last second of training."""

from collections import deque
from time import perf_counter

WINDOW = 1.0
"""Seconds over which it is measured."""
LATE = 2
"""An update is late when the one before is so many times longer ago than they were apart."""


class Speed:
    """A clock that is looked at with every picture."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def forget(self) -> None:
        """Training begins, or goes on somewhere else."""
        self._seen.clear()

    def measure(self, updates: int) -> float:
        """Updates a second, now that so many have been made; 0 at the first look. Between two updates that are far
        apart it stays, until the next one is late."""
        seen, now = self._seen, perf_counter()
        if not seen or updates != seen[-1][1]:
            seen.append((now, updates))
        while len(seen) > 2 and seen[-1][0] - seen[0][0] > WINDOW:
            seen.popleft()
        made, seconds = seen[-1][1] - seen[0][1], seen[-1][0] - seen[0][0]
        if (now - seen[-1][0]) * made > LATE * seconds:
            seconds = now - seen[0][0]
        return made / seconds if seconds > 0 else 0.0
