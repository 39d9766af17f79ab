"""Keyboard alone: a network is built, trained, and one of its weights set and frozen, and all of that taken back."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, Status
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.views.network.column import LinkSpot, Spot

Key = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
FAR = 48
"""So many presses of Tab are still sane, from one end of the window to the other."""


def name_of(widget: QWidget) -> str:
    """What a screen reader calls it."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


class Keyboard:
    """Hands on a keyboard: every key goes to whoever has the focus."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window

    @property
    def focus(self) -> QWidget:
        if QApplication.activeWindow() is None:  # behind a tooltip; a window manager would give the keys back
            self.window.activateWindow()
            self.qtbot.waitUntil(self.window.isActiveWindow)
        return QApplication.focusWidget() or self.window

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.focus, key, modifiers)

    def write(self, text: str) -> None:
        for letter in text:
            self.qtbot.keyClick(self.focus, letter)  # the first may lead from a slider to its field

    def tab_to(self, name: str, key: Qt.Key = Key.Key_Tab) -> int:
        """Press Tab until what is called so has the focus; how often."""
        passed = []
        for presses in range(1, FAR + 1):
            self.press(key)
            passed.append(name_of(self.focus))
            if passed[-1] == name:
                return presses
        raise AssertionError(f"{name} is not reached; Tab comes past {passed}")


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session(default_experiment(DatasetKind.CIRCLE))
    yield session
    session.stop()


@pytest.fixture
def keyboard(qtbot: QtBot, session: Session) -> Keyboard:
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    session.start()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.waitUntil(lambda: session.frame is not None and bool(window.network.stage.columns))
    qtbot.waitUntil(lambda: window.loss.chart is not None)
    return Keyboard(qtbot, window)


@pytest.mark.slow
def test_a_network_is_built_trained_and_shaped(keyboard: Keyboard, session: Session, qtbot: QtBot) -> None:
    stage = keyboard.window.network.stage

    def settles(true: Callable[[Frame], bool]) -> None:
        """Wait for a frame of which this is true."""
        qtbot.waitUntil(lambda: session.frame is not None and true(session.frame), timeout=10_000)

    # 2-8-8-1, typed.
    keyboard.tab_to("Network as text")
    keyboard.press(Key.Key_A, CONTROL)
    keyboard.write("8 tanh, 8 tanh")
    keyboard.press(Key.Key_Return)
    settles(lambda frame: [layer.shape for layer in frame.model.layers] == [(8,), (8,), (1,)])
    # The rate, typed.
    keyboard.tab_to("Learning rate", Key.Key_Backtab)
    keyboard.write("0.05")
    keyboard.press(Key.Key_Return)
    settles(lambda frame: frame.experiment.training.learning_rate == 0.05)
    # Play and pause.
    keyboard.press(Key.Key_Space)
    settles(lambda frame: frame.updates > 20)
    keyboard.press(Key.Key_Space)
    settles(lambda frame: frame.status is Status.PAUSED)
    # To a neuron, and over the links into it.
    keyboard.tab_to("Network", Key.Key_Backtab)
    keyboard.press(Key.Key_Right)
    keyboard.press(Key.Key_Right)
    neuron = stage.looked_at
    assert isinstance(neuron, Spot)
    assert neuron.column == 1
    assert stage.spoken.accessibleName() == f"Dense 1, neuron {neuron.unit + 1}, bias"
    keyboard.press(Key.Key_Down, SHIFT)
    link = LinkSpot(1, 0, neuron.unit)
    assert stage.looked_at == link
    assert stage.spoken.accessibleName() == f"Weight, x₁ → Dense 1, neuron {neuron.unit + 1}"

    def weight(frame: Frame) -> float:
        weights = frame.model.layers[0].weights
        assert weights is not None
        return float(weights[0, neuron.unit])

    def frozen(frame: Frame) -> bool:
        masks = frame.model.layers[0].frozen
        return bool(masks) and bool(masks["weight"][0, neuron.unit])

    assert session.frame is not None
    before = weight(session.frame)
    assert stage.spoken.value() == pytest.approx(before)
    # Its weight, typed; and frozen.
    keyboard.press(Key.Key_Return)
    keyboard.write("1.25")
    keyboard.press(Key.Key_Return)
    settles(lambda frame: weight(frame) == 1.25)
    qtbot.waitUntil(lambda: stage.spoken.value() == 1.25)
    keyboard.tab_to("Freeze")
    keyboard.press(Key.Key_Space)
    settles(frozen)
    # Escape gives the keys back to the picture, where they were.
    keyboard.press(Key.Key_Escape)
    assert keyboard.focus is stage
    assert keyboard.window.network.popover is None
    assert stage.looked_at == link
    # All of it is taken back.
    keyboard.press(Key.Key_Z, CONTROL)
    settles(lambda frame: not frozen(frame) and weight(frame) == 1.25)
    keyboard.press(Key.Key_Z, CONTROL)
    settles(lambda frame: weight(frame) == before)


def test_tab_comes_to_everything_and_round_again(keyboard: Keyboard) -> None:
    passed: list[QWidget] = []
    for _ in range(150):
        keyboard.press(Key.Key_Tab)
        if keyboard.focus in passed:
            break
        passed.append(keyboard.focus)
    assert keyboard.focus is passed[0], "no trap, and nothing is left out on the second round"
    names = [name_of(widget) for widget in passed]
    assert len(names) < 70
    assert all(names), names
    for picture in ("Network", "Decision boundary", "Loss curves", "Activations", "Gradient"):
        assert picture in names
    at = names.index("Network")
    assert names[at + 1] == "Insert a hidden layer after the input", "the network's controls stand beside it"
    assert names.index("Loss curves") < names.index("Activations"), "also what is loaded after the first picture"


@pytest.mark.slow
def test_the_pages_are_one_stop_of_tab(keyboard: Keyboard, session: Session) -> None:
    keyboard.tab_to("Microscope")
    keyboard.press(Key.Key_Right)
    assert name_of(keyboard.focus) == "Runs"
    keyboard.press(Key.Key_Left)
    keyboard.press(Key.Key_Space)
    keyboard.qtbot.waitUntil(lambda: keyboard.window.pages.microscopy.is_open)
    assert session.frame is not None
    assert session.frame.updates == 0, "the arrows were not the run's"
