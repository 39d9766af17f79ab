"""One real control stands for the selected place: its name is what it is, its value is the number."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.ui.stage.spoken import MILLISECONDS
from nnstudio.ui.stage.stage import Spot, Stage


class Numbers(Stage):
    """Four places with a number each."""

    def __init__(self) -> None:
        self.numbers: list[float | None] = [9e-8, -2.0, None, float("nan")]
        super().__init__("Numbers", "Four of them.", "<b>Numbers</b>")

    def places(self) -> tuple[int, int]:
        return len(self.numbers), 1

    def start(self) -> Spot:
        return Spot(0, 0)

    def anchor(self, spot: Spot) -> QRectF:
        return QRectF(50 * spot.column, 20, 40, 30)

    def reading(self, spot: Spot) -> Sequence[str]:
        return f"Number {spot.column}", "in words"

    def figure(self, spot: Spot) -> float | None:
        return self.numbers[spot.column]


@pytest.fixture
def picture(qtbot: QtBot) -> Numbers:
    picture = Numbers()
    qtbot.addWidget(picture)
    picture.resize(300, 100)
    picture.show()
    picture.activateWindow()
    picture.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(picture.hasFocus)
    return picture


def walk(qtbot: QtBot, picture: Numbers, times: int = 1) -> None:
    for _ in range(times):
        qtbot.keyClick(picture, Qt.Key.Key_Right)


def test_it_is_there_only_while_a_place_is_selected(picture: Numbers, qtbot: QtBot) -> None:
    assert picture.spoken.isHidden()
    walk(qtbot, picture)
    assert picture.spoken.isVisible()
    assert picture.spoken.geometry() == picture.anchor(Spot(0, 0)).toRect()
    qtbot.keyClick(picture, Qt.Key.Key_Escape)
    assert picture.spoken.isHidden()


def test_its_name_is_the_place_and_its_value_the_number(picture: Numbers, qtbot: QtBot) -> None:
    walk(qtbot, picture)
    spoken = picture.spoken
    interface = QAccessible.queryAccessibleInterface(spoken)
    assert (spoken.accessibleName(), spoken.accessibleDescription()) == ("Number 0", "in words")
    assert interface.valueInterface().currentValue() == pytest.approx(9e-8)
    assert spoken.text() == "9e−08"
    walk(qtbot, picture)
    assert (spoken.accessibleName(), spoken.value(), spoken.text()) == ("Number 1", -2.0, "−2")


def test_what_has_no_number_says_so(picture: Numbers, qtbot: QtBot) -> None:
    walk(qtbot, picture, 3)
    assert (picture.spoken.accessibleName(), picture.spoken.text()) == ("Number 2", "—")
    walk(qtbot, picture)
    assert (picture.spoken.accessibleName(), picture.spoken.text()) == ("Number 3", "—")


def test_a_value_that_changes_is_said_twice_a_second_and_the_last_one_for_sure(picture: Numbers, qtbot: QtBot) -> None:
    walk(qtbot, picture)
    said: list[float] = []
    picture.spoken.valueChanged.connect(said.append)
    for number in range(1, 100):
        picture.numbers[0] = float(number)
        picture.read()
    assert said == []
    qtbot.waitUntil(lambda: said == [99.0], timeout=4 * MILLISECONDS)


def test_keys_and_mouse_stay_with_the_picture(picture: Numbers, qtbot: QtBot) -> None:
    walk(qtbot, picture)
    picture.spoken.setFocus()
    assert QApplication.focusWidget() is picture
    interface = QAccessible.queryAccessibleInterface(picture.spoken)
    assert interface.state().focused
    assert interface.state().focusable
    assert interface.state().readOnly
    assert picture.childAt(picture.spoken.geometry().center()) is picture.viewport()


def test_it_paints_nothing(picture: Numbers, qtbot: QtBot) -> None:
    walk(qtbot, picture)
    picture.bubble.hide()
    with_it = picture.grab().toImage()
    picture.spoken.hide()
    assert picture.grab().toImage() == with_it


def test_what_has_not_changed_is_not_asked_for_again(picture: Numbers, qtbot: QtBot) -> None:
    walk(qtbot, picture)
    asked: list[Spot] = []
    read = picture.reading
    picture.reading = lambda spot: (asked.append(spot), read(spot))[1]  # type: ignore[method-assign]
    picture.spoken.select(picture.spot)
    assert asked == [], "the last one is still being listened to"
    for rests in (1, 1, 1):
        picture.spoken._rest.timeout.emit()
        assert len(asked) == rests, "once for what came in between, and then no more"
