"""The transport bar: figures, status and the seed."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from nnstudio.core.data.dataset import DataError
from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.dataset_spec import ImageSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Status
from nnstudio.ui.actions import ROWS, Actions
from nnstudio.ui.panels.transport import Transport, rate
from nnstudio.ui.session import Session
from nnstudio.ui.views.canned import plane_frame


class Bar:
    def __init__(self, qtbot):
        self.session = Session(default_experiment(DatasetKind.CIRCLE))
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.actions = Actions(self.session, QObject(), self.window)
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
    assert bar.transport.speed.text() == "22.4k/s"
    assert bar.transport.status.status() is plane_frame().status


@pytest.mark.parametrize(
    ("speed", "text"),
    [(0, "0/s"), (870.4, "870/s"), (999.9, "1000/s"), (22_410, "22.4k/s"), (999_960, "1.0M/s"), (1.23e6, "1.2M/s")],
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
    assert bar.transport.status.text() == "● Paused"
