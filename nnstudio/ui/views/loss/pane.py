"""The part of the loss curves that can be looked at more closely: pyqtgraph's view box, with the mouse as it knows it.

What lies inside is still painted by Qt alone: the box is told to have no contents of its own and to clip nothing, so
Qt asks none of its Python methods while it paints, and a native rectangle around it clips instead.
"""

from pyqtgraph import ViewBox, setConfigOptions
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem

from nnstudio.ui.stage import items

# Each move of the mouse counts; at the end the program takes itself apart, in an order of its own.
setConfigOptions(mouseRateLimit=0, exitCleanup=False)

_UPDATES_AT_LEAST = 10.0
_ALL = 1 - 1e-6
_BESIDE = 2.0
"""Room for the width of a line at the right and on the borders of the axis."""


class Pane:
    """Updates to the right, and upwards shares of the axis's height, from 0 to 1: only updates are zoomed.

    item: the native rectangle that holds it; box: the view box; closer: whether not all updates are in sight
    """

    def __init__(self) -> None:
        flags = QGraphicsItem.GraphicsItemFlag
        self.item = QGraphicsRectItem()
        self.item.setPen(items.NO_PEN)
        self.item.setFlag(flags.ItemClipsChildrenToShape)
        self.box = ViewBox(self.item, enableMenu=False, defaultPadding=0.0)
        self.box.setFlag(flags.ItemHasNoContents)
        self.box.setFlag(flags.ItemClipsChildrenToShape, False)
        self.box.setFlag(flags.ItemIsFocusable, False)
        self.box.setMouseEnabled(x=True, y=False)
        self.box.setRange(xRange=(0, 1), yRange=(0, 1), padding=0)
        self.closer = False
        self._whole = 0.0
        self._inside = QGraphicsRectItem()

    def renew(self, parent: QGraphicsItem) -> QGraphicsItem:
        """Belong to another picture, with nothing inside; returns the parent of what shall be there."""
        self.box.removeItem(self._inside)
        self._inside = QGraphicsRectItem()
        self.box.addItem(self._inside, ignoreBounds=True)
        self.item.setParentItem(parent)
        return self._inside

    def place(self, area: QRectF) -> None:
        """Lie here, in logical pixels of the picture."""
        if area != self.box.geometry():
            self.item.setRect(area.adjusted(0, -_BESIDE, _BESIDE, _BESIDE))
            self.box.setGeometry(area)
            self.box.updateMatrix()

    def cover(self, whole: float) -> tuple[float, float]:
        """There are so many updates from now on; returns the first and the last in sight."""
        known, self._whole = self._whole, whole
        if whole == known and self.box.viewRange()[0] == [0.0, whole]:
            return 0.0, whole
        self.box.setLimits(xMin=0.0, xMax=whole, minXRange=min(_UPDATES_AT_LEAST, whole))
        if not self.closer:
            self.box.setXRange(0.0, whole, padding=0)
        # The view box would wait for a view of pyqtgraph's own to be painted.
        self.box.updateMatrix()
        start, end = self.box.viewRange()[0]
        return start, end

    def looked(self) -> None:
        """The view box was zoomed or moved: find out whether all is in sight now."""
        start, end = self.box.viewRange()[0]
        self.closer = end - start < self._whole * _ALL

    def zoom(self, factor: float, about: float | None) -> None:
        """So many times as many updates in sight, with one of them in its place, or the one in the middle."""
        self.box.scaleBy(x=factor, center=None if about is None else (about, 0.5))

    def reach(self, update: float) -> None:
        """Move until this update is in sight."""
        start, end = self.box.viewRange()[0]
        self.box.translateBy(x=min(update - start, 0.0) or max(update - end, 0.0))
