"""The microscope in the smallest window with larger text: what does not fit gives way, and nothing is cut."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.microscope.microscope import Microscope
from nnstudio.ui.widgets.banner import Tone
from nnstudio.ui.widgets.elided_label import ElidedLabel


def top_of(widget: QWidget, window: MainWindow) -> int:
    return widget.mapTo(window, QPoint(0, 0)).y()


@pytest.mark.slow
def test_the_smallest_window_with_larger_text_has_all_of_a_unit(
    window: MainWindow, page: Microscope, qtbot: QtBot
) -> None:
    window.commands["larger_text"].trigger()
    window.resize(1100, 720)
    qtbot.waitUntil(lambda: page.width() < 1100)
    assert (window.width(), window.height()) == (1100, 720)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_End)
    page.renew()
    working = page.card._working
    assert working._head.isHidden(), "the parts have the same numbers"
    assert working.minimumSizeHint().height() <= page.card._scroll.height()
    for button in (page.bar.predict, page.bar.check):
        assert button.width() >= button.sizeHint().width()


@pytest.mark.slow
def test_the_headline_is_there_where_it_has_room(page: Microscope) -> None:
    page.renew()
    assert not page.card._working._head.isHidden()


@pytest.mark.slow
def test_a_message_covers_no_button_of_the_bar(window: MainWindow, page: Microscope) -> None:
    window.banner.announce(Tone.BAD, "Something went wrong.")
    assert top_of(window.banner, window) >= top_of(page.bar, window) + page.bar.height()
    page.closed.emit()
    assert top_of(window.banner, window) < top_of(window.desk, window)


def test_a_line_without_room_gives_way(qtbot: QtBot) -> None:
    label = ElidedLabel("mean of ∂L/∂w over the mini-batch")
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() == 0
    label.resize(400, 20)
    whole = label.grab().toImage()
    label.resize(60, 20)
    cut = label.grab().toImage()
    assert cut.copy(0, 0, 20, 20) == whole.copy(0, 0, 20, 20)
    assert cut != whole.copy(0, 0, 60, 20), "it ends in an ellipsis"
