"""What the thread makes of commands that come in a heap and of training that fails."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from time import monotonic

import pytest
from driven import PLANE
from workers import answer, started

import nnstudio.core.run.worker
from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import Experiment, ImageSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.run import commands, left_behind
from nnstudio.core.run.frame import Probe, Status
from nnstudio.core.run.worker import Worker
from nnstudio.core.training import descent


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


def test_commands_behind_training_that_fails_are_answered(caplog: pytest.LogCaptureFixture) -> None:
    worker = Worker(PLANE)
    worker.start()
    until(lambda: worker.mailbox.take() is not None)
    release = Event()

    def held(_: object) -> None:
        release.wait(20)
        raise DataError("There are no data.")

    worker._run.present.dataset = held  # type: ignore[assignment,method-assign]
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


def test_training_that_fails_says_so_and_the_thread_lives_on(caplog: pytest.LogCaptureFixture) -> None:
    with started() as start:
        worker = start(PLANE)
        answer(worker, 0)
        worker._run.trainer.batches._order = None  # type: ignore[assignment]
        worker.send(commands.Play())
        until(lambda: (frame := worker.mailbox.take()) is not None and frame.status is Status.FAILED)
        assert answer(worker, worker.send(commands.Begin(PLANE))).done
        caplog.clear()


def test_a_picture_nobody_has_taken_is_replaced_by_one_that_knows_more() -> None:
    with started() as start:
        worker = start(PLANE)
        for _ in range(3):
            last = worker.send(commands.Save())
            assert answer(worker, last).done
        until(lambda: (frame := worker.mailbox.take()) is not None and frame.commands == last)


@pytest.mark.parametrize("long", [commands.Play(), commands.Step(1)])
def test_a_pause_does_not_wait_for_the_end_of_an_update(
    monkeypatch: pytest.MonkeyPatch, long: commands.Command
) -> None:
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: 1)
    digits = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=5000)
    slow = Experiment(dataset=digits, training=TrainingSpec(batch_size=5000))  # an update takes a second
    with started() as start:
        worker = start(slow)
        answer(worker, 0)
        worker.send(long)
        until(lambda: worker._run.under_way)
        worker.send(commands.Pause())
        state = answer(worker, worker.send(commands.Save())).state
        assert state is not None
        assert state.updates == 0


def test_of_the_states_within_a_drag_the_first_outlives_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left_behind, "MAXIMUM_STATES", 2)
    rates = [replace(PLANE, training=replace(PLANE.training, learning_rate=rate)) for rate in (0.1, 0.2, 0.3)]
    worker = Worker(PLANE)
    worker.send(commands.Edit(replace(PLANE, seed=9)))
    for number, experiment in enumerate(rates):
        worker.send(commands.Edit(replace(experiment, seed=9), merged=number > 0))
    worker.start()
    assert answer(worker, 4).done
    assert answer(worker, worker.send(commands.PutBack(1))).done
    assert worker.stop()


def test_the_thread_makes_many_quick_updates_between_two_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Watched(Worker):
        looks = 0

        def _interrupted(self) -> bool:
            self.looks += 1
            return super()._interrupted()

    monkeypatch.setattr(nnstudio.core.run.worker, "BURST", 0.02)  # long enough for many on any machine
    worker = Watched(PLANE)
    worker.start()
    worker.send(commands.Play())
    until(lambda: (frame := worker.mailbox.take()) is not None and frame.updates > 1000)
    state = answer(worker, worker.send(commands.Save())).state
    assert worker.stop()
    assert state is not None
    assert worker.looks < state.updates / 4
