"""The views on a network that learns a table: calm pictures, and everything readable."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment.choices import Scaling, Task
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, TablePicture
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import theme
from nnstudio.ui.panels.scaling_text import LINES, scaling_text
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.activations_view import ActivationsView
from nnstudio.ui.views.canned import image_frame, plane_frame, table_frame
from nnstudio.ui.views.gradients_view import GradientsView
from nnstudio.ui.views.loss_view import LossView
from nnstudio.ui.views.network.column import Spot as Unit
from nnstudio.ui.views.network.neuron_note import note_on
from nnstudio.ui.views.network_view import NetworkView
from nnstudio.ui.views.output_view import OutputView
from nnstudio.ui.views.view import View


def shown(qtbot: QtBot, view: View, width: int = 600, height: int = 460) -> View:
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    qtbot.waitExposed(view)
    return view


def colors_in(widget: QWidget) -> set[int]:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32)  # type: ignore[arg-type]
    return set(pixels.tolist())


@pytest.mark.parametrize("task", Task, ids=lambda task: task.value)
@pytest.mark.parametrize("kind", [NetworkView, OutputView, LossView, ActivationsView, GradientsView])
def test_every_view_shows_a_table(qtbot: QtBot, kind: type[View], task: Task) -> None:
    view = shown(qtbot, kind())
    view.show_frame(plane_frame())
    qtbot.waitUntil(lambda: not isinstance(view, LossView) or view.chart is not None)
    for frame in (table_frame(task), plane_frame(), table_frame(task), image_frame(), table_frame(task)):
        view.show_frame(frame)
        QApplication.processEvents()
        assert len(colors_in(view)) > 20


def test_the_output_card_shows_what_suits_the_task(qtbot: QtBot) -> None:
    view = OutputView()
    shown(qtbot, view, 290, 450)
    everything = (view.boundary, view.confusion, view.samples, view.predictions)
    for frame, wanted in (
        (table_frame(Task.MULTICLASS), {view.confusion}),
        (table_frame(Task.REGRESSION), {view.predictions}),
        (plane_frame(), {view.boundary}),
        (table_frame(Task.BINARY), {view.confusion}),
        (image_frame(), {view.confusion, view.samples}),
    ):
        view.show_frame(frame)
        assert {canvas for canvas in everything if canvas.isVisible()} == wanted
        assert view.test_points.isVisible() == (wanted == {view.boundary})


def test_the_confusion_matrix_calls_classes_by_their_names(qtbot: QtBot) -> None:
    view = OutputView()
    shown(qtbot, view, 290, 450)
    frame = table_frame()
    picture = TablePicture(confusion=np.array([[7, 2, 0], [0, 5, 0], [1, 0, 5]]))
    view.show_frame(replace(frame, picture=picture))
    assert view.confusion.reading(Spot(1, 0))[0] == "ash taken for birch"
    assert view.confusion.reading(Spot(1, 0))[2].replace("\u00a0", " ") == "2 examples of 9 with the truth ash, 22.22 %"
    assert view.confusion.reading(Spot(2, 2))[0] == "cedar recognised"
    assert "most often ash is taken for birch" in view.confusion.summary()


def values(truth: np.ndarray, predicted: np.ndarray) -> Frame:
    frame = table_frame(Task.REGRESSION)
    picture = TablePicture(truth=truth.astype(np.float32), predicted=predicted.astype(np.float32))
    return replace(frame, picture=picture)


def test_predicted_against_true_can_be_read_point_by_point(qtbot: QtBot) -> None:
    view = OutputView()
    shown(qtbot, view, 290, 450)
    truth = np.array([[0.0, 1.0, 2.0], [4.0, 5.0, 6.0]])
    view.show_frame(values(truth, truth))
    canvas = view.predictions
    assert canvas.places() == (3, 2)
    anchors = [canvas.anchor(Spot(example, output)).center() for output in (0, 1) for example in (0, 1, 2)]
    slopes = {round((b.y() - a.y()) / (b.x() - a.x()), 3) for a, b in pairwise(anchors)}
    assert slopes == {-1.0}, "right answers lie on the diagonal"
    for output in (0, 1):
        for example in (0, 1, 2):
            spot = Spot(example, output)
            assert canvas.spot_at(canvas.anchor(spot).center()) == spot
            name, true, predicted = canvas.reading(spot)[:3]
            assert name == f"y{output + 1}"
            assert true.split()[1] == predicted.split()[1]
    assert canvas.spot_at(QPointF(0, 0)) is None
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.spot is not None


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e30])
def test_what_lies_far_out_lies_at_the_border(qtbot: QtBot, wrong: float) -> None:
    view = OutputView()
    shown(qtbot, view, 290, 450)
    truth = np.array([[0.0, 1.0, 1.0]])
    view.show_frame(values(truth, np.array([[0.0, 1.0, wrong]])))
    view.grab()
    point = view.predictions.anchor(Spot(2, 0))
    assert view.predictions.rect().contains(point.center().toPoint())
    constant = np.full((1, 3), 2.0)
    view.show_frame(values(constant, constant))
    view.grab()


def test_a_prediction_that_is_no_number_has_no_point(qtbot: QtBot) -> None:
    view = OutputView()
    shown(qtbot, view, 290, 450)
    truth = np.array([[0.0, 1.0, 2.0]])
    view.show_frame(values(truth, np.array([[0.0, 1.0, 2.0]])))
    canvas, place = view.predictions, Spot(2, 0)
    before = canvas.anchor(place).center()
    assert canvas.spot_at(before) == place
    view.show_frame(values(truth, np.array([[0.0, 1.0, np.nan]])))
    there = canvas.anchor(place).center()
    assert canvas.spot_at(there) is None
    image = canvas.grab().toImage()
    assert image.pixelColor(there.toPoint()) == image.pixelColor(there.toPoint() + QPoint(-9, -9)), "nothing is there"
    assert canvas.reading(place)[2] == "predicted —"


def test_units_have_names_and_notes() -> None:
    frame = table_frame()
    first = note_on(frame, Unit(0, 2))
    assert first.title == "Input x3"
    assert "as the network sees it" in first.lines[1]
    last = note_on(frame, Unit(len(frame.model.layers), 1))
    assert last.title == "Output, birch"


def test_long_names_leave_room_for_the_network(qtbot: QtBot) -> None:
    data = Dataset.from_arrays(
        np.random.default_rng(1).normal(size=(60, 30)),
        np.arange(60) % 3,
        class_names=["a very long name indeed " * 3, "b", "c"],
        input_names=[f"column {index} with a long name of its own" for index in range(30)],
    )
    trainer = Trainer(default_experiment(data.spec), dataset=data)
    view = NetworkView()
    shown(qtbot, view)
    view.show_frame(Observer(trainer, 1).frame(view.probes))
    QApplication.processEvents()
    assert view.stage.minimumWidth() <= 700
    assert len(scaling_text(data).splitlines()) == LINES + 1
    assert scaling_text(data).endswith("… and 18 more")
    assert scaling_text(Dataset.from_arrays(data.train.raw, data.train.labels, scaling=Scaling.NONE)) == ""


def test_the_loss_card_has_a_validation_curve_where_there_is_one(qtbot: QtBot) -> None:
    view = LossView()
    shown(qtbot, view, 510, 220)
    view.show_frame(plane_frame())
    qtbot.waitUntil(lambda: view.chart is not None)
    assert view.chart is not None
    color = theme.current().better
    without = colors_in(view)
    frame = table_frame()
    view.show_frame(replace(frame, run=5))
    QApplication.processEvents()
    wanted = int(color.removeprefix("#"), 16) | 0xFF000000
    assert wanted in colors_in(view)
    assert wanted not in without
    reading = view.chart.reading(Spot(len(frame.history) - 1, 0))
    assert any(line.startswith("validation") for line in reading)
