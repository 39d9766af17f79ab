"""The page of the comparison: outputs and their difference, curves, what differs; in pictures, words and tables."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, repeat

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, LossKind, OptimizerKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run import commands
from nnstudio.core.run.commands import Begin, Compare
from nnstudio.core.run.frame import Frame, PlanePicture, Probe
from nnstudio.ui import theme
from nnstudio.ui.runs.compare.offers import activations, optimizers, rates
from nnstudio.ui.runs.compare.page import ComparePage
from nnstudio.ui.stage.stage import Stage
from tests.core.run.driven import Driven

LEFT = Qt.MouseButton.LeftButton
SPIRALS = default_experiment(DatasetKind.SPIRALS)
OTHER = dict(optimizers(SPIRALS))
SGD, MOMENTUM = OTHER["SGD, at 0.03"], OTHER["Momentum, at 0.01"]
VALUES = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.HILLS, samples=40),
    layers=(DenseSpec(units=3, activation=ActivationKind.RELU),),
    training=TrainingSpec(optimizer=OptimizerKind.SGD, learning_rate=0.01, loss=LossKind.MEAN_SQUARED_ERROR),
)


class Compared:
    """A page that shows a run without a thread beside others."""

    def __init__(self, bot: QtBot, run: Experiment, *others: Experiment) -> None:
        self.driven = Driven(run)
        self.driven(commands.Watch(Probe.OUTPUT))
        self.driven(Compare(tuple(map(Begin, others))))
        self.page = ComparePage()
        bot.addWidget(self.page)
        self.page.resize(1400, 720)
        self.page.show()
        self.frame: Frame = self.driven.run.frame()

    def at(self, updates: int) -> "Compared":
        """Show all at this update."""
        self.driven(commands.Step(updates - self.driven.run.trainer.updates))
        self.show()
        return self

    def show(self) -> None:
        self.frame = self.driven.run.frame()
        for view in self.page.views:
            view.show_frame(self.frame)

    @property
    def frames(self) -> tuple[Frame, ...]:
        return (self.frame, *self.frame.companions)

    def texts(self) -> dict[str, str]:
        """The figures of what differs, by their accessible names."""
        labels = self.page.differs.findChildren(QLabel)
        return {each.accessibleName(): each.text() for each in labels if " of " in each.accessibleName()}


def output(frame: Frame) -> np.ndarray:
    assert isinstance(frame.picture, PlanePicture)
    assert frame.picture.output is not None
    return frame.picture.output.astype(float)


def test_two_equal_runs_show_no_difference_to_the_bit(qtbot: QtBot) -> None:
    compared = Compared(qtbot, SPIRALS, SPIRALS)
    stage = compared.page.outputs.difference.on_plane
    for updates in (0, 1, 200):
        compared.at(updates)
        assert stage._values is not None
        assert not stage._values.any()
        assert stage.headline() == "0.0\N{NO-BREAK SPACE}%"
        assert stage.entries() == ["only A right: 0", "only B right: 0"]
        texts = compared.texts()
        for name in ("Test loss", "Test accuracy", "Train loss", "Length of weights"):
            assert texts[f"{name} of A"] == texts[f"{name} of B"]
    assert any(label.text() == "No setting differs." for label in compared.page.differs.findChildren(QLabel))


def test_the_difference_is_that_of_the_two_networks(qtbot: QtBot) -> None:
    compared = Compared(qtbot, SPIRALS, SGD).at(400)
    stage, (one, other) = compared.page.outputs.difference.on_plane, compared.frames
    assert stage._values is not None
    assert np.array_equal(stage._values, (output(one) - output(other))[0])
    labels = one.dataset.test.labels
    mine, others = one.picture.answers, other.picture.answers
    assert mine is not None
    assert others is not None
    assert np.mean(mine == labels) == pytest.approx(one.metrics.test_accuracy)
    first, second = ((mine == labels) & (others != labels)).sum(), ((others == labels) & (mine != labels)).sum()
    assert stage.entries() == [f"only A right: {first}", f"only B right: {second}"]
    share = float(((output(one) > 0.5) != (output(other) > 0.5)).mean())
    assert float(stage.headline().split("\N{NO-BREAK SPACE}")[0]) == pytest.approx(100 * share, abs=0.5)
    assert f"{stage.headline()} of the plane" in stage.summary()


def test_frames_of_two_updates_are_no_pair(qtbot: QtBot) -> None:
    compared = Compared(qtbot, SPIRALS, SGD).at(50)
    stage = compared.page.outputs.difference.on_plane
    before = stage._values
    late = replace(compared.frame, companions=(replace(compared.frame.companions[0], updates=49),))
    compared.page.outputs.show_frame(late)
    assert stage._values is before


def test_what_differs_and_what_is_alike_is_said(qtbot: QtBot) -> None:
    compared = Compared(qtbot, SPIRALS, SGD).at(200)
    texts, differs = compared.texts(), compared.page.differs
    assert (texts["Optimiser of A"], texts["Optimiser of B"]) == ("Adam", "SGD")
    assert (texts["Learning rate of A"], texts["Learning rate of B"]) == ("0.01", "0.03")
    assert differs._update == 200
    words, table = differs.alike.text(), differs.tables()[1]
    assert words == f"alike: data, first weights, batch order, {len(table.rows)} settings"
    assert not {"Optimiser", "Learning rate"} & {row[0] for row in table.rows}


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (replace(SPIRALS, seed=2), "alike: data, "),
        (replace(SPIRALS, layers=(DenseSpec(units=3),)), "alike: data, batch order, "),
        (replace(SPIRALS, training=replace(SPIRALS.training, batch_size=5)), "alike: data, first weights, "),
        (replace(SPIRALS, dataset=replace(SPIRALS.dataset, noise=0.3)), "alike: first weights, batch order, "),
    ],
)
def test_only_what_is_alike_is_called_so(qtbot: QtBot, other: Experiment, alike: str) -> None:
    compared = Compared(qtbot, SPIRALS, other).at(1)
    words = compared.page.differs.alike.text()
    assert words.startswith(alike)
    assert words.removeprefix(alike)[0].isdigit()


def test_the_figures_are_of_the_last_update_at_which_all_were_measured(qtbot: QtBot) -> None:
    compared = Compared(qtbot, SPIRALS, SGD).at(300)
    late = replace(compared.frame.companions[0], measured_at=-1)
    rows = late.history
    compared.page.differs.show_frame(replace(compared.frame, companions=(late,)))
    update = compared.page.differs._update
    assert update is not None
    assert update < 300
    row = int(np.searchsorted(rows.update, update))
    assert rows.update[row] == update
    assert compared.texts()["Test loss of B"] == f"{rows.test_loss[row]:.3g}"


def test_a_third_run_comes_and_the_difference_is_of_any_two(qtbot: QtBot) -> None:
    compared = Compared(qtbot, SPIRALS, SGD, MOMENTUM).at(30)
    pair, stage = compared.page.outputs.pair, compared.page.outputs.difference.on_plane
    for place, (one, other) in enumerate(((0, 1), (0, 2), (1, 2))):
        QTest.mouseClick(pair.button(place), LEFT)
        assert stage.entries()[0].startswith(f"only {'ABC'[one]} right")
        assert np.array_equal(stage._values, (output(compared.frames[one]) - output(compared.frames[other]))[0])  # type: ignore[arg-type]
    assert [board.isVisible() for board in compared.page.outputs.boards] == [True] * 3
    assert set(compared.page.curves.stage.lines) == {"A", "B", "C"}


def test_one_that_diverges_says_so_and_the_others_go_on(qtbot: QtBot) -> None:
    wild = replace(VALUES, training=replace(VALUES.training, learning_rate=10.0))
    compared = Compared(qtbot, VALUES, wild).at(100)
    boards = compared.page.outputs.boards
    assert boards[0].note.isHidden()
    assert "diverged" in boards[1].note.text()
    assert compared.page.differs._update == 100
    assert compared.texts()["Test loss of A"] != "—"


def test_one_that_ended_or_catches_up_says_so(qtbot: QtBot) -> None:
    compared = Compared(qtbot, SPIRALS, replace(SPIRALS, stopping=StoppingSpec(updates=20))).at(50)
    note = compared.page.outputs.boards[1].note
    assert "20" in note.text()
    driven = compared.driven
    driven.run.obey(Compare((Begin(SGD),)))
    compared.show()
    assert note.text() == "Catching up: update 0 of 50."
    outputs = compared.page.outputs
    pictures = (*(board.boundary for board in outputs.boards[:2]), outputs.difference.on_plane)
    QTest.qWait(1)
    assert len({picture.height() for picture in pictures}) == 1, "all as large, with a note or without"
    waiting = [words.item for words in outputs.difference.on_plane._waiting]
    assert outputs.difference.on_plane._values is None, "what was drawn is of another pair"
    assert all(item.isVisible() for item in waiting)
    assert outputs.difference.head.figure.text() == ""
    while driven.run.busy:
        driven.run.work(np.inf, lambda: False)
    compared.show()
    assert note.isHidden()
    QTest.qWait(1)
    assert len({picture.height() for picture in pictures}) == 1
    assert outputs.boards[0].below == 0


def test_of_three_runs_no_difference_stands_under_the_letters_of_another(qtbot: QtBot) -> None:
    digits = replace(
        default_experiment(DatasetKind.SKETCHED_DIGITS),
        dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=500),
        stopping=StoppingSpec(),
    )
    for kind in (SPIRALS, digits):
        short = replace(kind, stopping=StoppingSpec(updates=20))
        compared = Compared(qtbot, kind, replace(kind, seed=4), short).at(20)
        difference, pair = compared.page.outputs.difference, compared.page.outputs.pair
        stage = difference.confusion if kind is digits else difference.on_plane
        compared.at(30)
        QTest.mouseClick(pair.button(1), LEFT)
        assert difference.head.accessibleName().startswith("A − C")
        assert stage.places() == (0, 0), "C ended earlier, and nothing of it was drawn"
        assert difference.head.figure.text() == ""
        assert stage.summary()
        QTest.mouseClick(pair.button(0), LEFT)
        assert stage.places() != (0, 0)


def test_runs_in_step_are_never_said_to_catch_up(qtbot: QtBot) -> None:
    images = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=2000)
    digits = replace(default_experiment(DatasetKind.SKETCHED_DIGITS), dataset=images)
    compared = Compared(qtbot, digits, replace(digits, seed=4)).at(20)
    run, board = compared.driven.run, compared.page.outputs.boards[1]
    compared.driven(commands.Play())
    behind = set[int]()
    while run.trainer.updates < 400:
        run.work(np.inf, chain([False], repeat(True)).__next__)  # one piece
        if run.changing:
            continue
        compared.page.outputs._since.invalidate()
        compared.show()
        behind.add(compared.frames[0].updates - compared.frames[1].updates)
        assert board.note.isHidden()
    assert behind == {0, 1}


def test_the_curves_are_read_by_keys_and_shown_as_a_table(qtbot: QtBot) -> None:
    compared = Compared(qtbot, SPIRALS, SGD).at(100)
    stage, curves = compared.page.curves.stage, compared.page.curves
    QTest.keyClick(stage, Qt.Key.Key_Home)
    assert stage.spot is not None
    heading, first, second = stage.reading(stage.spot)
    assert heading == "Update 0, test loss"
    assert (first[0], second[0]) == ("A", "B")
    assert first.split()[1] == second.split()[1], "they come from one start"
    (table,) = curves.tables()
    assert table.headers == ("update", "A Adam, 0.01", "B SGD, 0.03")
    assert table.rows[0][1] == table.rows[0][2]
    with qtbot.waitSignal(stage.visit_wanted) as asked:
        QTest.keyClick(stage, Qt.Key.Key_Return)
    assert asked.args == [0]
    QTest.mouseClick(curves.which.button(0), LEFT)
    assert stage.reading(stage.start())[0] == "Update 100, train loss"
    assert compared.page.outputs.tables()[0].headers == ("x₁", "x₂", "A − B")


def test_the_run_before_lies_grey_behind_them(qtbot: QtBot) -> None:
    compared = Compared(qtbot, SPIRALS, SGD).at(60)
    stage = compared.page.curves.stage
    assert not any(piece.path().elementCount() for piece in stage._ghost_curve.pieces)
    compared.page.curves.ghost = compared.frame.history
    compared.show()
    assert any(piece.path().elementCount() for piece in stage._ghost_curve.pieces)


def test_a_moment_of_the_past_has_its_own_figures(qtbot: QtBot) -> None:
    compared = Compared(qtbot, SPIRALS, SGD).at(300)
    compared.driven(commands.Visit(100, exact=True))
    compared.show()
    assert compared.page.differs._update == 100
    assert compared.page.curves.stage._time == 100
    assert [frame.updates for frame in compared.frames] == [100, 100]


def test_images_are_compared_by_their_matrices(qtbot: QtBot) -> None:
    images = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=400)
    digits = replace(default_experiment(DatasetKind.SKETCHED_DIGITS), dataset=images, layers=(DenseSpec(units=8),))
    compared = Compared(qtbot, digits, replace(digits, seed=4)).at(20)
    stage = compared.page.outputs.difference.confusion
    matrices = [frame.picture.confusion for frame in compared.frames]  # type: ignore[union-attr]
    shares = [matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1) for matrix in matrices]
    assert np.array_equal(stage._difference(), shares[0] - shares[1])
    assert stage._difference().any()
    assert stage.isVisible()
    assert compared.page.outputs.boards[0].confusion.isVisible()
    row, column = np.argwhere(stage._difference())[0].tolist()
    assert stage.table() is not None
    assert stage.table().rows[row][column + 1] == pytest.approx(100 * stage._difference()[row, column])  # type: ignore[union-attr]


# For everybody ------------------------------------------------------------------------------------------------------


def controls(page: ComparePage) -> Iterator[Stage | QAbstractButton]:
    for kind in (Stage, QAbstractButton):
        yield from (each for each in page.findChildren(kind) if each.isVisible())


def test_every_control_has_a_name_a_tooltip_and_an_explanation(qtbot: QtBot) -> None:
    compared = Compared(qtbot, SPIRALS, SGD, MOMENTUM).at(5)
    page = compared.page
    seen = list(controls(page))
    assert len(seen) >= 14
    for each in seen:
        name = each.accessibleName() or (each.text() if isinstance(each, QAbstractButton) else "")
        assert name, each
        assert each.toolTip(), name
        assert "Example:" in each.whatsThis(), name
    names = [each.accessibleName() for each in seen if isinstance(each, Stage)]
    assert len(set(names)) == len(names), "no two pictures have one name"


def test_runs_are_told_apart_without_colour(qtbot: QtBot) -> None:
    compared = Compared(qtbot, SPIRALS, SGD).at(30)
    page = compared.page
    heads = [board.head.accessibleName() for board in page.outputs.boards if board.isVisible()]
    assert [head.split(":")[0] for head in heads] == ["Adam, 0.01", "SGD, 0.03"]
    ends = page.curves.stage._ends
    assert ends is not None
    assert [word.text for word in ends.names.values()] == ["A", "B"]
    assert len({theme.current().run_a, theme.current().run_b, theme.current().run_c}) == 3


# What is offered ----------------------------------------------------------------------------------------------------


def test_each_offer_differs_in_one_thing() -> None:
    for text, other in optimizers(SPIRALS):
        assert other.training.optimizer is not SPIRALS.training.optimizer, text
        assert replace(other, training=SPIRALS.training) == SPIRALS
    for text, other in rates(SPIRALS):
        training = replace(other.training, learning_rate=SPIRALS.training.learning_rate)
        assert replace(other, training=training) == SPIRALS, text
    kinds = [other.layers[0].activation for _, other in activations(SPIRALS)]  # type: ignore[union-attr]
    assert ActivationKind.TANH not in kinds
    assert len(kinds) == 3
    steep = replace(SPIRALS, training=replace(SPIRALS.training, learning_rate=10.0))
    assert [text[0] for text, _ in rates(steep)] == ["÷"]
