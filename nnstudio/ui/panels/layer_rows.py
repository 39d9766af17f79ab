"""The settings of one kind of layer as a column of rows, and what stands behind the layer as if it were its setting.

The rows only say which edit somebody wants, by the key of the layer that they show.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.core.experiment import LAYER_KINDS, Experiment, LayerSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_traits import Follower
from nnstudio.core.experiment.setting import Setting, settings_of
from nnstudio.core.network.layer_edits import ChangeLayer, Ends, LayerEdit, Layers, ReplaceLayer, as_kind, refusal
from nnstudio.core.network.layer_tail import SetInTail, in_tail, kinds_of
from nnstudio.ui import theme
from nnstudio.ui.widgets.activation_icon import activation_icon
from nnstudio.ui.widgets.number_field import NumberField
from nnstudio.ui.widgets.option_box import Option, OptionBox, abbreviated
from nnstudio.ui.widgets.setting_slider import SettingSlider
from nnstudio.ui.widgets.stepper import Stepper

LABEL_WIDTH = 64
_ROW_GAP = 2
_NARROWEST_FIELD = 117
"""In which the short names of all choices have room."""
_DROPOUTS, _ACTIVATIONS = kinds_of(Follower.DROPOUT)[0], kinds_of(Follower.ACTIVATION)[0]
_DROPOUT = replace(
    settings_of(_DROPOUTS)["rate"],
    label="Dropout",
    help="In training, this share of the neurons sits out each update, chosen at random: a dropout layer behind this "
    "one. 0 takes it away.",
)
_NONE = Option("None", None, "The values go on as they are.")
Control = OptionBox | Stepper | NumberField


class LayerRows(QWidget):
    """The rows for layers of one `kind`; `wanted` gives an edit and the control that asks for it."""

    wanted = Signal(object, object)

    def __init__(self, kind: type[LayerSpec]) -> None:
        super().__init__()
        self.kind = kind
        self._spec = kind()
        self._labels: list[QLabel] = []
        self.controls: dict[str, Control] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_ROW_GAP)
        self._add_options("kind", "Kind", "What kind of layer stands here.")
        for name, setting in sorted(settings_of(kind).items(), key=lambda item: item[1].choice is not None):
            self._add(name, setting)
        if "initializer" in settings_of(kind):
            self._add_options("normalise", "Normalise", "Evens out the values behind this layer, by one more layer.")
            self._add_slider("dropout", _DROPOUT)
        elif kind.follower is Follower.NORMALISATION:
            self._add_options("then", "Activation", "What is made of the evened-out values, by one more layer.")
        self._align()

    # Making the rows

    def _add(self, name: str, setting: Setting) -> None:
        if setting.choice is not None:
            self._add_options(name, setting.label, setting.help)
        elif setting.integer:
            stepper = Stepper(setting, name)
            stepper.value_committed.connect(self._change)
            self._add_row(name, setting.label, stepper)
        else:
            self._add_slider(name, setting)

    def _add_slider(self, name: str, setting: Setting) -> None:
        slider = SettingSlider(setting, name)
        slider.value_committed.connect(self._change)
        self.controls[name] = slider
        self._column.addWidget(slider)

    def _add_options(self, name: str, label: str, help: str) -> None:
        box = OptionBox(label, help)
        box.setObjectName(name)
        box.chosen.connect(self._change)
        self._add_row(name, label, box)

    def _add_row(self, name: str, text: str, control: OptionBox | Stepper) -> None:
        label = QLabel(text)
        label.setToolTip(control.toolTip())
        label.setBuddy(control)
        self._labels.append(label)
        self.controls[name] = control
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(label)
        row.addWidget(control, 1)
        self._column.addLayout(row)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self._align()

    def _align(self) -> None:
        scale = theme.text_scale()
        for label in self._labels:
            label.setMinimumWidth(round(LABEL_WIDTH * scale))
        for control in self.controls.values():
            if isinstance(control, OptionBox):
                control.setMinimumWidth(round(_NARROWEST_FIELD * scale))

    # Showing a layer

    def show_layer(self, spec: LayerSpec, experiment: Experiment, ends: Ends | None) -> None:
        """Show this layer of the experiment; without `ends` nobody knows yet what fits."""
        self._spec, layers = spec, experiment.layers
        for name, control in self.controls.items():
            if isinstance(control, OptionBox):
                control.offer(*_options(name, spec, experiment, ends))
            elif name == "dropout":
                control.set_value(_rate(layers, spec.key))
            else:
                control.set_value(getattr(spec, name))

    # What somebody wants

    @Slot(object)
    def _change(self, value: object) -> None:
        control = self.sender()
        if isinstance(control, Control):
            self.wanted.emit(self._edit(control.objectName(), value), control)

    def _edit(self, name: str, value: Any) -> LayerEdit:
        spec, key = self._spec, self._spec.key
        match name:
            case "kind":
                return ReplaceLayer(key, as_kind(spec, value))
            case "normalise":
                return SetInTail(key, Follower.NORMALISATION, value() if value else None)
            case "dropout":
                return SetInTail(key, Follower.DROPOUT, _with(_DROPOUTS, rate=value) if value else None)
            case "then":
                return SetInTail(key, Follower.ACTIVATION, _with(_ACTIVATIONS, activation=value) if value else None)
            case _:
                return ChangeLayer(key, name, value)


def _options(name: str, spec: LayerSpec, experiment: Experiment, ends: Ends | None) -> tuple[Sequence[Option], object]:
    """What a row offers, and what of it is so now."""
    layers = experiment.layers
    if name == "kind":
        return [_kind(kind, spec, layers, ends) for kind in LAYER_KINDS.values()], type(spec)
    if name == "normalise":
        there = in_tail(layers, spec.key, Follower.NORMALISATION)
        kinds = kinds_of(Follower.NORMALISATION)
        others = [Option(kind.label, kind, kind.help, short=abbreviated(kind.label)) for kind in kinds]
        return [_NONE, *others], type(there) if there is not None else None
    if name == "then":
        there = in_tail(layers, spec.key, Follower.ACTIVATION)
        return [_NONE, *_members(settings_of(_ACTIVATIONS)["activation"])], getattr(there, "activation", None)
    setting = settings_of(type(spec))[name]
    if name == "initializer":
        usual = experiment.initialization.kind
        label, why = f"{usual.label.partition('(')[0]}, as all", f"{setting.none}: {usual.help} {usual.formula}"
        none = Option(label, None, why, short="as all")
        return [none, *_members(setting)], getattr(spec, name)
    return _members(setting), getattr(spec, name)


def _members(setting: Setting) -> list[Option]:
    return [
        Option(
            member.label,
            member,
            f"{member.help} {member.formula}".rstrip(),
            icon=activation_icon(member) if isinstance(member, ActivationKind) else None,
            short=abbreviated(member.label),
        )
        for member in setting.choice or ()
    ]


def _kind(kind: type[LayerSpec], spec: LayerSpec, layers: Layers, ends: Ends | None) -> Option:
    reason = refusal(ReplaceLayer(spec.key, as_kind(spec, kind)), layers, ends) if ends is not None else ""
    return Option(kind.label, kind, kind.help, reason, short=abbreviated(kind.label))


def _rate(layers: Layers, key: int) -> float:
    return getattr(in_tail(layers, key, Follower.DROPOUT), "rate", 0.0)


def _with(kind: type[LayerSpec], **settings: Any) -> LayerSpec:
    return kind(**settings)
