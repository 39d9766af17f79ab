"""What somebody looks at: the pinned unit, else the one under the pointer, else the one that the keys have reached."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, Qt

from nnstudio.ui.views.network.column import Column, LinkSpot, Spot, neighbour

_Key = Qt.Key
WALK = frozenset({_Key.Key_Left, _Key.Key_Right, _Key.Key_Up, _Key.Key_Down, _Key.Key_Home, _Key.Key_End})
PIN = frozenset({_Key.Key_Return, _Key.Key_Enter})
LINKS = frozenset({_Key.Key_Up, _Key.Key_Down})
"""With Shift: over the links into a unit."""
LET_GO = _Key.Key_Escape


class Pointing:
    """Pointer, keyboard cursor and pin. Units are numbers here, so all of them survive new frames and scrolling."""

    def __init__(self) -> None:
        self.hovered: Spot | LinkSpot | None = None
        self.pointer = QPointF()
        self.pinned: Spot | LinkSpot | None = None
        self.cursor: Spot | LinkSpot | None = None

    def looked_at(self, has_keys: bool) -> Spot | LinkSpot | None:
        """What the note is about; the cursor counts only while the keys are here."""
        return self.pinned or self.hovered or (self.cursor if has_keys else None)

    def clear(self) -> None:
        """Look at nothing."""
        self.hovered = self.pinned = self.cursor = None

    def unpin(self) -> None:
        """Let go of what is pinned; the cursor stays there."""
        self.hovered = self.pinned = None

    def carry(self, moved: Mapping[int, int], counts: Sequence[int]) -> None:
        """The layers are others now: go along with what stays, let go of what is gone.

        moved: where each column that stays has gone; counts: how many units each column has now
        """

        def stays(column: int, unit: int) -> bool:
            return column in moved and unit < counts[moved[column]]

        def followed(spot: Spot | LinkSpot | None) -> Spot | LinkSpot | None:
            if spot is None or not stays(spot.column, spot.unit):
                return None
            column = moved[spot.column]
            if isinstance(spot, Spot):
                return Spot(column, spot.unit)
            linked = stays(spot.column - 1, spot.source) and moved[spot.column - 1] == column - 1
            return LinkSpot(column, spot.source, spot.unit) if linked else None

        self.hovered, self.pinned, self.cursor = map(followed, (self.hovered, self.pinned, self.cursor))

    def hover(self, spot: Spot | LinkSpot | None, pointer: QPointF) -> bool:
        """The pointer is over this now; says whether anything changes in the picture."""
        moved = spot != self.hovered or isinstance(spot, LinkSpot)
        self.hovered, self.pointer = spot, pointer
        return moved

    def choose(self, spot: Spot | LinkSpot | None) -> None:
        """Pin this, or let it go if it was pinned already."""
        self.pinned = None if spot == self.pinned else spot
        if spot is not None:
            self.cursor = spot

    def walk(self, columns: tuple[Column, ...], key: Qt.Key) -> Spot | LinkSpot:
        """Move the cursor by one key, from unit to unit; what is pinned goes along."""
        if self.cursor is None:
            return self._go(Spot(0, columns[0].first))
        here = self.cursor
        return self._go(neighbour(columns, Spot(here.column, here.unit), key))

    def walk_links(self, sources: int, key: Qt.Key) -> Spot | LinkSpot | None:
        """Move the cursor over the links into its unit, of so many `sources`: from the unit to the first or the last of
        them, and from one to the next; beyond them back to the unit."""
        here = self.cursor
        if here is None:
            return here
        step = 1 if key == _Key.Key_Down else -1
        at = here.source + step if isinstance(here, LinkSpot) else 0 if step > 0 else sources - 1
        if 0 <= at < sources:
            return self._go(LinkSpot(here.column, at, here.unit))
        return self._go(Spot(here.column, here.unit))

    def _go(self, spot: Spot | LinkSpot) -> Spot | LinkSpot:
        self.cursor, self.hovered = spot, None
        if self.pinned is not None:
            self.pinned = spot
        return spot


def spot_at(columns: tuple[Column, ...], point: QPointF) -> Spot | None:
    """The unit at a point."""
    for index, column in enumerate(columns):
        unit = column.unit_at(point)
        if unit is not None:
            return Spot(index, unit)
    return None
