"""What stands above a hidden layer: its title, which opens a menu, and − and + for its neurons.

The menu chooses the activation, takes an exact number of neurons and removes the layer. The header only says what
somebody wants; the layer changes when the experiment does.
"""

from dataclasses import replace

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSpinBox, QWidget, QWidgetAction

from nnstudio.core.choices import ActivationKind
from nnstudio.core.layer_specs import DenseSpec, LayerSpec
from nnstudio.ui.views.network.flat_button import FlatButton
from nnstudio.ui.views.network.layer_edits import UNITS, resized
from nnstudio.ui.views.network.titles import layer_titles

SMALL = 22


class LayerHeader(QWidget):
    """The controls of hidden layer `position`, counted from 0."""

    changed = Signal(int, object)  # position, the new LayerSpec
    removed = Signal(int)

    def __init__(self, position: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._position = position
        self._spec: LayerSpec = DenseSpec()
        self.title = FlatButton(self, bold=True)
        self.title.setPopupMode(FlatButton.ToolButtonPopupMode.InstantPopup)
        self.fewer, self.more = FlatButton(self), FlatButton(self)
        self.fewer.set_titles("−")
        self.more.set_titles("+")
        self.fewer.setToolTip(f"Remove a neuron from layer {position + 1}.")
        self.more.setToolTip(f"Add a neuron to layer {position + 1}.")
        for button in (self.fewer, self.more):
            button.setAccessibleName(button.toolTip().rstrip("."))
            button.setWhatsThis(
                "A change of the number of neurons makes a new network: training starts again from its first weights."
            )
        self.fewer.clicked.connect(self._remove_neuron)
        self.more.clicked.connect(self._add_neuron)
        self.activations: dict[ActivationKind, QAction] = {}
        self._build_menu()

    def _build_menu(self) -> None:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.addSection("Activation")
        group = QActionGroup(menu)
        for kind in ActivationKind:
            action = QAction(kind.label, menu, checkable=True)
            action.setData(kind.value)
            action.setToolTip(f"{kind.help}  f(z) = {kind.formula}")
            group.addAction(action)
            menu.addAction(action)
            self.activations[kind] = action
        group.triggered.connect(self._choose_activation)
        menu.addSeparator()
        self.units = QSpinBox(minimum=int(UNITS.minimum), maximum=int(UNITS.maximum))
        self.units.setKeyboardTracking(False)
        self.units.setAccessibleName(UNITS.label)
        self.units.setToolTip(UNITS.help)
        self.units.valueChanged.connect(self._set_units)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.addWidget(QLabel(UNITS.label))
        layout.addWidget(self.units, 1)
        row_action = QWidgetAction(menu)
        row_action.setDefaultWidget(row)
        menu.addAction(row_action)
        menu.addSeparator()
        self.remove = menu.addAction("Remove this layer")
        self.remove.triggered.connect(self._remove_layer)
        self.title.setMenu(menu)

    def show_layer(self, spec: LayerSpec) -> None:
        """Show this layer from now on."""
        self._spec = spec
        titles = layer_titles(spec)
        self.title.set_titles(*titles)
        self.title.setToolTip(f"Layer {self._position + 1}: {titles[0]}. Click to choose its activation or remove it.")
        self.title.setAccessibleName(f"Layer {self._position + 1}, {titles[0]}")
        dense = isinstance(spec, DenseSpec)
        for button in (self.fewer, self.more):
            button.setVisible(dense)
        if isinstance(spec, DenseSpec):
            self.activations[spec.activation].setChecked(True)
            self.fewer.setEnabled(spec.units > UNITS.minimum)
            self.more.setEnabled(spec.units < UNITS.maximum)
            self.units.blockSignals(True)
            self.units.setValue(spec.units)
            self.units.blockSignals(False)

    def place(self, box: QRect) -> None:
        """Fill this box: the title above, the two small buttons below its middle."""
        self.setGeometry(box)
        upper = box.height() - SMALL
        self.title.setGeometry(0, 0, box.width(), upper)
        middle = box.width() // 2
        self.fewer.setGeometry(middle - SMALL - 3, upper, SMALL, SMALL)
        self.more.setGeometry(middle + 3, upper, SMALL, SMALL)

    def _choose_activation(self, action: QAction) -> None:
        if isinstance(self._spec, DenseSpec):
            self.changed.emit(self._position, replace(self._spec, activation=ActivationKind(action.data())))

    def _set_units(self, units: int) -> None:
        if isinstance(self._spec, DenseSpec):
            self.changed.emit(self._position, resized(self._spec, units))

    def _remove_neuron(self) -> None:
        self._set_units(self.units.value() - 1)

    def _add_neuron(self) -> None:
        self._set_units(self.units.value() + 1)

    def _remove_layer(self) -> None:
        self.removed.emit(self._position)
