"""The network view: what it paints, what it says about a unit, and what its controls ask for."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from looking import center, color_at, point_at
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from nnstudio.core.experiment import MAXIMUM_HIDDEN_LAYERS, DenseSpec, Experiment, ImageSpec, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.layer_specs import Conv2DSpec, LayerNormSpec
from nnstudio.core.network.surgery import Freeze
from nnstudio.core.run.frame import Frame, ImagePicture, PlanePicture, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import theme
from nnstudio.ui.views.canned import image_frame, plane_frame, table_frame, with_arrays
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.views.network.layer_header import SMALL
from nnstudio.ui.views.network.links import FADING
from nnstudio.ui.views.network.modes import Mode
from nnstudio.ui.views.network.neuron_note import note_on
from nnstudio.ui.views.network.pointing import Pointing
from nnstudio.ui.views.network_view import NetworkView
from nnstudio.ui.widgets.segmented import SegmentedSwitch


@pytest.fixture
def view(qtbot) -> NetworkView:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(600, 440)
    view.show()
    return view


def frame_of(experiment: Experiment) -> Frame:
    return Observer(Trainer(experiment), 1).frame(Probe.NEURONS)


@pytest.fixture
def dressed(qapp: QApplication):
    """The real fonts and style sheet, taken off again afterwards."""
    theme.apply(qapp, theme.ThemeChoice.LIGHT)
    yield qapp
    qapp.setStyleSheet("")


def claims(view: NetworkView, key: Qt.Key) -> bool:
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(view.stage, event)
    return event.isAccepted()


# Painting


def test_a_neuron_shows_the_colour_of_its_activation(view: NetworkView) -> None:
    frame = plane_frame(units=(2,))
    assert isinstance(frame.picture, PlanePicture)
    maps = np.stack([np.full((40, 40), -1.0), np.full((40, 40), 1.0)])
    view.show_frame(replace(frame, picture=replace(frame.picture, neurons=(maps,))))
    assert color_at(view, center(view, Spot(1, 0))) == QColor(theme.current().negative)
    assert color_at(view, center(view, Spot(1, 1))) == QColor(theme.current().positive)


def test_nan_shows_as_bad_in_maps_and_links(view: NetworkView) -> None:
    frame = plane_frame(units=(1,))
    assert isinstance(frame.picture, PlanePicture)
    plane = replace(frame.picture, neurons=(np.full((1, 40, 40), np.nan),))
    view.show_frame(with_arrays(replace(frame, picture=plane), 0, weight=np.nan, bias=np.nan))
    assert color_at(view, center(view, Spot(1, 0))) == QColor(theme.current().bad)
    source = view.stage.columns[0].tiles[0]
    image = view.stage.grab().toImage()
    x = int(source.right()) + 6
    column = {image.pixelColor(x, y).name() for y in range(int(source.top()), int(source.bottom()))}
    assert theme.current().bad in column
    square = view.stage.columns[1].tiles[0]
    assert color_at(view, QPoint(int(square.left()) + 10, int(square.bottom()) - 12)) == QColor(theme.current().bad)


@pytest.mark.filterwarnings("error")
def test_tiny_weights_and_activations_paint(view: NetworkView) -> None:
    frame = plane_frame()
    for layer in range(len(frame.model.layers)):
        frame = with_arrays(frame, layer, weight=1e-40)
    view.show_frame(frame)
    assert not view.stage.grab().isNull()


def test_frames_without_maps_still_show_the_weights(view: NetworkView) -> None:
    frame = plane_frame()
    assert isinstance(frame.picture, PlanePicture)
    view.show_frame(replace(frame, picture=replace(frame.picture, inputs=None, neurons=None, output=None)))
    assert color_at(view, center(view, Spot(1, 0))).rgb() == theme.heat_map_table(theme.current())[theme.ZERO]


@pytest.mark.parametrize("neighbour", [0.0, 80.0])
def test_a_bias_is_as_strong_as_a_link_whatever_its_neighbours_are(view: NetworkView, neighbour: float) -> None:
    table = theme.heat_map_table(theme.current())
    resting = replace(plane_frame(units=(2,)), updates_per_second=0.0)
    for bias in (1e-7, 0.35, -1.4):
        view.show_frame(with_arrays(resting, 0, bias=[bias, neighbour]))
        tile = view.stage.columns[1].tiles[0]
        shown = color_at(view, QPoint(int(tile.left()) + 10, int(tile.bottom()) - 11)).rgb()
        strength = np.copysign(1 - np.exp(-abs(bias) / FADING), bias)
        assert shown == table[round(theme.ZERO * (1 + strength))]


def test_a_table_has_no_maps_to_enlarge(view: NetworkView) -> None:
    for make, enlarged in ((table_frame, False), (plane_frame, True)):
        view.show_frame(make())
        assert color_at(view, center(view, Spot(1, 0))) != QColor(theme.current().card)
        diagram = view.stage._diagram
        assert diagram is not None
        assert (diagram.picture(Spot(1, 0)) is not None) is enlarged
        point_at(view, center(view, Spot(1, 0)))
        assert view.stage.looked_at == Spot(1, 0)


def test_a_link_that_changes_its_sign_changes_its_colour(view: NetworkView) -> None:
    frame = plane_frame(units=())
    seen = []
    for sign in (5.0, -5.0):
        view.show_frame(with_arrays(frame, 0, weight=[[sign], [0.0]]))
        tile = view.stage.columns[0].tiles[0]
        seen.append(color_at(view, QPoint(int(tile.right()) + 8, round(tile.center().y()))).name())
    assert seen == [theme.current().positive, theme.current().negative]


def test_another_theme_repaints_everything(view: NetworkView, qapp: QApplication) -> None:
    for frame in (plane_frame(), image_frame((12, 6)), table_frame()):
        theme.apply(qapp, theme.ThemeChoice.LIGHT)
        view.show_frame(frame)
        assert color_at(view, QPoint(2, 200)) == QColor(theme.LIGHT.card)
        theme.apply(qapp, theme.ThemeChoice.DARK)
        image = view.stage.grab().toImage()
        colors = {image.pixelColor(x, y).name() for x in range(0, 580, 3) for y in range(0, 380, 3)}
        assert theme.DARK.card in colors
        assert theme.LIGHT.card not in colors
    theme.apply(qapp, theme.ThemeChoice.LIGHT)
    qapp.setStyleSheet("")


def test_the_weights_of_the_first_layer_are_drawn_as_images(view: NetworkView) -> None:
    frame = image_frame((4,))
    weights = np.zeros((784, 4), np.float32)
    weights.reshape(28, 28, 4)[:14, :, 1], weights.reshape(28, 28, 4)[14:, :, 1] = -1.0, 1.0
    view.show_frame(with_arrays(frame, 0, weight=weights))
    tile = view.stage.columns[1].tile(1)
    assert tile is not None
    upper, lower = tile.center() - QPointF(0, tile.height() / 4), tile.center() + QPointF(0, tile.height() / 4)
    assert color_at(view, upper.toPoint()) == QColor(theme.current().negative)
    assert color_at(view, lower.toPoint()) == QColor(theme.current().positive)


def controls(view: NetworkView) -> list[QRect]:
    """Where the buttons above the network stand, in the view."""
    return [
        QRect(button.mapTo(view, QPoint()), button.size())
        for button in view.findChildren(QToolButton)
        if button.isVisibleTo(view) and not isinstance(button.parentWidget(), SegmentedSwitch)
    ]


def titles(view: NetworkView) -> list[QRect]:
    """Where the names of the input and the output stand."""
    return [QRect(label.mapTo(view, QPoint()), label.size()) for label in view._ends]


@pytest.mark.parametrize("units", [(), (1,), (1024,), (48, 24), (300, 100, 30), (5,) * MAXIMUM_HIDDEN_LAYERS])
@pytest.mark.parametrize("make", [plane_frame, image_frame])
@pytest.mark.parametrize("size", [(600, 440), (374, 277)])
@pytest.mark.parametrize("larger", [False, True], ids=["normal", "larger"])
def test_any_network_paints_and_its_controls_do_not_overlap(
    view: NetworkView, dressed: QApplication, units: tuple[int, ...], make, size: tuple[int, int], larger: bool
) -> None:
    theme.apply(dressed, theme.ThemeChoice.LIGHT, larger)
    view.resize(*size)
    view.show_frame(make(units=units))
    QApplication.processEvents()  # the layout
    assert not view.stage.grab().isNull()
    places = controls(view)
    assert len(places) == 4 * len(units) + 1
    assert all(min(place.width(), place.height()) >= SMALL for place in places)
    page = QRect(view._page.mapTo(view, QPoint()), view._page.size())
    assert page.height() <= view.height(), "nothing scrolls down"
    assert all(page.contains(place) for place in (*places, *titles(view)))
    overlapping = [(a, b) for a, b in itertools.combinations((*places, *titles(view)), 2) if a.intersects(b)]
    assert overlapping == []
    assert not any(place.intersects(QRect(view.stage.mapTo(view, QPoint()), view.stage.size())) for place in places)


@pytest.mark.parametrize("make", [plane_frame, image_frame])
def test_six_hidden_layers_fit_the_card_of_a_usual_window(view: NetworkView, dressed: QApplication, make) -> None:
    view.resize(652, 480)
    view.show_frame(make(units=(8, 8, 8, 6, 6, 4)))
    assert view.stage.width() == 652
    bar = view._scroll.horizontalScrollBar()
    assert not bar.isVisible()
    assert all(QRect(QPoint(), view.size()).contains(place) for place in controls(view))


@pytest.mark.parametrize("make", [plane_frame, lambda: image_frame(()), table_frame])
def test_the_first_network_that_a_view_sees_may_be_any(view: NetworkView, make) -> None:
    view.show_frame(make())
    assert len(view.headers.inserts) == len(view.headers.headers) + 1
    assert all(title.width() > 0 for title in titles(view))


def test_before_the_first_frame_it_waits(view: NetworkView) -> None:
    assert view.stage.columns == ()
    assert not view.stage.grab().isNull()
    view.show_frame(plane_frame())
    assert len(view.stage.columns) == 4


# What it says


def test_hovering_a_neuron_reads_its_numbers_and_they_stay_live(view: NetworkView) -> None:
    frame = plane_frame()
    view.show_frame(frame)
    point_at(view, center(view, Spot(2, 3)))
    assert view.stage.looked_at == Spot(2, 3)
    note = note_on(frame, Spot(2, 3))
    biases = frame.model.layers[1].biases
    assert biases is not None
    assert note.title == "Dense 2, neuron 4"
    assert note.lines[0] == "a = tanh(w·a + b)"
    assert f"b = {biases[3]:.4f}".replace("-", "−") in note.lines
    before = view.stage.grab().toImage()
    view.show_frame(with_arrays(frame, 1, bias=biases + 3))
    assert view.stage.looked_at == Spot(2, 3)
    assert view.stage.grab().toImage() != before
    point_at(view, QPoint(2, 300))
    assert view.stage.looked_at is None


def test_hovering_a_link_reads_its_weight(view: NetworkView) -> None:
    frame = plane_frame(units=())
    frame = with_arrays(frame, 0, weight=[[0.5], [-1.25]])
    view.show_frame(frame)
    view.stage.grab()
    tile = view.stage.columns[0].tiles[1]
    point_at(view, QPoint(int(tile.right()) + 6, round(tile.center().y())))
    assert view.stage.looked_at == LinkSpot(1, 1, 0)
    assert note_on(frame, LinkSpot(1, 1, 0)).lines == ("w = −1.250", "from x₂", "to output")
    assert not view.stage.grab().isNull()


def test_every_unit_and_link_has_a_note() -> None:
    frames = (plane_frame(), plane_frame(3), image_frame((6, 4)), image_frame(()))
    for frame in frames:
        counts = [
            1 if isinstance(frame.picture, ImagePicture) else 2,
            *(layer.shape[0] for layer in frame.model.layers),
        ]
        titles = [note_on(frame, Spot(c, u)) for c, count in enumerate(counts) for u in range(count)]
        assert len(set(titles)) == sum(counts)
        assert note_on(frame, LinkSpot(1, 0, 0)).title == "Weight"


def test_a_click_pins_the_note_until_escape(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame())
    qtbot.mouseClick(view.stage.viewport(), Qt.MouseButton.LeftButton, pos=center(view, Spot(1, 2)))
    point_at(view, center(view, Spot(2, 5)))
    view.show_frame(plane_frame())
    assert view.stage.looked_at == Spot(1, 2)
    qtbot.keyClick(view.stage, Qt.Key.Key_Escape)
    assert view.stage.looked_at is None


def test_a_channel_of_a_layer_normalisation_has_no_gain_to_set_but_a_lock(qtbot, view: NetworkView) -> None:
    images = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100)
    trainer = Trainer(Experiment(dataset=images, layers=(Conv2DSpec(filters=4), LayerNormSpec())))
    trainer.operate(Freeze(2, unit=3))
    view.show_frame(Observer(trainer, 1).frame(Probe.NEURONS))
    for unit in (2, 3):
        view.stage._choose(Spot(2, unit))
        assert view.popover is not None
        assert not view.popover.sliders, "a channel has a gain for each of its pixels"
        assert view.popover.freeze.isChecked() == (unit == 3)


def test_other_data_let_the_pinned_note_go(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame())
    qtbot.mouseClick(view.stage.viewport(), Qt.MouseButton.LeftButton, pos=center(view, Spot(1, 7)))
    view.show_frame(replace(plane_frame(), run=2))
    assert view.stage.looked_at == Spot(1, 7), "Undo leads to a run of its own"
    other = replace(plane_frame().experiment, dataset=PlaneSpec(kind=DatasetKind.MOONS))
    view.show_frame(replace(plane_frame(), run=3, experiment=other))
    assert view.stage.looked_at is None
    assert view.popover is None


def test_the_pinned_note_goes_along_with_its_layer_and_ends_with_its_unit(qtbot, view: NetworkView) -> None:
    layers = (DenseSpec(key=1, units=8), DenseSpec(key=2, units=6))
    view.show_frame(frame_of(Experiment(layers=layers)))
    qtbot.mouseClick(view.stage.viewport(), Qt.MouseButton.LeftButton, pos=center(view, Spot(2, 5)))
    longer = (layers[0], DenseSpec(key=3, units=4), layers[1])
    view.show_frame(frame_of(Experiment(layers=longer)))
    assert view.stage.looked_at == Spot(3, 5)
    assert view.popover is not None
    assert view.popover.spot == Spot(3, 5)
    shorter = (layers[0], replace(layers[1], units=5))
    view.show_frame(frame_of(Experiment(layers=shorter)))
    assert view.stage.looked_at is None
    assert view.popover is None
    assert not view.stage.grab().isNull()


def test_escape_lets_go_from_the_title_of_a_layer_too(qtbot, view: NetworkView) -> None:
    view.show_frame(frame_of(Experiment(layers=(DenseSpec(key=1, units=8),))))
    qtbot.mouseClick(view.stage.viewport(), Qt.MouseButton.LeftButton, pos=center(view, Spot(1, 5)))
    title = view.headers.headers[0].title
    qtbot.mouseClick(title, Qt.MouseButton.LeftButton)
    assert view.popover is not None
    qtbot.keyClick(title, Qt.Key.Key_Escape)
    assert view.popover is None


def test_a_pinned_weight_ends_when_something_comes_between(qtbot, view: NetworkView) -> None:
    layers = (DenseSpec(key=1, units=2),)
    view.show_frame(frame_of(Experiment(layers=layers)))
    tile = view.stage.columns[0].tiles[0]
    qtbot.mouseClick(
        view.stage.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(int(tile.right()) + 6, round(tile.center().y()))
    )
    spot = view.stage.looked_at
    assert isinstance(spot, LinkSpot)
    view.show_frame(frame_of(Experiment(layers=(layers[0], DenseSpec(key=2, units=2)))))
    assert view.stage.looked_at == spot
    view.show_frame(frame_of(Experiment(layers=(DenseSpec(key=3, units=2), layers[0]))))
    assert view.stage.looked_at is None


def test_all_that_points_somewhere_goes_along_with_the_layers() -> None:
    pointing = Pointing()
    for spot, after in (
        (Spot(0, 1), Spot(0, 1)),
        (Spot(1, 3), Spot(1, 3)),
        (Spot(2, 3), Spot(3, 3)),
        (Spot(2, 4), None),
        (Spot(3, 0), None),
        (LinkSpot(1, 1, 3), LinkSpot(1, 1, 3)),
        (LinkSpot(2, 0, 0), None),
    ):
        pointing.hovered = pointing.pinned = pointing.cursor = spot
        pointing.carry({0: 0, 1: 1, 2: 3}, (2, 8, 5, 4, 1))
        assert (pointing.hovered, pointing.pinned, pointing.cursor) == (after,) * 3


# The keyboard


def test_arrows_belong_to_the_canvas_only_for_who_came_by_tab(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame())
    qtbot.mouseClick(view.stage.viewport(), Qt.MouseButton.LeftButton, pos=center(view, Spot(1, 2)))
    assert not claims(view, Qt.Key.Key_Right)
    assert claims(view, Qt.Key.Key_Escape)
    view.stage.clearFocus()
    view.stage.setFocus(Qt.FocusReason.TabFocusReason)
    assert claims(view, Qt.Key.Key_Right)
    assert not claims(view, Qt.Key.Key_Space)


def test_arrow_keys_walk_the_ring_and_speak(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame())
    view.stage.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.stage.accessibleDescription() == "Input; Dense 8 · tanh; Dense 8 · tanh; Output 1 · sigmoid."
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_Down):
        qtbot.keyClick(view.stage, key)
    assert view.stage.looked_at == Spot(1, 1)
    assert view.stage.spoken.accessibleName() == "Dense 1, neuron 2, bias"
    view.stage.clearFocus()
    assert view.stage.looked_at is None
    view.stage.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.stage.accessibleDescription().startswith("Input; Dense 8")


def test_the_keyboard_reaches_units_and_columns_out_of_sight(qtbot, view: NetworkView) -> None:
    view.resize(374, 277)
    view.show_frame(plane_frame(units=(40,) * 8))
    view.stage.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_End):
        qtbot.keyClick(view.stage, key)
    assert view.stage.columns[1].last == 40
    for _ in range(8):
        qtbot.keyClick(view.stage, Qt.Key.Key_Right)
    spot = view.stage.looked_at
    assert spot == Spot(9, 0)
    assert view.stage.viewport().visibleRegion().contains(center(view, Spot(9, 0)))


def test_every_control_is_reached_by_keys_and_explains_itself(view: NetworkView, qtbot) -> None:
    view.show_frame(plane_frame())
    controls: list[QWidget] = []
    widget = view.stage.nextInFocusChain()
    while widget is not view.stage:
        if isinstance(widget, QToolButton) and view._page.isAncestorOf(widget):
            controls.append(widget)
        widget = widget.nextInFocusChain()
    assert len(controls) == 9
    lefts = [control.mapTo(view, QPoint()).x() for control in controls]
    assert lefts[0] < lefts[1] < lefts[4] < lefts[5] < lefts[8]
    reached: list[QWidget | None] = []
    for stop in [control for control in controls if control.focusPolicy() & Qt.FocusPolicy.TabFocus]:
        stop.setFocus()
        while view.window().focusWidget() not in reached:
            reached.append(view.window().focusWidget())
            qtbot.keyClick(reached[-1], Qt.Key.Key_Right)
    for control in controls:
        assert control in reached, "by Tab, or from there by the arrows"
        assert control.toolTip()
        assert control.accessibleName()
        assert control.whatsThis()
    assert len({control.accessibleName() for control in controls}) == 9


def test_the_wheel_scrolls_a_column_that_has_more(view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(40,)))
    column = view.stage.columns[1]
    assert column.hidden > 0
    at = column.tiles[0].center()
    angle = QPoint(0, -120)
    event = QWheelEvent(
        at, view.stage.viewport().mapToGlobal(at), QPoint(), angle, Qt.MouseButton(0), Qt.KeyboardModifier(0),
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.stage.viewport(), event)
    assert view.stage.columns[1].first == 1
    view.show_frame(plane_frame(units=(40,)))
    assert view.stage.columns[1].first == 1


def test_more_shows_the_next_ones(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(40,)))
    more = view.stage.columns[1].more
    assert more is not None
    shown = len(view.stage.columns[1].tiles)
    qtbot.mouseClick(view.stage.viewport(), Qt.MouseButton.LeftButton, pos=more.center().toPoint())
    assert view.stage.columns[1].first == 40 - shown
    assert view.stage.columns[1].last == 40


# Images


def test_a_click_on_the_image_asks_for_the_next_one(qtbot, view: NetworkView) -> None:
    view.show_frame(image_frame())
    with qtbot.waitSignal(view.next_image_requested, timeout=1000):
        qtbot.mouseClick(view.stage.viewport(), Qt.MouseButton.LeftButton, pos=center(view, Spot(0, 0)))
    view.stage.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(view.stage, Qt.Key.Key_Home)
    with qtbot.waitSignal(view.next_image_requested, timeout=1000):
        qtbot.keyClick(view.stage, Qt.Key.Key_Return)
    assert view.stage.looked_at == Spot(0, 0)


def test_weights_are_offered_for_images_with_hidden_layers_and_change_the_picture(qtbot, view: NetworkView) -> None:
    title_bar = QWidget()
    qtbot.addWidget(title_bar)
    switches = view.switches()
    assert switches is not None
    switches.setParent(title_bar)
    switch = switches.findChild(SegmentedSwitch)
    assert switch is not None
    weights, activation = (list(Mode).index(mode) for mode in (Mode.WEIGHTS, Mode.ACTIVATION))
    for frame, there in ((plane_frame(), False), (image_frame(()), False), (image_frame((12, 6)), True)):
        view.show_frame(frame)
        assert switch.button(weights).isHidden() is not there
        assert switch.current() == (weights if there else activation)
    before = view.stage.grab().toImage()
    switch.set_current(activation)
    assert view.stage.grab().toImage() != before
    switch.set_current(weights)
    assert view.stage.grab().toImage() == before


def test_it_watches_the_neurons_only() -> None:
    assert NetworkView.probes is Probe.NEURONS
    assert NetworkView.title == "Network"


def test_a_frame_is_never_changed(view: NetworkView) -> None:
    frame: Frame = image_frame((12, 6))
    copy = frame.params.copy()
    view.show_frame(frame)
    view.stage.grab()
    np.testing.assert_array_equal(frame.params, copy)
