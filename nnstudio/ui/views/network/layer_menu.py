"""The menu behind a layer's title: its activation or other choices, its numbers, and a way to remove it.

It is made for one kind of layer, from the settings of that kind, and only says what somebody wants.
"""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSpinBox, QWidget, QWidgetAction

from nnstudio.core.experiment.layer_specs import LayerSpec
from nnstudio.core.experiment.setting import Choice, Setting, settings_of
from nnstudio.ui.widgets.number_field import NumberField


class LayerMenu(QMenu):
    """The menu for layers of one kind."""

    changed = Signal(str, object)  # a setting, its new value
    remove_requested = Signal()

    def __init__(self, kind: type[LayerSpec], parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.setToolTipsVisible(True)
        self.choices: dict[str, dict[Choice, QAction]] = {}
        self.numbers: dict[str, QSpinBox | NumberField] = {}
        settings = settings_of(kind)
        for name, setting in reversed(list(settings.items())):  # the activation before the padding
            if setting.choice is not None:
                self.choices[name] = self._add_choice(name, setting)
        self.addSeparator()
        for name, setting in settings.items():
            if setting.choice is None:
                self.numbers[name] = self._add_number(name, setting)
        self.addSeparator()
        self.remove = self.addAction("Remove this layer")
        self.remove.setToolTip("Training goes on without this layer; the others keep what they have learned.")
        self.remove.triggered.connect(self.remove_requested)

    def show_spec(self, spec: LayerSpec) -> None:
        """Show the settings of this layer; emits nothing."""
        for name, actions in self.choices.items():
            actions[getattr(spec, name)].setChecked(True)
        for name, field in self.numbers.items():
            if isinstance(field, NumberField):
                field.set_value(getattr(spec, name))
            else:
                field.blockSignals(True)
                field.setValue(getattr(spec, name))
                field.blockSignals(False)

    def _add_choice(self, name: str, setting: Setting) -> dict[Choice, QAction]:
        assert setting.choice is not None
        self._add_heading(setting.label)
        group = QActionGroup(self)
        group.setObjectName(name)
        actions: dict[Choice, QAction] = {}
        for member in setting.choice:
            action = QAction(member.label, self, checkable=True)
            action.setData(member.value)
            action.setToolTip(f"{member.help}  f(z) = {member.formula}" if member.formula else member.help)
            group.addAction(action)
            self.addAction(action)
            actions[member] = action
        group.triggered.connect(self._choose)
        return actions

    def _add_heading(self, text: str) -> None:
        """A section's own text is not drawn where a style sheet is in force."""
        self.addSeparator()
        label = QLabel(text)
        label.setProperty("role", "caption")
        label.setContentsMargins(12, 2, 8, 2)
        heading = QWidgetAction(self)
        heading.setDefaultWidget(label)
        heading.setEnabled(False)
        self.addAction(heading)

    def _add_number(self, name: str, setting: Setting) -> QSpinBox | NumberField:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(12, 4, 8, 4)
        if setting.integer:
            field: QSpinBox | NumberField = QSpinBox(minimum=int(setting.minimum), maximum=int(setting.maximum))
            field.setKeyboardTracking(False)
            field.setAccessibleName(setting.label)
            field.setToolTip(setting.help)
            field.setObjectName(name)
            field.valueChanged.connect(self._set_number)
            layout.addWidget(QLabel(setting.label))
        else:
            field = NumberField(setting, name)
            field.value_committed.connect(self._set_number)
        layout.addWidget(field, 1)
        action = QWidgetAction(self)
        action.setDefaultWidget(row)
        self.addAction(action)
        return field

    def _choose(self, action: QAction) -> None:
        name = action.actionGroup().objectName()
        choice = settings_of(self.kind)[name].choice
        assert choice is not None
        self.changed.emit(name, choice(action.data()))

    def _set_number(self, value: float) -> None:
        self.changed.emit(self.sender().objectName(), value)
