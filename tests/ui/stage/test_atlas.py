"""Heat maps show the sign and size of every value, each in its place, and NaN as what it is; what does not change is
not touched."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QGraphicsRectItem, QGraphicsScene

from nnstudio.core.network.model import Range
from nnstudio.ui import theme
from nnstudio.ui.stage.atlas import Atlas, grain, robust_scale, shades_of
from nnstudio.ui.theme import current, heat_map_table


class Wall:
    """An atlas on a scene of its own."""

    def __init__(self, *tiles: QRectF, rows: int = 1, columns: int = 1, across: int = 1) -> None:
        self.scene = QGraphicsScene()
        root = QGraphicsRectItem()
        self.scene.addItem(root)
        self.atlas = Atlas(root, tiles, rows, columns, across, smooth=False)

    def painted(self) -> QImage:
        """The scene, a pixel for a pixel, on red ground."""
        image = QImage(200, 200, QImage.Format.Format_RGB32)
        image.fill(QColor("red"))
        with QPainter(image) as painter:
            self.scene.render(painter, QRectF(image.rect()), QRectF(image.rect()))
        return image


def stacked(count: int, size: int = 20, pitch: int = 24) -> tuple[QRectF, ...]:
    return tuple(QRectF(10, 10 + pitch * place, size, size) for place in range(count))


@pytest.mark.usefixtures("qapp")
def test_sign_and_size_become_the_colours_of_the_theme() -> None:
    wall = Wall(QRectF(0, 0, 40, 10), QRectF(0, 20, 40, 10), columns=4)
    wall.atlas.fill(np.array([[[-2.0, 0.0, 2.0, 9.0]], [[-9.0, -1.0, 1.0, 0.0]]]), 2.0)
    image, colors, table = wall.painted(), current(), heat_map_table(current())
    first, second = ([image.pixelColor(5 + 10 * k, y) for k in range(4)] for y in (5, 25))
    assert first == [
        QColor(colors.negative), QColor(colors.zero), QColor(colors.positive), QColor(colors.positive),
    ]  # fmt: skip
    assert [color.rgb() for color in second[:2]] == [table[0], table[63]]


@pytest.mark.usefixtures("qapp")
def test_each_map_may_have_its_own_scale() -> None:
    wall = Wall(*stacked(2))
    wall.atlas.fill(np.ones((2, 1, 1)), np.array([1.0, 100.0]))
    image = wall.painted()
    assert image.pixelColor(20, 20) == QColor(current().positive)
    assert image.pixel(20, 44) == heat_map_table(current())[127]


@pytest.mark.usefixtures("qapp")
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nan_and_infinity_do_not_pass_for_zero(dtype: type[np.floating]) -> None:
    wall, colors = Wall(QRectF(0, 0, 40, 10), columns=4), current()
    wall.atlas.fill(np.array([[[np.nan, np.inf, -np.inf, np.finfo(dtype).max]]], dtype), 1.0)
    image = wall.painted()
    names = [image.pixelColor(5 + 10 * place, 5).name() for place in range(4)]
    assert names == [colors.bad, colors.positive, colors.negative, colors.positive]
    for scale in (0.0, 1e-300):
        wall.atlas.fill(np.zeros((1, 1, 4), dtype), scale)
        assert wall.painted().pixel(5, 5) == heat_map_table(colors)[theme.ZERO]


def test_unchanged_maps_touch_nothing(qapp: QApplication) -> None:
    wall = Wall(*stacked(3), rows=2, columns=2)
    touched: list[object] = []
    wall.scene.changed.connect(touched.append)
    values = np.linspace(-1, 1, 12).reshape(3, 2, 2)
    assert wall.atlas.fill(values, 1.0)
    qapp.processEvents()
    assert touched
    touched.clear()
    assert not wall.atlas.fill(values, 1.0)
    assert not wall.atlas.fill(values + 1e-5, 1.0), "no colour is another"
    qapp.processEvents()
    assert touched == []
    before = wall.painted()
    values[1] = -values[1]
    assert wall.atlas.fill(values, 1.0)
    qapp.processEvents()
    assert touched
    after = wall.painted()
    rows = [y for y in range(200) if any(before.pixel(x, y) != after.pixel(x, y) for x in range(0, 60, 3))]
    assert rows
    assert 34 <= min(rows) <= max(rows) < 54, "only the second map"
    wall.atlas.fill(-values, 1.0)
    fresh = Wall(*stacked(3), rows=2, columns=2)
    fresh.atlas.fill(-values, 1.0)
    assert wall.painted() == fresh.painted(), "a few changes, or all at once"


def test_another_theme_colours_every_map_and_gap_anew(qapp: QApplication) -> None:
    wall = Wall(*stacked(2))
    values = np.array([[[1.0]], [[0.0]]])
    wall.atlas.fill(values, 1.0)
    theme.apply(qapp, theme.ThemeChoice.DARK)
    try:
        assert wall.atlas.fill(values, 1.0)
        image = wall.painted()
        assert image.pixelColor(20, 20) == QColor(theme.DARK.positive)
        assert image.pixel(20, 44) == heat_map_table(theme.DARK)[theme.ZERO]
        assert image.pixelColor(20, 32) == QColor(theme.DARK.card)
    finally:
        qapp.setStyleSheet("")


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("values", [1, 3, 5, 12, 28])
@pytest.mark.parametrize(("size", "pitch"), [(16, 20), (8, 10), (38, 43), (20, 24), (30, 30)])
def test_every_tile_is_where_it_should_be_and_gaps_are_of_the_card(values: int, size: int, pitch: int) -> None:
    tiles = tuple(QRectF(5 + pitch * (k % 3), 5 + pitch * (k // 3), size, size) for k in range(8))
    wall = Wall(*tiles, rows=values, columns=values, across=3)
    wall.atlas.fill(np.ones((8, values, values)), 1.0)
    image = wall.painted()
    blue, card = QColor(current().positive), QColor(current().card)
    for tile in tiles:
        left, top, right, bottom = (round(edge) for edge in tile.getCoords())
        inside = {image.pixelColor(x, y).name() for x in range(left, right - 1) for y in range(top, bottom - 1)}
        assert inside == {blue.name()}
        if pitch - size >= 3:
            middle = (top + bottom) // 2
            assert {image.pixelColor(x, middle).name() for x in range(right + 1, left + pitch - 1)} == {card.name()}
    empty = QRectF(tiles[-1]).translated(pitch, 0).center().toPoint()
    assert image.pixelColor(empty) == card, "the last row is not full"


@pytest.mark.parametrize("gap", [0.0, 0.12, 0.15, 0.2, 0.25, 0.28, 12 / 88])
@pytest.mark.parametrize("values", [1, 3, 5, 7, 13, 28, 40])
def test_the_grain_of_a_tile_leaves_nearly_the_gap(values: int, gap: float) -> None:
    repeats, pixels = grain(values, gap)
    assert 1 <= repeats <= 8
    assert pixels / (values * repeats) == pytest.approx(gap, abs=0.02)
    if values >= 28:
        assert repeats == 1, "the image is no larger than it must be"


@pytest.mark.usefixtures("qapp")
def test_one_map_can_be_had_as_a_picture_of_its_own() -> None:
    wall = Wall(*stacked(2), rows=1, columns=2)
    assert wall.atlas.picture(0) is None
    wall.atlas.fill(np.array([[[0.0, 0.0]], [[-1.0, 1.0]]]), 1.0)
    picture = wall.atlas.picture(1)
    assert picture is not None
    assert (picture.width(), picture.height()) == (2, 1)
    assert [picture.pixelColor(x, 0).name() for x in (0, 1)] == [current().negative, current().positive]
    wall.atlas.fill(np.ones((2, 1, 2)), 1.0)
    assert picture.pixelColor(0, 0).name() == current().negative, "a copy, not a view"


def test_bounded_activations_keep_their_range_and_others_ignore_an_outlier() -> None:
    values = np.linspace(-3, 3, 10_000)
    values[5] = 1e6
    assert robust_scale(values, Range(-1, 1)) == robust_scale(values, Range(0, 1)) == 1.0
    assert robust_scale(values, Range(low=0)) == pytest.approx(2.94, abs=0.03)
    assert robust_scale(np.zeros(9), Range(low=0)) == 1.0
    assert robust_scale(np.array([np.nan, 2.0, np.inf]), Range(low=0)) == 2.0
    assert robust_scale(np.array([np.nan])) == 1.0


def test_an_activation_that_reaches_further_down_has_its_whole_range() -> None:
    assert robust_scale(np.zeros(3), Range(-2, 1)) == 2.0
    assert robust_scale(np.zeros(3), Range(-1, 3)) == 3.0


def test_what_is_seldom_not_zero_is_seen_all_the_same() -> None:
    values = np.zeros(1000)
    values[3] = -0.25
    assert robust_scale(values) == 0.25


@pytest.mark.parametrize("columns", [16, 32, 40, 56])
def test_no_column_of_a_map_is_passed_over_when_its_scale_is_estimated(columns: int) -> None:
    for column in range(2):
        values = np.zeros((64, columns, columns))
        values[:, :, column::2] = 3.0
        assert robust_scale(values) == 3.0


def test_each_value_gets_the_nearest_shade() -> None:
    shades = np.arange(-theme.ZERO, theme.ZERO + 1)
    for beside in (-0.4, 0.0, 0.4):
        values = np.clip((shades + beside) / theme.ZERO, -1, 1).reshape(1, 1, -1)
        np.testing.assert_array_equal(shades_of(values, 1.0).reshape(-1), shades + theme.ZERO)
