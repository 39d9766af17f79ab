"""A window whose experiment is learned in a moment."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from sweeping_hand import Until

from nnstudio.core.experiment import Experiment, StoppingSpec
from nnstudio.core.presets import PRESETS
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings


@pytest.fixture
def experiment() -> Experiment:
    return replace(PRESETS["xor-four-units"].experiment, stopping=StoppingSpec(updates=300))


@pytest.fixture
def until(qtbot: QtBot) -> Until:
    """Processes take a moment to start."""
    return lambda condition: qtbot.waitUntil(lambda: bool(condition()), timeout=60_000)


@pytest.fixture
def window(qtbot: QtBot, experiment: Experiment, tmp_path: Path, until: Until) -> Iterator[MainWindow]:
    session = Session(experiment)
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    window.resize(1440, 900)
    session.start()
    window.show()
    until(lambda: session.frame is not None)
    yield window
    window.pages.sweeping.close()
    session.stop()


@pytest.fixture
def folder(window: MainWindow, tmp_path: Path) -> Path:
    """Where this window keeps its sweeps."""
    window.pages.sweeping.folder = tmp_path / "sweeps"
    return window.pages.sweeping.folder
