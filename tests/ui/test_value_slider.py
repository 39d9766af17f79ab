"""Any number on a slider: typed, stepped, refused with a word, and never changed by only looking at it."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.value_slider import ValueSlider

Key = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


def shown(window: QWidget, value: float) -> tuple[ValueSlider, list[float]]:
    """A slider in a window, and what it asks for."""
    slider = ValueSlider("Weight", 5.0, "", window)
    asked: list[float] = []
    slider.value_changed.connect(asked.append)
    slider.begin(value)
    window.show()
    slider.field.setFocus()
    return slider, asked


def enter(qtbot: QtBot, slider: ValueSlider, text: str, key: Qt.Key = Key.Key_Return) -> None:
    slider.field.selectAll()
    slider.field.insert(text)  # pasted: the tests of Qt type Latin letters alone
    qtbot.keyClick(slider.field, key)


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Tab])
def test_who_types_nothing_changes_nothing(qtbot: QtBot, window: QWidget, key: Qt.Key) -> None:
    slider, asked = shown(window, 0.123456)
    assert slider.field.text() == "0.12"
    qtbot.keyClick(slider.field, key)
    assert asked == []
    assert slider.value == 0.123456


@pytest.mark.parametrize(
    ("text", "value"), [("-1,25", -1.25), ("−3", -3.0), ("٣", 3.0), ("-0", 0.0), ("1e-320", 1e-320), ("1e308", 1e308)]
)
def test_a_number_is_taken_as_it_was_typed(qtbot: QtBot, window: QWidget, text: str, value: float) -> None:
    slider, asked = shown(window, 0.5)
    enter(qtbot, slider, text)
    assert [str(each) for each in asked] == [str(value)]


@pytest.mark.parametrize("text", ["nan", "inf", "1e400", "abc", "1,2,3"])
def test_what_is_no_number_is_refused_with_a_word(qtbot: QtBot, window: QWidget, text: str) -> None:
    slider, asked = shown(window, 0.5)
    enter(qtbot, slider, text)
    assert asked == []
    assert slider.field.text() == "0.50"
    (note,) = window.findChildren(Note)
    assert note.isVisible()
    assert note.text() == f"“{text}” is no finite number."


def test_a_word_goes_with_its_slider(qtbot: QtBot, window: QWidget) -> None:
    slider, _ = shown(window, 0.5)
    enter(qtbot, slider, "abc")
    slider.deleteLater()
    for _ in range(2):  # the note is told by the slider's end
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not window.findChildren(Note)


@pytest.mark.parametrize("value", [1e308, -1e308, 3e38])
@pytest.mark.parametrize("key", [Key.Key_Right, Key.Key_Left, Key.Key_PageUp])
def test_steps_from_the_largest_numbers_lead_nowhere(qtbot: QtBot, window: QWidget, value: float, key: Qt.Key) -> None:
    slider, asked = shown(window, value)
    qtbot.keyClick(slider.track, key)
    assert asked == []


def test_steps_rest_at_hundredths(qtbot: QtBot, window: QWidget) -> None:
    slider, asked = shown(window, 0.123456)
    qtbot.keyClick(slider.track, Key.Key_Right)
    qtbot.keyClick(slider.track, Key.Key_PageUp)
    assert asked == pytest.approx([0.13, 0.23])
