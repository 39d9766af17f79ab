"""The card of one map of an image layer: number grids, and below them the sums that they are made of."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.trace.quantity import Index
from nnstudio.ui import theme
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.image.grids import ImageSheet, State
from nnstudio.ui.microscope.image.number_grid import HEAD, NumberGrid
from nnstudio.ui.microscope.image.sum_view import SumView
from nnstudio.ui.microscope.number_chip import NumberChip
from nnstudio.ui.microscope.parts import label
from nnstudio.ui.microscope.sheet import Writing
from nnstudio.ui.microscope.table_menu import copy
from nnstudio.ui.microscope.unit_card import WRITINGS
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.segmented import SegmentedSwitch

_MOST_BLOCKS = 3
_LEAST_HEIGHT = 96.0
_BETWEEN, _BAR = 12, 10
"""Pixels between a grid and a sign, and for the bar that scrolls."""


class ImageUnit(QFrame):
    """Shows an `ImageSheet`.

    ringed: the cell (row, column) that somebody rings in a grid; channel_chosen: the map before that is looked at;
    product_chosen: the cell (channel, row, column) of a product that was clicked; written: another writing was chosen
    """

    ringed = Signal(int, int)
    channel_chosen = Signal(int)
    product_chosen = Signal(object)
    written = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "unit")
        self.sheet = ImageSheet("", "")
        self.writing = Writing.DIGITS
        self._narrow = False
        self.title, self.subtitle = QLabel(), QLabel()
        self.title.setProperty("role", "heading")
        self.subtitle.setProperty("role", "subtitle")
        self.channel = QComboBox()
        self.channel.setAccessibleName("Channel")
        self.channel.setToolTip("Which of the maps before this layer is looked at.")
        self.channel.setWhatsThis(MICROSCOPE["Channel"].html("Channel", self.channel.toolTip()))
        self.channel.setProperty("role", "compact")
        self.channel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.channel.activated.connect(self.channel_chosen)
        self.writings = SegmentedSwitch(
            [writing.value for writing in WRITINGS],
            ["Names in place of numbers.", "Three digits after the point.", "All digits that were calculated with."],
        )
        self.writings.set_current(WRITINGS.index(self.writing))
        self.writings.currentChanged.connect(self._write)
        head = QHBoxLayout()
        head.setSpacing(8)
        for widget in (self.title, self.subtitle):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.channel)
        head.addWidget(self.writings)
        self._headline = QWidget()
        self._said: object = None
        self.grids = [NumberGrid() for _ in range(3)]
        self._signs = [QLabel() for _ in range(2)]
        self._row = QHBoxLayout()
        self._row.setSpacing(_BETWEEN)
        for place, grid in enumerate(self.grids):
            grid.ringed.connect(self.ringed)
            self._row.addWidget(grid, 0, Qt.AlignmentFlag.AlignTop)
            if place < len(self._signs):
                self._signs[place].setProperty("role", "operator-small")
                self._row.addWidget(self._signs[place], 0, Qt.AlignmentFlag.AlignCenter)
        self._row.addStretch(1)
        self.sums = [SumView() for _ in range(_MOST_BLOCKS)]
        self._sums = QHBoxLayout()
        self._sums.setSpacing(16)
        for view in self.sums:
            view.pointed.connect(self._point)
            view.pressed.connect(self.product_chosen)
            self._sums.addWidget(view, 1)
        self._note = QLabel(wordWrap=True)
        self._note.setProperty("role", "caption")
        body = QWidget()
        self._body = QVBoxLayout(body)
        self._body.setContentsMargins(0, 0, _BAR, 0)
        self._body.setSpacing(8)
        self._body.addWidget(self._headline)
        self._body.addLayout(self._row)
        self._body.addLayout(self._sums)
        self._body.addWidget(self._note)
        self._body.addStretch(1)
        self._scroll = _Scroll()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(body)
        for ground in (body, self._scroll.viewport()):
            ground.setAutoFillBackground(False)  # the card's own shines through
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 10, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        QShortcut(QKeySequence.StandardKey.Copy, self, self.copy, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def show_sheet(self, sheet: ImageSheet) -> None:
        """This one from now on."""
        self.sheet = sheet
        self.title.setText(sheet.title)
        self.subtitle.setText(sheet.subtitle)
        self.setAccessibleName(f"{sheet.title}, {sheet.subtitle}")
        self._show_channels(sheet)
        self._show_headline(sheet)
        for place, view in enumerate(self.sums):
            view.setVisible(place < len(sheet.blocks))
            if place < len(sheet.blocks):
                block, alone = sheet.blocks[place], len(sheet.blocks) == 1
                if self._narrow and not alone:
                    block = replace(block, columns=1)
                self._sums.setStretch(place, block.columns)
                view.show_block(block, self.writing, alone, alone and not self._narrow)
        self._note.setText(sheet.note)
        self._note.setVisible(bool(sheet.note))
        self._show_grids_later()
        self._light()

    def be_narrow(self, narrow: bool) -> None:
        """Whether there is little room: then sums stand below their products."""
        if narrow != self._narrow:
            self._narrow = narrow
            self.show_sheet(self.sheet)

    @property
    def rows(self) -> list[QFrame]:
        """The lines of the working, in order, each read out as one element."""
        return [row for place, view in enumerate(self.sums) if place < len(self.sheet.blocks) for row in view.rows]

    def table(self) -> Table:
        """All numbers as rows: which grid or sum, which number of it, and its value."""
        rows: list[list[str | float]] = []
        for grid in self.sheet.grids:
            for row, column in np.ndindex(*grid.values.shape):
                known = grid.state(row, column) in (State.KNOWN, State.DROPPED)
                value = float(grid.values[row, column]) if known else grid.text(row, column)
                rows.append([grid.title, grid.name(row, column), value])
        for block in self.sheet.blocks:
            for line in block.lines:
                if line.result is not None:
                    names = " × ".join(cell.name for cell in line.cells)
                    rows.append([block.title, names, line.result.value if line.result.known else "–"])
            rows += [[block.title, each.label, each.cell.value if each.cell.known else "–"] for each in block.totals]
        return Table(f"{self.sheet.title}, {self.sheet.subtitle}", ["part", "number", "value"], rows)

    def copy(self) -> None:
        """Put the table into the clipboard."""
        copy(self.table())

    # ------------------------------------------------------------------------------------------------------------------

    def _write(self, index: int) -> None:
        self.writing = WRITINGS[index]
        self.show_sheet(self.sheet)

    def _show_channels(self, sheet: ImageSheet) -> None:
        self.channel.setVisible(sheet.channels > 1)
        if self.channel.count() != sheet.channels:
            self.channel.clear()
            self.channel.addItems([f"channel {place + 1} of {sheet.channels}" for place in range(sheet.channels)])
        self.channel.setCurrentIndex(sheet.channel)

    def _show_headline(self, sheet: ImageSheet) -> None:
        said = sheet.headline, self.writing
        if said == self._said:
            return
        self._said = said
        fresh = QWidget()
        row = QHBoxLayout(fresh)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addStretch(1)
        for sign, cell, caption in sheet.headline:
            if sign:
                row.addWidget(label("operator", sign))
            column = QVBoxLayout()
            column.setSpacing(1)
            chip = NumberChip(cell, self.writing, large=True)
            chip.setToolTip(f"{cell.name} = {cell.value!r}" if cell.known else "not computed yet")
            column.addWidget(chip, 0, Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label("caption", caption), 0, Qt.AlignmentFlag.AlignHCenter)
            row.addLayout(column)
        row.addStretch(1)
        self._body.replaceWidget(self._headline, fresh)
        self._headline.hide()
        self._headline.deleteLater()
        self._headline = fresh
        fresh.setVisible(bool(sheet.headline))

    def _show_grids_later(self) -> None:
        """Once, when the layouts are settled: until then the size of this card may change more than once."""
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.LayoutRequest))

    def _show_grids(self) -> None:
        sheet = self.sheet
        side = self._side()
        room = (self._scroll.width() - _BAR - self._width_of_signs()) / max(len(sheet.grids), 1)
        for place, grid in enumerate(self.grids):
            there = place < len(sheet.grids)
            if there:
                grid.follows_the_mouse = not sheet.slides
                grid.show_grid(sheet.grids[place], sheet.ring, side, room)
            grid.setVisible(there)
        for place, sign in enumerate(self._signs):
            sign.setVisible(place + 1 < len(sheet.grids))
            sign.setText(sheet.signs[place] if place < len(sheet.signs) else "")

    def _side(self) -> float:
        """How wide a cell is: so that the grids stand side by side and leave room for the rows below."""
        grids = self.sheet.grids
        if not grids:
            return 0.0
        columns = sum(grid.values.shape[1] for grid in grids)
        rows = max(grid.values.shape[0] for grid in grids)
        head = HEAD * theme.text_scale()
        height = max(0.44 * self._scroll.height() - head, _LEAST_HEIGHT)
        if not self.sheet.headline:
            height = max(height, 0.5 * self._scroll.height() - head)
        return min((self._scroll.width() - _BAR - 2 - self._width_of_signs()) / columns, height / rows)

    def _width_of_signs(self) -> int:
        metrics = self._signs[0].fontMetrics()
        return sum(metrics.horizontalAdvance(sign) + 2 * _BETWEEN for sign in self.sheet.signs)

    def _point(self, ring: Index | None) -> None:
        if ring is not None and ring[0] == self.sheet.channel:
            self.ringed.emit(ring[1], ring[2])

    def ring(self, cell: tuple[int, int]) -> None:
        """Ring this cell everywhere, where nothing else depends on it."""
        self.sheet = replace(self.sheet, ring=cell)
        for grid in self.grids[: len(self.sheet.grids)]:
            grid.ring_cell(cell)
        self._light()

    def _light(self) -> None:
        cell = self.sheet.ring
        for view in self.sums:
            view.light((self.sheet.channel, *cell) if cell is not None else None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_grids_later()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._show_grids()
        return done


class _Scroll(QScrollArea):
    """Scrolls by the wheel and its bar; the arrow keys are the microscope's."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
