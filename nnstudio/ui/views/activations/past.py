"""What the histograms were since the run began, for as long as somebody looked."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.run.frame import Frame, Histogram
from nnstudio.ui.views.activations.pictures import Strength, strength

SAMPLES = 256
"""When there are so many, every second one is forgotten, and of those to come."""


class Moment(NamedTuple):
    """A layer's histogram, and how strong the colours of its bins are."""

    histogram: Histogram
    strength: Strength

    @property
    def span(self) -> tuple[float, float]:
        """The ends of the histogram."""
        return self.histogram.low, self.histogram.high


class Past:
    """Histograms of each layer by updates, which rise."""

    def __init__(self) -> None:
        self._run: object = None
        self.updates: list[int] = []
        self.layers: dict[str, list[Moment]] = {}
        self._every, self._seen = 1, 0

    def add(self, frame: Frame) -> None:
        """Remember this frame's; another network has another past, and a run that went back forgets what came later."""
        found = {layer.name: layer.histogram for layer in frame.readings if layer.histogram is not None}
        run = frame.run, tuple(found)
        if run != self._run:
            self._run, self.updates, self.layers = run, [], {name: [] for name in found}
            self._every, self._seen = 1, 0
        columns: list[list[int] | list[Moment]] = [self.updates, *self.layers.values()]
        # The newest is always there, also one that is not kept.
        passing = len(self.updates) > 1 and (self._seen - 1) % self._every > 0
        while self.updates and (passing or self.updates[-1] >= frame.updates):
            passing = False
            for column in columns:
                column.pop()
        if len(self.updates) >= SAMPLES:
            self._every *= 2
            for column in columns:
                del column[1::2]
        self._seen += 1
        self.updates.append(frame.updates)
        for name, histogram in found.items():
            self.layers[name].append(Moment(histogram, strength(histogram)))

    def samples(self, count: int) -> NDArray[np.intp]:
        """For so many equal steps of time from the first sample to the last, the sample that is shown there."""
        times = np.linspace(self.updates[0], self.updates[-1], count)
        return np.searchsorted(np.array(self.updates), times, "right") - 1
