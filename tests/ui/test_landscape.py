"""View › Loss landscape…: real clicks and keys; the run goes on to the same bits."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QMenu
from pytestqt.qtbot import QtBot
from session_hand import SessionHand

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.landscape import survey
from nnstudio.core.landscape.contours import contour
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import background, theme
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.panels.landscape.dialog import LandscapeDialog
from nnstudio.ui.panels.landscape.heights import Heights
from nnstudio.ui.settings import Settings
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.widgets.table_dialog import TableDialog

LEFT = Qt.MouseButton.LeftButton
CIRCLE = default_experiment(DatasetKind.CIRCLE)
DIGITS = replace(default_experiment(DatasetKind.SKETCHED_DIGITS), layers=(DenseSpec(units=64), DenseSpec(units=32)))
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Hand(SessionHand):
    def open(self) -> LandscapeDialog:
        return self.shown(LandscapeDialog(self.session, self.window))

    def measured(self, dialog: LandscapeDialog) -> None:
        self.until(lambda: dialog.picture.known is not None and not dialog._work.busy)


class Desk(Hand):
    """The same with the whole window."""

    window: MainWindow

    def __init__(self, qtbot: QtBot, experiment: Experiment) -> None:
        super().__init__(qtbot, experiment)
        self.window = MainWindow(self.session, Settings())
        qtbot.addWidget(self.window)
        self.window.show()
        qtbot.waitExposed(self.window)

    def open(self) -> LandscapeDialog:
        """View, then Loss landscape…"""
        bar = self.window.menuBar()
        view = next(action for action in bar.actions() if action.text() == "&View")
        QTest.mouseClick(bar, LEFT, pos=bar.actionGeometry(view).center())
        menu = view.menu()
        assert isinstance(menu, QMenu)
        self.until(menu.isVisible)
        entry = next(action for action in menu.actions() if action.objectName() == "landscape")
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(entry).center())
        dialog = self.window.findChild(LandscapeDialog)
        assert isinstance(dialog, LandscapeDialog)
        self.until(dialog.isVisible)
        return dialog


@pytest.fixture
def hand(qtbot: QtBot, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    monkeypatch.setattr(survey, "FINE", 17)
    kind, experiment = getattr(request, "param", (Hand, CIRCLE))
    hand = kind(qtbot, experiment)
    yield hand
    for dialog in hand.window.findChildren(QDialog):
        dialog.close()
    hand.window.close()
    hand.until(lambda: not background._running)
    hand.session.stop()


def test_both_planes_and_both_splits(hand: Hand) -> None:
    hand.train(1_100)
    before = hand.frame.params.tobytes()
    dialog = hand.open()
    hand.measured(dialog)
    picture = dialog.picture
    known = picture.known
    assert known is not None
    metrics = hand.frame.metrics
    assert known.centre == pytest.approx(metrics.train_loss, rel=1e-6)
    assert dialog.windowTitle() == "Loss landscape, update 1\N{NO-BREAK SPACE}100"
    assert "2 of 25 directions" in dialog.caption.text()
    assert "all 250 training examples" in dialog.caption.text()
    assert "Now " in dialog.figures.text()
    QTest.mouseClick(dialog.split.button(1), LEFT)
    hand.measured(dialog)
    assert picture.known is not None
    assert picture.known.centre == pytest.approx(metrics.test_loss, rel=1e-6)
    QTest.mouseClick(dialog.lie.button(1), LEFT)
    hand.measured(dialog)
    plane = picture.known.plane if picture.known is not None else None
    assert plane is not None
    assert plane.shares is not None
    assert plane.updates.tolist() == [0, 512, 1024, 1100]
    assert "of its variance" in dialog.caption.text()
    here = picture.point(*plane.path[-1])
    assert here == picture.point(0, 0)
    assert picture.plot.contains(picture.point(*plane.path[0]))
    assert hand.frame.params.tobytes() == before
    assert hand.session.undo_label == ""


def test_other_directions_and_another_range(hand: Hand) -> None:
    dialog = hand.open()
    hand.measured(dialog)
    first = dialog.picture.known
    QTest.mouseClick(dialog.others, LEFT)
    hand.measured(dialog)
    second = dialog.picture.known
    assert first is not None
    assert second is not None
    assert not np.array_equal(first.plane.first, second.plane.first)
    assert first.centre == second.centre
    track = dialog.reach.track
    track.setFocus()
    QTest.keyClick(track, Qt.Key.Key_Left)
    assert dialog.reach.text.text() == "× 0.5"
    hand.until(lambda: dialog.picture.known is not None and dialog.picture.known.across[-1] == 0.5)
    QTest.mousePress(track, LEFT, pos=QPoint(track.width() - 8, 8))
    QTest.mouseRelease(track, LEFT, pos=QPoint(track.width() - 8, 8))
    hand.until(lambda: dialog.picture.known is not None and dialog.picture.known.across[-1] == 4)


def test_a_run_that_has_not_gone_far_enough_says_so(hand: Hand) -> None:
    dialog = hand.open()
    hand.measured(dialog)
    QTest.mouseClick(dialog.lie.button(1), LEFT)
    hand.until(lambda: not dialog._work.busy)
    assert "Train on, or take random directions." in dialog.caption.text()
    assert dialog.picture.known is None
    assert not dialog.table.isEnabled()
    QTest.mouseClick(dialog.lie.button(0), LEFT)
    hand.measured(dialog)
    assert "Train on" not in dialog.caption.text()


def test_mouse_and_keys_read_places_and_the_table_has_them_all(hand: Hand) -> None:
    hand.train(600)
    dialog = hand.open()
    hand.measured(dialog)
    picture = dialog.picture
    known = picture.known
    assert known is not None
    assert len(known.across) == 17
    picture.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(picture, Qt.Key.Key_Right)
    assert picture.spot == Spot(8, 8), "it begins at now"
    assert picture.figure(Spot(8, 8)) == known.centre
    assert "above it" in picture.reading(Spot(8, 8))[-1]
    QTest.keyClick(picture, Qt.Key.Key_Up)
    assert picture.spot is not None
    assert picture.figure(picture.spot) == known.losses[9, 8]
    assert "now " in picture.summary()
    place = picture.point(float(known.across[3]), float(known.up[12])).toPoint()
    QTest.mouseMove(picture.viewport(), place)
    assert picture.spot_at(place.toPointF()) == Spot(3, 16 - 12)
    QTest.mouseClick(dialog.table, LEFT)
    tables = dialog.findChild(TableDialog)
    assert isinstance(tables, TableDialog)
    assert len(tables._tables[0].rows) == 17 * 17
    assert (0.0, 0.0, known.centre) in tables._tables[0].rows
    assert tables._tables[1].rows[-1] == (600, 0.0, 0.0)
    tables.close()


def test_it_takes_the_run_of_now_when_asked(hand: Hand) -> None:
    dialog = hand.open()
    hand.measured(dialog)
    hand.train(300)
    assert dialog.windowTitle().endswith("update 0")
    QTest.mouseClick(dialog.now, LEFT)
    hand.until(lambda: dialog.windowTitle().endswith("update 300"))


@pytest.mark.parametrize("hand", [(Hand, DIGITS)], indirect=True)
def test_of_a_large_network_it_is_cancelled_in_the_middle_and_the_run_trains_on(hand: Hand) -> None:
    hand.session.play()
    dialog = hand.open()
    hand.until(lambda: dialog.picture.known is not None)
    assert dialog._work.busy
    assert "500 of 5\N{NO-BREAK SPACE}000 training examples" in dialog.caption.text()
    first = hand.frame.updates
    hand.until(lambda: hand.frame.updates > first)
    QTest.mouseClick(dialog.cancel, LEFT)
    assert not dialog._work.busy
    known = dialog.picture.known
    hand.until(lambda: not background._running)
    assert known is not None
    assert dialog.picture.known is known
    assert known.share < 1
    assert dialog.table.isEnabled()
    hand.session.pause()


@pytest.mark.parametrize("hand", [(Hand, DIGITS)], indirect=True)
def test_escape_in_the_middle_leaves_nothing_behind(hand: Hand) -> None:
    dialog = hand.open()
    hand.until(lambda: dialog._work.busy and dialog.bar.value() > 0)
    thread = dialog._work._thread
    assert thread is not None
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    hand.until(lambda: not background._running)
    assert thread.newest.share < 1, "given up, not made to the end"
    assert hand.window.findChild(LandscapeDialog) is None


@pytest.mark.slow
@pytest.mark.parametrize("hand", [(Desk, DIGITS)], indirect=True)
def test_from_the_menu_and_with_the_window_it_ends_in_the_middle(hand: Hand) -> None:
    dialog = hand.open()
    assert hand.open() is dialog, "one is enough"
    hand.until(lambda: dialog._work.busy and dialog.bar.value() > 0)
    thread = dialog._work._thread
    assert thread is not None
    hand.window.close()
    hand.until(lambda: not background._running)
    assert thread.newest.share < 1, "given up, not made to the end"
    assert hand.window.findChild(LandscapeDialog) is None


def test_a_run_beside_it_is_the_same_to_the_bit(hand: Hand) -> None:
    dialog = hand.open()
    hand.session.step(400)
    hand.measured(dialog)
    hand.until(lambda: hand.frame.updates == 400)
    alone = Trainer(CIRCLE)
    for _ in range(400):
        alone.step()
    assert alone.network.params.tobytes() == hand.frame.params.tobytes()


def test_every_control_says_what_it_is(hand: Hand) -> None:
    dialog = hand.open()
    hand.measured(dialog)
    buttons = dialog.findChildren(QAbstractButton)
    assert len(buttons) == 9
    for control in (*buttons, dialog.reach.track, dialog.picture):
        assert control.accessibleName() or getattr(control, "text", str)()
        assert control.toolTip()
        assert "Example:" in control.whatsThis()
        assert "Source:" in control.whatsThis()


def test_it_follows_the_theme(hand: Hand) -> None:
    dialog = hand.open()
    hand.measured(dialog)
    light = ground(dialog)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.ThemeChoice.DARK)
    assert ground(dialog) < light / 2


def ground(dialog: LandscapeDialog) -> int:
    """How light the picture is in its lower left corner."""
    image = dialog.picture.grab().toImage()
    return image.pixelColor(1, image.height() - 2).lightness()


def test_lines_of_one_height() -> None:
    """On a plane z = x the line of 1.5 runs upright through x = 1.5; around a summit it closes."""
    values = np.tile(np.arange(4.0), (3, 1))
    pieces = contour(values, 1.5)
    assert np.allclose(pieces[..., 0], 1.5)
    assert sorted({*pieces[..., 1].ravel().tolist()}) == [0, 0.5, 1, 1.5, 2]
    x, y = np.meshgrid(np.arange(41.0), np.arange(41.0))
    pieces = contour(np.hypot(x - 20, y - 20), 10.1)
    assert np.allclose(np.hypot(*(pieces - 20).reshape(-1, 2).T), 10.1, atol=0.05)
    ends = np.round(pieces.reshape(-1, 2), 9)
    assert (np.unique(ends, axis=0, return_counts=True)[1] == 2).all(), "each piece goes on where another ends"
    values[1, 2] = np.nan
    assert len(contour(values, 1.5)) < 4
    assert len(contour(np.zeros((1, 1)), 0.0)) == 0


def test_colours_go_from_the_lowest_loss_to_the_highest_and_lines_stand_at_round_ones() -> None:
    for losses, some in (([0.02, 3.0], 0.1), ([0.3, 0.82], 0.5), ([1e-12, 50.0], 1.0)):
        heights = Heights.of(np.array([losses]))
        assert heights.high == losses[1]
        levels = heights.levels()
        assert 4 <= len(levels) <= 12
        assert some in levels
        assert all(heights.low < level < heights.high for level in levels)
    same = Heights.of(np.array([[0.5, 0.5]]))
    assert same.low < same.high
    nothing = Heights.of(np.array([[np.nan, np.inf]]))
    assert 0 < nothing.low < nothing.high
    assert np.isfinite(nothing.logarithms(np.array([[np.nan, np.inf, 0.0]]))).all()
