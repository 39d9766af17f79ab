"""What an order leaves behind for whoever looks: the gradients of the last update, a status, a message, an answer."""

from dataclasses import replace
from itertools import count
from math import inf
from time import sleep

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.network.weights import Weights
from nnstudio.core.run import commands
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import ImagePicture, Status
from nnstudio.core.run.run import Run
from nnstudio.core.training import descent
from nnstudio.core.training.trainer import Trainer

PLANE = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=40),
    layers=(DenseSpec(units=3),),
    training=TrainingSpec(batch_size=10),
)


class Asked:
    """A run without a thread, and all its answers."""

    def __init__(self, experiment: Experiment = PLANE) -> None:
        self.answers: list[commands.Answer] = []
        self.run = Run(outbox=self.answers.append)
        self(commands.Begin(experiment))

    def __call__(self, command: commands.Command, ticket: int = 0) -> None:
        """Send it and reach what it heads for."""
        self.run.obey(command, ticket)
        self.work()

    def work(self) -> None:
        while self.run.busy and not self.run.playing:
            self.run.work(inf, lambda: False)

    def training(self, **settings: object) -> Experiment:
        now = self.run.trainer.experiment
        return replace(now, training=replace(now.training, **settings))

    def play(self, updates: int = 20) -> None:
        """Play until so many updates more are made, or the run pauses by itself."""
        end = self.run.trainer.updates + updates
        self.run.obey(commands.Play())
        self.run.work(inf, lambda: self.run.trainer.updates >= end)

    @property
    def status(self) -> Status:
        return self.run.frame().status


MORE = replace(PLANE, layers=(DenseSpec(units=4),))


@pytest.mark.parametrize("command", [commands.Step(3), commands.StepEpoch()])
def test_the_last_of_some_steps_keeps_what_it_changed(command: commands.Command) -> None:
    asked = Asked()
    asked(command)
    assert asked.run.trainer.change is not None
    assert asked.run.trainer.change.any()


def test_a_recovery_says_what_it_looks_for() -> None:
    asked = Asked()
    asked(commands.Step(3))
    asked.run.obey(commands.Recover(0.001))
    assert asked.run.frame().message == "Looking for weights that were good"


def test_a_recovery_is_no_training_and_leads_to_it() -> None:
    asked = Asked()
    asked(commands.Play())
    asked.run.obey(commands.Recover(0.001))
    assert asked.status is Status.PAUSED
    asked.work()
    assert asked.run.playing
    assert asked.status is Status.LEARNING


@pytest.mark.parametrize("command", [commands.Back(2), commands.Recover(0.001)])
def test_what_takes_long_is_answered_once_and_at_its_end(command: commands.Command) -> None:
    asked = Asked()
    asked(commands.Step(5))
    asked.answers.clear()
    asked.run.obey(command, 9)
    assert not asked.answers
    asked.work()
    assert [(answer.ticket, answer.done) for answer in asked.answers] == [(9, True)]


# What is trained, and whether it goes on training ---------------------------------------------------------------------


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("after", [True, False])
def test_a_run_begins_playing_if_that_is_asked_whatever_the_one_before_did(before: bool, after: bool) -> None:
    asked = Asked()
    asked(commands.Begin(PLANE, playing=before))
    asked(commands.Begin(MORE, playing=after))
    assert asked.run.playing is after
    assert asked.status is (Status.LEARNING if after else Status.READY)


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("experiment", [MORE, replace(PLANE, training=TrainingSpec(learning_rate=0.3))], ids=str)
def test_a_run_that_plays_plays_on_after_an_edit(experiment: Experiment, keep: bool) -> None:
    asked = Asked()
    asked.play()
    asked(commands.Edit(experiment, keep))
    assert asked.run.playing
    assert asked.status is Status.LEARNING


@pytest.mark.parametrize("experiment", [MORE, replace(PLANE, training=TrainingSpec(learning_rate=0.3))], ids=str)
def test_steps_that_are_left_are_made_after_an_edit_that_keeps_what_was_learned(experiment: Experiment) -> None:
    asked = Asked()
    asked.run.obey(commands.Step(20))
    looks = iter([False] * 5 + [True])
    asked.run.work(inf, lambda: next(looks))
    asked(commands.Edit(experiment))
    assert asked.run.trainer.updates == 20


def test_a_run_that_is_finished_says_so_until_its_network_is_another() -> None:
    asked = Asked(replace(PLANE, stopping=StoppingSpec(updates=5)))
    asked.play()
    message = asked.run.frame().message
    asked(commands.Edit(asked.training(learning_rate=0.3)))
    assert not asked.run.shown, "the edit is to be seen"
    assert (asked.status, asked.run.frame().message) == (Status.FINISHED, message)
    asked(commands.Edit(replace(asked.run.trainer.experiment, layers=MORE.layers)))
    assert (asked.status, asked.run.frame().message) == (Status.PAUSED, "")
    asked(commands.Begin(PLANE))
    assert asked.status is Status.READY


def test_weights_from_elsewhere_are_something_learned() -> None:
    asked = Asked()
    asked(commands.SetWeights(Weights(asked.run.trainer.network.params * 2)))
    assert asked.status is Status.PAUSED
    asked(commands.Edit(replace(PLANE, seed=5), keep=False))
    assert asked.status is Status.READY


def test_a_run_that_goes_on_from_a_state_has_learned() -> None:
    asked = Asked()
    asked(commands.Step(5))
    asked(commands.Begin(PLANE, asked.run.trainer.state()))
    assert asked.status is Status.PAUSED


def test_the_speed_is_that_of_one_network_whatever_its_settings() -> None:
    asked = Asked()
    asked(commands.Step(50))
    asked.play()
    asked.run.frame()
    asked.run.work(inf, lambda: asked.run.trainer.updates > 80)
    asked(commands.Edit(asked.training(learning_rate=0.3)))
    assert asked.run.frame().updates_per_second > 0
    sleep(0.001)
    asked(commands.Edit(MORE, keep=False))
    assert asked.run.frame().updates_per_second == 0


def test_memory_that_ends_in_an_update_is_no_refusal_of_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bool:
        raise MemoryError

    asked = Asked()
    asked.run.obey(commands.Play())
    monkeypatch.setattr(Trainer, "advance", full)
    with pytest.raises(MemoryError):
        asked.run.work(inf, lambda: False)


@pytest.mark.parametrize("rate", [0.03, 1e-5])
@pytest.mark.parametrize("command", [commands.Play(), commands.Step(3), commands.StepEpoch()])
def test_a_run_that_diverges_is_on_its_way_to_nothing(command: commands.Command, rate: float) -> None:
    layers = (DenseSpec(units=8, activation=ActivationKind.RELU),) * 2
    asked = Asked(replace(PLANE, layers=layers, training=TrainingSpec(learning_rate=rate)))
    asked(commands.SetWeights(Weights(np.full_like(asked.run.trainer.network.params, 1e20))))
    asked.run.obey(command)
    looks = count()
    asked.run.work(inf, lambda: next(looks) > 50)
    assert not asked.run.busy
    frame = asked.run.frame()
    assert (frame.status, frame.updates) == (Status.DIVERGED, 0)
    assert frame.recovery == pytest.approx(max(rate / 10, 1e-5)), "no smaller than a learning rate may be"
    asked(commands.Pause())
    assert asked.status is Status.DIVERGED


def test_an_epoch_of_one_long_update_ends_when_that_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: 8)
    asked = Asked(replace(PLANE, training=TrainingSpec(batch_size=60_000)))
    asked(commands.StepEpoch())
    assert asked.run.trainer.updates == 1
    asked(commands.StepEpoch())
    assert asked.run.trainer.updates == 2
    assert not asked.run.under_way


def test_the_picture_shows_the_image_that_is_looked_at() -> None:
    asked = Asked(replace(PLANE, dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100)))
    first = asked.run.frame().picture
    asked(commands.LookAt(Chosen(SplitName.TEST, 3)))
    assert not asked.run.shown
    second = asked.run.frame().picture
    assert isinstance(first, ImagePicture)
    assert isinstance(second, ImagePicture)
    assert not np.array_equal(first.example, second.example)
