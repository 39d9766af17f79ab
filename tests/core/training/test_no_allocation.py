"""An update allocates nothing, whatever the optimizer, the loss and the activation."""

import tracemalloc

import numpy as np
import pytest
from trainers import dataset_for, walk

from nnstudio.core.experiment import DenseSpec, Experiment, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, LossKind, OptimizerKind, Task
from nnstudio.core.training.losses import LOSSES
from nnstudio.core.training.trainer import Trainer


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
