"""The plane of chosen inputs on the Output card, in a window that learns a table of four inputs."""

import numpy as np
from output_cards import shown_output
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.commands import Watch
from nnstudio.core.run.example import Chosen, SplitName, TypedInputs
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.section import Section
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.examples.points import to_plane
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.viewers import Viewers
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.views.output.table_bar import TableMode

LEFT = Qt.MouseButton.LeftButton


def test_a_plane_is_asked_for_drawn_and_pointed_at(qtbot: QtBot) -> None:
    random = np.random.default_rng(6)
    rows = random.normal(0, (1, 10, 1, 1), (90, 4))
    data = Dataset.from_arrays(
        rows,
        np.array(["ash", "birch", "cedar"])[(rows[:, 0] > 0).astype(int) + (rows[:, 1] > 0)],
        input_names=["height", "girth", "age", "shade"],
    )
    observer, view = Observer(Trainer(default_experiment(data.spec), dataset=data), 1), shown_output(qtbot)
    viewers = Viewers()
    viewers.attach(view)

    def show(chosen: Chosen | TypedInputs | None = None) -> Frame:
        frame = observer.frame(view.probes, section=view.section, chosen=chosen)
        view.show_frame(frame)
        QApplication.processEvents()
        return frame

    show()
    assert viewers.watched == Watch(Probe.OUTPUT)
    qtbot.mouseClick(view.bar.switch.button(list(TableMode).index(TableMode.PLANE)), LEFT)
    assert viewers.watched == Watch(Probe.OUTPUT | Probe.SECTION, Section((0, 1)))
    bar, stage = view.bar.plane, view.section_stage
    frame = show()
    assert bar.isVisible()
    assert stage.isVisible()
    assert (bar.said.text(), bar.through.currentText()) == ("2 other inputs", "at their mean")
    assert stage.coordinates(1.0, 2.0) == "height 1.00, girth 2.00"
    assert stage.reading(Spot(3, 4))[0].startswith("height ")
    assert any(line.startswith(("p(ash)", "p(birch)", "p(cedar)")) for line in stage.reading(Spot(3, 4)))
    at = to_plane(data.train.raw[7:8, :2], stage._extent, stage.plane())[0]
    with qtbot.waitSignal(view.example_chosen) as heard:
        qtbot.mouseClick(stage.viewport(), LEFT, pos=QPointF(*at).toPoint())
    chosen = heard.args[0]  # type: ignore[index]
    assert isinstance(chosen, Chosen)
    assert chosen.split is SplitName.TRAINING
    place = to_plane(data.train.raw[chosen.index][None, :2], stage._extent, stage.plane())[0]
    assert np.hypot(*(place - at)) < 8, "that point, or one that lies over it"
    show(chosen)
    ring = stage.outline_of(chosen)
    assert ring is not None
    place = to_plane(data.train.raw[chosen.index][None, :2], stage._extent, stage.plane())[0]  # the strip took room
    assert ring.contains(QPointF(*place))
    bar.through.setCurrentIndex(1)
    bar.through.activated.emit(1)
    assert view.section == Section((0, 1), at_example=True)
    show(chosen)
    assert (bar.said.text(), bar.through.currentText()) == ("2 other inputs", "at the example")
    show()
    assert bar.said.text() == "No example: mean"
    typed = stage.typed_at(0.5, -20.0)
    mean = data.train.raw.mean(axis=0)
    assert np.allclose(typed.raw, (0.5, -20.0, mean[2], mean[3]), atol=1e-4)
    show(typed)
    assert stage.outline_of(typed) is not None
    for index, section in ((0, Section(None, True)), (2, Section((1, 2), True))):
        bar.across.setCurrentIndex(index)
        bar.across.activated.emit(index)
        bar.upwards.setCurrentIndex(2) if index else None
        bar.upwards.activated.emit(2)
        assert view.section == section
        frame = show()
        assert bar.explained.isVisible() == (index == 0)
    assert frame.section is not None
    image = stage.grab().toImage()
    qtbot.mouseClick(view.discretise, LEFT)
    assert stage.grab().toImage() != image
    view.show_frame(plane_frame())
    assert view.section is None
    assert view.boundary.isVisible()
    assert not view.bar.isVisible()
    qtbot.mouseMove(stage.viewport(), QPoint(1, 1))
