"""What stands in the tiles of one column: maps, biases, values, signs; of the units that show, each in its place."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsRectItem, QGraphicsScene

from nnstudio.ui.theme import ZERO, current, heat_map_table
from nnstudio.ui.views.network.column import Column
from nnstudio.ui.views.network.maps import MapTiles

pytestmark = pytest.mark.usefixtures("qapp")
FIRST, SHOWN, COUNT = 2, 3, 8


class Wall:
    """The tiles of units 2, 3 and 4 of eight."""

    def __init__(self, size: float = 60, ratio: float = 1.0, valued: bool = False, numbered: bool = False) -> None:
        self.scene, self.root = QGraphicsScene(), QGraphicsRectItem()
        self.scene.addItem(self.root)
        rows = tuple(QRectF(10, 10 + place * (size + 10), size, size) for place in range(SHOWN))
        self.column = Column(10, 10 + size, COUNT, FIRST, rows)
        self.tiles = MapTiles(self.root, self.column, ratio, smooth=False, numbered=numbered, valued=valued)

    def painted(self) -> QImage:
        image = QImage(100, 240, QImage.Format.Format_RGB32)
        image.fill(QColor(current().card))
        with QPainter(image) as painter:
            self.scene.render(painter, QRectF(image.rect()), QRectF(image.rect()))
        return image

    def middles(self) -> list[QColor]:
        image = self.painted()
        return [image.pixelColor(tile.center().toPoint()) for tile in self.column.tiles]

    def items(self) -> list[QGraphicsItem]:
        return self.scene.items()


def color(value: float) -> QColor:
    return QColor.fromRgb(int(heat_map_table(current())[round(ZERO * (1 + min(value, 1)))]))


def maps(side: int, values: list[float]) -> np.ndarray:
    return np.array(values)[:, None, None] * np.ones((COUNT, side, side))


def test_maps_are_those_of_the_units_in_sight_each_by_its_own_scale() -> None:
    wall = Wall()
    wall.tiles.show_maps(maps(4, [9, 9, -1, 0, 1, 9, 9, 9]), 1.0)
    assert wall.middles() == [color(-1), color(0), color(1)]
    wall.tiles.show_maps(maps(4, [1.0] * COUNT), np.array([9, 9, 1, 2, 4, 9, 9, 9.0]))
    assert wall.middles() == [color(1), color(0.5), color(0.25)]


@pytest.mark.parametrize(("size", "ratio", "side"), [(16, 1.0, 16), (16, 2.0, 32), (60, 1.0, 32), (10, 1.0, 11)])
def test_a_small_tile_takes_as_many_values_as_it_has_pixels(size: float, ratio: float, side: int) -> None:
    wall = Wall(size, ratio)
    wall.tiles.show_maps(maps(32, [1.0] * COUNT), 1.0)
    picture = wall.tiles.at(0)
    assert picture is not None
    assert (picture.width(), picture.height()) == (side, side)


def test_maps_of_another_size_take_the_place_of_those_before() -> None:
    wall = Wall()
    wall.tiles.show_maps(maps(4, [1.0] * COUNT), 1.0)
    before = len(wall.items())
    wall.tiles.show_maps(maps(8, [-1.0] * COUNT), 1.0)
    assert len(wall.items()) == before
    assert wall.middles() == [color(-1)] * SHOWN


def test_a_map_can_be_had_by_its_place_and_no_other() -> None:
    wall = Wall()
    assert wall.tiles.at(0) is None
    wall.tiles.show_maps(maps(4, [9, 9, -1, 0, 1, 9, 9, 9]), 1.0)
    shown = [picture.pixelColor(1, 1) for place in range(SHOWN) if (picture := wall.tiles.at(place)) is not None]
    assert shown == [color(-1), color(0), color(1)]
    assert wall.tiles.at(-1) is None
    assert wall.tiles.at(SHOWN) is None


def biases(wall: Wall) -> list[QColor]:
    return [square.brush().color() for square in wall.tiles._biases]


def test_biases_are_coloured_as_strongly_as_a_link_of_that_weight() -> None:
    wall = Wall()
    wall.tiles.show_biases(np.array([9, 9, -20, 0, 0.7, 9, 9, 9.0]))
    assert biases(wall) == [color(-1), color(0), color(1 - np.exp(-1))]
    wall.tiles.show_biases(np.array([9, 9, -20, np.nan, -0.7, 9, 9, 9.0]))
    assert biases(wall) == [color(-1), QColor(current().bad), color(np.exp(-1) - 1)]


def test_a_bias_that_looks_the_same_is_not_touched(qapp: QApplication) -> None:
    wall, touched = Wall(), list[QRectF]()
    wall.scene.changed.connect(touched.extend)
    values = np.array([9, 9, -1, 0, 0.7, 9, 9, 9.0])
    wall.tiles.show_biases(values)
    qapp.processEvents()
    touched.clear()
    wall.tiles.show_biases(values + 1e-9)
    qapp.processEvents()
    assert touched == []
    values[4] = -3
    wall.tiles.show_biases(values)
    qapp.processEvents()
    assert touched
    assert all(place.top() > wall.column.tiles[1].bottom() for place in touched)


def test_values_are_those_of_the_units_in_sight_while_there_is_an_example() -> None:
    wall = Wall(valued=True)
    wall.tiles.show_values(np.arange(COUNT) / 10)
    assert [words.text for words in wall.tiles._values] == ["0.20", "0.30", "0.40"]
    assert wall.tiles._pills.isVisible()
    wall.tiles.show_values(None)
    assert [words.text for words in wall.tiles._values] == [""] * SHOWN
    assert not wall.tiles._pills.isVisible()


def test_small_tiles_have_neither_values_nor_signs() -> None:
    wall = Wall(20, valued=True)
    before = len(wall.items())
    wall.tiles.show_values(np.ones(COUNT))
    wall.tiles.show_signs({3: "lock"})
    assert len(wall.items()) == before


def test_signs_stand_on_their_units_and_go_with_them() -> None:
    wall = Wall()
    before = len(wall.items())
    wall.tiles.show_signs({3: "lock", 4: "warning", 7: "lock"})
    signs = wall.tiles._sign_items
    assert len(signs) == 2
    for sign, tile in zip(signs, wall.column.tiles[1:], strict=True):
        assert tile.contains(sign.sceneBoundingRect())
    wall.tiles.show_signs({3: "lock", 4: "warning", 7: "lock"})
    assert wall.tiles._sign_items is signs
    wall.tiles.show_signs({})
    assert len(wall.items()) == before


def test_a_warning_has_another_colour_than_a_lock() -> None:
    wall = Wall()
    pictures: dict[str, set[str]] = {}
    for name in ("lock", "warning"):
        wall.tiles.show_signs({3: name})
        image = wall.tiles._sign_items[0].pixmap().toImage()
        pictures[name] = {image.pixelColor(x, y).name() for x in range(16) for y in range(16)}
    assert QColor(current().warning_text).name() in pictures["warning"]
    assert QColor(current().warning_text).name() not in pictures["lock"]


def test_tiles_are_numbered_as_their_units_are() -> None:
    numbered, plain = Wall(numbered=True).painted(), Wall().painted()
    assert numbered != plain
    other = Wall(numbered=True)
    shifted = Column(other.column.left, other.column.right, COUNT, 0, other.column.tiles)
    scene, root = QGraphicsScene(), QGraphicsRectItem()
    scene.addItem(root)
    MapTiles(root, shifted, 1.0, smooth=False, numbered=True)
    image = QImage(100, 240, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    image.fill(QColor(current().card))
    with QPainter(image) as painter:
        scene.render(painter, QRectF(image.rect()), QRectF(image.rect()))
    assert image != numbered, "3, 4, 5 and not 1, 2, 3"
