"""The + in the gap between two columns: a click inserts a dense layer, its menu offers every kind.

A kind that cannot stand there is dimmed, and its tooltip says why.
"""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QMenu, QWidget

from nnstudio.core.experiment import MAXIMUM_HIDDEN_LAYERS
from nnstudio.core.experiment.layer_specs import LAYER_KINDS, DenseSpec
from nnstudio.core.network.layer_edits import Ends, Layers, may_insert, offer, offers
from nnstudio.ui.views.network.flat_button import FlatButton


class InsertButton(FlatButton):
    """The + before the layer of this position."""

    inserted = Signal(object)  # InsertLayer

    def __init__(self, position: int, parent: QWidget) -> None:
        super().__init__(parent, round_=True)
        self._position = position
        self._layers: Layers = ()
        self._ends = Ends((1,), 1)
        self.set_titles("+")
        self.setWhatsThis(
            "A click inserts a dense layer; hold the button down, or right-click, for the other kinds. The others "
            "keep what they have learned, and where shapes allow, the new one hands on what it gets at first."
        )
        self.clicked.connect(self._insert_dense)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        menu.triggered.connect(self._insert)
        self.setMenu(menu)
        self.setPopupMode(FlatButton.ToolButtonPopupMode.DelayedPopup)

    def show_layers(self, layers: Layers, ends: Ends) -> None:
        """Stand among these layers from now on."""
        self._layers, self._ends = layers, ends
        allowed = may_insert(layers)
        self.setEnabled(allowed)
        place = f"after layer {self._position}" if self._position else "after the input"
        self.setAccessibleName(f"Insert a hidden layer {place}")
        reason = f"There are {MAXIMUM_HIDDEN_LAYERS} hidden layers, which is the most."
        how = f"Insert a dense layer {place}; hold down or right-click for other kinds."
        self.setToolTip(how if allowed else reason)

    @property
    def _before(self) -> int:
        """The key of the layer behind; 0 is the output's."""
        return self._layers[self._position].key if self._position < len(self._layers) else 0

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._open_menu()

    def _open_menu(self) -> None:
        self.menu().popup(self.mapToGlobal(QPoint(0, self.height())))

    def _fill(self) -> None:
        """The menu is made when it opens: trying all kinds in all places is too much for every edit."""
        menu = self.menu()
        menu.clear()
        for entry in offers(self._layers, self._before, self._ends):
            action = menu.addAction(entry.kind.label)
            action.setData(entry.kind.kind)
            action.setEnabled(not entry.reason)
            action.setToolTip(entry.reason or entry.kind.help)

    def _insert(self, action: QAction) -> None:
        self.inserted.emit(offer(self._layers, self._before, LAYER_KINDS[action.data()], self._ends).edit)

    def _insert_dense(self) -> None:
        dense = offer(self._layers, self._before, DenseSpec, self._ends)
        if dense.reason:
            self._open_menu()
        else:
            self.inserted.emit(dense.edit)
