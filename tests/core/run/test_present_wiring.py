"""What takes the place of what is trained: from where it goes on, which past it has, and which settings stay."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import DenseSpec, Experiment, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.network.weights import Weights
from nnstudio.core.run import commands
from nnstudio.core.run.run import Run

PLANE = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=40),
    layers=(DenseSpec(units=3),),
    training=TrainingSpec(batch_size=10),
)
MORE = replace(PLANE, layers=(DenseSpec(units=4),))
LESS = replace(PLANE, layers=(DenseSpec(units=1),))


class Trained:
    """A run without a thread that has made five updates."""

    def __init__(self) -> None:
        self.answers: list[commands.Answer] = []
        self.run = Run(outbox=self.answers.append)
        self(commands.Begin(PLANE))
        self(commands.Step(5))

    def __call__(self, command: commands.Command, ticket: int = 0) -> str:
        """Send it, reach what it heads for; why it was refused."""
        self.run.obey(command, ticket)
        while self.run.busy and not self.run.playing:
            self.run.work(inf, lambda: False)
        return self.answers[-1].refusal

    @property
    def bits(self) -> bytes:
        return self.run.trainer.network.params.tobytes()


def test_an_experiment_begins_with_the_weights_it_is_given() -> None:
    trained = Trained()
    bits = trained.bits
    assert not trained(commands.Begin(PLANE, Weights(trained.run.trainer.network.params.copy())))
    assert (trained.run.trainer.updates, trained.bits) == (0, bits)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (commands.Begin(PLANE, Weights(np.zeros(7))), "does not fit its own experiment"),
        (commands.SetWeights(Weights(np.zeros(7))), "7 parameters do not fit"),
        (commands.PutBack(77), "no longer there"),
    ],
    ids=["begin", "weights", "undo"],
)
def test_what_does_not_fit_or_is_gone_is_refused_and_changes_nothing(command: commands.Command, says: str) -> None:
    trained = Trained()
    trainer, bits, marks = trained.run.trainer, trained.bits, trained.run.trainer.marks
    assert says in trained(command)
    assert trained.run.trainer is trainer
    assert (trained.bits, trainer.updates, trainer.marks) == (bits, 5, marks)


def test_a_state_from_before_another_experiment_brings_its_past_with_it() -> None:
    trained = Trained()
    bits = trained.bits
    trained(commands.Begin(MORE), 3)
    trained(commands.Step(4))
    trained(commands.PutBack(3))
    assert (trained.run.trainer.updates, trained.bits) == (5, bits)
    trained(commands.Step(2))
    trained(commands.Back(2))
    assert (trained.run.trainer.updates, trained.bits) == (5, bits)
    trained(commands.Back(100))
    assert trained.run.trainer.updates == 0


def test_where_there_is_no_room_for_its_past_a_state_begins_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The states themselves stay as long as there is room for two."""
    trained = Trained()
    bits, state = trained.bits, trained.run.trainer.state()
    room = 3 * state.nbytes + 11 * 8 * 1024
    monkeypatch.setattr("nnstudio.core.run.left_behind.MAXIMUM_BYTES", room)
    for _ in range(5):
        trained.run.present.timeline.note_state(trained.run.trainer.state())
    trained(commands.Begin(MORE), 3)
    trained(commands.PutBack(3))
    trained(commands.Step(2))
    trained(commands.Back(100))
    assert (trained.run.trainer.updates, trained.bits) == (5, bits)


def test_a_way_back_leaves_the_rules_for_stopping_as_they_are_set_now() -> None:
    trained = Trained()
    rules = StoppingSpec(updates=1000)
    trained(commands.Edit(replace(PLANE, stopping=rules)))
    trained(commands.Step(2))
    trained(commands.Back(4))
    assert trained.run.trainer.updates == 3
    assert trained.run.trainer.experiment.stopping == rules


def test_settings_that_were_taken_back_along_are_part_of_the_past() -> None:
    trained = Trained()
    trained(commands.Edit(replace(PLANE, training=replace(PLANE.training, learning_rate=0.3))))
    trained(commands.Step(2))
    trained(commands.Back(4))
    trained(commands.Step(3))
    there = trained.bits
    trained(commands.Step(1))
    trained(commands.Back(1))
    assert (trained.run.trainer.updates, trained.bits) == (6, there)


def test_a_way_back_is_undone() -> None:
    trained = Trained()
    there = trained.bits
    trained(commands.Back(2), 9)
    assert not trained(commands.PutBack(9))
    assert (trained.run.trainer.updates, trained.bits) == (5, there)


def exploded() -> Trained:
    """Five updates that were good, and thirty, of another network, that were not."""
    trained = Trained()
    trained(commands.Edit(replace(LESS, training=replace(PLANE.training, learning_rate=10, l2=10.0))))
    trained(commands.Step(30))
    assert not trained.run.trainer.evaluate().train_loss <= trained.run.trainer.history.prefix().train_loss[0]
    return trained


def test_a_recovery_cuts_off_the_past_that_went_wrong() -> None:
    trained = exploded()
    trained(commands.Recover(0.001))
    recovered = trained.run.trainer.updates
    assert recovered <= 5
    assert [(mark.updates, mark.text) for mark in trained.run.trainer.marks][-1] == (recovered, "Learning rate")
    trained(commands.Pause())
    trained(commands.Step(6))
    there = trained.bits
    trained(commands.Step(1))
    trained(commands.Back(1))
    assert (trained.run.trainer.updates, trained.bits) == (recovered + 6, there)
    assert trained.run.trainer.experiment.training.learning_rate == 0.001


def test_a_recovery_is_undone() -> None:
    trained = exploded()
    updates, bits = trained.run.trainer.updates, trained.bits
    trained(commands.Recover(0.001), 9)
    trained(commands.Pause())
    trained(commands.PutBack(9))
    assert (trained.run.trainer.updates, trained.bits) == (updates, bits)
    assert trained.run.trainer.experiment.layers == LESS.layers


def test_the_data_last_used_are_kept_ready() -> None:
    trained = Trained()

    def dataset(noise: float) -> Dataset:
        assert not trained(commands.Edit(replace(PLANE, dataset=replace(PLANE.dataset, noise=noise))))
        return trained.run.trainer.dataset

    first, second, third = dataset(0.1), dataset(0.2), dataset(0.3)
    assert dataset(0.1) is first
    dataset(0.4)
    assert dataset(0.3) is third
    assert dataset(0.1) is first, "it was used again"
    assert dataset(0.2) is not second, "it was used least"
