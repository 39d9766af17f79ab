"""A number with the sign of what it is before it: ■ value, ▬ weight, ◪ bias, ◀ error; its colour is its own sign."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent
from PySide6.QtWidgets import QLabel, QWidget

from nnstudio.core.trace.quantity import Place
from nnstudio.ui import theme
from nnstudio.ui.microscope.cells import NOTHING, Cell, Shape, Writing

_GLYPHS = {Shape.VALUE: "■", Shape.WEIGHT: "▬", Shape.BIAS: "◪", Shape.ERROR: "◀", Shape.PLAIN: ""}


class NumberChip(QLabel):
    """Hovering or pressing it tells which number of the network it is."""

    pointed = Signal(object)  # Place | None
    pressed = Signal(object)  # Place

    def __init__(self, cell: Cell, writing: Writing, large: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._large = large
        self._shown: tuple[object, ...] = ()
        self.setProperty("role", "headline" if large else "chip-number")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.show_cell(cell, writing)

    def show_if_there(self, cell: Cell | None, writing: Writing) -> None:
        """This number; for none it is hidden, and forgets the one before."""
        self.show_cell(NOTHING if cell is None else cell, writing)
        self.setHidden(cell is None)

    def show_cell(self, cell: Cell, writing: Writing) -> None:
        """This number from now on."""
        shown = cell, writing, theme.current()
        if shown == self._shown:
            return
        self._shown, self.cell = shown, cell
        if self.property("known") != cell.known:
            self.setProperty("known", cell.known)
            self.style().unpolish(self)
            self.style().polish(self)
        glyph = glyph_of(cell, writing)
        small = "font-size: small;" if self._large else "font-size: x-small;"
        sign = f'<span style="color:{shade_of(cell)};{small}">{glyph}</span>&nbsp;' if glyph else ""
        text = cell.text(writing)
        self.setText(f"{text}&nbsp;{sign}" if self._large and sign else f"{sign}{text}")
        said = text if cell.known else cell.unknown
        self.setAccessibleName(f"{cell.shape.value} {cell.name}, {said}".strip())
        self.setToolTip(tip_of(cell, writing))

    @property
    def place(self) -> Place | None:
        """Where its number comes from."""
        return self.cell.place

    def enterEvent(self, event: QEnterEvent) -> None:
        self.pointed.emit(self.place)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.place is not None and event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit(self.place)
        super().mousePressEvent(event)


def glyph_of(cell: Cell, writing: Writing) -> str:
    """The sign before a number; none before what is not known, or before a name."""
    return _GLYPHS[cell.shape] if cell.known and writing is not Writing.ALGEBRA else ""


def shade_of(cell: Cell) -> str:
    """The colour of its own sign."""
    colors = theme.current()
    return colors.positive if cell.value > 0 else colors.negative if cell.value < 0 else colors.dim


def tip_of(cell: Cell, writing: Writing) -> str:
    """Its name with all digits, or why there is none."""
    if not cell.known:
        return cell.unknown
    return f"{cell.name} = {cell.value!r}" if cell.name else cell.text(writing)
