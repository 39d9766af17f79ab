"""All controls above the network: a header for each hidden layer and a + in every gap between columns.

They are real widgets, so Tab reaches them and screen readers read them. The row gathers what they say into one signal
that carries the edit.
"""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtWidgets import QWidget

from nnstudio.core.network.layer_edits import ChangeLayer, Ends, LayerEdit, Layers, RemoveLayer, misfit, position_of
from nnstudio.ui.views.network.column import Column
from nnstudio.ui.views.network.insert_button import InsertButton
from nnstudio.ui.views.network.layer_header import SMALL, LayerHeader


def _middle(a: Column, b: Column) -> float:
    """Half way between two titles if that lies between the columns, else half way between the columns."""
    between = (a.center + b.center) / 2
    return between if a.right + 8 < between < b.left - 8 else (a.right + b.left) / 2


class HeaderRow(QObject):
    """The controls above the network, children of `canvas`."""

    layers_edited = Signal(object)  # LayerEdit

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._layers: Layers = ()
        self._ends = Ends((1,), 1)
        self.headers: list[LayerHeader] = []
        self.inserts: list[InsertButton] = []

    def show_layers(self, layers: Layers, ends: Ends) -> None:
        """Show the controls of these layers; those of layers that stay are kept, with their open menus."""
        self._layers, self._ends = layers, ends
        for position in range(len(self.headers), len(layers)):
            header = LayerHeader(position, layers[position], self._canvas)
            header.edited.connect(self._try)
            self.headers.append(header)
        for position in range(len(self.inserts), len(layers) + 1):
            insert = InsertButton(position, self._canvas)
            insert.inserted.connect(self._edit)
            self.inserts.append(insert)
        for surplus in (*self.headers[len(layers) :], *self.inserts[len(layers) + 1 :]):
            surplus.hide()
            surplus.deleteLater()
        del self.headers[len(layers) :], self.inserts[len(layers) + 1 :]
        for header, spec in zip(self.headers, layers, strict=True):
            header.show_layer(spec)
        for insert in self.inserts:
            insert.show_layers(layers, ends)
        self._chain()

    def _chain(self) -> None:
        """Tab goes from left to right: + , title, −, +, + …"""
        before: QWidget = self._canvas
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
        gaps = [_middle(a, b) for a, b in pairwise(columns)]
        upper = height - SMALL
        for insert, x in zip(self.inserts, gaps, strict=True):
            insert.show()
            insert.setGeometry(round(x) - SMALL // 2, top + (upper - SMALL) // 2, SMALL, SMALL)
        for header, column, left, right in zip(self.headers, columns[1:-1], gaps[:-1], gaps[1:], strict=True):
            half = min(column.center - left, right - column.center) - SMALL / 2 - 1
            header.show()
            header.place(QRect(round(column.center - half), top, round(2 * half), height))

    def _edit(self, edit: LayerEdit) -> None:
        # Shown at once, so that a second click before the next frame builds on the first.
        self.show_layers(edit.on(self._layers), self._ends)
        self.layers_edited.emit(edit)

    def _try(self, edit: ChangeLayer | RemoveLayer) -> None:
        """Ask for an edit, unless it changes nothing or cannot work; then its header says why."""
        layers, position = edit.on(self._layers), position_of(self._layers, edit.key)
        if layers == self._layers or position is None:
            return
        reason = misfit(layers, self._ends)
        if reason:
            self.headers[position].refuse(reason)
        else:
            self._edit(edit)
