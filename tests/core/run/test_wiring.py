"""How a run is wired: what a command leaves as it was, what it begins anew, and what becomes of those that fail."""

from collections.abc import Callable
from dataclasses import replace
from math import inf
from threading import Event
from time import monotonic, perf_counter

import numpy as np
import pytest

from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec
from nnstudio.core.network.weights import Weights
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Probe, Status
from nnstudio.core.run.left_behind import LeftBehind
from nnstudio.core.run.run import Run
from nnstudio.core.run.timeline import INTERVAL
from nnstudio.core.run.worker import Worker
from nnstudio.core.training.state import RunState

PLANE = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=40),
    layers=(DenseSpec(units=3),),
    training=TrainingSpec(optimizer=OptimizerKind.ADAM, batch_size=10),
)


class Driven:
    """A run without a thread, with its answers by ticket."""

    def __init__(self, experiment: Experiment = PLANE) -> None:
        self.answers: dict[int, commands.Answer] = {}
        self.run = Run(outbox=lambda answer: self.answers.__setitem__(answer.ticket, answer))
        self._ticket = 0
        self(commands.Begin(experiment))

    def __call__(self, command: commands.Command) -> commands.Answer | None:
        """Send it, reach what it heads for, and give its answer."""
        self._ticket += 1
        self.run.obey(command, self._ticket)
        while self.run.busy and not self.run.playing:
            self.run.work(inf, lambda: False)
        return self.answers.get(self._ticket)

    def state(self) -> RunState:
        return self.run.trainer.state()

    @property
    def bits(self) -> bytes:
        return self.run.trainer.network.params.tobytes()

    @property
    def experiment(self) -> Experiment:
        return self.run.trainer.experiment

    def training(self, **settings: object) -> Experiment:
        return replace(self.experiment, training=replace(self.experiment.training, **settings))

    def layers(self, *layers: object) -> Experiment:
        return replace(self.experiment, layers=layers)  # type: ignore[arg-type]


def refused(answer: commands.Answer | None) -> str:
    assert answer is not None
    assert answer.refusal
    return answer.refusal


# What is noted of the past --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{"learning_rate": 0.3}, {"optimizer": OptimizerKind.SGD}, {"l2": 1.0}])
def test_a_way_back_across_an_edit_makes_it_again(settings: dict[str, object]) -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.Edit(driven.training(**settings)))
    driven(commands.Step(5))
    there = driven.bits
    driven(commands.Step(1))
    driven(commands.Back(1))
    assert (driven.run.trainer.updates, driven.bits) == (10, there)


def test_imported_weights_begin_a_past_of_their_own() -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.SetWeights(Weights(driven.run.trainer.network.params * 2)))
    there = driven.bits
    driven(commands.Step(1))
    driven(commands.Back(3))
    assert (driven.run.trainer.updates, driven.bits) == (5, there)


def test_an_abandoned_future_does_not_come_back() -> None:
    """Back to update 4 over an edit at 5; the way from 7 to 6 then leads through no edit."""
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.Edit(driven.layers(DenseSpec(units=7, key=1))))
    driven(commands.Step(3))
    driven(commands.Back(4))
    driven(commands.Step(2))
    there = driven.bits
    driven(commands.Step(1))
    driven(commands.Back(1))
    assert (driven.run.trainer.updates, driven.bits) == (6, there)


def test_a_run_begins_where_a_state_stands() -> None:
    driven, other = Driven(), Driven()
    driven(commands.Step(7))
    other(commands.Begin(PLANE, driven.state()))
    driven(commands.Step(5))
    other(commands.Step(5))
    assert (other.run.trainer.updates, other.bits) == (12, driven.bits)
    other(commands.Back(9))
    assert other.run.trainer.updates == 7, "the past of a run that was opened begins where it was saved"


def test_the_first_edit_of_a_drag_leaves_the_state_to_go_back_to() -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven.run.skip(50, False)
    driven(commands.Edit(driven.training(optimizer=OptimizerKind.SGD), merged=True))
    driven(commands.PutBack(50))
    assert driven.experiment == PLANE
    assert driven.state().optimizer.arrays["m"].any(), "with the memory that the edit had lost"
    driven(commands.Back(2))
    assert driven.run.trainer.updates == 3


def test_a_way_back_says_how_far_it_is_and_is_no_training() -> None:
    driven = Driven()
    driven(commands.Step(20))
    seconds = driven.run.trainer.seconds
    driven.run.obey(commands.Back(10), 50)
    assert driven.run.frame().message == "Going back to update 10: 0%"
    looks = iter([False] * 5 + [True])
    driven.run.work(inf, lambda: next(looks))
    assert driven.run.frame().message == "Going back to update 10: 50%"
    assert driven.run.trainer.seconds == seconds
    driven(commands.Pause())
    assert driven.run.trainer.updates == 20


def test_imports_and_recoveries_are_marked() -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.SetWeights(Weights(driven.run.trainer.network.params.copy())))
    driven.run.obey(commands.Recover(0.002), 50)
    driven.run.work(inf, lambda: 50 in driven.answers)
    assert [(mark.updates, mark.text) for mark in driven.run.trainer.marks] == [
        (5, "Import weights"),
        (5, "Learning rate"),
    ]


def test_of_the_states_left_behind_those_within_a_drag_and_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    state = Driven().state()
    table = state.history.rows.update.base
    assert table is not None
    monkeypatch.setattr("nnstudio.core.run.left_behind.MAXIMUM_BYTES", 3 * state.nbytes + table.nbytes)
    left = LeftBehind()
    for ticket, merged in enumerate([False, True, True, False, False, False]):
        left.keep(ticket, state, merged)
    assert [left.get(ticket) is state for ticket in range(7)] == [False, False, False, True, True, True, False]
    monkeypatch.setattr("nnstudio.core.run.left_behind.MAXIMUM_BYTES", 0)
    left.keep(9, state)
    assert [left.get(ticket) is state for ticket in (3, 4, 5, 9)] == [False, False, False, True]


def test_of_two_edits_at_one_update_both_are_to_come_for_whoever_goes_back_to_it() -> None:
    driven = Driven()
    driven(commands.Step(5))
    there = driven.bits
    driven(commands.Edit(driven.layers(*driven.experiment.layers, DenseSpec(units=3))))
    driven(commands.Edit(driven.layers(*driven.experiment.layers, DenseSpec(units=3))))
    driven(commands.Step(1))
    driven(commands.Back(1))
    assert driven.experiment == PLANE
    assert driven.bits == there


def test_going_back_at_the_beginning_takes_no_layer_away() -> None:
    driven = Driven()
    driven(commands.Edit(driven.layers(*PLANE.layers, DenseSpec(units=3))))
    edited, number = driven.bits, driven.run.number
    answer = driven(commands.Back(1))
    assert answer is not None
    assert answer.done
    assert (driven.bits, driven.run.number) == (edited, number)


def test_an_edit_that_is_undone_at_once_leaves_the_way_back() -> None:
    driven = Driven()
    driven(commands.Step(5))
    five = driven.bits
    driven(commands.Step(5))
    driven(commands.Edit(driven.training(learning_rate=0.3)))
    driven(commands.PutBack(driven._ticket))
    assert driven.experiment == PLANE
    driven(commands.Back(5))
    assert (driven.run.trainer.updates, driven.bits) == (5, five)


# What is refused changes nothing --------------------------------------------------------------------------------------


def test_a_way_back_to_a_network_that_the_batch_size_of_now_does_not_suit_is_refused() -> None:
    driven = Driven(replace(PLANE, layers=(DenseSpec(units=3), BatchNormSpec())))
    driven(commands.Step(5))
    driven(commands.Edit(driven.layers(*driven.experiment.layers[:1])))
    driven(commands.Edit(driven.training(batch_size=1)))
    driven(commands.Step(3))
    before, events = driven.state(), list(driven.run._present.timeline._events)
    assert "mini-batch" in refused(driven(commands.Back(5)))
    assert driven.bits == before.params.tobytes()
    assert driven.run._present.timeline._events == events
    assert driven.run.frame().status is Status.PAUSED


def test_a_way_back_to_data_that_can_no_longer_be_had_is_refused() -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.Edit(replace(PLANE, dataset=replace(PLANE.dataset, noise=0.3))))
    driven(commands.Step(3))
    before = driven.bits

    def gone(*_: object) -> None:
        raise DataError("The data are gone.")

    driven.run._present._dataset = gone  # type: ignore[assignment,method-assign]
    assert refused(driven(commands.Back(5))) == "The data are gone."
    assert refused(driven(commands.PutBack(3))) == "The data are gone."
    assert (driven.run.trainer.updates, driven.bits) == (8, before)
    assert driven.run.frame().status is Status.PAUSED


@pytest.mark.parametrize(
    "experiment",
    [
        replace(PLANE, layers=(DenseSpec(units=3), BatchNormSpec()), training=replace(PLANE.training, batch_size=1)),
        replace(PLANE, dataset=ImageSpec(kind=DatasetKind.MNIST)),
        replace(PLANE, dataset=ImageSpec(kind=DatasetKind.MNIST), seed=5),
    ],
    ids=["batch", "data", "data and weights"],
)
@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("playing", [True, False])
def test_an_edit_that_is_refused_leaves_run_past_and_goal(experiment: Experiment, keep: bool, playing: bool) -> None:
    driven = Driven()
    driven(commands.Step(5))
    if playing:
        driven(commands.Play())
    run = driven.run
    before = (
        run.trainer,
        run.number,
        run._goal,
        run._status,
        run._present.observer,
        driven.bits,
        list(run._present.timeline._events),
    )
    refused(driven(commands.Edit(experiment, keep)))
    after = (
        run.trainer,
        run.number,
        run._goal,
        run._status,
        run._present.observer,
        driven.bits,
        list(run._present.timeline._events),
    )
    assert after == before


def test_memory_that_ends_while_the_picture_of_a_new_run_is_prepared_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    driven = Driven()
    driven(commands.Edit(driven.training(learning_rate=0.3)))
    driven(commands.Play())
    run = driven.run

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("nnstudio.core.run.present.Observer", full)
    before = run.trainer, run.number, run._goal, run._present.observer, list(run._present.timeline._events)
    for command in (
        commands.Begin(PLANE),
        commands.Edit(driven.layers()),
        commands.Edit(driven.layers(), keep=False),
        commands.PutBack(2),
    ):
        assert "memory" in refused(driven(command))
        assert (
            run.trainer,
            run.number,
            run._goal,
            run._present.observer,
            list(run._present.timeline._events),
        ) == before


@pytest.mark.parametrize(
    "command",
    [
        commands.Edit(PLANE),
        commands.PutBack(1),
        commands.SetWeights(Weights(np.zeros(3))),
        commands.Save(),
        commands.Play(),
        commands.Pause(),
        commands.Step(),
        commands.StepEpoch(),
        commands.Back(),
        commands.Recover(0.1),
    ],
)
def test_nothing_can_be_asked_of_a_run_that_has_not_begun(command: commands.Command) -> None:
    answers: list[commands.Answer] = []
    run = Run(outbox=answers.append)
    run.obey(command, 7)
    assert [(answer.ticket, answer.done) for answer in answers] == [(7, False)]
    assert not run.busy


# Rules, pictures, clocks ----------------------------------------------------------------------------------------------


def test_steps_do_not_use_up_the_rule_that_counts_seconds() -> None:
    driven = Driven(replace(PLANE, stopping=StoppingSpec(seconds=0.1)))
    driven.run.trainer.seconds = 1.0
    driven(commands.Step(5))
    assert driven.run.frame().status is Status.PAUSED
    driven(commands.Play())
    driven.run.work(perf_counter() + 0.01, lambda: False)
    assert driven.run.frame().status is Status.FINISHED


def test_the_gradients_of_a_playing_run_come_with_what_the_update_changed() -> None:
    driven = Driven()
    driven(commands.Watch(Probe.GRADIENTS))
    driven(commands.Step(3))
    assert driven.run.trainer.updates == 3, "steps are counted, whoever looks"
    driven(commands.Play())
    driven.run.work(perf_counter() + 0.005, lambda: driven.run.trainer.updates > 6)
    change = driven.run.trainer.change
    assert change is not None
    assert change.any()
    driven(commands.Watch(Probe.NOTHING))
    driven.run.work(perf_counter() + 0.005, lambda: driven.run.trainer.updates > 9)
    assert driven.run.trainer.change is None, "nobody looks: no work for it"


def test_the_clock_of_the_speed_begins_anew_with_play() -> None:
    driven = Driven()
    driven(commands.Play())
    driven.run.work(perf_counter() + 0.002, lambda: False)
    driven.run.frame()
    driven.run.work(perf_counter() + 0.002, lambda: False)
    assert driven.run.frame().updates_per_second > 0
    driven(commands.Play())
    assert driven.run.frame().updates_per_second == 0


def test_training_leaves_states_behind_so_that_a_way_back_is_short() -> None:
    driven = Driven()
    driven(commands.Step(2 * INTERVAL))
    replay = driven.run.replay(2 * INTERVAL - 1)
    assert replay.trainer.updates == INTERVAL


def test_a_network_that_begins_while_it_plays_has_no_speed_of_the_one_before() -> None:
    driven = Driven()
    driven(commands.Play())
    driven.run.frame()
    driven.run.work(perf_counter() + 0.05, lambda: False)
    assert driven.run.frame().updates_per_second > 0
    driven(commands.Begin(PLANE, playing=True))
    assert driven.run.frame().updates_per_second == 0


def test_a_network_that_begins_anew_has_no_steps_left_to_make() -> None:
    driven = Driven()
    driven.run.obey(commands.Step(100), 50)
    driven(commands.Edit(driven.layers(DenseSpec(units=4)), keep=False))
    assert driven.run.trainer.updates == 0


def test_a_failure_is_shown_but_a_picture_that_fails_is_not_taken_for_ever() -> None:
    driven = Driven()
    driven(commands.Watch(Probe.OUTPUT))
    driven.run.frame()
    driven.run.fail(RuntimeError("a bug"))
    assert not driven.run.shown, "the failure must be seen"
    frame = driven.run.frame()
    assert (frame.status, "a bug" in frame.message) == (Status.FAILED, True)
    driven.run.fail(RuntimeError("in the picture"))
    assert not driven.run.shown, "without what somebody looks at it may succeed"
    assert driven.run.probes is Probe.NOTHING
    driven.run.frame()
    driven.run.fail(RuntimeError("in the picture"))
    assert driven.run.shown


def test_recovery_keeps_the_edits_made_at_the_same_update() -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.Edit(driven.layers(*driven.experiment.layers, DenseSpec(units=3))))
    driven(commands.Edit(driven.layers(*driven.experiment.layers[:1], DenseSpec(units=4))))  # the key is used again
    driven.run.obey(commands.Recover(0.001), 99)
    driven.run.work(inf, lambda: 99 in driven.answers)
    driven(commands.Pause())
    driven(commands.Step(3))
    there = driven.bits
    driven(commands.Step(1))
    driven(commands.Back(1))
    assert driven.bits == there


# The thread -----------------------------------------------------------------------------------------------------------


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
