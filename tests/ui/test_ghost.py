"""The last run stays behind the curves of the present one, without asking, and a click on it opens that run."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from experiments import CIRCLE
from loss_pictures import ROWS, frame_with, shown_view
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind, LossKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.commands import Departed
from nnstudio.core.shelf.rows import Label
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.views.canned import untrained_frame
from nnstudio.ui.views.loss.chart import LossChart
from nnstudio.ui.views.loss.ghost import Ghost, ghost_of

HIGH = [(float(u), 2.0, 2.0, 2.0) for u in range(0, 60, 10)]


@pytest.fixture
def chart(qtbot: QtBot) -> LossChart:
    view = shown_view(qtbot)
    view.show_frame(frame_with([(float(u), 0.5, 0.5, 0.6) for u in range(0, 60, 10)]))
    assert view.chart is not None
    return view.chart


def ghost(rows: list[tuple[float, float, float, float]] = HIGH, name: str = "First try") -> Ghost:
    return Ghost(7, name, frame_with(rows).history)


def on_it(chart: LossChart, update: float = 20.0, loss: float = 2.0) -> QPointF:
    return QPointF(chart.picture.across.at(update), chart.picture.up.at(loss))


def test_it_is_drawn_with_its_name_and_within_the_axis(chart: LossChart) -> None:
    before = chart.picture.up.high
    chart.show_ghost(ghost())
    assert chart.picture.up.high >= 2.0 > before
    name = chart.picture.ghost.name
    assert (name.text, name.item.isVisible()) == ("last run: First try", True)
    assert chart.picture.plot.contains(name.box.center())
    pieces = [piece for piece in chart.picture.ghost._curve.pieces if not piece.path().isEmpty()]
    assert pieces
    assert max(piece.zValue() for piece in pieces) < 0, "behind the others"
    chart.show_ghost(None)
    assert not name.item.isVisible()
    assert all(piece.path().isEmpty() for piece in pieces)
    assert chart.picture.up.high == before


def test_it_is_read_with_the_row(chart: LossChart) -> None:
    chart.show_ghost(ghost())
    lines = chart.reading(chart.start())
    assert "last run   2.0000" in lines
    chart.show_ghost(ghost(ROWS))
    assert not any("last run" in line for line in chart.reading(chart.start())), "it did not come that far"


def test_a_click_on_it_opens_it_and_one_beside_shows_the_moment(chart: LossChart, qtbot: QtBot) -> None:
    opened: list[int] = []
    visited: list[int] = []
    chart.run_wanted.connect(opened.append)
    chart.visit_wanted.connect(visited.append)
    chart.show_ghost(ghost())
    qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=on_it(chart).toPoint())
    qtbot.waitUntil(lambda: opened == [7])
    name = chart.picture.ghost.name.box.center().toPoint()
    qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=name)
    qtbot.waitUntil(lambda: opened == [7, 7])
    qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=on_it(chart, 20.0, 1.0).toPoint())
    qtbot.waitUntil(lambda: visited == [20])
    assert opened == [7, 7]


def test_it_is_there_before_the_first_update(qtbot: QtBot) -> None:
    view = shown_view(qtbot)
    view.show_frame(untrained_frame())
    view.show_ghost(ghost())
    chart = view.chart
    assert chart is not None
    assert chart.picture.ghost.name.item.isVisible()
    assert chart.picture.across.high >= 50
    assert chart.lines == {}


def departed(updates: int) -> Departed:
    trainer = Trainer(CIRCLE)
    for _ in range(updates):
        trainer.step()
    return Departed(trainer.state(), trainer.evaluate(), trainer.updates)


def test_only_what_can_be_compared_is_a_ghost() -> None:
    shelf = Shelf(Label(1, "First try")).begun(departed(20))
    found = ghost_of(shelf, replace(CIRCLE, seed=7))
    assert found is not None
    assert (found.key, found.name) == (1, "First try")
    assert found == ghost_of(shelf, CIRCLE)
    assert ghost_of(shelf, default_experiment(DatasetKind.MOONS)) is None, "other data"
    hinge = replace(CIRCLE, training=replace(CIRCLE.training, loss=LossKind.HINGE))
    assert ghost_of(shelf, hinge) is None, "another measure"
    assert ghost_of(Shelf(), CIRCLE) is None


def test_between_two_measurements_it_goes_straight() -> None:
    there = ghost([(0.0, 1.0, 1.0, 1.0), (10.0, 1.0, np.nan, np.nan), (20.0, 1.0, 3.0, 3.0)])
    assert there.at(10.0) == 2.0
    assert there.at(21.0) is None


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    session = Session(CIRCLE)
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    session.start()
    window.show()
    qtbot.waitUntil(lambda: session.frame is not None and window.loss.chart is not None)
    yield window
    session.stop()


@pytest.mark.slow
def test_in_the_window_the_run_that_is_left_becomes_one(window: MainWindow, qtbot: QtBot) -> None:
    session, chart = window._session, window.loss.chart
    assert chart is not None
    session.step(60)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 60)
    assert chart._ghost is None
    session.restart()
    qtbot.waitUntil(lambda: chart._ghost is not None)
    session.shelving.rename(1, "First try")
    assert chart._ghost is not None
    assert chart._ghost.name == "First try"
    session.step(30)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 30)
    window.loss.run_wanted.emit(1)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 60)
    assert session.shelving.shelf.present.key == 1
    assert chart._ghost.name == "Run 2"
