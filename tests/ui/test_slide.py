"""Cards slide away from a page that comes, and back when it leaves; nothing waits for them."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.ui.slide import Slide


@pytest.fixture
def place(qtbot: QtBot) -> QWidget:
    place = QWidget()
    qtbot.addWidget(place)
    place.resize(600, 300)
    desk, page = QWidget(place), QWidget(place)
    desk.setObjectName("desk")
    page.setObjectName("page")
    for widget in (desk, page):
        widget.setGeometry(0, 0, 600, 300)
    row = QHBoxLayout(desk)
    for name in ("left", "middle", "right"):
        label = QLabel(name)
        label.setObjectName(name)
        row.addWidget(label)
    place.show()
    return place


def make(place: QWidget) -> tuple[Slide, QWidget]:
    desk, page = place.findChild(QWidget, "desk"), place.findChild(QWidget, "page")
    assert desk is not None
    assert page is not None
    cards = [label for name in ("left", "middle", "right") for label in desk.findChildren(QLabel, name)]
    return Slide(desk, cards, cards[1]), page


def ghosts(place: QWidget) -> list[QRect]:
    return [label.geometry() for label in place.children() if isinstance(label, QLabel) and not label.isHidden()]


def test_cards_leave_to_their_side_and_are_gone(place: QWidget, qtbot: QtBot) -> None:
    slide, page = make(place)
    slide.away(page, QRect(200, 50, 400, 200))
    assert len(ghosts(place)) == 3
    moving = slide._moving
    assert moving is not None
    moving.setCurrentTime(moving.duration() - 1)
    left, middle, right = ghosts(place)
    assert left.right() < 40
    assert right.left() > 560
    assert middle.width() > 380, "what stays grows into the page"
    qtbot.waitUntil(lambda: not slide.is_moving)
    assert ghosts(place) == []


def test_what_slides_looks_like_the_cards(place: QWidget) -> None:
    slide, page = make(place)
    page.hide()
    slide._desk.setGeometry(30, 20, 500, 240)
    place.grab()  # all is where it belongs, and painted there
    place.repaint()
    cards = [card.grab().toImage().convertToFormat(QImage.Format.Format_RGB32) for card in slide._cards]
    slide.away(page, QRect(200, 50, 400, 200))
    assert [ghost.pixmap().toImage() for ghost in slide._ghosts] == cards
    slide._end()


def test_a_slide_back_cuts_the_slide_away_short(place: QWidget, qtbot: QtBot) -> None:
    slide, page = make(place)
    slide.away(page, QRect(200, 50, 400, 200))
    slide.back(page, QRect(200, 50, 400, 200))
    assert len(ghosts(place)) == 4, "three cards, and the page behind them"
    qtbot.waitUntil(lambda: not slide.is_moving)
    assert ghosts(place) == []


def test_what_comes_back_looks_as_it_left_unless_the_window_has_changed(place: QWidget) -> None:
    slide, page = make(place)
    slide._desk.grab()  # all is where it belongs
    slide.away(page, QRect(200, 50, 400, 200))
    left = [ghost.pixmap().toImage() for ghost in slide._ghosts]
    slide._cards[0].setText("hidden")
    slide.back(page, QRect(200, 50, 400, 200))
    assert [ghost.pixmap().toImage() for ghost in slide._ghosts[:3]] == left
    slide.away(page, QRect(200, 50, 400, 200))
    slide._desk.resize(500, 300)
    slide.back(page, QRect(200, 50, 400, 200))
    assert slide._ghosts[0].pixmap().toImage() != left[0]
    slide._end()


def test_nothing_slides_where_no_motion_is_wanted(place: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    slide, page = make(place)
    # A style of our own that says so cannot be taken off again without a crash in Qt, so the answer is given here.
    monkeypatch.setattr(Slide, "_wanted", lambda _: False)
    slide.away(page, QRect(200, 50, 400, 200))
    slide.back(page, QRect(200, 50, 400, 200))
    assert ghosts(place) == []
    assert not slide.is_moving
