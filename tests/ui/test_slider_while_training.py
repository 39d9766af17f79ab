"""A slider dragged in the window while training runs acts on the very next updates, and nothing starts again."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.panels.training_panel import TrainingPanel
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.setting_slider import SettingSlider


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session(default_experiment(DatasetKind.CIRCLE))
    yield session
    session.stop()


@pytest.mark.slow
def test_the_learning_rate_is_dragged_while_training(qtbot: QtBot, session: Session) -> None:
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    session.start()
    window.show()
    session.play()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates > 200)
    assert session.frame is not None
    run, before = session.frame.run, session.experiment.training.learning_rate

    panel = window.findChild(TrainingPanel)
    assert panel is not None
    slider = panel.control("training", "learning_rate")
    assert isinstance(slider, SettingSlider)
    track = slider.track
    middle = track.height() // 2
    QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() // 2, middle))
    QTest.mouseMove(track, QPoint(track.width() // 4, middle))
    dragged = session.experiment.training.learning_rate
    assert dragged < before
    # The button is still down: the new rate is at work already, and the updates have gone on counting.
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.history.learning_rate[-1] == dragged)
    QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() // 4, middle))

    frame = session.frame
    assert frame.run == run
    assert session.playing
    rates, updates = frame.history.learning_rate, frame.history.update
    assert rates[0] == before
    change = int((rates == dragged).argmax())
    assert updates[change] > updates[change - 1] > 0, "the curve goes on where it was"
