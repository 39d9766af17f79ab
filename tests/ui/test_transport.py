"""The transport bar: figures, status and the seed."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from nnstudio.core.data.dataset import DataError
from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.dataset_spec import ImageSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.commands import Pace
from nnstudio.core.run.frame import Status
from nnstudio.ui import theme
from nnstudio.ui.actions import ROWS, Actions
from nnstudio.ui.key_focus import KeyFocus
from nnstudio.ui.panels.transport import Transport, rate
from nnstudio.ui.session import Session
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.visiting import Visiting
from nnstudio.ui.widgets.pace_slider import PACES, PaceSlider


class Paced(Session):
    """Notes the paces that it is asked for, besides taking them."""

    def __init__(self):
        super().__init__(default_experiment(DatasetKind.CIRCLE))
        self.paces: list[float | None] = []

    def send(self, command, then=None):
        if isinstance(command, Pace):
            self.paces.append(command.updates_per_second)
        return super().send(command, then)


class Bar:
    def __init__(self, qtbot):
        self.session = Paced()
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.actions = Actions(self.session, Visiting(self.session), QObject(), self.window)
        self.transport = Transport(self.session, self.actions, self.window)
        self.seed = self.transport.findChild(QLineEdit, "seed")
        self.window.show()
        self.window.activateWindow()

    def button(self, name: str) -> QToolButton:
        buttons = self.transport.findChildren(QToolButton)
        return next(button for button in buttons if button.defaultAction().objectName() == name)


@pytest.fixture
def bar(qtbot) -> Bar:
    return Bar(qtbot)


def test_figures_come_from_the_frame(bar):
    bar.session.frame_shown.emit(replace(plane_frame(), epoch=1248.7, updates_per_second=22_410.0))
    shown = [counter.text().replace("\xa0", " ") for counter in (bar.transport.epoch, bar.transport.update_count)]
    assert shown == ["1 248", "31 200"]
    assert bar.transport.speed.text() == "22.4k"
    assert bar.transport.status.status() is plane_frame().status


@pytest.mark.parametrize(
    ("speed", "text"),
    [(0.94, "0.9"), (870.4, "870"), (999.9, "1.0k"), (22_410, "22.4k"), (999_960, "1.0M"), (1.23e6, "1.2M")],
)
def test_speeds_are_short(speed, text):
    assert rate(speed) == text


def test_play_turns_into_pause(bar, qtbot):
    play = bar.button("play")
    before = play.icon().pixmap(32).toImage()
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    assert bar.session.playing
    assert play.defaultAction().text() == "&Pause"
    assert play.icon().pixmap(32).toImage() != before
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    assert not bar.session.playing


def test_new_weights_show_their_seed(bar, qtbot):
    first = bar.session.experiment.seed
    assert bar.seed.text() == str(first)
    qtbot.mouseClick(bar.button("new_weights"), Qt.MouseButton.LeftButton)
    assert bar.seed.text() == str(bar.session.experiment.seed)


def type_seed(bar: Bar, qtbot, text: str, key: Qt.Key) -> None:
    bar.seed.setFocus()
    bar.seed.selectAll()
    qtbot.keyClicks(bar.seed, text)
    qtbot.keyClick(bar.seed, key)


def test_a_seed_can_be_typed(bar, qtbot):
    type_seed(bar, qtbot, "4711", Qt.Key.Key_Return)
    assert bar.session.experiment.seed == 4711
    type_seed(bar, qtbot, "12", Qt.Key.Key_Escape)
    assert bar.session.experiment.seed == 4711
    assert bar.seed.text() == "4711"


def test_an_impossible_seed_is_not_taken(bar, qtbot):
    before = bar.session.experiment.seed
    type_seed(bar, qtbot, "9999999999", Qt.Key.Key_Return)
    assert bar.session.experiment.seed == before
    assert bar.seed.text() == str(before)
    type_seed(bar, qtbot, "x-", Qt.Key.Key_Return)
    assert bar.session.experiment.seed == before
    assert bar.seed.text() == str(before)


@pytest.mark.parametrize("leave", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_an_emptied_seed_comes_back_when_it_is_left(bar, qtbot, leave):
    before = bar.session.experiment.seed
    type_seed(bar, qtbot, "", Qt.Key.Key_Delete)
    assert bar.seed.text() == ""
    qtbot.keyClick(bar.seed, leave)
    assert bar.seed.text() == str(before)
    assert not bar.seed.hasFocus()


def test_undo_and_redo_grey_out(bar):
    undo, redo = bar.actions["undo"], bar.actions["redo"]
    assert not undo.isEnabled()
    bar.session.new_weights(5)
    assert undo.isEnabled()
    undo.trigger()
    assert redo.isEnabled()
    assert bar.session.experiment.seed != 5


def test_every_button_says_its_key(bar):
    for row in ROWS:
        action = bar.actions[row.name]
        assert not row.keys or action.toolTip().endswith(")"), row.name
        assert action.whatsThis(), row.name


def test_data_that_takes_long_is_announced(bar, qtbot):
    gate = threading.Event()

    def slow(_: ImageSpec) -> ImageSet:
        gate.wait(10)
        raise DataError("There is no MNIST here.")

    session = Session(default_experiment(DatasetKind.CIRCLE), slow)
    transport = Transport(session, bar.actions)
    qtbot.addWidget(transport)
    session.start()
    try:
        session.play()
        qtbot.waitUntil(lambda: transport.status.text() == "● Learning")
        session.edit(default_experiment(DatasetKind.MNIST))
        assert session.loading
        qtbot.waitUntil(lambda: transport.status.text() == "● Loading…")
        session.frame_shown.emit(session.frame)  # an old picture
        assert transport.status.text() == "● Loading…"
        gate.set()
        qtbot.waitUntil(lambda: transport.status.text() == "● Learning")
        assert not session.loading
    finally:
        gate.set()
        session.stop()


def test_data_that_comes_at_once_is_not_announced(bar, qtbot, monkeypatch):
    shown = []
    monkeypatch.setattr(bar.transport.status, "set_loading", lambda: shown.append(1))
    bar.session.start()
    try:
        bar.session.edit(default_experiment(DatasetKind.XOR))
        qtbot.waitUntil(lambda: bar.session.frame is not None and not bar.session.loading)
        qtbot.waitUntil(lambda: not bar.transport._patience.isActive())
        assert not shown
    finally:
        bar.session.stop()


def test_the_pill_follows_the_status(bar):
    bar.session.frame_shown.emit(replace(plane_frame(), status=Status.PAUSED))
    assert bar.transport.status.text() == "Ⅱ Paused"


def test_a_run_that_rests_has_no_speed(bar):
    learning = replace(plane_frame(), status=Status.LEARNING, updates_per_second=490.0)
    bar.session.frame_shown.emit(learning)
    assert bar.transport.speed.text() == "490"
    bar.session.frame_shown.emit(replace(learning, status=Status.PAUSED))
    assert bar.transport.speed.text() == "–"


def test_only_play_is_filled(bar, qapp):
    theme.apply(qapp, theme.ThemeChoice.LIGHT)
    for name in ("restart", "back", "step", "export", "play"):
        button = bar.button(name)
        ground = button.grab().toImage().pixelColor(button.width() // 2, 5)
        assert (ground == QColor(theme.current().accent)) == (name == "play"), name


@pytest.mark.parametrize("larger", [False, True])
def test_buttons_give_up_their_texts_where_there_is_no_room(bar, qapp, larger):
    theme.apply(qapp, theme.ThemeChoice.LIGHT, larger)
    names = ("restart", "new_weights", "export")
    bare = Qt.ToolButtonStyle.ToolButtonIconOnly
    kept = []
    for width in (2000, 1250, 900):
        bar.transport.resize(width, 60)
        kept.append([name for name in names if bar.button(name).toolButtonStyle() != bare])
        assert bar.transport.layout().minimumSize().width() <= width or not kept[-1]
    assert kept[0] == list(names)
    assert len(kept[1]) < 3
    assert "export" in kept[1] or larger
    assert len(kept[2]) < len(kept[1]) or not kept[1]


# Pace


@pytest.fixture
def pace(bar) -> PaceSlider:
    bar.transport.resize(1400, 60)
    return bar.transport.pace


def test_full_speed_to_begin_with(pace):
    assert pace.current() is None
    assert [label.property("chosen") for label in pace.labels] == [False] * 4 + [True]


def test_the_pace_is_chosen_by_arrows(bar, pace, qapp, qtbot):
    KeyFocus(qapp, bar.window)  # otherwise the arrows step
    heard = bar.session.paces
    pace.track.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_Home, Qt.Key.Key_Left):
        qtbot.keyClick(pace.track, key)
    assert heard == [1000, 100, 1000, 1]
    assert pace.track.accessibleDescription() == "1 update a second"
    qtbot.keyClick(pace.track, Qt.Key.Key_End)
    assert heard[-1] is None
    assert pace.track.accessibleDescription() == "full speed"


def test_the_pace_is_chosen_by_mouse_and_rests_at_its_stops(bar, pace, qtbot):
    heard = bar.session.paces
    qtbot.mouseClick(pace.labels[1], Qt.MouseButton.LeftButton)
    assert heard == [10]
    at_ten = pace.track.centre().toPoint()
    pace.set_current(None)
    qtbot.mouseClick(pace.track, Qt.MouseButton.LeftButton, pos=at_ten + QPoint(9, 0))
    assert heard == [10, 10]
    assert pace.track.centre().toPoint() == at_ten
    assert not pace.track.hasFocus()  # Space still plays


def test_a_slow_pace_is_kept_by_the_run(bar, pace, qtbot):
    """At one update a second a run that plays is seen in the middle of its first updates."""
    bar.session.start()
    try:
        qtbot.mouseClick(pace.labels[0], Qt.MouseButton.LeftButton)
        bar.session.play()
        qtbot.waitUntil(lambda: bar.session.frame is not None and bar.session.frame.phase is not None)
        assert bar.session.frame.updates < 10
    finally:
        bar.session.stop()


def test_labels_stand_under_their_stops(bar, pace):
    for index, label in enumerate(pace.labels):
        pace.set_current(PACES[index][0])
        stop = pace.track.mapToParent(pace.track.centre().toPoint()).x()
        assert abs(label.geometry().center().x() - stop) <= 4
        assert pace.rect().contains(label.geometry())
