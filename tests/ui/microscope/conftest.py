"""A window on XOR 2-2-1, and its microscope."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnstudio.core.data.examples import DataError
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.microscope.microscope import Microscope
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings


def no_images(spec: object) -> None:
    raise DataError("no images here")


@pytest.fixture
def experiment() -> Experiment:
    tanh = DenseSpec(units=2, activation=ActivationKind.TANH)
    return replace(default_experiment(DatasetKind.XOR4), layers=(tanh,))


@pytest.fixture
def window(qtbot: QtBot, experiment: Experiment) -> Iterator[MainWindow]:
    session = Session(experiment, no_images)  # type: ignore[arg-type]
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    window.resize(1440, 900)
    session.start()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: session.frame is not None)
    yield window
    session.stop()


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot) -> Microscope:
    """After five updates, opened by its key."""
    session = window._session
    session.step(5)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 5)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_M)
    qtbot.waitUntil(lambda: window.pages.microscopy.is_open and window.pages.microscopy.page.trace is not None)
    held = window.pages.microscopy.page.trace.held  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: held.worked_out)
    window.pages.microscopy.page.renew()
    return window.pages.microscopy.page
