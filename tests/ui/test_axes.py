"""Axes and legends: the one way in which every picture writes its numbers and names its signs."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QGraphicsSimpleTextItem
from pytestqt.qtbot import QtBot

from nnstudio.ui import theme
from nnstudio.ui.stage.axes import Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.legend import NORMAL, TIGHT, Entry, Legend, Sign, drawn_legend
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.stage.ticks import snapped_down, snapped_up

AREA = QRectF(50, 10, 300, 100)


@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_scale_leads_there_and_back(logarithmic: bool):
    scale = Scale(0.01, 1.0, 200.0, 100.0, logarithmic)
    assert (scale.at(0.01), scale.at(1.0)) == (200, 100)
    assert scale.at(0.1) == pytest.approx(150 if logarithmic else 200 - 100 / 11)
    for value in (0.01, 0.3, 1.0, 5.0):
        assert scale.value(scale.at(value)) == pytest.approx(value)
    assert scale.places(np.array([0.01, 1.0])).tolist() == [200, 100]


def test_ticks_are_powers_of_ten_or_round_numbers():
    assert Scale(1e-3, 1, 0, 1, True).ticks(8) == pytest.approx([1e-3, 1e-2, 1e-1, 1])
    assert Scale(1e-4, 1, 0, 1, True).ticks(3) == pytest.approx([1e-4, 1e-2, 1])
    assert Scale(1e-7, 1e-1, 0, 1, True).ticks(2) == pytest.approx([1e-7, 1e-1])
    assert Scale(0.2, 1, 0, 1, True).ticks(8) == [0.2, 0.5, 1]
    assert Scale(0.31, 0.39, 0, 1, True).ticks(5) == pytest.approx([0.32, 0.34, 0.36, 0.38])
    assert Scale(0, 1, 0, 1).ticks(6) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    stage = Stage("A picture", "", "")
    qtbot.addWidget(stage)
    stage.resize(400, 150)
    return stage


def test_numbers_stand_at_their_values_beside_the_area(stage: Stage):
    scale = Scale(0.0, 1.0, AREA.bottom(), AREA.top())
    axis = Axis(stage.root, Qt.Edge.LeftEdge, str)
    axis.show(scale, [0, 0.5, 1], AREA, 1.0)
    assert [number.text for number in axis.numbers] == ["0", "0.5", "1"]
    assert [round(number.box.center().y()) for number in axis.numbers] == [110, 60, 10]
    assert all(number.box.left() >= 0 and number.box.right() < AREA.left() for number in axis.numbers)
    assert room_beside(["0.5"]) < AREA.left()


def test_numbers_below_leave_room_for_the_unit_and_for_each_other(stage: Stage):
    axis = Axis(stage.root, Qt.Edge.BottomEdge, str)
    axis.show(Scale(0, 600, 50, 350), range(0, 601, 10), AREA, 1.0, unit="update", right=360)
    unit, *numbers = axis.numbers
    assert unit.text == "update"
    assert unit.box.right() == pytest.approx(360, abs=1)
    boxes = [number.box for number in numbers]
    assert len(boxes) > 5
    assert all(before.right() < after.left() for before, after in zip(boxes, [*boxes[1:], unit.box], strict=True))
    assert all(AREA.bottom() <= box.top() and box.bottom() <= AREA.bottom() + room_below() + 1 for box in boxes)


def test_an_axis_that_says_the_same_touches_nothing(stage: Stage):
    axis = Axis(stage.root, Qt.Edge.LeftEdge, str)
    scale = Scale(0.0, 1.0, AREA.bottom(), AREA.top())
    axis.show(scale, [0, 1], AREA, 1.0)
    before = axis.numbers
    axis.show(Scale(0.0, 1.0, AREA.bottom(), AREA.top()), [0, 1], AREA, 1.0)
    assert axis.numbers is before
    axis.show(scale, [0, 0.5, 1], AREA, 1.0)
    assert [number.text for number in axis.numbers] == ["0", "0.5", "1"]
    axis.show(scale, [1], AREA, 1.0)
    written = [
        item for item in stage.root.childItems() if isinstance(item, QGraphicsSimpleTextItem) and item.isVisible()
    ]
    assert [item.text() for item in written] == ["1"], "what is not written any more is not seen"


def test_the_unit_of_an_axis_comes_and_goes(stage: Stage):
    axis, scale = Axis(stage.root, Qt.Edge.BottomEdge, str), Scale(0, 10, 50, 350)
    for unit in ("update", "", "z", ""):
        axis.show(scale, [0, 5], AREA, 1.0, unit=unit, right=360)
        words = [item for item in stage.root.childItems() if isinstance(item, QGraphicsSimpleTextItem)]
        assert sorted(item.text() for item in words if item.isVisible()) == sorted([*"05", *([unit] if unit else [])])


def lines_of(axis: Axis) -> list[tuple[float, float]]:
    path = axis._lines.path()
    return [(path.elementAt(place).x, path.elementAt(place).y) for place in range(path.elementCount())]  # type: ignore[attr-defined]


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("edge", [Qt.Edge.LeftEdge, Qt.Edge.BottomEdge])
def test_faint_lines_run_across_the_area_on_the_middle_of_pixels(stage: Stage, edge: Qt.Edge, ratio: float):
    axis, left = Axis(stage.root, edge, str), edge == Qt.Edge.LeftEdge
    scale = Scale(0.0, 1.0, AREA.bottom(), AREA.top()) if left else Scale(0.0, 1.0, AREA.left(), AREA.right())
    axis.show(scale, [0.1, 0.333], AREA, ratio)
    points = lines_of(axis)
    assert len(points) == 4
    for value, (start, end) in zip((0.1, 0.333), (points[:2], points[2:]), strict=True):
        along = 0 if left else 1
        ends = (AREA.left(), AREA.right()) if left else (AREA.top(), AREA.bottom())
        assert (start[along], end[along]) == ends
        place = start[1 - along]
        assert place == end[1 - along] == pytest.approx(scale.at(value), abs=1 / ratio)
        assert (place * ratio) % 1 == pytest.approx(0.5)
    axis.show(scale, [0.1, 0.333], AREA, ratio, lines=False)
    assert lines_of(axis) == []


def test_an_axis_goes_along_with_its_area(stage: Stage):
    axis, scale = Axis(stage.root, Qt.Edge.LeftEdge, str), Scale(0.0, 1.0, AREA.bottom(), AREA.top())
    axis.show(scale, [0.5], AREA, 1.0)
    before = axis.numbers[0].box.right()
    axis.show(scale, [0.5], AREA.adjusted(20, 0, 0, 0), 1.0)
    assert axis.numbers[0].box.right() == pytest.approx(before + 20)


def test_a_single_step_in_sight_is_not_enough_for_an_axis():
    ticks = Scale(0.15, 0.25, 0, 1, True).ticks(5)
    assert len(ticks) > 1
    assert all(0.15 <= tick <= 0.25 for tick in ticks)


@pytest.mark.parametrize(("value", "down", "up"), [(1, 1, 1), (1.5, 1, 2), (2, 2, 2), (0.7, 0.5, 1), (500, 500, 500)])
def test_ends_are_snapped_to_one_two_and_five(value: float, down: float, up: float):
    for nearly in (value, value * (1 + 1e-12), value * (1 - 1e-12)):
        exponent = math.log10(nearly)
        assert 10 ** snapped_down(exponent) == pytest.approx(down)
        assert 10 ** snapped_up(exponent) == pytest.approx(up)


def colors_of(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@pytest.mark.parametrize("sign", Sign)
def test_each_sign_has_its_colour_and_its_name(qtbot: QtBot, sign: Sign):
    image = drawn_legend([Entry("train", "#b83280", sign)], 2.0).toImage()
    assert {"#b83280", QColor(theme.current().text).name()} <= colors_of(image)


def test_a_legend_shortens_its_names_and_leaves_out_what_is_needed_least(qtbot: QtBot):
    names = [
        Entry("train", "#ff0000"),
        Entry("test", "#00ff00", Sign.DOTTED),
        Entry("mini-batch", "#0000ff", short="batch", rank=1),
    ]
    legend = Legend(lambda: names)
    qtbot.addWidget(legend)
    legend.show()
    legend.resize(legend.sizeHint())
    before = ("train", "test", "mini-batch")
    assert legend.shown == before
    for width in range(legend.sizeHint().width(), 0, -1):
        legend.resize(width, legend.height())
        assert legend.pixmap().width() <= width * legend.devicePixelRatioF()
        assert legend.shown in (before, before[:2] if len(before) == 3 else ())
        before = legend.shown
        colors = colors_of(legend.pixmap().toImage())
        told = [entry.color in colors for entry in names]
        assert told == [entry.name in legend.shown for entry in names]
        if width == legend.sizeHint().width() - 60:
            assert len(legend.shown) == 3  # with short names
    assert not legend.shown
    assert legend.pixmap().isNull()
    assert legend.accessibleName() == "Legend: train, test, mini-batch"


def test_a_legend_ends_where_its_last_name_does(qtbot: QtBot):
    image = drawn_legend([Entry("train", "#ff0000"), Entry("test", "#0000ff")], 1.0).toImage()
    inked = [x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).alpha() > 60]
    assert image.width() - 5 <= max(inked) < image.width()


def test_a_legend_has_the_colours_of_the_theme(qtbot: QtBot, qapp: QApplication):
    legend = Legend(lambda: [Entry("train", theme.current().train)])
    qtbot.addWidget(legend)
    legend.resize(legend.sizeHint())
    try:
        theme.apply(qapp, theme.ThemeChoice.DARK)
        assert theme.DARK.train in colors_of(legend.pixmap().toImage())
    finally:
        qapp.setStyleSheet("")


def test_a_legend_is_written_smaller_only_where_there_is_little_room(qtbot: QtBot):
    names = [Entry("train", "#ff0000"), Entry("mini-batch", "#0000ff")]
    legend = Legend(lambda: names)
    qtbot.addWidget(legend)
    legend.show()
    for narrower, spacing in ((0, NORMAL), (4, TIGHT)):
        legend.resize(legend.sizeHint().width() - narrower, legend.height())
        assert legend.pixmap().toImage() == drawn_legend(names, legend.devicePixelRatioF(), spacing).toImage()
