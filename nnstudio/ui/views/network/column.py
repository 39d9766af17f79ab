"""One column of the network: which of a layer's units show, and where.

A layer may have more units than there is room for. A column then shows as many as fit, from `first` on, and says how
many more there are; scrolling changes `first`. Pointer and keyboard find units through the same geometry that paints.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt

from nnstudio.ui.stage import items


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
    large: how many of the tiles, the first ones, are pictures where the rest are mere cells; 0 if all are alike
    order: which unit stands in which place, where they are sorted
    """

    left: float
    right: float
    count: int
    first: int
    tiles: tuple[QRectF, ...]
    across: int = 1
    more: QRectF | None = None
    large: int = 0
    order: tuple[int, ...] = ()

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

    def place(self, unit: int) -> int | None:
        """The place of a unit, if it shows."""
        if self.order and unit not in self.order:  # somebody still looks at a unit of the network before
            return None
        place = self.order.index(unit) if self.order else unit - self.first
        return place if 0 <= place < len(self.tiles) else None

    def unit(self, place: int) -> int:
        """The unit in a place."""
        return self.order[place] if self.order else self.first + place

    def tile(self, unit: int) -> QRectF | None:
        """Where a unit stands, if it shows."""
        place = self.place(unit)
        return None if place is None else self.tiles[place]

    def fitted(self, shape: tuple[int, ...]) -> "Column":
        """With tiles of the shape (height, width) of the images in them; mere cells stay what they are."""
        pictures = self.large or len(self.tiles)
        tiles = (items.fitted(tile, shape[1], shape[0]) for tile in self.tiles[:pictures])
        return replace(self, tiles=(*tiles, *self.tiles[pictures:]))

    def unit_at(self, point: QPointF) -> int | None:
        """The unit at a point, with a pixel of tolerance."""
        for place, tile in enumerate(self.tiles):
            if tile.adjusted(-1, -1, 1, 1).contains(point):
                return self.unit(place)
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
    """The unit that an arrow key leads to: the nearest one in that direction. Left and right leave a layer at its edge,
    for the unit at about the same height of the next; up and down reach units that do not show yet."""
    column = columns[spot.column]
    if key == Qt.Key.Key_Home:
        return Spot(spot.column, column.unit(0) if column.order else 0)
    if key == Qt.Key.Key_End:
        return Spot(spot.column, column.unit(len(column.tiles) - 1) if column.order else column.count - 1)
    vertical = key in (Qt.Key.Key_Up, Qt.Key.Key_Down)
    sign = 1 if key in (Qt.Key.Key_Down, Qt.Key.Key_Right) else -1
    here = (column.tile(spot.unit) or column.tiles[0]).center()
    best = _nearest(column, here, vertical, sign)
    if best is not None:
        return Spot(spot.column, best)
    if vertical:
        unit = spot.unit + sign * column.across
        return Spot(spot.column, unit) if not column.order and 0 <= unit < column.count else spot
    other = spot.column + sign
    if not 0 <= other < len(columns):
        return spot
    edge = columns[other]
    distances = [
        (abs(tile.center().y() - here.y()), abs(tile.center().x() - here.x()), place)
        for place, tile in enumerate(edge.tiles)
    ]
    return Spot(other, edge.unit(min(distances)[2]))


def _nearest(column: Column, here: QPointF, vertical: bool, sign: int) -> int | None:
    """The nearest unit of a column in one direction: in the next row, or in the same row."""
    found: list[tuple[float, float, int]] = []
    for place, tile in enumerate(column.tiles):
        across, down = tile.center().x() - here.x(), tile.center().y() - here.y()
        along, aside = (down, across) if vertical else (across, down)
        if sign * along > 1 and (vertical or abs(aside) <= tile.height() / 2):
            found.append((sign * along, abs(aside), column.unit(place)))
    return min(found)[2] if found else None
