"""What stands above a hidden layer: its title, which opens a menu, and − and + for its neurons or filters.

The header only says what somebody wants; the layer changes when the experiment does.
"""

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QWidget

from nnstudio.core.experiment.layer_specs import LayerSpec
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.network.layer_edits import ChangeLayer, RemoveLayer, resize
from nnstudio.ui.views.network.flat_button import FlatButton
from nnstudio.ui.views.network.layer_menu import LayerMenu
from nnstudio.ui.widgets.note import Note

SMALL = 22


class LayerHeader(QWidget):
    """The controls of hidden layer `position`, counted from 0."""

    edited = Signal(object)  # ChangeLayer or RemoveLayer

    def __init__(self, position: int, spec: LayerSpec, parent: QWidget) -> None:
        super().__init__(parent)
        self._position = position
        self._spec = spec
        self._note = Note(self)
        self.title = FlatButton(self, bold=True)
        self.title.setPopupMode(FlatButton.ToolButtonPopupMode.InstantPopup)
        self.title.setWhatsThis(
            "What kind of layer this is, and its most important setting. A click opens all of its settings, and a way "
            "to remove it. What still has a place keeps what it has learned."
        )
        self.fewer, self.more = FlatButton(self), FlatButton(self)
        self.fewer.set_titles("−")
        self.more.set_titles("+")
        for button in (self.fewer, self.more):
            button.setWhatsThis(
                "One neuron or filter more, or the last one less. The others keep what they have learned; nobody "
                "listens to a new one yet, so the answers stay the same at first."
            )
        self.fewer.clicked.connect(self._remove_one)
        self.more.clicked.connect(self._add_one)
        self.menu = self._new_menu(spec)
        self.show_layer(spec)

    def _new_menu(self, spec: LayerSpec) -> LayerMenu:
        menu = LayerMenu(type(spec), self)
        menu.changed.connect(self._change)
        menu.remove_requested.connect(self._remove_layer)
        self.title.setMenu(menu)
        return menu

    def show_layer(self, spec: LayerSpec) -> None:
        """Show this layer from now on."""
        self._spec = spec
        if self.menu.kind is not type(spec):
            self.menu.deleteLater()
            self.menu = self._new_menu(spec)
        self.menu.show_spec(spec)
        titles = spec.titles
        self.title.set_titles(*titles)
        self.title.setToolTip(f"Layer {self._position + 1}: {titles[0]}. {spec.help} Click to change or remove it.")
        self.title.setAccessibleName(f"Layer {self._position + 1}, {titles[0]}")
        self.fewer.setToolTip(f"Remove a {spec.unit} from layer {self._position + 1}.")
        self.more.setToolTip(f"Add a {spec.unit} to layer {self._position + 1}.")
        for button in (self.fewer, self.more):
            button.setAccessibleName(button.toolTip().rstrip("."))
            button.setVisible(bool(spec.width))
        if spec.width:
            setting, count = settings_of(type(spec))[spec.width], getattr(spec, spec.width)
            self.fewer.setEnabled(count > setting.minimum)
            self.more.setEnabled(count < setting.maximum)

    def refuse(self, reason: str) -> None:
        """Go back to what there is, and say why the change was not taken."""
        self.menu.hide()
        self.show_layer(self._spec)
        self._note.say(reason)

    def place(self, box: QRect) -> None:
        """Fill this box: the title above, the two small buttons below its middle."""
        self.setGeometry(box)
        upper = box.height() - SMALL
        self.title.setGeometry(0, 0, box.width(), upper)
        middle = box.width() // 2
        self.fewer.setGeometry(middle - SMALL - 3, upper, SMALL, SMALL)
        self.more.setGeometry(middle + 3, upper, SMALL, SMALL)

    def _change(self, setting: str, value: object) -> None:
        self.edited.emit(ChangeLayer(self._spec.key, setting, value))

    def _remove_one(self) -> None:
        self.edited.emit(resize(self._spec, -1))

    def _add_one(self) -> None:
        self.edited.emit(resize(self._spec, 1))

    def _remove_layer(self) -> None:
        self.edited.emit(RemoveLayer(self._spec.key))
