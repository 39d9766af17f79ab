"""A card whose widgets are written into says the same as one that is made anew."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.microscope.cells import Writing
from nnstudio.ui.microscope.curve_stage import CurveStage
from nnstudio.ui.microscope.line_row import LineRow
from nnstudio.ui.microscope.sheet import Sheets
from nnstudio.ui.microscope.walk import Grain, Walk
from nnstudio.ui.microscope.working import Working


def sheets_of(kind: DatasetKind) -> Sheets:
    layers = tuple(DenseSpec(units=units, activation=ActivationKind.TANH) for units in (3, 3))
    trainer = Trainer(replace(default_experiment(kind), layers=layers))
    for _ in range(3):
        trainer.step()
    held = Held(trainer.state(), trainer.dataset)
    assert held.update, "it is worked out"
    return Sheets(Trace.of(held, Chosen(SplitName.TRAINING, 1)))


def told(working: Working) -> list[tuple[object, ...]]:
    """Everything that a person sees or hears of it, in order."""
    said: list[tuple[object, ...]] = []
    for widget in working.findChildren(QWidget):
        if not widget.isVisibleTo(working):
            continue
        if isinstance(widget, QLabel):
            said.append((widget.text(), widget.toolTip(), widget.accessibleName(), widget.property("known")))
        elif isinstance(widget, LineRow):
            said.append((widget.accessibleName(), tuple(widget.places), widget.text))
        elif isinstance(widget, CurveStage):
            said.append((widget.summary(),))
    return said


@pytest.mark.slow
@pytest.mark.parametrize("writing", Writing)
@pytest.mark.parametrize("grain", [Grain.UNIT, Grain.TERM])
def test_a_card_that_is_written_into_says_what_a_new_one_says(qtbot: QtBot, writing: Writing, grain: Grain) -> None:
    sheets = sheets_of(DatasetKind.BLOBS)
    walk = Walk(sheets.outlined(), grain)
    stops, card = [*walk.stops, *walk.stops[::-7]], Working()
    qtbot.addWidget(card)
    for stop in stops:
        card.show_sheet(sheets.sheet(stop), writing)
        fresh = Working()
        qtbot.addWidget(fresh)
        fresh.show_sheet(sheets.sheet(stop), writing)
        assert told(card) == told(fresh)
        assert [row.accessibleName() for row in card.rows] == [row.accessibleName() for row in fresh.rows]


def test_after_one_walk_no_step_makes_a_widget(qtbot: QtBot) -> None:
    sheets = sheets_of(DatasetKind.BLOBS)
    walk, card = Walk(sheets.outlined(), Grain.UNIT), Working()
    qtbot.addWidget(card)
    for stop in walk.stops:
        card.show_sheet(sheets.sheet(stop), Writing.DIGITS)
    there = card.findChildren(QWidget)
    for stop in walk.stops:
        card.show_sheet(sheets.sheet(stop), Writing.DIGITS)
    assert card.findChildren(QWidget) == there


def test_tab_goes_through_the_lines_in_their_order(qtbot: QtBot) -> None:
    sheets = sheets_of(DatasetKind.BLOBS)
    walk, card = Walk(sheets.outlined(), Grain.UNIT), Working()
    qtbot.addWidget(card)
    for stop in (walk.stops[0], walk.stops[-1], walk.stops[8]):
        card.show_sheet(sheets.sheet(stop), Writing.DIGITS)
    card.show()
    card.rows[0].setFocus()
    for row in card.rows[1:]:
        while not isinstance(before := card.focusWidget(), LineRow) or before in card.rows[: card.rows.index(row)]:
            QTest.keyClick(before or card, Qt.Key.Key_Tab)
        assert card.focusWidget() is row


def test_what_was_supposed_of_one_unit_is_not_supposed_of_the_next(qtbot: QtBot) -> None:
    sheets = sheets_of(DatasetKind.BLOBS)
    first, second = Walk(sheets.outlined(), Grain.UNIT).stops[:2]
    card = Working()
    card.show_sheet(sheets.sheet(first), Writing.DIGITS)
    qtbot.addWidget(card)
    curve = card.findChild(CurveStage)
    assert curve is not None
    curve.suppose(0.5)
    card.show_sheet(sheets.sheet(second), Writing.DIGITS)
    assert curve.supposed is None
    assert " were " not in curve.summary()
