"""Updates a second, measured over the last second of training."""

from collections import deque
from time import perf_counter

WINDOW = 1.0
"""Seconds over which it is measured."""


class Speed:
    """A clock that is looked at with every picture."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def forget(self) -> None:
        """Training begins, or goes on somewhere else."""
        self._seen.clear()

    def measure(self, updates: int) -> float:
        """Updates a second, now that so many have been made; 0 at the first look."""
        seen = self._seen
        seen.append((perf_counter(), updates))
        while len(seen) > 2 and seen[-1][0] - seen[0][0] > WINDOW:
            seen.popleft()
        seconds = seen[-1][0] - seen[0][0]
        return (seen[-1][1] - seen[0][1]) / seconds if seconds > 0 else 0.0
