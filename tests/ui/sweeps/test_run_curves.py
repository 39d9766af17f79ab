"""The curves of many runs: medians, what is read, keys."""

from dataclasses import fields

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnstudio.core.sweep.job import Ending, Result
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.core.training.metrics import Metrics
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.sweeps.curves import RunCurves, median_curve, reading_of
from nnstudio.ui.sweeps.families import Look, Strand

NAN = float("nan")


def curve(updates: list[float], losses: list[float], validation: list[float] | None = None) -> HistoryPrefix:
    columns = {field.name: np.full(len(updates), NAN) for field in fields(HistoryPrefix)}
    columns |= {"update": np.array(updates), "test_loss": np.array(losses)}
    if validation is not None:
        columns["validation_loss"] = np.array(validation)
    return HistoryPrefix(**columns)


def result(losses: list[float], ending: Ending = Ending.FINISHED, learned: int | None = None) -> Result:
    updates = [10.0 * place for place in range(len(losses))]
    metrics = Metrics(losses[-1], losses[-1], 0.9, 0.9, 0.0)
    return Result(ending, "Too large.", int(updates[-1]), 1.0, metrics, learned, curve(updates, losses))


def test_the_median_is_taken_at_every_update_that_any_run_knows():
    three = [curve([0, 10, 20], [1, 0.1, 0.01]), curve([0, 20], [1, 0.04]), curve([0, 10], [1, 0.5])]
    updates, losses = median_curve(three)
    assert updates.tolist() == [0, 10, 20]
    # At 10 the second lies half way in powers of ten; after its end the third stays where it was.
    assert np.allclose(losses, [1, 0.2, 0.04])


def test_validation_decides_and_what_was_not_measured_is_left_out():
    updates, losses = median_curve([curve([0, 10, 20], [9, 9, 9], [0.5, NAN, 0.25]), curve([], [])])
    assert (updates.tolist(), np.round(losses, 6).tolist()) == ([0, 20], [0.5, 0.25])
    assert not len(median_curve([])[0])


def test_keys_walk_from_run_to_run_and_open_one(qtbot: QtBot):
    curves = RunCurves(lambda number: f"seed {number}")
    qtbot.addWidget(curves)
    curves.resize(500, 300)
    opened: list[int] = []
    curves.run_chosen.connect(opened.append)
    runs = ((7, result([1, 0.1], learned=10)), (3, result([1, 0.5])), (5, result([1, NAN], Ending.DIVERGED)))
    curves.show_strands((Strand("Adam", Look(0), runs), Strand("SGD", Look(1), ())))
    assert curves.places() == (3, 1)
    assert curves.reading(Spot(0, 0))[:2] == ("Adam, seed 7", "test loss 0.100")
    curves.show()
    curves.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(curves, key)
    assert opened == [3]
    table = curves.table()
    assert table is not None
    assert [row[1] for row in table.rows] == ["seed 7", "seed 3", "seed 5"]
    curves.show_strands(())
    assert curves.places() == (0, 0)
    assert curves.table() is None


def test_what_became_of_a_run_is_said():
    assert reading_of(result([1, 0.1], learned=10), False)[-1] == "learned at update 10"
    assert reading_of(result([1, 0.1]), False)[-1] == "not learned"
    assert reading_of(result([1, 0.1], Ending.PAUSED), False)[-1] == "not learned, stopped early at 10"
    assert reading_of(result([1, 0.1], Ending.DIVERGED), False)[-1] == "diverged at update 10"
    assert reading_of(result([1, 0.1], Ending.FAILED), False) == ("Too large.",)
    assert reading_of(result([1, 0.1]), True)[1] == "test R² 0.900"
