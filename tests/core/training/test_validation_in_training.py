"""Validation examples in a run: measured beside the others, and what stopping and the plateau schedule go by."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nnstudio.core.experiment import Experiment, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind, ScheduleKind
from nnstudio.core.training.history import COLUMNS, History
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.stopping import Stopping
from nnstudio.core.training.trainer import Trainer

NOISY = PlaneSpec(kind=DatasetKind.CIRCLE, samples=200, noise=0.5, validation_share=0.3, seed=6)
WITHOUT = Metrics(0.1, 0.2, 0.9, 0.8, 0.0)
WITH = replace(WITHOUT, validation_loss=0.3, validation_accuracy=0.7)


def trainer(dataset: PlaneSpec = NOISY, training: TrainingSpec | None = None, **stopping: Any) -> Trainer:
    spec = training or TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=0.03)
    return Trainer(Experiment(dataset=dataset, training=spec, stopping=StoppingSpec(**stopping)))


def test_one_place_says_which_examples_are_watched() -> None:
    assert (WITHOUT.watched, WITHOUT.watched_loss, WITHOUT.watched_accuracy) == ("test", 0.2, 0.8)
    assert WITHOUT.plateau_loss == 0.1
    assert (WITH.watched, WITH.watched_loss, WITH.watched_accuracy) == ("validation", 0.3, 0.7)
    assert WITH.plateau_loss == 0.3


def test_they_are_measured_as_any_other_examples_are() -> None:
    run = trainer()
    run.train(epochs=3)
    metrics, validation = run.evaluate(), run.dataset.validation
    assert validation is not None
    said = run.predict(validation.raw)[:, 0]
    right = (said > 0.5) == validation.labels
    assert metrics.validation_accuracy == pytest.approx(right.mean())
    surprise = -np.log(np.where(validation.labels == 1, said, 1 - said))
    assert metrics.validation_loss == pytest.approx(surprise.mean(), rel=1e-4)


def test_they_never_train() -> None:
    run = trainer()
    before = run.network.params.copy()
    other = trainer()
    assert other.dataset.validation is not None
    other.dataset.validation.targets.flags.writeable = True
    other.dataset.validation.targets[:] = 1 - other.dataset.validation.targets
    for each in (run, other):
        each.train(epochs=2)
    assert not np.array_equal(run.network.params, before)
    np.testing.assert_array_equal(run.network.params, other.network.params)


def test_without_a_share_nothing_is_measured() -> None:
    run = trainer(replace(NOISY, validation_share=0.0))
    run.train(epochs=1)
    assert (run.evaluate().validation_loss, run.evaluate().validation_accuracy) == (None, None)
    assert np.isnan(run.history.prefix().validation_loss).all()


def test_the_history_has_a_column_for_each_at_its_end() -> None:
    assert COLUMNS[-2:] == ("validation_loss", "validation_accuracy")
    run = trainer()
    run.train(epochs=3)
    history = run.history.prefix()
    measured = np.isfinite(history.test_loss)
    np.testing.assert_array_equal(np.isfinite(history.validation_loss), measured)
    assert measured.sum() > 2
    np.testing.assert_array_less(history.validation_accuracy[measured], 1.01)


def test_columns_that_are_left_out_are_nan() -> None:
    history = History()
    history.append(*range(9))
    history.append(*range(1, 12))
    assert np.isnan(history.prefix().validation_loss[0])
    assert history.prefix().validation_accuracy.tolist()[1] == 11


def test_targets_go_by_them() -> None:
    accuracy = Stopping(StoppingSpec(accuracy=0.75), 10)
    loss = Stopping(StoppingSpec(loss=0.25), 10)
    assert accuracy_sentence(accuracy, WITH) is None
    assert accuracy_sentence(loss, WITH) is None
    better = replace(WITH, validation_loss=0.25, validation_accuracy=0.75)
    assert accuracy_sentence(accuracy, better) == "Stopped: the validation accuracy reached 0.75 at update 8."
    assert accuracy_sentence(loss, better) == "Stopped: the validation loss fell to 0.25 at update 8."


def accuracy_sentence(stopping: Stopping, metrics: Metrics) -> str | None:
    return stopping.after_evaluation(8, metrics)


def test_early_stopping_takes_the_weights_that_were_best_for_them() -> None:
    run = trainer(replace(NOISY, seed=4), patience=5)
    while run.stop_reason is None:
        run.step()
        assert run.updates < 20_000
    history = run.history.prefix()
    assert run.evaluate().validation_loss == pytest.approx(np.nanmin(history.validation_loss), rel=1e-5)
    best = int(history.update[np.nanargmin(history.validation_loss)])
    assert f"update {best} " in run.stop_reason
    assert best != int(history.update[np.nanargmin(history.test_loss)]), "or this test proves nothing"


def test_the_plateau_schedule_goes_by_them() -> None:
    training = TrainingSpec(schedule=ScheduleKind.PLATEAU, schedule_period=2.0)
    run, seen = trainer(training=training), []
    run.schedule.see = lambda t, loss: seen.append(loss)  # type: ignore[method-assign]
    run.train(epochs=4)
    expected = run.history.prefix().validation_loss
    assert seen == pytest.approx(expected[np.isfinite(expected)][1:].tolist())
