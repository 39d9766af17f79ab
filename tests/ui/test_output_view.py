"""The Output card shows what the network answers, and reads it out."""

from dataclasses import replace

import pytest
from output_cards import shown_output
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import PlanePicture
from nnstudio.core.training.metrics import Metrics
from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.views.output_view import OutputView
from nnstudio.ui.widgets.metric_tile import MetricTile


@pytest.fixture
def view(qtbot: QtBot) -> OutputView:
    return shown_output(qtbot)


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
