"""Links tell the truth about weights: one absolute scale, nothing where there is nothing, and only what changes is
touched."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QGraphicsPathItem, QGraphicsRectItem, QGraphicsScene

from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.views.network.layout import plane_columns
from nnstudio.ui.views.network.links import (
    FULL,
    LEVELS,
    MOST,
    THICK,
    Links,
    link_strength,
    link_width,
    signed_levels,
    weight_of,
)

pytestmark = pytest.mark.usefixtures("qapp")

AREA = QRectF(0, 0, 600, 500)


class Drawn:
    """Links between columns of so many units, on a scene of their own."""

    def __init__(self, *counts: int, fanned: bool = False) -> None:
        self.scene = QGraphicsScene()
        root = QGraphicsRectItem()
        self.scene.addItem(root)
        self.columns = plane_columns(AREA, counts, [0] * len(counts), (20, 0), 16.0)
        self.links = Links(root, self.columns, 1.0, fanned)

    @property
    def visible(self) -> list[QGraphicsPathItem]:
        items = self.links._group.childItems()
        return [item for item in items if isinstance(item, QGraphicsPathItem) and item.isVisible()]

    def painted(self) -> QImage:
        image = QImage(600, 500, QImage.Format.Format_RGB32)
        image.fill(QColor(current().card))
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.scene.render(painter, AREA, AREA)
        return image

    def on_curve(self, source: int, target: int, t: float) -> QPointF:
        """A point of a link, by the formula of the cubic with both handles in the middle."""
        start, end = self.links.end_points(0, source, target)
        return QPointF(
            start.x() + (end.x() - start.x()) * (1.5 * t - 1.5 * t**2 + t**3),
            start.y() + (end.y() - start.y()) * (3 * t**2 - 2 * t**3),
        )


def test_a_weight_of_nothing_is_not_seen_even_if_it_is_the_largest() -> None:
    drawn = Drawn(2, 3)
    blank = drawn.painted()
    drawn.links.show_weights([np.full((2, 3), 9e-8)])
    assert drawn.visible == []
    assert drawn.painted() == blank


def test_strength_and_width_are_those_of_the_legend() -> None:
    assert [link_width(w) for w in (0, -1, 2.5, 5, -80)] == pytest.approx([0, 2.4, 6, 12, 12])
    for w in (0.01, 0.7, -3.0):
        assert link_strength(w) == pytest.approx(1 - math.exp(-abs(w) / 0.7))


@pytest.mark.parametrize("w", [5.0, -5.0, 1.25, -0.45])
def test_a_link_is_as_wide_and_as_colourful_as_its_weight_whatever_its_neighbours_are(w: float) -> None:
    for other in (0.0, 100.0):
        drawn = Drawn(1, 2)
        drawn.links.show_weights([np.array([[w, other]])])
        assert drawn.links.thickness == 1
        pen = max(drawn.visible, key=lambda item: item.isVisible() and -item.path().currentPosition().y()).pen()
        level = weight_of(int(signed_levels(np.array([w]))[0]))
        assert level == pytest.approx(abs(w), rel=0.05)
        assert pen.widthF() == pytest.approx(12 * level / 5)
        theme = current()
        color = theme.positive if w > 0 else theme.negative
        assert pen.color() == QColor(mix(theme.card, color, 1 - math.exp(-level / 0.7)))


def test_the_painted_width_is_twelve_pixels_at_five() -> None:
    drawn = Drawn(1, 1)
    drawn.links.show_weights([np.array([[-FULL]])])
    image = drawn.painted()
    middle = drawn.on_curve(0, 0, 0.5)
    column = [image.pixelColor(round(middle.x()), y) for y in range(500)]
    assert sum(color == QColor(mix(current().card, current().negative, link_strength(5))) for color in column) in (
        11,
        12,
    )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    "values", [[1e-45, -2e-40], [0.0, -0.0], [np.nan, 1.0], [np.inf, -np.inf], [3e38, -3e38], [6e4, 6e-8]]
)
def test_any_weights_can_be_drawn_and_found(values: list[float], kind: type[np.floating]) -> None:
    with np.errstate(over="ignore"):
        weights = np.array([values], np.float64).astype(kind)
    levels = signed_levels(weights)
    assert np.abs(levels).max() <= LEVELS + 1
    assert ((levels == LEVELS + 1) == np.isnan(weights)).all()
    known = ~np.isnan(weights)
    assert (levels[known] * np.sign(weights[known]) >= 0).all()
    assert (np.abs(levels[known]) == LEVELS)[np.abs(weights[known]) >= 5].all()
    drawn = Drawn(1, 2)
    drawn.links.show_weights([weights])
    drawn.painted()
    drawn.links.nearest(0, weights, drawn.on_curve(0, 0, 0.5))
    drawn.links.emphasise(LinkSpot(1, 0, 0), float(weights[0, 0]))
    drawn.painted()


def test_nan_is_drawn_as_bad() -> None:
    drawn = Drawn(1, 1)
    drawn.links.show_weights([np.array([[np.nan]])])
    assert [item.pen().color() for item in drawn.visible] == [QColor(current().bad)]


def test_levels_keep_the_sign_and_are_finer_for_small_weights() -> None:
    levels = signed_levels(np.array([[-9.0, -5.0, -0.05, 0.0, 0.05, 0.0028, 5.0, np.nan]]))
    assert levels.tolist() == [[-40, -40, -4, 0, 4, 1, 40, 41]]
    sizes = [weight_of(level) for level in range(LEVELS + 1)]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (0, FULL)


def test_only_the_strongest_are_drawn_and_of_these_only_the_strongest_are_thick() -> None:
    drawn = Drawn(30, 30)
    weights = np.linspace(0.01, 4.9, 900)
    np.random.default_rng(1).shuffle(weights)
    drawn.links.show_weights([weights.reshape(30, 30)])
    visible = drawn.visible
    assert MOST <= len(visible) <= MOST * 1.15, "links as strong as the weakest one are drawn as well"
    thick = [item for item in visible if item.pen().widthF() > 1]
    assert THICK <= len(thick) <= THICK * 1.3
    assert all(item.zValue() == 1 for item in thick)
    assert all(item.zValue() == 0 for item in visible if item not in thick)
    drawn.links.show_weights([np.zeros((30, 30))])
    assert drawn.visible == []


def test_equal_weights_of_a_large_network_are_drawn_all_alike() -> None:
    drawn = Drawn(25, 25)
    drawn.links.show_weights([np.full((25, 25), 0.5)])
    assert len(drawn.visible) == 625
    assert len({item.pen().widthF() for item in drawn.visible}) == 1


def test_a_change_of_one_weight_touches_one_item(qapp: QApplication) -> None:
    drawn = Drawn(4, 5, 3)
    touched: list[QRectF] = []
    drawn.scene.changed.connect(touched.extend)
    random = np.random.default_rng(3)
    weights = [random.uniform(1, 2, (4, 5)), random.uniform(1, 2, (5, 3))]
    drawn.links.show_weights(weights)
    qapp.processEvents()
    assert touched
    touched.clear()
    drawn.links.show_weights(weights)
    drawn.links.show_weights([weight + 1e-9 for weight in weights])
    qapp.processEvents()
    assert touched == []
    weights[1][2, 1] = -4.0
    drawn.links.show_weights(weights)
    qapp.processEvents()
    start, end = drawn.links.end_points(1, 2, 1)
    link = QRectF(start, end).normalized().adjusted(-10, -10, 10, 10)
    assert touched
    assert [place for place in touched if place.width() > 1 and not link.contains(place)] == []
    fresh = Drawn(4, 5, 3)
    fresh.links.show_weights(weights)
    assert drawn.painted() == fresh.painted()


def test_all_but_the_links_of_what_is_looked_at_step_back_and_come_again() -> None:
    drawn = Drawn(2, 3, 2)
    weights = [np.full((2, 3), 1.5), np.full((3, 2), -1.5)]
    drawn.links.show_weights(weights)
    before, strong = drawn.painted(), {item.pen().color().name() for item in drawn.visible}

    def strong_ends() -> set[tuple[float, float]]:
        seen = [item.path() for item in drawn.visible if item.pen().color().name() in strong]
        return {(path.elementAt(0).y, path.currentPosition().y()) for path in seen}

    a, b, c = ([tile.center().y() for tile in column.tiles] for column in drawn.columns)
    for spot, own in (
        (Spot(1, 2), {(y, b[2]) for y in a} | {(b[2], y) for y in c}),
        (Spot(0, 1), {(a[1], y) for y in b}),
        (Spot(2, 0), {(y, c[0]) for y in b}),
        (LinkSpot(1, 0, 0), set()),
    ):
        drawn.links.show_weights(weights, spot)
        assert len(drawn.visible) == 12
        assert strong_ends() == own
    drawn.links.show_weights(weights)
    assert drawn.painted() == before


def test_weak_links_of_a_unit_are_drawn_while_it_is_looked_at() -> None:
    drawn = Drawn(30, 30)
    weights = np.full((30, 30), 2.0)
    weights[:, 7] = 0.01
    weights[4, :] = 0.0
    drawn.links.show_weights([weights])
    assert len(drawn.visible) == 29 * 29
    drawn.links.show_weights([weights], Spot(1, 7))
    assert len(drawn.visible) == 29 * 29 + 29, "but nothing for a weight of 0"


def test_what_only_passes_on_is_a_thin_grey_line_to_the_unit_of_the_same_number() -> None:
    drawn = Drawn(3, 3)
    drawn.links.show_weights([None])
    (lines,) = drawn.visible
    assert lines.pen().widthF() == 1
    assert lines.pen().color().hslSaturationF() < 0.25
    assert lines.path().elementCount() == 3 * 4
    drawn.links.show_weights([None])
    assert drawn.visible == [lines]


def test_a_scrolled_column_passes_on_to_the_units_that_it_shows() -> None:
    drawn = Drawn(60, 60)
    tiles, first = drawn.columns[0].tiles, drawn.columns[0].first
    for firsts in ((0, 0), (0, 5), (5, 0)):
        columns = tuple(
            replace(column, first=first + more, tiles=tiles[:30])
            for column, more in zip(drawn.columns, firsts, strict=True)
        )
        scene = QGraphicsScene()
        root = QGraphicsRectItem()
        scene.addItem(root)
        links = Links(root, columns, 1.0)
        links.show_weights([None])
        (lines,) = (item for item in links._group.childItems() if isinstance(item, QGraphicsPathItem))
        assert lines.path().elementCount() == (30 - max(firsts)) * 4
        start = lines.path().elementAt(0)
        assert start.y == pytest.approx(tiles[firsts[1]].center().y())  # type: ignore[attr-defined]


def test_a_weight_that_was_gone_is_seen_again() -> None:
    drawn = Drawn(2, 2)
    weights = np.array([[1.0, -2.0], [3.0, 0.5]])
    drawn.links.show_weights([weights])
    before = drawn.painted()
    drawn.links.show_weights([np.zeros((2, 2))])
    assert drawn.visible == []
    drawn.links.show_weights([weights])
    assert drawn.painted() == before


def test_links_of_small_tiles_are_thinner_but_never_less_than_a_quarter() -> None:
    assert Drawn(1, 1).links.thickness == 1.0
    assert 0.25 < Drawn(15, 15).links.thickness < 1.0
    assert Drawn(60, 60).links.thickness == 0.25


# The pointer


@pytest.mark.parametrize("fanned", [False, True])
def test_a_point_on_a_curve_finds_its_link_and_a_point_beside_it_none(fanned: bool) -> None:
    drawn = Drawn(3, 4, fanned=fanned)
    weights = np.full((3, 4), 0.4)
    for source, target in itertools.product(range(3), range(4)):
        for t in (0.2, 0.5, 0.85):
            point = drawn.on_curve(source, target, t)
            only = np.where(np.arange(12).reshape(3, 4) == source * 4 + target, weights, 0)
            assert drawn.links.nearest(0, only, point) == LinkSpot(1, source, target)
            assert drawn.links.nearest(0, weights, point) is not None
    a, b = drawn.columns
    assert drawn.links.nearest(0, weights, QPointF((a.right + b.left) / 2, 2)) is None
    assert drawn.links.nearest(0, weights, a.tiles[0].center()) is None


def test_fanned_ports_are_told_apart_right_before_the_tile() -> None:
    drawn = Drawn(3, 1, fanned=True)
    weights = np.full((3, 1), 0.1)
    found = {drawn.links.nearest(0, weights, drawn.on_curve(source, 0, 0.97)) for source in range(3)}
    assert found == {LinkSpot(1, source, 0) for source in range(3)}
    heights = [drawn.links.end_points(0, source, 0)[1].y() for source in range(3)]
    tile = drawn.columns[1].tiles[0]
    assert tile.top() < heights[0] < heights[1] < heights[2] < tile.bottom()


def test_a_scrolled_column_finds_the_units_it_shows() -> None:
    scene, root = QGraphicsScene(), QGraphicsRectItem()
    scene.addItem(root)
    a, b = plane_columns(QRectF(0, 0, 400, 200), [2, 100], [0, 40], (20, 0), 16.0)
    assert b.first == 40
    links = Links(root, (a, b), 1.0)
    weights = np.zeros((2, 100))
    weights[1, 42] = 2.0
    end = links.end_points(0, 1, 2)[1]
    assert links.nearest(0, weights, QPointF(end.x() - 1, end.y())) == LinkSpot(1, 1, 42)
    links.show_weights([weights])
    (item,) = (child for child in links._group.childItems() if child.isVisible())
    assert isinstance(item, QGraphicsPathItem)
    assert item.path().currentPosition() == end


def test_the_one_that_is_looked_at_has_a_dark_casing() -> None:
    drawn = Drawn(2, 1)
    weights = np.array([[2.0], [-1.0]])
    drawn.links.show_weights([weights])
    drawn.links.emphasise(LinkSpot(1, 1, 0), -1.0)
    image = drawn.painted()
    middle = drawn.on_curve(1, 0, 0.5).toPoint()
    around = [image.pixelColor(middle + QPoint(0, offset)) for offset in range(-6, 7)]
    assert min(color.lightness() for color in around) < 50
    assert QColor(current().negative) in around
    drawn.links.emphasise(None)
    image = drawn.painted()
    assert min(image.pixelColor(middle + QPoint(0, offset)).lightness() for offset in range(-6, 7)) > 100


def test_a_link_that_goes_on_being_looked_at_is_laid_out_once(qapp: QApplication) -> None:
    drawn, made = Drawn(2, 3), list[int]()
    path = drawn.links._path
    drawn.links._path = lambda *place: (made.append(1), path(*place))[1]  # type: ignore[method-assign]
    for weight in (1.0, 1.0, 1.0, 2.0):
        drawn.links.emphasise(LinkSpot(1, 0, 1), weight)
    assert len(made) == 2
