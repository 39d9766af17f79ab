"""Warped space with its controls: which layer, and by which two directions it is seen."""

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import Frame
from nnstudio.ui import theme
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.network.pace import Pace
from nnstudio.ui.views.network.warped_space import OFFERED, Choice, place_of, size_of, unit_name, units_of
from nnstudio.ui.views.network.warped_stage import WarpedStage
from nnstudio.ui.widgets.figures import percent
from nnstudio.ui.widgets.option_box import Option, OptionBox
from nnstudio.ui.widgets.segmented import SegmentedSwitch

_LAYER, _UNIT, _NARROWEST = 124, 96, 80
_EVERY = 0.25
_GAP = 8
_LAYER_TIP = "Behind which layer the examples are seen."


class WarpedPane(QWidget):
    """A row of controls, the picture, and a line of words."""

    example_chosen = Signal(object)  # Chosen

    def __init__(self) -> None:
        super().__init__()
        self._frame: Frame | None = None
        self._choice = Choice()
        self._pace, self._offered = Pace(_EVERY), ()
        self.stage = WarpedStage()
        self.stage.example_chosen.connect(self.example_chosen)
        self.layer = _Box("Layer seen", _LAYER_TIP)
        self.layer.chosen.connect(self._take_layer)
        tips = "See the layer by the two directions in which the examples differ most.", "See two of its units."
        self.by = SegmentedSwitch(("Components", "Units"), tips)
        self.by.currentChanged.connect(self._take_directions)
        self.across = _Box("Unit across", "Which unit is drawn from left to right.")
        self.up = _Box("Unit upwards", "Which unit is drawn from below upwards.")
        for place, box in enumerate((self.across, self.up)):
            box.chosen.connect(lambda unit, place=place: self._take_unit(place, unit))
        self.words = QLabel()
        self.words.setProperty("role", "caption")
        self.words.setWordWrap(True)
        self._controls = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._controls.setSpacing(_GAP)
        for pair in ((self.layer, self.by), (self.across, self.up)):
            row = QHBoxLayout()
            row.setSpacing(_GAP)
            for part in pair:
                row.addWidget(part)
            row.addStretch(1)
            self._controls.addLayout(row)
        self._controls.setStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._controls)
        column.addWidget(self.stage, 1)
        column.addWidget(self.words)

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for two rows of controls: a card must not grow for them."""
        narrowest = self.layer.minimumSizeHint().width() + _GAP + self.by.sizeHint().width()
        return QSize(narrowest, self.stage.minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        across = (
            self._first_row() + 2 * _GAP + self.across.sizeHint().width() + self.up.sizeHint().width() <= self.width()
        )
        directions = QBoxLayout.Direction
        self._controls.setDirection(directions.LeftToRight if across else directions.TopToBottom)

    def _first_row(self) -> int:
        return self.layer.sizeHint().width() + _GAP + self.by.sizeHint().width()

    def show_frame(self, frame: Frame) -> None:
        """Show this frame from now on."""
        self._frame = frame
        self.stage.show_frame(frame)
        offered = tuple((layer.key, layer.name, layer.shape) for layer in frame.model.layers)
        fresh, self._offered = offered != self._offered, offered
        if fresh:
            self._show_controls(frame)
        if self._pace.due(frame, fresh):
            self._say(frame)

    def table(self) -> Table | None:
        """All examples with their two numbers."""
        return self.stage.table()

    # What is chosen.

    def _take_layer(self, key: object) -> None:
        assert isinstance(key, int)
        self._take(Choice(key))

    def _take_directions(self, place: int) -> None:
        self._take(self._choice._replace(units=(0, 1) if place else None, free=False))

    def _take_unit(self, place: int, unit: object) -> None:
        assert isinstance(unit, int)
        assert self._frame is not None
        here = units_of(self._frame, self._choice) or (0, 1)
        self._take(self._choice._replace(units=(here[0], unit) if place else (unit, here[1]), free=False))

    def _take(self, choice: Choice) -> None:
        self._choice = choice
        self.stage.choose(choice)
        if self._frame is not None:
            self._show_controls(self._frame)
            self._say(self._frame)

    def _show_controls(self, frame: Frame) -> None:
        layers, place = frame.model.layers, place_of(frame, self._choice)
        options = [Option(layer.name, layer.key, f"a of {layer.name}.") for layer in layers[:-1]]
        options.append(Option("Output, z", layers[-1].key, "The output's sums z, in front of its activation."))
        self.layer.offer(options, layers[place].key)
        count, units = size_of(layers[place]), units_of(frame, self._choice)
        several = 1 < count <= OFFERED
        self.by.setVisible(several)
        with QSignalBlocker(self.by):
            self.by.set_current(0 if units is None else 1)
        for box, unit in zip((self.across, self.up), units or (0, 1), strict=True):
            box.setVisible(several and units is not None)
            if several:
                box.offer([Option(unit_name(layers[place], index), index) for index in range(count)], unit)

    def _say(self, frame: Frame) -> None:
        picture, said = self.stage.picture, list[str]()
        if picture is None:
            text = "Not computed yet."
        else:
            if len(frame.model.layers) == 1:
                said.append("There is no hidden layer: this is the output's z = w·x + b, which nothing has bent.")
            elif picture.level:
                said.append(f"{picture.layer.name} has one {picture.layer.spec.unit}: the plane lies on a line.")
            elif picture.components is not None:
                both = float(picture.components.explained.sum())
                count = size_of(picture.layer)
                said.append(f"Two directions of {count} hold {percent(both, 0)} of how the examples differ.")
            if picture.grid is None:
                said.append("No grid: the inputs are no plane.")
            else:
                crossing = {Task.BINARY: " Dots: where it changes sides.", Task.REGRESSION: " Dots: where it is 0."}
                said.append(f"Colour: the answer.{crossing.get(frame.dataset.task, '')}")
            text = " ".join(said)
        if text != self.words.text():
            self.words.setText(text)
        self.stage.setAccessibleDescription(self.stage.summary())


class _Box(OptionBox):
    def __init__(self, name: str, tip: str) -> None:
        super().__init__(name, tip)
        self._explained = VIEWS[name].html(name, tip)
        self.setWhatsThis(self._explained)
        self.setProperty("role", "compact")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._wide = _LAYER if name == "Layer seen" else _UNIT

    def sizeHint(self) -> QSize:
        return QSize(round(self._wide * theme.text_scale()), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Narrower, its text ends in an ellipsis."""
        return QSize(round(_NARROWEST * theme.text_scale()), super().minimumSizeHint().height())

    def offer(self, options: "list[Option]", current: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().offer(options, current)
        self.setWhatsThis(self._explained)
