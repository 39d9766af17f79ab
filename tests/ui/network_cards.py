"""A Network card for tests that shape the network by hand, and what is asked for there."""

from functools import cache

from PySide6.QtCore import Qt

from nnstudio.core.experiment import Experiment, ImageSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, Padding
from nnstudio.core.experiment.layer_specs import (
    AvgPool2DSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.layer_edits import LayerEdit
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.views.network.palette_cell import PaletteCell
from nnstudio.ui.views.network_view import NetworkView

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


def shown_network(qtbot) -> NetworkView:
    """The Network card on the screen."""
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(684, 440)
    view.show()
    return view


def edits_of(view: NetworkView) -> list[tuple[LayerSpec, ...]]:
    """The layers that the session would have after each edit, beginning with those that the view shows now."""
    assert view._frame is not None
    asked = [view._frame.experiment]
    edits: list[tuple[LayerSpec, ...]] = []

    def take(edit: LayerEdit) -> None:
        asked.append(edit(asked[-1]))
        edits.append(asked[-1].layers)

    view.layers_edited.connect(take)
    return edits


def units(layers: tuple[LayerSpec, ...]) -> list[int]:
    return [spec.units for spec in layers if isinstance(spec, DenseSpec)]


def keys(layers: tuple[LayerSpec, ...]) -> list[int]:
    return [spec.key for spec in layers]


def frame_of(experiment: Experiment, updates: int = 3) -> Frame:
    trainer = Trainer(experiment)
    for _ in range(updates):
        trainer.step()
    return Observer(trainer, 1).frame(Probe.NEURONS)


SKETCHES = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100)


@cache
def conv_frame() -> Frame:
    """Two convolutions and everything else that images can meet."""
    layers = (
        Conv2DSpec(filters=3, kernel=5),
        MaxPool2DSpec(),
        LayerNormSpec(),
        Conv2DSpec(filters=4, kernel=3, padding=Padding.SAME),
        AvgPool2DSpec(),
        FlattenSpec(),
        DenseSpec(units=6, activation=ActivationKind.RELU),
        DropoutSpec(),
    )
    return frame_of(Experiment(dataset=SKETCHES, layers=layers), 1)


def cells(view: NetworkView) -> dict[str, PaletteCell]:
    return {cell.text(): cell for cell in view.headers.palette.cells}


def insert(qtbot, view: NetworkView, place: int, name: str) -> None:
    qtbot.mouseClick(view.headers.inserts[place], LEFT)
    qtbot.mouseClick(cells(view)[name], LEFT)
