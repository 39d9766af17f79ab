"""Buttons that are one stop on the way of Tab."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.ui.widgets.toolbar import Toolbar

Key = Qt.Key


class Row:
    """Three buttons between two fields."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        row = QHBoxLayout(self.window)
        self.before, self.after = QLineEdit(), QLineEdit()
        self.buttons = [QPushButton(name) for name in "abc"]
        for widget in (self.before, *self.buttons, self.after):
            row.addWidget(widget)
        self.toolbar = Toolbar([*self.buttons])
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.before.setFocus()
        self.press = lambda key: qtbot.keyClick(QApplication.focusWidget(), key)

    @property
    def focus(self) -> QWidget | None:
        return QApplication.focusWidget()


@pytest.fixture
def row(qtbot: QtBot) -> Row:
    return Row(qtbot)


def test_tab_comes_to_one_and_the_arrows_to_all(row: Row) -> None:
    row.press(Key.Key_Tab)
    passed = [row.focus]
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Right, Key.Key_Left):
        row.press(key)
        passed.append(row.focus)
    a, b, c = row.buttons
    assert passed == [a, b, c, a, c]
    row.press(Key.Key_Tab)
    assert row.focus is row.after


def test_tab_comes_back_to_where_one_was(row: Row) -> None:
    row.press(Key.Key_Tab)
    row.press(Key.Key_Right)
    row.press(Key.Key_Tab)
    row.press(Key.Key_Backtab)
    assert row.focus is row.buttons[1]


def test_what_cannot_be_pressed_is_passed_over(row: Row) -> None:
    row.buttons[0].setEnabled(False)
    row.press(Key.Key_Tab)
    assert row.focus is row.buttons[1]
    row.buttons[2].setEnabled(False)
    row.press(Key.Key_Right)
    assert row.focus is row.buttons[1]
    row.buttons[0].setEnabled(True)
    row.press(Key.Key_Right)
    assert row.focus is row.buttons[0]


def test_what_is_hidden_is_passed_over_too(row: Row) -> None:
    row.buttons[0].hide()
    row.press(Key.Key_Tab)
    assert row.focus is row.buttons[1]
    row.buttons[2].hide()
    row.press(Key.Key_Right)
    assert row.focus is row.buttons[1]
    row.buttons[0].show()
    row.press(Key.Key_Right)
    assert row.focus is row.buttons[0]


def test_after_a_click_the_arrows_do_what_they_do_elsewhere(row: Row, qtbot: QtBot) -> None:
    qtbot.mouseClick(row.buttons[1], Qt.MouseButton.LeftButton)
    assert row.focus is row.buttons[1]
    shortcut = QShortcut(Key.Key_Right, row.window)
    with qtbot.waitSignal(shortcut.activated, timeout=500):
        row.press(Key.Key_Right)
    assert row.focus is row.buttons[1]
