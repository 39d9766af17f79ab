"""Networks to export: every layer, activation, domain and recipe, with numbers that have moved."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nnstudio.core.data.dataset import Dataset, build
from nnstudio.core.experiment import Experiment, ImageSpec, LayerSpec, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, Feature, LossKind, Padding, Scaling, Task
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.exports import Subject

LINEAR = ActivationKind.LINEAR
PLANE = PlaneSpec(kind=DatasetKind.CIRCLE, samples=60)
FEATURES = PlaneSpec(kind=DatasetKind.HILLS, samples=60, features=tuple(Feature), scaling=Scaling.STANDARDISE)
BLOBS = PlaneSpec(kind=DatasetKind.BLOBS, classes=4, samples=60, scaling=Scaling.MIN_MAX)
IMAGES = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100, scaling=Scaling.STANDARDISE)

NORMALISED = (
    DenseSpec(units=7, activation=LINEAR),
    BatchNormSpec(epsilon=0.003, momentum=0.7),
    ActivationSpec(activation=ActivationKind.GELU),
    DropoutSpec(rate=0.3),
    LayerNormSpec(epsilon=0.02),
    DenseSpec(units=5, activation=ActivationKind.SOFTMAX),
    FlattenSpec(),
)
CONVOLUTIONS = (
    Conv2DSpec(filters=4, kernel=3, stride=2, padding=Padding.SAME, activation=LINEAR),
    BatchNormSpec(),
    ActivationSpec(activation=ActivationKind.SILU),
    MaxPool2DSpec(size=3, stride=2),
    Conv2DSpec(filters=3, kernel=2, activation=ActivationKind.SOFTMAX),
    LayerNormSpec(),
    DropoutSpec(rate=0.2),
    AvgPool2DSpec(size=2, stride=1),
    FlattenSpec(),
    DenseSpec(units=6, activation=ActivationKind.RELU),
)


def stack(*kinds: ActivationKind) -> tuple[DenseSpec, ...]:
    return tuple(DenseSpec(units=6, activation=kind) for kind in kinds)


def table(task: Task, rows: int = 80, dtype: type[np.floating[Any]] = np.float32) -> Dataset:
    """A table with columns of very different sizes, a year among them, and names that hurt."""
    random = np.random.default_rng(5)
    raw = random.normal(0, 1, (rows, 4)) * [1, 1000, 1e-4, 3] + [0, 5000, 0, 2010]
    names = ['a"""b', "it's\\n; */", "größe ??/", "year"]
    if task is Task.REGRESSION:
        return Dataset.from_arrays(raw, random.normal(0, 3, (rows, 2)), input_names=names, dtype=dtype)
    if task is Task.MULTILABEL:
        return Dataset.from_arrays(raw, random.integers(0, 2, (rows, 3)), input_names=names, dtype=dtype)
    classes = ["no", 'y"es\\'] if task is Task.BINARY else ["<script>α", "b", "c c"]
    return Dataset.from_arrays(raw, random.integers(0, len(classes), rows), class_names=classes, input_names=names)


def network(
    data: Any,
    layers: Sequence[LayerSpec],
    *,
    dtype: type[np.floating[Any]] = np.float32,
    off: dict[int, tuple[int, ...]] | None = None,
    training: TrainingSpec | None = None,
) -> Trainer:
    """A trainer with random weights, biases and running statistics."""
    dataset = data if isinstance(data, Dataset) else build(data, dtype=dtype)  # type: ignore[arg-type]
    chosen = training or TrainingSpec(loss=loss_of(dataset.task), batch_size=8)
    trainer = Trainer(
        Experiment(dataset=dataset.spec, layers=tuple(layers), training=chosen), dtype=dtype, dataset=dataset
    )
    random, params = np.random.default_rng(3), trainer.network.params
    params[...] = params + random.normal(0, 0.3, params.size)
    statistics = random.uniform(0.4, 2, trainer.network.statistics.size)
    trainer.set_weights(Weights(params.copy(), statistics.astype(dtype), off))
    return trainer


def loss_of(task: Task) -> LossKind:
    if task is Task.REGRESSION:
        return LossKind.MEAN_SQUARED_ERROR
    return LossKind.BINARY_CROSS_ENTROPY if task is Task.MULTILABEL else LossKind.CROSS_ENTROPY


def frame_of(trainer: Trainer) -> Frame:
    return Observer(trainer, 1).frame(Probe.NOTHING)


def subject(trainer: Trainer, count: int = 20) -> Subject:
    """With raw examples all over the place: points, rows and images that were not in the data."""
    return Subject.of(frame_of(trainer), inputs=raw_like(trainer.dataset, count))


def raw_like(dataset: Dataset, count: int) -> np.ndarray[Any, Any]:
    random, raw = np.random.default_rng(11), dataset.train.raw
    if isinstance(dataset.spec, ImageSpec):
        return random.integers(0, 256, (count, *raw.shape[1:]), dtype=np.uint8)
    if isinstance(dataset.spec, PlaneSpec):
        return random.uniform(-6, 6, (count, 2))
    return raw[random.integers(0, len(raw), count)] * random.uniform(0.999, 1.001, (count, raw.shape[1]))


def cases(count: int = 20) -> dict[str, Subject]:
    """Every kind of layer, activation, domain, recipe and task, in as few networks as will do."""
    kinds = list(ActivationKind)
    smooth = [kind for kind in kinds if kind is not ActivationKind.STEP]
    return {
        "plane, every activation": subject(network(PLANE, stack(*smooth)), count),
        "hard steps": subject(network(PLANE, stack(ActivationKind.STEP)), count),
        "every feature, normalised": subject(network(FEATURES, NORMALISED), count),
        "no hidden layer": subject(network(BLOBS, ()), count),
        "switched off": subject(network(BLOBS, stack(*smooth[:3]), off={2: (0, 4)}), count),
        "images, dense": subject(network(replace(IMAGES, scaling=Scaling.NONE), stack(ActivationKind.RELU)), count),
        "images, convolutions": subject(network(IMAGES, CONVOLUTIONS, off={1: (2,)}), count),
        "images, normalised first": subject(network(IMAGES, (LayerNormSpec(), *stack(LINEAR))), count),
        **{f"table, {task.value}": subject(network(table(task), stack(ActivationKind.TANH)), count) for task in Task},
    }
