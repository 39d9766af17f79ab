"""One run of training: right gradients, the same bits, nothing lost on the way back, nothing allocated."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nnstudio.core.data.dataset import Dataset, Split, build
from nnstudio.core.experiment import DenseSpec, Experiment, InitializationSpec, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import (
    ActivationKind,
    DatasetKind,
    InitializerKind,
    LossKind,
    OptimizerKind,
    ScheduleKind,
    Task,
)
from nnstudio.core.experiment.plan import Change
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.weights import Weights
from nnstudio.core.training.gradient_check import gradient_check
from nnstudio.core.training.history import ROWS_PER_INTERVAL
from nnstudio.core.training.losses import LOSSES
from nnstudio.core.training.penalty import Penalty
from nnstudio.core.training.trainer import RunState, Trainer


def dataset_for(task: Task, samples: int = 30) -> Dataset:
    """A small data set of each kind of task."""
    arms = 3 if task is Task.MULTICLASS else 2
    dataset = build(PlaneSpec(kind=DatasetKind.SPIRALS, samples=samples, arms=arms, noise=0.1), dtype=np.float64)
    if task in (Task.BINARY, Task.MULTICLASS):
        return dataset

    def split(old: Split) -> Split:
        targets = np.sin(old.raw @ np.array([[0.5, -1.0], [1.0, 0.3]]))
        if task is Task.MULTILABEL:
            targets = (targets > 0).astype(float)
        augmented = np.column_stack((old.raw / 5, np.ones(len(old))))
        return Split(augmented, targets, np.empty(0, np.int64), old.raw)

    return replace(dataset, task=task, target_names=("a", "b"), train=split(dataset.train), test=split(dataset.test))


def trainer(dtype: Any = np.float32, layers: tuple[int, ...] = (5, 4), **training: Any) -> Trainer:
    spec = Experiment(
        dataset=PlaneSpec(samples=60),
        layers=tuple(DenseSpec(units=units) for units in layers),
        training=TrainingSpec(**training),
    )
    return Trainer(spec, dtype=dtype)


def walk(run: Trainer, updates: int) -> Trainer:
    for _ in range(updates):
        run.step()
    return run


# Gradients ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", list(LOSSES), ids=lambda pair: f"{pair[0].value}-{pair[1].value}")
@pytest.mark.parametrize("activation", ActivationKind, ids=lambda kind: kind.value)
def test_gradients_agree_with_finite_differences(activation: ActivationKind, pair: tuple[LossKind, Task]) -> None:
    kind, task = pair
    spec = Experiment(
        layers=(DenseSpec(units=5, activation=activation), DenseSpec(units=4, activation=activation)),
        initialization=InitializationSpec(kind=InitializerKind.NORMAL, sigma=0.7, bias=0.1),
        training=TrainingSpec(loss=kind, batch_size=7, label_smoothing=0.1),
        seed=3,
    )
    run = Trainer(spec, dtype=np.float64, dataset=dataset_for(task))
    before = run.state()
    errors = gradient_check(run)
    assert list(errors) == ["Dense 1", "Dense 2", "Output"]
    assert max(errors.values()) <= 1e-6, errors
    after = run.state()
    assert np.array_equal(before.params, after.params)
    assert run.network.grads.any() == run.gradient_is_known


def test_gradient_check_sees_a_wrong_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    from nnstudio.core.network.layers.dense import DenseStage

    right = DenseStage.backward

    def wrong(stage: DenseStage) -> None:
        right(stage)
        stage.grads[0] *= 1.001

    monkeypatch.setattr(DenseStage, "backward", wrong)
    assert min(gradient_check(trainer()).values()) > 1e-5


def test_gradient_check_of_a_float32_run_leaves_it_as_it_is() -> None:
    run, twin = walk(trainer(), 20), walk(trainer(), 20)
    assert max(gradient_check(run).values()) <= 1e-6
    assert np.array_equal(walk(run, 50).network.params, walk(twin, 50).network.params)


def test_penalty_gradient_is_the_slope_of_the_penalty() -> None:
    random = np.random.default_rng(0)
    params, penalized = random.normal(0, 1, 20), np.repeat([1.0, 0.0], 10)
    penalty = Penalty(TrainingSpec(l1=0.3, l2=0.7), penalized, examples=25)
    gradient = np.zeros(20)
    penalty.add_gradient(params, gradient)
    for index in range(20):
        up, down = params.copy(), params.copy()
        up[index] += 1e-6
        down[index] -= 1e-6
        slope = (penalty.value(up) - penalty.value(down)) / 2e-6
        assert gradient[index] == pytest.approx(slope, rel=1e-6, abs=1e-10)
    assert not gradient[10:].any()
    assert gradient[:10].all()


@pytest.mark.parametrize("name", ["l1", "l2"])
def test_a_penalty_shrinks_the_weights(name: str) -> None:
    free, bound = walk(trainer(), 400), walk(trainer(**{name: 1.0}), 400)
    norm = {run: float(np.linalg.norm(run.network.params * run.network.penalized)) for run in (free, bound)}
    assert norm[bound] < 0.9 * norm[free]
    assert bound.evaluate().penalty > 0 == free.evaluate().penalty


# The same bits --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", OptimizerKind, ids=lambda kind: kind.value)
def test_the_same_experiment_gives_the_same_bits(optimizer: OptimizerKind) -> None:
    first = walk(trainer(optimizer=optimizer, batch_size=7), 100)
    second = trainer(optimizer=optimizer, batch_size=7)
    for _ in range(100):
        second.step(keep_change=True)  # looking on changes nothing
        second.evaluate()
    assert np.array_equal(first.network.params, second.network.params)
    np.testing.assert_equal(first.optimizer.memory, second.optimizer.memory)
    for ours, theirs in zip(columns(first), columns(second), strict=True):
        assert np.array_equal(ours, theirs, equal_nan=True)


def columns(run: Trainer) -> Iterator[np.ndarray]:
    prefix = run.history.prefix()
    yield from (getattr(prefix, name) for name in prefix.__slots__)


@pytest.mark.parametrize("optimizer", OptimizerKind, ids=lambda kind: kind.value)
@pytest.mark.parametrize("schedule", [ScheduleKind.CONSTANT, ScheduleKind.PLATEAU, ScheduleKind.ONE_CYCLE])
def test_a_snapshot_repeats_the_same_bits(optimizer: OptimizerKind, schedule: ScheduleKind) -> None:
    run = walk(trainer(optimizer=optimizer, schedule=schedule, schedule_period=2.0, batch_size=7), 33)
    snapshot = run.state()
    there = walk(run, 60).state()
    table = [column.copy() for column in columns(run)]
    run.restore(snapshot)
    assert run.updates == 33
    assert len(run.history) < len(table[0])
    again = walk(run, 60).state()
    same(there, again)
    for ours, theirs in zip(columns(run), table, strict=True):
        assert np.array_equal(ours, theirs, equal_nan=True)


def same(one: RunState, other: RunState) -> None:
    assert np.array_equal(one.params, other.params)
    np.testing.assert_equal(one.optimizer.arrays, other.optimizer.arrays)
    assert one.optimizer.numbers == other.optimizer.numbers
    assert (one.updates, one.schedule) == (other.updates, other.schedule)


def test_restoring_brings_back_the_experiment_of_that_time() -> None:
    run = walk(trainer(optimizer=OptimizerKind.ADAM), 10)
    old, snapshot = run.experiment, run.state()
    run.apply(replace(old, training=replace(old.training, optimizer=OptimizerKind.SGD, learning_rate=1.0)))
    walk(run, 10)
    run.restore(snapshot)
    assert run.experiment == old
    same(run.state(), snapshot)


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


def test_the_change_is_kept_only_if_asked_for() -> None:
    run = trainer()
    run.step()
    assert run.change is None
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


# Nothing allocated ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", OptimizerKind, ids=lambda kind: kind.value)
def test_no_optimizer_allocates(optimizer: OptimizerKind) -> None:
    """The parameters are 80 kB and more; a step's own objects take a few hundred bytes."""
    spec = Experiment(
        layers=(DenseSpec(units=100), DenseSpec(units=100)),
        training=TrainingSpec(optimizer=optimizer, batch_size=300, l1=1e-3, l2=1e-3, clip_norm=1, clip_value=1),
    )
    run = walk(Trainer(spec, dataset=dataset_for(Task.BINARY, 1400), dtype=np.float64), 5)
    assert allocated(run) < 10_000


@pytest.mark.parametrize("pair", list(LOSSES), ids=lambda pair: f"{pair[0].value}-{pair[1].value}")
def test_no_loss_allocates(pair: tuple[LossKind, Task]) -> None:
    """The smallest array of a full batch is 80 kB; NumPy itself buffers up to 64 kB when it broadcasts."""
    loss, task = pair
    spec = Experiment(layers=(DenseSpec(units=4),), training=TrainingSpec(loss=loss, batch_size=60_000))
    run = walk(Trainer(spec, dataset=dataset_for(task, 20_000), dtype=np.float64), 5)
    assert allocated(run) < 75_000


@pytest.mark.parametrize("activation", ActivationKind, ids=lambda kind: kind.value)
def test_no_activation_allocates(activation: ActivationKind) -> None:
    """The layer's values are 240 kB."""
    spec = Experiment(layers=(DenseSpec(units=100, activation=activation),), training=TrainingSpec(batch_size=300))
    run = walk(Trainer(spec, dataset=dataset_for(Task.BINARY, 1400), dtype=np.float64), 5)
    assert allocated(run) < 75_000


def allocated(run: Trainer) -> int:
    """The most bytes beyond those before that an update holds, if it neither evaluates nor opens an epoch."""
    peaks = []
    tracemalloc.start()
    for _ in range(4):
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        opens = run.batches.at_epoch_end and run.batches.size < run.batches.count
        run.step()
        if run.evaluated_at != run.updates and not opens:
            peaks.append(tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()
    return max(peaks)


# The XOR truth table --------------------------------------------------------------------------------------------------


def learns_xor(layers: tuple[DenseSpec, ...], seed: int | None = None) -> bool:
    """The textbook's recipe: He, cross-entropy, all four points at once, learning rate 0.5, 5000 updates."""
    spec = Experiment(
        dataset=PlaneSpec(kind=DatasetKind.XOR4),
        layers=layers,
        initialization=InitializationSpec(kind=InitializerKind.HE),
        training=TrainingSpec(batch_size=4, learning_rate=0.5),
    )
    run = walk(Trainer(spec if seed is None else replace(spec, seed=seed)), 5000)
    metrics = run.evaluate()
    return metrics.train_accuracy == 1 and metrics.train_loss < 0.01


HIDDEN = (DenseSpec(units=4, activation=ActivationKind.RELU),)


def test_xor_is_learned_exactly_from_the_default_seed() -> None:
    assert learns_xor(HIDDEN)


@pytest.mark.slow
def test_xor_is_learned_from_about_two_seeds_of_three() -> None:
    """61 of the seeds 0 to 99 and 68 of 100 to 199 were measured; dead units take the rest."""
    assert 55 <= sum(learns_xor(HIDDEN, seed) for seed in range(100)) <= 80


def test_xor_is_never_learned_without_a_hidden_layer() -> None:
    assert not any(learns_xor((), seed) for seed in range(10))
