"""The desk that the cards lie on: which card lies where, and how large it is.

Cards can be dragged, floated, closed and stacked; `arrange` puts them all back in the order in which data flows, from
left to right, with the curves below.
"""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from nnstudio.ui.settings import LAYOUT_VERSION
from nnstudio.ui.widgets.card import CardDock

Rows = Sequence[Sequence[tuple[CardDock, int]]]
"""The cards from top to bottom and from left to right, each with its share of the width."""

_HORIZONTAL, _VERTICAL = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
_AREA = Qt.DockWidgetArea.TopDockWidgetArea


class Desk(QMainWindow):
    """A main window inside the main window: Qt's docks need one, and ours leaves a margin around them."""

    def __init__(self, rows: Rows, heights: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Widget)
        self._rows = rows
        self._heights = heights
        self._placed = False
        self.setDockNestingEnabled(True)
        self.cards = [card for row in rows for card, _ in row]
        self.arrange()

    def arrange(self) -> None:
        """Every card in its place, open."""
        for card in self.cards:
            self.removeDockWidget(card)
            card.setFloating(False)
        first = [row[0][0] for row in self._rows]
        self.addDockWidget(_AREA, first[0])
        for above, below in pairwise(first):
            self.splitDockWidget(above, below, _VERTICAL)
        for row in self._rows:
            for (left, _), (right, _) in pairwise(row):
                self.splitDockWidget(left, right, _HORIZONTAL)
        for card in self.cards:
            card.show()
        self._share_space()

    def restore(self, layout: QByteArray) -> bool:
        """Lay the cards as they were saved; a layout that is damaged or of another version changes nothing."""
        if layout.isEmpty():
            return False
        self._placed = self.restoreState(layout, LAYOUT_VERSION)
        if not self._placed:
            self.arrange()
        return self._placed

    def layout_state(self) -> QByteArray:
        """What `restore` takes."""
        return self.saveState(LAYOUT_VERSION)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._placed:
            # Shares mean nothing before the window has its size.
            self._placed = True
            self._share_space()

    def _share_space(self) -> None:
        for row in self._rows:
            self.resizeDocks([card for card, _ in row], [share for _, share in row], _HORIZONTAL)
        self.resizeDocks([row[0][0] for row in self._rows], list(self._heights), _VERTICAL)
