"""The desk that the cards lie on: which card lies where, and how large it is.

Cards can be dragged, floated, closed and stacked; `arrange` puts them all back in the order in which data flows, from
left to right, with the curves below. Until somebody moves something, the desk keeps the proportions of the window by
itself: pictures grow with it, controls do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QByteArray, QEvent, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from nnstudio.ui import theme
from nnstudio.ui.settings import LAYOUT_VERSION
from nnstudio.ui.widgets.card import CardDock

_HORIZONTAL, _VERTICAL = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
_AREA = Qt.DockWidgetArea.TopDockWidgetArea
GAP = 10  # pixels between two cards, as the style sheet says


@dataclass(frozen=True, slots=True)
class Place:
    """Where a card lies: so wide in the window as designed; `grows`: wider in a wider one."""

    card: CardDock
    width: int
    grows: bool = True


class Desk(QMainWindow):
    """A main window inside the main window: Qt's docks need one, and ours leaves a margin around them.

    rows: the cards from top to bottom and from left to right; heights: one for each row
    """

    def __init__(self, rows: Sequence[Sequence[Place]], heights: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Widget)
        self._rows = rows
        self._heights = heights
        self._untouched = True
        self.setDockNestingEnabled(True)
        self.cards = [place.card for row in rows for place in row]
        for card in self.cards:
            card.setParent(self)  # in this order, which Tab follows
        self.arrange()
        for card in self.cards:
            card.topLevelChanged.connect(self._touch)
            card.toggleViewAction().toggled.connect(self._toggled)

    def arrange(self) -> None:
        """Every card in its place, open."""
        for card in self.cards:
            card.setFloating(False)  # while the desk still knows it; afterwards it would stay a window
            self.removeDockWidget(card)
        first = [row[0].card for row in self._rows]
        self.addDockWidget(_AREA, first[0])
        for above, below in pairwise(first):
            self.splitDockWidget(above, below, _VERTICAL)
        for row in self._rows:
            for left, right in pairwise(row):
                self.splitDockWidget(left.card, right.card, _HORIZONTAL)
        for card in self.cards:
            card.show()
        self._untouched = True
        self.settle()

    def restore(self, layout: QByteArray) -> None:
        """Lay the cards as they were saved; a layout that is damaged or of another version changes nothing."""
        if not layout.isEmpty():
            restored = self.restoreState(layout, LAYOUT_VERSION)
            if not restored:
                self.arrange()
            self._untouched = not restored

    def layout_state(self) -> QByteArray:
        """What `restore` takes; empty while the cards lie as they came."""
        return QByteArray() if self._untouched else self.saveState(LAYOUT_VERSION)

    def settle(self) -> None:
        """Give every card its share of the space, unless somebody has given them other shares."""
        if not self._untouched:
            return
        for row in self._rows:
            self.resizeDocks([place.card for place in row], self._widths(row), _HORIZONTAL)
        self.resizeDocks([row[0].card for row in self._rows], list(self._heights), _VERTICAL)

    def _widths(self, row: Sequence[Place]) -> list[int]:
        space = self.width() - GAP * (len(row) - 1)
        ratio = space / sum(place.width for place in row)
        fixed = {place.card: place.width * min(ratio, theme.text_scale()) for place in row if not place.grows}
        growing = sum(place.width for place in row if place.grows)
        rest = (space - sum(fixed.values())) / growing
        return [round(fixed.get(place.card, place.width * rest)) for place in row]

    def _toggled(self, shown: bool) -> None:
        if not shown:
            self._touch()

    def _touch(self) -> None:
        self._untouched = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.settle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.settle()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress:
            self._touch()  # the desk itself can only be grasped between two cards, to shift their border
        return super().event(event)
