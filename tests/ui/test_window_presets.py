"""A preset chosen in the window is trained, explained at the foot of the network, and can be taken back."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import PRESETS, default_experiment
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.presets_menu import PresetsMenu
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    session = Session(default_experiment(DatasetKind.CIRCLE))
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    session.start()
    window.show()
    yield window
    session.stop()


@pytest.mark.slow
def test_a_preset_is_trained_explained_and_undone(window: MainWindow, qtbot: QtBot) -> None:
    menu = window.findChild(PresetsMenu)
    assert menu is not None
    preset = next(preset for preset in PRESETS.values() if preset.experiment.dataset.kind is DatasetKind.XOR4)
    actions = {
        action.objectName(): action for group in menu.findChildren(type(menu).__base__) for action in group.actions()
    }
    actions[preset.name].trigger()
    session = window._session
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.experiment == preset.experiment)
    assert preset.text in window.note.text()
    session.undo()
    assert session.experiment == default_experiment(DatasetKind.CIRCLE)
