"""Image layers under the microscope, with real keys and drags: each number is the trace's, at every place."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from nnstudio.core.array import Array
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import DatasetKind, Padding
from nnstudio.core.experiment.layer_specs import (
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
)
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.quantity import Quantity
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.images import ImageLibrary
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.microscope.image.card import ImageCard
from nnstudio.ui.microscope.image.grids import Grid, State, brief
from nnstudio.ui.microscope.image.places import Places, place_seeing, window_at
from nnstudio.ui.microscope.image.sheets import ImageSheets
from nnstudio.ui.microscope.microscope import Microscope
from nnstudio.ui.microscope.page_grid import painted_once
from nnstudio.ui.microscope.sheet import number
from nnstudio.ui.microscope.walk import Grain, Outlined, Stop, Walk
from nnstudio.ui.microscope.words import in_words
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.widgets.table_dialog import TableDialog

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier
DIGITS: Experiment = replace(
    default_experiment(DatasetKind.SKETCHED_DIGITS),
    layers=(Conv2DSpec(filters=6, kernel=5), MaxPool2DSpec(), DenseSpec(units=20)),
)


def traced(*layers: LayerSpec, split: SplitName = SplitName.TRAINING) -> Trace:
    trainer = Trainer(replace(DIGITS, layers=layers))
    for _ in range(3):
        trainer.step()
    held = Held(trainer.state(), trainer.dataset)
    index = int(held.batch[0]) if split is SplitName.TRAINING else 5
    if split is SplitName.TRAINING:
        assert held.update, "it is worked out"
    return Trace.of(held, Chosen(split, index))


def some_places(trace: Trace, index: int, count: int = 20) -> list[tuple[int, int, int]]:
    """Random (map, row, column) of a layer, and its corners."""
    shape, random = trace.layers[index].z.shape, np.random.default_rng(index)
    found = [tuple(int(random.integers(side)) for side in shape) for _ in range(count - 2)]
    return [(0, 0, 0), tuple(side - 1 for side in shape), *found]  # type: ignore[list-item, return-value]


@pytest.fixture(scope="module")
def deep() -> Trace:
    """Every kind of image layer, the second convolution with padding and stride, seen as a part of the mini-batch."""
    return traced(
        Conv2DSpec(filters=4, kernel=5),
        BatchNormSpec(),
        MaxPool2DSpec(),
        DropoutSpec(rate=0.3),
        Conv2DSpec(filters=3, kernel=5, padding=Padding.SAME, stride=2),
        LayerNormSpec(),
        AvgPool2DSpec(),
        FlattenSpec(),
        DenseSpec(units=10),
    )


def known(grid: Grid) -> Array:
    assert grid.states is not None
    return grid.states == State.KNOWN


# The numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [0, 4])
def test_patch_kernel_and_products_are_the_traces_at_20_places(deep: Trace, index: int) -> None:
    layer, sheets = deep.layers[index], ImageSheets(deep)
    margin = layer.spec.kernel // 2 if layer.spec.padding is Padding.SAME else 0  # type: ignore[attr-defined]
    for unit, row, column in some_places(deep, index):
        total = 0.0
        for channel in range(len(layer.x)):
            sheet = sheets.image(Stop(Phase.FORWARD, index, unit), (row, column), channel)
            patch, kernel, products = sheet.grids
            top, left, size = window_at(layer, (row, column))
            padded = np.pad(layer.x[channel], margin + 2)
            seen = padded[top + margin + 2 :, left + margin + 2 :][:size, :size]
            assert np.array_equal(patch.values, seen)
            assert np.array_equal(kernel.values, layer.arrays["weight"][channel, :, :, unit])
            assert products.values == pytest.approx(seen * kernel.values)
            outside = ~known(patch)
            assert outside.any() == (
                top < 0 or left < 0 or top + size > len(layer.x[0]) or left + size > len(layer.x[0])
            )
            total += float(products.values.sum())
        assert total + layer.arrays["bias"][unit] == pytest.approx(float(layer.z[unit, row, column]))
        block = sheet.blocks[0]
        totals = {line.label: line.cell.value for line in block.totals}
        assert totals["z"] == layer.z[unit, row, column]
        assert totals["a = ReLU(z)"] == layer.a[unit, row, column]
        folded = sum(value for label, value in totals.items() if "largest" in label or "more" in label)
        assert folded + totals["bias"] == pytest.approx(totals["z"])
        sizes = [abs(line.result.value) for line in block.lines if line.result is not None]
        assert sizes == sorted(sizes, reverse=True)


def test_a_pool_shows_who_won_and_gives_the_winner_all_of_the_error(deep: Trace) -> None:
    layer, sheets = deep.layers[2], ImageSheets(deep)
    for unit, row, column in some_places(deep, 2):
        window = layer.x[unit, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        first = np.unravel_index(window.argmax(), window.shape)
        seen, share, handed = sheets.image(Stop(Phase.FORWARD, 2, unit), (row, column)).grids
        assert np.array_equal(seen.values, window)
        assert list(seen.marks) == [tuple(map(int, first))]
        assert handed.values.sum() == layer.z[unit, row, column]
        gets = sheets.image(Stop(Phase.BACKWARD, 2, unit), (row, column)).grids[2]
        assert gets.values[first] == layer.dz[unit, row, column]
        gets.values[first] = 0
        assert not gets.values.any(), "exactly 0"
        assert np.array_equal(share.values, np.arange(4).reshape(2, 2) == window.argmax())
        there = layer.dx[unit, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        assert there[first] == layer.dz[unit, row, column]
        pooled = sheets.pooled(2, (unit, row, column), seen=True, known=True)
        assert pooled.values[0].value == window.max()
        assert [each.share for each in pooled.values] == [1, 0, 0, 0]


def test_with_ties_the_first_wins(deep: Trace) -> None:
    layer = deep.layers[2]
    flat = replace(layer, x=np.zeros_like(layer.x))
    trace = replace(deep, layers=(*deep.layers[:2], flat, *deep.layers[3:]))
    assert list(ImageSheets(trace).image(Stop(Phase.FORWARD, 2, 0), (3, 3)).grids[0].marks) == [(0, 0)]


def test_an_average_gives_each_the_same(deep: Trace) -> None:
    layer, sheets = deep.layers[6], ImageSheets(deep)
    for unit, row, column in some_places(deep, 6, 6):
        _, share, handed = sheets.image(Stop(Phase.FORWARD, 6, unit), (row, column)).grids
        assert (share.values == 0.25).all()
        assert handed.values.sum() == pytest.approx(layer.z[unit, row, column])
        gets = sheets.image(Stop(Phase.BACKWARD, 6, unit), (row, column)).grids[2]
        assert gets.values == pytest.approx(np.full((2, 2), layer.dz[unit, row, column] / 4))


@pytest.mark.parametrize("index", [0, 4])
def test_back_through_a_kernel(deep: Trace, index: int) -> None:
    layer, sheets = deep.layers[index], ImageSheets(deep)
    for unit, row, column in some_places(deep, index, 6):
        sheet = sheets.image(Stop(Phase.BACKWARD, index, unit), (row, column), 0, (1, 2))
        (_, dz, _), (_, slope, _), (_, da, _) = sheet.headline
        at = unit, row, column
        assert (dz.value, da.value) == (layer.dz[at], layer.da[at])
        assert slope.value * da.value == pytest.approx(dz.value)
        patch, part, gradient = sheet.grids
        assert part.values == pytest.approx(patch.values * layer.dz[at])
        assert np.array_equal(gradient.values, layer.gradients["weight"][0, :, :, unit])
        own = layer.gradients["weight"][0, 1, 2, unit]
        totals = {total.label: total.cell.value for total in sheet.blocks[1].totals}
        assert own in totals.values()
        assert sum(value for label, value in totals.items() if "largest" in label or "more" in label) == pytest.approx(
            own
        )
        arriving = sheet.blocks[0]
        assert arriving.totals[-1].cell.value == layer.da[at]


def test_the_update_of_a_kernel(deep: Trace) -> None:
    held, layer = deep.held, deep.layers[0]
    sheet = ImageSheets(deep).image(Stop(Phase.UPDATE, 0, 1), None, 0, (2, 3))
    old, g, new = sheet.grids
    assert np.array_equal(old.values, layer.arrays["weight"][0, :, :, 1])
    assert np.array_equal(g.values, held.way.gradients[layer.key]["weight"][0, :, :, 1])
    at = (0, 2, 3, 1)
    assert new.values[2, 3] == pytest.approx(held.number_of(held.update[-1], layer.key, "weight", at))
    labels = [total.label.split(" = ")[0] for block in sheet.blocks for total in block.totals]
    assert labels[1:] == [row.name for row in held.update]


def test_what_waits_for_the_mini_batch_is_not_0() -> None:
    trace = traced(Conv2DSpec(filters=2), DenseSpec(units=5), split=SplitName.TEST)
    assert not trace.held.worked_out
    for stop in (Stop(Phase.UPDATE, 0, 0),):
        _, g, new = ImageSheets(trace).image(stop).grids
        assert not known(g).any()
        assert not known(new).any()
        assert g.text(0, 0) == "–"


def test_normalisations_say_whose_mean_it_is(deep: Trace) -> None:
    sheets, held = ImageSheets(deep), deep.held
    layer = deep.layers[1]
    sheet = sheets.image(Stop(Phase.FORWARD, 1, 2), (4, 7))
    numbers = {total.label: total.cell.value for block in sheet.blocks for total in block.totals}
    assert numbers["x̂"] == pytest.approx((numbers["x"] - numbers["− mean"]) / numbers["÷ √(variance + ε)"])
    assert numbers["z"] == layer.z[2, 4, 7]
    assert numbers["γ · x̂"] + numbers["β, the shift"] == pytest.approx(numbers["z"])
    assert numbers["this mini-batch: mean"] == numbers["− mean"], "it is a part of the mini-batch"
    running = held.network.layout.by_layer(held.state.params, held.state.statistics)[layer.key]
    assert numbers["running: mean"] == running["running_mean"][2]
    x_hat = sheet.grids[1].values
    assert x_hat[4, 7] == numbers["x̂"]
    back = sheets.image(Stop(Phase.BACKWARD, 1, 2), (4, 7))
    handed = {total.label: total.cell.value for block in back.blocks for total in block.totals}
    assert handed["∂L/∂x"] == layer.dx[2, 4, 7]
    three = sum(value for label, value in handed.items() if label.startswith(("own", "− mean", "− x̂")))
    assert three / handed["÷ √(variance + ε)"] == pytest.approx(handed["∂L/∂x"])
    other = sheets.image(Stop(Phase.FORWARD, 5, 0), (1, 1)).blocks[2]
    assert other.note.endswith("of this example alone.")


def test_what_is_taken_away_has_its_sign_and_what_it_is_divided_by_is_named(deep: Trace) -> None:
    arriving = ImageSheets(deep).image(Stop(Phase.BACKWARD, 4, 1), (2, 3)).blocks[0]
    for line in arriving.lines:
        assert line.result is not None
        assert np.prod([cell.value for cell in line.cells]) == pytest.approx(line.result.value)
    divisor = next(total.cell.value for total in arriving.totals if total.label.startswith("÷"))
    products = sum(line.result.value for line in arriving.lines if line.result is not None)
    assert products / divisor == pytest.approx(arriving.totals[-1].cell.value)


def test_a_test_example_is_normalised_by_the_running_statistics_of_the_state() -> None:
    trace = traced(Conv2DSpec(filters=2), BatchNormSpec(), DenseSpec(units=5), split=SplitName.TEST)
    trace.held.network.statistics[...] += 1  # as they are for a moment, while another thread makes the masks
    again = Trace.of(trace.held, Chosen(SplitName.TEST, 5))
    assert np.array_equal(again.layers[1].z, trace.layers[1].z)
    notes = [block.note for block in ImageSheets(again).image(Stop(Phase.FORWARD, 1, 0)).blocks]
    assert "Used here: the running ones." in notes


def test_dropout_hatches_what_it_drops(deep: Trace) -> None:
    layer, sheets = deep.layers[3], ImageSheets(deep)
    mask = layer.alongside["mask"][1]
    dropped, kept = np.argwhere(mask == 0)[0], np.argwhere(mask != 0)[0]
    sheet = sheets.image(Stop(Phase.FORWARD, 3, 1), (int(dropped[0]), int(dropped[1])))
    states = sheet.grids[1].states
    assert states is not None
    assert np.array_equal(states == State.DROPPED, mask == 0)
    assert sheet.blocks[0].note == "× 0 (dropped)"
    sheet = sheets.image(Stop(Phase.FORWARD, 3, 1), (int(kept[0]), int(kept[1])))
    assert sheet.blocks[0].note.startswith("× 1/(1 − 0.3)")


def test_flatten_numbers_the_places(deep: Trace) -> None:
    layer, sheets = deep.layers[7], ImageSheets(deep)
    for unit in (0, 1, 5, layer.z.size - 1):
        sheet = sheets.image(Stop(Phase.FORWARD, 7, unit))
        counted = [total.cell.value for total in sheet.blocks[0].totals]
        assert sum(counted[:3]) == counted[3] == unit + 1
        assert sheet.blocks[1].totals[0].cell.value == layer.x.ravel()[unit] == layer.z[unit]


def test_every_stop_of_every_image_layer_has_a_sheet_and_words(deep: Trace) -> None:
    sheets = ImageSheets(deep)
    for index, layer in enumerate(deep.layers[:8]):
        for phase in (Phase.FORWARD, Phase.BACKWARD, *([Phase.UPDATE] if layer.arrays else [])):
            stop = Stop(phase, index, 1)
            sheet = sheets.image(stop)
            assert sheet.grids
            assert all(total.spoken() for block in sheet.blocks for total in block.totals)
            assert in_words(deep, stop)


def test_terms_come_one_by_one(deep: Trace) -> None:
    sheets = ImageSheets(deep)
    for term in (1, 3):
        sheet = sheets.image(Stop(Phase.FORWARD, 0, 0, term))
        assert int(known(sheet.grids[2]).sum()) == term
        assert sum(line.result.known for line in sheet.blocks[0].lines if line.result is not None) == term
        assert not sheet.blocks[0].totals[-1].cell.known
    last = sheets.terms(0, 0)[0]
    whole = sheets.image(Stop(Phase.FORWARD, 0, 0, last))
    assert known(whole.grids[2]).all()
    assert whole.blocks[0].totals[-1].cell.known


def test_the_words_are_those_of_the_numbers(deep: Trace) -> None:
    layer = deep.layers[0]
    for unit, row, column in some_places(deep, 0, 5):
        said = " ".join(in_words(deep, Stop(Phase.FORWARD, 0, unit), (row, column)))
        products = layer.x[0, row : row + 5, column : column + 5] * layer.arrays["weight"][0, :, :, unit]
        up, down = products[products > 0].sum(), products[products < 0].sum()
        if up or down:
            assert f"(+{number(float(up))})" in said or not up
            assert f"({number(float(down))})" in said or not down
        else:
            assert "no ink" in said
        assert f"that leaves {number(float(layer.z[unit, row, column]))}." in said


def test_places_follow_each_other(deep: Trace) -> None:
    places, layers = Places(), deep.layers
    assert places.of(layers, 0, 0) is None
    places.slide(0, (21, 10))
    assert [places.of(layers, index, 0) for index in (0, 1, 2, 3)] == [(21, 10), (21, 10), (10, 5), (10, 5)]
    places.slide(2, (3, 4))
    pixel = places.of(layers, 1, 2)
    assert pixel is not None
    assert layers[2].x[(2, *pixel)] == layers[2].z[2, 3, 4], "the pixel that won"
    places.slide(4, (2, 3))
    assert places.of(layers, 3, 0) == (2 * 2 - 1 + 2, 2 * 3 - 1 + 2), "the middle of its window"
    for place in ((0, 0), (3, 5), (5, 5)):
        top, left, size = window_at(layers[4], place)
        assert (top, left) == (2 * place[0] - 1, 2 * place[1] - 1)
        assert place_seeing(layers[4], top + size / 2, left + size / 2) == place


def test_numbers_in_cells_are_brief_and_never_0_for_what_is_not() -> None:
    written = {
        0.0: "0",
        0.84: ".84",
        -0.01: "−.01",
        1.0: "1.00",
        -1.23: "−1.2",
        0.003: "≈0",
        12.34: "12.3",
        0.999: "1.00",
    }
    assert {value: brief(value) for value in written} == written
    tiny = Grid("", "±", np.array([[2e-6, -1e-6]]), 2e-6, lambda *_: None, lambda *_: "")
    assert (tiny.text(0, 0), tiny.heading) == ("2.00", "numbers · 10⁻⁶")


# The window -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    session = Session(DIGITS, ImageLibrary(lambda: None))
    window = MainWindow(session, Settings())
    window.resize(1440, 900)
    qtbot.addWidget(window)
    session.start()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: session.frame is not None)
    yield window
    session.stop()


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot) -> Microscope:
    window._session.step()
    qtbot.waitUntil(lambda: window._session.frame.updates == 1)  # type: ignore[union-attr]
    QTest.keyClick(window.windowHandle(), Key.Key_M)
    qtbot.waitUntil(lambda: window.pages.microscopy.page.trace is not None)
    qtbot.waitUntil(lambda: window.pages.microscopy.page.trace.held.worked_out)  # type: ignore[union-attr]
    return window.pages.microscopy.page


def press(window: MainWindow, key: Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.windowHandle(), key, modifiers)


def shown(page: Microscope) -> ImageCard:
    assert page.image.isVisible()
    return page.image


@pytest.mark.slow
def test_alt_and_arrows_slide_to_the_edges_and_stop(window: MainWindow, page: Microscope, qtbot: QtBot) -> None:
    card, trace = shown(page), page.trace
    assert trace is not None
    assert not page.network.isVisible()
    assert QApplication.activeWindow() is window
    row, column = card.place
    press(window, Key.Key_Right, ALT)
    assert card.place == (row, min(column + 1, 23))
    for _ in range(30):
        press(window, Key.Key_Left, ALT)
        press(window, Key.Key_Up, ALT)
    assert card.place == (0, 0)
    patch = card.unit.grids[0].grid
    assert patch is not None
    assert np.array_equal(patch.values, trace.inputs[0, :5, :5])
    for _ in range(30):
        press(window, Key.Key_Right, ALT)
        press(window, Key.Key_Down, ALT)
    assert card.place == (23, 23)
    assert np.array_equal(card.unit.grids[0].grid.values, trace.inputs[0, 23:, 23:])  # type: ignore[union-attr]
    with qtbot.assertNotEmitted(card.slid):
        press(window, Key.Key_Right, ALT)
    assert card.here.text() == "window at row 24, column 24"
    assert "of 24 × 24 places" in card.hint.text()
    assert card.unit.subtitle.text() == "row 24, column 24"
    assert card.maps.maps is not None
    assert card.maps.maps.place == (23, 23)
    assert page.walk is not None
    assert page.walk.here == 0, "the walk stays where it is"
    press(window, Key.Key_Tab)
    assert card.place == (23, 23), "another map, the same place"
    assert page.walk.stop == Stop(Phase.FORWARD, 0, 1)


@pytest.mark.slow
def test_dragging_the_window_slides(window: MainWindow, page: Microscope) -> None:
    card = shown(page)
    picture = card.source

    def point(row: float, column: float) -> QPoint:
        return picture.pixels(row, column, 1).topLeft().toPoint()

    QTest.mousePress(picture.viewport(), Qt.MouseButton.LeftButton, pos=point(12.5, 9.5))
    assert card.place == (10, 7)
    QTest.mouseMove(picture.viewport(), point(15.5, 20.5))
    assert card.place == (13, 18)
    QTest.mouseMove(picture.viewport(), point(27.9, 27.9))
    assert card.place == (23, 23)
    QTest.mouseRelease(picture.viewport(), Qt.MouseButton.LeftButton, pos=point(27.9, 27.9))
    QTest.mouseMove(picture.viewport(), point(5, 5))
    assert card.place == (23, 23)
    maps = card.maps
    QTest.mouseClick(maps.viewport(), Qt.MouseButton.LeftButton, pos=maps.cell((4, 6)).center().toPoint())
    assert card.place == (4, 6)
    press_at = maps.small(3)
    assert press_at is not None
    QTest.mouseClick(maps.viewport(), Qt.MouseButton.LeftButton, pos=press_at.center().toPoint())
    assert page.walk is not None
    assert page.walk.stop.unit == 3
    assert card.place == (4, 6)


@pytest.mark.slow
def test_one_cell_is_ringed_everywhere_and_arrows_move_it(window: MainWindow, page: Microscope) -> None:
    card = shown(page)
    grids = card.unit.grids
    grids[1].setFocus(Qt.FocusReason.TabFocusReason)
    start = grids[1].ring
    assert start is not None
    key, step = (Key.Key_Right, 1) if start[1] < 4 else (Key.Key_Left, -1)
    press(window, key)
    assert {grid.ring for grid in grids} == {(start[0], start[1] + step)}
    for writing in range(3):
        card.unit._write(writing)
        QApplication.sendPostedEvents(card.unit, QEvent.Type.LayoutRequest)
    assert {grid.ring for grid in grids} == {(start[0], start[1] + step)}, "also at another size, and in other figures"
    assert grids[1].said() is not None
    value = grids[1].grid.values[start[0], start[1] + step]  # type: ignore[union-attr]
    assert grids[1].figure(Spot(start[1] + step, start[0])) == value
    assert page.walk is not None
    assert page.walk.here == 0, "the arrow keys are the grid's while it has the focus"
    place = card.place
    press(window, Key.Key_Left if place[1] else Key.Key_Right, ALT)
    assert card.place != place, "with Alt they are the window's"
    row = card.unit.sums[0].products[2]
    QTest.mouseMove(row, row.rect().center())
    QTest.mouseMove(row, row.rect().center() + QPoint(2, 0))
    row.pointed.emit(row.ring)
    assert row.ring is not None
    assert {grid.ring for grid in grids} == {row.ring[1:]}
    assert row.property("lit")
    box = grids[2].cell((4, 0))
    QTest.mouseMove(grids[2].viewport(), box.center().toPoint())
    assert {grid.ring for grid in grids} == {(4, 0)}


@pytest.mark.slow
def test_more_unfolds_into_a_table_of_all_products(window: MainWindow, page: Microscope, qtbot: QtBot) -> None:
    card = shown(page)
    more = next(row.more for row in card.unit.sums[0].totals if row.more.isVisible())
    assert more.text() == "+ 17 more"
    QTest.mouseClick(more, Qt.MouseButton.LeftButton)
    dialog = next(widget for widget in window.findChildren(TableDialog))
    model = dialog.view.model()
    assert model is not None
    assert model.rowCount() == 26
    dialog.close()


@pytest.mark.slow
def test_rows_and_grids_are_read_by_a_screen_reader(window: MainWindow, page: Microscope) -> None:
    card, trace = shown(page), page.trace
    assert trace is not None
    row, column = card.place
    layer = trace.layers[0]
    said = " | ".join(each.accessibleName() for each in card.rows)
    assert f"z, {number(float(layer.z[0, row, column]))}" in said
    assert f"a = ReLU(z), {number(float(layer.a[0, row, column]))}" in said
    first = layer.arrays["weight"][0, 0, :, 0]
    assert "row 1: " + ", ".join(number(float(w)) for w in first) in card.unit.grids[1].accessibleDescription()
    for control in [*card.findChildren(Stage), *card.findChildren(QPushButton)]:
        if control.isVisible():
            assert control.accessibleName()
            assert control.toolTip()
            assert control.whatsThis() or control.parentWidget().whatsThis()
    card.unit.copy()
    assert repr(float(layer.arrays["weight"][0, 0, 0, 0])) in QApplication.clipboard().text()


@pytest.mark.slow
def test_the_pool_says_who_won_in_its_card(window: MainWindow, page: Microscope) -> None:
    assert page.image.pooling.isVisible()
    assert "not computed yet" in page.image.pooling.summary()
    page._unfold(1, 0)
    card = shown(page)
    pooled = page.image.pooling.pooled
    assert pooled is not None
    assert page.trace is not None
    assert pooled.values[0].value == page.trace.layers[1].z[(0, *card.place)]
    assert "won" in page.image.pooling.summary()
    assert f"goes to {pooled.values[0].place}. The other 3 get exactly 0." in page.image.pooling.summary()
    press(window, Key.Key_3)
    assert not page.image.isVisible(), "the output is a dense layer"
    assert page.network.isVisible()
    assert not page.image.pooling.isVisible()


@pytest.mark.slow
def test_every_phase_is_shown_and_the_run_goes_on_as_if_nobody_had_looked(
    window: MainWindow, page: Microscope, qtbot: QtBot
) -> None:
    session = window._session
    for key in (Key.Key_Right, Key.Key_End, Key.Key_3, Key.Key_End, Key.Key_4, Key.Key_Tab, Key.Key_T, Key.Key_1):
        press(window, key)
        press(window, Key.Key_Right, ALT)
        press(window, Key.Key_Down, ALT)
    assert session.frame is not None
    assert session.frame.updates == 1
    session.step()
    qtbot.waitUntil(lambda: session.frame.updates == 2)  # type: ignore[union-attr]
    twin = Trainer(DIGITS)
    twin.step()
    twin.step()
    assert np.array_equal(session.frame.model.params, twin.network.params)


@pytest.mark.slow
def test_backward_sums_are_those_of_the_ringed_weight(window: MainWindow, page: Microscope) -> None:
    press(window, Key.Key_3)
    press(window, Key.Key_End)
    card, trace = shown(page), page.trace
    assert trace is not None
    assert page.walk is not None
    unit = page.walk.stop.unit
    QTest.mouseMove(card.unit.grids[2].viewport(), card.unit.grids[2].cell((3, 1)).center().toPoint())
    gradient = trace.layers[0].gradients["weight"][0, 3, 1, unit]
    assert gradient in [total.cell.value for total in card.unit.sheet.blocks[1].totals]
    press(window, Key.Key_4)
    assert page.image.isVisible()
    assert card.unit.grids[0].grid is not None
    assert card.unit.subtitle.text() == "the update of its kernel"
    QTest.mouseMove(card.unit.grids[2].viewport(), card.unit.grids[2].cell((1, 2)).center().toPoint())
    assert page.update_card.isVisible()
    assert page.update_card.weight == (trace.layers[0].key, "weight", (0, 1, 2, 0)), "the update of the ringed weight"


def test_the_channels_of_a_deep_convolution(qtbot: QtBot, deep: Trace) -> None:
    sheets, card = ImageSheets(deep), ImageCard()
    qtbot.addWidget(card)
    card.resize(1100, 460)
    card.show()
    outlined = [
        Outlined(len(layer.z), *sheets.terms(i, 0), bool(layer.gradients)) for i, layer in enumerate(deep.layers)
    ]
    walk = Walk(outlined, Grain.UNIT)
    walk.to_unit(4, 1)
    card.slid.connect(lambda: card.show_stop(sheets, walk))
    card.show_stop(sheets, walk)
    assert card.unit.channel.isVisible()
    assert card.unit.channel.count() == 4
    card.unit.channel.setFocus()
    with painted_once(card):
        qtbot.keyClick(card.unit.channel, Key.Key_Down)
    assert card.unit.sheet.channel == 1
    kernel = card.unit.grids[1].grid
    assert kernel is not None
    assert np.array_equal(kernel.values, deep.layers[4].arrays["weight"][1, :, :, 1])
    other = next(row for row in card.unit.sums[0].products if row.ring is not None and row.ring[0] != 1)
    ring = other.ring
    assert ring is not None
    QTest.mouseClick(other, Qt.MouseButton.LeftButton)
    assert (card.unit.sheet.channel, card.unit.sheet.ring) == (ring[0], ring[1:])
    place = card.place
    step = QPointF(0, 1)
    card.step(int(step.x()), -1 if place[1] else 1)
    assert card.unit.sheet.channel == ring[0], "sliding keeps the channel"
    walk.to_unit(7, 40)
    card.show_stop(sheets, walk)
    chosen: list[tuple[int, int]] = []
    card.chosen.connect(lambda layer, unit: chosen.append((layer, unit)))
    card.step(0, -1)
    assert chosen == [(7, 39)] or card.place[1] == 0
    assert Quantity.X.value == "x"
