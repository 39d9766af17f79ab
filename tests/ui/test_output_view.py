"""The Output card shows what the network answers, and reads it out."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from output_cards import shown_output
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import PlanePicture
from nnstudio.core.training.metrics import Metrics
from nnstudio.ui import theme
from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.views.output_view import OutputView


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


def overlapping(boxes: Sequence[QRectF]) -> bool:
    return any(a.intersects(b) for a, b in combinations(boxes, 2))


@pytest.mark.parametrize("larger", [False, True])
@pytest.mark.parametrize("size", [(218, 340), (228, 380), (250, 420), (290, 700)])
def test_every_figure_is_named_in_full(view: OutputView, qapp: QApplication, size: tuple[int, int], larger: bool):
    theme.apply(qapp, theme.ThemeChoice.LIGHT, larger)
    view.show_frame(image_frame())
    view.resize(*size)
    numbers = Metrics(1.2345e-3, 5.4321e-5, 1.0, 0.957, 0.0, train_examples=2000, train_total=60_000)
    view.metrics.show_metrics(numbers, Task.MULTICLASS)
    QApplication.sendPostedEvents()
    seen = [label for label in view.metrics.findChildren(QLabel) if label.isVisible()]
    texts = {label.text() for label in seen}
    assert {"Train", "Test", "Loss", "Accuracy"} <= texts or {"Train loss", "Train accuracy"} <= texts
    for label in seen:
        assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width(), label.text()
    assert not overlapping([QRectF(label.rect()).translated(label.mapTo(view, QPointF(0, 0))) for label in seen])
    assert view.metrics.train_accuracy.accessibleName() == "Train accuracy: ≈100.0\u00a0%"


@pytest.mark.parametrize("larger", [False, True])
@pytest.mark.parametrize("width", [180, 218, 228, 260, 400])
def test_the_heads_of_the_confusion_matrix_stand_beside_each_other(
    view: OutputView, qapp: QApplication, width: int, larger: bool
):
    theme.apply(qapp, theme.ThemeChoice.LIGHT, larger)
    view.confusion.resize(width, 240)
    view.confusion.show_frame(image_frame())
    for top in (1, 100):
        heads = view.confusion.heads(top)
        assert not overlapping([box for _, box in heads])
        assert heads[-1][1].right() <= width
        assert heads[0][0] == "answer"
        assert heads[1][0] == ("% of the row" if width == 400 else heads[1][0])
        assert "%" in heads[1][0]


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


def test_a_low_card_has_a_table(view: OutputView, qtbot: QtBot):
    tall = view.metrics.train_loss.sizeHint().height()
    assert tall == pytest.approx(view.metrics.train_loss.height_as(short=False), abs=1)
    view.resize(230, 330)
    view.show_frame(plane_frame())
    QApplication.processEvents()
    assert view.metrics.train_loss.sizeHint().height() < tall
    qtbot.waitUntil(lambda: view.metrics.height() == pytest.approx(view.metrics.height_as(table=True), abs=2))
    assert view.metrics.train_loss.sizeHint().height() == pytest.approx(
        view.metrics.train_loss.height_as(short=True), abs=1
    )
    assert view.rect().contains(view.discretise.parentWidget().geometry())
