"""The views that frames are handed to.

Only those that can be seen are shown anything, and only they say what is worth computing. Charts need no sixty frames a
second: of those that wait for their interval to pass at most one is shown in a tick, and none in a tick that is late.
"""

from collections.abc import Callable
from math import inf
from typing import Protocol

from nnstudio.core.run.commands import Watch
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.section import Section

LATE = 0.030
"""Seconds after the last tick at which this one is late."""
PATIENCE = 4
"""So many intervals a view waits when ticks are late; then it is shown all the same."""


class Viewer(Protocol):
    """Whatever can be shown frames; every `View` is one."""

    probes: Probe
    section: Section | None
    interval: float

    def isVisible(self) -> bool: ...

    def show_frame(self, frame: Frame) -> None: ...


class Texts:
    """Whatever says in words and figures how it goes: it takes turns with the charts, so that no tick has both."""

    probes = Probe.NOTHING
    section: Section | None = None
    interval = 0.2

    def __init__(self, say: Callable[[Frame], object]) -> None:
        self._say = say

    def isVisible(self) -> bool:
        return True

    def show_frame(self, frame: Frame) -> None:
        self._say(frame)


class Viewers:
    """All views of a window, and which of them have been shown the newest frame."""

    def __init__(self) -> None:
        self._shown: dict[Viewer, float] = {}
        self._fresh: set[Viewer] = set()
        self._urgent: set[Viewer] = set()
        self._tick = 0.0

    def attach(self, view: Viewer) -> None:
        """Hand frames to this view while it can be seen."""
        self._shown[view] = -inf

    def again(self, view: Viewer) -> None:
        """It has something new to show besides the frame."""
        self._fresh.discard(view)

    def hurry(self, view: Viewer) -> None:
        """Show it the next frame whosever turn it is, and leave them theirs."""
        self._urgent.add(view)

    @property
    def probes(self) -> Probe:
        """What somebody looks at now."""
        probes = Probe.NOTHING
        for view in self._shown:
            if view.isVisible():
                probes |= view.probes
        return probes

    @property
    def watched(self) -> Watch:
        """The same as a command, with the plane through the inputs that one of them shows."""
        sections = (view.section for view in self._shown if Probe.SECTION in view.probes and view.isVisible())
        return Watch(self.probes, next(sections, None))

    def forget(self) -> None:
        """There is a new frame; nobody has been shown it."""
        self._fresh.clear()

    def show(self, frame: Frame, now: float, moving: bool) -> None:
        """Hand the frame to whose turn it is; while nothing moves, to everybody who is behind."""
        late, self._tick = now - self._tick > LATE, now
        waiting = [view for view in self._shown if view not in self._fresh and view.isVisible()]
        if moving:
            patience = PATIENCE if late else 1
            taking = [view for view in waiting if view.interval and view not in self._urgent]
            due = [view for view in taking if now - self._shown[view] >= patience * view.interval]
            longest = min(due, key=self._shown.__getitem__, default=None)
            waiting = [view for view in waiting if view not in taking or view is longest]
        self._urgent.clear()
        for view in waiting:
            view.show_frame(frame)
            self._shown[view] = now
            self._fresh.add(view)
