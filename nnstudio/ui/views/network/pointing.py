"""What somebody looks at: the pinned unit, else the one under the pointer, else the one that the keys have reached."""

from PySide6.QtCore import QPointF, Qt

from nnstudio.ui.views.network.column import Column, LinkSpot, Spot, neighbour

_Key = Qt.Key
WALK = frozenset({_Key.Key_Left, _Key.Key_Right, _Key.Key_Up, _Key.Key_Down, _Key.Key_Home, _Key.Key_End})
PIN = frozenset({_Key.Key_Return, _Key.Key_Enter})
LET_GO = _Key.Key_Escape


class Pointing:
    """Pointer, keyboard cursor and pin. Units are numbers here, so all of them survive new frames and scrolling."""

    def __init__(self) -> None:
        self.hovered: Spot | LinkSpot | None = None
        self.pointer = QPointF()
        self.pinned: Spot | LinkSpot | None = None
        self.cursor: Spot | None = None

    def looked_at(self, has_keys: bool) -> Spot | LinkSpot | None:
        """What the note is about; the cursor counts only while the keys are here."""
        return self.pinned or self.hovered or (self.cursor if has_keys else None)

    def clear(self) -> None:
        """Look at nothing."""
        self.hovered = self.pinned = self.cursor = None

    def hover(self, spot: Spot | LinkSpot | None, pointer: QPointF) -> bool:
        """The pointer is over this now; says whether anything changes in the picture."""
        moved = spot != self.hovered or isinstance(spot, LinkSpot)
        self.hovered, self.pointer = spot, pointer
        return moved

    def choose(self, spot: Spot | LinkSpot | None) -> None:
        """Pin this, or let it go if it was pinned already."""
        self.pinned = None if spot == self.pinned else spot
        if isinstance(spot, Spot):
            self.cursor = spot

    def walk(self, columns: tuple[Column, ...], key: Qt.Key) -> Spot:
        """Move the cursor by one key; a pinned unit's note goes along."""
        if self.cursor is None:
            self.cursor = Spot(0, columns[0].first)
        else:
            self.cursor = neighbour(columns, self.cursor, key)
        if self.pinned is not None:
            self.pinned = self.cursor
        self.hovered = None
        return self.cursor


def spot_at(columns: tuple[Column, ...], point: QPointF) -> Spot | None:
    """The unit at a point."""
    for index, column in enumerate(columns):
        unit = column.unit_at(point)
        if unit is not None:
            return Spot(index, unit)
    return None
