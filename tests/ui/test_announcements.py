"""What happens by itself is said aloud, calmly."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Status
from nnstudio.ui.announcements import MILLISECONDS, Announcements
from nnstudio.ui.session import Session
from nnstudio.ui.views.canned import plane_frame


@pytest.mark.slow
def test_each_event_is_said_once_and_of_many_in_two_seconds_the_last(qtbot: QtBot) -> None:
    session, window = Session(default_experiment(DatasetKind.CIRCLE)), QWidget()
    qtbot.addWidget(window)
    announcements = Announcements(session, window)
    said: list[str] = []
    announcements.announced.connect(said.append)
    frame = plane_frame()

    def become(status: Status, message: str = "") -> None:
        session.frame_shown.emit(replace(frame, status=status, message=message))

    become(Status.READY)
    assert said == []
    for _ in range(5):
        become(Status.LEARNING)
    assert said == ["Training."]
    become(Status.PAUSED)
    become(Status.LEARNING)
    become(Status.DIVERGED, "Diverged at update 14.")
    assert said == ["Training."]
    qtbot.waitUntil(lambda: len(said) == 2, timeout=3 * MILLISECONDS)
    assert said[1] == "Diverged at update 14."
    qtbot.waitUntil(lambda: not announcements.isActive(), timeout=3 * MILLISECONDS)
    become(Status.PAUSED)
    assert said[2].startswith("Paused at update ")
    session.stop()
