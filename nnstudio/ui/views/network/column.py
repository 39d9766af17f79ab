"""One column of the network: which of a layer's units show, and where.

A layer may have more units than there is room for. A column then shows as many as fit, from `first` on, and says how
many more there are; scrolling changes `first`. Pointer and keyboard find units through the same geometry that paints.
"""

from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt


class Spot(NamedTuple):
    """A unit: its column (0 is the input, the last one the output) and its number there."""

    column: int
    unit: int


class LinkSpot(NamedTuple):
    """A weight: from unit `source` of the column before to `unit` of `column`."""

    column: int
    source: int
    unit: int


@dataclass(frozen=True, slots=True)
class Column:
    """Where a layer stands.

    left, right: the edges, where links and bands end
    count: units of the layer; first: the first one that shows
    tiles: where the units from `first` on stand; across: how many tiles make a row
    more: where it says how many more there are, if not all fit
    """

    left: float
    right: float
    count: int
    first: int
    tiles: tuple[QRectF, ...]
    across: int = 1
    more: QRectF | None = None

    @property
    def center(self) -> float:
        return (self.left + self.right) / 2

    @property
    def hidden(self) -> int:
        """How many units do not show."""
        return self.count - len(self.tiles)

    @property
    def last(self) -> int:
        """One past the last unit that shows."""
        return self.first + len(self.tiles)

    def tile(self, unit: int) -> QRectF | None:
        """Where a unit stands, if it shows."""
        return self.tiles[unit - self.first] if self.first <= unit < self.last else None

    def unit_at(self, point: QPointF) -> int | None:
        """The unit at a point, with a pixel of tolerance."""
        for index, tile in enumerate(self.tiles):
            if tile.adjusted(-1, -1, 1, 1).contains(point):
                return self.first + index
        return None


def first_shown(count: int, first: int, fitting: int, across: int = 1) -> int:
    """The nearest legal `first`: whole rows, nothing empty above the last row."""
    if count <= fitting:
        return 0
    last_row = -(-(count - fitting) // across) * across
    return min(max(0, first // across * across), last_row)


def first_to_show(column: Column, unit: int) -> int:
    """What `first` must be for `unit` to show, moving as little as possible."""
    row = unit // column.across * column.across
    if unit < column.first:
        return row
    fitting = -(-len(column.tiles) // column.across) * column.across
    return max(column.first, row - fitting + column.across)


def neighbour(columns: tuple[Column, ...], spot: Spot, key: Qt.Key) -> Spot:
    """The unit that an arrow key leads to. Left and right leave a layer at its edge, for the unit at about the same
    height of the next."""
    column = columns[spot.column]
    row, place = divmod(spot.unit, column.across)
    if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        unit = spot.unit + (column.across if key == Qt.Key.Key_Down else -column.across)
        return Spot(spot.column, unit) if 0 <= unit < column.count else spot
    if key == Qt.Key.Key_Home:
        return Spot(spot.column, 0)
    if key == Qt.Key.Key_End:
        return Spot(spot.column, column.count - 1)
    step = 1 if key == Qt.Key.Key_Right else -1
    if 0 <= place + step < column.across and row * column.across + place + step < column.count:
        return Spot(spot.column, spot.unit + step)
    other = spot.column + step
    if not 0 <= other < len(columns):
        return spot
    tile = column.tile(spot.unit) or column.tiles[0]
    edge = columns[other]
    distances = [
        (abs(t.center().y() - tile.center().y()), abs(t.center().x() - tile.center().x()), index)
        for index, t in enumerate(edge.tiles)
    ]
    return Spot(other, edge.first + min(distances)[2])
