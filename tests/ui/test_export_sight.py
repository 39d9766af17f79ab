"""Which network is taken away can be seen in the export dialog, whatever it has learned."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tall_images import tall_images

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, ImagePicture, Probe, TablePicture
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.panels.export.dialog import ExportDialog
from nnstudio.ui.panels.export.facts import Facts
from nnstudio.ui.panels.export.sight import Sight, seen
from nnstudio.ui.stage.stage import Spot

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def table(values: bool = False, classes: int = 3, rows: int = 150) -> Dataset:
    inputs = np.random.default_rng(4).normal(size=(rows, 4))
    names = np.array([f"tree {number}" for number in range(classes)])
    kinds = np.digitize(inputs[:, 0], np.linspace(-1, 1, classes - 1)) if classes < 40 else np.arange(rows) % classes
    return Dataset.from_arrays(inputs, inputs[:, 0] if values else names[kinds])


def trained(data: Dataset) -> Trainer:
    trainer = Trainer(default_experiment(data.spec), dataset=data)
    trainer.train(epochs=5)
    trainer.evaluate()
    return trainer


def frame_of(data: Dataset, probes: Probe = Probe.NOTHING) -> Frame:
    return Observer(trained(data), 1).frame(probes)


def sight_of(qtbot: QtBot, frame: Frame) -> Sight:
    sight = Sight(208)
    qtbot.addWidget(sight)
    sight.show_seen(seen(frame))
    return sight


def test_of_classes_the_confusion_matrix_is_shown(qtbot: QtBot) -> None:
    data = table()
    looked_at = frame_of(data, Probe.OUTPUT)
    sight = sight_of(qtbot, frame_of(data))
    assert [part for part in sight._pictures if not part.isHidden()] == [sight.confusion]
    assert sight.about.text() == "30 test examples"
    assert isinstance(looked_at.picture, TablePicture)
    assert np.array_equal(sight.confusion._counts, looked_at.picture.confusion), "as the Output card has it"  # type: ignore[arg-type]
    assert seen(looked_at).frame.picture is looked_at.picture, "what was looked at is not worked out once more"
    many = sight_of(qtbot, frame_of(table(classes=45, rows=450)))
    assert many.isHidden(), "of too many classes there is no matrix"


def test_of_values_predictions_are_shown_against_the_truth(qtbot: QtBot) -> None:
    data = table(values=True)
    frame, looked_at = frame_of(data), frame_of(data, Probe.OUTPUT)
    sight = sight_of(qtbot, frame)
    assert [part for part in sight._pictures if not part.isHidden()] == [sight.predictions]
    assert sight.about.text() == "30 test examples"
    picture = looked_at.picture
    assert isinstance(picture, TablePicture)
    assert picture.predicted is not None
    assert np.allclose(sight.predictions._predicted, picture.predicted, atol=1e-6)
    assert np.array_equal(sight.predictions._truth, picture.truth)  # type: ignore[arg-type]


def test_of_images_some_are_shown_with_their_answers(qtbot: QtBot) -> None:
    data = tall_images()
    frame, looked_at = frame_of(data), frame_of(data, Probe.OUTPUT)
    sight = sight_of(qtbot, frame)
    assert [part for part in sight._pictures if not part.isHidden()] == [sight.samples]
    assert sight.about.isHidden()
    assert isinstance(looked_at.picture, ImagePicture)
    shown = sight.samples._picture
    assert shown is not None
    assert shown.sample_answers is not None
    assert np.array_equal(shown.sample_answers, looked_at.picture.sample_answers)  # type: ignore[arg-type]
    assert "sample images are right." in sight.samples.accessibleDescription()
    assert "Enter" not in sight.samples.accessibleDescription(), "nothing can be followed from here"
    assert sight.samples.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_of_the_plane_its_boundary(qtbot: QtBot) -> None:
    experiment = default_experiment(DatasetKind.CIRCLE)
    sight = sight_of(qtbot, Observer(Trainer(experiment), 1).frame(Probe.NOTHING))
    assert [part for part in sight._pictures if not part.isHidden()] == [sight.plane]
    assert not sight.plane.pixmap().isNull()


def test_the_dialog_shows_it_beside_the_file(qtbot: QtBot, tmp_path: Path) -> None:
    parent = QWidget()
    parent.resize(1100, 720)
    qtbot.addWidget(parent)
    dialog = ExportDialog(frame_of(table()), "trees", tmp_path, "json", parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    facts = dialog.findChild(Facts)
    assert facts is not None
    qtbot.waitUntil(facts.sight.confusion.isVisible, timeout=20_000)
    assert facts.sight.confusion.reading(Spot(0, 0))
    qtbot.waitUntil(lambda: not facts.sight.confusion.viewport().visibleRegion().isEmpty())
    dialog.drafting.give_up()
