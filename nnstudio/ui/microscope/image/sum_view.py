"""A sum on a card: its largest products as rows, and what they come to; the rest unfolds into a table."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.core.trace.quantity import Index
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.image.grids import Block, Total
from nnstudio.ui.microscope.sheet import Line, Writing
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.table_dialog import TableDialog

_DIGITS = 6


class ProductRow(QFrame):
    """One product, read out as one element; hovering it, or the focus, tells which cell of the grids it belongs to."""

    pointed = Signal(object)  # Index
    pressed = Signal(object)  # Index

    def __init__(self) -> None:
        super().__init__()
        self.line: Line | None = None
        self.ring: Index | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("role", "product")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._text = QLabel()
        self._text.setProperty("role", "product")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(6, 1, 6, 1)
        inside.addWidget(self._text, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_line(self, line: Line, writing: Writing, ring: Index | None) -> None:
        """This one from now on."""
        self.line, self.ring = line, ring
        known = all(cell.known for cell in line.cells) and (line.result is None or line.result.known)
        parts = [cell.text(writing).rjust(_DIGITS) for cell in line.cells]
        if line.result is not None:
            parts[-1] += f" {line.sign(writing)} {line.result.text(writing).rjust(_DIGITS)}"
        self._text.setText(" × ".join(parts))
        self._text.setEnabled(known)
        names = " × ".join(cell.name for cell in line.cells)
        self.setToolTip(f"{names} = {line.result.value!r}" if known and line.result is not None else "not computed yet")
        self.setAccessibleName(line.spoken())

    def set_lit(self, lit: bool) -> None:
        """Whether it belongs to the cell that is ringed."""
        if self.property("lit") != lit:
            self.setProperty("lit", lit)
            self.style().unpolish(self)
            self.style().polish(self)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.pointed.emit(self.ring)
        super().enterEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.pointed.emit(self.ring)
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit(self.ring)
        super().mousePressEvent(event)


class TotalRow(QFrame):
    """A name and a number; where there is more behind it, the name is a button."""

    def __init__(self) -> None:
        super().__init__()
        self.total: Total | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("role", "line")
        self._name, self.more, self._number = ElidedLabel(), QPushButton(), QLabel()
        self._name.setProperty("role", "small")
        self.more.setProperty("role", "link")
        self.more.setToolTip("Shows all products as a table.")
        self.more.setWhatsThis(MICROSCOPE["more"].html("+ more", self.more.toolTip()))
        self.more.clicked.connect(self._unfold)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(3, 0, 3, 0)
        inside.setSpacing(6)
        inside.addWidget(self._name, 1)
        inside.addWidget(self.more)
        inside.addStretch(0)
        inside.addWidget(self._number, 0, Qt.AlignmentFlag.AlignRight)

    def show_total(self, total: Total, writing: Writing) -> None:
        """This one from now on."""
        self.total = total
        self._name.setText(total.label)
        self._name.setToolTip(total.label)
        self.more.setText(total.label)
        self.more.setAccessibleName(total.label)
        self._name.setVisible(total.unfolds is None)
        self.more.setVisible(total.unfolds is not None)
        self._number.setText(total.cell.text(writing))
        role = "value" if total.large else "figure"
        if self._number.property("role") != role:
            self._number.setProperty("role", role)
            self._number.style().unpolish(self._number)
            self._number.style().polish(self._number)
        self._number.setEnabled(total.cell.known)
        self._number.setToolTip(repr(total.cell.value) if total.cell.known else "not computed yet")
        self.setAccessibleName(total.spoken())

    def _unfold(self) -> None:
        if self.total is not None and self.total.unfolds is not None:
            table = self.total.unfolds()
            TableDialog(table.title, [table], 0, self.window()).open()


class SumView(QWidget):
    """Shows a `Block`; its rows are used again from one to the next.

    pointed, pressed: the cell (channel, row, column) of a product that is hovered or clicked
    """

    pointed = Signal(object)
    pressed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.block = Block("")
        self.products: list[ProductRow] = []
        self.totals: list[TotalRow] = []
        self._title, self._note = QLabel(), QLabel(wordWrap=True)
        self._title.setProperty("role", "part")
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._note.setProperty("role", "caption")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._lower = QWidget()
        self._below = QGridLayout(self._lower)
        self._below.setVerticalSpacing(2)
        self._below.setHorizontalSpacing(24)
        self._below.setContentsMargins(0, 0, 0, 0)
        self._sides = QGridLayout()
        self._sides.setHorizontalSpacing(14)
        self._sides.setVerticalSpacing(4)
        self._sides.addLayout(self._grid, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addLayout(self._sides)
        column.addWidget(self._note)
        column.addStretch(1)
        self._beside: bool | None = None

    def show_block(self, block: Block, writing: Writing, alone: bool, beside: bool) -> None:
        """This one from now on; `alone`: whether it has the whole width; `beside`: whether its totals stand at the
        right of its products, or below them."""
        self.block = block
        self._title.setText(block.title)
        self._title.setToolTip(block.title)
        self._title.setVisible(bool(block.title))
        self._note.setText(block.note)
        self._note.setVisible(bool(block.note))
        self._arrange(len(block.lines), block.columns, beside)
        while len(self.totals) < len(block.totals):
            self.totals.append(TotalRow())
        columns = 2 if alone and not beside and len(block.totals) > 2 else 1
        high = -(-len(block.totals) // columns)
        self._below.setColumnStretch(0, 1)
        self._below.setColumnStretch(1, columns - 1)
        for place, row in enumerate(self.totals):
            if place < len(block.totals):
                self._below.addWidget(row, place % high, place // high)
            row.setVisible(place < len(block.totals))
            if place < len(block.totals):
                row.show_total(block.totals[place], writing)
        for row, line, ring in zip(self.products, block.lines, block.rings, strict=False):
            row.show_line(line, writing, ring)

    def light(self, ring: Index | None) -> None:
        """Mark the product of this cell."""
        for row in self.products:
            row.set_lit(ring is not None and row.ring == ring)

    @property
    def rows(self) -> list[QFrame]:
        """What is read out, in order."""
        return [
            *self.products[: len(self.block.lines)],
            *self.totals[: len(self.block.totals)],
        ]

    def _arrange(self, lines: int, columns: int, beside: bool) -> None:
        while len(self.products) < lines:
            row = ProductRow()
            row.pointed.connect(self.pointed)
            row.pressed.connect(self.pressed)
            self.products.append(row)
        high = -(-lines // columns)
        for place, row in enumerate(self.products):
            if place < lines:  # first, as it would be a window of its own without
                self._grid.addWidget(row, place % high, place // high)
            row.setVisible(place < lines)
        for column in range(3):
            self._grid.setColumnStretch(column, int(column < columns and lines > 0))
        if beside != self._beside:
            self._beside = beside
            self._sides.addWidget(self._lower, 0 if beside else 1, 1 if beside else 0, Qt.AlignmentFlag.AlignTop)
            self._sides.setColumnStretch(0, 5)
            self._sides.setColumnStretch(1, 2 if beside else 0)
