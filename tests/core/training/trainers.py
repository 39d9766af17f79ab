"""Small runs of training, for tests."""

from dataclasses import replace
from typing import Any

import numpy as np

from nnstudio.core.data.dataset import Dataset, Split, build
from nnstudio.core.experiment import DenseSpec, Experiment, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, Task
from nnstudio.core.training.trainer import Trainer


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
