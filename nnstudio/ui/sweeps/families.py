"""The candidates of a sweep in a few groups, each with a colour, a mark and a name: never colour alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainterPath

from nnstudio.core.sweep.job import Result
from nnstudio.core.sweep.standing import Standing
from nnstudio.ui import theme
from nnstudio.ui.stage.legend import diamond

_LIGHT = "#7c4fd0", "#0b8468", "#a87400", "#0877bd", "#b83280", "#667180"
_DARK = "#a98bf5", "#2fc4a0", "#e0bd45", "#3aa0e8", "#f27ab8", "#8d98a8"


class Mark(Enum):
    """What stands for one run, or larger for the median of a candidate."""

    DISC = "disc"
    TRIANGLE = "triangle"
    SQUARE = "square"
    DIAMOND = "diamond"

    def outline(self, at: QPointF, radius: float) -> QPainterPath:
        """Its shape around a point."""
        x, y, path = at.x(), at.y(), QPainterPath()
        if self is Mark.DISC:
            path.addEllipse(at, radius, radius)
        elif self is Mark.SQUARE:
            side = 1.8 * radius
            path.addRect(x - side / 2, y - side / 2, side, side)
        elif self is Mark.DIAMOND:
            return diamond(at, 1.25 * radius)
        else:
            path.moveTo(x, y - 1.15 * radius)
            path.lineTo(x + 1.1 * radius, y + 0.8 * radius)
            path.lineTo(x - 1.1 * radius, y + 0.8 * radius)
            path.closeSubpath()
        return path


@dataclass(frozen=True, slots=True)
class Look:
    """place: which of the colours and marks"""

    place: int

    @property
    def color(self) -> QColor:
        """In the theme of now."""
        colors = _DARK if theme.current().dark else _LIGHT
        return QColor(colors[self.place % len(colors)])

    @property
    def mark(self) -> Mark:
        """Its sign."""
        marks = tuple(Mark)
        return marks[self.place % len(marks)]


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """standings: of its candidates, best first"""

    name: str
    look: Look
    standings: tuple[Standing, ...]

    @property
    def best(self) -> Standing:
        """The candidate that is ahead."""
        return self.standings[0]


@dataclass(frozen=True, slots=True, eq=False)
class Strand:
    """The curves that are drawn together: faint each, the median strong. runs: the numbers of the trials"""

    name: str
    look: Look
    runs: tuple[tuple[int, Result], ...]


def families_of(standings: Sequence[Standing], name: Callable[[Standing], str], names: Sequence[str]) -> list[Family]:
    """One for each of `names` that has any standing, `name` says which one a candidate belongs to. Colour and mark
    together are the same only for the thirteenth."""
    looks = {each: Look(place) for place, each in enumerate(names)}
    of: dict[str, list[Standing]] = {each: [] for each in names}
    for standing in standings:
        of[name(standing)].append(standing)
    return [Family(each, looks[each], tuple(found)) for each, found in of.items() if found]
