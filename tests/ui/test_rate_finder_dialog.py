"""Run › Find a learning rate…: real clicks; one of them takes the rate, and Undo takes it back."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QMenu
from pytestqt.qtbot import QtBot
from session_hand import SessionHand

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.rate_finder import RangeTest, RateFinder, first_state, rounded
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import background
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.panels.rate_finder.dialog import NO_FALL, RateFinderDialog
from nnstudio.ui.panels.training_panel import TrainingPanel
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.number_field import NumberField
from nnstudio.ui.widgets.table_dialog import TableDialog

LEFT = Qt.MouseButton.LeftButton
CIRCLE = default_experiment(DatasetKind.CIRCLE)
SLOW = replace(
    default_experiment(DatasetKind.SKETCHED_DIGITS),
    layers=(DenseSpec(units=64), DenseSpec(units=32)),
    training=replace(default_experiment(DatasetKind.SKETCHED_DIGITS).training, batch_size=5_000),
)
"""Of the size of MNIST's; each update takes a while."""
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Hand(SessionHand):
    def open(self) -> RateFinderDialog:
        return self.shown(RateFinderDialog(self.session, self.window))

    def test_of(self, dialog: RateFinderDialog) -> RangeTest:
        self.until(lambda: dialog._test is not None and dialog._test.end and not dialog._work.busy)
        assert dialog._test is not None
        return dialog._test

    @property
    def rate(self) -> float:
        return self.session.experiment.training.learning_rate


class Desk(Hand):
    """The same with the whole window."""

    window: MainWindow

    def __init__(self, qtbot: QtBot, experiment: Experiment) -> None:
        super().__init__(qtbot, experiment)
        self.window = MainWindow(self.session, Settings())
        qtbot.addWidget(self.window)
        self.window.show()
        qtbot.waitExposed(self.window)

    @property
    def panel(self) -> TrainingPanel:
        panel = self.window.findChild(TrainingPanel)
        assert isinstance(panel, TrainingPanel)
        return panel

    def open(self) -> RateFinderDialog:
        """By the word beside the learning rate."""
        QTest.mouseClick(self.panel.find_rate, LEFT)
        dialog = self.window.findChild(RateFinderDialog)
        assert isinstance(dialog, RateFinderDialog)
        self.until(dialog.isVisible)
        return dialog


@pytest.fixture
def hand(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[Hand]:
    kind, experiment = getattr(request, "param", (Hand, CIRCLE))
    hand = kind(qtbot, experiment)
    yield hand
    for dialog in hand.window.findChildren(QDialog):
        dialog.close()
    hand.window.close()
    hand.until(lambda: not background._running)
    hand.session.stop()


@pytest.mark.parametrize("name", ["tenth", "steepest"])
def test_a_click_takes_the_rate_and_undo_takes_it_back(hand: Hand, name: str) -> None:
    dialog = hand.open()
    test = hand.test_of(dialog)
    trainer = Trainer(CIRCLE)
    *_, same = RateFinder(trainer.state(), trainer.dataset).tests()
    assert test.losses.tobytes() == same.losses.tobytes()
    old, wanted = hand.rate, rounded(getattr(test, name))
    button = getattr(dialog, name)
    assert button.text() == f"Use {wanted:g}"
    assert "a tenth of the former" in dialog.caption.text()
    assert {each.name for each in dialog.chart.named} == {"a tenth", "steepest", "lowest"}
    assert [each.name for each in dialog.chart.named if each.proposed] == ["a tenth"]
    QTest.mouseClick(button, LEFT)
    assert hand.rate == wanted != old
    assert "earning rate" in hand.session.undo_label
    hand.until(lambda: hand.frame.experiment.training.learning_rate == wanted)
    assert hand.frame.updates == 0, "nothing was trained"
    hand.session.undo()
    hand.until(lambda: hand.frame.experiment.training.learning_rate == old)
    assert hand.rate == old


def test_from_now_and_from_the_first_weights(hand: Hand) -> None:
    hand.session.step(3_000)
    hand.until(lambda: hand.frame.updates == 3_000)
    params = hand.frame.params.tobytes()
    dialog = hand.open()
    test = hand.test_of(dialog)
    assert test.tenth is None, "it has learned all there is"
    assert NO_FALL in dialog.caption.text()
    assert not dialog.tenth.isEnabled()
    assert not dialog.steepest.isEnabled()
    QTest.mouseClick(dialog.beginning.button(1), LEFT)
    first = hand.test_of(dialog)
    trainer = Trainer(CIRCLE)
    *_, same = RateFinder(first_state(trainer.state(), trainer.dataset), trainer.dataset).tests()
    assert first.losses.tobytes() == same.losses.tobytes()
    assert dialog.tenth.isEnabled()
    assert hand.frame.params.tobytes() == params
    assert hand.session.undo_label == ""


def test_keys_read_it_and_the_table_has_it_all(hand: Hand) -> None:
    dialog = hand.open()
    test = hand.test_of(dialog)
    chart = dialog.chart
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(chart, Qt.Key.Key_End)
    assert chart.spot is not None
    assert chart.spot.column == len(test.losses) - 1
    assert chart.reading(chart.spot)[0].startswith("η ")
    assert "a tenth at" in chart.summary()
    QTest.mouseClick(dialog.table, LEFT)
    tables = dialog.findChild(TableDialog)
    assert isinstance(tables, TableDialog)
    assert len(tables._tables[0].rows) == len(test.losses)
    tables.close()


@pytest.mark.parametrize("hand", [(Hand, SLOW)], indirect=True)
def test_it_is_cancelled_in_the_middle_while_the_run_trains_on(hand: Hand) -> None:
    hand.session.play()
    dialog = hand.open()
    hand.until(lambda: dialog.chart.known is not None)
    thread = dialog._work._thread
    assert thread is not None
    assert dialog._work.busy
    QTest.mouseClick(dialog.cancel, LEFT)
    assert not dialog._work.busy
    hand.until(lambda: not background._running)
    assert not thread.newest.end, "given up, not made to the end"
    assert "there is no rate to propose" in dialog.caption.text()
    assert not dialog.tenth.isEnabled()
    assert dialog.again.isEnabled()
    assert hand.session.playing
    hand.session.pause()


@pytest.mark.slow
@pytest.mark.parametrize("hand", [(Desk, SLOW)], indirect=True)
def test_from_word_and_menu_and_with_the_window_it_ends_in_the_middle(hand: Desk) -> None:
    rate, batch = hand.panel.control("training", "learning_rate"), hand.panel.control("training", "batch_size")
    assert isinstance(rate, NumberField)
    assert rate.height() == batch.height(), "the word beside the rate moves nothing"
    assert "Example:" in hand.panel.find_rate.whatsThis()
    dialog = hand.open()
    menu = next(action.menu() for action in hand.window.menuBar().actions() if action.text() == "&Run")
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.objectName() == "find_rate").trigger()
    assert hand.window.findChildren(RateFinderDialog) == [dialog], "one is enough"
    hand.until(lambda: dialog.chart.known is not None)
    thread = dialog._work._thread
    assert thread is not None
    hand.window.close()
    hand.until(lambda: not background._running)
    assert not thread.newest.end, "given up, not made to the end"
    assert hand.window.findChild(RateFinderDialog) is None


@pytest.mark.parametrize("hand", [(Hand, SLOW)], indirect=True)
def test_closed_in_the_middle_it_leaves_nothing_behind(hand: Hand) -> None:
    dialog = hand.open()
    hand.until(lambda: dialog.chart.known is not None)
    thread = dialog._work._thread
    assert thread is not None
    QTest.mouseClick(dialog.shut, LEFT)
    hand.until(lambda: not background._running)
    assert not thread.newest.end, "given up, not made to the end"
    assert hand.window.findChild(RateFinderDialog) is None


def test_every_control_says_what_it_is(hand: Hand) -> None:
    dialog = hand.open()
    hand.test_of(dialog)
    buttons = dialog.findChildren(QAbstractButton)
    assert len(buttons) == 8
    for control in (*buttons, dialog.chart):
        assert control.accessibleName() or getattr(control, "text", str)()
        assert control.toolTip()
        assert "Example:" in control.whatsThis()
        assert "Source:" in control.whatsThis()
