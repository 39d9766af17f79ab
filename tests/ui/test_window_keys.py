"""Keys: they work everywhere in the window, except where somebody is typing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QWidget,
)

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings

Key, Shift, Control = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


class Recorder(Session):
    """Notes what it is told instead of doing it."""

    def __init__(self):
        super().__init__(default_experiment(DatasetKind.CIRCLE))
        self.told: list[str] = []

    def toggle_play(self) -> None:
        self.told.append("toggle_play")

    def step(self, updates: int = 1) -> None:
        self.told.append(f"step {updates}")

    def step_epoch(self) -> None:
        self.told.append("step_epoch")

    def step_phase(self) -> None:
        self.told.append("step_phase")

    def back(self) -> None:
        self.told.append("back")

    def restart(self) -> None:
        self.told.append("restart")

    def new_weights(self, seed: int | None = None) -> None:
        self.told.append(f"new_weights {seed}")

    def undo(self) -> None:
        self.told.append("undo")


class Desk:
    """A window with one field of each kind added to it."""

    def __init__(self, qtbot):
        self.qtbot = qtbot
        self.session = Recorder()
        self.window = MainWindow(self.session, Settings())
        qtbot.addWidget(self.window)
        page = self.window.centralWidget()
        self.line, self.spin, self.slider, self.combo = QLineEdit(page), QSpinBox(page), QSlider(page), QComboBox(page)
        self.combo.addItems(["Adam", "RMSProp"])
        self.slider.setOrientation(Qt.Orientation.Horizontal)
        self.window.show()
        for place, field in enumerate((self.line, self.spin, self.slider, self.combo)):
            field.setGeometry(400 + 100 * place, 200, 90, 30)
            field.raise_()
            field.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> list[str]:
        """What the session is told when this key reaches whatever has the focus."""
        self.session.told.clear()
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        return self.session.told

    def tab_to(self, widget: QWidget) -> None:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert QApplication.focusWidget() is widget

    def click(self, widget: QWidget) -> None:
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot)


SHORTCUTS = [
    (Key.Key_Space, NONE, "toggle_play"),
    (Key.Key_Right, NONE, "step 1"),
    (Key.Key_Right, Shift, "step_epoch"),
    (Key.Key_Right, Control, "step_phase"),
    (Key.Key_Left, NONE, "back"),
    (Key.Key_R, NONE, "restart"),
    (Key.Key_R, Shift, "new_weights None"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("key", "modifier", "told"), SHORTCUTS)
def test_keys_work_from_the_start(desk, key, modifier, told):
    assert desk.press(key, modifier) == [told]


@pytest.mark.parametrize("field", ["line", "spin"])
def test_a_text_field_keeps_its_keys(desk, field):
    for key, modifier, told in SHORTCUTS:
        desk.tab_to(getattr(desk, field))
        assert desk.press(key, modifier) == []
        desk.window.centralWidget().setFocus()
        assert desk.press(key, modifier) == [told]


def test_an_editable_box_keeps_its_keys(desk):
    desk.combo.setEditable(True)
    desk.tab_to(desk.combo)
    assert desk.press(Key.Key_R) == []
    assert desk.press(Key.Key_Space) == []
    assert desk.combo.currentText().endswith("r ")


def test_undo_in_a_field_is_the_fields(desk):
    desk.session.told.clear()
    desk.window.commands["undo"].setEnabled(True)
    desk.tab_to(desk.line)
    desk.qtbot.keyClicks(desk.line, "7")
    assert desk.press(Key.Key_Z, Control) == []
    assert desk.line.text() == ""
    desk.window.centralWidget().setFocus()
    assert desk.press(Key.Key_Z, Control) == ["undo"]


def test_a_slider_keeps_the_arrows_but_not_space(desk):
    desk.tab_to(desk.slider)
    assert desk.press(Key.Key_Right) == []
    assert desk.slider.value() == 1
    assert desk.press(Key.Key_Space) == ["toggle_play"]


def test_a_button_reached_by_tab_keeps_space(desk):
    restart = next(b for b in desk.window.transport.findChildren(QWidget) if b.accessibleName() == "Restart")
    desk.tab_to(restart)
    assert desk.press(Key.Key_Space) == ["restart"]
    assert desk.press(Key.Key_Right) == ["step 1"]


def test_a_click_on_a_button_leaves_space_to_the_player(desk):
    restart = next(b for b in desk.window.transport.findChildren(QWidget) if b.accessibleName() == "Restart")
    desk.click(restart)
    assert desk.press(Key.Key_Space) == ["toggle_play"]


@pytest.mark.parametrize("leave", ["hide", "setDisabled"])
def test_space_plays_where_the_focus_has_only_fallen(desk, leave):
    remedy, restart = QPushButton("Try", desk.window.centralWidget()), desk.window.transport.findChild(QAbstractButton)
    remedy.show()
    QWidget.setTabOrder(remedy, restart)
    desk.tab_to(remedy)
    remedy.hide() if leave == "hide" else remedy.setDisabled(True)
    assert QApplication.focusWidget() is restart
    assert desk.press(Key.Key_Space) == ["toggle_play"]
    desk.tab_to(desk.slider)
    desk.tab_to(restart)
    assert desk.press(Key.Key_Space) == ["restart"]


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_a_list_reached_by_tab_keeps_space_and_letters(desk):
    desk.tab_to(desk.combo)
    assert desk.press(Key.Key_R) == []
    assert desk.combo.currentText() == "RMSProp"
    assert desk.press(Key.Key_Space) == []
    assert desk.combo.view().isVisible()
    desk.combo.hidePopup()


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_after_a_choice_by_mouse_space_plays(desk):
    desk.click(desk.combo)
    desk.combo.hidePopup()
    assert QApplication.focusWidget() is desk.combo
    assert desk.press(Key.Key_Space) == ["toggle_play"]
    assert desk.press(Key.Key_R) == ["restart"]


def test_a_held_key_steps_on_but_does_not_flicker(desk):
    assert desk.window.commands["step"].autoRepeat()
    assert not desk.window.commands["play"].autoRepeat()
