"""The update of one weight, and making it in the run; nudging a weight; trying another z; taking numbers away."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from nnstudio.core.trace.quantity import Place, Quantity
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.microscope.curve_stage import CurveStage
from nnstudio.ui.microscope.microscope import Microscope
from nnstudio.ui.microscope.nudge_card import NudgeCard
from nnstudio.ui.microscope.number_chip import NumberChip
from nnstudio.ui.microscope.sheet import number
from nnstudio.ui.widgets.table_dialog import TableDialog

Key = Qt.Key


def press(window: MainWindow, key: Key) -> None:
    QTest.keyClick(window.windowHandle(), key)


def rows(page: Microscope) -> list[str]:
    chips = page.update_card.findChildren(NumberChip)
    return [chip.accessibleName() for chip in chips if chip.window() is page.window() and chip.isVisibleTo(page)]


def middle_of(page: Microscope, key: int, at: tuple[int, int]) -> QPoint:
    links = page.network._links
    assert links is not None
    link = next(link for link in links.links if (link.place.layer, link.place.at) == (key, at))
    return link.line.pointAtPercent(0.85).toPoint()


@pytest.mark.slow
def test_the_update_is_dashed_before_its_phase_and_whole_in_it(window: MainWindow, page: Microscope) -> None:
    trace = page.trace
    assert trace is not None
    press(window, Key.Key_3)
    assert page.update_card.state.isVisible()
    assert rows(page)
    assert all("not computed yet" in row for row in rows(page))
    press(window, Key.Key_4)
    assert not page.update_card.state.isVisible()
    weight = page.update_card.weight
    assert weight is not None
    for row, said in zip(trace.held.update, rows(page), strict=True):
        assert said.endswith(f": {number(trace.held.number_of(row, *weight))}")


def test_a_click_on_a_link_takes_its_weight(window: MainWindow, page: Microscope) -> None:
    hidden = page.trace.layers[0]  # type: ignore[union-attr]
    press(window, Key.Key_4)
    for at in ((1, 0), (0, 0)):
        QTest.mouseClick(page.network.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(page, hidden.key, at))
        assert page.update_card.weight == (hidden.key, "weight", at)
        assert page.walk is not None
        assert (page.walk.stop.layer, page.walk.stop.unit) == (0, at[1])


@pytest.mark.slow
def test_do_this_update_makes_it_in_the_run_and_holds_the_next(
    window: MainWindow, page: Microscope, qtbot: QtBot
) -> None:
    trace = page.trace
    assert trace is not None
    new = np.asarray(trace.held.update[-1].values)
    press(window, Key.Key_4)
    assert not page.update_card.do.isVisible(), "only at the end"
    press(window, Key.Key_End)
    assert page.update_card.do.isVisible()
    QTest.mouseClick(page.update_card.do, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.trace is not None and page.trace.held.state.updates == 6)
    assert page.trace is not None
    assert page.trace.held.state.params == pytest.approx(new, abs=1e-6)
    twin = Trainer(page.trace.held.state.experiment)
    for _ in range(6):
        twin.step()
    assert np.array_equal(page.trace.held.state.params, twin.network.params)


@pytest.mark.slow
def test_do_this_update_is_not_offered_for_a_state_of_the_past(
    window: MainWindow, page: Microscope, qtbot: QtBot
) -> None:
    window._session.step()
    qtbot.waitUntil(page.bar.newest.isVisible)
    press(window, Key.Key_4)
    press(window, Key.Key_End)
    assert not page.update_card.do.isVisible()


def test_what_is_hovered_in_the_network_is_lit_on_the_card(window: MainWindow, page: Microscope) -> None:
    hidden = page.trace.layers[0]  # type: ignore[union-attr]

    def lit() -> list[Place | None]:
        return [place for row in page.card.rows for place in row.lit]

    box = page.network.tile(-1, 1)
    assert box is not None
    hover(page, box.center())
    assert lit() == [Place(Quantity.X, hidden.key, (1,))]
    hover(page, QPointF(middle_of(page, hidden.key, (0, 0))))
    assert lit() == [Place(Quantity.WEIGHT, hidden.key, (0, 0), "weight")]
    hover(page, QPointF(2, 2))
    assert lit() == []


def hover(page: Microscope, at: QPointF) -> None:
    none, viewport = Qt.MouseButton.NoButton, page.network.viewport()
    event = QMouseEvent(QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)


def test_links_end_at_the_row_that_calculates_with_them(window: MainWindow, page: Microscope) -> None:
    docks = page.network.docks_of(page.card.rows)
    assert set(docks) == {(-1, 0), (-1, 1)}
    for row in page.card.rows[:2]:
        middle = row.mapTo(page.network, row.rect().center()).y()
        assert middle in docks.values()
    press(window, Key.Key_3)
    press(window, Key.Key_Right)
    assert set(page.network.docks_of(page.card.rows)) == {(-1, 0), (-1, 1), (1, 0)}


def test_a_double_click_on_a_link_nudges_its_weight(window: MainWindow, page: Microscope, qtbot: QtBot) -> None:
    hidden = page.trace.layers[0]  # type: ignore[union-attr]
    at = middle_of(page, hidden.key, (1, 0))
    QTest.mouseClick(page.network.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(page.network.viewport(), Qt.MouseButton.LeftButton, pos=at)
    (card,) = page.findChildren(NudgeCard)
    qtbot.waitUntil(lambda: card.nudge is not None)
    assert card.nudge is not None
    assert page.rect().contains(card.geometry())
    assert card.nudge.gradient == hidden.gradients["weight"][1, 0]
    assert card.nudge.quotient == pytest.approx(card.nudge.gradient, abs=1e-9)
    QTest.mouseClick(card.whole, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.findChildren(TableDialog)))
    (dialog,) = window.findChildren(TableDialog)
    model = dialog.view.model()
    assert [model.index(row, 4).data() for row in range(model.rowCount())] == ["right", "right"]
    dialog.close()
    QTest.keyClick(window.windowHandle(), Key.Key_Right)
    assert page._nudged is None, "a step closes it"


def test_dragging_along_the_curve_supposes_another_z(window: MainWindow, page: Microscope) -> None:
    stage = page.card.findChild(CurveStage)
    assert stage is not None
    truth = stage.summary()
    viewport, y = stage.viewport(), stage.height() // 2
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=QPoint(stage.width() - 30, y))
    z = stage.supposed
    assert z is not None
    assert z > 1
    assert f"h₁ {number(float(np.tanh(z)))}, slope {number(1 - float(np.tanh(z)) ** 2)}" in stage.summary()
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton)
    assert stage.supposed is None
    assert stage.summary() == truth
    QTest.keyClick(stage, Key.Key_Right)
    assert stage.supposed == pytest.approx(page.trace.layers[0].z[0] + 0.1)  # type: ignore[union-attr]
    QTest.keyClick(stage, Key.Key_Escape)
    assert stage.supposed is None


def test_escape_folds_the_unit_and_any_step_unfolds_it(window: MainWindow, page: Microscope) -> None:
    press(window, Key.Key_Escape)
    assert not page.card.isVisible()
    assert window.pages.microscopy.is_open
    press(window, Key.Key_Right)
    assert page.card.isVisible()


def test_numbers_are_saved_as_csv(
    window: MainWindow, page: Microscope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "h1.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), "Comma separated (*.csv)"))
    at = page.card.mapTo(page, page.card.rect().center())
    menu = page.menu_at(at)
    assert menu is not None
    menu.actions()[1].trigger()
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))
    z = page.trace.layers[0].z[0]  # type: ignore[union-attr]
    assert [row[-1] for row in table if row[1] == "z₁"] == [repr(float(z))]
