"""The palette of layer kinds: a shelf over the picture, below the row of headers.

It opens at a + and closes with a choice, with Esc, or when somebody turns to something else. It lies over the picture
and pushes nothing. Arrow keys walk, Enter inserts; a kind that cannot stand in the place says why.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from nnstudio.core.network.layer_edits import Offer
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.palette_cell import PaletteCell, kinds_to_choose
from nnstudio.ui.widgets.note import Note

_MARGIN = 4
_SHADOW = 4
_POINTER = 7


class Palette(QWidget):
    """All kinds for one place; `chosen` gives the edit that inserts one. The focus goes back to where it came from."""

    chosen = Signal(object)  # InsertLayer
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self.setAccessibleName("Kinds of layers")
        self._pointer = 0
        self._keep: tuple[QWidget, ...] = ()
        self.came_from: QWidget | None = None
        """What had the focus before."""
        self._note = Note(self)
        self.cells = [PaletteCell(kind, self) for kind in kinds_to_choose()]
        for cell in self.cells:
            cell.clicked.connect(self._choose)
            cell.walked.connect(self._walk)
            cell.left.connect(self.close_up)
        self.hide()

    def open_at(self, page: QWidget, x: int, area: QRect, offers: Sequence[Offer], keep: Sequence[QWidget]) -> None:
        """Show what can be inserted at `x`, within `area` of this page. A click on `keep` does not close it."""
        if self.parentWidget() is not page:
            self.setParent(page)
        self._keep = tuple(keep)
        by_kind = {offer.kind: offer for offer in offers}
        for cell in self.cells:
            cell.show_offer(by_kind[cell.kind])
        self._arrange(x, area)
        self.show()
        self.raise_()
        first = next((cell for cell in self.cells if cell.fits), self.cells[0])
        self.came_from = QApplication.focusWidget()
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        _app().installEventFilter(self)

    @property
    def is_open(self) -> bool:
        """Whether the shelf is there."""
        return not self.isHidden()

    def close_up(self) -> None:
        """Put the shelf away."""
        if not self.is_open:
            return
        _app().removeEventFilter(self)
        self._note.hide()
        if self.came_from is not None and any(cell.hasFocus() for cell in self.cells):
            self.came_from.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        self.closed.emit()

    def _arrange(self, x: int, area: QRect) -> None:
        """As few rows as the width allows, all about as long, below `x` as far as there is room."""
        size, edge = self.cells[0].sizeHint(), _MARGIN + _SHADOW
        room = area.width() - 2 * edge
        fitting = max(1, room // self.cells[0].minimumSizeHint().width())
        rows = -(-len(self.cells) // fitting)
        across = -(-len(self.cells) // rows)
        pitch = min(size.width(), room // across)
        width, height = across * pitch + 2 * edge, rows * size.height() + 2 * edge + _POINTER
        left = min(max(x - width // 2, area.left()), area.right() - width + 1)
        self.setGeometry(left, area.top(), width, height)
        self._pointer = min(max(x - left, edge + 10), width - edge - 10)
        for place, cell in enumerate(self.cells):
            row, column = divmod(place, across)
            cell.setGeometry(edge + column * pitch, edge + _POINTER + row * size.height(), pitch - 1, size.height())

    def _choose(self) -> None:
        cell = self.sender()
        if not isinstance(cell, PaletteCell) or cell.offer is None:
            return
        if cell.offer.reason:
            self._note.say(cell.offer.reason)
            return
        edit = cell.offer.edit
        self.close_up()
        self.chosen.emit(edit)

    def _walk(self, by: int) -> None:
        cell = self.sender()  # it had the keys, and may have lost them since
        if not isinstance(cell, PaletteCell):
            return
        there = min(max(self.cells.index(cell) + by, 0), len(self.cells) - 1)
        self.cells[there].setFocus(Qt.FocusReason.OtherFocusReason)

    def focusNextPrevChild(self, next: bool) -> bool:
        self.close_up()  # Tab goes on from where the shelf was opened
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press anywhere else in the window closes the shelf, and does there what it does."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            point = event.globalPosition().toPoint()
            over = (self, *self._keep)
            if not any(widget.rect().contains(widget.mapFromGlobal(point)) for widget in over):
                self.close_up()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(_SHADOW, _SHADOW + _POINTER, -_SHADOW, -_SHADOW)
        painter.setPen(Qt.PenStyle.NoPen)
        for spread in range(_SHADOW, 0, -1):
            painter.setBrush(QColor(0, 0, 0, 7 if theme.dark else 4))
            painter.drawRoundedRect(box.adjusted(-spread, 1 - spread, spread, spread), 8 + spread, 8 + spread)
        shelf = QPainterPath()
        shelf.addRoundedRect(box, 8, 8)
        tip = QPainterPath(QPointF(self._pointer - _POINTER, box.top() + 1))
        tip.lineTo(self._pointer, box.top() - _POINTER)
        tip.lineTo(self._pointer + _POINTER, box.top() + 1)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.card))
        painter.drawPath(shelf.united(tip))


def _app() -> QObject:
    app = QApplication.instance()
    assert app is not None
    return app
