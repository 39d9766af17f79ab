"""Worksheets as PDF: the pages of the HTML file, painted.

Positions are millimetres on A4; a page is full when what comes next does not fit, and a heading stays with what it
belongs to.
"""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPageSize, QPainter, QPdfWriter, QPen
from PySide6.QtSvg import QSvgRenderer

from nnstudio.core.trace.worksheet import HOW_RIGHT, INTRODUCTIONS, Worksheet
from nnstudio.core.trace.worksheet_gaps import PHASES, Gap, Group
from nnstudio.files.atomic import write_atomically
from nnstudio.files.worksheet import about, columns_of, given, unbroken
from nnstudio.files.worksheet_drawing import DIM, INK, LINE, drawing
from nnstudio.ui import fonts

LEFT, TOP, WIDTH, BOTTOM, FOOT = 15.0, 14.0, 180.0, 280.0, 288.0
DOTS = 1200
"""An inch."""
_BOX, _BOX_HEIGHT, _ROW, _BETWEEN = 20.0, 6.4, 7.8, 6.0
_LINES = Qt.TextFlag.TextWordWrap.value | Qt.AlignmentFlag.AlignLeft.value
_MIDDLE = Qt.AlignmentFlag.AlignVCenter.value


def save_worksheets_as_pdf(path: Path, sheets: Sequence[Worksheet]) -> None:
    """Write the sheets to `path`, whole or not at all. Raises `FileError`."""
    write_atomically(path, worksheets_pdf(sheets))


def worksheets_pdf(sheets: Sequence[Worksheet]) -> bytes:
    """All pupils' pages, then all solutions."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(f"Worksheet: {sheets[0].title}")
    writer.setCreator("NN Studio")
    writer.setResolution(DOTS)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    first = True
    for solved in (False, True):
        for sheet in sheets:
            if not first:
                writer.newPage()
            first = False
            _Paper(writer, painter, sheet, solved).paint()
    painter.end()
    return bytes(content.data())


class _Paper:
    """The pages of one sheet, or of its solution. `y`: how far down the page is filled, in millimetres."""

    def __init__(self, writer: QPdfWriter, painter: QPainter, sheet: Worksheet, solved: bool) -> None:
        self._writer, self._painter = writer, painter
        self._sheet, self._solved = sheet, solved
        self._dot = DOTS / 25.4
        self._text, self._strong, self._small = _font(9.2), _font(9.2, QFont.Weight.DemiBold), _font(8.4)
        self._number = _font(9.2, QFont.Weight.Medium, fonts.NUMBERS)
        self._page, self._y = 1, TOP

    def paint(self) -> None:
        sheet, solved = self._sheet, self._solved
        self._heading()
        self._picture()
        if not solved:
            self._given()
        for phase, groups in groupby(sheet.groups, key=lambda group: group.phase):
            parts = list(groups)
            text = "" if solved else INTRODUCTIONS[phase]
            self._need(9 + self._height(text, self._small) + 6 + self._height_of(parts[0], 0))
            self._y += 3.5
            self._line(f"{PHASES.index(phase) + 1}  {phase.label}", _font(11.5, QFont.Weight.DemiBold))
            if text:
                self._line(text, self._small, DIM)
            for group in parts:
                self._group(group)
        if solved:
            self._y += 2
            self._need(self._height(HOW_RIGHT, self._small))
            self._line(HOW_RIGHT, self._small, DIM)
        self._foot()

    def _heading(self) -> None:
        top, sheet = self._y, self._sheet
        self._line("Solution" if self._solved else "Worksheet", _font(19, QFont.Weight.DemiBold))
        end = Qt.AlignmentFlag.AlignRight.value | Qt.AlignmentFlag.AlignBottom.value
        self._write(LEFT, top, WIDTH, self._y - top - 1, about(sheet), self._text, INK, end)
        self._rule(LEFT, self._y, LEFT + WIDTH, INK, 0.4)
        self._y += 1.2
        self._line(f"{sheet.title}  ·  {sheet.network}", self._text, DIM)
        if self._solved:
            return
        self._y += 4
        for place, (name, share) in enumerate((("Name", 0.5), ("Class", 0.22), ("Date", 0.22))):
            x = LEFT + (0, 0.53, 0.78)[place] * WIDTH
            self._write(x, self._y, 14, 5, name, self._text, DIM, _MIDDLE)
            self._rule(x + 11, self._y + 4.6, x + share * WIDTH, LINE, 0.25)
        self._y += 7

    def _picture(self) -> None:
        svg = QSvgRenderer(QByteArray(drawing(self._sheet, self._solved).encode()))
        size = svg.viewBoxF()
        height = WIDTH * size.height() / size.width()
        self._y += 2
        self._need(height)
        svg.render(self._painter, self._area(LEFT, self._y, WIDTH, height))
        self._y += height

    def _given(self) -> None:
        rows = [*given(self._sheet)]
        label = max(QFontMetricsF(self._text, self._writer).horizontalAdvance(name) for name, _ in rows)
        x = LEFT + label / self._dot + 4
        self._need(20)
        self._y += 1
        self._line("Given", _font(11.5, QFont.Weight.DemiBold))
        for name, text in rows:
            height = self._height(text, self._text, LEFT + WIDTH - x)
            self._need(height)
            self._write(LEFT, self._y, x - LEFT, height, name, self._text, DIM)
            self._write(x, self._y, LEFT + WIDTH - x, height, text, self._text)
            self._y += height + 0.4

    def _group(self, group: Group) -> None:
        count = len(columns_of(group))
        self._need(5 + self._height_of(group, 0))
        self._y += 1.2
        if group.title:
            self._line(group.title, _font(8.6, QFont.Weight.DemiBold), DIM)
        for first in range(0, len(group.gaps), count):
            height = self._height_of(group, first)
            self._need(height)
            for gap, (x, width) in zip(group.gaps[first : first + count], self._columns(group), strict=False):
                self._gap(gap, x, width, height)
            self._y += height

    def _gap(self, gap: Gap, x: float, width: float, height: float) -> None:
        solved, end = self._solved, x + width
        formula, name, box = self._places(gap, x, width)
        sign = gap.equals if solved else "="
        self._write(x, self._y, name - x, height, gap.name, self._strong, INK, _MIDDLE)
        self._write(name, self._y, 5, height, "=", self._text, INK, _MIDDLE)
        text = unbroken(gap.worked if solved else gap.asked)
        self._write(formula, self._y, box - 4.5 - formula, height, text, self._text, INK, _LINES | _MIDDLE)
        self._write(box - 4, self._y, 4, height, sign, self._text, INK, _MIDDLE)
        if solved:
            right = Qt.AlignmentFlag.AlignRight.value | _MIDDLE
            self._write(box, self._y, end - box, height, gap.answer, self._number, INK, right)
            return
        self._painter.setPen(QPen(QColor(INK), 0.22 * self._dot))
        area = self._area(box, self._y + (height - _BOX_HEIGHT) / 2, _BOX, _BOX_HEIGHT)
        self._painter.drawRoundedRect(area, 0.9 * self._dot, 0.9 * self._dot)

    def _places(self, gap: Gap, x: float, width: float) -> tuple[float, float, float]:
        """Where the formula, the sign behind the name and the box begin."""
        name = x + QFontMetricsF(self._strong, self._writer).horizontalAdvance(gap.name) / self._dot + 1.3
        return name + 3.4, name, x + width - _BOX

    def _columns(self, group: Group) -> list[tuple[float, float]]:
        """Left edge and width of each."""
        shares, places, x = columns_of(group), list[tuple[float, float]](), LEFT
        room = WIDTH - _BETWEEN * (len(shares) - 1)
        for share in shares:
            places.append((x, room * share / sum(shares)))
            x += places[-1][1] + _BETWEEN
        return places

    def _height_of(self, group: Group, first: int) -> float:
        """Of one row: a formula may need several lines, on the sheet or with its solution."""
        height, columns = _ROW, self._columns(group)
        for gap, (x, width) in zip(group.gaps[first : first + len(columns)], columns, strict=False):
            formula, _, box = self._places(gap, x, width)
            text = unbroken(gap.worked if self._solved else gap.asked)
            height = max(height, self._height(text, self._text, box - 4.5 - formula) + 1.4)
        return height

    # ------------------------------------------------------------------------------------------------------------------

    def _need(self, height: float) -> None:
        """A new page, if so much has no room on this one."""
        if self._y + height <= BOTTOM:
            return
        self._foot()
        self._writer.newPage()
        self._page += 1
        self._y = TOP

    def _foot(self) -> None:
        kind = "Solution" if self._solved else "Worksheet"
        text = f"{kind} · {about(self._sheet)} · page {self._page}"
        self._write(LEFT, FOOT - 5, WIDTH, 5, text, _font(7.6), DIM, Qt.AlignmentFlag.AlignRight.value)

    def _line(self, text: str, font: QFont, colour: str = INK) -> None:
        """A paragraph over the whole width."""
        height = self._height(text, font)
        self._write(LEFT, self._y, WIDTH, height, text, font, colour)
        self._y += height + 0.6

    def _height(self, text: str, font: QFont, width: float = WIDTH) -> float:
        if not text:
            return 0.0
        room = QRectF(0, 0, width * self._dot, 1000 * self._dot)
        return QFontMetricsF(font, self._writer).boundingRect(room, _LINES, text).height() / self._dot

    def _write(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        text: str,
        font: QFont,
        colour: str = INK,
        flags: int = _LINES,
    ) -> None:
        self._painter.setFont(font)
        self._painter.setPen(QColor(colour))
        self._painter.drawText(self._area(x, y, width, height), flags | Qt.TextFlag.TextDontClip.value, text)

    def _rule(self, x: float, y: float, end: float, colour: str, width: float) -> None:
        self._painter.fillRect(self._area(x, y, end - x, width), QColor(colour))

    def _area(self, x: float, y: float, width: float, height: float) -> QRectF:
        return QRectF(x * self._dot, y * self._dot, width * self._dot, height * self._dot)


def _font(points: float, weight: QFont.Weight = QFont.Weight.Normal, family: str = fonts.TEXT) -> QFont:
    font = QFont(family)
    font.setPointSizeF(points)
    font.setWeight(weight)
    font.setFeature(QFont.Tag("calt"), 0)  # Inter's other = and − have no place among the letters: lost when copied
    return font
