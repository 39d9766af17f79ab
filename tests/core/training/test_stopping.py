"""When a run stops, and what the sentence says."""

from dataclasses import replace
from math import nan
from typing import Any

import numpy as np
import pytest

from nnstudio.core.experiment import DatasetSpec, DenseSpec, Experiment, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.stopping import Stopping
from nnstudio.core.training.trainer import Trainer


def trainer(training: TrainingSpec | None = None, dataset: DatasetSpec | None = None, **stopping: Any) -> Trainer:
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


@pytest.mark.parametrize(("epochs", "updates"), [(1, 8), (2.5, 20), (0.1, 1)])
def test_epochs(epochs: float, updates: int) -> None:
    run = trainer(epochs=epochs)
    assert "epochs, as asked" in run_until_stopped(run)
    assert run.updates == updates


def test_seconds_are_counted_by_whoever_runs_it() -> None:
    stopping = Stopping(StoppingSpec(seconds=2.5))
    assert stopping.after_seconds(2.4) is None
    assert stopping.after_seconds(2.6) == "Stopped after 2.6 seconds, as asked."
    assert stopping.after_seconds(2.7) is None
    assert Stopping(StoppingSpec()).after_seconds(1e9) is None


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
    assert run.epoch - column.epoch[best] > 30
    assert run.evaluate().test_loss == pytest.approx(column.test_loss[best], rel=1e-6)
    assert column.test_loss[-1] > column.test_loss[best]


def test_patience_begins_anew_if_training_goes_on() -> None:
    run = overfitting(patience=30)
    run_until_stopped(run)
    first = run.epoch
    run_until_stopped(run)
    assert run.epoch - first > 30


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
    stopping = Stopping(StoppingSpec(accuracy=0.5, loss=1, patience=1))
    undefined = Metrics(nan, nan, nan, nan, 0.0)
    assert stopping.after_evaluation(1, 0.1, undefined) is None
    assert not stopping.improves(undefined)
    assert stopping.loses_patience(2.0) is not None
    assert stopping.best.weights is None


def test_every_rule_stops() -> None:
    """Each field of the spec, alone, makes the rules active; a rule that is forgotten here is forgotten there."""
    values = {"updates": 1, "epochs": 1.0, "seconds": 1.0, "accuracy": 0.5, "loss": 1.0, "patience": 1.0}
    assert set(values) == set(settings_of(StoppingSpec))
    good = Metrics(0.0, 0.0, 1.0, 1.0, 0.0)
    for name, value in values.items():
        stopping = Stopping(StoppingSpec(**{name: value}))
        assert stopping
        reasons = [
            stopping.after_update(5, 5.0),
            stopping.after_seconds(5.0),
            stopping.after_evaluation(5, 5.0, good),
            stopping.loses_patience(5.0),
        ]
        assert sum(reason is not None for reason in reasons) == 1, name
    assert not Stopping(StoppingSpec())
