"""How good the answers are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import Task

NAN = float("nan")
NOTHING_MEASURED = (NAN,) * 5, (NAN,) * 2
"""What `Metrics.columns` would be where nothing was measured."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """How good the network is now. Losses are means over examples, without the penalty; accuracies are shares from 0
    to 1, for regression R². Those of the validation are None where no examples were split off for it.

    train_examples, train_total: over how many of how many training examples loss and accuracy are; 0 where not known
    """

    train_loss: float
    test_loss: float
    train_accuracy: float
    test_accuracy: float
    penalty: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    train_examples: int = 0
    train_total: int = 0

    @property
    def columns(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """As the history keeps them: losses, accuracies and penalty; those of the validation, NaN without any."""
        validation = (self.validation_loss, self.validation_accuracy)
        return (
            (self.train_loss, self.test_loss, self.train_accuracy, self.test_accuracy, self.penalty),
            tuple(NAN if value is None else value for value in validation),
        )

    @property
    def sampled(self) -> bool:
        """Whether a sample stands for the training examples."""
        return self.train_examples < self.train_total

    @property
    def watched(self) -> str:
        """Which examples the rules for stopping watch: those of the validation, or else of the test."""
        return "test" if self.validation_loss is None else "validation"

    @property
    def watched_loss(self) -> float:
        """The loss that early stopping and the target loss go by."""
        return self.test_loss if self.validation_loss is None else self.validation_loss

    @property
    def watched_accuracy(self) -> float:
        """The accuracy that the target accuracy goes by."""
        return self.test_accuracy if self.validation_accuracy is None else self.validation_accuracy

    @property
    def plateau_loss(self) -> float:
        """The loss that a schedule watches for a plateau: that of the validation, or else of the training."""
        return self.train_loss if self.validation_loss is None else self.validation_loss


def answers_of(outputs: Array) -> NDArray[np.int64]:
    """The class with the largest probability, for outputs (outputs, n); with one output, whether it exceeds ½."""
    if len(outputs) == 1:
        return (outputs[0] > 0.5).astype(np.int64)
    return outputs.argmax(axis=0)


def accuracy(outputs: Array, targets: Array, labels: NDArray[np.int64], task: Task) -> float:
    """The share of right answers, for labels of all yes and no; for regression R² = 1 − Σ (p − y)² / Σ (y − ȳ)².
    Outputs and targets (outputs, n)."""
    if task is Task.REGRESSION:
        spread = float(((targets - targets.mean()) ** 2).sum(dtype=np.float64))
        error = float(((outputs - targets) ** 2).sum(dtype=np.float64))
        return 1 - error / spread if spread else float(error == 0)
    if task is Task.MULTILABEL:
        return int(np.count_nonzero((outputs > 0.5) == (targets > 0.5))) / targets.size
    return int(np.count_nonzero(answers_of(outputs) == labels)) / len(labels)


def confusion_matrix(labels: NDArray[np.int64], answers: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """How often a class (row) was answered with a class (column); shape (classes, classes)."""
    return np.bincount(labels * classes + answers, minlength=classes * classes).reshape(classes, classes)
