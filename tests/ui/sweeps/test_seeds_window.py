"""Seeds of the experiment at hand, trained by real processes behind the window."""

import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing import active_children
from time import monotonic

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from same_state import assert_same
from sweeping_hand import Until

from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.shelf.rows import ShelvedSeeds
from nnstudio.core.sweep.job import Job, run_job
from nnstudio.core.sweep.results import Step
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.sweep_queue import SweepWork
from nnstudio.ui.sweeps.families import Strand
from nnstudio.ui.sweeps.seeds_window import SeedsWindow

LEFT = Qt.MouseButton.LeftButton


def opened(window: MainWindow) -> SeedsWindow:
    window.commands["try_seeds"].trigger()
    assert window.pages.sweeping.seeds is not None
    return window.pages.sweeping.seeds


def asked(window: MainWindow, seeds: int) -> SeedsWindow:
    page = opened(window)
    page.number.setValue(seeds)
    QTest.mouseClick(page.start, LEFT)
    return page


@pytest.mark.slow
def test_seeds_are_counted_drawn_and_opened(window: MainWindow, until: Until):
    before = window._session.experiment
    page = asked(window, 4)
    until(lambda: page.start.isVisible())
    spec = SweepSpec(experiment=before, seeds=4)
    alone = [run_job(Job(trial.experiment)) for trial in spec.trials]
    for number, outcome in enumerate(alone):
        assert_same(page._results.get(Step(number)), outcome.result)
        assert_same(page._results.state(Step(number)), outcome.state)
    learned = sum(outcome.result.learned_at is not None for outcome in alone)
    assert page.headline.text() == f"learned in {learned} of 4"
    assert "test accuracy of at least 95 %" in page.about.text()
    (row,) = window._session.shelving.shelf.rows
    assert isinstance(row, ShelvedSeeds)
    assert (row.label.name, row.learned, row.runs, len(row.states)) == ("4 seeds", learned, 4, 4)
    assert "test accuracy of at least 95 %" in row.rule
    line = page.curves._lines[1]
    place = len(line.xs) // 2
    QTest.mouseClick(page.curves.viewport(), LEFT, pos=QPoint(round(line.xs[place]), round(line.ys[place])))
    session, state = window._session, alone[line.number].state
    assert state is not None
    until(lambda: session.frame is not None and session.frame.updates == 300)
    assert session.experiment == state.experiment
    assert session.undo_label == f"Seed {state.experiment.seed}"
    session.undo()
    assert session.experiment == before
    assert session.undo_label == "Try 4 seeds"
    session.undo()
    assert not session.shelving.shelf.rows


@pytest.mark.slow
def test_while_the_run_plays_its_curves_take_turns_with_the_others(
    window: MainWindow, until: Until, monkeypatch: pytest.MonkeyPatch
):
    page = opened(window)
    drawn: list[int] = []
    draw = page.curves.show_strands

    def noted(strands: Sequence[Strand], *rest: object, **more: object) -> None:
        drawn.append(len(page._in))
        draw(strands, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(page.curves, "show_strands", noted)
    window._session.edit(replace(window._session.experiment, stopping=StoppingSpec(updates=600)))
    page.number.setValue(30)
    QTest.mouseClick(page.start, LEFT)
    window._session.edit(replace(window._session.experiment, stopping=StoppingSpec()))
    window._session.play()
    until(lambda: page._in)
    begun, first = monotonic(), len(drawn)
    until(lambda: len(page._in) > 15)
    assert len(drawn) - first <= 2 + (monotonic() - begun) / page.interval
    until(lambda: page.start.isVisible())
    assert drawn[-1] == 30
    assert page.headline.text().endswith(" of 30")


@pytest.mark.slow
def test_a_cancelled_one_keeps_what_is_in_and_leaves_nobody_behind(window: MainWindow, until: Until):
    page = asked(window, 1000)
    until(lambda: len(page._in) > 1)
    child = active_children()[0]
    assert child.pid is not None
    if hasattr(os, "SCHED_IDLE"):
        assert os.sched_getscheduler(child.pid) == os.SCHED_IDLE, "the window's pictures come first"
    QTest.mouseClick(page.cancel, LEFT)
    until(lambda: page.start.isVisible())
    assert not active_children()
    assert 1 < len(page._in) < 1000
    assert page.headline.text().endswith(f" of {len(page._in)}, of 1000 that were asked for")


@pytest.mark.slow
def test_a_closed_window_leaves_no_processes_behind(window: MainWindow, until: Until):
    page = asked(window, 1000)
    until(lambda: page._in)
    workers = [child.pid for child in active_children()]
    assert workers
    window.close()
    assert not active_children()
    for pid in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(pid or 0, 0)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_a_killed_process_costs_nothing(window: MainWindow, until: Until):
    page = asked(window, 12)
    until(lambda: page._in)
    os.kill(active_children()[0].pid or 0, signal.SIGKILL)
    until(lambda: page.start.isVisible())
    assert len(page._in) == 12


@pytest.mark.slow
def test_closed_meanwhile_it_goes_on_and_says_so_in_the_end(window: MainWindow, until: Until):
    page = asked(window, 3)
    page.close()
    until(lambda: not window.banner.isHidden())
    assert window.banner.text().startswith("Seeds: learned in ")
    assert opened(window) is page
    assert page.headline.text().endswith(" of 3")


def test_a_rule_by_the_clock_is_refused_in_words(window: MainWindow, until: Until):
    session = window._session
    session.edit(replace(session.experiment, stopping=StoppingSpec(seconds=5.0)))
    page = opened(window)
    assert "ends a run by the clock" in page.about.text()
    assert not page.start.isEnabled()


@pytest.mark.slow
def test_a_second_work_waits_for_the_first(window: MainWindow, until: Until, qtbot: QtBot):
    background, spec = window.pages.sweeping.background, SweepSpec(experiment=window._session.experiment, seeds=1000)
    first, second, third = SweepWork(spec), SweepWork(replace(spec, seeds=2)), SweepWork(spec)
    heard: list[str] = []
    second.progressed.connect(lambda progress: heard.append("second"))
    third.ended.connect(lambda *_: heard.append("third ended"))
    for work in (first, second, third):
        background.start(work)
    background.cancel(third)
    assert background.current is first
    assert background.is_waiting(second)
    assert heard == ["third ended"]
    background.cancel(first)
    until(lambda: background.current is second)
    until(lambda: background.current is None)
    assert "second" in heard
