"""What is refused changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
from driven import PLANE, Driven, refused

from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec
from nnstudio.core.network.weights import Weights
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Status
from nnstudio.core.run.run import Run


def test_a_way_back_to_a_network_that_the_batch_size_of_now_does_not_suit_is_refused() -> None:
    driven = Driven(replace(PLANE, layers=(DenseSpec(units=3), BatchNormSpec())))
    driven(commands.Step(5))
    driven(commands.Edit(driven.layers(*driven.experiment.layers[:1])))
    driven(commands.Edit(driven.training(batch_size=1)))
    driven(commands.Step(3))
    before, events = driven.state(), list(driven.run.present.timeline._events)
    assert "mini-batch" in refused(driven(commands.Back(5)))
    assert driven.bits == before.params.tobytes()
    assert driven.run.present.timeline._events == events
    assert driven.run.frame().status is Status.PAUSED


def test_a_way_back_to_data_that_can_no_longer_be_had_is_refused() -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.Edit(replace(PLANE, dataset=replace(PLANE.dataset, noise=0.3))))
    driven(commands.Step(3))
    before = driven.bits

    def gone(*_: object) -> None:
        raise DataError("The data are gone.")

    driven.run.present.dataset = gone  # type: ignore[assignment,method-assign]
    assert refused(driven(commands.Back(5))) == "The data are gone."
    assert refused(driven(commands.PutBack(3))) == "The data are gone."
    assert (driven.run.trainer.updates, driven.bits) == (8, before)
    assert driven.run.frame().status is Status.PAUSED


def held(driven: Driven) -> tuple[object, ...]:
    """What a refusal must not touch."""
    run, present = driven.run, driven.run.present
    events = list(present.timeline._events)
    return run.trainer, run.number, run._goal, run._status, present.observer, driven.bits, events


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
    before = held(driven)
    refused(driven(commands.Edit(experiment, keep)))
    assert held(driven) == before


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
    present = run.present
    before = run.trainer, run.number, run._goal, present.observer, present.bands, list(present.timeline._events)
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
            run.present.observer,
            run.present.bands,
            list(run.present.timeline._events),
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
