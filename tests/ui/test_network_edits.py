"""The controls above the network: what they ask for, what they offer, what they refuse."""

from dataclasses import replace
from functools import cache

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSpinBox

from nnstudio.core.experiment import MAXIMUM_HIDDEN_LAYERS, Experiment, ImageSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, Padding
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
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
from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.views.network.column import Spot
from nnstudio.ui.views.network_view import NetworkView
from nnstudio.ui.widgets.number_field import NumberField


@pytest.fixture
def view(qtbot) -> NetworkView:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(600, 440)
    view.show()
    return view


def edits_of(view: NetworkView) -> list[tuple[LayerSpec, ...]]:
    """The layers that the session would have after each edit, beginning with those that the view shows now."""
    asked = [view.stage._picture.frame.experiment]
    edits: list[tuple[LayerSpec, ...]] = []

    def take(edit: LayerEdit) -> None:
        asked.append(edit(asked[-1]))
        edits.append(asked[-1].layers)

    view.layers_edited.connect(take)
    return edits


def center(view: NetworkView, spot: Spot) -> QPoint:
    tile = view.stage.columns[spot.column].tile(spot.unit)
    assert tile is not None
    return tile.center().toPoint()


def units(layers: tuple[LayerSpec, ...]) -> list[int]:
    return [spec.units for spec in layers if isinstance(spec, DenseSpec)]


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


def test_plus_and_minus_change_the_number_of_neurons(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits = edits_of(view)
    first, second = view.headers.headers
    qtbot.mouseClick(first.more, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(second.fewer, Qt.MouseButton.LeftButton)
    assert [units(edit) for edit in edits] == [[5, 2], [5, 1]]
    assert not second.fewer.isEnabled()


def test_the_number_of_neurons_can_be_typed(qtbot, view: NetworkView) -> None:
    view.show_frame(image_frame((128, 64)))
    edits = edits_of(view)
    spin = view.headers.headers[0].menu.numbers["units"]
    assert isinstance(spin, QSpinBox)
    spin.lineEdit().selectAll()
    qtbot.keyClicks(spin, "300")
    assert edits == []
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert [units(edit) for edit in edits] == [[300, 64]]


def test_plus_between_columns_inserts_a_copy_and_keeps_its_place(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits = edits_of(view)
    inserts = view.headers.inserts
    qtbot.mouseClick(inserts[2], Qt.MouseButton.LeftButton)
    assert units(edits[0]) == [4, 2, 2]
    qtbot.mouseClick(view.headers.inserts[0], Qt.MouseButton.LeftButton)
    assert units(edits[1]) == [4, 4, 2, 2]
    assert [spec.key for spec in edits[1]] == [4, 1, 2, 3]


def test_sixteen_layers_are_the_most(view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(2,) * MAXIMUM_HIDDEN_LAYERS))
    assert not any(insert.isEnabled() for insert in view.headers.inserts)
    assert "16" in view.headers.inserts[0].toolTip()


def test_the_words_promise_what_edits_keep(view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    row = view.headers
    header = row.headers[0]
    words = [control.whatsThis() for control in (header.title, header.fewer, header.more, row.inserts[0])]
    for text in (*words, header.menu.remove.toolTip()):
        assert "learned" in text
        assert "again" not in text


def test_the_menu_chooses_the_activation_and_removes_the_layer(view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits = edits_of(view)
    header = view.headers.headers[1]
    assert header.menu.choices["activation"][ActivationKind.TANH].isChecked()
    header.menu.choices["activation"][ActivationKind.RELU].trigger()
    assert edits[0] == (DenseSpec(key=1, units=4), DenseSpec(key=2, units=2, activation=ActivationKind.RELU))
    view.headers.headers[0].menu.remove.trigger()
    assert edits[1] == (DenseSpec(key=2, units=2, activation=ActivationKind.RELU),)


def test_frames_alone_ask_for_nothing_and_keep_what_was_just_asked(qtbot, view: NetworkView) -> None:
    frame = plane_frame(units=(4, 2))
    view.show_frame(frame)
    edits = edits_of(view)
    view.show_frame(plane_frame(units=(9,)))
    view.show_frame(frame)
    assert edits == []
    qtbot.mouseClick(view.headers.headers[0].more, Qt.MouseButton.LeftButton)
    view.show_frame(replace(frame, updates=7))  # taken before the command was obeyed
    qtbot.mouseClick(view.headers.headers[0].more, Qt.MouseButton.LeftButton)
    assert [units(edit) for edit in edits] == [[5, 2], [6, 2]]


def test_a_layer_that_was_refused_goes_away_again(qtbot, view: NetworkView) -> None:
    frame = plane_frame(units=(4, 2))
    view.show_frame(frame)
    qtbot.mouseClick(view.headers.inserts[1], Qt.MouseButton.LeftButton)
    assert len(view.headers.headers) == 3
    view.show_frame(replace(frame, commands=1))
    assert len(view.headers.headers) == 2


# Layers of every kind


def opened(view: NetworkView, position: int) -> dict[str, QAction]:
    menu = view.headers.inserts[position].menu()
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions()}


def test_the_menu_of_plus_inserts_what_fits_and_says_why_others_do_not(view: NetworkView) -> None:
    view.show_frame(conv_frame())
    edits = edits_of(view)
    assert next(iter(opened(view, 0))) == "Dense"
    behind_flatten = opened(view, 6)
    assert not behind_flatten["Convolution"].isEnabled()
    assert "needs images" in behind_flatten["Convolution"].toolTip()
    assert behind_flatten["Dropout"].isEnabled()
    opened(view, 1)["Max pooling"].trigger()
    assert edits == [(conv_frame().experiment.layers[0], MaxPool2DSpec(key=9), *conv_frame().experiment.layers[1:])]


def test_the_plane_offers_no_images(view: NetworkView) -> None:
    view.show_frame(plane_frame())
    names = list(opened(view, 1))
    assert names == [kind.label for kind in (DenseSpec, ActivationSpec, DropoutSpec, BatchNormSpec, LayerNormSpec)]
    edits = edits_of(view)
    opened(view, 1)["Dropout"].trigger()
    assert edits == [(DenseSpec(key=1, units=8), DropoutSpec(key=3), DenseSpec(key=2, units=8))]


@pytest.mark.qt_log_ignore("does not support")
def test_a_click_where_no_dense_layer_fits_opens_the_menu(qtbot, view: NetworkView) -> None:
    view.show_frame(conv_frame())
    edits = edits_of(view)
    insert = view.headers.inserts[1]
    qtbot.mouseClick(insert, Qt.MouseButton.LeftButton)
    assert edits == []
    assert insert.menu().isVisible()
    insert.menu().close()


def test_settings_of_a_layer_are_edited_in_its_menu(qtbot, view: NetworkView) -> None:
    view.show_frame(conv_frame())
    edits = edits_of(view)
    conv, _, _, other, *_, dropout = view.headers.headers
    kernel = conv.menu.numbers["kernel"]
    assert isinstance(kernel, QSpinBox)
    kernel.setValue(3)
    assert edits[-1][0] == Conv2DSpec(key=1, filters=3, kernel=3)
    other.menu.choices["padding"][Padding.VALID].trigger()
    assert edits[-1][3] == Conv2DSpec(key=4, filters=4, kernel=3)
    rate = dropout.menu.numbers["rate"]
    assert isinstance(rate, NumberField)
    rate.edit.begin("5")
    qtbot.keyClicks(rate.edit, "0")
    qtbot.keyClick(rate.edit, Qt.Key.Key_Return)
    assert edits[-1][-1] == DropoutSpec(key=8, rate=0.5)
    qtbot.mouseClick(conv.more, Qt.MouseButton.LeftButton)
    assert edits[-1][0] == Conv2DSpec(key=1, filters=4, kernel=3)
    assert len(edits) == 4


def test_a_stack_that_cannot_work_is_never_asked_for(view: NetworkView) -> None:
    layers = (MaxPool2DSpec(size=4, stride=4), Conv2DSpec(filters=2, kernel=7))
    view.show_frame(frame_of(Experiment(dataset=SKETCHES, layers=layers), 0))
    edits = edits_of(view)
    header = view.headers.headers[1]
    kernel = header.menu.numbers["kernel"]
    assert isinstance(kernel, QSpinBox)
    kernel.setValue(8)
    assert edits == []
    assert kernel.value() == 7
    assert "at least 8×8" in header._note.text()
    assert not header._note.isHidden()


def test_any_layer_can_be_removed(view: NetworkView) -> None:
    frame = conv_frame()
    view.show_frame(frame)
    layers = frame.experiment.layers
    edits = edits_of(view)
    view.headers.headers[5].menu.remove.trigger()
    assert edits == [(*layers[:5], *layers[6:])]
