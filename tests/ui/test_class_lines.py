"""Below the confusion matrix of a table: precision, recall, F1 and support of each class."""

from dataclasses import replace

import numpy as np
from output_cards import shown_output
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, TablePicture
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.canned import image_frame, plane_frame, table_frame
from nnstudio.ui.views.output_view import OutputView


def counted(*rows: list[int]) -> Frame:
    """A frame with this confusion matrix of ash, birch and cedar."""
    return replace(table_frame(), picture=TablePicture(confusion=np.array(rows)))


def many(classes: int) -> Frame:
    """A frame of so many classes, the first of which is told worst."""
    random = np.random.default_rng(3)
    labels = np.arange(8 * classes) % classes
    data = Dataset.from_arrays(random.normal(size=(8 * classes, 4)), labels)
    frame = Observer(Trainer(default_experiment(data.spec), dataset=data), 1).frame(OutputView.probes)
    confusion = np.diag(np.arange(1, classes + 1))
    confusion[:, 0] += 2
    return replace(frame, picture=TablePicture(confusion=confusion))


def test_each_class_has_its_line(qtbot: QtBot) -> None:
    view = shown_output(qtbot)
    view.show_frame(counted([7, 2, 0], [0, 5, 0], [1, 0, 5]))
    stage = view.class_figures
    assert stage.isVisible()
    assert stage.y() >= view.confusion.geometry().bottom()
    assert stage.places() == (1, 3)
    for row, name in enumerate(("ash", "birch", "cedar")):
        assert stage.spot_at(stage.anchor(Spot(0, row)).center()) == Spot(0, row)
        assert stage.reading(Spot(0, row))[0] == name
    precision, recall, f1, support = stage.reading(Spot(0, 0))[1:]
    assert [line.replace("\u00a0", " ") for line in (precision, recall, f1, support)] == [
        "precision 87.50 %",
        "recall 77.78 %",
        "F1 82.35 %",
        "support 9",
    ]
    table = stage.table()
    assert table is not None
    assert table in view.tables()
    assert table.rows[2] == ("cedar", 1.0, 5 / 6, 10 / 11, 6)
    assert stage.summary().startswith("ash is told worst, F1 0.824.")
    before = stage.grab().toImage()
    view.show_frame(counted([7, 2, 0], [0, 5, 0], [6, 0, 0]))
    view.resize(view.width(), view.height() + 1)  # figures change four times a second at most; a new size is drawn
    stage.show_frame(counted([7, 2, 0], [0, 5, 0], [6, 0, 0]))
    assert stage.grab().toImage() != before
    assert stage.reading(Spot(0, 2))[-1] == "never answered"
    table = stage.table()
    assert table is not None
    assert table.rows[2] == ("cedar", "", 0.0, 0.0, 6), "and not a precision of 0"
    qtbot.keyClick(stage, Qt.Key.Key_Home)
    said = stage.said()
    assert said is not None
    assert said.name == "birch", "Home is the first column, and there is one"
    for other in (plane_frame(), image_frame()):
        view.show_frame(other)
        assert not stage.isVisible()
    qtbot.mouseMove(stage.viewport(), QPoint(1, 1))


def test_of_many_classes_the_worst_are_seen_and_all_are_in_the_table(qtbot: QtBot) -> None:
    view = shown_output(qtbot)
    view.show_frame(many(12))
    stage = view.class_figures
    assert stage.places() == (1, 6)
    figures = [stage.figure(Spot(0, row)) or 0 for row in range(6)]
    table = stage.table()
    assert table is not None
    assert figures == sorted(row[3] for row in table.rows)[:6]  # type: ignore[type-var]
    assert len(table.rows) == 12
    lines = stage.sizeHint().height() / stage.anchor(Spot(0, 0)).height()
    assert lines == 8, "heads, six classes, and how many more"
    view.show_frame(many(3))
    assert stage.places() == (1, 3)
