"""All controls above the network: a header for each hidden layer and a + in every gap between columns.

They are real widgets, so Tab reaches them and screen readers read them. The row gathers what they say into one signal
that carries the edit. A + opens the palette of layer kinds; a title that is dragged shows where its layer would stand.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QWidget

from nnstudio.core.network.layer_edits import Ends, LayerEdit, Layers, MoveLayer, offers, position_of, refusal
from nnstudio.core.network.outline import outline
from nnstudio.ui.views.network.column import Column
from nnstudio.ui.views.network.drop_line import DropLine
from nnstudio.ui.views.network.insert_button import InsertButton
from nnstudio.ui.views.network.layer_header import SMALL, LayerHeader
from nnstudio.ui.views.network.palette import Palette


def _middle(a: Column, b: Column) -> float:
    """Half way between two titles if that lies between the columns, else half way between the columns."""
    between = (a.center + b.center) / 2
    return between if a.right + 8 < between < b.left - 8 else (a.right + b.left) / 2


class HeaderRow(QObject):
    """The controls above the network, children of `canvas`; Tab comes to them from `picture`. The palette and the line
    lie over what is around it."""

    layers_edited = Signal(object)  # LayerEdit
    layer_selected = Signal(int)  # its key

    def __init__(self, canvas: QWidget, picture: QWidget | None = None) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._picture = picture or canvas
        self._layers: Layers = ()
        self._ends = Ends((1,), 1)
        self._selected = 0
        self._gaps: list[int] = []
        self._frame = (0, 0, 0, 0)
        self._placed: tuple[Sequence[Column], int, int] = ((), 0, 0)
        self.headers: list[LayerHeader] = []
        self.inserts: list[InsertButton] = []
        self.line = DropLine(canvas)
        self.palette = Palette(canvas)
        self.palette.chosen.connect(self._insert)
        self.palette.closed.connect(self._unmark)

    def show_layers(self, layers: Layers, ends: Ends) -> None:
        """Show the controls of these layers; those of layers that stay are kept."""
        if (layers, ends) != (self._layers, self._ends):
            self.palette.close_up()  # its offers were for another network, as was a drag
            for header in self.headers:
                header.title.give_up()
        self._layers, self._ends = layers, ends
        for position in range(len(self.headers), len(layers)):
            self.headers.append(self._new_header(position))
        for position in range(len(self.inserts), len(layers) + 1):
            insert = InsertButton(position, self._canvas)
            insert.clicked.connect(self._open_palette)
            self.inserts.append(insert)
        surplus = (*self.headers[len(layers) :], *self.inserts[len(layers) + 1 :])
        del self.headers[len(layers) :], self.inserts[len(layers) + 1 :]
        for control in surplus:  # no longer of the row: if the pointer leaves one by this, nothing places it again
            control.hide()
            control.deleteLater()
        outlines = outline(layers, ends)[:-1]
        for header, spec, outlined in zip(self.headers, layers, outlines, strict=True):
            header.show_layer(spec, outlined)
        for insert in self.inserts:
            insert.show_layers(layers)
        self.select(self._selected)
        self._chain()

    def _new_header(self, position: int) -> LayerHeader:
        header = LayerHeader(position, self._canvas)
        header.edited.connect(self._asked)
        header.chosen.connect(self._choose)
        header.stepped.connect(self._step)
        header.dragged.connect(self._drag)
        header.dropped.connect(self._drop)
        header.given_up.connect(self.line.hide)
        header.left.connect(self._place_again)
        return header

    def select(self, key: int) -> None:
        """Mark the layer with this key as the one that the Layer card is about; 0 is none."""
        self._selected = key
        for header in self.headers:
            header.title.set_chosen(header.key == key)

    def show_frozen(self, keys: Collection[int]) -> None:
        """Put a lock beside the titles of these layers."""
        for header in self.headers:
            header.title.set_locked(header.key in keys)

    def _chain(self) -> None:
        """Tab goes from the picture to its controls from left to right: + , title, −, +, + …"""
        before: QWidget = self._picture
        for position, insert in enumerate(self.inserts):
            controls: list[QWidget] = [insert]
            if position < len(self.headers):
                header = self.headers[position]
                controls += [header.title, header.fewer, header.more]
            for control in controls:
                QWidget.setTabOrder(before, control)
                before = control

    def place(self, columns: Sequence[Column], top: int, height: int) -> None:
        """Put the headers above their columns and the + into the middle of the gaps.

        Between an edit and the first frame of the new network the two do not match; then everything stays where it is.
        """
        if len(columns) != len(self.headers) + 2:
            return
        self._placed = columns, top, height
        gaps = [_middle(a, b) for a, b in pairwise(columns)]
        frame = self._picture.width(), top, height, len(gaps)  # the canvas may get its new width after the picture
        if frame == self._frame and any(header.is_pointed_at for header in self.headers):
            return  # what is clicked again and again does not move away under the pointer
        if frame != self._frame:
            self.palette.close_up()  # its place is not there any more
        self._frame = frame
        self._gaps = [round(x) for x in gaps]
        upper = height - SMALL
        for insert, x in zip(self.inserts, gaps, strict=True):
            insert.show()
            insert.setGeometry(round(x) - SMALL // 2, top + (upper - SMALL) // 2, SMALL, SMALL)
        for header, column, left, right in zip(self.headers, columns[1:-1], gaps[:-1], gaps[1:], strict=True):
            half = min(column.center - left, right - column.center) - SMALL / 2 - 1
            header.show()
            header.place(QRect(round(column.center - half), top, round(2 * half), height))

    def _place_again(self) -> None:
        self.place(*self._placed)

    # Inserting

    def _open_palette(self) -> None:
        button = self.sender()
        if not isinstance(button, InsertButton):
            return
        if self.palette.is_open and button.chosen:
            self.palette.close_up()
            return
        self.palette.close_up()
        button.set_chosen(True)
        page = self._page
        place = button.mapTo(page, button.rect().center())
        seen, top = page.visibleRegion().boundingRect(), self._canvas.mapTo(page, QPoint(0, self._below)).y()
        area = QRect(seen.left(), top, seen.width(), seen.height())
        self.line.show_at(page, place.x(), top)
        self.palette.open_at(page, place.x(), area, offers(self._layers, button.before, self._ends), self.inserts)

    @property
    def _page(self) -> QWidget:
        """What the row and the picture lie on."""
        return self._canvas.parentWidget() or self._canvas

    @property
    def _below(self) -> int:
        """Where the row ends."""
        _, top, height = self._placed
        return top + height

    def _unmark(self) -> None:
        self.line.hide()
        for insert in self.inserts:
            insert.set_chosen(False)

    def _insert(self, edit: LayerEdit) -> None:
        by_key = isinstance(self.palette.came_from, InsertButton)
        before = {spec.key for spec in self._layers}
        self._edit(edit)
        new = next((spec.key for spec in self._layers if spec.key not in before), 0)
        self._choose(new)
        if by_key:
            self._focus(new)

    # Moving

    def _drag(self, point: QPoint) -> None:
        gap, header = self._gap_at(point), self.sender()
        assert isinstance(header, LayerHeader)
        if gap is None or gap - header.position in (0, 1):  # where it stands already
            self.line.hide()
            return
        edit = MoveLayer(header.key, self.inserts[gap].before)
        place = self._canvas.mapTo(self._page, QPoint(self._gaps[gap], self._below))
        self.line.show_at(self._page, place.x(), place.y(), fits=not refusal(edit, self._layers, self._ends))

    def _drop(self, point: QPoint) -> None:
        self.line.hide()
        gap, header = self._gap_at(point), self.sender()
        if gap is not None and isinstance(header, LayerHeader):
            self._try(header, MoveLayer(header.key, self.inserts[gap].before))

    def _step(self, by: int) -> None:
        header = self.sender()
        assert isinstance(header, LayerHeader)
        gap = header.position + (2 if by > 0 else -1)
        if 0 <= gap < len(self.inserts):
            self._try(header, MoveLayer(header.key, self.inserts[gap].before))

    def _gap_at(self, point: QPoint) -> int | None:
        """The gap nearest to this point of the screen; None while headers and columns do not match."""
        x = self._canvas.mapFromGlobal(point).x()
        gaps = range(len(self._gaps) if len(self._gaps) == len(self.inserts) else 0)
        return min(gaps, key=lambda gap: abs(self._gaps[gap] - x), default=None)

    # Editing

    def _choose(self, key: int) -> None:
        self.select(key)
        self.layer_selected.emit(key)

    def _asked(self, edit: LayerEdit) -> None:
        header = self.sender()
        assert isinstance(header, LayerHeader)
        self._try(header, edit)

    def _try(self, header: LayerHeader, edit: LayerEdit) -> None:
        """Ask for an edit, unless it changes nothing or cannot be made; then the header says why."""
        before, key, position = self._layers, header.key, header.position
        by_key = header.title.hasFocus()
        if reason := refusal(edit, before, self._ends):
            header.refuse(reason)
            return
        if edit.on(before) == before:
            return
        self._edit(edit)
        if position_of(self._layers, key) is None:  # removed: on to the layer that has taken its place
            key = self.headers[min(position, len(self.headers) - 1)].key if self.headers else 0
        self._choose(key)
        if by_key:
            self._focus(key)

    def _edit(self, edit: LayerEdit) -> None:
        # Shown at once, so that a second click before the next frame builds on the first.
        self.show_layers(edit.on(self._layers), self._ends)
        self.layers_edited.emit(edit)

    def _focus(self, key: int) -> None:
        """Lead the keyboard to the title of this layer, or to the + where there is none."""
        there = next((header.title for header in self.headers if header.key == key), self.inserts[-1])
        there.setFocus(Qt.FocusReason.OtherFocusReason)
