"""One stroke of the brush or the eraser, part by part while the button is down.

A part says what becomes of an experiment, whatever that is by then; all parts of a stroke are one step of Undo.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, hypot, sin, sqrt

from PySide6.QtCore import QPointF

from nnstudio.core.data.painted import brushed, erased, painted
from nnstudio.core.experiment import Experiment

Place = tuple[float, float]
_GOLDEN = 2.399963
"""The golden angle: one after the other, points turned by it never lie in rows."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A part of a stroke.

    number: which stroke it belongs to; earlier: how many points its earlier parts have painted
    places: on the plane; label: the class that is painted there, None where points are rubbed out
    reach: the half axes of the eraser on the plane
    """

    number: int
    places: tuple[Place, ...]
    label: int | None
    earlier: int = 0
    reach: tuple[float, float] = (0.0, 0.0)

    @property
    def name(self) -> str:
        """What it is called in the menu."""
        return "Rub out points" if self.label is None else "Paint points"

    @property
    def merge(self) -> str:
        """Parts with the same are undone together."""
        return f"stroke {self.number}"

    def __call__(self, experiment: Experiment) -> Experiment:
        """The experiment with it. Raises `DataError` and `SettingError`."""
        before = spec = painted(experiment.dataset)
        if self.label is not None:
            spec = brushed(spec, self.places, self.label, self.earlier)
        else:
            for place in self.places:
                spec = erased(spec, place, self.reach)
        return experiment if spec == before else replace(experiment, dataset=spec)


class Trail:
    """The way of a pressed pointer, in pixels, as places that lie `spacing` apart and stray by up to `spread`."""

    def __init__(self, spacing: float, spread: float = 0.0) -> None:
        self._spacing, self._spread = spacing, spread
        self._last: QPointF | None = None
        self.count = 0

    def to(self, position: QPointF) -> Iterator[QPointF]:
        """The places on the way from the last one; the first of all is the position itself."""
        if self._last is None:
            self._last = position
            yield self._next(position)
            return
        while (length := hypot((way := position - self._last).x(), way.y())) >= self._spacing:
            self._last += way * (self._spacing / length)
            yield self._next(self._last)

    def _next(self, position: QPointF) -> QPointF:
        place, self.count = self.count, self.count + 1
        away, angle = self._spread * sqrt(_bits_turned(place)), _GOLDEN * place
        return position + QPointF(away * cos(angle), away * sin(angle))


def _bits_turned(number: int) -> float:
    """0, 1/2, 1/4, 3/4, 1/8, …: evenly spread over 0 … 1 wherever one stops (van der Corput)."""
    share, weight = 0.0, 0.5
    while number:
        share, weight, number = share + weight * (number & 1), weight / 2, number >> 1
    return share
