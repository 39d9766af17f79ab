"""The views that frames are handed to.

Only those that can be seen are shown anything, and only they say what is worth computing. Views that do not need every
frame take turns, so that no tick is longer than the others.
"""

from typing import Protocol

from nnstudio.core.run.frame import Frame, Probe


class Viewer(Protocol):
    """Whatever can be shown frames; every `View` is one."""

    probes: Probe
    period: int

    def isVisible(self) -> bool: ...

    def show_frame(self, frame: Frame) -> None: ...


class Viewers:
    """All views of a window, and which of them have drawn the newest frame."""

    def __init__(self) -> None:
        self._views: list[Viewer] = []
        self._fresh: set[Viewer] = set()
        self._ticks = 0

    def attach(self, view: Viewer) -> None:
        """Hand every frame to this view while it can be seen."""
        self._views.append(view)

    @property
    def probes(self) -> Probe:
        """What somebody looks at now."""
        probes = Probe.NOTHING
        for view in self._views:
            if view.isVisible():
                probes |= view.probes
        return probes

    def forget(self) -> None:
        """There is a new frame; nobody has drawn it."""
        self._fresh.clear()

    def due(self, playing: bool) -> list[Viewer]:
        """Whose turn it is in this tick; while nothing moves, everybody's who is behind."""
        self._ticks += 1
        seen = ((place, view) for place, view in enumerate(self._views) if view not in self._fresh and view.isVisible())
        return [view for place, view in seen if not playing or (self._ticks + place) % view.period == 0]

    def show(self, views: list[Viewer], frame: Frame) -> None:
        """Hand them the frame."""
        for view in views:
            view.show_frame(frame)
            self._fresh.add(view)
