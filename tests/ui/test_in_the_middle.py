"""What happens in the middle of something else: Undo during a drag, another theme behind an open popover, a layer that
goes away under somebody's hand."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, OptimizerKind
from nnstudio.core.network.layer_edits import InsertLayer, RemoveLayer
from nnstudio.core.network.surgery import Zero
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Status
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.views.network.popover import Popover
from nnstudio.ui.widgets.value_slider import ValueSlider, number_text

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    session = Session(default_experiment(DatasetKind.SPIRALS))
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    session.start()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: bool(window.network.stage.columns))
    yield window
    session.stop()


def relu(experiment: Experiment, rate: float) -> Experiment:
    layers = (DenseSpec(key=1, units=4, activation=ActivationKind.RELU),)
    training = replace(experiment.training, learning_rate=rate, optimizer=OptimizerKind.SGD)
    return replace(experiment, layers=layers, training=training)


def settle(window: MainWindow, qtbot: QtBot) -> None:
    session = window._session
    qtbot.waitUntil(lambda: session.up_to_date and session._undo.settled)
    qtbot.wait(50)


def open_at(window: MainWindow, spot: Spot | LinkSpot) -> Popover:
    window.network.stage._choose(spot)
    popover = window.network.popover
    assert popover is not None
    return popover


def trained(window: MainWindow, popover: Popover) -> float:
    frame = window._session.frame
    assert frame is not None
    ((name, index),) = popover.sliders
    return float(frame.model.layers[popover.spot.column - 1].arrays[name][index])


def the_slider(popover: Popover) -> ValueSlider:
    (slider,) = popover.sliders.values()
    return slider


@pytest.mark.slow
def test_undo_in_the_middle_of_a_drag(window: MainWindow, qtbot: QtBot) -> None:
    popover = open_at(window, LinkSpot(1, 0, 1))
    slider, before = the_slider(popover), trained(window, popover)
    start, there = slider.track.centre().toPoint(), QPoint(30, 0)
    screen, place = window.windowHandle(), slider.track.mapTo(window, start)
    QTest.mousePress(screen, LEFT, pos=place)
    QTest.mouseMove(screen, place + there)
    settle(window, qtbot)
    assert trained(window, popover) == pytest.approx(slider.value) != before
    window.commands["undo"].trigger()
    settle(window, qtbot)
    assert window.network.popover is popover, "the same place in another run"
    assert slider.value == trained(window, popover) == before
    QTest.mouseMove(screen, place + 2 * there)
    QTest.mouseRelease(screen, LEFT, pos=place + 2 * there)
    settle(window, qtbot)
    assert window.network.popover is popover
    assert trained(window, popover) == pytest.approx(slider.value) != before
    assert window._session.undo_label.startswith("Set a weight")


@pytest.mark.slow
def test_undo_of_a_typed_value_shows_the_one_that_is_back(window: MainWindow, qtbot: QtBot) -> None:
    popover = open_at(window, LinkSpot(1, 0, 1))
    slider, before = the_slider(popover), trained(window, popover)
    qtbot.mouseClick(slider.field, LEFT)
    slider.field.selectAll()
    qtbot.keyClicks(slider.field, "-1.1")
    qtbot.keyClick(slider.field, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert trained(window, popover) == slider.value == pytest.approx(-1.1)
    for command, value in (("undo", before), ("redo", -1.1), ("undo", before)):
        window.commands[command].trigger()
        settle(window, qtbot)
        assert window.network.popover is popover
        assert popover.isVisible()
        assert window.network.stage.looked_at == LinkSpot(1, 0, 1)
        assert slider.value == trained(window, popover) == pytest.approx(value)
        assert slider.field.text() == number_text(value)


@pytest.mark.slow
def test_what_the_diagnosis_of_a_divergence_proposes_leads_out_of_it(window: MainWindow, qtbot: QtBot) -> None:
    session = window._session
    wild = relu(default_experiment(DatasetKind.PLANE), 0.3)
    session.begin(wild, "Wild")
    settle(window, qtbot)
    session.play()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.status is Status.DIVERGED)
    note = window.gradients.note
    qtbot.waitUntil(lambda: note.remedy.text() == "Lower the rate to 0.03")
    assert note.sentence.text().startswith("The activations of Output became infinite")
    qtbot.mouseClick(note.remedy, LEFT)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.status is Status.LEARNING)
    settle(window, qtbot)
    assert session.experiment.training.learning_rate == 0.03
    assert session.frame is not None
    assert session.frame.metrics.train_loss < 100, "and not from weights of 1e21"


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["1e39", "-1e300", "nan", "abc", ""])
def test_absurd_values_leave_what_is_trained(window: MainWindow, qtbot: QtBot, typed: str) -> None:
    popover = open_at(window, LinkSpot(1, 0, 1))
    slider, before = the_slider(popover), trained(window, popover)
    qtbot.mouseClick(slider.field, LEFT)
    slider.field.selectAll()
    if typed:
        qtbot.keyClicks(slider.field, typed)
    else:
        qtbot.keyClick(slider.field, Qt.Key.Key_Delete)
    qtbot.keyClick(slider.field, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert trained(window, popover) == before
    assert slider.value == before


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Spot, LinkSpot])
def test_escape_closes_what_a_click_opened_wherever_the_keys_were(
    window: MainWindow, qtbot: QtBot, kind: type[Spot | LinkSpot]
) -> None:
    stage = window.network.stage
    first, second = (column.tiles[0].center() for column in stage.columns[:2])
    row = (QPointF(x, first.y()) for x in range(round(first.x()) + 1, round(second.x())))
    place = second if kind is Spot else next(point for point in row if isinstance(stage._at(point), LinkSpot))
    window.centralWidget().setFocus()
    qtbot.mouseClick(stage.viewport(), LEFT, pos=place.toPoint())
    assert isinstance(window.network.popover and window.network.popover.spot, kind)
    qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Escape)
    assert window.network.popover is None


@pytest.mark.slow
def test_each_redrawing_draws_other_weights_also_in_a_popover_opened_anew(window: MainWindow, qtbot: QtBot) -> None:
    drawn: set[bytes] = set()
    for _ in range(3):
        popover = open_at(window, Spot(1, 2))
        qtbot.mouseClick(popover.deeds["Redraw"], LEFT)
        settle(window, qtbot)
        popover.closed.emit()
        weights = window._session.frame and window._session.frame.model.layers[0].weights
        assert weights is not None
        drawn.add(weights[:, 2].tobytes())
    assert len(drawn) == 3


@pytest.mark.slow
def test_a_hand_on_the_network_before_does_nothing_to_that_of_other_data(window: MainWindow, qtbot: QtBot) -> None:
    session, popover = window._session, open_at(window, LinkSpot(1, 0, 1))
    session.begin(default_experiment(DatasetKind.CIRCLE), "Other data")
    the_slider(popover).value_changed.emit(3.0)
    assert session.undo_label == "Other data"
    settle(window, qtbot)
    assert session.frame is not None
    assert not session.frame.marks
    open_at(window, LinkSpot(1, 0, 1)).operated.emit(Zero(1, 0), "")
    assert session.undo_label.startswith("Zero")


@pytest.mark.slow
def test_another_theme_behind_popover_and_palette(window: MainWindow, qtbot: QtBot) -> None:
    popover = open_at(window, Spot(1, 2))
    insert = window.network.headers.inserts[1]
    qtbot.mouseClick(insert, LEFT)
    assert window.network.headers.palette.is_open
    for larger in (True, False):
        window.commands["larger_text"].trigger()
        QApplication.processEvents()
        assert window.commands["larger_text"].isChecked() is larger
    settle(window, qtbot)
    assert window.network.popover is popover
    assert window.network.rect().contains(popover.geometry())
    assert not window.network.headers.palette.is_open, "there was another row of headers meanwhile"
    assert not insert.chosen


@pytest.mark.slow
def test_undo_takes_the_layer_of_an_open_popover_away(window: MainWindow, qtbot: QtBot) -> None:
    session = window._session
    first = session.experiment.layers[0]
    session.edit(InsertLayer(replace(first, key=0), first.key)(session.experiment))
    settle(window, qtbot)
    open_at(window, Spot(1, 0))
    session.undo()
    settle(window, qtbot)
    assert window.network.popover is None
    session.redo()
    settle(window, qtbot)
    open_at(window, LinkSpot(2, 0, 0))
    session.edit(RemoveLayer(session.experiment.layers[0].key)(session.experiment))
    settle(window, qtbot)
    popover = window.network.popover
    assert popover is None or popover.spot.column == 1
