"""The page of the sweeps: real clicks, real processes, small networks."""

import csv
import re
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from same_state import assert_same
from sweep_processes import assert_whole
from sweeping_hand import Until

from nnstudio.core.experiment import Experiment
from nnstudio.core.sweep.job import Job, run_job
from nnstudio.core.sweep.sweep import Sweep
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.files.sweep_folder import SweepFolder
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.sweeps.page import SweepsPage
from nnstudio.ui.sweeps.record import State, SweepRecord
from nnstudio.ui.sweeps.results_model import Kind
from nnstudio.ui.sweeps.sweep_list import clock

LEFT = Qt.MouseButton.LeftButton
SETTINGS = "training.learning_rate=0.01..1", "training.optimizer=sgd,adam"


@pytest.fixture
def spec(experiment: Experiment) -> SweepSpec:
    return SweepSpec(experiment=experiment, settings=SETTINGS, runs=12, seeds=3)


@pytest.fixture
def page(window: MainWindow, folder: Path) -> SweepsPage:
    window.commands["sweeps"].trigger()
    return window.pages.sweeping.page


def made(folder: Path, spec: SweepSpec, trials: int | None = None, name: str = "2026-01-01 000000 old") -> Path:
    """A sweep that somebody else has made, or a part of it."""
    results = SweepFolder(folder / name, spec)
    Sweep(spec.trials[:trials], results, rungs=spec.rungs, ranking=spec.ranking).run()
    results.close()
    return folder / name


def shown(page: SweepsPage) -> SweepRecord:
    assert page.record is not None
    return page.record


def cells(page: SweepsPage, kind: Kind) -> list[str]:
    model = page.table.results
    column = next(column for column in model.rows.columns if column.kind is kind)
    return [model.text(row, column) for row in range(model.rowCount())]


def click_cell(page: SweepsPage, row: int, kind: Kind, across: float = 0.5) -> None:
    place = next(place for place, column in enumerate(page.table.results.rows.columns) if column.kind is kind)
    box = page.table.visualRect(page.table.results.index(row, place))
    QTest.mouseClick(page.table.viewport(), LEFT, pos=QPoint(round(box.x() + across * box.width()), box.center().y()))


@pytest.mark.slow
def test_it_fits_into_the_smallest_window_with_larger_text(
    window: MainWindow, folder: Path, spec: SweepSpec, until: Until
):
    made(folder, replace(spec, runs=4, seeds=1))
    window.commands["larger_text"].trigger()
    window.resize(1100, 720)
    window.commands["sweeps"].trigger()
    until(lambda: window.pages.sweeping.page.record is not None)
    page = window.pages.sweeping.page
    page.grab()  # all is laid out
    assert window.width() == 1100
    assert page.minimumSizeHint().width() <= page.width()


def test_the_page_takes_the_place_of_the_cards_and_gives_it_back(window: MainWindow, page: SweepsPage):
    assert page.isVisible()
    assert page.bar.isVisible()
    assert not window.desk.isVisible()
    assert not window.transport.isVisible()
    assert window.commands["sweeps"].isChecked()
    QTest.mouseClick(page.bar.back, LEFT)
    assert not page.isVisible()
    assert not page.bar.isVisible()
    assert window.desk.isVisible()
    assert window.transport.isVisible()
    assert not window.commands["sweeps"].isChecked()
    window.commands["sweeps"].trigger()
    window.commands["runs"].trigger()
    assert not page.isVisible()
    assert window.pages.runs.isVisible()
    window.commands["sweeps"].trigger()
    assert page.isVisible()
    assert not window.pages.runs.isVisible()
    assert not window.desk.isVisible()
    window.commands["microscope"].trigger()
    assert not page.isVisible()


@pytest.mark.slow
def test_a_sweep_is_made_shown_sorted_and_opened(
    window: MainWindow, page: SweepsPage, spec: SweepSpec, until: Until, tmp_path: Path
):
    window.pages.sweeping.begin(spec)
    record = shown(page)
    until(lambda: record.state is State.FINISHED)
    assert_whole(record.path, spec)
    page.renew()
    assert (record.title, record.made) == ("Learning rate × optimiser", 12)
    assert record.subtitle == "4 settings × 3 seeds on XOR truth table, 4 ReLU"
    losses = [standing.median_loss for standing in page._standings]
    assert losses == sorted(losses)
    assert cells(page, Kind.PLACE) == ["1", "2", "3", "4"]
    head = page.table.horizontalHeader()
    place = next(p for p, column in enumerate(page.table.results.rows.columns) if column.head == "Learning rate")
    x = head.sectionViewportPosition(place) + 20
    for falling in (False, True):
        QTest.mouseClick(head.viewport(), LEFT, pos=QPoint(x, head.height() // 2))
        rates = [page.table.results.standing(row).values["training.learning_rate"] for row in range(4)]
        assert rates == sorted(rates, reverse=falling)
    standing = page.table.results.standing(2)
    click_cell(page, 2, Kind.OPEN)
    number = standing.runs[0][0]
    session, outcome = window._session, run_job(Job(spec.trials[number].experiment))
    until(lambda: session.frame is not None and session.frame.updates == 300)
    assert not page.isVisible()
    assert session.undo_label == f"Run {number + 1} of Learning rate × optimiser"
    assert session.experiment == spec.trials[number].experiment
    assert session.frame is not None
    assert outcome.state is not None
    assert_same(session.frame.model.weights.params, outcome.state.params)
    window.pages.sweeping.save_csv(record, tmp_path / "figures.csv")
    rows = list(csv.DictReader((tmp_path / "figures.csv").read_text().splitlines()))
    assert (tmp_path / "figures.csv").read_bytes() == (record.path / "results.csv").read_bytes()
    assert len(rows) == 12


def test_pictures_and_boundaries_open_runs_too(
    window: MainWindow, page: SweepsPage, spec: SweepSpec, folder: Path, until: Until
):
    made(folder, spec)
    window.commands["sweeps"].trigger()
    window.commands["sweeps"].trigger()
    opened: list[int] = []
    page.run_wanted.disconnect(window.pages.sweeping._open_run)
    page.run_wanted.connect(lambda record, number: opened.append(number))
    best = page._standings[0]
    QTest.mouseClick(page.picture.viewport(), LEFT, pos=page.picture.anchor(page.picture.start()).center().toPoint())
    path = shown(page).project(best.runs[1][0])
    assert path is not None
    until(lambda: page.boundaries.picture(path) is not None)
    click_cell(page, 0, Kind.PICTURES, 0.28)
    line = page.curves._lines[0]
    middle = len(line.xs) // 2
    QTest.mouseClick(page.curves.viewport(), LEFT, pos=QPoint(round(line.xs[middle]), round(line.ys[middle])))
    page.picture.setFocus()
    page.picture.explore(Spot(0, 0))
    QTest.keyClick(page.picture, Qt.Key.Key_Return)
    QTest.mouseClick(page.bar.best, LEFT)
    assert opened[:2] == [best.runs[0][0], best.runs[1][0]]
    assert opened[2] in [number for number, _ in line.strand.runs]
    assert opened[3] == page.picture._points[0].standing.runs[0][0]
    assert opened[4] == best.runs[0][0]
    assert len(opened) == 5


@pytest.mark.slow
def test_cancelled_and_gone_on_it_is_as_one_that_never_stopped(
    window: MainWindow, page: SweepsPage, spec: SweepSpec, until: Until
):
    spec = replace(spec, runs=36, rungs=(0.5,))
    window.pages.sweeping.begin(spec)
    record = shown(page)
    until(lambda: record.made > 2)
    row = page.list.rows[0]
    assert row.action.text() == "Cancel"
    QTest.mouseClick(row.action, LEFT)
    until(lambda: record.state is State.STOPPED)
    assert not active_children()
    assert 2 < record.made < 36
    assert (row.said.text(), row.action.text()) == ("stopped", "Go on")
    QTest.mouseClick(row.action, LEFT)
    until(lambda: record.state is State.FINISHED)
    assert row.said.text().startswith("✓ finished")
    whole = made(window.pages.sweeping.folder, spec, name="2020-01-01 000000 whole")
    names = sorted(path.name for path in (whole / "runs").iterdir())
    assert names == sorted(path.name for path in (record.path / "runs").iterdir())
    for name in names:
        assert (record.path / "runs" / name).read_bytes() == (whole / "runs" / name).read_bytes()
    page.renew()
    assert sum(standing.stopped for standing in page._standings) == 6
    assert "stopped early" in page.legend.shown


@pytest.mark.slow
def test_a_window_closed_in_the_middle_loses_nothing_and_leaves_nobody(
    window: MainWindow, page: SweepsPage, spec: SweepSpec, until: Until, qtbot: QtBot
):
    spec = replace(spec, runs=60)
    window.pages.sweeping.begin(spec)
    record = shown(page)
    until(lambda: record.made > 2)
    assert active_children()
    window.close()
    assert not active_children()
    left = SweepRecord(record.path)
    left.load()
    assert left.spec == spec
    assert record.made <= left.made < 60
    assert left.state is State.STOPPED


@pytest.mark.slow
def test_a_second_sweep_waits_and_a_waiting_one_can_be_cancelled(
    window: MainWindow, page: SweepsPage, spec: SweepSpec, until: Until
):
    window.pages.sweeping.begin(replace(spec, runs=300))
    first = shown(page)
    until(lambda: first.made)
    window.pages.sweeping.begin(spec)
    second = shown(page)
    assert (first.state, second.state) == (State.RUNNING, State.WAITING)
    assert [row.record for row in page.list.rows] == [second, first]
    assert page.list.rows[0].said.text() == "waits for the one before"
    second.cancel()
    assert second.state is State.STOPPED
    first.cancel()
    until(lambda: first.state is State.STOPPED)


@pytest.mark.slow
def test_a_damaged_folder_says_so_and_harms_no_other(
    window: MainWindow, page: SweepsPage, spec: SweepSpec, folder: Path, until: Until
):
    good = made(folder, spec, name="2026-01-01 000000 good")
    bad = made(folder, spec, 1, name="2026-01-02 000000 bad")
    (bad / "sweep.json").write_text("{")
    (good / "runs" / "0003.json").write_text("{}")
    (good / "runs" / "0004.nns").unlink()
    page.bar.back.click()
    window.commands["sweeps"].trigger()
    first, second = page.list.rows
    assert first.said.text().startswith("The sweep in 2026-01-02 000000 bad cannot be read")
    assert not page.table.results.rowCount()
    QTest.mouseClick(second.title, LEFT)
    record = shown(page)
    assert (record.path, record.made, record.state) == (good, 11, State.STOPPED)
    window.pages.sweeping._open_run(record, 4)
    assert "no weights to open" in window.banner.text()
    assert window.banner.isVisible()
    assert window.banner.geometry().intersects(page.geometry())
    QTest.mouseClick(second.action, LEFT)
    until(lambda: record.state is State.FINISHED)
    assert record.made == 12


@pytest.mark.slow
def test_one_that_another_program_sweeps_in_is_left_alone(
    window: MainWindow, page: SweepsPage, spec: SweepSpec, folder: Path, until: Until
):
    path = made(folder, spec, 3)
    other = SweepFolder(path, spec)
    try:
        page.bar.back.click()
        window.commands["sweeps"].trigger()
        assert "another program is sweeping there" in page.list.rows[0].said.text()
    finally:
        other.close()


@pytest.mark.slow
def test_another_setting_or_result_can_be_looked_at(
    window: MainWindow, page: SweepsPage, spec: SweepSpec, folder: Path
):
    made(folder, spec)
    page.bar.back.click()
    window.commands["sweeps"].trigger()
    assert [family.name for family in page._families] == ["SGD", "Adam"]
    page.across.chosen.emit("training.optimizer")
    assert [family.name for family in page._families] == [""]
    page.up.chosen.emit(False)
    assert "learned in" in page.picture.summary()
    table = page.picture.table()
    assert table is not None
    assert len(table.rows) == 4


def test_over_seeds_alone_no_setting_lies_across(window: MainWindow, page: SweepsPage, spec: SweepSpec, folder: Path):
    assert not page.up.isVisible(), "nor is there any result yet"
    made(folder, replace(spec, settings=(), runs=None, seeds=2), name="2026-01-02 000000 seeds")
    made(folder, replace(spec, runs=4, seeds=1))
    page.bar.back.click()
    window.commands["sweeps"].trigger()
    assert len(cells(page, Kind.LEARNED)) == 1
    assert page.up.isVisible()
    assert not page.across.isVisible()
    assert not any(label.text() == "across" for label in page.findChildren(QLabel) if label.isVisible())
    QTest.mouseClick(page.list.rows[1], LEFT)
    assert page.across.isVisible()
    assert page.across.currentText() == "Learning rate"


@pytest.mark.slow
def test_every_control_explains_itself(window: MainWindow, page: SweepsPage, spec: SweepSpec, folder: Path):
    made(folder, spec, 3)
    page.bar.back.click()
    window.commands["sweeps"].trigger()
    kinds = (Stage, QAbstractButton, QComboBox, QLineEdit)
    controls = [c for root in (page, page.bar) for c in root.findChildren(QWidget) if isinstance(c, kinds)]
    controls = [c for c in controls if c.isVisible() and not c.objectName().startswith("qt_")]
    assert len(controls) > 9
    for control in controls:
        assert re.search(r"<b>Example:</b>[^<]*\d.*<b>Source:</b> .+", control.whatsThis()), control
        assert control.accessibleName() or getattr(control, "text", str)(), control
        assert control.toolTip(), control


def test_times_are_written_in_words():
    assert [clock(each).replace("\u00a0", " ") for each in (3.6, 64, 7500)] == ["4 s", "1 min 4 s", "2 h 5 min"]
