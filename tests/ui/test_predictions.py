"""Predicted against true: each point is read, found, marked and moved."""

from dataclasses import replace

import numpy as np
import pytest
from output_cards import colors_of, shown_output
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QGraphicsPathItem, QGraphicsSimpleTextItem
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment.choices import Task
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Frame, Probe, TablePicture
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.views.canned import table_frame
from nnstudio.ui.views.output.table_bar import TableMode
from nnstudio.ui.views.output_view import OutputView


@pytest.fixture
def view(qtbot: QtBot) -> OutputView:
    return shown_output(qtbot)


def seen(stage: Stage) -> QImage:
    QApplication.processEvents()
    return stage.grab().toImage()


def values(truth: list[list[float]], predicted: list[list[float]]) -> Frame:
    picture = TablePicture(truth=np.array(truth, np.float32), predicted=np.array(predicted, np.float32))
    return replace(table_frame(Task.REGRESSION), picture=picture)


def texts(stage: Stage) -> set[str]:
    return {item.text() for item in stage.items() if isinstance(item, QGraphicsSimpleTextItem)}


TRUTH, SAID = [[0.0, 1.0, 2.0], [4.0, 5.0, 6.0]], [[0.5, 1.5, 2.5], [4.25, 5.25, 5.75]]


def test_predictions_are_read_by_output_and_example(view: OutputView) -> None:
    view.show_frame(values(TRUTH, SAID))
    stage = view.predictions
    said = ("y2", "true 6.000", "predicted 5.750", "residual 0.2500", "Example 3, test")
    assert stage.reading(Spot(2, 1)) == said
    assert stage.figure(Spot(2, 1)) == 5.75
    table = stage.table()
    assert table is not None
    figures = [f"{name}, {what}" for name in ("y1", "y2") for what in ("true", "predicted", "residual")]
    assert list(table.headers) == ["split", "example", *figures]
    assert table.rows[2] == ("test", 3, 2.0, 2.5, -0.5, 6.0, 5.75, 0.25)
    assert stage.spot_at(stage.anchor(Spot(1, 0)).center() + QPointF(0, -15)) is None, "too far away"
    ring = stage.outline_of(Chosen(SplitName.TEST, 1))
    assert ring is not None
    for output in (0, 1):
        assert ring.contains(stage.anchor(Spot(1, output)).center())
    assert stage.outline_of(Chosen(SplitName.TRAINING, 1)) is None
    assert stage.outline_of(Chosen(SplitName.TEST, 3)) is None
    stage.mark(Spot(2, 0))
    assert stage._marker.path().boundingRect().center() == stage.anchor(Spot(2, 0)).center()


def test_other_predictions_move_the_points_and_another_truth_the_axes(view: OutputView) -> None:
    view.show_frame(values(TRUTH, SAID))
    first = seen(view.predictions)
    view.show_frame(values(TRUTH, TRUTH))
    assert seen(view.predictions) != first
    assert "200" not in texts(view.predictions)
    view.show_frame(values([[100.0, 200.0, 300.0]] * 2, SAID))
    assert "200" in texts(view.predictions)
    view.show_frame(values(TRUTH, SAID))
    assert seen(view.predictions) == first


def test_ring_and_bubble_go_along_with_the_prediction_they_are_about(view: OutputView, qtbot: QtBot) -> None:
    sums = np.random.default_rng(1).normal(size=(60, 6))
    data = Dataset.from_arrays(sums, sums[:, :2])
    trainer = Trainer(default_experiment(data.spec), dataset=data)
    stage = view.predictions
    frame = Observer(trainer, 1).frame(Probe.OUTPUT, chosen=Chosen(SplitName.TEST, 1))

    def ring_is_there() -> bool:
        places = [stage.anchor(Spot(1, output)).center() for output in (0, 1)]
        return all(stage._outline.path().contains(place) for place in places)

    for said in (SAID, TRUTH):
        picture = TablePicture(truth=np.array(TRUTH, np.float32), predicted=np.array(said, np.float32))
        view.show_frame(replace(frame, picture=picture))
        QApplication.processEvents()  # the switch has come to stand above it
        assert ring_is_there()
        if said is SAID:
            qtbot.mouseMove(stage.viewport(), stage.anchor(Spot(2, 1)).center().toPoint())
            assert "predicted 5.750" in stage.bubble._said  # type: ignore[operator]
    assert "predicted 6.000" in stage.bubble._said  # type: ignore[operator]
    qtbot.mouseMove(stage.viewport(), QPoint(1, 1))
    view.resize(340, 520)
    QApplication.processEvents()
    assert ring_is_there()


def test_more_is_further_up_and_the_diagonal_is_drawn(view: OutputView) -> None:
    view.show_frame(values(TRUTH, SAID))
    stage = view.predictions
    words = [item for item in stage.items() if isinstance(item, QGraphicsSimpleTextItem)]
    plot = stage._plot()
    ticks = [word for word in words if word.sceneBoundingRect().right() <= plot.left() and word.text() != "predicted"]
    heights = [word.sceneBoundingRect().top() for word in sorted(ticks, key=lambda word: float(word.text()))]
    assert len(heights) > 2
    assert heights == sorted(heights, reverse=True)
    paths = [item.path() for item in stage.items() if isinstance(item, QGraphicsPathItem)]
    assert any(path.elementCount() == 2 and path.boundingRect() == plot for path in paths)


def test_two_outputs_have_two_colours_and_one_has_the_accent(view: OutputView) -> None:
    view.show_frame(values(TRUTH, TRUTH))
    image = seen(view.predictions)
    first, second = (view.predictions.anchor(Spot(0, output)).center().toPoint() for output in (0, 1))
    assert image.pixelColor(first) != image.pixelColor(second)
    both = {color.name() for color in colors_of(view.predictions)}
    frame = values(TRUTH[:1], TRUTH[:1])
    one = replace(frame, dataset=table_frame(Task.BINARY).dataset)
    view.predictions.show_frame(one)
    assert len(one.dataset.output_names) == 1
    assert {color.name() for color in colors_of(view.predictions)} != both


def test_what_trains_lies_below_what_tests_and_is_read_by_its_own_number(view: OutputView, qtbot: QtBot) -> None:
    random = np.random.default_rng(2)
    inputs = random.normal(size=(900, 1))  # also of a single input
    data = Dataset.from_arrays(inputs, 3 * inputs[:, 0] + random.normal(size=900))
    trainer = Trainer(default_experiment(data.spec), dataset=data)
    trainer.train(epochs=1)
    trainer.evaluate()
    frame = Observer(trainer, 1).frame(Probe.OUTPUT)
    picture = frame.picture
    assert isinstance(picture, TablePicture)
    training = picture.training
    assert training is not None
    assert len(training.examples) == 500
    assert training.examples[-1] > 710, "spread over all 720 of them"
    said = trainer.predict(data.train.raw[training.examples])
    assert np.allclose(training.predicted.T, said, atol=1e-6)
    assert np.array_equal(training.truth.T, data.train.targets[training.examples])
    view.show_frame(frame)
    stage = view.predictions
    assert stage.places() == (180 + 500, 1)
    assert stage.example_of(Spot(179, 0)) == Chosen(SplitName.TEST, 179)
    chosen = stage.example_of(Spot(180 + 7, 0))
    assert chosen == Chosen(SplitName.TRAINING, int(training.examples[7]))
    assert stage.outline_of(chosen) is not None
    assert stage.reading(Spot(187, 0))[-1].endswith(", training")
    qtbot.mouseClick(view.bar.switch.button(list(TableMode).index(TableMode.RESIDUALS)), Qt.MouseButton.LeftButton)
    assert view.residuals.isVisible()
    assert not view.predictions.isVisible()
    table = view.residuals.table()
    assert table is not None
    assert table in view.tables()
    (across, upwards), spot = view.residuals._ranges, Spot(3, 0)
    plot, at = view.residuals._plot(), view.residuals.anchor(spot).center()
    true, predicted = float(data.test.targets[3, 0]), float(picture.predicted[0, 3])  # type: ignore[index]
    assert at.x() == pytest.approx(plot.left() + (predicted - across[0]) / (across[1] - across[0]) * plot.width())
    assert at.y() == pytest.approx(plot.center().y() - (true - predicted) / upwards[1] * plot.height() / 2)
    assert upwards[0] == -upwards[1]
    with qtbot.waitSignal(view.example_chosen) as heard:
        qtbot.mouseClick(view.residuals.viewport(), Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert isinstance(heard.args[0], Chosen)  # type: ignore[index]
    view.show_frame(table_frame(Task.MULTILABEL))
    assert view.predictions.isVisible()
    assert not view.bar.isVisible(), "nothing to choose"
