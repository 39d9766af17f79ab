"""Where the bubble stands, and when it is painted anew."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QGraphicsRectItem, QGraphicsScene

from nnstudio.ui import theme
from nnstudio.ui.stage.bubble import Bubble

BOUNDS = QRectF(100, 50, 400, 300)
LINES = ("Weight", "w = 1", "from x₁")
SHADOW = 8


@pytest.fixture
def bubble(qapp: QApplication) -> Iterator[Bubble]:
    scene = QGraphicsScene()
    scene.addItem(QGraphicsRectItem())
    yield Bubble(scene)
    scene.clear()


def box_of(bubble: Bubble) -> QRectF:
    """Where it stands, without its shadow."""
    shown = bubble._item.sceneBoundingRect()
    return QRectF(shown.topLeft() + QPointF(SHADOW, SHADOW), bubble._box.size())


def painted(bubble: Bubble) -> int:
    """Another number whenever it has been painted anew."""
    return bubble._item.pixmap().cacheKey()


def at(x: float, y: float, size: float = 10) -> QRectF:
    return QRectF(x, y, size, size)


def test_it_stands_to_the_lower_right(bubble: Bubble) -> None:
    bubble.say(LINES, at(200, 100), BOUNDS, 1.0)
    assert box_of(bubble).topLeft() == QPointF(210 + 12, 105 + 6)


def test_without_room_at_the_right_it_stands_below(bubble: Bubble) -> None:
    bubble.say(LINES, at(480, 100), BOUNDS, 1.0)
    box = box_of(bubble)
    assert box.right() == BOUNDS.right() - 4
    assert box.top() == 110 + 10


def test_a_line_that_is_wider_than_the_stage_is_broken(bubble: Bubble) -> None:
    bubble.say(LINES, at(200, 100), BOUNDS, 1.0)
    height = box_of(bubble).height()
    bubble.say(("8 taken for 0", "0 images of 100 " * 6, "0.00"), at(200, 100), BOUNDS, 1.0)
    assert BOUNDS.contains(box_of(bubble))
    assert box_of(bubble).height() > height


def test_without_room_below_either_it_stands_above(bubble: Bubble) -> None:
    for y in (335, 295):  # in the second place it would begin inside, and end outside
        bubble.say(LINES, at(480, y), BOUNDS, 1.0)
        box = box_of(bubble)
        assert box.right() == BOUNDS.right() - 4
        assert box.bottom() == pytest.approx(y - 10)


def test_it_does_not_stand_outside_for_a_place_that_does(bubble: Bubble) -> None:
    for place in (at(20, 100), at(200, 0), at(200, 400), at(20, 0)):
        bubble.say(LINES, place, BOUNDS, 1.0)
        assert BOUNDS.contains(box_of(bubble)), place
    bubble.say(["A heading that is far too long for it " * 3], at(200, 100), BOUNDS, 1.0)
    assert BOUNDS.contains(box_of(bubble))
    bubble.say(["far-too-long-to-be-broken-anywhere" * 3], at(200, 100), BOUNDS, 1.0)
    assert box_of(bubble).left() == BOUNDS.left() + 4, "its beginning can be read"


def picture(color: str) -> QImage:
    picture = QImage(2, 2, QImage.Format.Format_RGB32)
    picture.fill(QColor(color))
    return picture


def test_it_is_painted_anew_for_whatever_looks_different_and_for_nothing_else(bubble: Bubble) -> None:
    red, blue = picture("#ff0000"), picture("#0000ff")
    for words in (
        {},
        {"lines": ("Weight", "w = 2")},
        {"lines": ("Weight", "w = 2"), "pinned": True},
        {"ratio": 2.0},
        {"picture": red},
        {"picture": blue},
    ):
        given = {"lines": LINES, "ratio": 1.0, "picture": None, "pinned": False, **words}
        before = painted(bubble)
        bubble.say(given.pop("lines"), at(200, 100), BOUNDS, given.pop("ratio"), **given)
        after = painted(bubble)
        assert after != before, words
        given = {"lines": LINES, "ratio": 1.0, "picture": None, "pinned": False, **words}
        bubble.say(given.pop("lines"), at(230, 130), BOUNDS, given.pop("ratio"), **given)
        assert painted(bubble) == after, words


def test_another_theme_paints_it_anew(bubble: Bubble, qapp: QApplication) -> None:
    bubble.say(LINES, at(200, 100), BOUNDS, 1.0)
    try:
        theme.apply(qapp, theme.ThemeChoice.DARK)
        bubble.say(LINES, at(200, 100), BOUNDS, 1.0)
        ground = bubble._item.pixmap().toImage().pixelColor(SHADOW + 4, SHADOW + 10)
        assert ground == QColor(theme.DARK.card)
    finally:
        qapp.setStyleSheet("")


@pytest.mark.parametrize("pinned", [False, True])
def test_one_that_is_pinned_has_an_edge_of_the_accent(bubble: Bubble, pinned: bool) -> None:
    bubble.say(LINES, at(200, 100), BOUNDS, 4.0, pinned=pinned)
    image, colors = bubble._item.pixmap().toImage(), theme.current()
    edge = image.pixelColor(4 * SHADOW, image.height() // 2)
    assert edge == QColor(colors.accent if pinned else colors.line)
