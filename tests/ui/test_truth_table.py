"""The truth table: each point with target, answer and loss, and a row that is chosen by a click or an arrow key."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import AnyExample, Chosen, SplitName, TypedInputs
from nnstudio.core.run.frame import Frame, PlanePicture, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import theme
from nnstudio.ui.examples.truth_table import TruthTableStage
from nnstudio.ui.session import Session
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.output_view import OutputView


@pytest.fixture
def view(qtbot: QtBot) -> OutputView:
    view = OutputView()
    qtbot.addWidget(view)
    view.resize(250, 520)
    view.show()
    qtbot.waitExposed(view)
    return view


def observer(kind: DatasetKind, updates: int = 20) -> Observer:
    trainer = Trainer(default_experiment(kind))
    for _ in range(updates):
        trainer.step()
    return Observer(trainer, 1)


XOR = observer(DatasetKind.XOR4)


def show(view: OutputView, chosen: AnyExample | None, of: Observer = XOR) -> Frame:
    frame = of.frame(Probe.OUTPUT, chosen=chosen)
    view.show_frame(frame)
    QApplication.processEvents()
    return frame


def row_color(table: TruthTableStage, row: int) -> str:
    at = table.anchor(Spot(0, row))
    return table.grab().toImage().pixelColor(int(at.right()) - 2, int(at.top()) + 3).name()


@pytest.mark.parametrize("kind", [DatasetKind.AND4, DatasetKind.OR4, DatasetKind.XOR4])
def test_each_row_says_what_the_network_answers_and_what_that_costs(view: OutputView, kind: DatasetKind) -> None:
    of = observer(kind)
    frame, table = show(view, None, of), view.truth_table
    assert table.isVisible()
    assert table.places() == (1, 4)
    answers = of.trainer.predict(frame.dataset.train.raw)[:, 0]
    labels = frame.dataset.train.labels
    costs = -np.log(np.where(labels == 1, answers, 1 - answers))
    for row, point in enumerate(([0, 0], [0, 1], [1, 0], [1, 1])):
        name, *said = table.reading(Spot(0, row))
        assert name == f"Row {row + 1}"
        figures = [float(words.split()[-1].replace("−", "-")) for words in said]
        assert figures[:3] == [*point, labels[row]]
        assert figures[3:] == pytest.approx([answers[row], costs[row]], rel=0.06)
    right, mean = table.last_line()
    assert right == f"{int(((answers >= 0.5) == labels).sum())} of 4 right, mean"
    assert float(mean) == pytest.approx(frame.metrics.train_loss, rel=0.06)
    assert not view.metrics.isVisible(), "the mean stands in the table"


def test_only_where_a_few_points_are_the_whole_world(view: OutputView) -> None:
    frame = show(view, None, observer(DatasetKind.CIRCLE, 1))
    assert isinstance(frame.picture, PlanePicture)
    assert frame.picture.table is None
    assert not view.truth_table.isVisible()
    assert view.metrics.isVisible()
    show(view, None)
    assert view.truth_table.isVisible()
    assert not view.test_points.isVisible(), "there are none"


def test_a_click_on_a_row_chooses_it(view: OutputView, qtbot: QtBot) -> None:
    show(view, None)
    table = view.truth_table
    plain = row_color(table, 2)
    with qtbot.waitSignal(view.example_chosen) as heard:
        at = table.anchor(Spot(0, 2)).center().toPoint()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert heard.args == [Chosen(SplitName.TRAINING, 2)]
    show(view, Chosen(SplitName.TRAINING, 2))
    assert plain == theme.current().card
    assert [row_color(table, row) == theme.current().accent_soft for row in range(4)] == [False, False, True, False]
    assert not view.boundary._outline.path().isEmpty(), "on the plane it wears a ring"
    show(view, TypedInputs((0.5, 0.5)))
    assert row_color(table, 2) == plain


def test_arrow_keys_choose_row_by_row_and_escape_lets_go(view: OutputView, qtbot: QtBot) -> None:
    show(view, None)
    table, chosen = view.truth_table, None
    table.setFocus()
    for key, row in (
        (Qt.Key.Key_Down, 0),
        (Qt.Key.Key_Down, 1),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, 3),
        (Qt.Key.Key_Right, 0),
        (Qt.Key.Key_Left, 3),
    ):
        with qtbot.waitSignal(view.example_chosen) as heard:
            qtbot.keyClick(table, key)
        chosen = Chosen(SplitName.TRAINING, row)
        assert heard.args == [chosen]
        show(view, chosen)
        said = table.said()
        assert said is not None
        assert said.name == f"Row {row + 1}", "a screen reader hears the row"
    with qtbot.waitSignal(view.example_chosen) as heard:
        qtbot.keyClick(table, Qt.Key.Key_Escape)
    assert heard.args == [None]


def test_it_shows_as_a_table(view: OutputView) -> None:
    frame = show(view, None)
    assert isinstance(frame.picture, PlanePicture)
    assert frame.picture.table is not None
    (shown,) = [table for table in view.tables() if table.title == "Truth table"]
    assert shown.headers == ("x₁", "x₂", "target", "answer", "loss")
    answers, losses = frame.picture.table.answers[0].tolist(), frame.picture.table.losses.tolist()
    assert [row[3:] for row in shown.rows] == list(zip(answers, losses, strict=True))


@pytest.mark.parametrize(
    ("value", "text"), [(1e-5, "1.0e−5"), (2.5e-4, "2.5e−4"), (0.25, "0.25"), (0.0, "0"), (np.nan, "—")]
)
def test_small_losses_have_room(view: OutputView, value: float, text: str) -> None:
    frame = show(view, None)
    assert isinstance(frame.picture, PlanePicture)
    assert frame.picture.table is not None
    table = replace(frame.picture.table, losses=np.full(4, value))
    view.show_frame(replace(frame, picture=replace(frame.picture, table=table)))
    assert view.truth_table.reading(Spot(0, 1))[-1] == f"loss {text}"
    assert view.truth_table.last_line()[1] == text


@pytest.mark.parametrize("height", [380, 520, 700])
def test_nothing_lies_over_anything_else(view: OutputView, height: int) -> None:
    view.resize(250, height)
    show(view, Chosen(SplitName.TRAINING, 1))
    parts = (view.boundary, view.truth_table, view._plane_switches, view.strip)
    boxes = [part.geometry() for part in parts]
    assert all(above.bottom() < below.top() for above, below in pairwise(boxes))
    assert boxes[-1].bottom() <= view.height()
    assert view.boundary.plane().width() > 100


def test_the_window_follows_the_row_that_was_clicked(qtbot: QtBot) -> None:
    session, view = Session(default_experiment(DatasetKind.XOR4)), OutputView()
    qtbot.addWidget(view)
    view.resize(250, 520)
    view.show()
    session.viewers.attach(view)
    view.example_chosen.connect(session.look_at)
    session.start()
    table = view.truth_table

    def follows(wanted: Callable[[], bool]) -> None:
        qtbot.waitUntil(wanted, timeout=5000)

    try:
        follows(lambda: table.places() == (1, 4))
        at = table.anchor(Spot(0, 1)).center().toPoint()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
        follows(lambda: view.strip.name.text() == "Example 2" and view.strip.isVisible())
        table.setFocus()
        qtbot.keyClick(table, Qt.Key.Key_Down)
        follows(lambda: view.strip.name.text() == "Example 3")
        qtbot.keyClick(table, Qt.Key.Key_Escape)
        follows(lambda: not view.strip.isVisible())
    finally:
        session.stop()
