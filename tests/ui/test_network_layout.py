"""Where the columns of the network stand: everything inside, nothing on top of anything else, nobody forgotten."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from nnstudio.core.experiment import MAXIMUM_HIDDEN_LAYERS
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import (
    DenseSpec,
)
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.views.network.column import Column, Spot, first_shown, first_to_show, neighbour
from nnstudio.ui.views.network.image_network import _thinned as thinned
from nnstudio.ui.views.network.layout import (
    ACTIVATION,
    FEATURE_MAP,
    KERNEL,
    ROW,
    WEIGHTS,
    Cell,
    image_columns,
    image_width,
    plane_columns,
    plane_width,
)
from nnstudio.ui.views.network.titles import fitting

EM = 16.0
UNITS = st.one_of(st.integers(1, 12), st.integers(1, 1024))


def check(columns: tuple[Column, ...], area: QRectF) -> None:
    """No tile outside the area or on another one; columns from left to right; all units shown or counted."""
    slack = area.adjusted(-1, -1, 1, 1)
    for column in columns:
        assert column.first + len(column.tiles) <= column.count
        assert (column.more is None) == (column.hidden == 0)
        for tile in column.tiles:
            assert slack.contains(tile)
        for a, b in itertools.islice(itertools.combinations(column.tiles, 2), 3000):
            assert not a.adjusted(0.01, 0.01, -0.01, -0.01).intersects(b)
        if column.more is not None:
            assert slack.contains(column.more) or column.more.bottom() <= slack.bottom()
            assert not any(column.more.intersects(tile) for tile in column.tiles)
    for a, b in itertools.pairwise(columns):
        assert a.right + 20 < b.left


@given(
    st.lists(UNITS, min_size=2, max_size=MAXIMUM_HIDDEN_LAYERS + 2),
    st.integers(0, 900),
    st.integers(90, 900),
    st.tuples(st.integers(8, 64), st.sampled_from([0, 20, 76])),
)
def test_plane_columns_neither_clip_nor_overlap(
    counts: list[int], more_width: int, height: int, names: tuple[int, int]
) -> None:
    area = QRectF(0, 60, plane_width(len(counts), names, EM) + more_width, height)
    columns = plane_columns(area, counts, [0] * len(counts), names, EM)
    check(columns, area)
    assert columns[0].left - 8 - names[0] >= area.left()
    assert columns[-1].right + (8 + names[1] if names[1] else 0) <= area.right()


@given(
    st.lists(
        st.tuples(st.sampled_from([WEIGHTS, ACTIVATION, FEATURE_MAP, KERNEL, ROW]), UNITS),
        max_size=MAXIMUM_HIDDEN_LAYERS,
    ),
    st.integers(0, 900),
    st.integers(130, 900),
)
@example([(FEATURE_MAP, 37)], 4, 140)
@example([(FEATURE_MAP, 42)], 4, 152)
def test_image_columns_neither_clip_nor_overlap(layers: list[tuple[Cell, int]], more_width: int, height: int) -> None:
    area = QRectF(0, 60, image_width(len(layers), EM) + more_width, height)
    cells = [cell for cell, _ in layers]
    counts = [1, *(1 if cell is ROW else units for cell, units in layers), 10]
    check(image_columns(area, cells, counts, [0] * len(counts), EM), area)


def test_the_strongest_of_128_are_images_and_all_the_others_cells() -> None:
    columns = image_columns(QRectF(4, 20, 566, 410), [WEIGHTS, ACTIVATION], [1, 128, 64, 10], [0] * 4, EM)
    assert [column.hidden for column in columns] == [0, 0, 0, 0]
    first = columns[1]
    assert first.large >= 20
    assert {tile.width() for tile in first.tiles[: first.large]} == {40}
    assert {tile.width() for tile in first.tiles[first.large :]} == {8}


@pytest.mark.parametrize("height", [240, 280, 320])
def test_even_a_narrow_card_shows_what_several_neurons_look_for(height: int) -> None:
    area = QRectF(4, 20, image_width(2, EM), height)
    first = image_columns(area, [WEIGHTS, ACTIVATION], [1, 128, 64, 10], [0] * 4, EM)[1]
    assert first.across == 2
    assert first.large >= 6
    images, cells = first.tiles[: first.large], first.tiles[first.large :]
    assert len(cells) > first.large
    assert all(tile.width() >= WEIGHTS.smallest for tile in images)
    below = max(tile.bottom() for tile in images) + 7  # with its bar
    assert all(cell.top() >= below for cell in cells)
    assert all(a.bottom() + 7 < b.top() for a, b in zip(images, images[2:], strict=False))


def test_tiles_grow_with_the_room_up_to_96_and_shrink_with_many() -> None:
    roomy, usual = QRectF(0, 0, 900, 600), QRectF(0, 0, 652, 480)
    assert {column.tiles[0].width() for column in plane_columns(roomy, [2, 3, 1], [0] * 3, (20, 0), EM)} == {96}
    few, many = (plane_columns(usual, [2, units, 1], [0] * 3, (20, 0), EM)[1].tiles for units in (8, 16))
    assert few[0].width() > 48
    assert 20 <= many[0].width() < few[0].width()
    for tiles in (few, many):
        gaps = {round(b.top() - a.bottom(), 6) for a, b in itertools.pairwise(tiles)}
        assert len(gaps) == 1, "all gaps are alike, in whole pixels"
        assert gaps.pop().is_integer()


def test_six_hidden_layers_need_no_more_than_the_usual_card() -> None:
    assert plane_width(8, (20, 0), EM) <= 652 - 8
    assert image_width(6, EM) <= 652 - 8


@given(st.integers(1, 1024), st.integers(-50, 2000), st.integers(1, 60), st.integers(1, 12))
def test_scrolling_stops_at_both_ends_on_whole_rows(count: int, first: int, rows: int, across: int) -> None:
    fitting = rows * across
    result = first_shown(count, first, fitting, across)
    assert result % across == 0
    assert 0 <= result < count
    assert result == 0 or result <= count - fitting + across - 1


def test_a_unit_out_of_sight_is_scrolled_to_by_as_little_as_possible() -> None:
    tiles = tuple(QRectF(0, 20 * k, 16, 16) for k in range(5))
    column = Column(0, 16, 40, 10, tiles)
    assert first_to_show(column, 9) == 9
    assert first_to_show(column, 12) == 10
    assert first_to_show(column, 15) == 11


def test_arrow_keys_walk_through_columns_and_grids() -> None:
    stack = Column(0, 16, 3, 0, tuple(QRectF(0, 20 * k, 16, 16) for k in range(3)))
    grid = Column(60, 100, 5, 0, tuple(QRectF(60 + 20 * (k % 2), 20 * (k // 2), 16, 16) for k in range(5)), 2)
    columns, key = (stack, grid), Qt.Key
    assert neighbour(columns, Spot(0, 0), key.Key_Down) == Spot(0, 1)
    assert neighbour(columns, Spot(0, 2), key.Key_Down) == Spot(0, 2)
    assert neighbour(columns, Spot(1, 2), key.Key_Right) == Spot(1, 3)
    assert neighbour(columns, Spot(1, 3), key.Key_Right) == Spot(1, 3)
    assert neighbour(columns, Spot(1, 2), key.Key_Left) == Spot(0, 1)
    assert neighbour(columns, Spot(1, 2), key.Key_Down) == Spot(1, 4)
    assert neighbour(columns, Spot(1, 1), key.Key_Up) == Spot(1, 1)
    assert neighbour(columns, Spot(1, 1), key.Key_End) == Spot(1, 4)
    assert neighbour(columns, Spot(0, 0), key.Key_Left) == Spot(0, 0)


def test_a_long_activation_gives_way_to_the_kind_instead_of_an_ellipsis(qapp: QApplication) -> None:
    titles = DenseSpec(units=8, activation=ActivationKind.LEAKY_RELU).titles
    metrics = QFontMetricsF(text_font(13, True))
    full, medium, short = (metrics.horizontalAdvance(title) for title in titles)
    assert full > medium > short
    assert fitting(titles, metrics, short + 1) == "Dense 8"
    assert fitting(titles, metrics, medium + 1) == "8 · leaky ReLU"


def test_a_long_row_is_thinned_to_means() -> None:
    np.testing.assert_allclose(thinned(np.arange(7.0), 3), [1, 4, 6])
    np.testing.assert_allclose(thinned(np.arange(3.0), 5), [0, 1, 2])
