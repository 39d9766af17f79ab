"""Whoever draws has the interpreter to himself for a moment: quick updates wait, long ones go on."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic

import pytest
from workers import Start, answer, started

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run import commands
from nnstudio.core.run.worker import Worker

QUICK = default_experiment(DatasetKind.SPIRALS)
LONG = Experiment(
    dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=500),
    layers=(DenseSpec(key=1, units=512), DenseSpec(key=2, units=256)),
    training=TrainingSpec(batch_size=64),
)
HELD = 0.6
"""Seconds."""


@pytest.fixture
def start() -> Iterator[Start]:
    with started() as start:
        yield start


def learning(worker: Worker) -> Worker:
    answer(worker, worker.send(commands.Play()))
    return worker


def updates(worker: Worker, seconds: float) -> int:
    """How many are made meanwhile, by the pictures that are there before and at the end."""
    first = newest(worker)
    threading.Event().wait(seconds)
    return newest(worker) - first


def in_turns(worker: Worker) -> tuple[list[int], list[int]]:
    """How many updates it makes while nobody holds the turn, and while somebody does, several times each: others use
    the machine, too."""
    free, held = list[int](), list[int]()
    for _ in range(3):
        free.append(updates(worker, HELD))
        with worker.turn():
            held.append(updates(worker, HELD))
    return free, held


def newest(worker: Worker) -> int:
    end = monotonic() + 20
    worker.mailbox.take()
    while monotonic() < end:
        if (frame := worker.mailbox.take()) is not None:
            return frame.updates
        threading.Event().wait(0.001)
    raise AssertionError("no picture in time")


def test_quick_updates_wait_while_somebody_holds_the_turn(start: Start) -> None:
    free, held = in_turns(learning(start(QUICK)))
    assert 0 < max(held) < max(free) / 4
    assert max(free[1:]) > 2 * max(held), "and go on at once"


def test_long_updates_go_on(start: Start) -> None:
    free, held = in_turns(learning(start(LONG)))
    assert max(held) > max(free) / 2, "each would be followed by a wait of a tick"


def test_who_holds_the_turn_is_answered(start: Start) -> None:
    worker = learning(start(QUICK))
    with worker.turn():
        slower = replace(QUICK, training=replace(QUICK.training, learning_rate=0.001))
        assert not answer(worker, worker.send(commands.Edit(slower))).refusal
        assert not answer(worker, worker.send(commands.Pause())).refusal


def test_it_ends_while_somebody_holds_the_turn(start: Start) -> None:
    worker = learning(start(QUICK))
    with worker.turn():
        assert worker.stop()


def test_a_turn_within_a_turn_is_part_of_it(start: Start) -> None:
    worker = learning(start(QUICK))
    with worker.turn():
        with worker.turn():
            assert worker._turn.locked()
        assert worker._turn.locked()
    assert worker._turn.acquire(timeout=20), "the worker itself holds it for a moment"
    worker._turn.release()
