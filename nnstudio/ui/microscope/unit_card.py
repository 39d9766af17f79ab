"""The unfolded unit: the equation of the phase in large numbers, and below it the parts of the working side by side."""

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.microscope.curve_stage import CurveStage
from nnstudio.ui.microscope.number_chip import NumberChip
from nnstudio.ui.microscope.sheet import Cell, Line, Part, Sheet, Writing
from nnstudio.ui.widgets.segmented import SegmentedSwitch

_RINGED = "①②③④⑤"
WRITINGS = tuple(Writing)


class LineRow(QFrame):
    """One line of the working, read out as one element."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("role", "line")
        self.setAccessibleName(f"{line.label}: {line.spoken()}" if line.label else line.spoken())


class UnitCard(QFrame):
    """Shows a `Sheet`; what is hovered on it is told, and what is hovered elsewhere is lit.

    writing: how all numbers are written, algebra, digits or in full
    """

    pointed = Signal(object)  # Place | None
    pressed = Signal(object)  # Place

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "unit")
        self.writing = Writing.DIGITS
        self._sheet = Sheet("", "")
        self.title, self.subtitle = QLabel(), QLabel()
        self.title.setProperty("role", "heading")
        self.subtitle.setProperty("role", "subtitle")
        self.writings = SegmentedSwitch(
            [writing.value for writing in WRITINGS],
            ["Names in place of numbers.", "Three digits after the point.", "All digits that were calculated with."],
        )
        self.writings.set_current(WRITINGS.index(self.writing))
        self.writings.currentChanged.connect(self._write)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.subtitle)
        head.addStretch(1)
        head.addWidget(self.writings)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 10, 10, 10)
        self._column.setSpacing(6)
        self._column.addLayout(head)
        self._body = QWidget()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._column.addWidget(self._scroll, 1)
        QShortcut(QKeySequence.StandardKey.Copy, self, self.copy, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def show_sheet(self, sheet: Sheet) -> None:
        """This one from now on."""
        self._sheet = sheet
        self.title.setText(sheet.title)
        self.subtitle.setText(sheet.subtitle)
        self.setAccessibleName(f"{sheet.title}, {sheet.subtitle}")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        if sheet.headline:
            column.addLayout(self._headline(sheet))
        rule = QFrame()
        rule.setProperty("role", "rule")
        rule.setFixedHeight(1)
        column.addWidget(rule)
        parts = QHBoxLayout()
        parts.setSpacing(10)
        for part in sheet.parts:
            parts.addLayout(self._part(part), 1)
        column.addLayout(parts, 1)
        self._body = body
        self._scroll.setWidget(body)

    @property
    def wanted(self) -> float:
        """How high it would like to be, with all lines in sight."""
        margins = self._column.contentsMargins()
        head = self.writings.sizeHint().height() + self._column.spacing()
        return self._body.sizeHint().height() + head + margins.top() + margins.bottom() + 18

    @property
    def rows(self) -> list[LineRow]:
        """The lines of the working, in order."""
        return self._body.findChildren(LineRow)

    def table(self) -> str:
        """All numbers as lines of text with tabs between, as a spreadsheet takes them."""
        lines = [f"{self._sheet.title}\t{self._sheet.subtitle}"]
        for part in self._sheet.parts:
            lines.append(part.title)
            for line in part.lines:
                numbers = [cell.text(Writing.FULL) for cell in (*line.cells, *([line.result] if line.result else []))]
                lines.append("\t".join((line.label, *numbers)))
        return "\n".join(lines)

    def copy(self) -> None:
        """Put the table into the clipboard."""
        QApplication.clipboard().setText(self.table())

    def light(self, place: object) -> None:
        """Mark the chips of this number; None for none."""
        for chip in self._body.findChildren(NumberChip):
            lit = place is not None and chip.place == place
            if chip.property("lit") != lit:
                chip.setProperty("lit", lit)
                chip.style().unpolish(chip)
                chip.style().polish(chip)

    def _write(self, index: int) -> None:
        self.writing = WRITINGS[index]
        self.show_sheet(self._sheet)

    def _headline(self, sheet: Sheet) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addStretch(1)
        for sign, cell, caption in sheet.headline:
            if sign:
                row.addWidget(_label(sign, "operator"))
            column = QVBoxLayout()
            column.setSpacing(1)
            line = QHBoxLayout()
            line.setSpacing(8)
            if self.writing is not Writing.ALGEBRA:
                line.addWidget(_label(cell.name, "dim"))
            line.addWidget(self._chip(cell, large=True))
            column.addLayout(line)
            column.addWidget(_label(caption, "caption"), 0, Qt.AlignmentFlag.AlignHCenter)
            row.addLayout(column)
        row.addStretch(1)
        return row

    def _part(self, part: Part) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(5)
        column.addWidget(_label(f"{_RINGED[part.number - 1]} {part.title}", "part"))
        if part.curve is not None:
            stage = CurveStage()
            stage.show_curve(part.curve)
            column.addWidget(stage, 3)
        for line in part.lines:
            column.addWidget(self._row(line))
        if part.note:
            column.addWidget(_label(part.note, "caption"))
        column.addStretch(1)
        return column

    def _row(self, line: Line) -> LineRow:
        row = LineRow(line)
        inside = QHBoxLayout(row)
        inside.setContentsMargins(2, 1, 2, 1)
        inside.setSpacing(3)
        for widget in self._line(line):
            inside.addWidget(widget, 1 if widget.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Ignored else 0)
        if line.result is not None:
            inside.addStretch(1)
            if line.cells:
                inside.addWidget(_label(line.sign(self.writing), "operator-small"))
            inside.addWidget(self._chip(line.result))
        else:
            inside.addStretch(1)
        return row

    def _line(self, line: Line) -> Iterator[QWidget]:
        if line.label:
            yield _label(line.label, "small")
        if line.note:
            note = _label(line.note, "caption")
            note.setToolTip(line.note)
            note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # gives way to the numbers
            yield note
        for place, cell in enumerate(line.cells):
            if place:
                yield _label("×", "operator-small")
            yield self._chip(cell)

    def _chip(self, cell: Cell, large: bool = False) -> NumberChip:
        chip = NumberChip(cell, self.writing, large)
        chip.pointed.connect(self.pointed)
        chip.pressed.connect(self.pressed)
        return chip


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    return label
