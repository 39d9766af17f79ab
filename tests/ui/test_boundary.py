"""The decision boundary shows what the network answers, and reads it out."""

from dataclasses import replace

import numpy as np
import pytest
from output_cards import color_at, colors_of, halves, painted, shown_output
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import ExampleLosses, Frame, PlanePicture
from nnstudio.ui import theme
from nnstudio.ui.examples.boundary_image import boundary_pixels
from nnstudio.ui.examples.points import contrast, rim_of
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.views.output_view import OutputView


@pytest.fixture
def view(qtbot: QtBot) -> OutputView:
    return shown_output(qtbot)


def test_certain_answers_have_the_themes_full_colours(view: OutputView):
    view.show_frame(halves())
    plane = view.boundary.plane()
    for share, color in ((0.03, theme.current().negative), (0.97, theme.current().positive)):
        corner = QPointF(plane.left() + share * plane.width(), plane.top() + 0.03 * plane.height())
        assert color_at(view.boundary, corner).name() == color


def test_the_plane_is_square_and_inside_at_every_size(view: OutputView):
    view.show_frame(plane_frame())
    for width, height in ((290, 450), (230, 330), (600, 400)):
        view.resize(width, height)
        QApplication.processEvents()
        plane = view.boundary.plane()
        assert plane.width() == plane.height() >= 150
        assert view.boundary.rect().contains(plane.toAlignedRect())


def test_a_change_of_theme_recolours_the_plane_without_a_new_frame(view: OutputView, qapp: QApplication):
    view.show_frame(halves())
    view.grab()
    try:
        theme.apply(qapp, theme.ThemeChoice.DARK)
        plane = view.boundary.plane()
        corner = QPointF(plane.left() + 0.03 * plane.width(), plane.top() + 0.03 * plane.height())
        assert color_at(view.boundary, corner).name() == theme.DARK.negative
    finally:
        theme.apply(qapp, theme.ThemeChoice.LIGHT)


def test_undecided_is_the_colour_of_zero_until_discretised(view: OutputView, qtbot: QtBot):
    frame = plane_frame()
    assert isinstance(frame.picture, PlanePicture)
    doubtful = np.full((1, 100, 100), 0.51, np.float32)
    view.show_frame(replace(frame, picture=replace(frame.picture, output=doubtful)))
    plane = view.boundary.plane()
    corner = QPointF(plane.left() + 12, plane.top() + 12)
    soft = color_at(view.boundary, corner)
    zero = QColor(theme.current().zero)
    assert abs(soft.red() - zero.red()) < 8
    qtbot.mouseClick(view.discretise, Qt.MouseButton.LeftButton, pos=QPoint(8, view.discretise.height() // 2))
    assert color_at(view.boundary, corner).name() == theme.current().positive


def test_only_what_has_changed_is_touched(view: OutputView):
    frame = halves()
    view.show_frame(frame)
    QApplication.processEvents()
    before = painted(view.boundary)
    picture = frame.picture
    assert isinstance(picture, PlanePicture)
    assert picture.output is not None
    view.show_frame(replace(frame, picture=replace(picture, output=picture.output + np.float32(1e-6))))
    assert painted(view.boundary) == before, "the same colours"
    view.show_frame(replace(frame, picture=replace(picture, output=1 - picture.output)))
    assert len(painted(view.boundary) - before) == 1, "another map, the same points"
    corner = QPointF(view.boundary.plane().left() + 12, 12)
    assert color_at(view.boundary, corner).name() == theme.current().positive


def test_test_points_are_drawn_while_the_switch_is_on(view: OutputView, qtbot: QtBot):
    frame = halves()
    view.show_frame(frame)
    plane, raw, card = view.boundary.plane(), frame.dataset.test.raw, QColor(theme.current().card)
    xs = plane.left() + (raw[:, 0] + 6) / 12 * plane.width()
    ys = plane.top() + (6 - raw[:, 1]) / 12 * plane.height()

    def hollow() -> int:
        """How many test points have the hole that marks them."""
        view.boundary.explore(None)
        image = view.boundary.grab().toImage()
        return sum(image.pixelColor(int(x), int(y)) == card for x, y in zip(xs, ys, strict=True))

    for holes in (False, True, False):
        assert (hollow() > 20) == holes
        qtbot.mouseClick(view.test_points, Qt.MouseButton.LeftButton, pos=QPoint(8, view.test_points.height() // 2))


def test_the_pointer_reads_the_exact_pixel(view: OutputView, qtbot: QtBot):
    frame = plane_frame()
    assert isinstance(frame.picture, PlanePicture)
    output = np.arange(10_000, dtype=np.float32).reshape(1, 100, 100) / 10_000
    view.show_frame(replace(frame, picture=replace(frame.picture, output=output)))
    plane = view.boundary.plane()
    # Column 80 of row 5: x₁ = −6 + 12 · 80.5 / 100, x₂ = 6 − 12 · 5.5 / 100.
    target = QPointF(plane.left() + 0.805 * plane.width(), plane.top() + 0.055 * plane.height())
    qtbot.mouseMove(view.boundary.viewport(), target.toPoint())
    spot = view.boundary.spot
    assert spot == Spot(80, 5)
    assert list(view.boundary.reading(spot)[:2]) == ["x₁ 3.66  x₂ 5.34", "p(blue) = 0.0580"]


def on_point(view: OutputView, frame: Frame, index: int) -> QPoint:
    """Where a training point lies on the card."""
    plane, (x1, x2) = view.boundary.plane(), frame.dataset.train.raw[index]
    return QPointF(plane.left() + (x1 + 6) / 12 * plane.width(), plane.top() + (6 - x2) / 12 * plane.height()).toPoint()


def test_over_a_point_the_points_own_numbers_are_read(view: OutputView, qtbot: QtBot):
    frame = plane_frame()
    view.show_frame(frame)
    qtbot.mouseMove(view.boundary.viewport(), on_point(view, frame, 7))
    spot = view.boundary.spot
    assert spot is not None
    name, place, target, answer = view.boundary.reading(spot)
    assert name == "Example 8, training"
    x1, x2 = frame.dataset.train.raw[7]
    assert place == f"x₁ {x1:.2f}  x₂ {x2:.2f}".replace("-", "−")
    assert target == f"target {('orange', 'blue')[frame.dataset.train.labels[7]]}"
    assert answer.startswith("p(blue) ≈ "), "the pixel's answer is only about that of the point"
    losses = ExampleLosses(np.arange(len(frame.dataset.train)) / 1000, np.zeros(len(frame.dataset.test)))
    view.show_frame(replace(frame, losses=losses))
    assert view.boundary.reading(spot)[-1] == "loss 0.00700"
    assert len(view.boundary.reading(Spot(0, 0))) == 2


def test_arrow_keys_walk_over_the_plane(view: OutputView, qtbot: QtBot):
    view.show_frame(plane_frame())
    view.boundary.setFocus()
    qtbot.keyClick(view.boundary, Qt.Key.Key_Right)
    assert view.boundary.spot == Spot(49, 49)
    qtbot.keyClick(view.boundary, Qt.Key.Key_Right)
    qtbot.keyClick(view.boundary, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert view.boundary.spot == Spot(50, 39)
    assert "p(blue)" in view.boundary.spoken.accessibleDescription()
    qtbot.keyClick(view.boundary, Qt.Key.Key_Home)
    qtbot.keyClick(view.boundary, Qt.Key.Key_Left)
    assert view.boundary.spot == Spot(0, 39)
    qtbot.keyClick(view.boundary, Qt.Key.Key_Escape)
    assert view.boundary.spot is None


def color_of(output: np.ndarray, task: Task, scale: float = 1.0, discretise: bool = False) -> QColor:
    return QColor.fromRgb(int(boundary_pixels(output, task, scale, discretise)[5, 5]))


def test_more_classes_mix_their_colours():
    shares = np.zeros((4, 10, 10), np.float32)
    shares[2] = 1
    one, two = theme.class_color(1, 4), theme.class_color(2, 4)
    assert color_of(shares, Task.MULTICLASS) == two
    shares[2], shares[1] = 0.6, 0.4
    mixed = color_of(shares, Task.MULTICLASS)
    assert mixed.green() == pytest.approx(0.4 * one.green() + 0.6 * two.green(), abs=1.5)
    assert color_of(shares, Task.MULTICLASS, discretise=True) == two


def test_regression_ends_at_its_scale():
    for value, color in ((-3, theme.current().negative), (3, theme.current().positive), (np.inf, None)):
        expected = QColor(color or theme.current().positive)
        assert color_of(np.full((1, 10, 10), value, np.float32), Task.REGRESSION, 3.0) == expected


def test_what_is_no_number_looks_bad():
    for discretise in (False, True):
        broken = np.full((1, 10, 10), np.nan, np.float32)
        assert color_of(broken, Task.BINARY, discretise=discretise) == QColor(theme.current().bad)


@pytest.mark.parametrize("dark", [False, True])
def test_every_point_stands_out_from_a_ground_of_its_own_colour(qapp: QApplication, dark: bool):
    theme.apply(qapp, theme.ThemeChoice.DARK if dark else theme.ThemeChoice.LIGHT)
    colors = theme.current()
    assert contrast(QColor(colors.rim_positive), QColor(colors.positive)) >= 3
    assert contrast(QColor(colors.rim_negative), QColor(colors.negative)) >= 3
    grounds = [theme.class_color(label, 10).rgb() for label in range(10)] + theme.heat_map_table(colors).tolist()
    assert min(contrast(QColor.fromRgb(rim_of(ground)), QColor.fromRgb(ground)) for ground in grounds) >= 3


def test_a_right_answer_is_still_in_sight(view: OutputView):
    frame = halves()
    everywhere_blue = np.ones((1, 100, 100), np.float32)
    assert isinstance(frame.picture, PlanePicture)
    view.show_frame(replace(frame, picture=replace(frame.picture, output=everywhere_blue)))
    seen = {color.name() for color in colors_of(view.boundary)}
    assert theme.current().rim_positive in seen
    assert theme.current().rim_negative in seen


def test_nan_draws_without_a_warning(view: OutputView):
    for frame in (plane_frame(), plane_frame(classes=4)):
        assert isinstance(frame.picture, PlanePicture)
        assert frame.picture.output is not None
        output = frame.picture.output.copy()
        output[:, :50] = np.nan
        view.show_frame(replace(frame, picture=replace(frame.picture, output=output)))
        view.grab()


def test_the_share_of_the_likelier_class_is_that_of_blue(view: OutputView):
    frame = halves()
    assert isinstance(frame.picture, PlanePicture)
    output = np.zeros((1, 100, 100), np.float32)
    output[:, :, 80:] = 0.9
    view.show_frame(replace(frame, picture=replace(frame.picture, output=output)))
    assert view.boundary.summary().startswith("Blue is the likelier class on 20 % of the plane.")


def test_of_many_classes_the_two_likeliest_are_read(view: OutputView):
    frame = plane_frame(classes=4)
    assert isinstance(frame.picture, PlanePicture)
    output = np.zeros((4, 10, 10), np.float32) + np.array([0.1, 0.5, 0.05, 0.35], np.float32)[:, None, None]
    view.show_frame(replace(frame, picture=replace(frame.picture, output=output)))
    assert list(view.boundary.reading(Spot(0, 0)))[1:] == ["p(class 1) = 0.5000", "p(class 3) = 0.3500"]


def test_without_an_output_there_is_no_map(view: OutputView):
    frame = halves()
    view.show_frame(frame)
    corner = view.boundary.plane().topLeft() + QPointF(12, 12)
    assert color_at(view.boundary, corner).name() == theme.current().negative
    assert isinstance(frame.picture, PlanePicture)
    view.show_frame(replace(frame, picture=replace(frame.picture, output=None)))
    assert color_at(view.boundary, corner).name() == theme.current().field


def test_figures_are_read_only_when_there_is_time(view: OutputView):
    frame = halves()
    view.show_frame(frame)
    view.boundary.explore(Spot(10, 10))
    said = view.boundary.bubble._item.pixmap().cacheKey()
    assert isinstance(frame.picture, PlanePicture)
    assert frame.picture.output is not None
    later = replace(frame, picture=replace(frame.picture, output=1 - frame.picture.output))
    view.boundary.show_frame(later, legible=False)
    assert view.boundary.bubble._item.pixmap().cacheKey() == said
    view.boundary.show_frame(later)
    assert view.boundary.bubble._item.pixmap().cacheKey() != said


def test_a_point_can_be_met_a_little_beside_it(view: OutputView):
    frame = plane_frame()
    view.show_frame(frame)
    boundary = view.boundary
    plane, points = boundary.plane(), frame.dataset.train.raw
    places = np.column_stack(((points[:, 0] + 6) / 12 * plane.width(), (6 - points[:, 1]) / 12 * plane.height()))
    lonely = int(np.argmin(places[:, 0]))  # nobody is further left
    at = QPointF(plane.left() + places[lonely, 0], plane.top() + places[lonely, 1])
    for beside, met in ((0, True), (1.5, True), (2.5, False)):
        found = boundary.point_at(at - QPointF(boundary._radius() + beside, 0))
        assert (found is not None) == met
        assert found is None or found.index == lonely


# A boundary between pixels.


def steep(resolution: int) -> np.ndarray:
    """Probabilities that leap across a slanted line between one pixel and the next, (1, R, R)."""
    x, y = np.meshgrid(*2 * [(np.arange(resolution) + 0.5) / resolution])
    logits = 150 * (x - 0.3 * y - 0.31)
    return (1 / (1 + np.exp(-logits)))[None].astype(np.float32)


@pytest.mark.parametrize("discretise", [False, True])
def test_a_steep_boundary_is_drawn_as_straight_as_it_is(discretise: bool):
    drawn = boundary_pixels(steep(56), Task.BINARY, 1.0, discretise)
    assert drawn.shape == (112, 112)
    blue = (drawn & 0xFF).astype(int) > (drawn >> 16 & 0xFF).astype(int)
    crossings = 112 - blue.sum(axis=1)
    line = 112 * (0.3 * (np.arange(112) + 0.5) / 112 + 0.31)
    assert np.abs(crossings - line).max() <= 0.55, "the nearest pixel"


def test_the_colours_of_probabilities_are_those_of_the_legend():
    table = theme.heat_map_table(theme.current())
    for share in (0.0, 0.001, 0.25, 0.5, 0.9, 1.0):
        pixel = boundary_pixels(np.full((1, 8, 8), share, np.float32), Task.BINARY, 1.0, False)[5, 5]
        place = round(2 * theme.ZERO * share)
        assert pixel in table[max(place - 1, 0) : place + 2]


def test_a_probability_that_is_no_number_is_bad():
    image = steep(8)
    image[0, 3, 3] = np.nan
    pixels = boundary_pixels(image, Task.BINARY, 1.0, False)
    assert int(pixels[3, 3]) == QColor(theme.current().bad).rgb()
