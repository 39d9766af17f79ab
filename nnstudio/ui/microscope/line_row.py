"""One line of a unit's working: factors with signs between them, and what they make, or a field to type that into.

All but the field is painted. A card has dozens of lines; with a widget for each number most of the time of a step went
into giving all of them their places.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from math import ceil

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolTip, QWidget

from nnstudio.core.trace.quantity import Place
from nnstudio.ui import theme
from nnstudio.ui.microscope.cells import Cell, Line, Writing
from nnstudio.ui.microscope.number_chip import glyph_of, shade_of, tip_of
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font

_NOTHING = Line("", ())
_EDGE, _GAP, _PAD, _BEHIND_GLYPH = 3, 3, 6, 6


@dataclass(slots=True)
class _Piece:
    """Words, or a number with what it shows; `left`: where it stands, from the edge of its row."""

    text: str
    font: QFont
    color: str
    cell: Cell | None = None
    glyph: str = ""
    left: int = 0
    width: int = 0
    height: int = 0

    def __post_init__(self) -> None:
        metrics = QFontMetricsF(self.font)
        width, self.height = metrics.horizontalAdvance(self.text), ceil(metrics.height())
        if self.cell is not None:
            before = QFontMetricsF(mono_font(11)).horizontalAdvance(self.glyph) + _BEHIND_GLYPH if self.glyph else 0.0
            width, self.height = width + before + 2 * _PAD, self.height + _PAD
        self.width = ceil(width)  # so that edges stand on whole pixels


class LineRow(QFrame):
    """Shows one `Line` after the other, read out as one element. Hovering or pressing a number tells which one of the
    network it is."""

    pointed = Signal(object)  # Place | None
    pressed = Signal(object)  # Place

    def __init__(self) -> None:
        super().__init__()
        self.line, self._writing = _NOTHING, Writing.DIGITS
        self._name, self._note = list[_Piece](), list[_Piece]()
        self._factors, self._made = list[_Piece](), list[_Piece]()
        self._is_lit: Callable[[Place], bool] = _nothing
        self._pointed_at: Place | None = None
        self._field: QWidget | None = None
        self.setProperty("role", "line")
        self.setMouseTracking(True)
        self._inside = QHBoxLayout(self)
        self._inside.setContentsMargins(2, 1, 2, 1)
        self._inside.addStretch(1)

    def show_line(self, line: Line, writing: Writing, field: QWidget | None = None) -> None:
        """This one from now on, with a field in place of its result if there is one."""
        self.line, self._writing = line, writing
        said = line.spoken(writing)
        self.setAccessibleName(f"{line.label}: {said}" if line.label else said)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if field is None else Qt.FocusPolicy.NoFocus)
        if self._field is not None:
            self._inside.removeWidget(self._field)
            self._field.hide()
            self._field.deleteLater()  # not at once: a key that was pressed in it may have led here
        self._field = field
        if field is not None:
            self._inside.addWidget(field)
            field.show()  # at once: it may be about to have the focus
        self._write()

    def forget(self) -> None:
        """Be hidden, and hold nothing of what was shown."""
        self.show_line(_NOTHING, Writing.DIGITS)
        self.light(_nothing)
        self.hide()

    def light(self, is_lit: Callable[[Place], bool]) -> None:
        """Mark these numbers, and no other."""
        before, self._is_lit = self.lit, is_lit
        if self.lit != before:
            self.update()

    @property
    def lit(self) -> list[Place]:
        """The places of the numbers that are marked."""
        return [cell.place for cell in self._cells() if cell.place is not None and self._is_lit(cell.place)]

    @property
    def places(self) -> list[Place]:
        """Where the factors of this line come from."""
        return [cell.place for cell in self.line.cells if cell.place is not None]

    @property
    def text(self) -> str:
        """What is written, from left to right."""
        return " ".join(f"{piece.glyph} {piece.text}".strip() for piece in self._pieces())

    # Where everything is ----------------------------------------------------------------------------------------------

    def _pieces(self) -> Iterator[_Piece]:
        return chain(self._name, self._note, self._factors, self._made)

    def _cells(self) -> Iterator[Cell]:
        return (piece.cell for piece in self._pieces() if piece.cell is not None)

    def _write(self) -> None:
        """The pieces of the line, with the fonts and colours of now."""
        line, colors, sign = self.line, theme.current(), text_font(13)
        self._name = [_Piece(line.label, text_font(12), colors.text)] if line.label else []
        self._note = [_Piece(line.note, text_font(11), colors.dim)] if line.note and self._field is None else []
        self._factors, self._made = [], []
        for place, cell in enumerate(line.cells):
            if place and line.joint:
                self._factors.append(_Piece(line.joint, sign, colors.dim))
            self._factors.append(self._number(cell))
        if line.result is not None and line.cells:
            self._made.append(_Piece(line.sign(self._writing), sign, colors.dim))
        if line.result is not None and self._field is None:
            self._made.append(self._number(line.result))
        self._place()
        self.updateGeometry()
        self.update()

    def _number(self, cell: Cell) -> _Piece:
        color = theme.current().text if cell.known else theme.current().dim
        return _Piece(cell.text(self._writing), mono_font(13), color, cell, glyph_of(cell, self._writing))

    def _place(self) -> None:
        """The name at the left, what is made at the right, and the factors behind the name; where there is a note,
        that has all the room between."""
        field = self._field.sizeHint().width() + _GAP if self._field is not None else 0
        right = self.width() - _EDGE - field
        for piece in reversed(self._made):
            piece.left = right - piece.width
            right = piece.left - _GAP
        left = _EDGE
        for piece in chain(self._name, self._note):
            piece.left = left
            left += piece.width + _GAP
        if self._note:
            left = right - sum(piece.width + _GAP for piece in self._factors) + _GAP
        for piece in self._factors:
            piece.left = left
            left += piece.width + _GAP

    def sizeHint(self) -> QSize:
        firm = [*self._name, *self._factors, *self._made]  # a note gives way
        field = self._field.sizeHint() if self._field is not None else QSize(-_GAP, 0)
        width = sum(piece.width + _GAP for piece in firm) + field.width() + _GAP + 2 * _EDGE
        height = max((piece.height for piece in self._pieces()), default=0)
        return QSize(width, max(height, field.height()) + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._write()

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, middle = QPainter(self), self.height() // 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for piece in self._pieces():
            box = QRectF(piece.left, middle - piece.height // 2, piece.width, piece.height)
            if piece.cell is not None:
                self._paint_chip(painter, box, piece)
                continue
            words = piece.text
            if piece in self._note:
                room = next((behind.left for behind in (*self._factors, *self._made)), self.width()) - _GAP - box.left()
                words = QFontMetricsF(piece.font).elidedText(words, items.RIGHT_END, room)
            _write(painter, box, piece.font, piece.color, words)

    def _paint_chip(self, painter: QPainter, box: QRectF, piece: _Piece) -> None:
        colors, cell = theme.current(), piece.cell
        assert cell is not None
        lit = cell.place is not None and self._is_lit(cell.place)
        edge = QPen(
            QColor(colors.accent if lit else colors.dim), 1, Qt.PenStyle.SolidLine if lit else Qt.PenStyle.DashLine
        )
        painter.setPen(edge if lit or not cell.known else Qt.PenStyle.NoPen)
        ground = colors.accent_soft if lit else colors.field
        painter.setBrush(QColor(ground) if lit or cell.known else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        inside = box.adjusted(_PAD, 0, -_PAD, 0)
        if piece.glyph:
            _write(painter, inside, mono_font(11), shade_of(cell), piece.glyph)
            inside.setLeft(inside.right() - QFontMetricsF(piece.font).horizontalAdvance(piece.text))
        _write(painter, inside, piece.font, piece.color, piece.text)

    # The mouse --------------------------------------------------------------------------------------------------------

    def cell_at(self, x: float) -> Cell | None:
        """The number that is written there."""
        within = (piece for piece in self._pieces() if piece.left <= x < piece.left + piece.width)
        return next((piece.cell for piece in within), None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(event.pos().x())
            QToolTip.showText(event.globalPos(), self.line.note if cell is None else tip_of(cell, self._writing), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().x())
        self._point(cell.place if cell is not None else None)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def _point(self, place: Place | None) -> None:
        if place != self._pointed_at:
            self._pointed_at = place
            self.pointed.emit(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().x())
        if cell is not None and cell.place is not None and event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit(cell.place)
        super().mousePressEvent(event)


def _nothing(_: Place) -> bool:
    return False


def _write(painter: QPainter, box: QRectF, font: QFont, color: str, text: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(color))
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
