"""The popover beside a weight or a neuron: it shows what is there now, and asks for what is wanted, in one word."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import ActivationSpec, BatchNormSpec, DropoutSpec
from nnstudio.core.network.surgery import Freeze, Negate, Redraw, SetParameter, Surgery, Switch, Zero
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Frame
from nnstudio.core.run.run import Run
from nnstudio.ui.views.canned import with_arrays
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.views.network.popover import Popover, can_open

LAYERS = (
    DenseSpec(key=1, units=3),
    BatchNormSpec(key=2),
    ActivationSpec(key=3, activation=ActivationKind.RELU),
    DropoutSpec(key=4),
)


class Shown:
    """A popover over a real run, with all that it asks for."""

    def __init__(self, spot: Spot | LinkSpot, qtbot: QtBot, *layers: Any) -> None:
        self.run = Run()
        self.run.obey(commands.Begin(Experiment(layers=layers or LAYERS)))
        self.page = QWidget()
        qtbot.addWidget(self.page)
        self.page.resize(800, 600)
        self.popover = Popover(self.frame(), spot, self.page)
        self.asked: list[tuple[Surgery, str]] = []
        self.closed: list[bool] = []
        self.popover.operated.connect(lambda surgery, merge: self.asked.append((surgery, merge)))
        self.popover.closed.connect(lambda: self.closed.append(True))
        self.page.show()

    def frame(self) -> Frame:
        return self.run.frame()

    def operate(self, surgery: Surgery) -> None:
        """Do it, and show what comes of it."""
        self.run.obey(commands.Operate(surgery))
        self.popover.show_frame(self.frame())

    def asks(self, button: QAbstractButton) -> Surgery:
        """What is asked for by a click; it is then done."""
        button.click()
        surgery, merge = self.asked[-1]
        assert merge == ""
        self.operate(surgery)
        return surgery

    def values(self) -> dict[str, float]:
        return {name: slider.value for (name, _), slider in self.popover.sliders.items()}


@pytest.mark.parametrize(
    ("column", "opens"), [(0, False), (1, True), (2, True), (3, True), (4, False), (5, True)], ids=str
)
def test_it_opens_where_there_is_something_to_do(column: int, opens: bool) -> None:
    run = Run()
    run.obey(commands.Begin(Experiment(layers=LAYERS)))
    assert can_open(run.frame(), Spot(column, 0)) is opens
    assert can_open(run.frame(), LinkSpot(1, 0, 0))


def test_each_place_has_its_own_numbers_and_deeds(qtbot: QtBot) -> None:
    everything = ["Zero", "Negate", "Redraw"]
    for spot, numbers, deeds, freezes in (
        (Spot(1, 1), ["bias"], [*everything, "Switch off"], True),
        (Spot(2, 1), ["gain", "shift"], everything, True),
        (Spot(3, 1), [], ["Switch off"], False),
        (Spot(5, 0), ["bias"], everything, True),
    ):
        shown = Shown(spot, qtbot)
        popover = shown.popover
        assert [name for name, _ in popover.sliders] == numbers
        assert [name for name, button in popover.deeds.items() if button.isVisibleTo(popover)] == deeds
        assert popover.freeze.isVisibleTo(popover) == freezes


def test_the_numbers_are_those_of_every_new_frame(qtbot: QtBot) -> None:
    shown = Shown(Spot(1, 2), qtbot)
    for value in (0.5, -3.25):
        shown.operate(SetParameter(1, "bias", (2,), value))
        assert shown.values() == {"bias": value}
    link = Shown(LinkSpot(1, 1, 2), qtbot)
    link.operate(SetParameter(1, "weight", (1, 2), 1.75))
    link.operate(SetParameter(1, "weight", (0, 2), 9.0))
    assert link.values() == {"weight": 1.75}


def test_a_number_that_is_typed_is_asked_for_under_the_name_of_one_drag(qtbot: QtBot) -> None:
    for spot, array, index in ((Spot(1, 2), "bias", (2,)), (LinkSpot(1, 1, 2), "weight", (1, 2))):
        shown = Shown(spot, qtbot)
        (slider,) = shown.popover.sliders.values()
        slider.field.setFocus()
        slider.field.selectAll()
        qtbot.keyClicks(slider.field, "-1,25")
        qtbot.keyClick(slider.field, Qt.Key.Key_Return)
        assert shown.asked == [(SetParameter(1, array, index, -1.25), "by hand")]


def test_each_deed_is_for_this_neuron_of_this_layer(qtbot: QtBot) -> None:
    shown = Shown(Spot(1, 2), qtbot)
    deeds = shown.popover.deeds
    assert shown.asks(deeds["Zero"]) == Zero(1, 2)
    assert shown.values() == {"bias": 0.0}
    assert shown.asks(deeds["Negate"]) == Negate(1, 2)
    drawn = [shown.asks(deeds["Redraw"]) for _ in range(2)]
    assert [replace(deed, seed=0) for deed in drawn] == [Redraw(1, 2, 0)] * 2
    assert drawn[0] != drawn[1], "never the same twice"


def test_a_neuron_is_switched_off_and_on_by_the_same_button(qtbot: QtBot) -> None:
    shown = Shown(Spot(1, 2), qtbot)
    button = shown.popover.deeds["Switch off"]
    assert shown.asks(button) == Switch(1, 2, on=False)
    assert button.text() == "Switch on"
    assert shown.asks(button) == Switch(1, 2, on=True)
    assert button.text() == "Switch off"
    shown.operate(Switch(1, 0))
    assert button.text() == "Switch off", "another one is off"


def test_the_box_says_whether_all_of_a_neuron_is_frozen(qtbot: QtBot) -> None:
    shown = Shown(Spot(1, 2), qtbot)
    box = shown.popover.freeze
    assert not box.isChecked()
    shown.operate(Freeze(1, array="bias", index=(2,)))
    assert not box.isChecked(), "its weights are not"
    shown.operate(Freeze(1, unit=0))
    assert not box.isChecked(), "another neuron is"
    assert shown.asks(box) == Freeze(1, True, unit=2)
    assert box.isChecked()
    assert shown.asks(box) == Freeze(1, False, unit=2)
    assert not box.isChecked()


def test_the_box_says_whether_a_weight_is_frozen(qtbot: QtBot) -> None:
    shown = Shown(LinkSpot(1, 0, 2), qtbot)
    box = shown.popover.freeze
    shown.operate(Freeze(1, array="weight", index=(1, 2)))
    assert not box.isChecked(), "the one beside it is"
    assert shown.asks(box) == Freeze(1, True, array="weight", index=(0, 2))
    assert box.isChecked()
    shown.operate(Freeze(1, False, unit=2))
    assert not box.isChecked()


# What the loss was, and is


def with_loss(frame: Frame, loss: float) -> Frame:
    return replace(frame, metrics=replace(frame.metrics, train_loss=loss))


@pytest.mark.parametrize(
    ("loss", "text", "tone"),
    [
        (0.5, "loss 0.500", ""),
        (0.25, "loss 0.500 → 0.250 ▼", "better"),
        (0.75, "loss 0.500 → 0.750 ▲", "worse"),
        (float("nan"), "loss 0.500 → nan", ""),
    ],
)
def test_the_loss_is_held_against_what_it_was(qtbot: QtBot, loss: float, text: str, tone: str) -> None:
    shown = Shown(Spot(1, 0), qtbot)
    popover = Popover(with_loss(shown.frame(), 0.5), Spot(1, 0), shown.page)
    popover.show_frame(with_loss(shown.frame(), 0.25))
    popover.show_frame(with_loss(shown.frame(), loss))
    assert re.sub("nan|NaN|—", "nan", popover.loss.text()) == text
    assert popover.loss.property("tone") == tone


# Coming and going


@pytest.mark.parametrize("spot", [Spot(1, 2), LinkSpot(1, 1, 2), LinkSpot(2, 2, 1), Spot(2, 1)], ids=str)
def test_it_closes_when_its_place_is_gone(qtbot: QtBot, spot: Spot | LinkSpot) -> None:
    layers = (DenseSpec(key=1, units=3), DenseSpec(key=2, units=2))
    shown = Shown(spot, qtbot, *layers)
    for changed, stays in (
        (layers, True),
        ((layers[0], replace(layers[1], units=5)), True),
        ((layers[0], replace(layers[1], units=1)), spot.column == 1),
        ((replace(layers[0], units=2), layers[1]), spot == Spot(2, 1)),
        ((replace(layers[0], key=7), replace(layers[1], key=8)), False),
        ((), False),
    ):
        run = Run()
        run.obey(commands.Begin(Experiment(layers=changed)))
        shown.popover.show_frame(run.frame())
        assert bool(shown.closed) is not stays, changed
        shown.closed.clear()
        shown.popover.show_frame(shown.frame())
        assert not shown.closed


def test_it_is_let_go_by_escape_and_by_its_cross(qtbot: QtBot) -> None:
    shown = Shown(Spot(1, 0), qtbot)
    qtbot.keyClick(shown.popover, Qt.Key.Key_A)
    assert not shown.closed
    qtbot.keyClick(shown.popover, Qt.Key.Key_Escape)
    assert len(shown.closed) == 1
    cross = next(b for b in shown.popover.findChildren(QAbstractButton) if b.accessibleName() == "Close")
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert len(shown.closed) == 2


def test_the_keys_go_to_its_number_or_to_what_else_can_be_done(qtbot: QtBot) -> None:
    for spot in (Spot(1, 0), LinkSpot(1, 0, 0), Spot(3, 0)):
        shown = Shown(spot, qtbot)
        shown.page.activateWindow()
        popover = shown.popover
        first = next(iter(popover.sliders.values()), None)
        popover.take_keys()
        assert shown.page.focusWidget() is (first.track if first else popover.deeds["Switch off"])


@pytest.mark.parametrize("kind", [QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease])
def test_a_click_beside_its_controls_is_not_for_the_picture_below(qtbot: QtBot, kind: QEvent.Type) -> None:
    shown = Shown(Spot(1, 0), qtbot)
    at, left = QPointF(3, 3), Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, at, at, left, left, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(shown.popover, event)
    assert event.isAccepted()


BOUNDS = QRectF(10, 20, 780, 560)


@pytest.mark.parametrize(
    "at",
    [QPointF(400, 100), QPointF(12, 100), QPointF(788, 100), QPointF(400, 560), QPointF(12, 560), QPointF(400, 300)],
)
def test_it_stands_below_its_place_or_above_it_and_inside(qtbot: QtBot, at: QPointF) -> None:
    shown = Shown(Spot(1, 0), qtbot)
    popover = shown.popover
    place = QRectF(at.x() - 20, at.y() - 20, 40, 40)
    popover.stand_beside(place, BOUNDS)
    box = QRectF(popover.geometry())
    assert BOUNDS.contains(box)
    assert not box.intersects(place)
    assert (box.top() > place.bottom()) == (place.bottom() + 10 + box.height() <= BOUNDS.bottom() - 4)
    if 200 < at.x() < 600:
        assert box.center().x() == pytest.approx(at.x(), abs=1)


def test_a_number_that_is_not_finite_does_not_stop_it(qtbot: QtBot) -> None:
    shown = Shown(Spot(1, 0), qtbot)
    shown.popover.show_frame(with_arrays(shown.frame(), 0, bias=np.nan))
    assert not shown.closed
    assert np.isnan(shown.values()["bias"])
