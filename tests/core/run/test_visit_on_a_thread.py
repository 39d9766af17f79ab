"""Looking back while the worker's thread trains: dragging never waits, and only the newest visit counts."""

import threading
from collections.abc import Callable, Iterator
from time import monotonic

import numpy as np
import pytest

from nnstudio.core.run import commands
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.worker import Worker
from tests.core.run.driven import PLANE, Driven
from tests.core.run.workers import Start, answer, started


@pytest.fixture
def start() -> Iterator[Start]:
    with started() as starts:
        yield starts


def frame(worker: Worker, wanted: Callable[[Frame], bool]) -> Frame:
    end, pause = monotonic() + 20, threading.Event()
    while monotonic() < end:
        if (taken := worker.mailbox.take()) is not None and wanted(taken):
            return taken
        pause.wait(0.002)
    raise AssertionError("no such frame in time")


@pytest.mark.slow
def test_of_a_drag_only_the_newest_place_is_gone_to_and_the_run_trains_on(start: Start) -> None:
    worker, random = start(PLANE), np.random.default_rng(0)
    worker.send(commands.Watch(Probe.OUTPUT | Probe.NEURONS))
    answer(worker, worker.send(commands.Step(2_000)))
    frame(worker, lambda frame: frame.updates == 2_000)
    worker.send(commands.Play())
    for _ in range(20):
        for update in random.integers(0, 2_000, 30).tolist():
            ticket = worker.send(commands.Visit(update))
        shown = frame(worker, lambda frame, ticket=ticket: frame.commands >= ticket)
        assert shown.visit is not None
        assert shown.visit.update == update
        assert shown.status is Status.LEARNING
    exact = worker.send(commands.Visit(1_234, exact=True))
    assert answer(worker, exact).done
    there = frame(worker, lambda frame: frame.visit is not None and frame.visit.exact)
    quiet = Driven()
    quiet(commands.Step(1_234))
    assert (there.updates, there.params.tobytes()) == (1_234, quiet.bits)
    worker.send(commands.Pause())
    worker.send(commands.Visit(None))
    now = frame(worker, lambda frame: frame.visit is None and frame.status is Status.PAUSED)
    assert now.updates > 2_000
    quiet(commands.Step(now.updates - 1_234))
    assert now.params.tobytes() == quiet.bits


def test_a_replay_is_given_up_for_the_next_visit(start: Start) -> None:
    worker = start(PLANE)
    answer(worker, worker.send(commands.Step(1_000)))
    frame(worker, lambda frame: frame.updates == 1_000)
    first, second = (worker.send(commands.Visit(update, exact=True)) for update in (900, 100))
    assert answer(worker, first).refusal
    assert answer(worker, second).done
    assert frame(worker, lambda frame: frame.commands >= second and frame.visit is not None).updates == 100
