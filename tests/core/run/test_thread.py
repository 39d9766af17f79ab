"""What the thread makes of commands that come in a heap, of a closed gate and of training that fails."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from time import monotonic

import pytest
from driven import PLANE

from nnstudio.core.data.dataset import DataError
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.worker import Worker


def answers_of(worker: Worker, tickets: int) -> dict[int, commands.Answer]:
    answers: dict[int, commands.Answer] = {}
    end = monotonic() + 20
    while len(answers) < tickets and monotonic() < end:
        if (answer := worker.answer()) is not None:
            answers[answer.ticket] = answer
        else:
            Event().wait(0.002)
    return answers


def until(condition: Callable[[], object]) -> None:
    end = monotonic() + 20
    while not condition():
        assert monotonic() < end
        Event().wait(0.002)


def test_an_edit_of_a_drag_takes_the_place_of_nothing_but_an_edit() -> None:
    worker = Worker(PLANE)
    slower = replace(PLANE, training=replace(PLANE.training, learning_rate=0.001))
    asked = (
        commands.Edit(PLANE),
        commands.Step(5),
        commands.Edit(slower, merged=True),
        commands.Save(),
        commands.Edit(PLANE, merged=True),
        commands.Save(),
    )
    for command in asked:
        worker.send(command)
    worker.start()
    answers = answers_of(worker, 1 + len(asked))
    assert worker.stop()
    first, second = answers[4].state, answers[6].state
    assert first is not None
    assert second is not None
    assert (first.updates, first.experiment, second.experiment) == (5, slower, PLANE)


def test_a_closed_gate_parks_the_training() -> None:
    worker = Worker(PLANE)
    worker.start()
    worker.send(commands.Play())
    until(lambda: worker._run.number and worker._run.trainer.updates > 10)
    worker.close_gate()
    counts = set[int]()
    end = monotonic() + 0.5
    while monotonic() < end:
        counts.add(worker._run.trainer.updates)
        Event().wait(0.002)
    worker.open_gate()
    assert worker.stop()
    # At most one update every PARKING_TIME, and one for each picture; without a gate thousands.
    assert len(counts) < 80
    assert max(counts) - min(counts) < 100


def test_commands_behind_training_that_fails_are_answered(caplog: pytest.LogCaptureFixture) -> None:
    worker = Worker(PLANE)
    worker.start()
    until(lambda: worker.mailbox.take() is not None)
    release = Event()

    def held(_: object) -> None:
        release.wait(20)
        raise DataError("There are no data.")

    worker._run._present._dataset = held  # type: ignore[assignment,method-assign]
    worker.send(commands.Begin(replace(PLANE, seed=1)))  # holds the thread until the others have come
    worker._run.trainer.batches._order = None  # type: ignore[assignment]
    worker.send(commands.Step(3))
    worker.send(commands.Watch(Probe.NOTHING))
    worker.send(commands.Save())
    release.set()
    answers = answers_of(worker, 5)
    assert worker.stop()
    assert sorted(answers) == [0, 1, 2, 3, 4]
    caplog.clear()
