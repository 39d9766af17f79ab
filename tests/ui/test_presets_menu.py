"""The Presets menu: everything is there, and choosing one is an edit like any other."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import Experiment
from nnstudio.core.presets import PRESETS, Group, Preset
from nnstudio.ui.presets_menu import PresetsMenu
from nnstudio.ui.session import Session


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session(Experiment())
    session.start()
    yield session
    session.stop()


@pytest.fixture
def menu(qtbot: QtBot, session: Session) -> PresetsMenu:
    menu = PresetsMenu(session)
    qtbot.addWidget(menu)
    return menu


def submenu(menu: PresetsMenu, group: Group) -> QMenu:
    child = next(action.menu() for action in menu.actions() if action.text() == group.value)
    assert isinstance(child, QMenu)
    return child


def click(qtbot: QtBot, menu: QMenu, action: QAction) -> None:
    menu.popup(QPoint(0, 0))
    qtbot.waitUntil(menu.isVisible)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def test_lists_all_by_groups_with_their_texts(menu: PresetsMenu) -> None:
    assert menu.title() == "&Presets"
    assert [action.text() for action in menu.actions()] == [group.value for group in Group]
    for group in Group:
        child = submenu(menu, group)
        presets = [preset for preset in PRESETS.values() if preset.group is group]
        assert [action.text() for action in child.actions()] == [preset.title for preset in presets]
        assert child.toolTipsVisible()
        for action, preset in zip(child.actions(), presets, strict=True):
            assert preset.text.split(",")[0].replace("'", "&#x27;") in action.toolTip()
            assert action.whatsThis() == action.toolTip()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
@pytest.mark.parametrize("name", ["xor-two-units", "deep-relu", "rings"])
def test_a_click_edits_the_experiment_and_tells(qtbot: QtBot, menu: PresetsMenu, session: Session, name: str) -> None:
    preset = PRESETS[name]
    told: list[Preset] = []
    menu.chosen.connect(told.append)
    child = submenu(menu, preset.group)
    click(qtbot, child, next(action for action in child.actions() if action.objectName() == name))
    assert session.experiment == preset.experiment
    qtbot.waitUntil(lambda: told == [preset])
    session.undo()
    assert session.experiment == Experiment()


def test_choosing_the_same_again_tells_again(qtbot: QtBot, menu: PresetsMenu, session: Session) -> None:
    told: list[Preset] = []
    menu.chosen.connect(told.append)
    action = submenu(menu, Group.XOR).actions()[0]
    for times in (1, 2):
        action.trigger()
        qtbot.waitUntil(lambda times=times: told == [PRESETS["xor-one-unit"]] * times)
    session.undo()
    assert session.undo_label == PRESETS["xor-one-unit"].title, "each has begun anew"
    session.undo()
    assert not session.undo_label
