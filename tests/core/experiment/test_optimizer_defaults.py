"""Whoever chooses another optimizer gets its rate and ε with it, unless they were set by hand."""

from dataclasses import replace
from itertools import permutations

import pytest

from nnstudio.core.experiment import OPTIMIZER_DEFAULTS, TrainingSpec, with_optimizer
from nnstudio.core.experiment.choices import DatasetKind, LossKind, OptimizerKind, ScheduleKind
from nnstudio.core.experiment.optimizer_defaults import optimizer_defaults
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.optimizers import SETTINGS_OF_OPTIMIZER
from nnstudio.core.training.trainer import Trainer

KINDS = list(OptimizerKind)
PAIRS = list(permutations(KINDS, 2))


def own(kind: OptimizerKind) -> TrainingSpec:
    return TrainingSpec(optimizer=kind, **OPTIMIZER_DEFAULTS[kind])


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=lambda kind: kind.value)
def test_each_brings_its_own(old: OptimizerKind, new: OptimizerKind) -> None:
    assert with_optimizer(own(old), new) == own(new)
    assert with_optimizer(with_optimizer(own(old), new), old) == own(old)


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=lambda kind: kind.value)
def test_what_was_set_by_hand_stays(old: OptimizerKind, new: OptimizerKind) -> None:
    by_hand = {
        "learning_rate": 0.0123,
        "epsilon": 3e-5,
        "beta2": 0.95,
        "weight_decay": 0.2,
        "momentum": 0.8,
        "rho": 0.7,
    }
    for name, value in by_hand.items():
        changed = with_optimizer(replace(own(old), **{name: value}), new)
        assert changed == replace(own(new), **{name: value})


def test_nothing_else_is_touched() -> None:
    spec = replace(
        own(OptimizerKind.ADAM), batch_size=7, loss=LossKind.HINGE, l2=0.3, schedule=ScheduleKind.STEP, clip_norm=1.0
    )
    assert with_optimizer(spec, OptimizerKind.LION) == replace(
        spec, optimizer=OptimizerKind.LION, learning_rate=0.001, beta2=0.99
    )


def test_a_data_sets_own_rate_is_nobodys_hand() -> None:
    images = default_experiment(DatasetKind.MNIST).training
    lion = with_optimizer(images, OptimizerKind.LION, images)
    assert lion.learning_rate == OPTIMIZER_DEFAULTS[OptimizerKind.LION]["learning_rate"]
    assert with_optimizer(lion, OptimizerKind.ADAM, images) == images
    bolder = replace(images, learning_rate=0.004)
    assert with_optimizer(bolder, OptimizerKind.LION, images).learning_rate == 0.004
    assert with_optimizer(images, OptimizerKind.LION).learning_rate == images.learning_rate  # who knows why


def test_the_table_covers_the_enumeration_and_names_only_what_is_read() -> None:
    assert set(OPTIMIZER_DEFAULTS) == set(OptimizerKind)
    known = settings_of(TrainingSpec)
    for kind, values in OPTIMIZER_DEFAULTS.items():
        assert set(values) <= {"learning_rate", *SETTINGS_OF_OPTIMIZER[kind]}
        for name, value in optimizer_defaults(kind).items():
            known[name].check(name, value)
        assert {name for names in SETTINGS_OF_OPTIMIZER.values() for name in names} <= set(optimizer_defaults(kind))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_each_learns_the_circle_when_chosen(kind: OptimizerKind) -> None:
    circle = default_experiment(DatasetKind.CIRCLE)
    run = Trainer(replace(circle, training=with_optimizer(circle.training, kind, circle.training)))
    for _ in range(2500):
        run.step()
    assert run.evaluate().test_accuracy > 0.97


@pytest.mark.parametrize(
    "training",
    [
        TrainingSpec(optimizer=OptimizerKind.LION, beta2=0.99),
        TrainingSpec(optimizer=OptimizerKind.ADADELTA, learning_rate=1.0),
    ],
    ids=lambda training: training.optimizer.value,
)
def test_with_what_was_there_before_some_do_not(training: TrainingSpec) -> None:
    """What the table is for: Lion at SGD's rate, Adadelta with Adam's ε."""
    circle = default_experiment(DatasetKind.CIRCLE)
    run = Trainer(replace(circle, training=training))
    for _ in range(2500):
        run.step()
    assert run.evaluate().test_accuracy < 0.97
