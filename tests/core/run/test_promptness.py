"""A run obeys at once: no picture and no way back measures what takes long unless somebody needs it."""

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Status
from nnstudio.core.run.run import Run
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.pieces import Pieces
from nnstudio.core.training.trainer import Trainer

DIGITS = Experiment(
    dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=500),
    layers=(DenseSpec(key=1, units=64),),
    training=TrainingSpec(batch_size=1),
)


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """After which updates a whole evaluation began."""
    updates: list[int] = []
    evaluation = Trainer.evaluation

    def noted(trainer: Trainer, exact: bool = False) -> Pieces[Metrics]:
        updates.append(trainer.updates)
        return (yield from evaluation(trainer, exact))

    monkeypatch.setattr(Trainer, "evaluation", noted)
    return updates


def begun(*asked: commands.Command) -> Run:
    run = Run()
    for command in (commands.Begin(DIGITS), *asked):
        run.obey(command)
    assert not run.trainer.evaluation_is_cheap
    return run


def work(run: Run, updates: int) -> None:
    while run.busy and run.trainer.updates < updates:
        run.work(perf_counter() + 1, lambda: run.trainer.updates >= updates)


@pytest.mark.parametrize("command", [commands.Play(), commands.StepEpoch(), commands.Step(400)])
def test_a_picture_on_the_way_measures_nothing(command: commands.Command, evaluated: list[int]) -> None:
    run = begun(command)
    work(run, 100)
    evaluated.clear()
    assert run.frame().updates == 100
    assert not evaluated


def test_the_first_picture_at_rest_comes_at_once_and_the_second_is_exact(evaluated: list[int]) -> None:
    run = begun(commands.Play())
    work(run, 100)
    run.frame()
    run.obey(commands.Pause())
    evaluated.clear()
    first, known = run.frame(), not evaluated
    assert first.status is Status.PAUSED
    assert known
    work(run, 101)
    assert evaluated == [100]
    assert not run.shown, "another picture has to follow"
    second = run.frame()
    assert evaluated == [100]
    assert run.shown
    assert second.metrics.train_loss != first.metrics.train_loss
    assert second.metrics == run.trainer.evaluate()


def test_one_step_shows_the_loss_of_its_weights(evaluated: list[int]) -> None:
    run = begun()
    run.frame()
    for _ in range(4):
        run.obey(commands.Step())
        work(run, 10)
        assert run.frame().metrics == run.trainer.evaluate()
    assert evaluated[-1] == 4


def test_going_back_and_a_new_neuron_measure_nothing_by_themselves(evaluated: list[int]) -> None:
    run = begun(commands.Step(100))
    work(run, 100)
    evaluated.clear()
    resumed = run.present.trainer_at(run.trainer.state())
    run.obey(commands.Edit(replace(DIGITS, layers=(replace(DIGITS.layers[0], units=65),))))
    assert run.trainer.network.layers[0].shape == (65,)
    assert not evaluated
    np.testing.assert_array_equal(resumed.history.prefix().update, run.trainer.history.prefix().update)
