"""The same experiment gives the same bits, and so does a state that is put back."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from trainers import trainer, walk

from nnstudio.core.experiment.choices import OptimizerKind, ScheduleKind
from nnstudio.core.training.trainer import RunState, Trainer


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
