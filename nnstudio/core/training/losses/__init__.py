"""What training makes small, one family of losses a file, and the table that says which loss fits which task."""

from collections.abc import Callable

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.experiment.choices import ClassWeights, LossKind, Task
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.training.losses.cross_entropy import BinaryCrossEntropy, SoftmaxCrossEntropy
from nnstudio.core.training.losses.errors import HalfSquaredError, Huber, MeanAbsoluteError, MeanSquaredError
from nnstudio.core.training.losses.hinge import BinaryHinge, MulticlassHinge
from nnstudio.core.training.losses.loss import Loss, LossStage, Scratch
from nnstudio.core.training.losses.weighted import Weighted, balanced

__all__ = [
    "LOSSES",
    "SETTINGS_OF_LOSS",
    "WEIGHED",
    "Loss",
    "LossStage",
    "Scratch",
    "class_weights",
    "loss_for",
    "loss_on",
    "losses_for",
]

LOSSES: dict[tuple[LossKind, Task], Callable[[TrainingSpec], Loss]] = {
    (LossKind.CROSS_ENTROPY, Task.BINARY): lambda spec: BinaryCrossEntropy(spec.label_smoothing),
    (LossKind.CROSS_ENTROPY, Task.MULTICLASS): lambda spec: SoftmaxCrossEntropy(spec.label_smoothing),
    (LossKind.BINARY_CROSS_ENTROPY, Task.MULTICLASS): lambda spec: BinaryCrossEntropy(spec.label_smoothing),
    (LossKind.BINARY_CROSS_ENTROPY, Task.MULTILABEL): lambda spec: BinaryCrossEntropy(spec.label_smoothing),
    (LossKind.MEAN_SQUARED_ERROR, Task.REGRESSION): lambda spec: MeanSquaredError(),
    (LossKind.MEAN_SQUARED_ERROR, Task.BINARY): lambda spec: MeanSquaredError(squashed=True),
    (LossKind.MEAN_SQUARED_ERROR, Task.MULTICLASS): lambda spec: MeanSquaredError(squashed=True),
    (LossKind.MEAN_SQUARED_ERROR, Task.MULTILABEL): lambda spec: MeanSquaredError(squashed=True),
    (LossKind.HALF_SQUARED_ERROR, Task.REGRESSION): lambda spec: HalfSquaredError(),
    (LossKind.HALF_SQUARED_ERROR, Task.BINARY): lambda spec: HalfSquaredError(squashed=True),
    (LossKind.HALF_SQUARED_ERROR, Task.MULTICLASS): lambda spec: HalfSquaredError(squashed=True),
    (LossKind.HALF_SQUARED_ERROR, Task.MULTILABEL): lambda spec: HalfSquaredError(squashed=True),
    (LossKind.MEAN_ABSOLUTE_ERROR, Task.REGRESSION): lambda spec: MeanAbsoluteError(),
    (LossKind.HUBER, Task.REGRESSION): lambda spec: Huber(delta=spec.huber_delta),
    (LossKind.HINGE, Task.BINARY): lambda spec: BinaryHinge(),
    (LossKind.HINGE, Task.MULTICLASS): lambda spec: MulticlassHinge(),
    (LossKind.HINGE, Task.MULTILABEL): lambda spec: BinaryHinge(),
}
"""What to make of the settings for a kind of loss and a task. A pair that is missing does not fit."""

SETTINGS_OF_LOSS: dict[LossKind, tuple[str, ...]] = {
    LossKind.CROSS_ENTROPY: ("label_smoothing",),
    LossKind.BINARY_CROSS_ENTROPY: ("label_smoothing",),
    LossKind.MEAN_SQUARED_ERROR: (),
    LossKind.HALF_SQUARED_ERROR: (),
    LossKind.MEAN_ABSOLUTE_ERROR: (),
    LossKind.HUBER: ("huber_delta",),
    LossKind.HINGE: (),
}
"""The fields of `TrainingSpec` that each loss reads, apart from the weights of the classes."""

WEIGHED = Task.BINARY, Task.MULTICLASS
"""The tasks in which an example has one class, by which it may count more or less."""


def losses_for(task: Task) -> tuple[LossKind, ...]:
    """The kinds of losses that fit a task, the usual one first."""
    return tuple(kind for kind in LossKind if (kind, task) in LOSSES)


def loss_for(spec: TrainingSpec, task: Task) -> Loss:
    """The loss that `spec` asks for. Raises `SettingError` if it does not fit the task."""
    make = LOSSES.get((spec.loss, task))
    if make is None:
        fitting = ", ".join(kind.label for kind in losses_for(task))
        raise SettingError(
            "training.loss", f"{spec.loss.label} does not fit {task.value} data; choose one of: {fitting}."
        )
    return make(spec)


def class_weights(spec: TrainingSpec, dataset: Dataset) -> tuple[float, ...]:
    """How much an example of each class counts; empty where all count the same, and where examples have no class."""
    if spec.class_weights is ClassWeights.NONE or dataset.task not in WEIGHED:
        return ()
    return balanced(dataset.train.labels, dataset.classes)


def loss_on(spec: TrainingSpec, dataset: Dataset) -> Loss:
    """The loss that `spec` asks for on these data, with the weights of their classes. Raises as `loss_for` does."""
    loss, weights = loss_for(spec, dataset.task), class_weights(spec, dataset)
    return Weighted(loss, weights) if weights else loss
