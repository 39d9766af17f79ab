"""Gradients in the network card: the textbook's numbers in tiles, links and words, and a run that does not notice."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from looking import center, color_at
from network_cards import LEFT, SKETCHES
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.experiment.dataset_spec import TableSpec
from nnstudio.core.experiment.layer_specs import Conv2DSpec, DropoutSpec, FlattenSpec, LayerSpec, MaxPool2DSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import AnyExample, Chosen, SplitName, TypedInputs
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.way import Way
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import theme
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.views.canned import table_frame
from nnstudio.ui.views.network.blame import briefly
from nnstudio.ui.views.network.column import Spot
from nnstudio.ui.views.network.modes import Mode, ModeSwitch
from nnstudio.ui.views.network_view import NetworkView

TRAINING = SplitName.TRAINING
KEYS = Qt.Key


@pytest.fixture
def view(qtbot: QtBot) -> NetworkView:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(700, 480)
    view.show()
    return view


def xor(*layers: LayerSpec) -> Trainer:
    hidden = layers or (DenseSpec(units=2, activation=ActivationKind.TANH),)
    trainer = Trainer(replace(default_experiment(DatasetKind.XOR4), layers=hidden))
    for _ in range(40):
        trainer.step()
    return trainer


def frame_of(trainer: Trainer, chosen: AnyExample | None = None, probe: Probe = Probe.BACKWARD) -> Frame:
    return Observer(trainer, 1).frame(probe, chosen=chosen)


def choose(view: NetworkView, mode: Mode) -> None:
    view.modes.show()  # in the window it stands in the card's title bar
    QTest.mouseClick(view.modes.switch.button(list(Mode).index(mode)), LEFT)


def of_example(trainer: Trainer, index: int) -> Way:
    train, here = trainer.dataset.train, slice(index, index + 1)
    return Held(trainer.state(), trainer.dataset).predict(train.inputs[here], train.targets[here])


def said(view: NetworkView) -> tuple[str, float | None, str]:
    found = view.stage.said()
    assert found is not None
    return found.name, found.value, found.details


# Numbers


def test_a_screen_reader_gets_the_textbooks_gradients(view: NetworkView) -> None:
    trainer = xor()
    choose(view, Mode.GRADIENT)
    view.show_frame(frame_of(trainer, Chosen(TRAINING, 2)))
    way = of_example(trainer, 2)
    view.stage.setFocus(Qt.FocusReason.TabFocusReason)
    found: dict[str, float | None] = {}
    shift, plain = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
    right, up, down = KEYS.Key_Right, KEYS.Key_Up, KEYS.Key_Down
    to_hidden = (right, plain), (right, plain), (up, plain), (down, shift), (up, shift), (down, plain)
    for key, modifier in (*to_hidden, (right, plain), (down, shift), (down, shift)):
        QTest.keyClick(view.stage, key, modifier)
        name, value, details = said(view)
        found[name] = value
        assert "training example 3" in details or "nothing learns there" in details
    layers = {layer.key: layer for layer in way.layers}
    for unit in range(2):
        assert found[f"Dense 1, neuron {unit + 1}, ∂L/∂a"] == pytest.approx(layers[1].da[0, unit], rel=1e-4)
    assert found["Output, ∂L/∂z"] == pytest.approx(way.dz[0, 0], rel=1e-4)
    weight = way.gradients[1]["weight"]
    assert found["Weight, x₁ → Dense 1, neuron 1, ∂L/∂w"] == pytest.approx(weight[0, 0], rel=1e-4)


@pytest.mark.parametrize("mean", [False, True])
def test_what_is_written_at_tiles_and_links_is_the_textbooks(view: NetworkView, mean: bool) -> None:
    trainer = xor()
    choose(view, Mode.GRADIENT)
    view.show_frame(frame_of(trainer, Chosen(TRAINING, 1), Probe.BACKWARD_MEAN if mean else Probe.BACKWARD))
    way = Held(trainer.state(), trainer.dataset).way if mean else of_example(trainer, 1)
    diagram = view.stage._diagram
    labels = {spot: words.text for spot, (_, words) in diagram._labels.items()}
    assert len(labels) == 6
    for spot, text in labels.items():
        exact = way.gradients[trainer.network.layers[spot.column - 1].key]["weight"][spot.source, spot.unit]
        assert text == briefly(float(exact), 6)
    hidden, output = ([words.text for words in diagram._tiles[column]._values] for column in (1, 2))
    da = next(layer.da for layer in way.layers if layer.key == 1).sum(axis=0)
    assert hidden == [briefly(float(value), 6) for value in da]
    assert output == [briefly(float(way.dz.sum()), 6)]


def test_tiles_and_links_have_the_colours_of_their_signs(view: NetworkView) -> None:
    trainer = xor()
    choose(view, Mode.GRADIENT)
    frame = frame_of(trainer, Chosen(TRAINING, 1))
    assert frame.backward is not None
    reading = replace(frame.backward, activations=(np.array([0.02, -0.01], np.float32),), sums=np.array([-3e-4]))
    view.show_frame(replace(frame, backward=reading))
    colors = theme.current()
    above = [center(view, spot) for spot in (Spot(1, 0), Spot(2, 0))]
    assert [color_at(view, point).name() for point in above] == [colors.positive, colors.negative]
    half = color_at(view, center(view, Spot(1, 1)))
    assert half not in (QColor(colors.negative), QColor(colors.zero))
    assert half.red() > half.blue()
    scales = [words.text for words in view.stage._diagram._scales]
    assert scales == ["", "±0.020", "±0.00030"]


def test_the_largest_gradient_has_the_thickest_link_whatever_its_size(view: NetworkView) -> None:
    choose(view, Mode.GRADIENT)
    frame = frame_of(xor())
    assert frame.backward is not None
    for size in (1.0, 1e-6):
        gradient = np.zeros_like(frame.backward.gradient)
        arrays = frame.model.layout.by_layer(gradient)
        arrays[1]["weight"][...] = [[size, -size / 2], [0, size / 4]]
        view.show_frame(replace(frame, backward=replace(frame.backward, gradient=gradient)))
        items = view.stage._diagram._links._items[:4]
        widths = [0.0 if item is None or not item.isVisible() else item.pen().widthF() for item in items]
        full = 12 * view.stage._diagram._links.thickness
        assert widths[0] == full
        assert widths[1] == pytest.approx(full / 2, rel=0.04), "widths come in steps"
        assert widths[3] == pytest.approx(full / 4, rel=0.04)
        assert widths[2] == 0
        assert items[0].pen().color().name() == theme.current().positive
        red = items[1].pen().color()
        assert red.red() > red.blue()


@pytest.mark.parametrize(
    ("value", "characters", "text"),
    [
        (0.1234, 6, "0.12"),
        (-0.1234, 6, "−0.12"),
        (0.00167, 6, "0.0017"),
        (-0.00167, 6, "−0.002"),
        (0.00167, 5, "0.002"),
        (-0.00167, 5, "−2e−3"),
        (-1.26e-5, 6, "−1e−5"),
        (0.0, 5, "0"),
        (float("nan"), 5, "—"),
        (-12345.0, 5, "−1e+4"),
    ],
)
def test_a_small_gradient_is_not_written_as_0(value: float, characters: int, text: str) -> None:
    assert briefly(value, characters) == text


# What was not computed


def test_what_was_not_computed_is_no_0(view: NetworkView) -> None:
    choose(view, Mode.GRADIENT)
    view.show_frame(frame_of(xor(), Chosen(TRAINING, 1)))
    card = QColor(theme.current().card)
    aside = center(view, Spot(0, 0)) + center(view, Spot(0, 0)) * 0
    aside.setY(aside.y() - 20)
    assert color_at(view, aside) == card, "of the inputs there is no gradient"
    assert view.stage._diagram._tiles[0]._values == []
    view.show_frame(frame_of(xor(), TypedInputs((0.5, 0.5))))
    for spot in (Spot(1, 0), Spot(1, 1), Spot(2, 0)):
        point = center(view, spot)
        point.setY(point.y() - 20)
        assert color_at(view, point) == card
    assert "nobody says what is true" in view.whose.words.text()
    assert {words.text for _, words in view.stage._diagram._labels.values()} == {"—"}
    view.show_frame(frame_of(xor(), TypedInputs((0.5, 0.5), (1.0,))))
    assert view.whose.words.text().startswith("∂ of the example that you typed · |∂w| up to 0.")
    assert color_at(view, center(view, Spot(2, 0))) != card


def test_until_something_is_computed_it_says_so(view: NetworkView) -> None:
    choose(view, Mode.GRADIENT)
    trainer = xor()
    view.show_frame(frame_of(trainer, probe=Probe.NEURONS))
    assert view.whose.words.text() == "Not computed yet."
    view.show_frame(frame_of(trainer))
    assert view.whose.words.text().startswith("No example chosen: ∂ of the next mini-batch, mean of 4 ·")


def test_in_front_of_a_dropout_nothing_asks_for_a_gradient(view: NetworkView) -> None:
    choose(view, Mode.GRADIENT)
    view.show_frame(frame_of(xor(DropoutSpec(), DenseSpec(units=2)), Chosen(TRAINING, 0)))
    point = center(view, Spot(1, 0))
    point.setY(point.y() - 20)
    assert color_at(view, point) == QColor(theme.current().card)
    assert color_at(view, center(view, Spot(2, 0))) != QColor(theme.current().card)
    view.stage._choose(Spot(1, 0))
    assert "∂L/∂a: not computed" in said(view)[2]


# Modes


def test_each_mode_asks_for_what_it_shows_alone(view: NetworkView) -> None:
    view.show_frame(frame_of(xor()))
    assert view.probes == Probe.NEURONS
    for mode, probe in (
        (Mode.GRADIENT, Probe.BACKWARD),
        (Mode.WARPED, Probe.WARPED),
        (Mode.ACTIVATION, Probe.NEURONS),
        (Mode.GRADIENT, Probe.BACKWARD),
    ):
        choose(view, mode)
        assert view.probes == probe
        assert view.whose.isVisible() == (mode is Mode.GRADIENT)
        assert view.warped.isVisible() == (mode is Mode.WARPED)
        assert view.stage.isVisible() == (mode is not Mode.WARPED)
    QTest.mouseClick(view.whose.switch.button(1), LEFT)
    assert view.probes == Probe.BACKWARD_MEAN
    choose(view, Mode.ACTIVATION)
    choose(view, Mode.GRADIENT)
    assert view.probes == Probe.BACKWARD_MEAN
    QTest.mouseClick(view.whose.switch.button(0), LEFT)
    assert view.probes == Probe.BACKWARD


def test_the_keyboard_walks_over_the_modes(view: NetworkView) -> None:
    view.show_frame(frame_of(xor()))
    choose(view, Mode.ACTIVATION)
    first = view.modes.switch.button(0)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(first, KEYS.Key_Right)
    assert view.modes.mode is Mode.GRADIENT
    QTest.keyClick(view.modes.switch.button(1), KEYS.Key_Right)
    assert view.modes.mode is Mode.WARPED, "weights are hidden here, and skipped"


def test_the_legend_says_what_is_shown(view: NetworkView) -> None:
    view.show_frame(frame_of(xor()))
    choose(view, Mode.GRADIENT)
    assert view.modes.legend.accessibleDescription() == "∂a − +, ∂w 0 largest"
    choose(view, Mode.ACTIVATION)
    assert view.modes.legend.accessibleDescription() == "a −1 +1, |w| 0 5"


CONVOLUTIONS = Conv2DSpec(filters=3, kernel=5), MaxPool2DSpec(), FlattenSpec(), DenseSpec(units=6), DenseSpec(units=5)


@pytest.mark.parametrize("probe", [Probe.BACKWARD, Probe.BACKWARD_MEAN, Probe.NEURONS])
def test_images_show_maps_of_the_gradient(view: NetworkView, probe: Probe) -> None:
    trainer = Trainer(Experiment(dataset=SKETCHES, layers=CONVOLUTIONS))
    choose(view, Mode.GRADIENT)
    frame = frame_of(trainer, Chosen(TRAINING, 4), probe)
    view.show_frame(frame)
    card = QColor(theme.current().card)
    tile = view.stage.columns[1].tiles[0]
    image = view.stage.grab().toImage()
    inside = {
        image.pixelColor(x, y).name()
        for x in range(round(tile.left()) + 4, round(tile.right()) - 4)
        for y in range(round(tile.top()) + 4, round(tile.bottom()) - 4)
    }
    assert (len(inside) > 20) == (probe is not Probe.NEURONS)
    if probe is Probe.NEURONS:
        assert card.name() in inside
        return
    reading = frame.backward
    assert reading is not None
    view.stage._choose(Spot(5, 2))
    name, value, details = said(view)
    assert name == "Dense 2, neuron 3, ∂L/∂a"
    assert reading.activations[4] is not None
    assert value == pytest.approx(float(reading.activations[4][2]))
    view.stage._choose(Spot(1, 1))
    assert said(view)[1] is None
    assert "∂L/∂a: 24×24, from " in said(view)[2]
    view.stage._choose(Spot(3, 0))
    assert "∂L/∂a: 432 values" in said(view)[2]
    assert details.endswith("training example 5") == (probe is Probe.BACKWARD)


def test_tables_show_gradients_as_well(view: NetworkView) -> None:
    choose(view, Mode.GRADIENT)
    frame = table_frame()
    assert isinstance(frame.experiment.dataset, TableSpec)
    view.show_frame(frame)
    assert view.whose.words.text() == "Not computed yet."


# The run


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session(default_experiment(DatasetKind.SPIRALS))
    yield session
    session.stop()


@pytest.mark.parametrize("mode", [Mode.GRADIENT, Mode.WARPED])
def test_a_run_that_is_watched_is_the_same_to_the_bit(qtbot: QtBot, session: Session, mode: Mode) -> None:
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    session.start()
    window.show()
    qtbot.waitUntil(lambda: session.frame is not None)
    switch = window.network.modes.switch
    QTest.mouseClick(switch.button(list(Mode).index(mode)), LEFT)
    QTest.mouseClick(window.network.whose.switch.button(1), LEFT)
    session.look_at(Chosen(TRAINING, 7))
    for _ in range(60):
        session.step()

    def seen() -> bool:
        frame = session.frame
        assert frame is not None
        there = frame.backward if mode is Mode.GRADIENT else frame.warped
        return frame.updates == 60 and there is not None and frame.example is not None

    qtbot.waitUntil(seen)
    alone = Trainer(default_experiment(DatasetKind.SPIRALS))
    for _ in range(60):
        alone.step()
    assert session.frame is not None
    assert session.frame.params.tobytes() == alone.network.params.tobytes()
    picture = window.network.warped.stage.picture if mode is Mode.WARPED else window.network.stage.columns
    assert picture


def test_where_there_is_little_room_the_names_are_short(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, theme.ThemeChoice.LIGHT)  # the real fonts
    try:
        host = QWidget()
        qtbot.addWidget(host)
        modes = ModeSwitch(host)
        host.show()
        narrow, labels = modes.minimumSizeHint().width(), [mode.label for mode in Mode]
        for width, short in ((600, False), (narrow, True), (600, False)):
            modes.resize(width, 30)
            texts = [modes.switch.button(place).text() for place in range(4)]
            assert texts == ([mode.short for mode in Mode] if short else labels)
            assert [modes.switch.button(place).accessibleName() for place in range(4)] == labels
            assert modes.minimumSizeHint().width() == narrow
        assert narrow < 0.7 * modes._widths[False]
    finally:
        qapp.setStyleSheet("")
