"""What somebody may do by hand to the weight or the neuron that they chose: see its numbers, set them, freeze it.

It stands beside its place over the picture, changes nothing by itself and says what is wanted as a `Surgery`. While it
is open every frame is shown in it: values, locks, and what the loss was when it was opened.
"""

import math
from functools import partial
from secrets import randbelow

import numpy as np
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from nnstudio.core.network.model import ModelLayer
from nnstudio.core.network.surgery import Freeze, Negate, Redraw, SetParameter, Surgery, Switch, Zero
from nnstudio.core.run.frame import Frame
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.icons import icon
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.views.network.links import FULL
from nnstudio.ui.views.network.neuron_note import full_name
from nnstudio.ui.widgets.figures import decimal
from nnstudio.ui.widgets.value_slider import ValueSlider

_WIDTH = 300
_DRAWS = 2**31
_OWN = ("bias", "gain", "shift")
_HELP = {
    "weight": "<p>How strongly the neuron at the left acts on the one at the right: z = Σ w·x + b.</p>"
    "<p><b>Example:</b> w = −1.1 "
    "and x = 0.5 add −0.55 to z.</p><p><b>Source:</b> McCulloch and Pitts, 1943; Rosenblatt, 1958.</p>",
    "bias": "<p>What z is before any input: z = Σ w·x + b.</p>"
    "<p><b>Example:</b> b = 1 makes tanh answer 0.76 to inputs of 0.</p>"
    "<p><b>Source:</b> Rosenblatt, The perceptron, 1958.</p>",
    "gain": "<p>What the normalised value is multiplied with: γ·x̂ + β.</p><p><b>Example:</b> γ = 2 doubles it.</p>"
    "<p><b>Source:</b> Ioffe and Szegedy, Batch normalization, 2015.</p>",
    "shift": "<p>What is added to the normalised value: γ·x̂ + β.</p><p><b>Example:</b> β = 1 moves its mean to 1.</p>"
    "<p><b>Source:</b> Ioffe and Szegedy, Batch normalization, 2015.</p>",
}


def can_open(frame: Frame, spot: Spot | LinkSpot) -> bool:
    """Whether there is anything to do by hand at a place."""
    if spot.column == 0:
        return False
    layer = frame.model.layers[spot.column - 1]
    return isinstance(spot, LinkSpot) or layer.activation is not None or bool(layer.arrays)


def _parameters(layer: ModelLayer, spot: Spot | LinkSpot) -> list[tuple[str, tuple[int, ...]]]:
    """The arrays, and the places in them, that are a link's or a unit's own: where a layer normalisation reads an
    image, a channel has a pair of numbers for each pixel, and none of them is the one."""
    if isinstance(spot, LinkSpot):
        *seen, _ = layer.arrays["weight"].shape
        return [("weight", (*(int(i) for i in np.unravel_index(spot.source, seen)), spot.unit))]
    single = layer.shape[:1]
    return [(name, (spot.unit,)) for name in _OWN if name in layer.arrays and layer.arrays[name].shape == single]


class Popover(QFrame):
    """Beside a weight or a neuron. `operated` carries a `Surgery` and the name under which a drag is one step of Undo;
    `closed` comes when it is let go by its × or Escape."""

    operated = Signal(object, str)
    closed = Signal()

    def __init__(self, frame: Frame, spot: Spot | LinkSpot, parent: QWidget) -> None:
        super().__init__(parent)
        self.spot, self._frame = spot, frame
        self._loss = frame.metrics.train_loss
        self.setProperty("role", "popover")
        self.setFixedWidth(_WIDTH)
        self._key = self._layer.key
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.setSpacing(6)
        column.addLayout(self._header())
        self.sliders: dict[tuple[str, tuple[int, ...]], ValueSlider] = {}
        for name, index in _parameters(self._layer, spot):
            if isinstance(spot, Spot):
                label = QLabel(name.capitalize())
                label.setProperty("role", "subtitle")
                column.addWidget(label)
            slider = ValueSlider(name.capitalize(), FULL, _HELP[name])
            slider.value_changed.connect(partial(self._set, name, index))
            slider.begin(self._value(name, index))
            self.sliders[name, index] = slider
            column.addWidget(slider)
        if isinstance(spot, Spot):
            column.addLayout(self._deeds())
        column.addLayout(self._footer())
        self.show_frame(frame)

    @property
    def _layer(self) -> ModelLayer:
        return self._frame.model.layers[self.spot.column - 1]

    def _header(self) -> QHBoxLayout:
        name = full_name(self._frame, self.spot)
        title = QLabel(name.removeprefix("Weight, "))  # its arrow says that it is one
        title.setProperty("role", "strong")
        title.setWordWrap(True)
        close = QToolButton()
        close.setProperty("role", "icon")
        close.setIcon(icon("close", "dim"))
        close.setToolTip("Close (Esc).")
        close.setAccessibleName("Close")
        close.setWhatsThis(VIEWS["Close"].html("Close"))
        close.clicked.connect(self.closed)
        row = QHBoxLayout()
        row.addWidget(title, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(name)
        return row

    def _deeds(self) -> QHBoxLayout:
        """What can be done to a neuron as a whole."""
        row = QHBoxLayout()
        row.setSpacing(6)
        self.deeds: dict[str, QPushButton] = {}
        deeds = {
            "Zero": "Sets all its own parameters to 0.",
            "Negate": "Turns the sign of its parameters, and of the weights behind it where its activation is odd.",
            "Redraw": "Draws its parameters anew, like first weights.",
            "Switch off": "It gives 0 and learns nothing until it is switched on again.",
        }
        for name, tip in deeds.items():
            button = QPushButton(name)
            button.setProperty("role", "small")
            button.setToolTip(tip)
            button.setWhatsThis(VIEWS[name].html(name, tip))
            button.clicked.connect(partial(self._do, name))
            self.deeds[name] = button
            row.addWidget(button)
        hidden = self.spot.column < len(self._frame.model.layers)
        self.deeds["Switch off"].setVisible(hidden and self._layer.activation is not None)
        for name in ("Zero", "Negate", "Redraw"):
            self.deeds[name].setVisible(bool(self._layer.arrays))
        row.addStretch()
        return row

    def _footer(self) -> QHBoxLayout:
        self.freeze = QCheckBox("Freeze")
        self.freeze.setToolTip("Optimiser and penalty leave it alone, to the bit.")
        self.freeze.setWhatsThis(VIEWS["Freeze"].html("Freeze"))
        self.freeze.clicked.connect(self._freeze)
        self.freeze.setVisible(bool(self._layer.arrays))
        self.loss = QLabel()
        self.loss.setProperty("role", "mono")
        row = QHBoxLayout()
        row.addWidget(self.freeze)
        row.addStretch()
        row.addWidget(self.loss)
        return row

    def show_frame(self, frame: Frame) -> None:
        """Values, locks and loss as they are now, also where Undo has led to another run; it closes when its place is
        gone."""
        another, self._frame = frame.run != self._frame.run, frame
        if self.spot.column > len(frame.model.layers) or self._layer.key != self._key or not self._exists():
            self.closed.emit()
            return
        for (name, index), slider in self.sliders.items():
            value = self._value(name, index)
            if another:
                slider.take_back(value)
            else:
                slider.set_value(value)
        self.freeze.setChecked(self._frozen())
        if isinstance(self.spot, Spot):
            off = self.spot.unit in self._layer.off
            self.deeds["Switch off"].setText("Switch on" if off else "Switch off")
        self._show_loss(frame)

    def _show_loss(self, frame: Frame) -> None:
        now = frame.metrics.train_loss
        before, after = decimal(self._loss), decimal(now)
        known = math.isfinite(now) and math.isfinite(self._loss)
        arrow = "" if before == after or not known else " ▼" if now < self._loss else " ▲"
        self.loss.setText(f"loss {after}" if before == after else f"loss {before} → {after}{arrow}")
        tone = "better" if known and now < self._loss else "worse" if known and now > self._loss else ""
        if self.loss.property("tone") != tone:
            self.loss.setProperty("tone", tone)
            self.loss.style().polish(self.loss)

    def _exists(self) -> bool:
        spot = self.spot
        inside = spot.unit < self._layer.shape[0]
        weights = self._layer.weights
        return inside and (isinstance(spot, Spot) or (weights is not None and spot.source < weights.shape[0]))

    def _value(self, name: str, index: tuple[int, ...]) -> float:
        return float(self._layer.arrays[name][index])

    def _frozen(self) -> bool:
        """Whether all that is this place's own is frozen."""
        if isinstance(self.spot, Spot):
            return self.spot.unit in self._layer.frozen_units
        ((name, index),) = _parameters(self._layer, self.spot)
        return name in self._layer.frozen and bool(self._layer.frozen[name][index])

    # What is wanted.

    def _ask(self, surgery: Surgery, merge: str = "") -> None:
        self.operated.emit(surgery, merge)

    def _set(self, name: str, index: tuple[int, ...], value: float) -> None:
        self._ask(SetParameter(self._key, name, index, value), "by hand")

    def _freeze(self, frozen: bool) -> None:
        if isinstance(self.spot, LinkSpot):
            ((name, index),) = _parameters(self._layer, self.spot)
            self._ask(Freeze(self._key, frozen, array=name, index=index))
        else:
            self._ask(Freeze(self._key, frozen, unit=self.spot.unit))

    def _do(self, name: str) -> None:
        key, unit = self._key, self.spot.unit
        if name == "Zero":
            self._ask(Zero(key, unit))
        elif name == "Negate":
            self._ask(Negate(key, unit))
        elif name == "Redraw":
            self._ask(Redraw(key, unit, randbelow(_DRAWS)))
        else:
            self._ask(Switch(key, unit, on=unit in self._layer.off))

    # Its place.

    def stand_beside(self, place: QRectF, bounds: QRectF) -> None:
        """Below the place, or above it where there is no room; always inside the bounds."""
        height = self.heightForWidth(_WIDTH)  # of words that break
        self.resize(_WIDTH, height if height > 0 else self.sizeHint().height())
        x = min(max(place.center().x() - self.width() / 2, bounds.left() + 4), bounds.right() - self.width() - 4)
        y = place.bottom() + 10
        if y + self.height() > bounds.bottom() - 4:
            y = place.top() - 10 - self.height()
        self.move(round(max(x, 0)), round(min(max(y, bounds.top() + 4), bounds.bottom() - self.height() - 4)))

    def take_keys(self) -> None:
        """The keys go to the first number; where there is none, to what else can be done: it opens only where there is
        something."""
        deeds = self.deeds.values() if isinstance(self.spot, Spot) else ()
        controls: tuple[QWidget, ...] = (*self.sliders.values(), self.freeze, *deeds)
        first = next(control for control in controls if control.isVisibleTo(self))
        first.setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Clicks beside its controls are not for the picture below.
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.Wheel):
            event.accept()
            return True
        return super().event(event)
