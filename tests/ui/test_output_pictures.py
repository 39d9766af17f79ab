"""The sample images, the chosen example and the tiles of the Output card, held against the frame."""

from dataclasses import replace

import numpy as np
import pytest
from network_cards import SKETCHES
from output_cards import painted, shown_output
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Frame, ImagePicture, Probe, Status
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import theme
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.views.output_view import OutputView
from nnstudio.ui.widgets.figures import decimal, percent


@pytest.fixture
def view(qtbot: QtBot) -> OutputView:
    return shown_output(qtbot)


def seen(stage: Stage) -> QImage:
    QApplication.processEvents()
    return stage.grab().toImage()


def sampled(frame: Frame, **others: object) -> Frame:
    assert isinstance(frame.picture, ImagePicture)
    return replace(frame, picture=replace(frame.picture, **others))


def digits() -> tuple[Frame, ImagePicture]:
    frame = replace(image_frame(), status=Status.PAUSED)  # while it learns, figures follow a few times a second
    labels, answers = np.array([0, 7, 7, 2, 1, 1]), np.array([0, 1, 7, 3, 1, 1])
    samples = np.zeros((6, 28, 28), np.float32)
    for place in range(6):
        samples[place, : 4 * (place + 1)] = 1
    sure = np.linspace(0.5, 1, 6).astype(np.float32)
    frame = sampled(frame, samples=samples, sample_labels=labels, sample_answers=answers, sample_confidences=sure)
    assert isinstance(frame.picture, ImagePicture)
    return frame, frame.picture


# Sample images


def test_samples_are_read_one_by_one(view: OutputView) -> None:
    frame, picture = digits()
    view.show_frame(frame)
    stage = view.samples
    assert stage.places() == (6, 1)
    for place, words in ((1, ("Wrong", "truth 7, answer 1")), (2, ("Right", "truth 7, answer 7"))):
        sure = float(picture.sample_confidences[place])  # type: ignore[index]
        assert stage.reading(Spot(place, 0)) == (*words, f"sure to {percent(sure, 2)}")
        assert stage.figure(Spot(place, 0)) == sure
        assert stage.spot_at(stage.anchor(Spot(place, 0)).center()) == Spot(place, 0)
        rows = [stage.enlarged(Spot(place, 0)).pixelColor(5, 4 * y + 1) for y in range(7)]  # type: ignore[union-attr]
        assert [row == QColor(theme.current().text) for row in rows] == [y <= place for y in range(7)]
    assert stage.summary().startswith("4 of 6 sample images are right.")
    table = stage.table()
    assert table is not None
    assert list(table.headers) == ["test image", "truth", "answer", "confidence"]
    assert table.rows[1][:3] == (2, "7", "1")
    assert stage.spot_at(QPointF(stage.width() + 5, 5)) is None


def test_the_summary_counts_what_fits(view: OutputView) -> None:
    frame, _ = digits()
    view.show_frame(frame)
    view.samples.setFixedWidth(2 * 34 + 6)
    QApplication.processEvents()
    assert view.samples.places() == (2, 1)
    assert view.samples.summary().startswith("1 of 2 sample images is right.")
    view.samples.setFixedWidth(20)
    QApplication.processEvents()
    assert view.samples.places() == (1, 1), "there is always one"


def test_each_sample_is_drawn_with_its_answer_in_its_colour(view: OutputView) -> None:
    frame, _ = digits()
    view.show_frame(frame)
    image, stage, colors = seen(view.samples), view.samples, theme.current()
    for place, right in enumerate((True, False, True, False, True, True)):
        tile = stage.anchor(Spot(place, 0))
        ink, paper = (tile.top() + tile.height() * (4 * place + rows) / 28 for rows in (2, 6))
        assert image.pixelColor(QPointF(tile.center().x(), ink).toPoint()) == QColor(colors.text)
        assert image.pixelColor(QPointF(tile.center().x(), paper).toPoint()) != QColor(colors.text)
        below = range(round(tile.bottom()) + 3, round(tile.bottom()) + 18)
        across = range(round(tile.left()), round(tile.right()))
        found = {image.pixelColor(x, y).name() for x in across for y in below}
        assert (colors.better in found, colors.bad in found) == (right, not right)
        edge = image.pixelColor(round(tile.center().x()), round(tile.top()) - 1)
        assert (edge.red() > edge.green() + 40) is not right, "a mistake has a red edge"


def test_other_answers_and_other_images_are_drawn_and_the_same_ones_are_not(view: OutputView) -> None:
    frame, picture = digits()
    view.show_frame(frame)
    first = seen(view.samples)
    assert picture.samples is not None
    assert picture.sample_answers is not None
    assert picture.sample_confidences is not None
    for other in (
        sampled(frame, sample_answers=picture.sample_answers[::-1].copy()),
        sampled(frame, samples=picture.samples[::-1].copy()),
        sampled(frame, sample_answers=None),
    ):
        view.show_frame(other)
        assert seen(view.samples) != first
        view.show_frame(frame)
        assert seen(view.samples) == first
    pictures = painted(view.samples)
    view.show_frame(replace(frame, updates=frame.updates + 1))
    assert painted(view.samples) == pictures


@pytest.mark.parametrize(("name", "value"), [("sample_answers", 5), ("sample_confidences", 0.11)])
def test_below_a_sample_stands_its_own_answer(view: OutputView, name: str, value: float) -> None:
    frame, picture = digits()
    assert picture.sample_answers is not None
    others = getattr(picture, name).copy()
    others[3] = value
    images = []
    for shown in (frame, sampled(frame, **{"sample_answers": picture.sample_answers.copy(), name: others})):
        view.show_frame(shown)
        images.append(seen(view.samples))
    for place in range(6):
        tile = view.samples.anchor(Spot(place, 0)).toRect()
        before, after = (image.copy(tile.left(), tile.bottom() + 2, tile.width(), 40) for image in images)
        assert (before != after) is (place == 3)


def test_samples_are_drawn_in_the_ink_of_another_theme(view: OutputView, qapp: QApplication) -> None:
    frame, _ = digits()
    view.show_frame(frame)
    theme.apply(qapp, theme.ThemeChoice.DARK)
    try:
        tile = view.samples.anchor(Spot(0, 0))
        image = seen(view.samples)
        assert image.pixelColor((tile.topLeft() + QPointF(20, 2)).toPoint()) == QColor(theme.DARK.text)
        assert image.pixelColor((tile.bottomLeft() + QPointF(20, -4)).toPoint()) == QColor(theme.DARK.card)
    finally:
        theme.apply(qapp, theme.ThemeChoice.LIGHT)
        qapp.setStyleSheet("")


def test_the_keys_mark_a_sample_and_what_it_says_stays_true(view: OutputView, qtbot: QtBot) -> None:
    frame, picture = digits()
    view.show_frame(frame)
    stage = view.samples
    stage.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(stage, Qt.Key.Key_Home)
    qtbot.keyClick(stage, Qt.Key.Key_Right)
    assert stage._marker.path().boundingRect().center() == stage.anchor(Spot(1, 0)).center()
    assert picture.sample_labels is not None
    before = stage.spoken.accessibleName(), stage.grab().toImage()
    view.show_frame(sampled(frame, sample_answers=picture.sample_labels.copy()))
    assert stage.grab().toImage() != before[1]
    assert stage.reading(Spot(1, 0))[0] == "Right"


def test_what_the_bubble_says_of_a_sample_stays_true(view: OutputView, qtbot: QtBot) -> None:
    frame, picture = digits()
    view.show_frame(frame)
    qtbot.mouseMove(view.samples.viewport(), view.samples.anchor(Spot(1, 0)).center().toPoint())
    assert "Wrong" in view.samples.bubble._said  # type: ignore[operator]
    assert picture.sample_labels is not None
    view.show_frame(sampled(frame, sample_answers=picture.sample_labels.copy()))
    assert "Right" in view.samples.bubble._said  # type: ignore[operator]
    qtbot.mouseMove(view.samples.viewport(), QPoint(1, 1))


def test_an_image_that_was_chosen_before_there_were_answers_gets_its_ring_with_them(view: OutputView) -> None:
    trainer = Trainer(Experiment(dataset=SKETCHES, layers=()))
    frame = Observer(trainer, 1).frame(Probe.OUTPUT, chosen=Chosen(SplitName.TEST, 2))
    view.show_frame(sampled(frame, sample_answers=None))
    assert view.samples._outline.path().isEmpty()
    view.show_frame(frame)
    assert not view.samples._outline.path().isEmpty()
    view.resize(340, 520)
    QApplication.processEvents()
    ring = view.samples._outline.path().boundingRect().center()
    assert ring == view.samples.anchor(Spot(2, 0)).center(), "it goes along"


def test_only_a_chosen_test_image_in_sight_wears_a_ring(view: OutputView) -> None:
    view.show_frame(digits()[0])
    ring = view.samples.outline_of
    place = ring(Chosen(SplitName.TEST, 3))
    assert place is not None
    assert place.boundingRect().center() == view.samples.anchor(Spot(3, 0)).center()
    assert ring(Chosen(SplitName.TRAINING, 3)) is None
    assert ring(Chosen(SplitName.TEST, 6)) is None


# The chosen example


def test_the_strip_takes_the_room_it_says_and_names_what_it_shows(view: OutputView) -> None:
    strip, trainer = view.strip, Trainer(plane_frame().experiment)
    observer = Observer(trainer, 1)
    assert strip.tall_height() == 0
    assert not strip.show_frame(observer.frame(Probe.OUTPUT))
    assert strip.show_frame(observer.frame(Probe.OUTPUT, chosen=Chosen(SplitName.TRAINING, 1)))
    assert not strip.show_frame(observer.frame(Probe.OUTPUT, chosen=Chosen(SplitName.TRAINING, 2)))
    strip.set_low(False)
    assert strip.tall_height() == pytest.approx(strip.sizeHint().height(), abs=3)
    assert strip._names.text()
    assert strip._names.text() in strip.accessibleDescription()
    assert not strip.close_button.isHidden()
    assert strip.show_frame(observer.frame(Probe.OUTPUT))


@pytest.mark.parametrize("right", [True, False])
def test_the_verdict_has_the_tone_of_what_it_says(view: OutputView, right: bool) -> None:
    frame = Observer(Trainer(plane_frame().experiment), 1).frame(Probe.OUTPUT, chosen=Chosen(SplitName.TRAINING, 1))
    example = frame.example
    assert example is not None
    answered = example.answered or 0
    view.show_frame(replace(frame, example=replace(example, label=answered if right else 1 - answered)))
    assert view.strip.verdict.property("tone") == ("better" if right else "worse")


def test_in_a_low_card_the_strip_stays_for_points_and_not_for_images(view: OutputView, qapp: QApplication) -> None:
    points, images = plane_frame().experiment, Experiment(dataset=SKETCHES, layers=())
    for experiment, stays in ((points, True), (images, False)):
        view.resize(290, 700)
        view.show_frame(Observer(Trainer(experiment), 1).frame(Probe.OUTPUT, chosen=Chosen(SplitName.TEST, 1)))
        qapp.processEvents()
        assert view.strip.isVisible()
        view.resize(290, 340)
        qapp.processEvents()
        assert view.strip.isVisible() is stays


def test_the_verdict_changes_its_colour(view: OutputView, qapp: QApplication) -> None:
    theme.apply(qapp, theme.ThemeChoice.LIGHT)
    try:
        frame = Observer(Trainer(plane_frame().experiment), 1).frame(Probe.OUTPUT, chosen=Chosen(SplitName.TEST, 1))
        example = frame.example
        assert example is not None
        for label in (0, 1, 0):
            view.show_frame(replace(frame, example=replace(example, label=label)))
            color = theme.current().better if label == example.answered else theme.current().bad
            assert view.strip.verdict.palette().windowText().color() == QColor(color)
    finally:
        qapp.setStyleSheet("")


def test_escape_belongs_to_the_strip_and_other_keys_do_not(view: OutputView, qtbot: QtBot) -> None:
    for key, taken in ((Qt.Key.Key_Escape, True), (Qt.Key.Key_Space, False)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(view.strip, event)
        assert event.isAccepted() is taken
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier)
    view.strip.keyPressEvent(event)
    assert not event.isAccepted(), "whoever is above may want it"


# The tiles


def test_tiles_write_what_is_measured_of_each_split(view: OutputView) -> None:
    row = view.metrics
    row.show_metrics(Metrics(0.25, 0.5, 0.75, 0.625, 0.0), Task.MULTICLASS)
    tiles = (row.train_loss, row.test_loss, row.train_accuracy, row.test_accuracy)
    assert [tile.value for tile in tiles] == ["0.250", "0.500", percent(0.75), percent(0.625)]
    assert "the training examples" in row.train_loss.toolTip()
    assert "the test examples" in row.test_loss.toolTip()
    assert "the training examples" in row.train_accuracy.toolTip()
    sample = Metrics(0.25, 1.234e-4, 0.75, 0.625, 0.0, train_examples=2000, train_total=60_000)
    row.show_metrics(sample, Task.MULTICLASS)
    assert [tile.value for tile in tiles] == ["≈0.250", decimal(1.234e-4, 2), f"≈{percent(0.75)}", percent(0.625)]
    assert "spread evenly" in row.train_loss.toolTip()
    assert "spread evenly" not in row.test_loss.toolTip()
    row.show_metrics(sample, Task.REGRESSION)
    assert [tile.label for tile in tiles[2:]] == ["Train R²", "Test R²"]
    assert row.heads["Accuracy"].text() == "R²"
    assert row.test_accuracy.value == "0.625"
    row.show_metrics(sample, Task.BINARY)
    assert row.heads["Accuracy"].text() == "Accuracy"


def test_a_table_of_tiles_is_lower_and_has_heads(view: OutputView, qapp: QApplication) -> None:
    row = view.metrics
    row.show()
    for table in (True, False, True):
        row.set_table(table)
        QApplication.processEvents()
        assert row.sizeHint().height() == pytest.approx(row.height_as(table), abs=2)
        assert all(head.isVisibleTo(row) is table for head in row.heads.values())
    for larger in (True, False):
        theme.apply(qapp, theme.ThemeChoice.LIGHT, larger)
        assert {head.font().pixelSize() for head in row.heads.values()} == {text_font(11).pixelSize()}
    qapp.setStyleSheet("")
    assert row.height_as(True) < row.height_as(False)
    assert not row.fits_tall(100)
    assert row.fits_tall(1000)
