"""Qt alone paints: no Python class of ours stands between it and a picture, whatever is shown."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from types import FrameType

import pytest
from PySide6.QtWidgets import QApplication, QGraphicsItem, QWidget
from pytestqt.qtbot import QtBot

import nnstudio.ui
from nnstudio.core.experiment import Experiment, ImageSpec
from nnstudio.core.experiment.choices import DatasetKind, Task
from nnstudio.core.experiment.layer_specs import (
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.views.canned import image_frame, plane_frame, table_frame
from nnstudio.ui.views.loss_view import LossView
from nnstudio.ui.views.network_view import NetworkView
from nnstudio.ui.views.view import View

PAINTING = {"paintEvent", "viewportEvent", "drawBackground", "drawForeground", "drawItems", "eventFilter"}


def everything(kind: type) -> Iterator[type]:
    """A class and all that inherit from it."""
    yield kind
    for heir in kind.__subclasses__():
        yield from everything(heir)


def conv_frame() -> Frame:
    layers = (
        Conv2DSpec(filters=3, kernel=5),
        MaxPool2DSpec(),
        LayerNormSpec(),
        Conv2DSpec(filters=4),
        FlattenSpec(),
        DenseSpec(units=6),
        DropoutSpec(),
    )
    sketches = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100)
    trainer = Trainer(Experiment(dataset=sketches, layers=layers))
    trainer.step()
    probes = Probe.NEURONS | Probe.OUTPUT
    return Observer(trainer, 1).frame(probes)


FRAMES = (
    plane_frame,
    lambda: plane_frame(3),
    lambda: plane_frame(units=(32, 32, 32)),
    lambda: plane_frame(units=()),
    image_frame,
    lambda: image_frame(()),
    conv_frame,
    table_frame,
    lambda: table_frame(Task.REGRESSION),
)


def items_of(widget: QWidget) -> list[QGraphicsItem]:
    stages = widget.findChildren(Stage)
    return [item for stage in stages for item in stage.scene().items()]


@pytest.mark.slow
def test_every_item_of_every_stage_in_the_window_is_of_qt_s_own_class(qtbot: QtBot) -> None:
    window = MainWindow(Session(default_experiment(DatasetKind.SPIRALS)), Settings())
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    qtbot.waitExposed(window)
    network = window.findChild(NetworkView)
    assert network is not None
    for make in FRAMES:
        for view in window.findChildren(View):
            view.show_frame(make())
        qtbot.waitUntil(lambda: window.loss.chart is not None)
        found = items_of(window)
        assert len(items_of(network)) >= 10
        seen = [item for item in found if not item.flags() & QGraphicsItem.GraphicsItemFlag.ItemHasNoContents]
        assert {type(item).__module__.partition(".")[0] for item in seen} == {"PySide6"}
        clips = QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape
        assert not any(item.flags() & clips for item in found if item not in seen)
        assert not any(item.graphicsEffect() for item in found)
        assert not any(item.acceptHoverEvents() for item in found)


def test_while_curves_are_painted_none_of_pyqtgraph_s_methods_is_called(qtbot: QtBot) -> None:
    view = LossView()
    qtbot.addWidget(view)
    view.resize(510, 200)
    view.show()
    view.show_frame(plane_frame())
    qtbot.waitUntil(lambda: view.chart is not None)
    chart = view.chart
    assert chart is not None
    called: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and "pyqtgraph" in frame.f_code.co_filename:
            called.append(frame.f_code.co_name)

    QApplication.processEvents()
    sys.setprofile(note)
    try:
        for _ in range(3):
            chart.viewport().update()
            QApplication.processEvents()
        chart.viewport().grab()
    finally:
        sys.setprofile(None)
    assert called == []


def test_no_class_of_ours_paints_on_a_stage() -> None:
    for module in pkgutil.walk_packages(nnstudio.ui.__path__, "nnstudio.ui."):
        importlib.import_module(module.name)
    stages = [kind for kind in everything(Stage) if kind.__module__.startswith("nnstudio")]
    assert len(stages) >= 2
    for kind in stages:
        assert not PAINTING & set(vars(kind)), kind
    ours = [kind for kind in everything(QGraphicsItem) if kind.__module__.startswith("nnstudio")]
    assert ours == []
