"""The Layer card: everything about one layer, and the network as a whole.

It is about the layer that was touched last; pinned, it stays with the one that it shows. Below the layer stand the
network as text and whole networks to start from. An edit that cannot work is not asked for: its control says why.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from nnstudio.core.experiment import Experiment, LayerSpec
from nnstudio.core.experiment.network_text import describe_layers, parse_layers
from nnstudio.core.network.layer_edits import DuplicateLayer, Ends, LayerEdit, RemoveLayer, TakeNetwork, misfit, refusal
from nnstudio.core.network.network import layer_names
from nnstudio.core.network.outline import Outline, layers_from_text, outline, shape_text
from nnstudio.core.network.surgery import Freeze
from nnstudio.core.presets import STARTING_POINTS, StartingPoint
from nnstudio.core.run.frame import Frame
from nnstudio.ui import theme
from nnstudio.ui.explanations.window import LAYER_CARD
from nnstudio.ui.icons import icon
from nnstudio.ui.panels.layer_rows import Control, LayerRows
from nnstudio.ui.panels.network_text_box import NetworkTextBox
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.option_box import Option, OptionBox
from nnstudio.ui.widgets.switch import Switch

_PIN_TIPS = (
    "Keep showing this layer, whatever else is touched.",
    "This layer stays here; click to follow again what is touched last.",
)
_COUNTED = "How many numbers it learns: units × inputs, and a bias for each unit."
_LONGEST_LINE = 17
_GAP = 4
_LOCK = 14
_FREEZE = "Optimiser and penalties leave its weights alone, to the bit."


class LayerPanel(QWidget):
    """`select` turns it to a layer; `layer_shown` tells which one it is about, 0 for none. `pin` belongs into the
    card's title bar."""

    layer_shown = Signal(int)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._key = 0
        self._ends: Ends | None = None
        self._about: object = None
        """What was last shown."""
        self.rows: LayerRows | None = None
        self.pin = _pin()
        self.pin.toggled.connect(self._show_pin)
        self._note = Note(self)
        self.heading = QLabel()
        self.heading.setProperty("role", "heading")
        self.frozen = QLabel()
        self.frozen.setAccessibleName("Frozen")
        self.frozen.setToolTip("This layer is frozen.")
        self.frozen.hide()
        self._place_of_rows = QVBoxLayout()
        self._layer = QWidget()
        self.shape, self.parameters = _figure("How many numbers come in and go out."), _figure(_COUNTED)
        self.freeze = Switch("Freeze")
        self.duplicate = _button(
            "Duplicate", "copy", "One more layer like this, right behind it (Ctrl+D on its title)."
        )
        self.remove = _button("Remove", "trash", "Training goes on without it; the others keep what they have learned.")
        head = QHBoxLayout()
        head.setSpacing(4)
        for part in (self.heading, self.frozen):
            head.addWidget(part)
        head.addStretch(1)
        for button in (self.duplicate, self.remove):
            head.addWidget(button)
        self.duplicate.clicked.connect(self._duplicate)
        self.remove.clicked.connect(self._remove)
        self.freeze.clicked.connect(self._freeze)
        self._fill_layer()
        self.text = NetworkTextBox(self._read)
        self.text.taken.connect(self._take)
        self.start = OptionBox("Start from", "A whole network to start from.")
        self.start.setPlaceholderText("Start from…")
        self.start.setProperty("role", "compact")
        self.start.chosen.connect(self._start_from)
        self.text.put_beside_title(self.start)
        self.total = QLabel()
        self.total.setProperty("role", "caption")
        self.total.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        column.addLayout(head)
        column.addWidget(self._layer)
        column.addWidget(_rule())
        column.addWidget(self.text)
        column.addWidget(self.total)
        column.addStretch(1)
        self._show_experiment(session.experiment)
        session.experiment_changed.connect(self._show_experiment)
        session.frame_shown.connect(self._show_frame)

    def _fill_layer(self) -> None:
        self._freezing = QWidget()
        freezing = _row(QLabel("Freeze"), self.freeze)
        freezing.setContentsMargins(0, 0, 0, 0)
        self._freezing.setLayout(freezing)
        self._freezing.setToolTip(_FREEZE)
        self.freeze.setToolTip(_FREEZE)
        self.freeze.setWhatsThis(LAYER_CARD["Freeze"].html("Freeze"))
        figures = QVBoxLayout()
        figures.setSpacing(2)
        figures.addLayout(_row(_dim("Shape"), self.shape))
        figures.addLayout(_row(_dim("Parameters"), self.parameters))
        column = QVBoxLayout(self._layer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        column.addLayout(self._place_of_rows)
        column.addWidget(self._freezing)
        column.addWidget(_rule())
        column.addLayout(figures)

    # Which layer

    @property
    def key(self) -> int:
        """The layer that it is about; 0 for none."""
        return self._key

    @Slot(int)
    def select(self, key: int) -> None:
        """Turn to this layer, unless another one is pinned."""
        if not self.pin.isChecked() or self._spec() is None:
            self._key = key
            self._show_experiment(self._session.experiment)
        self.layer_shown.emit(self._key)

    def _spec(self) -> LayerSpec | None:
        return next((spec for spec in self._session.experiment.layers if spec.key == self._key), None)

    def _show_pin(self, pinned: bool) -> None:
        self.pin.setText("pinned" if pinned else "pin")
        self.pin.setToolTip(_PIN_TIPS[pinned])

    # Showing

    @Slot(object)
    def _show_frame(self, frame: Frame) -> None:
        if not self._session.loading and self._ends != Ends.of(frame.model):
            self._ends = Ends.of(frame.model)
            self._show_experiment(self._session.experiment)
        self._show_lock(frame)

    def _show_lock(self, frame: Frame | None) -> None:
        """Whether training leaves the layer alone; only for one that learns."""
        layers = frame.model.layers if frame is not None else ()
        layer = next((each for each in layers if each.key == self._key and self._key), None)
        frozen = layer is not None and layer.wholly_frozen
        self._freezing.setVisible(layer is not None and bool(layer.arrays))
        self.freeze.setChecked(frozen)
        if frozen:  # it is drawn anew with each picture, in the colours of now
            self.frozen.setPixmap(icon("lock", "dim").pixmap(round(_LOCK * theme.text_scale())))
        self.frozen.setVisible(frozen)

    @Slot(object)
    def _show_experiment(self, experiment: Experiment) -> None:
        """Show what is asked for; a drag of something else is none of this card's business."""
        about = experiment.layers, experiment.initialization.kind, type(experiment.dataset), self._key, self._ends
        if about != self._about:
            self._about = about
            self._show(experiment)

    def _show(self, experiment: Experiment) -> None:
        layers = experiment.layers
        if self._spec() is None:
            self._key = layers[0].key if layers else 0
        spec, ends = self._spec(), self._ends
        outlines = outline(layers, ends) if ends is not None and not misfit(layers, ends) else ()
        for part in (self._layer, self.duplicate, self.remove):
            part.setVisible(spec is not None)
        self.pin.setEnabled(spec is not None)
        if spec is None:
            self.heading.setText("No hidden layer")
        else:
            self._show_layer(spec, outlines)
        self.text.show_text(describe_layers(layers))
        self.total.setText(_total(outlines))
        self._offer_networks(experiment)
        self._show_lock(self._session.frame)
        self.layer_shown.emit(self._key)

    def _show_layer(self, spec: LayerSpec, outlines: tuple[Outline, ...]) -> None:
        if self.rows is None or self.rows.kind is not type(spec):
            if self.rows is not None:
                self._place_of_rows.removeWidget(self.rows)
                self.rows.hide()
                self.rows.deleteLater()
            self.rows = LayerRows(type(spec))
            self.rows.wanted.connect(self._wanted)
            self._place_of_rows.addWidget(self.rows)
        self.rows.show_layer(spec, self._session.experiment, self._ends)
        one = next((each for each in outlines if each.key == spec.key), None)
        self.heading.setText(layer_names(self._session.experiment.layers)[spec.key])
        self.shape.setText(f"{shape_text(one.given)} → {shape_text(one.made)}" if one is not None else "–")
        self.parameters.setText(_in_lines(one.formula) if one is not None else "–")
        for button, edit in ((self.duplicate, DuplicateLayer(spec.key)), (self.remove, RemoveLayer(spec.key))):
            reason = self._refusal(edit)
            button.setEnabled(not reason)
            button.setToolTip(reason or button.statusTip())

    def _offer_networks(self, experiment: Experiment) -> None:
        options: list[Option] = []
        for point in STARTING_POINTS.get(type(experiment.dataset), ()):
            reason = misfit(point.layers, self._ends) if self._ends is not None else ""
            options.append(Option(point.name, point, point.help, reason))
        self.start.offer(options, None)

    # Editing

    @Slot(object, object)
    def _wanted(self, edit: LayerEdit, control: Control) -> None:
        self._ask(edit, control.complain)

    def _duplicate(self) -> None:
        self._ask(DuplicateLayer(self._key), self._note.say)

    def _remove(self) -> None:
        self._ask(RemoveLayer(self._key), self._note.say)

    @Slot(object)
    def _take(self, layers: tuple[LayerSpec, ...]) -> None:
        self._ask(TakeNetwork(layers), self.text.complain)

    @Slot(object)
    def _start_from(self, point: StartingPoint) -> None:
        self._ask(TakeNetwork(point.layers), self.start.complain)

    def _ask(self, edit: LayerEdit, complain: Callable[[str], None]) -> None:
        """Ask the session for an edit, or say why it cannot be made."""
        experiment = self._session.experiment
        reason = self._refusal(edit)
        if reason:
            complain(reason)
        else:
            self._session.edit(edit(experiment), label=edit.label)
        self._show(self._session.experiment)  # also where nothing has changed: a control may have

    def _refusal(self, edit: LayerEdit) -> str:
        """Why an edit cannot be made, as far as one can know before the data are there."""
        if self._ends is None or self._session.loading:
            return ""
        return refusal(edit, self._session.experiment.layers, self._ends)

    def _freeze(self, frozen: bool) -> None:
        self._session.operate(Freeze(self._key, frozen))

    def _read(self, text: str) -> tuple[LayerSpec, ...]:
        return parse_layers(text) if self._ends is None else layers_from_text(text, self._ends)


def _in_lines(formula: str) -> str:
    """A formula that is too long for a line in two."""
    return formula if len(formula) <= _LONGEST_LINE else formula.replace(" = ", "\n= ")


def _total(outlines: Sequence[Outline]) -> str:
    """The whole network in a line."""
    if not outlines:
        return ""
    sizes = " – ".join(shape_text(shape) for shape in (outlines[0].given, *(one.made for one in outlines)))
    return f"{sizes}: {grouped(sum(one.parameters for one in outlines))} parameters"


def _pin() -> QToolButton:
    pin = QToolButton()
    pin.setProperty("role", "pin")
    pin.setCheckable(True)
    pin.setIcon(icon("pin", "accent"))
    pin.setText("pin")
    pin.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    pin.setToolTip(_PIN_TIPS[False])
    pin.setWhatsThis(LAYER_CARD["Pin this layer"].html("Pin"))
    pin.setAccessibleName("Pin this layer")
    pin.setMinimumHeight(24)
    pin.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return pin


def _button(text: str, picture: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "icon")
    button.setIcon(icon(picture))
    button.setMinimumSize(24, 24)
    button.setToolTip(f"{text}. {tip}")
    button.setStatusTip(button.toolTip())
    button.setWhatsThis(LAYER_CARD[text].html(text, tip))
    button.setAccessibleName(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _dim(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "dim")
    return label


def _figure(tip: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", "figure")
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    label.setToolTip(tip)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _row(label: QLabel, widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    row.addWidget(label)
    if isinstance(widget, QLabel):
        row.addWidget(widget, 1)  # long figures go on in a second line
    else:
        row.addStretch(1)
        row.addWidget(widget)
    return row


def _rule() -> QFrame:
    rule = QFrame()
    rule.setProperty("role", "rule")
    rule.setFixedHeight(1)
    return rule
