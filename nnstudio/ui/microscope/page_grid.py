"""Where the cards of the page stand: the example at the left of the network, in narrow windows a strip above it."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEvent, QRect
from PySide6.QtWidgets import QFrame, QGridLayout, QLayout, QWidget

from nnstudio.ui import theme
from nnstudio.ui.microscope.card_row import show_title
from nnstudio.ui.microscope.example.card import WIDTH, ExampleCard
from nnstudio.ui.microscope.painting import paint_once
from nnstudio.ui.stage.stage import Stage

NARROW = 1256
"""In windows below 1280 pixels the example is a strip, and the cards below leave the network room."""
_BELOW, _BELOW_FLAT = 0.31, 0.23
"""The cards below have this share of the page's height, whatever they hold: else the network would move with a step."""
_LOW = 640
"""Pages lower than so many pixels, with normal text, need those of the network's title for the network."""
_LEVELS = 4
"""From a number up to the page."""


class PageGrid:
    """The bar above, the example, the network (`main`) beside or below it, and the row of cards below that."""

    def __init__(self, page: QWidget, bar: QWidget, example: ExampleCard, main: QFrame, below: QWidget) -> None:
        self._page, self._example, self.main, self._below = page, example, main, below
        self._grid = QGridLayout(page)
        self._grid.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(10)
        self._grid.addWidget(bar, 0, 0, 1, 2)
        self._grid.setColumnStretch(1, 1)
        self._grid.setRowStretch(2, 1)
        self.fit()

    def room_of_network(self) -> QRect:
        """Where the card of the network lies."""
        self.fit()
        self._grid.activate()
        return self.main.geometry()

    def fit(self) -> None:
        """For the size of the page, and of the text, of now."""
        flat = self._page.width() < NARROW
        self._example.set_flat(flat)
        self._grid.addWidget(self._example, *((1, 0, 1, 2) if flat else (2, 0, 2, 1)))
        for row, card in ((2, self.main), (3, self._below)):
            self._grid.addWidget(card, row, 0 if flat else 1, 1, 2 if flat else 1)
        show_title(self.main, not flat or self._page.height() >= _LOW * theme.text_scale())
        self._grid.setColumnMinimumWidth(0, 0 if flat else round(WIDTH * theme.text_scale()))
        self._below.setFixedHeight(round(self._page.height() * (_BELOW_FLAT if flat else _BELOW)))


@contextmanager
def painted_once(page: QWidget) -> Iterator[None]:
    """Within, a page may change: at the end everything has its place, each picture is drawn for it, and all is painted.
    Each level tells of its new size in an event to the next."""
    with Stage.drawn_once():
        yield
        for _ in range(_LEVELS):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    paint_once(page)
