"""The Output card shows what the network answers, and reads it out."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import Frame, ImagePicture, PlanePicture
from nnstudio.core.training.metrics import Metrics
from nnstudio.ui import theme
from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.views.output.boundary_image import BoundaryImage
from nnstudio.ui.views.output_view import OutputView
from nnstudio.ui.widgets.canvas import Canvas, Spot


@pytest.fixture
def view(qtbot: QtBot) -> OutputView:
    view = OutputView()
    qtbot.addWidget(view)
    view.resize(290, 450)
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


def color_at(canvas: Canvas, position: QPointF) -> QColor:
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
    corner = QPointF(plane.left() + 8, plane.top() + 8)
    soft = color_at(view.boundary, corner)
    zero = QColor(theme.current().zero)
    assert abs(soft.red() - zero.red()) < 8
    qtbot.mouseClick(view.discretise, Qt.MouseButton.LeftButton, pos=QPoint(8, view.discretise.height() // 2))
    assert color_at(view.boundary, corner).name() == theme.current().positive


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
    qtbot.mouseMove(view.boundary, target.toPoint())
    spot = view.boundary.spot
    assert spot == Spot(80, 5)
    assert list(view.boundary.reading(spot)[:2]) == ["x₁ 3.66  x₂ 5.34", "p(blue) = 0.0580"]


def test_the_pointer_names_the_point_under_it(view: OutputView):
    frame = plane_frame()
    view.show_frame(frame)
    x1, x2 = frame.dataset.train.raw[0]
    spot = Spot(int((x1 + 6) / 12 * 100), int((6 - x2) / 12 * 100))
    label = ("orange", "blue")[frame.dataset.train.labels[0]]
    assert view.boundary.reading(spot)[-1] == f"training point: {label}"
    assert len(view.boundary.reading(Spot(0, 0))) == 2


def test_arrow_keys_walk_over_the_plane(view: OutputView, qtbot: QtBot):
    view.show_frame(plane_frame())
    view.boundary.setFocus()
    qtbot.keyClick(view.boundary, Qt.Key.Key_Right)
    assert view.boundary.spot == Spot(49, 49)
    qtbot.keyClick(view.boundary, Qt.Key.Key_Right)
    qtbot.keyClick(view.boundary, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert view.boundary.spot == Spot(50, 39)
    assert "p(blue)" in view.boundary.accessibleDescription()
    qtbot.keyClick(view.boundary, Qt.Key.Key_Home)
    qtbot.keyClick(view.boundary, Qt.Key.Key_Left)
    assert view.boundary.spot == Spot(0, 39)
    qtbot.keyClick(view.boundary, Qt.Key.Key_Escape)
    assert view.boundary.spot is None


def test_more_classes_mix_their_colours(qtbot: QtBot):
    shares = np.zeros((4, 10, 10), np.float32)
    shares[2] = 1
    picture = BoundaryImage()
    picture.fill(shares, Task.MULTICLASS, 1.0, False)
    assert pixel(picture) == theme.class_color(2, 4).name()
    shares[2], shares[1] = 0.6, 0.4
    picture.fill(shares, Task.MULTICLASS, 1.0, False)
    one, two = theme.class_color(1, 4), theme.class_color(2, 4)
    assert QColor(pixel(picture)).green() == pytest.approx(0.4 * one.green() + 0.6 * two.green(), abs=1.5)
    picture.fill(shares, Task.MULTICLASS, 1.0, True)
    assert pixel(picture) == two.name()


def test_regression_ends_at_its_scale(qtbot: QtBot):
    picture = BoundaryImage()
    picture.fill(np.full((1, 10, 10), -3, np.float32), Task.REGRESSION, 3.0, False)
    assert pixel(picture) == theme.current().negative


def test_nan_draws_without_a_warning(view: OutputView):
    for frame in (plane_frame(), plane_frame(classes=4)):
        assert isinstance(frame.picture, PlanePicture)
        assert frame.picture.output is not None
        output = frame.picture.output.copy()
        output[:, :50] = np.nan
        view.show_frame(replace(frame, picture=replace(frame.picture, output=output)))
        view.grab()


def pixel(picture: BoundaryImage) -> str:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    image = QImage(20, 20, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        picture.draw(painter, QRectF(0, 0, 20, 20))
    return image.pixelColor(10, 10).name()


def test_tiles_write_the_metrics_and_a_dash_for_nan(view: OutputView):
    frame = plane_frame()
    view.show_frame(replace(frame, metrics=Metrics(0.0214, float("nan"), 0.996, float("nan"), 0.0)))
    assert view.metrics.train_loss.value == "0.0214"
    assert view.metrics.test_loss.value == "—"
    assert view.metrics.train_accuracy.value == "99.6\u00a0%"
    assert view.metrics.test_accuracy.accessibleName() == "Test accuracy: —"
    view.metrics.show_metrics(Metrics(1.5, 1.6, 0.87, 0.5, 0.0), Task.REGRESSION)
    assert (view.metrics.test_accuracy.label, view.metrics.train_accuracy.value) == ("Test R²", "0.870")


def test_images_show_the_confusion_matrix_instead(view: OutputView):
    view.show_frame(image_frame())
    assert view.confusion.isVisible()
    assert view.samples.isVisible()
    assert not view.boundary.isVisible()
    assert not view.test_points.isVisible()
    view.show_frame(plane_frame())
    assert view.boundary.isVisible()
    assert not view.confusion.isVisible()


def test_a_sample_is_called_one(view: OutputView):
    view.metrics.show_metrics(
        Metrics(0.04, 0.05, 0.99, 0.98, 0.0, train_examples=2000, train_total=60_000), Task.MULTICLASS
    )
    tiles = view.metrics.train_loss, view.metrics.train_accuracy
    assert [tile.label for tile in tiles] == ["Train loss (sample)", "Train accuracy (sample)"]
    assert all("2\u00a0000 of 60\u00a0000 training examples, spread evenly" in tile.toolTip() for tile in tiles)
    assert "sample" not in view.metrics.test_loss.label + view.metrics.test_loss.toolTip()
    view.metrics.show_metrics(Metrics(0.04, 0.05, 0.99, 0.98, 0.0, 60_000, 60_000), Task.MULTICLASS)
    assert [tile.label for tile in tiles] == ["Train loss", "Train accuracy"]
    assert all("over the training examples" in tile.toolTip() or "Share of the" in tile.toolTip() for tile in tiles)


def test_a_cell_of_the_confusion_matrix_is_read(view: OutputView, qtbot: QtBot):
    frame = image_frame()
    assert isinstance(frame.picture, ImagePicture)
    counts = np.diag(np.full(10, 90))
    counts[4, 9] = 10
    view.show_frame(replace(frame, picture=replace(frame.picture, confusion=counts)))
    qtbot.mouseMove(view.confusion, view.confusion.anchor(Spot(9, 4)).toPoint())
    assert view.confusion.spot == Spot(9, 4)
    heading, place, share = view.confusion.reading(Spot(9, 4))
    assert heading == "4 taken for 9"
    assert place == "truth 4, answer 9: wrong"
    assert share == "10 images, 10.00\u00a0% of all 4s"
    counts[4, 9] = 1
    view.show_frame(replace(frame, picture=replace(frame.picture, confusion=counts.copy())))
    assert view.confusion.reading(Spot(9, 4))[2].startswith("1 image, ")
    assert "most often 4 is taken for 9" in view.confusion.summary()


def test_right_cells_are_blue_and_wrong_ones_orange(view: OutputView):
    frame = image_frame()
    assert isinstance(frame.picture, ImagePicture)
    counts = np.zeros((10, 10), np.int64)
    counts[3, 3] = 50
    counts[5, 6] = 50
    view.show_frame(replace(frame, picture=replace(frame.picture, confusion=counts)))
    for spot, color in ((Spot(3, 3), theme.current().positive), (Spot(6, 5), theme.current().negative)):
        corner = view.confusion.anchor(spot) - QPointF(9, 9)
        assert color_at(view.confusion, corner).name() == color


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


def test_a_frame_without_its_output_is_calm(view: OutputView):
    frame = plane_frame()
    assert isinstance(frame.picture, PlanePicture)
    view.show_frame(replace(frame, picture=replace(frame.picture, output=None)))
    view.grab()
    assert view.boundary.places() == (0, 0)


def test_a_high_card_keeps_the_tiles_under_the_picture(view: OutputView):
    view.resize(290, 700)
    view.show_frame(plane_frame())
    QApplication.processEvents()
    assert view.metrics.geometry().top() - view.boundary.geometry().bottom() < 20
    assert view.boundary.height() < 350


def test_a_low_card_has_flat_tiles(view: OutputView):
    tall = view.metrics.train_loss.sizeHint().height()
    view.resize(230, 330)
    view.show_frame(plane_frame())
    QApplication.processEvents()
    assert view.metrics.train_loss.sizeHint().height() < tall
    assert view.rect().contains(view.discretise.parentWidget().geometry())
