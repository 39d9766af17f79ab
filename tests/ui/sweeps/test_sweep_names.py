"""Sweeps get names and are thrown away, by mouse and by keys; Undo takes both back."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from sweeping_hand import Until

from nnstudio.core.experiment import Experiment
from nnstudio.core.sweep.sweep import Sweep
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.files.project import Project, save_project
from nnstudio.files.saving import Saver
from nnstudio.files.sweep_folder import SweepFolder
from nnstudio.files.sweep_library import name_in, sweeps_in
from nnstudio.ui.document import Document
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.sweeps.record import State
from nnstudio.ui.sweeps.sweep_list import SweepRow

LEFT = Qt.MouseButton.LeftButton


def made(folder: Path, experiment: Experiment, name: str, seeds: int = 2) -> Path:
    spec = SweepSpec(experiment=experiment, settings=("training.optimizer=sgd,adam",), seeds=seeds)
    results = SweepFolder(folder / name, spec)
    Sweep(spec.trials[:1], results).run()
    results.close()
    return folder / name


def titles(window: MainWindow) -> list[str]:
    return [row.title.text() for row in window.pages.sweeping.page.list.rows]


def typed(row: SweepRow, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    QTest.keyClicks(row.name, text)
    QTest.keyClick(row.name, end)


def test_names_and_deletions_are_steps_that_every_project_shows(
    window: MainWindow, folder: Path, experiment: Experiment, tmp_path: Path, until: Until
):
    experiment = replace(experiment, stopping=replace(experiment.stopping, updates=5))
    old, new = made(folder, experiment, "2026-01-01 old"), made(folder, experiment, "2026-01-02 new")
    window.commands["sweeps"].trigger()
    sweeping, session = window.pages.sweeping, window._session
    document, moment = Document(session, Saver()), session.moment
    rows = sweeping.page.list.rows
    assert titles(window) == ["Optimiser", "Optimiser"]

    # By a double click on the name; spaces are tidied.
    QTest.mouseDClick(rows[1], LEFT, pos=rows[1].title.geometry().center())
    assert rows[1].name.hasFocus()
    typed(rows[1], "  Which   optimiser? ")
    assert titles(window) == ["Optimiser", "Which optimiser?"]
    assert rows[1].title.isVisible()
    assert name_in(old) == "Which optimiser?"
    assert session.undo_label == "Rename Optimiser"
    # By F2; Escape leaves it as it was.
    QTest.keyClick(rows[0], Qt.Key.Key_F2)
    typed(rows[0], "not this", Qt.Key.Key_Escape)
    QTest.keyClick(rows[0], Qt.Key.Key_F2)
    typed(rows[0], "Twice")
    assert titles(window) == ["Twice", "Which optimiser?"]
    QTest.keyClick(rows[0], Qt.Key.Key_Return)
    assert sweeping.page.bar.title.text() == "Twice"

    rows[1].setFocus()
    # By Delete, and by the menu.
    QTest.keyClick(rows[1], Qt.Key.Key_Delete)
    assert titles(window) == ["Twice"]
    assert sweeping.page.list.rows[0].hasFocus()
    assert sweeps_in(folder) == (new,)
    assert "Undo brings it back" in window.banner.text()
    rename, delete = sweeping.page.list.rows[0].menu().actions()
    assert rename.text().startswith("&Rename")
    delete.trigger()
    assert (titles(window), sweeping.page.record) == ([], None)
    assert session.undo_label == "Delete Twice"

    assert session.moment is moment  # no document is newer for all this

    # There and back again.
    def undo(times: int) -> None:
        for _ in range(times):
            window.commands["undo"].trigger()

    undo(1)
    assert titles(window) == ["Twice"]
    undo(3)
    assert titles(window) == ["Optimiser", "Optimiser"]
    assert name_in(old) == name_in(new) == ""
    for _ in range(3):
        window.commands["redo"].trigger()
    assert titles(window) == ["Twice"]
    assert name_in(old) == "Which optimiser?"

    # A project of somebody's changes nothing of it, and the step is still there to be undone.
    save_project(tmp_path / "other.nns", Project(experiment))
    document.open(tmp_path / "other.nns", lambda project: None)
    until(lambda: session.document is not None and session.frame is not None and not session.loading)
    window.commands["sweeps"].trigger()
    window.commands["sweeps"].trigger()
    assert titles(window) == ["Twice"]
    undo(1)
    until(lambda: session.document is None)
    undo(1)
    assert titles(window) == ["Twice", "Which optimiser?"]
    # An empty name gives it its own back.
    row = sweeping.page.list.rows[0]
    row.rename()
    row.name.clear()
    typed(row, "")
    assert titles(window)[0] == "Optimiser"
    assert row.rect().contains(row.more.mapTo(row, QPoint()))


@pytest.mark.slow
def test_one_under_way_is_stopped_and_goes_on_when_it_is_brought_back(
    window: MainWindow, folder: Path, experiment: Experiment, until: Until
):
    window.commands["sweeps"].trigger()
    sweeping = window.pages.sweeping
    spec = SweepSpec(experiment=replace(experiment, stopping=replace(experiment.stopping, updates=200)), seeds=2)
    sweeping.begin(replace(spec, seeds=500))
    first = sweeping.page.record
    sweeping.begin(spec)
    second = sweeping.page.record
    assert first is not None
    assert second is not None
    for record in (second, first):
        sweeping.delete(record)
    assert titles(window) == []
    until(lambda: first.state is State.STOPPED)
    window.commands["undo"].trigger()
    window.commands["undo"].trigger()
    assert [row.record for row in sweeping.page.list.rows] == [second, first]
    assert not sweeps_in(folder) or sweeps_in(folder) == (first.path,)
    sweeping.rename(second, "Two seeds")
    QTest.mouseClick(sweeping.page.list.rows[0].action, LEFT)
    until(lambda: second.state is State.FINISHED)
    assert titles(window)[0] == "Two seeds"
