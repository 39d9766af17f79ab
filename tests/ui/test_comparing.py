"""Comparing in the window: two optimisers in two clicks, what becomes of it, and how it ends."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.commands import Begin
from nnstudio.core.run.example import Chosen
from nnstudio.core.run.frame import Frame, Status
from nnstudio.ui.examples.points import to_plane
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.runs.compare.offers import optimizers
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
LEFT = Qt.MouseButton.LeftButton
SPIRALS = default_experiment(DatasetKind.SPIRALS)


class Hand:
    """A window, and what somebody does in it."""

    def __init__(self, bot: QtBot, experiment: Experiment = SPIRALS) -> None:
        self.bot = bot
        self.session = Session(experiment)
        self.window = MainWindow(self.session, Settings())
        bot.addWidget(self.window, before_close_func=lambda _: self.session.stop())
        self.window.resize(1440, 900)
        self.session.start()
        self.window.show()
        bot.waitExposed(self.window)
        self.until(lambda: self.session.frame is not None)
        self.comparing, self.page = self.window.pages.comparing, self.window.pages.comparing.page

    @property
    def frame(self) -> Frame:
        assert self.session.frame is not None
        return self.session.frame

    def until(self, condition: Callable[[], object]) -> None:
        self.bot.waitUntil(lambda: bool(condition()), timeout=20_000)

    def settled(self) -> None:
        self.until(lambda: self.session.up_to_date)

    def pick(self, text: str, button: QAbstractButton | None = None) -> None:
        """Click on Compare, and then on an entry of what it offers."""
        QTest.mouseClick(button or self.window.transport.compare, LEFT)
        menu = self.comparing.menu
        self.until(menu.isVisible)
        entry = next(each for each in menu.actions() if each.text().replace("&", "").startswith(text))
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(entry).center())

    def compared(self, updates: int, begun: bool = False) -> None:
        """The run beside another one, both at rest at this update; it may be there already."""
        other = next(each for text, each in optimizers(self.session.experiment) if "SGD" in text)
        self.comparing.begin((Begin(other),))
        if not begun:
            self.session.step(updates)
        self.until(lambda: self.comparing.is_open and self.frame.companions)
        self.until(
            lambda: self.session.up_to_date and self.frame.updates == updates == self.frame.companions[0].updates
        )


@pytest.fixture
def hand(qtbot: QtBot) -> Hand:
    return Hand(qtbot)


@pytest.mark.slow
def test_two_optimisers_from_one_start_are_two_clicks(hand: Hand) -> None:
    hand.pick("SGD")
    hand.until(lambda: hand.frame.companions and hand.frame.companions[0].updates > 20)
    (other,) = hand.frame.companions
    assert hand.frame.status is Status.LEARNING
    assert hand.page.isVisible()
    assert not hand.window.desk.isVisible()
    assert hand.window.transport.compare.isChecked()
    assert (hand.frame.experiment.training.optimizer, other.experiment.training.optimizer) == (
        OptimizerKind.ADAM,
        OptimizerKind.SGD,
    )
    assert replace(other.experiment, training=hand.frame.experiment.training) == hand.frame.experiment
    first, second = (frame.history for frame in (hand.frame, other))
    assert first.test_loss[0] == second.test_loss[0], "both come from the same first weights"


@pytest.mark.slow
def test_a_run_that_has_trained_goes_on_and_the_other_catches_up(hand: Hand) -> None:
    hand.session.step(60)
    hand.until(lambda: hand.frame.updates == 60)
    before = hand.frame.params.tobytes()
    hand.pick("SGD")
    hand.until(lambda: hand.frame.companions and hand.frame.companions[0].updates == 60)
    assert hand.frame.params.tobytes() == before
    assert not hand.session.playing
    hand.pick("Momentum", hand.page.add)
    hand.until(lambda: len(hand.frame.companions) == 2 and hand.frame.companions[1].updates == 60)
    assert hand.frame.companions[0].experiment.training.optimizer is OptimizerKind.SGD
    assert not hand.page.add.isEnabled()


@pytest.mark.slow
def test_a_run_that_was_edited_on_its_way_begins_again(hand: Hand) -> None:
    hand.session.step(20)
    training = hand.session.experiment.training
    hand.session.edit(replace(hand.session.experiment, training=replace(training, learning_rate=0.02)))
    hand.session.step(20)
    hand.until(lambda: hand.frame.updates == 40)
    assert hand.frame.marks
    hand.pick("SGD")
    hand.until(lambda: hand.frame.companions and hand.frame.companions[0].updates > 0)
    assert not hand.frame.marks
    assert hand.session.undo_label == "Restart"
    hand.pick("The last run", hand.page.add)
    hand.until(lambda: len(hand.frame.companions) == 2 and hand.frame.companions[1].updates >= 40)
    head = hand.page.outputs.boards[2].head
    hand.until(lambda: head.accessibleName().startswith("Run 1:"))


@pytest.mark.slow
def test_runs_that_are_marked_on_the_shelf_go_on_side_by_side(hand: Hand) -> None:
    session, page = hand.session, hand.window.pages.runs
    session.step(30)
    hand.until(lambda: hand.frame.updates == 30)
    params = hand.frame.params.tobytes()
    session.new_weights(4)
    session.step(20)
    hand.until(lambda: hand.frame.updates == 20)
    hand.window.pages.toggle_runs()
    model = page.shelf_card.model
    hand.until(lambda: [item.row is not None for item in model.items] == [True, True])
    for item in model.items:
        page._mark(item)
    hand.until(lambda: hand.comparing.is_open and hand.frame.companions and hand.frame.companions[0].updates == 30)
    assert session.shelving.shelf.present.key == 1
    assert hand.frame.params.tobytes() == params, "the one that was marked first is the present one, where it ended"
    assert hand.frame.companions[0].experiment.seed == 4
    heads = [board.head for board in hand.page.outputs.boards[:2]]
    hand.until(lambda: [head.accessibleName()[:6] for head in heads] == ["Run 1:", "Run 2:"])
    assert hand.page.isVisible()
    page._mark(next(item for item in model.items if item.label.key == 2))
    hand.until(lambda: not hand.comparing.is_open)
    hand.until(lambda: not hand.frame.companions)
    assert page.isVisible()
    assert not hand.page.isVisible()


def ends(hand: Hand) -> None:
    hand.until(lambda: not hand.comparing.is_open)
    hand.settled()
    hand.until(lambda: not hand.frame.companions)
    assert hand.page.isHidden()
    assert hand.window.desk.isVisible()
    assert not hand.window.transport.compare.isChecked()


@pytest.mark.slow
def test_it_ends_and_the_run_goes_on(hand: Hand) -> None:
    begun = False
    for end in (
        lambda: QTest.mouseClick(hand.window.transport.compare, LEFT),
        lambda: QTest.keyClick(hand.page, Qt.Key.Key_Escape),
        lambda: QTest.keyClick(hand.window, Qt.Key.Key_C),
        lambda: QTest.mouseClick(hand.page.close_button, LEFT),
    ):
        hand.compared(updates=40, begun=begun)
        begun, before = True, hand.frame.params.tobytes()
        end()
        ends(hand)
        assert hand.frame.updates == 40
        assert hand.frame.params.tobytes() == before
    hand.compared(updates=40, begun=True)
    data = replace(hand.session.experiment.dataset, noise=0.2)
    hand.session.edit(replace(hand.session.experiment, dataset=data))
    ends(hand)
    hand.comparing.begin((Begin(hand.session.experiment),))
    hand.until(lambda: hand.comparing.is_open)
    hand.session.begin(default_experiment(DatasetKind.MOONS), "Moons")
    ends(hand)


def test_restart_back_and_new_weights_are_taken_up_by_both(hand: Hand) -> None:
    hand.compared(updates=40)
    hand.session.back()
    hand.until(lambda: (hand.frame.updates, hand.frame.companions[0].updates) == (39, 39))
    hand.session.restart()
    hand.until(lambda: (hand.frame.updates, hand.frame.companions[0].updates) == (0, 0))
    hand.session.new_weights(9)
    hand.until(lambda: [frame.experiment.seed for frame in (hand.frame, *hand.frame.companions)] == [9, 9])
    assert hand.page.isVisible()


@pytest.mark.slow
def test_the_page_is_one_of_the_window(hand: Hand) -> None:
    """A click on the curves leads all back, the microscope takes the page's place, what is alike opens as a table, and
    Tab reaches every control."""
    hand.compared(updates=400)
    stage = hand.page.curves.stage
    hand.until(lambda: stage.lines)
    across, up = stage.scales
    at = QPointF(across.at(150), (up.start + up.end) / 2)
    QTest.mouseClick(stage.viewport(), LEFT, pos=at.toPoint())
    hand.until(lambda: hand.frame.visit is not None and abs(hand.frame.updates - 150) < 5)
    hand.until(lambda: hand.frame.companions[0].updates == hand.frame.updates)
    shown = hand.frame.updates
    hand.until(lambda: f"update {shown}" in [label.text()[3:] for label in hand.page.differs.findChildren(QLabel)])

    hand.window.pages.toggle_microscope()
    hand.until(lambda: hand.window.pages.microscopy.is_open)
    assert not hand.page.isVisible()
    assert hand.window.desk.isHidden()
    hand.window.pages.microscopy.close()
    assert hand.page.isVisible()
    assert hand.window.desk.isHidden()

    QTest.mouseClick(hand.page.differs.show_alike, LEFT)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    dialog.close()

    hand.page.setFocus()
    met: set[object] = set()
    for _ in range(60):
        QTest.keyClick(hand.window, Qt.Key.Key_Tab)
        met.add(QApplication.focusWidget())
    outputs, difference = hand.page.outputs, hand.page.outputs.difference
    assert {outputs.boards[0].boundary, outputs.boards[1].boundary, difference.on_plane, stage} <= met
    assert {
        hand.page.add,
        hand.page.close_button,
        hand.page.differs.show_alike,
        hand.page.curves.which.button(hand.page.curves.which.current()),
    } <= met


@pytest.mark.slow
def test_an_example_that_is_chosen_on_one_board_is_ringed_on_all(hand: Hand) -> None:
    hand.compared(updates=20)
    one, other = (board.boundary for board in hand.page.outputs.boards[:2])
    hand.until(lambda: other.isVisible() and other._pixels is not None)
    point = to_plane(hand.frame.dataset.train.raw[:1], other._extent, other.plane())[0]
    QTest.mouseClick(other.viewport(), LEFT, pos=QPointF(*point.tolist()).toPoint())
    hand.until(lambda: hand.frame.example is not None)
    assert hand.frame.example is not None
    assert isinstance(hand.frame.example.chosen, Chosen)
    hand.until(lambda: not one._outline.path().isEmpty() and one._outline.path() == other._outline.path())
    QTest.keyClick(one, Qt.Key.Key_Escape)
    hand.until(lambda: hand.frame.example is None)
    hand.until(lambda: one._outline.path().isEmpty() and other._outline.path().isEmpty())


def test_a_matrix_that_opens_nothing_does_not_say_so(hand: Hand) -> None:
    board, own = hand.page.outputs.boards[0].confusion, hand.window.output.confusion
    assert "click" in own.whatsThis().lower()
    assert "click" not in f"{board.whatsThis()} {board.toolTip()}".lower()
