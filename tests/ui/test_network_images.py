"""The network as it looks at an image: the strongest first, what flows, how sure it is, and nothing that misleads."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from looking import center, color_at, point_at
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QGraphicsRectItem, QGraphicsScene
from pytestqt.qtbot import QtBot

from nnstudio.core.run.frame import FloatArray, Frame, ImagePicture
from nnstudio.ui import theme
from nnstudio.ui.stage.items import Words
from nnstudio.ui.views.canned import image_frame, with_arrays
from nnstudio.ui.views.network.answers import Answers
from nnstudio.ui.views.network.column import Column, Spot
from nnstudio.ui.views.network.flow import STRONGEST, Flow
from nnstudio.ui.views.network.image_network import ImageNetwork
from nnstudio.ui.views.network_view import NetworkView


@pytest.fixture
def view(qtbot: QtBot) -> NetworkView:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(600, 460)
    view.show()
    return view


@pytest.fixture(params=[theme.ThemeChoice.LIGHT, theme.ThemeChoice.DARK], ids=["light", "dark"])
def themed(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[theme.Theme]:
    theme.apply(qapp, request.param)
    yield theme.current()
    qapp.setStyleSheet("")


def picture_of(frame: Frame) -> ImagePicture:
    assert isinstance(frame.picture, ImagePicture)
    return frame.picture


def answering(frame: Frame, *activations: FloatArray) -> Frame:
    return replace(frame, picture=replace(picture_of(frame), activations=activations))


# Order


def test_the_strongest_come_first_and_rest_while_somebody_looks(view: NetworkView) -> None:
    frame = replace(image_frame((12, 6)), updates_per_second=0.0)
    first, second = np.arange(12.0), np.array([0.1, -5, 2, 0, 3, 1])
    view.show_frame(answering(frame, first, second))
    _, one, other, _ = view.stage.columns
    assert one.order == tuple(range(11, -1, -1))
    assert other.order == (1, 4, 2, 5, 0, 3)
    where = center(view, Spot(1, 11))
    point_at(view, where)
    assert view.stage.looked_at == Spot(1, 11)
    view.show_frame(answering(frame, first[::-1], second))
    assert center(view, Spot(1, 11)) == where, "it does not run away from under the pointer"
    point_at(view, QPoint(2, 400))
    view.show_frame(answering(frame, first[::-1], second))
    assert center(view, Spot(1, 0)) == where


@pytest.mark.slow
def test_arrow_keys_walk_a_sorted_block_by_what_is_seen(qtbot: QtBot, view: NetworkView) -> None:
    view.show_frame(replace(image_frame((128, 24)), updates_per_second=0.0))
    view.stage.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(2):
        qtbot.keyClick(view.stage, Qt.Key.Key_Right)
    column = view.stage.columns[1]
    walked = [view.stage.looked_at]
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_End):
        qtbot.keyClick(view.stage, key)
        walked.append(view.stage.looked_at)
    places = [column.place(spot.unit) for spot in walked if isinstance(spot, Spot)]
    assert places[1:6] == [0, 1, 1 + column.across, column.across, 0]
    assert places[6] == len(column.tiles) - 1
    for _ in range(200):
        qtbot.keyClick(view.stage, Qt.Key.Key_Down)
        qtbot.keyClick(view.stage, Qt.Key.Key_Up)
    assert view.stage.looked_at is not None


def test_units_without_room_are_counted_and_they_are_the_weakest(view: NetworkView) -> None:
    view.resize(420, 320)
    frame = replace(image_frame((1024,)), updates_per_second=0.0)
    view.show_frame(answering(frame, np.arange(1024.0)))
    column = view.stage.columns[1]
    assert column.hidden > 0
    assert column.more is not None
    diagram = view.stage._diagram
    assert isinstance(diagram, ImageNetwork)
    texts = [item.text() for item in view.stage.root.childItems() if hasattr(item, "text")]
    assert f"+ {column.hidden} weaker" in texts
    assert {column.unit(place) for place in range(len(column.tiles))} == set(range(column.hidden, 1024))


def test_cells_and_images_show_their_own_units(view: NetworkView) -> None:
    frame = replace(image_frame((12, 6)), updates_per_second=0.0)
    first, second = np.zeros(12), np.array([0.0, 1, 0, -1, 0.5, 0])
    view.show_frame(answering(frame, first, second))
    colors = theme.current()
    assert color_at(view, center(view, Spot(2, 1))) == QColor(colors.positive)
    assert color_at(view, center(view, Spot(2, 3))) == QColor(colors.negative)
    assert color_at(view, center(view, Spot(2, 0))).rgb() == theme.heat_map_table(colors)[theme.ZERO]


# What is said


def test_without_a_hidden_layer_each_class_stands_beside_its_template(view: NetworkView) -> None:
    frame = image_frame(())
    weights = np.zeros((784, 10), np.float32)
    weights[:, 3], weights[:, 4] = 1.0, -1.0
    view.show_frame(with_arrays(frame, 0, weight=weights))
    diagram = view.stage._diagram
    assert isinstance(diagram, ImageNetwork)
    image, answers = view.stage.columns
    assert diagram._templates is not None
    templates = diagram._templates._column.tiles
    assert len(templates) == 10
    for template, row in zip(templates, answers.tiles, strict=True):
        assert image.right < template.left()
        assert template.right() < row.left()
        assert template.center().y() == pytest.approx(row.center().y())
    shown = [color_at(view, templates[digit].center().toPoint()).name() for digit in (3, 4)]
    assert shown == [theme.current().positive, theme.current().negative]


def luminance(color: QColor) -> float:
    channels = (color.redF(), color.greenF(), color.blueF())
    parts = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("width", [74.0, 180.0])
@pytest.mark.parametrize(
    "shares", [[1.0, 0.0], [0.78, 0.22], [0.5, 0.5], [0.97, 0.96], [0.55, 0.45], [0.3, 0.25], [0.004, 0.001]]
)
def test_percentages_stand_on_one_ground_and_are_legible(
    themed: theme.Theme, width: float, shares: list[float]
) -> None:
    scene, root = QGraphicsScene(), QGraphicsRectItem()
    scene.addItem(root)
    rows = tuple(QRectF(0, 30 * place, width, 25) for place in range(len(shares)))
    answers = Answers(root, Column(0, width, len(shares), 0, rows), ["0", "1"])
    answers.show(np.array(shares), 0)
    for share, words, fill, bar in zip(shares, answers._percents, answers._fills, answers._bars, strict=True):
        unit = "\u00a0%" if width > 100 else ""
        assert words.text == (f"{100 * share:.0f}{unit}" if share >= 0.005 else "")
        if not words.text:
            continue
        filled = fill.path().boundingRect()
        assert bar.left() <= words.box.left()
        assert words.box.right() <= bar.right()
        on_bar = filled.contains(words.box.center())
        ground = fill.brush().color() if on_bar else QColor(themed.field)
        assert filled.left() < words.box.left() if on_bar else filled.right() < words.box.left()
        assert contrast(words.item.brush().color(), ground) >= 4.5


@pytest.mark.usefixtures("qapp")
def test_the_best_answer_changes_its_colour_even_where_it_keeps_its_length() -> None:
    scene, root = QGraphicsScene(), QGraphicsRectItem()
    scene.addItem(root)
    rows = tuple(QRectF(0, 30 * place, 100, 25) for place in range(3))
    answers = Answers(root, Column(0, 100, 3, 0, rows), ["0", "1", "2"])
    accent = QColor(theme.current().positive)
    for shares, best in (([0.4, 0.3, 0.3], 0), ([0.4, 0.6, 0.0], 1), ([0.4, np.nan, 0.1], 0)):
        answers.show(np.array(shares), 0)
        assert [fill.brush().color() == accent for fill in answers._fills] == [k == best for k in range(3)]
    assert answers._fills[1].brush().color() == QColor(theme.current().bad)


def test_a_caption_explains_the_marks_that_are_there(view: NetworkView) -> None:
    view.resize(700, 460)
    frame = replace(image_frame((128, 64)), updates_per_second=0.0)
    view.show_frame(answering(frame, np.linspace(0, 3.2, 128), np.zeros(64)))
    diagram = view.stage._diagram
    assert isinstance(diagram, ImageNetwork)
    large = view.stage.columns[1].large
    said = f"The {large} strongest as their weights · bar: a, 0 … 3.1 · links: w·a · ring: truth"
    assert diagram._caption.text == said
    view.resize(370, 400)
    diagram = view.stage._diagram
    assert isinstance(diagram, ImageNetwork)
    said = f"{view.stage.columns[1].large} strongest: weights · bar: a 0…3.1 · links: w·a · ring: truth"
    assert diagram._caption.text == said
    box = diagram._caption.box
    assert view.stage.area.contains(box)
    assert all(tile.bottom() < box.top() for column in view.stage.columns for tile in column.tiles)
    view.show_frame(image_frame(()))
    diagram = view.stage._diagram
    assert isinstance(diagram, ImageNetwork)
    assert diagram._caption.text == "Each class: the image it looks for · ring: truth"
    view.resize(330, 460)
    view.show_frame(image_frame((128, 64)))
    assert view.stage.area.contains(view.stage._diagram._caption.box)


# What flows


def tiled(left: float, count: int) -> Column:
    tiles = tuple(QRectF(left, 20 * k, 16, 16) for k in range(count))
    return Column(left, left + 16, count, 0, tiles)


@pytest.mark.usefixtures("qapp")
def test_the_strongest_products_flow_by_sign_and_size() -> None:
    scene, root = QGraphicsScene(), QGraphicsRectItem()
    scene.addItem(root)
    source, target = tiled(0, 3), tiled(100, 2)
    flow = Flow(root)
    weights = np.array([[4.0, 0.0], [-1.0, 9.0], [0.5, 0.0]])
    flow.show(source, target, weights, np.array([1.0, -2.0, 0.0]))
    assert flow.scale == 18.0
    seen = [curve for curve in flow._curves if curve.isVisible()]
    ends = [(curve.path().elementAt(0).y, curve.path().currentPosition().y()) for curve in seen]
    assert ends == [(28, 28), (8, 8), (28, 8)], "−18 from 1 to 1, 4 from 0 to 0, 2 from 1 to 0"
    widths = [curve.pen().widthF() for curve in seen]
    assert widths[0] == 4
    assert all(a > b for a, b in pairwise(widths))
    assert seen[0].pen().color() == QColor(theme.current().negative)
    flow.show(source, target, np.zeros((3, 2)), np.ones(3))
    assert not any(curve.isVisible() for curve in flow._curves)


@pytest.mark.usefixtures("qapp")
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38, 1e-45])
def test_anything_may_flow(value: float) -> None:
    scene, root = QGraphicsScene(), QGraphicsRectItem()
    scene.addItem(root)
    source, target = tiled(0, 30), tiled(100, 2)
    weights = np.full((30, 2), value, np.float32)
    for activations in (np.full(30, value, np.float32), np.zeros(30, np.float32), np.ones(30, np.float32)):
        Flow(root).show(source, target, weights, activations)
    assert len(Flow(root)._curves) == STRONGEST


# Odd frames


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("units", [(), (12, 6), (1,)])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_answers_that_are_no_numbers_are_shown_as_bad(view: NetworkView, units: tuple[int, ...], value: float) -> None:
    frame = image_frame(units)
    lost = tuple(np.full(count, value, np.float32) for count in units)
    picture = replace(picture_of(frame), activations=lost, probabilities=np.full(10, np.nan, np.float32))
    for index in range(len(units) + 1):
        frame = with_arrays(frame, index, weight=value, bias=value)
    view.show_frame(replace(frame, picture=picture))
    row = view.stage.columns[-1].tiles[4]
    assert color_at(view, QPoint(int(row.right()) - 12, round(row.center().y()))) == QColor(theme.current().bad)
    if np.isnan(value) and len(units) == 2:
        assert color_at(view, center(view, Spot(2, 0))) == QColor(theme.current().bad)
    for column, shown in enumerate(view.stage.columns):
        point_at(view, shown.tiles[0].center().toPoint())
        assert view.stage.looked_at is not None or column == 0


def test_the_caption_says_what_it_is_and_how_it_was_read(view: NetworkView) -> None:
    frame = image_frame((12, 6))
    picture = picture_of(frame)
    for label, answer, verdict in ((5, 5, "✓ read right"), (5, 3, "✕ read as 3")):
        shares = np.zeros(10, np.float32)
        shares[answer] = 1
        view.show_frame(replace(frame, picture=replace(picture, label=label, probabilities=shares)))
        diagram = view.stage._diagram
        assert isinstance(diagram, ImageNetwork)
        image = diagram._image
        title, which, said = image.title, image.which, image.verdict
        assert [words.text for words in (title, which, said)] == ["Test image", "a 5", verdict]
        below = [words.box.top() for words in (title, which, said)]
        assert view.stage.columns[0].tiles[0].bottom() < below[0] < below[1] < below[2]


def test_words_stand_where_they_are_told_to(qapp: QApplication) -> None:
    scene, root = QGraphicsScene(), QGraphicsRectItem()
    scene.addItem(root)
    words = Words(root, QPointF(50, 20), qapp.font(), "black", "12 %", Qt.AlignmentFlag.AlignRight)
    assert words.box.right() == pytest.approx(50, abs=1)
    words.move(QPointF(90, 40))
    assert words.box.right() == pytest.approx(90, abs=1)
    assert words.box.center().y() == pytest.approx(40, abs=1)
    words.say("100 %")
    assert words.box.right() == pytest.approx(90, abs=1)


def test_bars_are_those_of_the_newest_answers_by_their_signs(view: NetworkView) -> None:
    view.show_frame(replace(image_frame((3,)), updates_per_second=0.0))
    diagram = view.stage._diagram
    assert isinstance(diagram, ImageNetwork)
    column, ratio = view.stage.columns[1], view.stage.ratio
    for shares in ([0.5, -0.25, 0.0], [-1.0, 0.125, 0.5]):
        diagram._show_bars(1, column, np.array(shares))
        for bars, sign in zip(diagram._bars[1], (1, -1), strict=True):
            wanted = [
                (tile, sign * share) for tile, share in zip(column.tiles, shares, strict=True) if sign * share > 0
            ]
            boxes = bars._boxes
            assert [box.left() for box in boxes] == [tile.left() for tile, _ in wanted]
            for box, (tile, share) in zip(boxes, wanted, strict=True):
                assert box.width() == pytest.approx(share * tile.width(), abs=1 / ratio)


def test_the_verdict_is_as_good_or_bad_as_it_says(view: NetworkView) -> None:
    frame = image_frame((12,))
    view.show_frame(frame)
    diagram = view.stage._diagram
    assert isinstance(diagram, ImageNetwork)
    verdict, label = diagram._image.verdict, picture_of(frame).label
    for answer in (label, (label + 1) % 10, label):
        sure = np.eye(10, dtype=np.float32)[answer]
        view.show_frame(replace(frame, picture=replace(picture_of(frame), probabilities=sure)))
        right = answer == label
        assert verdict.text == ("✓ read right" if right else f"✕ read as {answer}")
        assert verdict.item.brush().color() == QColor(theme.current().better if right else theme.current().bad)
