"""What a trainer gives up, keeps and says: an update under way, the gradient of the last one, how good it is."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from same_state import assert_same

from nnstudio.core.experiment import DenseSpec, Experiment, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, LossKind, OptimizerKind, ScheduleKind
from nnstudio.core.network.weights import Weights
from nnstudio.core.training import descent
from nnstudio.core.training.trainer import Trainer

PLANE = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=40),
    layers=(DenseSpec(units=3),),
    training=TrainingSpec(batch_size=60_000),
)
SLOWER = replace(PLANE, training=replace(PLANE.training, learning_rate=0.001))


@pytest.mark.parametrize(
    "change",
    [
        lambda trainer: trainer.apply(SLOWER),
        lambda trainer: trainer.set_weights(Weights(trainer.network.params * 2)),
        lambda trainer: trainer.restore(Trainer(PLANE).state()),
    ],
    ids=["apply", "weights", "restore"],
)
def test_whatever_changes_a_trainer_gives_up_an_update_under_way(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[Trainer], object]
) -> None:
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: 8)
    changed, straight = Trainer(PLANE), Trainer(PLANE)
    for trainer in (changed, straight):
        trainer.step()
    for _ in range(3):
        assert not changed.advance()
    for trainer in (changed, straight):
        change(trainer)
        assert not trainer.under_way
    assert_same(changed.state(), straight.state())
    for trainer in (changed, straight):
        trainer.step()
    assert_same(changed.state(), straight.state())


def test_training_says_how_good_the_network_is_then() -> None:
    trainer = Trainer(PLANE)
    before = trainer.evaluate()
    assert trainer.train(3) == trainer.evaluate() != before


def test_the_last_gradient_is_not_that_of_the_weights_that_patience_brings_back() -> None:
    wild = replace(PLANE, training=TrainingSpec(learning_rate=10, l2=10.0), stopping=StoppingSpec(patience=2))
    trainer = Trainer(wild)
    for _ in range(1000):
        trainer.step(keep_change=True)
        if trainer.stop_reason is not None:
            break
    assert trainer.stopping.best.weights is not None
    assert trainer.network.params.tobytes() == trainer.stopping.best.weights.params.tobytes()
    assert not trainer.gradient_is_known
    assert trainer.change is None


@pytest.mark.parametrize(
    "settings",
    [
        {"loss": LossKind.MEAN_SQUARED_ERROR},
        {"batch_size": 7},
        {"schedule": ScheduleKind.COSINE},
        {"optimizer": OptimizerKind.ADAM},
        {"l2": 1.0, "clip_norm": 0.1},
    ],
    ids=str,
)
def test_a_trainer_goes_on_with_other_settings_as_one_that_is_built_with_them(settings: dict[str, object]) -> None:
    training = TrainingSpec(batch_size=10, loss=LossKind.CROSS_ENTROPY, schedule=ScheduleKind.PLATEAU)
    trainer = Trainer(replace(PLANE, training=training, stopping=StoppingSpec(patience=5)))
    for _ in range(9):
        trainer.step()
    trainer.apply(replace(trainer.experiment, training=replace(training, **settings)))
    built = Trainer.resumed(trainer.state())
    for _ in range(9):
        trainer.step()
        built.step()
    assert_same(trainer.state(), built.state())


def test_another_loss_is_no_plateau_because_it_is_larger() -> None:
    training = TrainingSpec(
        batch_size=10, loss=LossKind.MEAN_SQUARED_ERROR, schedule=ScheduleKind.PLATEAU, schedule_period=3
    )
    trainer = Trainer(replace(PLANE, training=training))
    trainer.train(6)
    rate = trainer.learning_rate
    trainer.apply(replace(trainer.experiment, training=replace(training, loss=LossKind.CROSS_ENTROPY)))
    trainer.train(4)
    assert trainer.learning_rate == rate == training.learning_rate


@pytest.mark.parametrize("settings", [{"schedule_period": 2.0}, {"schedule_factor": 0.9}])
def test_a_schedule_that_is_changed_in_mid_run_goes_by_its_new_numbers(settings: dict[str, float]) -> None:
    training = TrainingSpec(schedule=ScheduleKind.EXPONENTIAL, schedule_period=5.0, batch_size=10)
    before = Experiment(training=training)
    changed, new = Trainer(before), replace(before, training=replace(training, **settings))  # type: ignore[arg-type]
    twin = Trainer(new)
    for trainer in (changed, twin):
        for _ in range(60):
            trainer.step()
    assert changed.learning_rate != twin.learning_rate
    changed.apply(new)
    changed.step()
    twin.step()
    assert changed.learning_rate == twin.learning_rate
