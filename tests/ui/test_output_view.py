"""The Output card shows what the network answers, and reads it out."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QGraphicsPixmapItem, QLabel
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import ExampleLosses, Frame, ImagePicture, PlanePicture, Status
from nnstudio.core.training.metrics import Metrics
from nnstudio.ui import theme
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.views.output.boundary_image import boundary_pixels
from nnstudio.ui.views.output.confusion import share_in_cell
from nnstudio.ui.views.output.points import contrast, rim_of
from nnstudio.ui.views.output_view import OutputView
from nnstudio.ui.widgets.metric_tile import MetricTile


@pytest.fixture
def view(qtbot: QtBot) -> OutputView:
    view = OutputView()
    qtbot.addWidget(view)
    view.resize(290, 500)
    view.show()
    qtbot.waitExposed(view)
    return view


def halves() -> Frame:
    """A plane that is orange for certain on the left and blue for certain on the right."""
    frame = plane_frame()
    assert isinstance(frame.picture, PlanePicture)
    output = np.zeros((1, 100, 100), np.float32)
    output[:, :, 50:] = 1
    return replace(frame, picture=replace(frame.picture, output=output))


def color_at(canvas: Stage, position: QPointF) -> QColor:
    image = canvas.grab().toImage()
    ratio = image.devicePixelRatio()
    return image.pixelColor(int(position.x() * ratio), int(position.y() * ratio))


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


def painted(stage: Stage) -> set[int]:
    """Which pictures the stage is made of; a picture that is painted anew is another one."""
    return {item.pixmap().cacheKey() for item in stage.items() if isinstance(item, QGraphicsPixmapItem)}


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


def test_samples_are_painted_anew_with_other_answers(view: OutputView):
    frame = replace(image_frame(), status=Status.PAUSED)
    view.show_frame(frame)
    QApplication.processEvents()
    before, picture = painted(view.samples), frame.picture
    assert isinstance(picture, ImagePicture)
    view.show_frame(replace(frame, picture=replace(picture, probabilities=None)))
    assert painted(view.samples) == before
    view.show_frame(replace(frame, picture=replace(picture, sample_answers=np.zeros(24, np.int64))))
    assert painted(view.samples) != before


def test_the_switch_hides_the_test_points(view: OutputView, qtbot: QtBot):
    view.show_frame(halves())
    with_tests = view.boundary.grab().toImage()
    qtbot.mouseClick(view.test_points, Qt.MouseButton.LeftButton, pos=QPoint(8, view.test_points.height() // 2))
    without = view.boundary.grab().toImage()
    assert with_tests != without


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


def colors_of(stage: Stage) -> list[QColor]:
    image = stage.grab().toImage()
    return [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]


def test_nan_draws_without_a_warning(view: OutputView):
    for frame in (plane_frame(), plane_frame(classes=4)):
        assert isinstance(frame.picture, PlanePicture)
        assert frame.picture.output is not None
        output = frame.picture.output.copy()
        output[:, :50] = np.nan
        view.show_frame(replace(frame, picture=replace(frame.picture, output=output)))
        view.grab()


def test_tiles_write_the_metrics_and_a_dash_for_nan(view: OutputView):
    frame = plane_frame()
    view.show_frame(replace(frame, metrics=Metrics(0.0214, float("nan"), 0.996, float("nan"), 0.0)))
    assert view.metrics.train_loss.value == "0.0214"
    assert view.metrics.test_loss.value == "—"
    assert view.metrics.train_accuracy.value == "99.6\u00a0%"
    assert view.metrics.test_accuracy.accessibleName() == "Test accuracy: —"
    view.metrics.show_metrics(Metrics(1.5, 1.6, 0.87, 0.5, 0.0), Task.REGRESSION)
    assert (view.metrics.test_accuracy.label, view.metrics.train_accuracy.value) == ("Test R²", "0.870")


def test_a_label_without_room_is_shortened_and_keeps_its_name(view: OutputView, qtbot: QtBot):
    tile = MetricTile("Train accuracy", "Train acc.")
    qtbot.addWidget(tile)
    tile.set_short(True)
    tile.show()
    for width, caption in ((160, "Train acc."), (90, "Train")):
        tile.resize(width, 24)
        for value in ("99.6 %", "100.0 %"):
            tile.set_value(value)
            assert tile.findChildren(QLabel)[0].text() == caption
            assert tile.accessibleName() == f"Train accuracy: {value}"


def test_images_show_the_confusion_matrix_instead(view: OutputView):
    view.show_frame(image_frame())
    assert view.confusion.isVisible()
    assert view.samples.isVisible()
    assert not view.boundary.isVisible()
    assert not view.test_points.isVisible()
    view.show_frame(plane_frame())
    assert view.boundary.isVisible()
    assert not view.confusion.isVisible()


def test_what_is_measured_on_a_sample_is_called_about_right(view: OutputView):
    view.metrics.show_metrics(
        Metrics(0.04, 0.05, 0.99, 0.98, 0.0, train_examples=2000, train_total=60_000), Task.MULTICLASS
    )
    tiles = view.metrics.train_loss, view.metrics.train_accuracy
    assert [tile.value for tile in tiles] == ["≈0.0400", "≈99.0\u00a0%"]
    assert tiles[0].accessibleName() == "Train loss: ≈0.0400"
    assert all("2\u00a0000 of 60\u00a0000 training examples, spread evenly" in tile.toolTip() for tile in tiles)
    assert all("2\u00a0000 of 60\u00a0000" in tile.whatsThis() for tile in tiles)
    assert "≈" not in view.metrics.test_loss.value
    view.metrics.show_metrics(Metrics(0.04, 0.05, 0.99, 0.98, 0.0, 60_000, 60_000), Task.MULTICLASS)
    assert [tile.value for tile in tiles] == ["0.0400", "99.0\u00a0%"]
    assert all("60\u00a0000" not in tile.toolTip() for tile in tiles)


def test_a_cell_of_the_confusion_matrix_is_read(view: OutputView, qtbot: QtBot):
    frame = image_frame()
    assert isinstance(frame.picture, ImagePicture)
    counts = np.diag(np.full(10, 90))
    counts[4, 9] = 10
    view.show_frame(replace(frame, picture=replace(frame.picture, confusion=counts)))
    qtbot.mouseMove(view.confusion.viewport(), view.confusion.anchor(Spot(9, 4)).center().toPoint())
    assert view.confusion.spot == Spot(9, 4)
    heading, place, share = view.confusion.reading(Spot(9, 4))
    assert heading == "4 taken for 9"
    assert place == "truth 4, answer 9: wrong"
    assert share == "10 images of 100 with the truth 4, 10.00\u00a0%"
    counts[4, 9] = 1
    view.show_frame(replace(frame, picture=replace(frame.picture, confusion=counts.copy())))
    assert view.confusion.reading(Spot(9, 4))[2].startswith("1 image of 91 ")
    assert "most often 4 is taken for 9" in view.confusion.summary()


def confusion(counts: np.ndarray) -> Frame:
    frame = image_frame()
    assert isinstance(frame.picture, ImagePicture)
    return replace(frame, picture=replace(frame.picture, confusion=counts))


def test_cells_are_coloured_by_their_share_of_the_row(view: OutputView):
    counts = np.zeros((10, 10), np.int64)
    counts[3, 3] = 50
    counts[5, 5], counts[5, 6] = 98, 2
    counts[6, 6], counts[6, 7] = 980, 20
    view.show_frame(confusion(counts))
    colors = theme.current()
    assert view.confusion.top() == 2, "2 % of a row, whether of 100 or of 1 000"
    for spot, color in (
        (Spot(3, 3), colors.diagonal),
        (Spot(0, 0), colors.diagonal),
        (Spot(6, 5), colors.error_high),
        (Spot(7, 6), colors.error_high),
        (Spot(7, 5), colors.error_low),
    ):
        cell = view.confusion.anchor(spot)
        assert color_at(view.confusion, cell.topLeft() + QPointF(3, 2)).name() == color


def test_shares_are_written_short_and_nothing_where_there_is_none(view: OutputView):
    assert [share_in_cell(share) for share in (0.989, 0.004, 0.0123, 1.0, 0.0002)] == [
        "98.9",
        ".4",
        "1.2",
        "100",
        "<.1",
    ]
    assert [share_in_cell(share, roomy=False) for share in (0.989, 0.004, 0.0123, 1.0, 0.1)] == [
        "99",
        ".4",
        "1.2",
        "100",
        "10",
    ]
    counts = np.diag(np.full(10, 90))
    counts[0, 1] = 1
    view.show_frame(confusion(counts))
    image = view.confusion.grab().toImage()

    def inks(spot: Spot) -> set[int]:
        cell = view.confusion.anchor(spot).adjusted(3, 3, -3, -3).toRect()
        return {image.pixel(x, y) for x in range(cell.left(), cell.right()) for y in range(cell.top(), cell.bottom())}

    assert len(inks(Spot(0, 0))) > 3
    assert len(inks(Spot(1, 0))) > 3
    assert len(inks(Spot(2, 0))) == 1


def test_the_cells_use_the_room_there_is(view: OutputView):
    for width, height in ((290, 500), (256, 560), (600, 400)):
        view.resize(width, height)
        view.show_frame(confusion(np.diag(np.full(10, 90))))
        QApplication.processEvents()
        cells = view.confusion.cells()
        assert cells[0][-1].right() == pytest.approx(view.confusion.width(), abs=2)
        assert cells[-1][0].bottom() == pytest.approx(view.confusion.height(), abs=2)
        assert cells[0][0].height() >= 9


def test_samples_tell_right_from_wrong(view: OutputView):
    frame = image_frame()
    assert isinstance(frame.picture, ImagePicture)
    assert frame.picture.sample_labels is not None
    answers = frame.picture.sample_labels.copy()
    answers[1] = (answers[1] + 1) % 10
    view.show_frame(replace(frame, picture=replace(frame.picture, sample_answers=answers)))
    assert view.samples.reading(Spot(0, 0))[0] == "Right"
    assert view.samples.reading(Spot(1, 0))[0] == "Wrong"
    shown = view.samples.places()[0]
    assert view.samples.summary().startswith(f"{shown - 1} of {shown}")
    edges = {color.name() for color in colors_of(view.samples)}
    assert theme.current().bad in edges


def test_a_frame_without_its_output_is_calm(view: OutputView):
    frame = plane_frame()
    assert isinstance(frame.picture, PlanePicture)
    view.show_frame(replace(frame, picture=replace(frame.picture, output=None)))
    view.grab()
    assert view.boundary.places() == (0, 0)


def test_a_high_card_keeps_the_tiles_under_the_picture(view: OutputView):
    view.show_frame(plane_frame())
    view.resize(290, 700)
    QApplication.processEvents()
    assert view.metrics.geometry().top() - view.boundary.geometry().bottom() < 20
    assert view.boundary.height() < 360


def test_a_low_card_has_flat_tiles(view: OutputView):
    tall = view.metrics.train_loss.sizeHint().height()
    assert tall == pytest.approx(view.metrics.train_loss.height_as(short=False), abs=1)
    view.resize(230, 330)
    view.show_frame(plane_frame())
    QApplication.processEvents()
    assert view.metrics.train_loss.sizeHint().height() < tall
    assert view.metrics.train_loss.sizeHint().height() == pytest.approx(
        view.metrics.train_loss.height_as(short=True), abs=1
    )
    assert view.rect().contains(view.discretise.parentWidget().geometry())
