"""An even beat: what is done so many times a second, and when the next time is."""

from time import perf_counter

BURST = 0.01
"""Seconds between two bursts of a beat that is quicker: whoever waits for it sleeps in between."""
BEHIND = 0.1
"""Seconds; whoever is later than this does not catch up, but goes on from now."""


class Beats:
    """Beats so many times a second, from now on."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second
        self._next = self._burst = perf_counter()

    def next(self) -> float:
        """What was due is done: when the next is due, by `perf_counter()`. Those that are closer than a burst is to
        the next come together."""
        now = perf_counter()
        self._next = max(self._next + self._interval, now - BEHIND)
        if self._next <= now:
            return self._next
        self._burst = max(self._burst + BURST, now - BEHIND)
        return max(self._next, self._burst)
