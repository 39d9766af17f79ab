"""What stands under a column that cannot show all its units."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsPathItem,
    QGraphicsRectItem,
    QGraphicsScene,
    QGraphicsSimpleTextItem,
)

from nnstudio.ui.views.network.column import Column
from nnstudio.ui.views.network.overflow import show_more

TILES = tuple(QRectF(10, 20 + 30 * place, 20, 20) for place in range(4))
MORE = QRectF(0, 150, 40, 16)


@pytest.fixture
def root(qapp: QApplication) -> Iterator[QGraphicsRectItem]:
    scene = QGraphicsScene()
    root = QGraphicsRectItem()
    scene.addItem(root)
    yield root
    scene.clear()


def shown(root: QGraphicsRectItem) -> tuple[list[str], list[QRectF]]:
    """The words, and the bars."""
    items = root.childItems()
    words = [item.text() for item in items if isinstance(item, QGraphicsSimpleTextItem)]
    return words, [item.path().boundingRect() for item in items if isinstance(item, QGraphicsPathItem)]


def test_a_column_that_fits_says_nothing(root: QGraphicsRectItem) -> None:
    show_more(root, Column(10, 30, 4, 0, TILES))
    assert shown(root) == ([], [])


@pytest.mark.parametrize("first", [0, 3, 6])
def test_a_column_that_is_scrolled_says_how_many_more_there_are_and_where_it_stands(
    root: QGraphicsRectItem, first: int
) -> None:
    show_more(root, Column(10, 30, 10, first, TILES, more=MORE))
    words, (track, seen) = shown(root)
    assert words == ["+ 6 more"]
    top, bottom = TILES[0].top(), TILES[-1].bottom()
    assert (track.top(), track.bottom()) == (top, bottom)
    assert track.left() > 30
    unit = (bottom - top) / 10
    assert seen.top() == pytest.approx(top + first * unit)
    assert seen.bottom() == pytest.approx(top + (first + 4) * unit)


def test_a_column_of_the_strongest_does_not_scroll(root: QGraphicsRectItem) -> None:
    show_more(root, Column(10, 30, 28, 0, TILES, more=MORE, large=2, order=(5, 3, 9, 1)))
    assert shown(root) == (["+ 24 weaker"], [])
