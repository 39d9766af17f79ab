"""The row of cards below the network: side by side where there is room, else one at a time behind a switch."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui import theme
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.widgets.segmented import SegmentedSwitch

NARROW = 300
"""A card needs so many pixels of width, at the usual size of text, or as many as it says."""


def titled(title: str, body: QWidget, *beside: QWidget) -> QFrame:
    """A card with a title, small widgets at the right of it, and a body."""
    frame = QFrame()
    frame.setProperty("role", "sheet")
    column = QVBoxLayout(frame)
    column.setContentsMargins(14, 10, 14, 12)
    column.setSpacing(8)
    label = QLabel(title.upper())
    label.setObjectName("title")
    label.setProperty("role", "section")
    row = QHBoxLayout()
    row.addWidget(label)
    row.addStretch(1)
    for widget in beside:
        row.addWidget(widget)
    column.addLayout(row)
    column.addWidget(body, 1)
    return frame


def show_title(card: QFrame, shown: bool) -> None:
    """Whether a card needs its title, or something else says what it is."""
    title = card.findChild(QLabel, "title")
    if isinstance(title, QLabel):
        title.setVisible(shown)


def scrolling(text: QLabel) -> QScrollArea:
    """Words that may be long, lest they take the room of the network."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(text)
    for ground in (text, area.viewport()):
        ground.setAutoFillBackground(False)
    return area


class Pages(QStackedWidget):
    """Widgets in the same place, one of which is shown."""

    def __init__(self, *pages: QWidget) -> None:
        super().__init__()
        for page in pages:
            self.addWidget(page)

    def turn_to(self, page: QWidget, heir: QWidget) -> None:
        """Show this one; if the focus was on the one before, `heir` has it."""
        left, focus = self.currentWidget(), self.window().focusWidget()
        if left is not page:
            if left is not None and focus is not None and (left is focus or left.isAncestorOf(focus)):
                heir.setFocus()
            self.setCurrentWidget(page)


class CardRow(QWidget):
    """Shows some of its cards, each with a short name for the switch and a share of the width.

    switch: where there is room for one card only, else None
    """

    def __init__(self, cards: Sequence[tuple[str, QFrame, int]]) -> None:
        super().__init__()
        self._all = {name: (card, share) for name, card, share in cards}
        self._shown: tuple[str, ...] = ()
        self._front = ""
        self.switch: SegmentedSwitch | None = None
        self._grid = QGridLayout(self)
        self._grid.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        for card, _ in self._all.values():
            card.setParent(self)
            card.hide()

    def show_cards(self, *names: str) -> None:
        """These from now on."""
        if names != self._shown:
            self._shown = names
            self._arrange()

    def bring_forward(self, name: str) -> None:
        """Where there is room for one only: this."""
        self._front = name
        if self.switch is not None and name in self._shown:
            self.switch.set_current(self._shown.index(name))

    @property
    def is_narrow(self) -> bool:
        """Whether there is room for one card only."""
        narrow = round(NARROW * theme.text_scale())
        return self.width() < sum(max(narrow, self._all[name][0].minimumSizeHint().width()) for name in self._shown)

    def _arrange(self) -> None:
        """Give the cards their places. What stays is neither hidden nor shown: each of both lays the page out anew."""
        narrow = self.is_narrow
        for name, (card, _) in self._all.items():
            if name not in self._shown:
                self._grid.removeWidget(card)
                card.hide()
        if self.switch is not None:
            self.switch.hide()
            self.switch.deleteLater()
            self.switch = None
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        self._grid.setRowStretch(0, 0 if narrow else 1)
        self._grid.setRowStretch(1, 1 if narrow else 0)
        for column, name in enumerate(self._shown):
            card, share = self._all[name]
            show_title(card, not narrow)
            self._grid.addWidget(card, *((1, 0) if narrow else (0, column)))
            self._grid.setColumnStretch(0 if narrow else column, 1 if narrow else share)
        if narrow:
            self.switch = SegmentedSwitch(list(self._shown), [f"Bring “{name}” forward." for name in self._shown])
            for place, name in enumerate(self._shown):
                self.switch.button(place).setWhatsThis(MICROSCOPE["Cards"].html(name))
            self.switch.setParent(self)
            self.switch.set_current(self._shown.index(self._front) if self._front in self._shown else 0)
            self.switch.currentChanged.connect(self._turn)
            self._grid.addWidget(self.switch, 0, 0)
            self.switch.show()
            self._turn(self.switch.current())
        else:
            for name in self._shown:
                self._all[name][0].show()

    def _turn(self, index: int) -> None:
        self._front = self._shown[index]
        for name in self._shown:
            self._all[name][0].setVisible(name == self._front)

    def minimumSizeHint(self) -> QSize:
        """It takes the width that there is: where that is not enough for all cards, they go behind the switch."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._shown and self.is_narrow != (self.switch is not None):
            self._arrange()
