"""Where the columns of the network stand: inputs, layers, loss from left to right, and between them, where its unit
stands, the card of the unfolded one."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSizeF

from nnstudio.ui import theme

TILE, PITCH = 32.0, 46.0
TOP, BOTTOM = 40.0, 18.0
_WIDEST, _LOWEST = 716.0, 240.0
_COLUMN, _SLIM, _SLIMMEST = 116.0, 62.0, 44.0
"""How wide columns want to be, and how wide one may be that is no neighbour of the card, where the card needs the room:
it shows no numbers then."""
_ASIDE, _NUMBER = 14.0, 50.0
"""Units of a hidden layer stand so far to the left, for their numbers are at their right; and with larger text as much
farther as a number, so wide with normal text, is wider then."""
_APART = 92.0


@dataclass(frozen=True, slots=True)
class Tile:
    """A unit as it is drawn; layer −1 are the inputs."""

    layer: int
    unit: int
    box: QRectF


@dataclass(frozen=True, slots=True)
class Column:
    """layer: −1 for the inputs; middle, room: where it stands and how wide it may be; left_out: how many of its units
    are not drawn, and `below`, the height at which that is said; slim: too narrow for numbers; left: its left edge"""

    layer: int
    middle: float
    room: float
    tiles: tuple[Tile, ...] = ()
    left_out: int = 0
    below: float = 0.0
    slim: bool = False
    left: float = 0.0


class Columns:
    """size: of the picture; shown: of each column, the inputs first, the units that are drawn; counts: how many it has;
    unfolded: a layer and its unit, or the loss with None as its unit; wanted: how high the card would like to be

    card: where the card lies, empty where nothing is unfolded
    """

    def __init__(
        self,
        size: QSizeF,
        shown: Sequence[Sequence[int]],
        counts: Sequence[int],
        unfolded: tuple[int, int | None] | None,
        wanted: float,
    ) -> None:
        self._size, self.card = size, QRectF()
        places = len(shown) + 1
        open_at = None if unfolded is None else unfolded[0] + 1
        rooms = self._rooms(places, open_at)
        self.columns: list[Column] = []
        x = 0.0
        for place, width in enumerate(rooms):
            middle, slim = x + width / 2, width < _COLUMN * 0.9
            if place == open_at:
                unit = unfolded[1] if unfolded is not None else None
                self.columns.append(self._around_card(place - 1, middle, width, unit, counts, wanted))
            elif place < len(shown):
                aside = _ASIDE + _NUMBER * (theme.text_scale() - 1)
                x_of = middle - (aside if place and not slim else 0.0)
                self.columns.append(self._column(place - 1, x_of, width, shown[place], counts[place], slim, x))
            else:
                self.columns.append(Column(place - 1, middle, width))
            x += width

    def _rooms(self, places: int, open_at: int | None) -> list[float]:
        """How wide each column is. If the card would get less than it wants, all but its neighbours are slim, and the
        slimmer the less it would get."""
        width = self._size.width()
        if open_at is None:
            return [width / places] * places
        others = (places - 1) * _COLUMN
        widest = _WIDEST * theme.text_scale()
        near = [abs(place - open_at) < 2 for place in range(places)]
        spare = width - _WIDEST - _COLUMN * (sum(near) - 1)
        slim = min(max(spare / max(places - sum(near), 1), _SLIMMEST), _SLIM)
        rooms = [_COLUMN if width - others >= _WIDEST or by else slim for by in near]
        rooms[open_at] = min(max(width - sum(rooms) + _COLUMN, width / 3), widest)
        left = (width - sum(rooms)) / (places - 1)
        return [room if place == open_at else room + left for place, room in enumerate(rooms)]

    @staticmethod
    def most(height: float) -> int:
        """How many units a column has room for."""
        return max(int((height - TOP - BOTTOM) / (TILE + 6)), 1)

    @property
    def tiles(self) -> list[Tile]:
        """Of all columns."""
        return [tile for column in self.columns for tile in column.tiles]

    def _column(
        self, layer: int, middle: float, room: float, units: Sequence[int], count: int, slim: bool, left: float
    ) -> Column:
        top, bottom = TOP, self._size.height() - BOTTOM
        step = min((bottom - top) / max(len(units), 1), _APART)
        first = (top + bottom) / 2 - step * (len(units) - 1) / 2
        tiles = tuple(self._tile(layer, unit, middle, first + row * step) for row, unit in enumerate(units))
        return Column(layer, middle, room, tiles, count - len(units), bottom + 6, slim, left)

    def _around_card(
        self, layer: int, middle: float, room: float, unit: int | None, counts: Sequence[int], wanted: float
    ) -> Column:
        """The units before and behind the unfolded one stand above and below it, the nearest if there are too many."""
        height = self._size.height() - TOP - BOTTOM
        others = counts[layer + 1] - 1 if unit is not None else 0
        high = max(min(wanted, height - PITCH * min(others, 2)), min(_LOWEST, height))
        rows = min(others, int((height - high) / PITCH))
        before, behind = (unit, others - unit) if unit is not None else (0, 0)
        above = min(before, max(rows - behind, rows // 2))
        below = min(behind, rows - above)
        top = TOP + (height - (above + below) * PITCH - high) / 2 + above * PITCH
        self.card = QRectF(middle - room / 2 + 4, top, room - 8, high)
        if unit is None:
            return Column(layer, middle, room)
        tiles = [self._tile(layer, unit - row - 1, middle, top - (row + 0.5) * PITCH) for row in range(above)]
        tiles.append(Tile(layer, unit, self.card))
        tiles += [
            self._tile(layer, unit + row + 1, middle, self.card.bottom() + (row + 0.5) * PITCH) for row in range(below)
        ]
        return Column(layer, middle, room, tuple(tiles), others - above - below, self._size.height() - BOTTOM / 2)

    @staticmethod
    def _tile(layer: int, unit: int, x: float, y: float) -> Tile:
        return Tile(layer, unit, QRectF(x - TILE / 2, y - TILE / 2, TILE, TILE))
