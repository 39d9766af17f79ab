"""What stands above a hidden layer: its title, and − and + for its neurons or filters.

The header only says what somebody wants; the layer changes when the experiment does. All settings of a layer are on the
Layer card, which a click on the title turns to it.
"""

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QWidget

from nnstudio.core.counting import counted
from nnstudio.core.experiment.layer_specs import LayerSpec
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.network.layer_edits import DuplicateLayer, RemoveLayer, resize
from nnstudio.core.network.outline import Outline, shape_text
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.theme import text_scale
from nnstudio.ui.views.network.flat_button import FlatButton
from nnstudio.ui.views.network.layer_title import LayerTitle
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.toolbar import Toolbar

SMALL = 24
"""The least side of what one clicks, in pixels."""
_COUNT = 66
"""Room between − and + for how many units there are, where there is room."""
_REMOVE = frozenset({Qt.Key.Key_Delete, Qt.Key.Key_Backspace})
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class LayerHeader(QWidget):
    """The controls of hidden layer `position`, counted from 0. `stepped`: the layer is to move on by so many."""

    edited = Signal(object)  # LayerEdit
    chosen = Signal(int)  # its key
    stepped = Signal(int)
    dragged = Signal(QPoint)
    dropped = Signal(QPoint)
    given_up = Signal()
    left = Signal()  # the pointer has gone

    def __init__(self, position: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.position = position
        self._spec = LayerSpec()
        self._texts: tuple[str, ...] = ("",)
        self._note = Note(self)
        self.title = LayerTitle(self)
        self.title.setWhatsThis(VIEWS["Layer"].html("Layer"))
        self.fewer, self.more = FlatButton(self), FlatButton(self)
        self.count = QLabel(self)
        self.count.setProperty("role", "caption")
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.fewer.set_titles("−")
        self.more.set_titles("+")
        for button in (self.fewer, self.more):
            button.setWhatsThis(VIEWS["Neurons"].html("Neurons"))
        self._toolbar = Toolbar([self.title, self.fewer, self.more])
        self.title.clicked.connect(self._choose)
        self.title.dragged.connect(self.dragged)
        self.title.dropped.connect(self.dropped)
        self.title.given_up.connect(self.given_up)
        self.fewer.clicked.connect(self._remove_one)
        self.more.clicked.connect(self._add_one)

    @property
    def key(self) -> int:
        """The key of the layer that it shows."""
        return self._spec.key

    def show_layer(self, spec: LayerSpec, outline: Outline) -> None:
        """Show this layer from now on."""
        self._spec = spec
        titles = _titles(spec, outline.name)
        self.title.set_titles(*titles)
        number = f"Layer {self.position + 1}"
        self.title.setToolTip(f"{number}: {titles[0]}. {spec.help} Click for its settings, drag to move it.")
        self.title.setAccessibleName(f"{number}, {titles[0]}")
        self.fewer.setToolTip(f"Remove a {spec.unit} from layer {self.position + 1}.")
        self.more.setToolTip(f"Add a {spec.unit} to layer {self.position + 1}.")
        for button in (self.fewer, self.more):
            button.setAccessibleName(button.toolTip().rstrip("."))
            button.setVisible(bool(spec.width))
        if spec.width:
            setting, count = settings_of(type(spec))[spec.width], getattr(spec, spec.width)
            self.fewer.setEnabled(count > setting.minimum)
            self.more.setEnabled(count < setting.maximum)
            self._texts = counted(count, spec.unit, grouped(count)), grouped(count)
        else:
            self._texts = shape_text(outline.made), ""
        self._show_count()

    def refuse(self, reason: str) -> None:
        """Say why something was not done."""
        self._note.say(reason)

    def place(self, box: QRect) -> None:
        """Fill this box: the title above; below its middle the two small buttons, with the count between them."""
        self.setGeometry(box)
        upper = box.height() - SMALL
        self.title.setGeometry(0, 0, box.width(), upper)
        middle = box.width() // 2
        half = min(round(_COUNT * text_scale()), max(box.width() - 2 * SMALL, 4)) // 2
        self.fewer.setGeometry(middle - half - SMALL, upper, SMALL, SMALL)
        self.more.setGeometry(middle + half, upper, SMALL, SMALL)
        if self._spec.width:
            self.count.setGeometry(middle - half, upper, 2 * half, SMALL)
        else:
            self.count.setGeometry(0, upper, box.width(), SMALL)
        self._show_count()

    def _show_count(self) -> None:
        self.count.setFont(text_font(11))
        metrics = self.count.fontMetrics()
        fitting = (text for text in self._texts if metrics.horizontalAdvance(text) <= self.count.width())
        self.count.setText(next(fitting, ""))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = Qt.Key(event.key()), event.modifiers()
        if not self.title.hasFocus():
            super().keyPressEvent(event)
        elif held == Qt.KeyboardModifier.ControlModifier and key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif held == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_D:
            self.edited.emit(DuplicateLayer(self.key))
        elif not held and key in _REMOVE:
            self.edited.emit(RemoveLayer(self.key))
        else:
            super().keyPressEvent(event)

    @property
    def is_pointed_at(self) -> bool:
        """Whether the pointer is on − or +."""
        return self.fewer.underMouse() or self.more.underMouse()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def _choose(self) -> None:
        self.chosen.emit(self.key)

    def _remove_one(self) -> None:
        self.edited.emit(resize(self._spec, -1))

    def _add_one(self) -> None:
        self.edited.emit(resize(self._spec, 1))


def _titles(spec: LayerSpec, name: str) -> tuple[str, ...]:
    """What the layer is called, shorter and shorter; where there is no room for its number, what it has instead."""
    activation = getattr(spec, "activation", None)
    if spec.width and activation is not None:
        short, kind = activation.phrase, name.split()[0].removesuffix("2D")
        return f"{name} · {short}", name, name.replace("2D", ""), f"{getattr(spec, spec.width)} {short}", kind
    return *spec.titles, spec.titles[-2 if len(spec.titles) > 1 else 0].split()[0]
