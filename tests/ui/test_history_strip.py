"""The history at the foot of the window: dragged, played as a film, walked by keys, branched from."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from math import ceil

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.network.surgery import Zero
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, Status, Visited
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.panels.history_dialog import HistoryDialog
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.viewers import Viewers
from nnstudio.ui.widgets.figures import grouped

LEFT = Qt.MouseButton.LeftButton
UPDATES = 2_000


class Hand:
    """A window with its session, and what somebody does with it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.bot = qtbot
        self.session = Session(default_experiment(DatasetKind.CIRCLE))
        self.settings = Settings()
        self.window = MainWindow(self.session, self.settings)
        qtbot.addWidget(self.window, before_close_func=lambda _: self.session.stop())
        self.window.resize(1440, 900)
        self.session.start()
        self.window.show()
        qtbot.waitExposed(self.window)
        self.strip, self.track = self.window.history, self.window.history.track

    @property
    def frame(self) -> Frame:
        assert self.session.frame is not None
        return self.session.frame

    def until(self, condition: Callable[[], object]) -> None:
        self.bot.waitUntil(lambda: bool(condition()), timeout=20_000)

    def trained(self, updates: int = UPDATES) -> "Hand":
        self.session.step(updates)
        self.until(lambda: self.session.frame is not None and self.frame.now[1] == updates)
        return self

    def x(self, update: int) -> QPoint:
        share = update / self.frame.now[1]
        return QPoint(round(8 + share * (self.track.width() - 16)), self.track.height() // 2)

    def drag(self, *updates: int, drop: bool = True) -> None:
        QTest.mousePress(self.track, LEFT, pos=self.track.centre().toPoint())
        for update in updates:
            QTest.mouseMove(self.track, self.x(update))
        if drop:
            QTest.mouseRelease(self.track, LEFT, pos=self.x(updates[-1]))

    @property
    def shows_exactly(self) -> bool:
        visit = self.frame.visit
        return visit is not None and visit.exact and visit.update == self.frame.updates

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.track, key)


@pytest.fixture
def hand(qtbot: QtBot) -> Hand:
    return Hand(qtbot).trained()


@pytest.mark.slow
def test_before_anything_is_learned_there_is_nothing_to_look_back_at(qtbot: QtBot) -> None:
    hand = Hand(qtbot)
    hand.until(lambda: hand.session.frame is not None)
    strip = hand.strip
    assert not any(part.isEnabled() for part in (strip.track, strip.forwards, strip.backwards, strip.now, strip.branch))
    hand.trained(50)
    assert strip.track.isEnabled()
    assert not strip.now.isEnabled()
    assert strip.place.text() == "update 50"
    assert strip.quality.text() == "now"


@pytest.mark.slow
def test_a_drag_shows_the_past_everywhere_and_where_it_is_let_go_that_very_moment(hand: Hand) -> None:
    now = hand.frame
    hand.drag(1_500, 1_000, 700, drop=False)
    hand.until(lambda: hand.frame.visit is not None and abs(hand.frame.visit.update - 700) < 5)
    assert hand.strip.quality.text() == "nearest snapshot"
    assert hand.strip.branch.isEnabled() is False
    QTest.mouseRelease(hand.track, LEFT, pos=hand.x(700))
    hand.until(lambda: hand.shows_exactly)
    update = hand.frame.updates
    assert abs(update - 700) < 5
    assert hand.window.transport.update_count.text().endswith(str(update))
    assert "Looking back" in hand.window.transport.status.text()
    chart = hand.window.loss.chart
    hand.until(lambda: chart is not None and chart.picture.time.isVisible())
    assert hand.frame.history.update[-1] == now.history.update[-1]
    assert hand.strip.quality.text() == "replayed, to the bit"
    assert "of 2" in hand.track.accessibleDescription()
    assert not hand.window.files.document.unsaved or hand.session.document is None
    QTest.mouseClick(hand.strip.now, LEFT)
    hand.until(lambda: hand.frame.visit is None)
    assert hand.frame.params.tobytes() == now.params.tobytes()
    hand.until(lambda: chart is not None and not chart.picture.time.isVisible())


@pytest.mark.slow
def test_while_it_trains_the_past_is_shown_and_training_goes_on(hand: Hand) -> None:
    hand.session.play()
    hand.drag(1_000, 500)
    hand.until(lambda: hand.shows_exactly)
    first = hand.frame.now[1]
    hand.until(lambda: hand.frame.now[1] > first + 100)
    assert hand.session.playing
    assert hand.frame.updates < 600
    hand.window.commands["play"].trigger()
    hand.until(lambda: hand.frame.status is Status.PAUSED)
    assert hand.frame.visit is not None, "to pause is not to come back"
    hand.window.commands["play"].trigger()
    hand.until(lambda: hand.frame.visit is None and hand.session.playing)


@pytest.mark.slow
def test_charts_go_with_a_hand_that_looks_back_on_a_run_at_rest(hand: Hand) -> None:
    hand.until(lambda: hand.window.loss.chart is not None)
    chart = hand.window.loss.chart
    assert chart is not None
    seen, said = set[float | None](), set[str]()
    QTest.mousePress(hand.track, LEFT, pos=hand.track.centre().toPoint())
    for update in range(100, 1_900, 20):
        QTest.mouseMove(hand.track, hand.x(update))
        QTest.qWait(15)
        seen.add(chart._time)
        said.add(hand.window.transport.update_count.text())
    QTest.mouseRelease(hand.track, LEFT, pos=hand.x(1_000))
    assert len(seen) > 3
    assert len(said) > 3


@pytest.mark.slow
def test_a_step_on_of_a_run_that_goes_on_is_none_back(hand: Hand) -> None:
    hand.track.setFocus(Qt.FocusReason.TabFocusReason)
    hand.session.play()
    hand.until(lambda: hand.frame.updates > UPDATES + 1_000)
    for _ in range(30):
        hand.key(Qt.Key.Key_Right)
        assert hand.window.visiting.wanted is None
        QTest.qWait(10)
    hand.key(Qt.Key.Key_Left)
    wanted = hand.window.visiting.wanted
    assert wanted is not None
    assert wanted > hand.frame.now[1] - 2, "the newest picture, not what stands on the strip"


@pytest.mark.slow
def test_keys_walk_through_the_past(hand: Hand) -> None:
    hand.track.setFocus(Qt.FocusReason.TabFocusReason)
    for key, update in (
        (Qt.Key.Key_Left, 1_999),
        (Qt.Key.Key_Left, 1_998),
        (Qt.Key.Key_PageDown, 1_898),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_PageUp, 100),
        (Qt.Key.Key_Right, 101),
    ):
        hand.key(key)
        hand.until(lambda update=update: hand.shows_exactly and hand.frame.updates == update)
    hand.key(Qt.Key.Key_Escape)
    hand.until(lambda: hand.frame.visit is None)
    hand.key(Qt.Key.Key_PageDown)
    hand.until(lambda: hand.shows_exactly)
    hand.key(Qt.Key.Key_End)
    hand.until(lambda: hand.frame.visit is None)
    assert hand.frame.updates == UPDATES, "the run itself has not moved"


@pytest.mark.slow
def test_one_update_on_and_back_are_of_the_past_while_that_is_shown(hand: Hand) -> None:
    visiting, commands = hand.window.visiting, hand.window.commands
    visiting.visit(1_000)
    hand.until(lambda: hand.shows_exactly)
    for name, update in (("step", 1_001), ("step", 1_002), ("back", 1_001)):
        commands[name].trigger()
        hand.until(lambda update=update: hand.shows_exactly and hand.frame.updates == update)
    visiting.visit(1_999)
    hand.until(lambda: hand.shows_exactly)
    commands["step"].trigger()
    hand.until(lambda: hand.frame.visit is None)
    assert hand.frame.updates == UPDATES
    commands["step"].trigger()
    hand.until(lambda: hand.frame.updates == UPDATES + 1)


@pytest.mark.slow
def test_a_film_plays_forwards_and_backwards(hand: Hand) -> None:
    hand.track.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.mouseClick(hand.strip.forwards, LEFT)
    seen: list[int] = []
    hand.until(lambda: seen.append(hand.frame.updates) or (len(set(seen)) > 2 and hand.frame.visit is not None))  # type: ignore[func-returns-value]
    QTest.mouseClick(hand.strip.forwards, LEFT)
    assert not hand.window.visiting.filming
    hand.until(lambda: hand.shows_exactly)
    here = hand.frame.updates
    QTest.mouseClick(hand.strip.backwards, LEFT)
    hand.until(lambda: hand.frame.updates < here)
    hand.until(lambda: hand.frame.updates == 0 and not hand.window.visiting.filming)
    hand.window.visiting.visit(1_990)
    hand.until(lambda: hand.shows_exactly)
    QTest.mouseClick(hand.strip.forwards, LEFT)
    hand.until(lambda: hand.frame.visit is None and not hand.window.visiting.filming)


@pytest.mark.slow
def test_a_branch_is_the_present_and_is_undone(hand: Hand) -> None:
    session = hand.session
    faster = replace(session.experiment, training=replace(session.experiment.training, learning_rate=0.5))
    whole = hand.frame.params.tobytes()
    before = session.experiment
    session.edit(faster)
    hand.until(lambda: hand.frame.experiment == faster)
    hand.window.visiting.visit(700)
    hand.until(lambda: hand.shows_exactly)
    then = hand.frame.params.tobytes()
    QTest.mouseClick(hand.strip.branch, LEFT)
    hand.until(lambda: hand.frame.visit is None and hand.frame.now[1] == 700)
    assert hand.frame.params.tobytes() == then
    assert session.experiment == before, "the settings are those of then"
    assert session.undo_label == "Branch from update 700"
    session.undo()
    hand.until(lambda: hand.frame.now[1] == UPDATES and hand.frame.visit is None)
    assert hand.frame.params.tobytes() == whole
    assert session.experiment == faster
    assert hand.frame.past is not None
    assert hand.frame.past.beginning == 0
    session.redo()
    hand.until(lambda: hand.frame.now[1] == 700)
    assert session.experiment == before


@pytest.mark.slow
def test_an_edit_of_the_past_is_refused_with_a_way_out(hand: Hand) -> None:
    session = hand.session
    hand.window.visiting.visit(700)
    hand.until(lambda: hand.shows_exactly)
    before = session.experiment
    heard: list[str] = []
    session.failed.connect(heard.append)
    session.edit(replace(before, training=replace(before.training, learning_rate=0.5)))
    hand.until(lambda: heard)
    assert "Branch from here" in heard[0]
    assert session.experiment == before
    assert hand.frame.updates == 700
    session.new_weights(5)
    hand.until(lambda: hand.frame.visit is None and hand.frame.updates == 0)
    assert session.experiment.seed == 5


@pytest.mark.slow
@pytest.mark.qt_log_ignore("does not support raise")  # of the tooltip
def test_marks_are_read_and_gone_to(hand: Hand, qtbot: QtBot) -> None:
    session = hand.session
    training = replace(session.experiment.training, learning_rate=0.3)
    old = session.experiment.training.learning_rate
    session.edit(replace(session.experiment, training=training))
    session.step(100)
    hand.until(lambda: hand.frame.updates == UPDATES + 100)
    session.operate(Zero(session.experiment.layers[0].key, 0))
    session.step(100)
    hand.until(lambda: hand.frame.updates == UPDATES + 200)
    signs = hand.track._signs
    assert [sign.kind for sign in signs] == ["setting", "weight"]
    place = QPoint(round(hand.track._at(signs[0].position).x()), 6)
    assert hand.track.sign_at(QPointF(place)) == 0
    QApplication.sendEvent(hand.track, QHelpEvent(QEvent.Type.ToolTip, place, hand.track.mapToGlobal(place)))
    assert QToolTip.text() == f"Update 2\N{NO-BREAK SPACE}000: Learning rate {old:g} → 0.3"
    QTest.mouseClick(hand.track, LEFT, pos=place)
    hand.until(lambda: hand.shows_exactly and hand.frame.updates == UPDATES)


@pytest.mark.slow
def test_a_click_on_the_loss_curve_goes_there_and_a_drag_does_not(hand: Hand) -> None:
    hand.until(lambda: hand.window.loss.chart is not None)
    chart = hand.window.loss.chart
    assert chart is not None
    canvas = chart.viewport()
    hand.until(lambda: chart.lines and canvas.visibleRegion().boundingRect() == canvas.rect())  # it has its place
    across, plot = chart.picture.across, chart.picture.plot
    at = QPoint(round(across.at(900)), round(plot.center().y()))
    QTest.mousePress(canvas, LEFT, pos=at)
    QTest.mouseMove(canvas, at + QPoint(60, 0))
    QTest.mouseRelease(canvas, LEFT, pos=at + QPoint(60, 0))
    QTest.mouseClick(canvas, LEFT, pos=at)
    hand.until(lambda: hand.shows_exactly)
    assert abs(hand.frame.updates - 900) < 60, "the nearest row, or one at which everything was measured"
    there = hand.frame.updates
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_End)
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.spot is not None
    QTest.keyClick(chart, Qt.Key.Key_Return)
    hand.until(lambda: hand.shows_exactly and hand.frame.updates != there)


@pytest.mark.slow
def test_the_microscope_holds_what_is_shown(hand: Hand) -> None:
    hand.window.visiting.visit(700)
    hand.until(lambda: hand.shows_exactly)
    hand.window.pages.toggle_microscope()
    page = hand.window.pages.microscopy.page
    hand.until(lambda: page.trace is not None)

    def held() -> int:
        assert page.trace is not None
        return page.trace.held.state.updates

    assert held() == 700
    hand.window.visiting.visit(300)
    hand.until(lambda: held() == 300)
    hand.window.visiting.leave()
    hand.until(lambda: held() == UPDATES)
    hand.window.pages.toggle_microscope()


def test_in_a_low_window_the_strip_is_lower(hand: Hand) -> None:
    assert hand.strip.height() == 44
    hand.window.resize(1100, 720)
    hand.until(lambda: hand.strip.height() == 36)
    row = [hand.strip.memory, hand.strip.backwards, hand.track, hand.strip.quality, hand.strip.branch]
    for left, right in pairwise(row):
        assert left.geometry().right() < right.geometry().left()
    assert hand.strip.branch.geometry().right() <= hand.strip.width()


@pytest.mark.slow
def test_a_size_of_ones_own_is_in_force_at_once_and_remembered(hand: Hand) -> None:
    hand.window.commands["history"].trigger()
    dialog = hand.window.findChild(HistoryDialog)
    assert dialog is not None
    assert "kept, from update 0 to 2\N{NO-BREAK SPACE}000" in dialog.said.text()
    QTest.mouseClick(dialog.sizes.button(0), LEFT)
    assert hand.settings.history_megabytes == 64
    hand.until(lambda: hand.frame.past is not None and hand.frame.past.maximum == 64 * 2**20)
    assert "of 64 MB" in hand.strip.memory.text()
    dialog.close()


@pytest.mark.slow
def test_while_the_number_grows_nothing_beside_it_jumps(qtbot: QtBot) -> None:
    hand = Hand(qtbot).trained(5)
    QApplication.sendPostedEvents()
    before = hand.track.geometry()
    hand.session.step(1_995)
    hand.until(lambda: hand.frame.now[1] == UPDATES and "2" in hand.strip.place.text())
    QApplication.sendPostedEvents()
    place = hand.strip.place
    assert hand.track.geometry() == before
    assert place.width() >= place.fontMetrics().horizontalAdvance(place.text())


def test_a_run_that_goes_on_is_drawn_now_and_then_and_where_it_ends_at_once(hand: Hand) -> None:
    strip, frame, past = hand.strip, hand.frame, hand.frame.past
    assert past is not None
    viewers, drawn = Viewers(), list[str]()
    for view in (strip, strip.passing):
        viewers.attach(view)

    def going(now: float, updates: int, visit: Visited | None = None, moving: bool = True) -> str:
        at = updates if visit is None else visit.update
        standing = replace(past, updates=updates, visit=visit)
        viewers.forget()
        viewers.show(replace(frame, status=Status.LEARNING, updates=at, past=standing), now, moving)
        return strip.place.text()

    first, end = past.updates + 1, past.updates + 30
    for tick, update in enumerate(range(first, end + 1)):
        drawn.append(going(100 + tick / 60, update))
    assert len(set(drawn)) == ceil(30 / 60 / strip.passing.interval)
    assert going(100.5, end, moving=False) == f"update {grouped(end)}"
    visits = [Visited(update, exact=True, replayed=False, progress=None) for update in (first, first + 1)]
    assert going(100.61, end, visits[0]) == f"update {grouped(first)}"
    assert going(100.62, end, visits[1]) == f"update {grouped(first + 1)}", "who drags sees each moment"
    assert going(100.63, end) == f"update {grouped(end)}", "back to now, at once"
