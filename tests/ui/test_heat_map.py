"""Heat maps show the sign and size of every value, each map its own, and NaN as what it is."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from nnstudio.core.network.model import Range
from nnstudio.ui.theme import current, heat_map_table
from nnstudio.ui.widgets.heat_map import HeatMapAtlas, robust_scale


def draw(atlas: HeatMapAtlas, index: int) -> QImage:
    image = QImage(atlas.columns, atlas.rows, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    atlas.draw(painter, index, QRectF(0, 0, atlas.columns, atlas.rows))
    painter.end()
    return image


def test_sign_and_size_become_the_colours_of_the_theme(qapp) -> None:
    atlas = HeatMapAtlas(2, 1, 4)
    atlas.fill(np.array([[[-2.0, 0.0, 2.0, 9.0]], [[-9.0, -1.0, 1.0, 0.0]]]), 2.0)
    first, second = draw(atlas, 0), draw(atlas, 1)
    theme = current()
    assert first.pixelColor(0, 0) == QColor(theme.negative)
    assert first.pixelColor(2, 0) == first.pixelColor(3, 0) == QColor(theme.positive)
    assert second.pixelColor(0, 0) == QColor(theme.negative)
    assert first.pixel(1, 0) == second.pixel(3, 0) == heat_map_table(theme)[128]
    assert second.pixel(1, 0) == heat_map_table(theme)[64]


def test_each_map_may_have_its_own_scale(qapp) -> None:
    atlas = HeatMapAtlas(2, 2, 2)
    atlas.fill(np.ones((2, 2, 2)), np.array([1.0, 100.0]))
    assert draw(atlas, 0).pixelColor(1, 1) == QColor(current().positive)
    assert draw(atlas, 1).pixel(1, 1) == heat_map_table(current())[129]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nan_and_infinity_do_not_pass_for_zero(qapp, dtype: type) -> None:
    atlas = HeatMapAtlas(1, 1, 4)
    atlas.fill(np.array([[[np.nan, np.inf, -np.inf, 1e300 if dtype is np.float64 else 1e30]]], dtype), 1.0)
    image, theme = draw(atlas, 0), current()
    colors = [image.pixelColor(column, 0).name() for column in range(4)]
    assert colors == [theme.bad, theme.positive, theme.negative, theme.positive]
    atlas.fill(np.zeros((1, 1, 4), dtype), 0.0)
    assert draw(atlas, 0).pixel(0, 0) == heat_map_table(theme)[128]


def test_filling_again_changes_what_is_drawn_without_new_buffers(qapp) -> None:
    atlas = HeatMapAtlas(1, 2, 2)
    atlas.fill(np.full((1, 2, 2), 5.0), 1.0)
    before = draw(atlas, 0).pixel(0, 0)
    atlas.fill(np.full((1, 2, 2), -5.0), 1.0)
    assert draw(atlas, 0).pixel(0, 0) != before


def test_too_many_maps_for_one_image_are_refused() -> None:
    with pytest.raises(ValueError, match="too many"):
        HeatMapAtlas(1024, 40, 40)


def test_bounded_activations_keep_their_range_and_others_ignore_an_outlier() -> None:
    values = np.linspace(-3, 3, 10_000)
    values[5] = 1e6
    assert robust_scale(values, Range(-1, 1)) == robust_scale(values, Range(0, 1)) == 1.0
    assert robust_scale(values, Range(low=0)) == pytest.approx(2.94, abs=0.03)
    assert robust_scale(np.zeros(9), Range(low=0)) == 1.0
    assert robust_scale(np.array([np.nan, 2.0, np.inf]), Range(low=0)) == 2.0
    assert robust_scale(np.array([np.nan])) == 1.0
