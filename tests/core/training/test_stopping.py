"""When a run stops, and what the sentence says."""

from dataclasses import replace
from fractions import Fraction
from math import nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.core.experiment import DenseSpec, Experiment, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import LossKind, OptimizerKind
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.training.batches import Batches
from nnstudio.core.training.history import ROWS_PER_INTERVAL
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.stopping import Stopping
from nnstudio.core.training.trainer import Trainer


def trainer(training: TrainingSpec | None = None, dataset: PlaneSpec | None = None, **stopping: Any) -> Trainer:
    """80 training examples in batches of 10: 8 updates an epoch."""
    return Trainer(
        Experiment(
            dataset=dataset or PlaneSpec(samples=160),
            training=training or TrainingSpec(batch_size=10),
            stopping=StoppingSpec(**stopping),
        )
    )


def run_until_stopped(run: Trainer, limit: int = 5000) -> str:
    for _ in range(limit):
        run.step()
        if run.stop_reason is not None:
            return run.stop_reason
    pytest.fail("the run never stopped")


def test_nothing_stops_a_run_that_nobody_limits() -> None:
    run = trainer()
    for _ in range(100):
        run.step()
        assert run.stop_reason is None


def test_updates() -> None:
    run = trainer(updates=30)
    assert run_until_stopped(run) == "Stopped after 30 updates, as asked."
    assert run.updates == 30


@pytest.mark.parametrize(
    ("epochs", "updates", "said"), [(1, 8, "1 epoch"), (2.5, 20, "2.5 epochs"), (0.1, 1, "0.125 epochs")]
)
def test_epochs(epochs: float, updates: int, said: str) -> None:
    run = trainer(epochs=epochs)
    assert run_until_stopped(run) == f"Stopped after {said}, as asked."
    assert run.updates == updates


def test_one_update_is_one_update() -> None:
    assert run_until_stopped(trainer(updates=1)) == "Stopped after 1 update, as asked."


@given(st.integers(1, 200), st.integers(1, 40), st.integers(1, 300).map(lambda hundredths: hundredths / 100))
def test_epochs_end_exactly(count: int, size: int, epochs: float) -> None:
    batches, stopping = Batches(count, size, 0), Stopping(StoppingSpec(epochs=epochs), count)
    for update in range(1, 3 * count + 3):
        batches.next()
        stops = stopping.after_update(update, batches.seen) is not None
        assert stops == (Fraction(batches.seen, count) >= Fraction(str(epochs)))
        if stops:
            return
    pytest.fail("the run never stopped")


def test_seconds_are_counted_by_whoever_runs_it() -> None:
    stopping = Stopping(StoppingSpec(seconds=2.5), 80)
    assert stopping.after_seconds(2.4) is None
    assert stopping.after_seconds(2.6) == "Stopped after 2.6 seconds, as asked."
    assert stopping.after_seconds(2.7) is None
    assert Stopping(StoppingSpec(seconds=1), 80).after_seconds(1.04) == "Stopped after 1 second, as asked."
    assert Stopping(StoppingSpec(seconds=1000), 80).after_seconds(4321) == "Stopped after 4321 seconds, as asked."
    assert Stopping(StoppingSpec(), 80).after_seconds(1e9) is None


def test_target_accuracy() -> None:
    run = trainer(TrainingSpec(batch_size=10, learning_rate=0.1), accuracy=0.95)
    reason = run_until_stopped(run)
    assert reason.startswith("Stopped: the test accuracy reached")
    assert run.evaluate().test_accuracy >= 0.95
    accuracies = run.history.prefix().test_accuracy
    assert np.nanmax(accuracies[:-1]) < 0.95 <= accuracies[-1]


def test_target_loss() -> None:
    run = trainer(TrainingSpec(batch_size=10, learning_rate=0.1), loss=0.2)
    assert run_until_stopped(run).startswith("Stopped: the test loss fell to")
    assert run.evaluate().test_loss <= 0.2


def test_a_run_may_go_on_after_it_has_stopped() -> None:
    run = trainer(updates=10)
    run_until_stopped(run)
    for _ in range(10):
        run.step()
        assert run.stop_reason is None
    run.apply(replace(run.experiment, stopping=StoppingSpec(updates=25)))
    run_until_stopped(run)
    assert run.updates == 25


def test_a_slider_that_has_nothing_to_do_with_it_does_not_stop_again() -> None:
    run = trainer(updates=10)
    run_until_stopped(run)
    run.apply(replace(run.experiment, training=replace(run.experiment.training, learning_rate=0.1)))
    run.step()
    assert run.stop_reason is None


OVERFITTING = PlaneSpec(samples=60, noise=0.5, seed=3)


def overfitting(patience: float) -> Trainer:
    return Trainer(
        Experiment(
            dataset=OVERFITTING,
            layers=(DenseSpec(units=32), DenseSpec(units=32)),
            training=TrainingSpec(batch_size=10, learning_rate=0.3),
            stopping=StoppingSpec(patience=patience),
        )
    )


def test_early_stopping_brings_the_best_back() -> None:
    run = overfitting(patience=30)
    reason = run_until_stopped(run)
    column = run.history.prefix()
    best = int(np.nanargmin(column.test_loss))
    assert best > 0
    assert f"at update {column.update[best]:.0f} for 30 epochs" in reason
    assert run.epoch - column.epoch[best] == pytest.approx(30)
    assert run.evaluate().test_loss == pytest.approx(column.test_loss[best], rel=1e-6)
    assert column.test_loss[-1] > column.test_loss[best]


def test_the_best_weights_bring_no_memory_of_the_steps_that_led_away() -> None:
    run = overfitting(patience=5)
    momentum = replace(run.experiment.training, optimizer=OptimizerKind.MOMENTUM, learning_rate=0.03)
    run = Trainer(replace(run.experiment, training=momentum))
    run.step()
    assert any(array.any() for array in run.optimizer.state().arrays.values())
    run_until_stopped(run)
    assert not any(array.any() for array in run.optimizer.state().arrays.values())


def test_patience_begins_anew_if_training_goes_on() -> None:
    run = overfitting(patience=30)
    run_until_stopped(run)
    first = run.epoch
    run_until_stopped(run)
    assert run.epoch - first >= 30


@pytest.mark.parametrize("batch_size", [1, 3, 10, 80])
@pytest.mark.parametrize(
    ("patience", "said"), [(1, "1 epoch"), (2.5, "2.5 epochs"), (0.1, "0.1 epochs"), (7, "7 epochs")]
)
def test_patience_is_as_long_as_it_says(batch_size: int, patience: float, said: str) -> None:
    run = Trainer(
        Experiment(
            dataset=PlaneSpec(samples=160),
            training=TrainingSpec(batch_size=batch_size, learning_rate=10, loss=LossKind.HINGE),
            stopping=StoppingSpec(patience=patience),
        )
    )
    reason = run_until_stopped(run, 20_000)
    best = run.stopping.best
    assert f"at update {best.updates} for {said};" in reason
    column = run.history.prefix()
    row = int(np.nanargmin(column.test_loss))
    assert column.update[row] == best.updates
    left = Fraction(str(patience)) * 80 + round(column.epoch[row] * 80)
    seen = run.batches.seen
    assert seen - min(batch_size, 80) < left <= seen


def test_one_epoch_of_patience_with_nothing_better() -> None:
    """The weights of the beginning are the best so far: the first whole epoch without a better one is the last."""
    run = trainer(patience=1)
    run.stopping.keep(replace(run.stopping.best, loss=0.0))
    assert run_until_stopped(run) == "Stopped: no better than at update 0 for 1 epoch; those weights are back."
    assert run.updates == 8


@pytest.mark.parametrize("rule", [{"patience": 50.0}, {"accuracy": 1.0}, {"loss": 1e-5}])
def test_a_rule_that_looks_at_the_loss_sees_every_epoch_end(rule: dict[str, float]) -> None:
    run = trainer(TrainingSpec(batch_size=1), **rule)
    for _ in range(30):
        while True:
            run.step()
            if run.batches.at_epoch_end:
                break
        assert run.evaluated_at == run.updates


def test_rows_stay_few_where_every_epoch_is_looked_at() -> None:
    """A batch of all examples: each update is an epoch, and is looked at; the history still thins out."""
    run = trainer(TrainingSpec(batch_size=80), patience=100_000.0)
    for _ in range(3 * ROWS_PER_INTERVAL):
        run.step()
        assert run.evaluated_at == run.updates
    assert len(run.history) < 2.1 * ROWS_PER_INTERVAL


def test_patience_asked_for_later_begins_then() -> None:
    run = overfitting(patience=30)
    for _ in range(20):
        run.step()
    impatient, patient = run.experiment, replace(run.experiment, stopping=StoppingSpec())
    run.apply(patient)
    for _ in range(500):
        run.step()
    run.apply(impatient)
    run.step()
    assert run.stop_reason is None
    assert run.stopping.best.updates == run.updates


def test_the_best_of_another_loss_is_none() -> None:
    run = trainer(TrainingSpec(loss=LossKind.MEAN_SQUARED_ERROR), patience=20.0)
    run.train(epochs=10)
    run.apply(replace(run.experiment, training=TrainingSpec(loss=LossKind.CROSS_ENTROPY)))
    run.train(epochs=30)
    assert run.stop_reason is None, "it goes on getting better"
    assert run.stopping.best.updates > 10 * 8


def test_a_run_that_goes_back_looks_at_the_same_updates() -> None:
    run = overfitting(patience=2.5)
    for _ in range(11):
        run.step()
    snapshot = run.state()

    def looks() -> list[int]:
        seen = []
        for _ in range(200):
            run.step()
            seen.append(run.evaluated_at)
        return seen

    there = looks()
    run.restore(snapshot)
    assert looks() == there


def test_early_stopping_is_part_of_a_state() -> None:
    run = overfitting(patience=30)
    for _ in range(50):
        run.step()
    snapshot = run.state()
    run_until_stopped(run)
    updates, params = run.updates, run.network.params.copy()
    run.restore(snapshot)
    assert run.stop_reason is None
    run_until_stopped(run)
    assert run.updates == updates
    assert np.array_equal(run.network.params, params)


def test_undefined_metrics_meet_nothing() -> None:
    stopping = Stopping(StoppingSpec(accuracy=0.5, loss=1, patience=1), 80)
    undefined = Metrics(nan, nan, nan, nan, 0.0)
    assert stopping.after_evaluation(1, undefined) is None
    assert not stopping.improves(undefined)
    assert stopping.loses_patience(160) is not None
    assert stopping.best.weights is None


def test_every_rule_stops() -> None:
    """Each field of the spec, alone, makes the rules active; a rule that is forgotten here is forgotten there."""
    values = {"updates": 1, "epochs": 1.0, "seconds": 1.0, "accuracy": 0.5, "loss": 1.0, "patience": 1.0}
    assert set(values) == set(settings_of(StoppingSpec))
    good = Metrics(0.0, 0.0, 1.0, 1.0, 0.0)
    for name, value in values.items():
        stopping = Stopping(StoppingSpec(**{name: value}), 80)
        assert stopping
        reasons = [
            stopping.after_update(5, 400),
            stopping.after_seconds(5.0),
            stopping.after_evaluation(5, good),
            stopping.loses_patience(400),
        ]
        assert sum(reason is not None for reason in reasons) == 1, name
    assert not Stopping(StoppingSpec(), 80)
