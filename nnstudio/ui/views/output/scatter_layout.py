"""Where the cells of a scatter matrix stand, and how the names of its inputs break into lines at its edges.

The names of the rows stand at the left, those of the columns below, upright where they have no room side by side. They
take as many lines as a cell is high or wide, and the cells get what is left.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, product

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF

from nnstudio.ui.stage.stage import Spot

_GAP, _BESIDE = 3.0, 5.0
_INSIDE = 2.5
"""Between the frame of a cell and the outermost points."""
_LINES = range(1, 5)
_PITCH = 0.92
"""Of the height of a line: from one to the next."""
_MOST_MARGIN = 0.45
"""The share of the picture that names may take; the middle of longer ones is left out."""
_LEAST = 60.0
_PARTS = re.compile(r"(?<=[\s_/\-.,:=])|(?=[(\[])")
"""Between two of these a name may break."""
Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """matrix: all cells; rows, columns: the lines of each input's name; upright: whether those of columns are turned;
    line: from one line to the next."""

    matrix: QRectF = field(default_factory=QRectF)
    rows: tuple[Lines, ...] = ()
    columns: tuple[Lines, ...] = ()
    upright: bool = False
    line: float = 0.0

    @classmethod
    def within(cls, area: QRectF, names: Sequence[str], metrics: QFontMetricsF) -> "MatrixLayout":
        """The largest in this area."""
        if not names:
            return cls()
        width, height = max(area.width(), _LEAST), max(area.height(), _LEAST)
        line, count = _PITCH * metrics.height(), len(names)
        beside = {lines: [broken(name, lines, metrics, _MOST_MARGIN * width) for name in names] for lines in _LINES}
        below = {lines: [broken(name, lines, metrics, _MOST_MARGIN * height) for name in names] for lines in _LINES}
        level = {lines: [broken(name, lines, metrics) for name in names] for lines in _LINES}
        found: list[tuple[tuple[float, float], QSizeF, int, int, bool]] = []
        for rows, columns, upright in product(_LINES, _LINES, (False, True)):
            foot = _longest(below[columns], metrics) if upright else columns * line
            inner = QSizeF(width - _longest(beside[rows], metrics) - _BESIDE, height - foot - _BESIDE)
            wide, high = _share(inner.width(), count), _share(inner.height(), count)
            fits = columns * line <= wide if upright else _longest(level[columns], metrics) <= wide
            if (fits and (rows == 1 or rows * line <= high)) or (rows, columns, upright) == (1, 1, True):
                found.append(((min(wide, high), wide * high), inner, rows, columns, upright))
        _, inner, rows, columns, upright = max(found, key=lambda each: each[0])
        left = area.left() + width - inner.width()
        foot = (below if upright else level)[columns]
        return cls(QRectF(QPointF(left, area.top()), inner), tuple(beside[rows]), tuple(foot), upright, line)

    @property
    def count(self) -> int:
        """How many inputs."""
        return len(self.rows)

    def spots(self) -> list[Spot]:
        """All cells, row by row."""
        return [Spot(column, row) for row in range(self.count) for column in range(self.count)]

    def cell(self, spot: Spot) -> QRectF:
        """The frame of a cell."""
        size = QSizeF(_share(self.matrix.width(), self.count), _share(self.matrix.height(), self.count))
        step = QPointF(spot.column * (size.width() + _GAP), spot.row * (size.height() + _GAP))
        return QRectF(self.matrix.topLeft() + step, size)

    def inside(self, spot: Spot) -> QRectF:
        """Where the points of a cell lie."""
        return self.cell(spot).adjusted(_INSIDE, _INSIDE, -_INSIDE, -_INSIDE)

    def spot_at(self, position: QPointF) -> Spot | None:
        """The cell at this point."""
        return next((spot for spot in self.spots() if self.cell(spot).contains(position)), None)


def broken(name: str, lines: int, metrics: QFontMetricsF, longest: float = float("inf")) -> Lines:
    """The name in at most so many lines, the longest of which is as short as can be, and at most this long."""
    parts = [part for part in _PARTS.split(name) if part]
    starts = [0, *accumulate(map(len, parts))]
    spans = sorted({metrics.horizontalAdvance(name[a:b].strip()) for a in starts for b in starts if a < b})
    found = next((made for span in spans if len(made := _filled(parts, span, metrics)) <= lines), (name,))
    return tuple(_shortened(line, longest, metrics) for line in found)


def _filled(parts: Sequence[str], width: float, metrics: QFontMetricsF) -> Lines:
    """The parts one after the other, in lines of this width, as far as each of them is not wider."""
    lines: list[str] = []
    for part in parts:
        if lines and metrics.horizontalAdvance((lines[-1] + part).strip()) <= width:
            lines[-1] += part
        else:
            lines.append(part)
    return tuple(line.strip() for line in lines)


def _shortened(line: str, width: float, metrics: QFontMetricsF) -> str:
    while metrics.horizontalAdvance(line) > width and len(line) > 3:
        half = (len(line) - 2) // 2
        line = f"{line[:half]}…{line[-half:]}"
    return line


def _longest(names: Sequence[Lines], metrics: QFontMetricsF) -> float:
    return max(metrics.horizontalAdvance(line) for lines in names for line in lines)


def _share(whole: float, count: int) -> float:
    """What is each one's of a width or height, but for the gaps."""
    return (whole - (count - 1) * _GAP) / count
