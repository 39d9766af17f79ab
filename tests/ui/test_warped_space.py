"""Warped space: points lie where the passes put them, controls choose layer and directions, and words say what is not
there."""

from dataclasses import replace

import numpy as np
import pytest
from looking import hover
from network_cards import LEFT, SKETCHES
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.experiment.dataset_spec import PlaneSpec
from nnstudio.core.experiment.layer_specs import BatchNormSpec, Conv2DSpec, LayerSpec
from nnstudio.core.network.network import Pass
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import theme
from nnstudio.ui.views.network.modes import Mode
from nnstudio.ui.views.network.warped_items import sides
from nnstudio.ui.views.network.warped_pane import WarpedPane
from nnstudio.ui.views.network.warped_stage import BROKEN, NOTHING, WarpedStage
from nnstudio.ui.views.network_view import NetworkView
from nnstudio.ui.widgets.option_box import OptionBox

TANH = ActivationKind.TANH
TWO = DenseSpec(units=4, activation=TANH), DenseSpec(units=2, activation=TANH)
EIGHT = DenseSpec(units=8, activation=TANH), DenseSpec(units=8, activation=TANH)
KEYS = Qt.Key


def trained(*layers: LayerSpec, kind: DatasetKind = DatasetKind.MOONS, epochs: int = 2, **spec: object) -> Trainer:
    data = PlaneSpec(kind=kind, samples=120, **spec)  # pyright: ignore[reportArgumentType]
    experiment = replace(default_experiment(kind), dataset=data, layers=layers)
    trainer = Trainer(experiment)
    trainer.train(epochs=epochs)
    return trainer


def frame_of(trainer: Trainer, chosen: Chosen | None = None, probe: Probe = Probe.WARPED) -> Frame:
    return Observer(trainer, 1).frame(probe, chosen=chosen)


@pytest.fixture
def pane(qtbot: QtBot) -> WarpedPane:
    pane = WarpedPane()
    qtbot.addWidget(pane)
    pane.resize(620, 460)
    pane.show()
    return pane


def values(trainer: Trainer, layer: int) -> np.ndarray:
    """(n, units) of the training examples behind a layer, by a pass of its own."""
    work = Pass(trainer.network, trainer.dataset.train.augmented)
    work.forward()
    return work.stages[layer].output.values.reshape(-1, len(trainer.dataset.train)).T


def discs(stage: WarpedStage) -> np.ndarray:
    return np.array([[item.pos().x(), item.pos().y()] for item in stage._discs._items])


def pick(box: OptionBox, text: str) -> None:
    index = box.findText(text)
    assert index >= 0, [box.itemText(place) for place in range(box.count())]
    box.setCurrentIndex(index)
    box.activated.emit(index)


def fits_a_line(shown: np.ndarray, expected: np.ndarray) -> bool:
    """Whether one is a rising line of the other, to a pixel's quarter."""
    slope, start = np.polyfit(expected, shown, 1)
    return bool(np.abs(slope * expected + start - shown).max() < 0.3 and slope > 0)


# Where things lie


def test_points_lie_where_the_two_units_put_them(pane: WarpedPane) -> None:
    trainer = trained(*TWO)
    pane.show_frame(frame_of(trainer))
    expected, shown = values(trainer, 1), discs(pane.stage)
    assert len(shown) == len(trainer.dataset.train)
    assert fits_a_line(shown[:, 0], expected[:, 0])
    assert fits_a_line(-shown[:, 1], expected[:, 1]), "up is more"
    assert pane.by.current() == 1, "two units need no components"


def test_another_layer_and_other_units_can_be_chosen(pane: WarpedPane) -> None:
    trainer = trained(*TWO)
    pane.show_frame(frame_of(trainer))
    pick(pane.layer, "Dense 1")
    assert pane.by.current() == 0
    assert not pane.across.isVisible()
    QTest.mouseClick(pane.by.button(1), LEFT)
    assert pane.across.isVisible()
    pick(pane.across, "neuron 4")
    pick(pane.up, "neuron 2")
    expected, shown = values(trainer, 0), discs(pane.stage)
    assert fits_a_line(shown[:, 0], expected[:, 3])
    assert fits_a_line(-shown[:, 1], expected[:, 1])
    assert pane.stage.summary().endswith("behind Dense 1: across neuron 4 and up neuron 2.")


def test_components_are_those_of_a_singular_value_decomposition_on_one_scale(pane: WarpedPane) -> None:
    trainer = trained(*EIGHT)
    pane.show_frame(frame_of(trainer))
    expected = values(trainer, 1)
    centred = expected - expected.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred.astype(float), full_matrices=False)
    places, shown = centred @ axes[:2].T, discs(pane.stage)
    signs = [
        np.sign(np.corrcoef(shown[:, 0], places[:, 0])[0, 1]),
        -np.sign(np.corrcoef(shown[:, 1], places[:, 1])[0, 1]),
    ]
    scales = [
        np.polyfit(places[:, 0] * signs[0], shown[:, 0], 1)[0],
        np.polyfit(places[:, 1] * signs[1], -shown[:, 1], 1)[0],
    ]
    assert fits_a_line(shown[:, 0], places[:, 0] * signs[0])
    assert fits_a_line(-shown[:, 1], places[:, 1] * signs[1])
    assert scales[0] == pytest.approx(scales[1], rel=1e-2), "distances count alike in both directions"
    share = sizes**2 / (sizes**2).sum()
    assert f"component 1 · {share[0]:.0%}".replace("%", "\u00a0%") == pane.stage.picture.names[0]
    assert f"Two directions of 8 hold {share[:2].sum():.0%}".replace("%", "\u00a0%") in pane.words.text()


def test_components_keep_their_directions_while_the_network_learns(pane: WarpedPane) -> None:
    trainer = trained(*EIGHT, kind=DatasetKind.SPIRALS)
    observer, before = Observer(trainer, 1), None
    for _ in range(80):
        trainer.step()
        pane.show_frame(observer.frame(Probe.WARPED))
        picture = pane.stage.picture
        assert picture is not None
        assert picture.components is not None
        now = picture.components.axes
        if before is not None:
            assert (now * before).sum(axis=1).min() > 0
        before = now


def test_the_chosen_example_has_a_ring(pane: WarpedPane) -> None:
    trainer = trained(*TWO)
    pane.show_frame(frame_of(trainer))
    assert not pane.stage._around.isVisible()
    pane.show_frame(frame_of(trainer, Chosen(SplitName.TRAINING, 7)))
    center = pane.stage._around.path().boundingRect().center()
    assert [center.x(), center.y()] == pytest.approx(discs(pane.stage)[7].tolist(), abs=0.3)


def test_lines_have_the_colours_of_the_answer_and_dots_lie_on_its_boundary(pane: WarpedPane) -> None:
    trainer = trained(*TWO, epochs=40)
    frame = frame_of(trainer)
    pane.show_frame(frame)
    assert frame.warped is not None
    assert frame.warped.answers is not None
    answers = sides(frame.warped.answers, trainer.dataset)
    drawn = [item for item in pane.stage._lines._items if not item.path().isEmpty()]
    colors = [item.pen().color() for item in drawn]
    assert {color.red() > color.blue() for color in colors} == {True, False}
    crossings = int(((answers[:, :-1] < 0) != (answers[:, 1:] < 0)).sum())
    marks = pane.stage._lines._marks.path()
    assert marks.elementCount() == 5 * crossings > 0
    # In the space of the last hidden layer the boundary is a straight line: w · a + b = 0.
    weight, bias = (frame.model.layers[-1].arrays[name] for name in ("weight", "bias"))
    picture = pane.stage.picture
    dots = np.array([[marks.elementAt(i).x + 1.2, marks.elementAt(i).y + 1.2] for i in range(0, 5 * crossings, 5)])
    corner = np.linalg.lstsq(np.column_stack((picture.points, np.ones(len(picture.points)))), discs(pane.stage))[0]
    back = (dots - corner[2]) @ np.linalg.inv(corner[:2])
    off = (back @ weight + bias)[:, 0] / np.linalg.norm(weight)
    assert np.abs(off).max() < 0.02


def test_regression_and_more_classes_are_drawn_in_their_colours(pane: WarpedPane) -> None:
    for kind in (DatasetKind.RINGS, DatasetKind.SINE, DatasetKind.XOR4):
        trainer = Trainer(replace(default_experiment(kind), layers=EIGHT))
        pane.show_frame(frame_of(trainer))
        assert len(pane.stage._discs) == len(trainer.dataset.train)
        assert any(not item.path().isEmpty() for item in pane.stage._lines._items)
        assert not pane.stage.grab().isNull()


# What there is not


def test_one_unit_is_a_line(pane: WarpedPane) -> None:
    trainer = trained(DenseSpec(units=4), DenseSpec(units=1, activation=TANH))
    pane.show_frame(frame_of(trainer, Chosen(SplitName.TRAINING, 3)))
    shown = discs(pane.stage)
    assert fits_a_line(shown[:, 0], values(trainer, 1)[:, 0])
    labels = trainer.dataset.train.labels
    assert [len(set(shown[labels == label, 1])) for label in (0, 1)] == [1, 1]
    bounds = [item.path().boundingRect() for item in pane.stage._lines._items if not item.path().isEmpty()]
    assert max(box.height() for box in bounds) < 0.5
    assert "Dense 2 has one neuron" in pane.words.text()
    assert not pane.by.isVisible()
    center = pane.stage._around.path().boundingRect().center()
    assert [center.x(), center.y()] == pytest.approx(shown[3].tolist(), abs=0.3)


def test_without_a_hidden_layer_the_output_is_offered(pane: WarpedPane) -> None:
    trainer = trained()
    pane.show_frame(frame_of(trainer))
    assert [pane.layer.itemText(place) for place in range(pane.layer.count())] == ["Output, z"]
    assert fits_a_line(discs(pane.stage)[:, 0], values(trainer, 0)[:, 0])
    assert pane.words.text().startswith("There is no hidden layer")


def test_images_have_points_alone_and_their_maps_no_units(pane: WarpedPane) -> None:
    layers = Conv2DSpec(filters=3), DenseSpec(units=5)
    trainer = Trainer(Experiment(dataset=SKETCHES, layers=layers))
    pane.show_frame(frame_of(trainer))
    assert all(item.path().isEmpty() for item in pane.stage._lines._items)
    assert "No grid" in pane.words.text()
    assert pane.by.isVisible()
    pick(pane.layer, "Conv2D 1")
    assert not pane.by.isVisible()
    assert "Two directions of 2028 hold" in pane.words.text()


def test_what_was_not_computed_and_what_is_not_finite_is_said(pane: WarpedPane) -> None:
    trainer = trained(*TWO)
    pane.show_frame(frame_of(trainer, probe=Probe.NEURONS))
    assert (pane.stage._said.text, pane.words.text()) == (NOTHING, "Not computed yet.")
    assert pane.stage.table() is None
    frame = frame_of(trainer)
    pane.show_frame(frame)
    assert pane.stage._said.text == ""
    assert frame.warped is not None
    points = tuple(np.full_like(each, np.nan) for each in frame.warped.points)
    pane.show_frame(replace(frame, warped=replace(frame.warped, points=points)))
    assert pane.stage._said.text == BROKEN
    assert not any(item.isVisible() for item in pane.stage._discs._items)
    pane.show_frame(frame)
    assert pane.stage._said.text == ""
    assert all(item.isVisible() for item in pane.stage._discs._items)


def test_a_layer_that_is_gone_gives_way_to_the_last_hidden_one(pane: WarpedPane) -> None:
    pane.show_frame(frame_of(trained(*TWO)))
    pick(pane.layer, "Dense 1")
    pane.show_frame(frame_of(trained(DenseSpec(units=3, key=7), BatchNormSpec(key=8))))
    assert pane.stage.picture is not None
    assert pane.stage.picture.layer.key == 8
    assert pane.layer.currentText() == pane.stage.picture.layer.name


# Touching only what changed


def test_what_has_not_changed_is_not_touched(pane: WarpedPane, qtbot: QtBot) -> None:
    trainer = trained(*EIGHT)
    frame = frame_of(trainer)
    changes: list[object] = []
    pane.stage.scene().changed.connect(changes.append)
    pane.show_frame(frame)
    qtbot.waitUntil(lambda: bool(changes))
    qtbot.wait(50)
    changes.clear()
    pane.show_frame(replace(frame))
    qtbot.wait(50)
    assert not changes
    trainer.train(epochs=1)
    pane.show_frame(frame_of(trainer))
    qtbot.waitUntil(lambda: bool(changes))


def test_axes_do_not_tremble(pane: WarpedPane) -> None:
    """While the points fit and fill them, they stay."""
    trainer = trained(*EIGHT)
    frame = frame_of(trainer)
    pane.show_frame(frame)
    ranges = pane.stage._ranges
    assert frame.warped is not None
    for factor, stays in ((1.01, True), (0.8, True), (0.4, False), (3.0, False)):
        points = tuple(factor * each for each in frame.warped.points)
        assert frame.warped.grid is not None
        grid = tuple(factor * each for each in frame.warped.grid)
        pane.show_frame(replace(frame, warped=replace(frame.warped, points=points, grid=grid)))
        assert (pane.stage._ranges == ranges) == stays, factor
        ranges = pane.stage._ranges


# Exploring


def test_an_example_is_read_and_followed_by_mouse_and_keys(pane: WarpedPane, qtbot: QtBot) -> None:
    trainer = trained(*TWO)
    pane.show_frame(frame_of(trainer))
    stage, followed = pane.stage, list[object]()
    pane.example_chosen.connect(followed.append)
    x, y = discs(stage)[0].tolist()
    hover(stage, QPoint(round(x), round(y)))
    assert stage.spot is not None
    QTest.mouseClick(stage.viewport(), LEFT, pos=QPoint(round(x), round(y)))
    stage.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(stage, KEYS.Key_Home)
    QTest.keyClick(stage, KEYS.Key_Right)
    spoken = stage.said()
    assert spoken is not None
    assert spoken.name == "Training example 2"
    first, second = values(trainer, 1)[1].tolist()
    assert spoken.value == pytest.approx(first, rel=1e-5)
    label = trainer.dataset.class_names[int(trainer.dataset.train.labels[1])]
    assert spoken.details.startswith(f"class {label}, neuron 1: {first:#.3g}".replace("-", "−"))
    assert f"neuron 2: {second:#.3g}".replace("-", "−") in spoken.details
    QTest.keyClick(stage, KEYS.Key_Return)
    assert len(followed) == 2
    assert followed[1] == Chosen(SplitName.TRAINING, 1)


def test_all_numbers_are_in_a_table(pane: WarpedPane) -> None:
    trainer = trained(*TWO)
    pane.show_frame(frame_of(trainer))
    table = pane.stage.table()
    assert table is not None
    assert list(table.headers) == ["example", "class", "neuron 1", "neuron 2"]
    assert [row[0] for row in table.rows] == list(range(1, len(trainer.dataset.train) + 1))
    np.testing.assert_allclose([row[2:] for row in table.rows], values(trainer, 1), rtol=1e-5)
    assert "behind Dense 2: across neuron 1 and up neuron 2." in pane.stage.summary()


def test_in_the_card_it_takes_the_place_of_the_diagram(qtbot: QtBot) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(640, 460)
    view.show()
    view.modes.show()
    view.show_frame(frame_of(trained(*TWO), probe=Probe.NEURONS))
    QTest.mouseClick(view.modes.switch.button(list(Mode).index(Mode.WARPED)), LEFT)
    for layers in (TWO, (), EIGHT):  # the layers change while the diagram is out of sight
        view.show_frame(frame_of(trained(*layers)))
        assert view.warped.stage.picture is not None
        assert [table.title for table in view.tables()] == [f"Behind {view.warped.stage.picture.layer.name}"]
    QTest.mouseClick(view.modes.switch.button(list(Mode).index(Mode.ACTIVATION)), LEFT)
    assert view.stage.isVisible()
    assert len(view.stage.columns) == 4
    assert len(view.headers.headers) == 2


def test_it_is_drawn_anew_in_another_theme(pane: WarpedPane, qapp) -> None:
    trainer = trained(*TWO)
    pane.show_frame(frame_of(trainer))
    before = pane.stage.grab().toImage()
    theme.apply(qapp, theme.ThemeChoice.DARK)
    try:
        after = pane.stage.grab().toImage()
        assert after.pixelColor(2, 40) == QColor(theme.DARK.card)
        assert after != before
    finally:
        theme.apply(qapp, theme.ThemeChoice.LIGHT)
        qapp.setStyleSheet("")


def test_every_control_explains_itself(pane: WarpedPane) -> None:
    trainer = trained(*EIGHT)
    pane.show_frame(frame_of(trainer))
    QTest.mouseClick(pane.by.button(1), LEFT)
    controls = (pane.layer, pane.across, pane.up, pane.by.button(0), pane.by.button(1), pane.stage)
    for control in controls:
        assert control.isVisible()
        assert control.accessibleName()
        assert control.toolTip()
        assert "<b>Example:</b>" in control.whatsThis()
        assert "<b>Source:</b>" in control.whatsThis()


def test_a_narrow_card_has_the_controls_in_two_rows_and_does_not_grow(qtbot: QtBot) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.show()
    view.modes.show()
    view.show_frame(frame_of(trained(*TWO)))
    QTest.mouseClick(view.modes.switch.button(list(Mode).index(Mode.WARPED)), LEFT)
    pane = view.warped
    for width, rows in ((620, 1), (340, 2), (620, 1)):
        view.resize(width, 400)
        qtbot.waitUntil(lambda rows=rows: len({box.geometry().top() for box in (pane.layer, pane.across)}) == rows)
        assert view.width() == width
        assert all(box.geometry().right() < width for box in (pane.across, pane.up, pane.by, pane.layer))
