"""The network view with layers of every kind: their columns, their notes, their headers and menus."""

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from looking import center, color_at, point_at
from network_cards import SKETCHES, conv_frame, frame_of
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QToolButton

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
)
from nnstudio.core.run.frame import Frame, ImagePicture
from nnstudio.ui import theme
from nnstudio.ui.views.canned import with_arrays
from nnstudio.ui.views.network.column import Spot
from nnstudio.ui.views.network.layout import KERNEL
from nnstudio.ui.views.network.neuron_note import note_on
from nnstudio.ui.views.network.plane_network import PlaneNetwork
from nnstudio.ui.views.network_view import NetworkView
from nnstudio.ui.widgets.figures import decimal


@pytest.fixture
def view(qtbot) -> NetworkView:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(600, 440)
    view.show()
    return view


# Layers of every kind


@cache
def normalised_frame() -> Frame:
    """2 - 4 - norm - tanh - dropout - 3 - 1 on the circle."""
    layers = (
        DenseSpec(units=4, activation=ActivationKind.LINEAR),
        BatchNormSpec(),
        ActivationSpec(activation=ActivationKind.TANH),
        DropoutSpec(rate=0.2),
        DenseSpec(units=3),
    )
    return frame_of(Experiment(layers=layers))


@pytest.mark.parametrize("make", [normalised_frame, conv_frame])
def test_every_layer_is_a_column_with_a_header_and_notes(view: NetworkView, make) -> None:
    frame = make()
    view.show_frame(frame)
    columns = view.stage.columns
    assert len(columns) == len(frame.model.layers) + 1
    assert len(view.headers.headers) == len(frame.experiment.layers)
    for index, column in enumerate(columns):
        notes = {note_on(frame, Spot(index, unit)) for unit in range(column.count)}
        assert len(notes) == column.count
    for header, spec in zip(view.headers.headers, frame.experiment.layers, strict=True):
        sized = isinstance(spec, DenseSpec | Conv2DSpec)
        assert header.more.isVisibleTo(header) == header.fewer.isVisibleTo(header) == sized
    view.resize(374, 277)
    for wanted in (False, True):
        view.stage.want(weights=wanted)
        assert not view.stage.grab().isNull()


def test_notes_say_what_a_layer_does() -> None:
    frame = normalised_frame()
    norm = frame.model.layers[1].arrays
    note = note_on(frame, Spot(2, 3))
    assert note.title == "BatchNorm 1, unit 4"
    assert f"γ = {decimal(float(norm['gain'][3]))}" in note.lines
    assert f"β = {decimal(float(norm['shift'][3]))}" in note.lines
    assert note_on(frame, Spot(3, 0)).lines == ("a = tanh(x)",)
    assert note_on(frame, Spot(4, 0)).lines[0] == "in training 0 with 20\N{NO-BREAK SPACE}%, else x / 0.80"
    frame = conv_frame()
    assert isinstance(frame.picture, ImagePicture)
    assert frame.picture.activations is not None
    shown = frame.picture.activations[0][2]
    note = note_on(frame, Spot(1, 2))
    assert (note.title, note.lines[0]) == ("Conv2D 1, filter 3", "a = ReLU(w ∗ x + b)")
    assert note.lines[1] == f"a: 24×24, from {decimal(float(shown.min()))} to {decimal(float(shown.max()))}"
    assert note_on(frame, Spot(2, 0)).lines[0] == "a = largest of 2×2"
    assert note_on(frame, Spot(6, 0)).lines == ("144 numbers in a row",)


def test_what_is_only_passed_on_is_a_thin_line_and_no_weight(view: NetworkView) -> None:
    view.show_frame(normalised_frame())
    image = view.stage.grab().toImage()
    before, behind = view.stage.columns[1].tiles[1], view.stage.columns[2].tiles[1]
    x, y = round((before.right() + behind.left()) / 2), round(before.center().y())
    column = [image.pixelColor(x, y + offset) for offset in range(-6, 7)]
    drawn = [color for color in column if color != QColor(theme.current().card)]
    assert 1 <= len(drawn) <= 3
    assert all(color.hslSaturationF() < 0.25 for color in drawn)
    point_at(view, QPoint(x, y))
    assert view.stage.looked_at is None
    point_at(view, center(view, Spot(3, 2)))
    assert view.stage.grab().toImage() != image


@pytest.mark.parametrize(
    ("kind", "scale"),
    [
        (ActivationKind.TANH, ""),
        (ActivationKind.SINE, ""),
        (ActivationKind.STEP, "0 … 1"),
        (ActivationKind.SOFTMAX, "0 … 1"),
    ],
)
def test_a_bounded_layer_is_shown_on_the_whole_of_its_range(
    view: NetworkView, kind: ActivationKind, scale: str
) -> None:
    view.show_frame(frame_of(Experiment(layers=(DenseSpec(units=3, activation=kind), DropoutSpec()))))
    diagram = view.stage._diagram
    assert isinstance(diagram, PlaneNetwork)
    assert [diagram._scales[column].text for column in (1, 2)] == [scale] * 2


@pytest.mark.parametrize(
    ("kinds", "legend"),
    [
        ((), "a −1 +1, |w| 0 5"),
        ((ActivationKind.TANH,), "a −1 +1, |w| 0 5"),
        ((ActivationKind.RELU, ActivationKind.TANH), "a −1 +1, |w| 0 5"),
        ((ActivationKind.RELU, ActivationKind.RELU), "a − +, |w| 0 5"),
        ((ActivationKind.SIGMOID,), "a − +, |w| 0 5"),
    ],
)
def test_the_legend_promises_no_scale_that_no_layer_has(
    view: NetworkView, kinds: tuple[ActivationKind, ...], legend: str
) -> None:
    view.show_frame(frame_of(Experiment(layers=tuple(DenseSpec(units=3, activation=kind) for kind in kinds))))
    assert view.modes.legend.accessibleDescription() == legend


@pytest.mark.parametrize("larger", [False, True], ids=["normal", "larger"])
def test_a_scale_stands_above_the_tiles_of_a_full_column(view: NetworkView, qapp: QApplication, larger: bool) -> None:
    theme.apply(qapp, theme.ThemeChoice.LIGHT, larger)
    try:
        view.show_frame(frame_of(Experiment(layers=(DenseSpec(units=40, activation=ActivationKind.RELU),))))
        QApplication.processEvents()  # the layout
        diagram = view.stage._diagram
        assert isinstance(diagram, PlaneNetwork)
        scale, column = diagram._scales[1], view.stage.columns[1]
        assert scale.text.startswith("0 … "), "ReLU has no negative half"
        assert scale.box.top() >= 0
        assert scale.box.bottom() <= column.tiles[0].top() + 2  # the descent of a font without descenders here
        assert scale.box.center().x() == pytest.approx(column.center, abs=1)
    finally:
        qapp.setStyleSheet("")


def test_of_what_only_passes_on_the_one_line_into_a_unit_stands_out(view: NetworkView) -> None:
    view.show_frame(normalised_frame())
    diagram = view.stage._diagram
    assert isinstance(diagram, PlaneNetwork)
    for spot in (Spot(2, 1), Spot(4, 3)):
        point_at(view, center(view, spot))
        start, end = diagram._links.end_points(spot.column - 1, spot.unit, spot.unit)
        path = diagram._links._selected.path()
        assert not path.isEmpty()
        assert (path.elementAt(0).x, path.elementAt(0).y) == (start.x(), start.y())
        assert path.currentPosition() == end
    point_at(view, center(view, Spot(1, 1)))
    assert diagram._links._selected.path().isEmpty()


def test_a_feature_map_and_a_kernel_show_their_signs(view: NetworkView) -> None:
    frame = conv_frame()
    assert isinstance(frame.picture, ImagePicture)
    assert frame.picture.activations is not None
    maps = np.full((3, 24, 24), 5.0, np.float32)
    image = replace(frame.picture, activations=(maps, *frame.picture.activations[1:]))
    frame = with_arrays(replace(frame, picture=image), 0, weight=-2.0)
    view.show_frame(frame)
    tile = view.stage.columns[1].tiles[1]
    assert color_at(view, tile.center().toPoint()) == QColor(theme.current().negative)
    beside = tile.translated(KERNEL.beside * tile.width(), 0)
    assert color_at(view, beside.center().toPoint()) == QColor(theme.current().positive)
    view.stage.want()
    assert color_at(view, center(view, Spot(1, 1))) == QColor(theme.current().positive)
    assert color_at(view, center(view, Spot(6, 0))) != QColor(theme.current().card)


def test_the_switch_is_there_only_where_weights_are_images_of_a_hidden_layer(view: NetworkView) -> None:
    for layers, offered in (
        ((Conv2DSpec(filters=2),), True),
        ((DropoutSpec(), FlattenSpec(), DenseSpec(units=3)), True),
        ((DropoutSpec(),), False),
    ):
        view.show_frame(frame_of(Experiment(dataset=SKETCHES, layers=layers), 0))
        assert view.stage.offers_weights is offered
        assert not view.stage.grab().isNull()


@pytest.mark.parametrize("make", [normalised_frame, conv_frame])
@pytest.mark.parametrize("size", [(620, 440), (374, 277)])
def test_controls_of_all_layers_stay_inside_and_apart(
    view: NetworkView, qapp: QApplication, make, size: tuple[int, int]
) -> None:
    theme.apply(qapp, theme.ThemeChoice.LIGHT)  # the real fonts
    try:
        view.resize(*size)
        view.show_frame(make())
        QApplication.processEvents()  # the layout
        places = [
            QRect(button.mapTo(view._page, QPoint()), button.size())
            for button in view._page.findChildren(QToolButton)
            if button.isVisibleTo(view._page)
        ]
        assert len(places) > len(view.headers.headers)
        assert all(view._page.rect().contains(place) for place in places)
        assert not any(a.intersects(b) for a, b in itertools.combinations(places, 2))
    finally:
        qapp.setStyleSheet("")


def test_images_without_activations_or_with_nan_still_show(view: NetworkView) -> None:
    frame = conv_frame()
    assert isinstance(frame.picture, ImagePicture)
    assert frame.picture.activations is not None
    view.show_frame(replace(frame, picture=replace(frame.picture, activations=None, probabilities=None)))
    assert not view.stage.grab().isNull()
    lost = tuple(np.full_like(values, np.nan) for values in frame.picture.activations)
    view.show_frame(replace(frame, picture=replace(frame.picture, activations=lost)))
    for spot in (Spot(2, 0), Spot(6, 0), Spot(7, 0)):
        assert color_at(view, center(view, spot)) == QColor(theme.current().bad)
