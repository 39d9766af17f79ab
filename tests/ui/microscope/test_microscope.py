"""The microscope in the window, by its keys: every number of XOR as a screen reader gets it, and the run untouched."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.microscope.curve_stage import CurveStage
from nnstudio.ui.microscope.microscope import Microscope
from nnstudio.ui.microscope.sheet import Writing, number
from nnstudio.ui.microscope.walk import Grain, Stop
from nnstudio.ui.session import Session

Key = Qt.Key


def run_of(window: MainWindow) -> Session:
    return window._session


def press(window: MainWindow, *keys: Key) -> None:
    for key in keys:
        QTest.keyClick(window.windowHandle(), key)


def trace_of(page: Microscope) -> Trace:
    assert page.trace is not None
    return page.trace


def stop_of(page: Microscope) -> Stop:
    assert page.walk is not None
    return page.walk.stop


def read(page: Microscope) -> list[str]:
    """The lines of the card as a screen reader gets them."""
    return [row.accessibleName() for row in page.card.rows]


@pytest.mark.slow
def test_its_keys_walk_through_all_phases_and_every_number_is_read(window: MainWindow, page: Microscope) -> None:
    trace = trace_of(page)
    seen: dict[Stop, list[str]] = {}
    for _ in range(40):
        seen[stop_of(page)] = read(page)
        press(window, Key.Key_Right)
    assert len(seen) == 3 + 1 + 3 + 3
    hidden, output = trace.layers
    for unit in range(2):
        forward = " | ".join(seen[Stop(Phase.FORWARD, 0, unit)])
        for place, name in enumerate("₁₂"):
            x, w = hidden.x[place], hidden.arrays["weight"][place, unit]
            own = f"value x{name}, {number(x)}, times weight w{'₁₂'[unit]}{name}, {number(w)}, equals {number(x * w)}"
            assert own in forward
        assert f"z{'₁₂'[unit]}, {number(hidden.z[unit])}" in forward
        assert f"h{'₁₂'[unit]}, {number(hidden.a[unit])}" in forward
        backward = " | ".join(seen[Stop(Phase.BACKWARD, 0, unit)])
        v = output.arrays["weight"][unit, 0]
        assert f"weight v{'₁₂'[unit]}, {number(v)}, times error ∂L/∂zᵒ₁, {number(output.dz[0])}" in backward
        assert f"equals {number(hidden.da[unit])}" in backward
        for place, name in enumerate("₁₂"):
            assert f"w{'₁₂'[unit]}{name}: " in backward
            assert number(hidden.gradients["weight"][place, unit]) in backward
        update = " | ".join(seen[Stop(Phase.UPDATE, 0, unit)])
        new = trace.held.number_of(trace.held.update[-1], hidden.key, "bias", (unit,))
        assert number(new) in update
    loss = " | ".join(seen[Stop(Phase.LOSS)])
    assert f"L, {number(trace.terms.loss)}" in loss


@pytest.mark.slow
def test_the_run_goes_on_as_if_nobody_had_looked(window: MainWindow, page: Microscope, qtbot: QtBot) -> None:
    session = run_of(window)
    for key in (Key.Key_Right, Key.Key_3, Key.Key_Left, Key.Key_Tab, Key.Key_T, Key.Key_Down, Key.Key_End):
        press(window, key)
    assert session.frame is not None
    assert session.frame.updates == 5, "its keys are its own"
    session.step()
    qtbot.waitUntil(lambda: session.frame.updates == 6)  # type: ignore[union-attr]
    twin = Trainer(session.experiment)
    for _ in range(6):
        twin.step()
    assert np.array_equal(session.frame.model.params, twin.network.params)


def test_without_an_example_in_hand_it_opens_with_one_that_tells(page: Microscope) -> None:
    trace = trace_of(page)
    assert trace.row is not None
    assert (trace.inputs != 0).all(), "of (0, 0) every product were 0"
    assert page.card.findChild(CurveStage).summary().startswith("tanh at z₁ ")  # type: ignore[union-attr]
    assert ": h₁ " in page.card.findChild(CurveStage).summary()  # type: ignore[union-attr]


@pytest.mark.slow
def test_in_words_the_update_names_its_way_and_who_pulls(window: MainWindow, page: Microscope) -> None:
    press(window, Key.Key_4)
    trace = trace_of(page)
    held, layer = trace.held, trace.layers[0]
    changes = held.change_of(layer.key, "weight")[:, 0]
    at = int(np.abs(changes).argmax()), 0
    g = float(held.way.gradients[layer.key]["weight"][at])
    way = "negative, so the loss falls as it grows" if g < 0 else "positive, so the loss falls as it shrinks"
    assert f"{'grows' if changes[at[0]] > 0 else 'shrinks'} from" in page.words.text()
    assert f"its mean gradient is {number(g)}, {way}." in page.words.text()
    each = held.way.of_each(layer.key, "weight", at)
    assert each is not None
    row = int((each * np.sign(g)).argmax())
    point = ", ".join(number(float(value)) for value in held.way.layers[0].x[row])
    assert f"({point})" in page.words.text()
    assert f"pulls hardest, with {number(float(each[row]))}." in page.words.text()


@pytest.mark.slow
def test_another_network_is_told_and_offered(window: MainWindow, page: Microscope, qtbot: QtBot) -> None:
    session, bar = run_of(window), page.bar
    press(window, Key.Key_End)
    held = trace_of(page).held
    session.edit(replace(session.experiment, layers=(*session.experiment.layers, DenseSpec(units=3))))
    qtbot.waitUntil(bar.newest.isVisible)
    assert bar.state.text() == "holds update 5 of another network"
    assert bar.newest.text() == "take the present one"
    press(window, Key.Key_4, Key.Key_End)
    assert not page.update_card.do.isVisible(), "the run cannot make this update any more"
    press(window, Key.Key_Down)
    assert trace_of(page).held is held
    assert bar.state.text() == "holds update 5 of another network"
    QTest.mouseClick(bar.newest, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: trace_of(page).held is not held)
    assert len(trace_of(page).layers) == 3
    assert bar.state.text() == "holds update 5, the newest"
    session.undo()
    qtbot.waitUntil(lambda: bar.state.text() == "holds update 5 of another network")


@pytest.mark.slow
def test_it_holds_its_state_and_says_when_the_run_moved_on(window: MainWindow, page: Microscope, qtbot: QtBot) -> None:
    assert page.bar.state.text() == "holds update 5, the newest"
    assert not page.bar.newest.isVisible()
    before = trace_of(page)
    run_of(window).step()
    qtbot.waitUntil(page.bar.newest.isVisible)
    assert page.bar.state.text() == "holds update 5, run moved on"
    assert trace_of(page) is before, "no number changes under the reader's eyes"
    QTest.mouseClick(page.bar.newest, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: trace_of(page).held.state.updates == 6)
    assert page.bar.state.text() == "holds update 6, the newest"


def test_while_other_data_are_on_their_way_it_waits_for_them_and_opens(window: MainWindow, qtbot: QtBot) -> None:
    session, microscopy = window._session, window.pages.microscopy
    for kind in (DatasetKind.MOONS, DatasetKind.CIRCLE, DatasetKind.RINGS, DatasetKind.BLOBS):
        other = default_experiment(kind)
        session.edit(other)
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_M)
        qtbot.waitUntil(lambda: microscopy.is_open and microscopy.page.trace is not None)
        assert microscopy.page.trace is not None
        assert microscopy.page.trace.held.state.experiment == other
        microscopy.close()


@pytest.mark.slow
def test_escape_brings_the_cards_back(window: MainWindow, page: Microscope) -> None:
    assert not window.desk.isVisible()
    assert window.commands["microscope"].isChecked()
    press(window, Key.Key_Escape)
    press(window, Key.Key_Escape)
    assert window.desk.isVisible()
    assert not window.commands["microscope"].isChecked()


@pytest.mark.slow
def test_phases_and_grains_have_keys(window: MainWindow, page: Microscope) -> None:
    press(window, Key.Key_3)
    assert stop_of(page) == Stop(Phase.BACKWARD, 1, 0)
    press(window, Key.Key_L)
    assert stop_of(page) == Stop(Phase.BACKWARD, 1)
    assert not page.card.isVisible()
    press(window, Key.Key_T)
    assert (page.walk.grain, stop_of(page).term) == (Grain.TERM, 1)  # type: ignore[union-attr]
    press(window, Key.Key_1)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 0, 1)
    assert any("not computed yet" in line for line in read(page))
    press(window, Key.Key_End)
    assert stop_of(page).layer == 1


@pytest.mark.slow
def test_what_has_not_been_computed_says_so(window: MainWindow, page: Microscope) -> None:
    assert page.gradient.summary() == "not computed yet"
    press(window, Key.Key_T)
    press(window, Key.Key_Home)
    assert any("–" in row.text.split() for row in page.card.rows)
    assert any("not computed yet" in row.accessibleName() for row in page.card.rows)
    press(window, Key.Key_U)
    press(window, Key.Key_4)
    assert "this example" in page.gradient.summary()


@pytest.mark.slow
def test_a_click_on_a_unit_unfolds_it_in_this_phase(window: MainWindow, page: Microscope) -> None:
    press(window, Key.Key_3)
    box = page.network.tile(0, 1)
    assert box is not None
    QTest.mouseClick(page.network.viewport(), Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    assert stop_of(page) == Stop(Phase.BACKWARD, 0, 1)
    assert page.card.title.text() == "h₂"
    assert page.network.card.contains(page.card.geometry().center())


@pytest.mark.slow
def test_tab_walks_the_units_and_arrows_the_examples(window: MainWindow, page: Microscope, qtbot: QtBot) -> None:
    press(window, Key.Key_Tab)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 1)
    chosen = trace_of(page).chosen
    assert chosen is not None
    press(window, Key.Key_Down)
    other = trace_of(page)
    assert other.chosen == chosen.moved(other.held.dataset, 1)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 1), "the walk stays where it is"
    qtbot.waitUntil(lambda: run_of(window).frame.example.chosen == other.chosen)  # type: ignore[union-attr]


@pytest.mark.slow
def test_a_factor_that_is_pointed_at_is_lit_in_the_network(window: MainWindow, page: Microscope) -> None:
    before = page.network.grab().toImage()
    weight = next(cell for row in page.card.rows for cell in row.line.cells if cell.name == "w₁₁")
    page.card.pointed.emit(weight.place)
    assert page.network.grab().toImage() != before
    page.card.pointed.emit(None)
    assert page.network.grab().toImage() == before


@pytest.mark.slow
def test_all_numbers_in_full_and_as_a_table(window: MainWindow, page: Microscope) -> None:
    page.card.writings.set_current([*Writing].index(Writing.FULL))
    z = trace_of(page).layers[0].z[0]
    page.card.copy()
    assert repr(float(z)) in QApplication.clipboard().text()
    assert page.card.writing is Writing.FULL


@pytest.mark.slow
def test_a_press_on_the_line_of_phases_goes_there(window: MainWindow, page: Microscope) -> None:
    assert page.walk is not None
    for box, place in page.bar.line._boxes[::3]:
        QTest.mouseClick(page.bar.line.viewport(), Qt.MouseButton.LeftButton, pos=box.center().toPoint())
        assert page.walk.here == place
    QTest.mouseClick(page.bar.line.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert page.walk.here == place


@pytest.mark.slow
def test_a_wave_plays_the_steps_and_ends(window: MainWindow, page: Microscope, qtbot: QtBot) -> None:
    press(window, Key.Key_4)
    press(window, Key.Key_End)
    press(window, Key.Key_Left)
    page.wave()
    page._wave.setInterval(1)
    qtbot.waitUntil(lambda: not page._wave.isActive())
    assert page.walk is not None
    assert page.walk.here == len(page.walk.stops) - 1
