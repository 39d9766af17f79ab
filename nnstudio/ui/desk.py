"""The desk that the cards lie on: which card lies where, and how large it is.

Cards can be dragged, floated, closed and stacked; `arrange` puts them all back in the order in which data flows, from
left to right, with the curves below and what is set at the right. While they lie in this order, the desk keeps their
proportions by itself: pictures grow with the window, controls do not, and what a closed card leaves goes to the
pictures. Where somebody has shifted a border or moved a card, each keeps its own share: a window that was made smaller
and large again looks as before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from nnstudio.ui import theme
from nnstudio.ui.settings import LAYOUT_VERSION
from nnstudio.ui.widgets.card import CardDock

_HORIZONTAL, _VERTICAL = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
_AREA = Qt.DockWidgetArea.TopDockWidgetArea
GAP = 12  # pixels between two cards, as the style sheet says
REST_MILLISECONDS = 400
"""After so long Qt has moved the cards to where they were put."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a card lies: so wide in the window as designed; `grows`: wider in a wider one."""

    card: CardDock
    width: int
    grows: bool = True


@dataclass(frozen=True, slots=True)
class Shares:
    """How large somebody made the cards, on a desk of that size."""

    desk: QSize
    cards: dict[CardDock, QSize]


class Desk(QMainWindow):
    """A main window inside the main window: Qt's docks need one, and ours leaves a margin around them.

    rows: the cards from top to bottom and from left to right; heights: one for each row
    side: the cards at the right of all rows, from top to bottom, as wide as the first; side_heights: one for each
    tabbed: cards that are closed at first, and open as a tab over another one
    """

    def __init__(
        self,
        rows: Sequence[Sequence[Place]],
        heights: Sequence[int],
        side: Sequence[Place] = (),
        side_heights: Sequence[int] = (),
        tabbed: Mapping[CardDock, CardDock] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Widget)
        self._rows = rows
        self._heights = heights
        self._side = side
        self._side_heights = side_heights
        self._tabbed = dict(tabbed or {})
        self._untouched = True
        self._shifted = False
        self._shares: Shares | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MILLISECONDS)
        self._rest.timeout.connect(self._rested)
        self.setDockNestingEnabled(True)
        self._places = [*rows[0], *side, *(place for row in rows[1:] for place in row)]
        self.cards = [*(place.card for place in self._places), *self._tabbed]
        for card in self.cards:
            card.setParent(self)  # in this order, which Tab follows
        self.arrange()
        for card in self.cards:
            card.topLevelChanged.connect(self._touch)
            card.toggleViewAction().toggled.connect(self._toggled)
        for card in self._tabbed:
            card.toggleViewAction().triggered.connect(card.raise_)
            card.toggleViewAction().triggered.connect(self._touch)

    def arrange(self) -> None:
        """Every card in its place, open but for those that open as tabs."""
        for card in self.cards:
            card.setFloating(False)  # while the desk still knows it; afterwards it would stay a window
            self.removeDockWidget(card)
        first = [row[0].card for row in self._rows]
        self.addDockWidget(_AREA, first[0])
        side = [place.card for place in self._side]
        for left, right in zip(first, side[:1], strict=False):
            self.splitDockWidget(left, right, _HORIZONTAL)
        for above, below in (*pairwise(side), *pairwise(first)):
            self.splitDockWidget(above, below, _VERTICAL)
        for row in self._rows:
            for left, right in pairwise(row):
                self.splitDockWidget(left.card, right.card, _HORIZONTAL)
        for place in self._places:
            place.card.show()
        for card, over in self._tabbed.items():
            self.tabifyDockWidget(over, card)
            card.hide()
        self._untouched, self._shifted, self._shares = True, False, None
        self._rest.stop()
        self.settle()

    def restore(self, layout: QByteArray) -> None:
        """Lay the cards as they were saved; a layout that is damaged or of another version changes nothing."""
        if not layout.isEmpty():
            restored = self.restoreState(layout, LAYOUT_VERSION)
            if not restored:
                self.arrange()
            else:
                self._shifted = True
                self._touch()

    def layout_state(self) -> QByteArray:
        """What `restore` takes; empty while the cards lie as they came."""
        return QByteArray() if self._untouched else self.saveState(LAYOUT_VERSION)

    def settle(self) -> None:
        """Give every card its share of the space: that which somebody gave it, or else its own."""
        if self._untouched or (not self._shifted and self._lies_as_designed()):
            self._settle_as_designed()
        elif self._shares is not None:
            self._settle_as_remembered(self._shares)

    def _settle_as_designed(self) -> None:
        space = self.width()
        side = [(place.card, height) for place, height in zip(self._side, self._side_heights, strict=True)]
        if side := [(card, height) for card, height in side if self._lies(card)]:
            width = self._side[0].width * min(space / self._designed_width(), 1) * theme.text_scale()
            self.resizeDocks([card for card, _ in side], [round(width)] * len(side), _HORIZONTAL)
            self.resizeDocks([card for card, _ in side], [height for _, height in side], _VERTICAL)
            space -= round(width) + GAP
        first: dict[QDockWidget, int] = {}
        for places, height in zip(self._rows, self._heights, strict=True):
            if row := [place for place in places if self._lies(place.card)]:
                self.resizeDocks([place.card for place in row], _widths(row, space), _HORIZONTAL)
                first[row[0].card] = height
        self.resizeDocks(list(first), list(first.values()), _VERTICAL)

    def _lies(self, card: CardDock) -> bool:
        """Whether it takes room on the desk; before the window is shown, all do."""
        return not card.isHidden() and not card.isFloating()

    def _lies_as_designed(self) -> bool:
        """Whether what lies here has the order of the rows and of the side, whatever the sizes."""
        rows = [[place.card.geometry() for place in row if self._lies(place.card)] for row in self._rows]
        side = [place.card.geometry() for place in self._side if self._lies(place.card)]
        edge = min((rect.left() for rect in side), default=self.width() + GAP)
        in_rows = all(len({rect.top() for rect in row}) <= 1 for row in rows)
        across = all(left.right() < right.left() for row in rows for left, right in pairwise(row))
        down = all(a.bottom() < b.top() for a, b in (*pairwise(side), *pairwise(row[0] for row in rows if row)))
        tabs = all(over in self.tabifiedDockWidgets(card) for card, over in self._tabbed.items() if self._lies(card))
        return tabs and in_rows and across and down and all(rect.right() < edge for row in rows for rect in row)

    def _designed_width(self) -> int:
        places = (*self._rows[0], *self._side[:1])
        return sum(place.width for place in places) + GAP * (len(places) - 1)

    def _settle_as_remembered(self, shares: Shares) -> None:
        across, down = self.width() / shares.desk.width(), self.height() / shares.desk.height()
        grows = {place.card: place.grows for place in self._places}
        lying = {card: size for card, size in shares.cards.items() if self._lies(card)}
        widths = [
            round(size.width() * (across if grows.get(card, True) else min(across, 1))) for card, size in lying.items()
        ]
        heights = [round(size.height() * down) for size in lying.values()]
        cards: list[QDockWidget] = list(lying)
        self.resizeDocks(cards, widths, _HORIZONTAL)
        self.resizeDocks(cards, heights, _VERTICAL)

    def _rested(self) -> None:
        """A card was closed, floated or put somewhere, and lies there now."""
        if not self._shifted and self._lies_as_designed():
            self._settle_as_designed()
        else:
            self._remember()

    def _remember(self) -> None:
        """What somebody has made of the desk is how it is to be."""
        self._shares = Shares(self.size(), {card: card.size() for card in self.cards if self._lies(card)})

    def _toggled(self, shown: bool) -> None:
        if not shown or not self._untouched:
            self._touch()

    def _touch(self) -> None:
        self._untouched, self._shares = False, None
        self._rest.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.settle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.settle()

    def event(self, event: QEvent) -> bool:
        # The desk itself can only be grasped between two cards, to shift their border.
        if event.type() == QEvent.Type.MouseButtonPress:
            self._shifted = True
            self._touch()
        handled = super().event(event)
        if event.type() == QEvent.Type.MouseButtonRelease and self._shifted:
            self._remember()
        return handled


def _widths(row: Sequence[Place], space: int) -> list[int]:
    """How wide each card of a row is, where the whole row has so much space."""
    space -= GAP * (len(row) - 1)
    ratio = space / sum(place.width for place in row)
    fixed = {place.card: place.width * min(ratio, 1) * theme.text_scale() for place in row if not place.grows}
    growing = sum(place.width for place in row if place.grows)
    if not growing:
        return [round(place.width * ratio) for place in row]
    rest = (space - sum(fixed.values())) / growing
    return [round(fixed.get(place.card, place.width * rest)) for place in row]
