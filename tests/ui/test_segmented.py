"""The segmented switch: one of several, by mouse and by keyboard."""

import pytest
from PySide6.QtCore import Qt

from nnstudio.ui.widgets.segmented import SegmentedSwitch


@pytest.fixture
def switch(qtbot) -> SegmentedSwitch:
    switch = SegmentedSwitch(["Linear", "Log", "Root"], ["Even steps.", "Powers of ten.", "Roots."])
    qtbot.addWidget(switch)
    switch.show()
    return switch


def test_the_first_is_chosen_to_begin_with(switch):
    assert switch.current() == 0
    assert switch.button(1).toolTip() == "Powers of ten."
    assert "Powers of ten." in switch.button(1).whatsThis()
    assert switch.button(2).whatsThis() == "Roots."
    assert switch.button(1).accessibleName() == "Log"


def test_a_click_chooses_and_says_so_once(switch, qtbot):
    heard = []
    switch.currentChanged.connect(heard.append)
    qtbot.mouseClick(switch.button(2), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(switch.button(2), Qt.MouseButton.LeftButton)
    assert switch.current() == 2
    assert heard == [2]


def test_arrows_choose_the_neighbour(switch, qtbot):
    switch.activateWindow()
    switch.button(0).setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(switch.button(0), Qt.Key.Key_Right)
    assert switch.current() == 1


def test_a_position_can_be_set(switch, qtbot):
    with qtbot.waitSignal(switch.currentChanged) as blocker:
        switch.set_current(1)
    assert blocker.args == [1]


def test_a_click_does_not_take_the_focus(switch, qtbot):
    qtbot.mouseClick(switch.button(1), Qt.MouseButton.LeftButton)
    assert not switch.button(1).hasFocus()
