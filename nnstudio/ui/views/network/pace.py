"""How often a part of the picture is drawn anew while training runs: what nobody can follow gives way first."""

from time import perf_counter

from nnstudio.core.run.frame import Frame


class Pace:
    """Every so many `seconds` while training runs at full speed; else with every frame."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last = 0.0

    def due(self, frame: Frame, fresh: bool = False) -> bool:
        """Whether this frame is to be drawn; in any case if it is `fresh`, or made by hand, or in a phase."""
        now = perf_counter()
        hurried = frame.updates_per_second > 100 and frame.phase is None
        if not fresh and hurried and now - self._last < self._seconds:
            return False
        self._last = now
        return True
