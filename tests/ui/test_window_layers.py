"""Layers in the whole window: header row, palette, Layer card and Undo work together, and keys go where they belong."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import Experiment, PlaneSpec
from nnstudio.core.experiment.network_text import describe_layers, parse_layers
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    experiment = Experiment(dataset=PlaneSpec(samples=40), layers=parse_layers("4 tanh, 2 tanh"))
    window = MainWindow(Session(experiment), Settings())
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    window._session.start()
    qtbot.waitUntil(lambda: len(window.network.headers.headers) == 2, timeout=20_000)
    yield window
    window._session.stop()


def text(window: MainWindow) -> str:
    return describe_layers(window._session.experiment.layers)


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window._session.up_to_date, timeout=20_000)


def focus() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


@pytest.mark.slow
def test_card_and_headers_are_about_the_same_layer(window: MainWindow, qtbot: QtBot) -> None:
    row, card = window.network.headers, window.layer
    assert [header.title.chosen for header in row.headers] == [True, False]
    qtbot.mouseClick(row.headers[1].title, LEFT)
    assert card.heading.text() == "Dense 2"
    qtbot.mouseClick(row.inserts[0], LEFT)
    qtbot.mouseClick(row.palette.cells[1], LEFT)
    assert text(window) == "dropout 0.2, 4 tanh, 2 tanh"
    assert card.heading.text() == "Dropout 1"
    assert window._session.undo_label == "Add dropout layer"
    settle(window, qtbot)
    qtbot.mouseClick(card.pin, LEFT)
    qtbot.mouseClick(row.headers[2].title, LEFT)
    assert card.heading.text() == "Dropout 1"
    assert [header.title.chosen for header in row.headers] == [True, False, False]
    window._session.undo()
    settle(window, qtbot)
    qtbot.waitUntil(lambda: len(row.headers) == 2, timeout=20_000)
    assert card.heading.text() == "Dense 1"


@pytest.mark.slow
def test_the_keyboard_builds_a_network(window: MainWindow, qtbot: QtBot) -> None:
    row = window.network.headers
    row.inserts[2].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(focus(), Qt.Key.Key_Space)
    QTest.keyClick(focus(), Qt.Key.Key_Return)
    assert text(window) == "4 tanh, 2 tanh, 2 tanh"
    QTest.keyClick(focus(), Qt.Key.Key_D, CONTROL)
    assert window._session.undo_label == "Duplicate layer"
    window._session.undo()
    settle(window, qtbot)
    qtbot.waitUntil(lambda: len(row.headers) == 3, timeout=20_000)
    row.headers[2].title.setFocus()
    QTest.keyClick(focus(), Qt.Key.Key_Left, CONTROL)
    QTest.keyClick(focus(), Qt.Key.Key_Left, CONTROL)
    QTest.keyClick(focus(), Qt.Key.Key_Delete)
    assert text(window) == "4 tanh, 2 tanh"
    assert window._session.undo_label == "Remove dense layer"
    field = window.layer.text.field
    field.setFocus(Qt.FocusReason.TabFocusReason)
    field.selectAll()
    QTest.keyClicks(field, "8, 8")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert text(window) == "8 tanh, 8 tanh"
    settle(window, qtbot)
    assert not window._session.playing  # nothing of this was taken for Space or an arrow
    assert window._session.frame is not None
    assert window._session.frame.updates == 0
    for label in ("Network", "Remove dense layer", "Move layer", "Move layer", "Add dense layer"):
        assert window._session.undo_label == label
        window._session.undo()
    assert text(window) == "4 tanh, 2 tanh"


def test_after_a_click_on_a_title_space_plays_and_the_arrows_step(window: MainWindow, qtbot: QtBot) -> None:
    row = window.network.headers
    qtbot.mouseClick(row.headers[1].title, LEFT)
    QTest.keyClick(focus(), Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: window._session.frame is not None and window._session.frame.updates == 1, timeout=20_000)
    QTest.keyClick(focus(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window._session.playing, timeout=20_000)
    QTest.keyClick(focus(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window._session.playing, timeout=20_000)
    assert text(window) == "4 tanh, 2 tanh"


@pytest.mark.slow
def test_what_has_been_learned_stays_where_a_layer_is_moved(window: MainWindow, qtbot: QtBot) -> None:
    session = window._session
    session.step(30)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 30, timeout=20_000)
    assert session.frame is not None
    before = session.frame.model.layers[1].arrays["bias"].copy()
    qtbot.mouseClick(window.network.headers.headers[1].title, LEFT)
    QTest.keyClick(focus(), Qt.Key.Key_Left, CONTROL)
    settle(window, qtbot)
    assert [layer.key for layer in session.frame.model.layers] == [2, 1, 0]
    assert (session.frame.model.layers[0].arrays["bias"] == before).all()
    assert session.frame.updates == 30
