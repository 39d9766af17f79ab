"""Updates that take long: pictures of the run come between two of them, and rules are looked at there."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf
from time import monotonic

import numpy as np
import pytest
from workers import Start, answer, started

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, LossKind
from nnstudio.core.network.weights import Weights
from nnstudio.core.run import commands
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.run import Run
from nnstudio.core.run.worker import Worker
from nnstudio.core.training import descent
from nnstudio.core.training.trainer import Trainer

DIGITS = Experiment(
    dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=2000),
    layers=(DenseSpec(key=1, units=100),),
    training=TrainingSpec(batch_size=2000),
)


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a worker whose updates take some hundred pieces."""
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: 16)
    with started() as start:
        yield start


def frames(worker: Worker, enough: Callable[[list[Frame]], bool]) -> list[Frame]:
    """All pictures until there are enough, while somebody turns the pages."""
    seen: list[Frame] = []
    end = monotonic() + 20
    while not enough(seen):
        assert monotonic() < end, [(frame.updates, frame.status) for frame in seen]
        frame = worker.mailbox.take()
        if frame is not None:
            seen.append(frame)
            worker.send(commands.LookAt(Chosen(SplitName.TEST, len(seen))))
        threading.Event().wait(0.001)
    return seen


@pytest.mark.parametrize("probes", [Probe.NOTHING, Probe.GRADIENTS])
def test_a_playing_run_is_shown_between_its_updates(start: Start, probes: Probe) -> None:
    worker = start(DIGITS)
    worker.send(commands.Watch(probes))
    worker.send(commands.Play())
    seen = frames(worker, lambda seen: len({frame.updates for frame in seen}) > 5)
    twin = Trainer(DIGITS)
    for frame in seen:
        while twin.updates < frame.updates:
            twin.step()
        assert frame.params.tobytes() == twin.network.params.tobytes(), "no picture was taken in the middle"
        if frame.updates and probes:
            assert all(layer.update_ratio is not None for layer in frame.readings)


def test_a_rule_that_counts_seconds_is_met_between_two_updates(start: Start) -> None:
    worker = start(replace(DIGITS, stopping=StoppingSpec(seconds=0.2)))
    worker.send(commands.Play())
    seen = frames(worker, lambda seen: bool(seen) and seen[-1].status is Status.FINISHED)
    assert seen[-1].updates > 0
    state = answer(worker, worker.send(commands.Save())).state
    assert state is not None
    assert state.updates == seen[-1].updates
    assert state.seconds >= 0.2


def test_no_rule_is_met_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: 16)
    run = Run()
    run.obey(commands.Begin(replace(DIGITS, stopping=StoppingSpec(seconds=1))))
    run.obey(commands.Play())
    run.trainer.seconds = 1.0
    looks = iter([False] * 50 + [True])
    run.work(inf, lambda: next(looks))
    assert run.trainer.seconds > 1
    assert run.under_way
    assert run.playing
    run.work(0, lambda: False)
    assert run.trainer.updates == 1
    assert run.frame().status is Status.FINISHED


def test_a_way_back_is_not_much_longer_than_a_second_of_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnstudio.core.run.present.KEPT_EVERY", 0.0)
    run = Run()
    run.obey(commands.Begin(DIGITS))
    run.obey(commands.Play())
    for updates in range(1, 5):
        run.work(inf, lambda updates=updates: run.trainer.updates >= updates and not run.under_way)
    way = run.present.replay(3)
    assert way.trainer.updates == 3, "nothing has to be made once more"


def test_a_failure_in_the_middle_takes_the_update_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: 16)
    run = Run()
    run.obey(commands.Begin(DIGITS))
    run.obey(commands.Play())
    looks = iter([False] * 5 + [True])
    run.work(inf, lambda: next(looks))
    assert run.under_way
    run.fail(RuntimeError("a picture"))
    assert not run.under_way
    assert run.trainer.batches.seen == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda run: commands.SetWeights(Weights(np.zeros_like(run.trainer.network.params))),
        lambda run: commands.Edit(replace(DIGITS, training=TrainingSpec(loss=LossKind.MEAN_SQUARED_ERROR))),
    ],
)
def test_the_loss_of_other_weights_and_of_another_kind_is_not_shown(change: Callable[[Run], commands.Command]) -> None:
    run = Run()
    run.obey(commands.Begin(DIGITS))
    run.obey(commands.Play())
    assert not run.trainer.evaluation_is_cheap
    run.obey(change(run))
    assert run.frame().metrics.test_loss == run.trainer.evaluate().test_loss


def test_a_picture_comes_while_an_update_is_only_being_looked_at(start: Start) -> None:
    """What takes long behind an update, an evaluation, changes nothing: it may be pictured, whole and unmeasured."""
    trainer = Trainer(replace(DIGITS, training=TrainingSpec(batch_size=64)))
    while not trainer.advance():
        pass
    trainer._next_long = trainer.updates + 1
    seen: list[tuple[int, bool]] = []
    while not trainer.advance():
        seen.append((trainer.updates, trainer.looking))
    made = trainer.updates
    assert {looking for updates, looking in seen if updates < made} <= {False}
    assert {looking for updates, looking in seen if updates == made} <= {True}
    assert not trainer.looking, "it is over"
