"""One run of training: what was asked for is taken up, what comes of it is measured, gradients are clipped."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from trainers import trainer, walk

from nnstudio.core.data.dataset import Dataset, Split
from nnstudio.core.experiment import Experiment, PlaneSpec
from nnstudio.core.experiment.choices import LossKind, OptimizerKind
from nnstudio.core.experiment.plan import Change
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.weights import Weights
from nnstudio.core.training.history import ROWS_PER_INTERVAL
from nnstudio.core.training.trainer import Trainer

# What was asked for ---------------------------------------------------------------------------------------------------


def changed(run: Trainer, **training: Any) -> Experiment:
    return replace(run.experiment, training=replace(run.experiment.training, **training))


def test_a_new_hyperparameter_changes_the_very_next_update() -> None:
    run, twin = walk(trainer(), 5), walk(trainer(), 5)
    before = run.network.params.copy()
    assert run.apply(changed(run, learning_rate=0.06)) == Change.HYPERPARAMETERS
    run.step()
    twin.step()
    np.testing.assert_allclose(run.network.params - before, 2 * (twin.network.params - before), rtol=1e-3, atol=1e-7)


def test_a_new_optimizer_keeps_the_weights_and_forgets_the_moments() -> None:
    run = walk(trainer(optimizer=OptimizerKind.ADAM), 20)
    before = run.network.params.copy()
    assert run.apply(changed(run, optimizer=OptimizerKind.MOMENTUM)) == Change.OPTIMIZER
    assert np.array_equal(run.network.params, before)
    assert not any(array.any() for array in run.optimizer.memory.values())


def test_a_new_batch_size_is_taken_up() -> None:
    run = walk(trainer(batch_size=10), 4)
    seen = run.batches.seen
    run.apply(changed(run, batch_size=4))
    run.step()
    assert run.batches.seen == seen + 4


def test_a_new_loss_is_measured_at_once() -> None:
    run = walk(trainer(), 4)
    surprise = run.evaluate().train_loss
    run.apply(changed(run, loss=LossKind.MEAN_SQUARED_ERROR))
    assert run.evaluate().train_loss < surprise
    run.apply(changed(run, label_smoothing=0.3, loss=LossKind.CROSS_ENTROPY))
    assert run.evaluate().train_loss != surprise


def test_an_experiment_that_does_not_fit_changes_nothing() -> None:
    run = walk(trainer(), 3)
    old = run.experiment
    with pytest.raises(ValueError, match="needs a new trainer"):
        run.apply(replace(old, seed=5))
    with pytest.raises(SettingError, match="Huber does not fit binary data"):
        run.apply(changed(run, loss=LossKind.HUBER, learning_rate=1.0))
    assert run.experiment == old
    assert run.learning_rate == old.training.learning_rate


def test_given_parameters_are_taken_and_the_optimizer_begins_anew() -> None:
    run = walk(trainer(optimizer=OptimizerKind.ADAM), 10)
    given = np.linspace(-1, 1, run.network.params.size).astype(np.float32)
    loss = run.evaluate().train_loss
    run.set_weights(Weights(given))
    assert np.array_equal(run.network.params, given)
    assert not any(array.any() for array in run.optimizer.memory.values())
    assert run.evaluate().train_loss != loss
    for wrong in (given[1:], np.full_like(given, np.nan)):
        with pytest.raises(ValueError, match="do not fit"):
            run.set_weights(Weights(wrong))
    assert np.array_equal(run.network.params, given)


# What is measured -----------------------------------------------------------------------------------------------------


def test_the_history_begins_at_the_beginning_and_thins_out() -> None:
    run = walk(trainer(batch_size=30), 3 * ROWS_PER_INTERVAL)
    prefix = run.history.prefix()
    assert prefix.update[:4].tolist() == [0, 1, 2, 3]
    assert (np.diff(prefix.update) > 0).all()
    assert prefix.update[-1] - prefix.update[-5] >= 8
    assert np.isnan(prefix.batch_loss[0])
    assert not np.isnan(prefix.batch_loss[1:ROWS_PER_INTERVAL]).any()
    measured = prefix.update[~np.isnan(prefix.test_loss)]
    assert {0, 1, 2, 4, 8} <= set(measured.tolist())
    assert prefix.epoch[-1] == pytest.approx(prefix.update[-1])


def test_the_last_partial_batch_is_used() -> None:
    """With 30 training examples in batches of 8 the fourth update sees 6 examples and ends the epoch."""
    run = walk(trainer(batch_size=8), 3)
    assert run.epoch == 24 / 30
    run.step()
    assert run.epoch == 1
    assert run.batches.at_epoch_end


def test_a_full_batch_follows_the_gradient_of_the_recorded_loss() -> None:
    run = trainer(np.float64, batch_size=30, learning_rate=1e-4)
    before = run.evaluate().train_loss
    run.step()
    g = run.network.grads
    assert before - run.evaluate().train_loss == pytest.approx(1e-4 * float(g @ g), rel=1e-2)
    assert run.history.prefix().batch_loss[1] == pytest.approx(before)


def test_the_change_is_kept_if_asked_for_and_where_the_network_is_measured() -> None:
    run = trainer()
    kept = []
    for _ in range(60):
        run.step()
        assert (run.change is not None) == (run.evaluated_at == run.updates)
        kept.append(run.change is not None)
    assert 0 < sum(kept) < 10
    before = run.network.params.copy()
    run.step(keep_change=True)
    assert np.array_equal(run.change, run.network.params - before)


def test_a_long_split_is_evaluated_piece_by_piece() -> None:
    spec = Experiment(dataset=PlaneSpec(samples=3000, training_share=0.5))
    run = Trainer(spec, dtype=np.float64)
    metrics = run.evaluate()
    short = [Trainer(spec, dataset=part, dtype=np.float64).evaluate() for part in pieces(run.dataset, 500)]
    assert metrics.train_loss == pytest.approx(np.mean([piece.train_loss for piece in short]))
    assert metrics.train_accuracy == pytest.approx(np.mean([piece.train_accuracy for piece in short]))


def pieces(dataset: Dataset, size: int) -> list[Dataset]:
    train = dataset.train
    parts = [slice(start, start + size) for start in range(0, len(train), size)]
    return [
        replace(
            dataset,
            train=Split(train.augmented[part], train.targets[part], train.labels[part], train.raw[part]),
        )
        for part in parts
    ]


# Clipping -------------------------------------------------------------------------------------------------------------


def test_clipping_by_norm_shortens_and_keeps_the_direction() -> None:
    free, bound = trainer(np.float64), trainer(np.float64, clip_norm=0.01)
    free.step()
    bound.step()
    assert np.linalg.norm(bound.network.grads) == pytest.approx(0.01)
    ratio = bound.network.grads / free.network.grads
    assert ratio == pytest.approx(ratio[0])


def test_clipping_by_norm_leaves_a_short_gradient() -> None:
    free, bound = walk(trainer(), 20), walk(trainer(clip_norm=1000.0), 20)
    assert np.array_equal(free.network.params, bound.network.params)


def test_clipping_by_value() -> None:
    free, bound = trainer(np.float64, l2=1.0), trainer(np.float64, l2=1.0, clip_value=0.02)
    free.step()
    bound.step()
    assert np.array_equal(bound.network.grads, np.clip(free.network.grads, -0.02, 0.02))
    assert (np.abs(free.network.grads) > 0.02).any()
