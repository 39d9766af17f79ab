"""What every picture of a network can do, whatever its data are."""

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.run.frame import Frame
from nnstudio.ui.views.network.column import Column, LinkSpot, Spot


@dataclass(frozen=True, slots=True)
class Place:
    """Where a diagram is built: the parent of its items, the room it has, from which unit on each column shows, and the
    screen's pixels to a logical one."""

    parent: QGraphicsItem
    area: QRectF
    firsts: tuple[int, ...]
    ratio: float


class Diagram(Protocol):
    """A picture of a network, built for one size and one structure; frames of that structure can be shown in it."""

    columns: tuple[Column, ...]

    def show(self, frame: Frame, looked_at: Spot | LinkSpot | None) -> None:
        """Show this frame, with an eye on one unit or link."""
        ...

    def picture(self, spot: Spot) -> QImage | None:
        """What a unit shows, to be enlarged."""
        ...

    def link_at(self, point: QPointF) -> LinkSpot | None:
        """The link at a point."""
        ...
