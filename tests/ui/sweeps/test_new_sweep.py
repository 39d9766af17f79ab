"""The dialog that asks for a sweep: what it says before it starts, and what it asks for."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from shiboken6 import isValid
from sweep_processes import assert_whole
from sweeping_hand import Until

from nnstudio.core.experiment import Experiment
from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.axis import parse_axis, settings_to_vary
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.sweeps.new_sweep import NewSweep, suggestion
from nnstudio.ui.sweeps.record import State

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(window: MainWindow, folder: Path) -> Iterator[NewSweep]:
    window.commands["sweeps"].trigger()
    QTest.mouseClick(window.pages.sweeping.page.new, LEFT)
    found = window.findChild(NewSweep)
    assert isinstance(found, NewSweep)
    yield found
    if isValid(found):
        found.reject()


def typed(dialog: NewSweep, place: int, text: str) -> None:
    field = dialog.rows[place].values
    field.selectAll()
    QTest.keyClicks(field, text)


@pytest.mark.slow
def test_what_is_typed_is_counted_asked_for_and_done(
    window: MainWindow, dialog: NewSweep, experiment: Experiment, until: Until
):
    typed(dialog, 0, "0.1, 0.3")
    QTest.mouseClick(dialog.add, LEFT)
    typed(dialog, 1, "sgd, adam")
    dialog.seeds.setValue(2)
    dialog.updates.setValue(40)
    assert dialog.said.text() == "4 combinations × 2 seeds: 8 runs of 40 updates each."
    dialog.halving.click()
    assert dialog.said.text().endswith("the worse half stops early.")
    dialog.halving.click()
    QTest.mouseClick(dialog.start, LEFT)
    record = window.pages.sweeping.page.record
    assert record is not None
    ended = replace(experiment, stopping=replace(experiment.stopping, updates=40))
    axes = "training.learning_rate=0.1, 0.3", "training.optimizer=sgd, adam"
    assert record.spec == SweepSpec(experiment=ended, settings=axes, seeds=2)
    until(lambda: record.state is State.FINISHED)
    assert_whole(record.path, record.spec)


def test_random_values_need_a_number_of_runs(dialog: NewSweep):
    typed(dialog, 0, "0.001..1")
    dialog.seeds.setValue(5)
    dialog.runs.setValue(40)
    assert dialog.said.text().startswith("8 combinations × 5 seeds: 40 runs of ")
    dialog.runs.setValue(3)
    assert "there must be some" in dialog.said.text()
    assert not dialog.start.isEnabled()


@pytest.mark.parametrize(
    ("text", "said"),
    [("0.1, x", "must be a number"), ("", "must be a number"), ("1..0.1", "smaller to a larger"), ("99", "between")],
)
def test_what_cannot_be_is_said_where_it_was_typed(dialog: NewSweep, text: str, said: str):
    dialog.rows[0].values.setText(text)
    assert said in dialog.rows[0].hint.text()
    assert not dialog.start.isEnabled()
    dialog.rows[0].values.setText("0.1")
    assert dialog.start.isEnabled()


def test_the_same_setting_twice_is_refused_and_a_row_can_be_taken_away(dialog: NewSweep):
    dialog.add_row("training.learning_rate")
    assert "given twice" in dialog.said.text()
    QTest.mouseClick(dialog.rows[1].away, LEFT)
    assert len(dialog.rows) == 1
    assert dialog.start.isEnabled()
    QTest.mouseClick(dialog.rows[0].away, LEFT)
    assert dialog.said.text().startswith("1 combination × 5 seeds: 5 runs")


@pytest.mark.parametrize("name", ["spirals", "xor-two-units", "sketched-digits"])
def test_all_suggestions_are_legal(name: str):
    experiment = PRESETS[name].experiment
    for path, setting in settings_to_vary(experiment).items():
        if path != "seed":
            parse_axis(f"{path}={suggestion(experiment, path, setting)}", experiment)


def test_grows_for_the_settings_that_are_added(dialog: NewSweep):
    for _ in range(4):
        QTest.mouseClick(dialog.add, LEFT)
        QTest.qWait(50)  # to lay them out, not on the way there
    assert len(dialog.rows) == 5
    for row in dialog.rows:
        assert row.height() >= row.heightForWidth(row.width()) > 0
        assert row.values.height() >= row.values.sizeHint().height()
