"""The ROC curve on the Output card: asked for when it is looked at, drawn, read, with the present threshold."""

from dataclasses import replace

import numpy as np
import pytest
from output_cards import shown_output
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QGraphicsSimpleTextItem
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Probe, TablePicture
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.metrics import confusion_matrix
from nnstudio.core.training.roc import roc
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.canned import plane_frame


def test_the_curve_is_asked_for_drawn_and_read(qtbot: QtBot) -> None:
    random = np.random.default_rng(4)
    inputs = random.normal(size=(400, 5))
    kinds = np.where(inputs[:, 0] + random.normal(size=400) > 0.5, "weed", "crop")
    data = Dataset.from_arrays(inputs, kinds)
    trainer = Trainer(default_experiment(data.spec), dataset=data)
    trainer.train(epochs=3)
    trainer.evaluate()
    observer, view = Observer(trainer, 1), shown_output(qtbot)
    frame = observer.frame(view.probes)
    view.show_frame(frame)
    assert isinstance(frame.picture, TablePicture)
    assert frame.picture.roc is None, "nobody looks at it"
    qtbot.mouseClick(view.bar.switch.button(1), Qt.MouseButton.LeftButton)
    assert Probe.ROC in view.probes
    assert view.roc.isVisible()
    assert not view.class_figures.isVisible()
    frame = observer.frame(view.probes)
    assert isinstance(frame.picture, TablePicture)
    curve, confusion = frame.picture.roc, frame.picture.confusion
    assert curve is not None
    assert observer.frame(view.probes).picture.roc is curve, "made anew only after an evaluation"  # type: ignore[union-attr]
    stage = view.roc
    stage.show_frame(frame)
    texts = {item.text() for item in stage.items() if isinstance(item, QGraphicsSimpleTextItem)}
    assert f"AUC {curve.area:.4f}" in texts
    wanted = roc(data.test.labels, trainer.predict(data.test.raw)[:, 0])
    assert wanted is not None
    assert curve.area == pytest.approx(wanted.area, abs=1e-3)
    plot = stage._plot()
    spot = Spot(int(np.count_nonzero(curve.threshold > 0.5)) - 1, 0)
    at = stage.anchor(spot).center()
    assert at.x() == pytest.approx(plot.left() + curve.false_positive[spot.column] * plot.width(), abs=1e-6)
    assert at.y() == pytest.approx(plot.bottom() - curve.true_positive[spot.column] * plot.height(), abs=1e-6)
    assert confusion is not None
    found = stage.reading(spot)
    assert found[1].startswith(f"{confusion[1, 1]} of {confusion[1].sum()} weed found")
    assert found[2].startswith(f"{confusion[0, 1]} of {confusion[0].sum()} crop taken for it")
    assert ", ".join(found[1:]) in stage.summary(), "that is the threshold of now"
    image = stage.grab().toImage()
    marked = image.pixelColor(at.toPoint())
    assert marked != image.pixelColor((at + QPointF(9, 9)).toPoint()), "and it is marked"
    table = stage.table()
    assert table is not None
    assert table.rows[-1][1:] == (1.0, 1.0)
    one_class = confusion_matrix(np.zeros(9, np.int64), np.zeros(9, np.int64), 2)
    stage.show_frame(replace(frame, picture=TablePicture(confusion=one_class)))
    texts = {item.text() for item in stage.items() if isinstance(item, QGraphicsSimpleTextItem)}
    assert texts == {"No curve: the test examples", "are all of one class."}
    view.show_frame(plane_frame())
    assert view.probes == Probe.OUTPUT
    assert not view.bar.isVisible()
    qtbot.mouseMove(stage.viewport(), QPoint(1, 1))
