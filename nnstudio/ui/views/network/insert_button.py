"""The + in the gap between two columns: a click opens the palette of layer kinds for this place."""

from PySide6.QtWidgets import QWidget

from nnstudio.core.experiment import MAXIMUM_HIDDEN_LAYERS
from nnstudio.core.network.layer_edits import Layers, may_insert
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.views.network.flat_button import FlatButton


class InsertButton(FlatButton):
    """The + before the layer of this position."""

    def __init__(self, position: int, parent: QWidget) -> None:
        super().__init__(parent, round_=True)
        self.position = position
        self.before = 0
        """The key of the layer behind; 0 is the output's."""
        self.set_titles("+")
        self.setWhatsThis(VIEWS["Insert a layer"].html("Insert a layer"))

    def show_layers(self, layers: Layers) -> None:
        """Stand among these layers from now on."""
        self.before = layers[self.position].key if self.position < len(layers) else 0
        allowed = may_insert(layers)
        self.setEnabled(allowed)
        place = f"after layer {self.position}" if self.position else "after the input"
        self.setAccessibleName(f"Insert a hidden layer {place}")
        reason = f"There are {MAXIMUM_HIDDEN_LAYERS} hidden layers, which is the most."
        self.setToolTip(f"Insert a layer {place}." if allowed else reason)
