"""How good the answers are, counted by hand."""

import numpy as np
import pytest

from nnstudio.core.experiment.choices import Task
from nnstudio.core.training.metrics import accuracy, answers_of, confusion_matrix


def test_answers() -> None:
    assert answers_of(np.array([[0.2, 0.5, 0.51]])).tolist() == [0, 0, 1]
    assert answers_of(np.array([[0.2, 0.5], [0.7, 0.1], [0.1, 0.4]])).tolist() == [1, 0]


def test_accuracy_of_classes() -> None:
    outputs = np.array([[0.9, 0.1, 0.6, 0.4]])
    labels = np.array([1, 0, 0, 0])
    assert accuracy(outputs, labels[None].astype(float), labels, Task.BINARY) == 0.75


def test_accuracy_of_labels_counts_each_yes_and_no() -> None:
    outputs = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.5]])
    targets = np.array([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    assert accuracy(outputs, targets, np.empty(0, np.int64), Task.MULTILABEL) == 4 / 6


def test_r_squared() -> None:
    y = np.array([[1.0, 2.0, 3.0, 4.0]])
    none = np.empty(0, np.int64)
    assert accuracy(y, y, none, Task.REGRESSION) == 1
    assert accuracy(np.full_like(y, 2.5), y, none, Task.REGRESSION) == 0
    assert accuracy(y + 1, y, none, Task.REGRESSION) == pytest.approx(1 - 4 / 5)
    assert accuracy(np.ones((1, 3)), np.ones((1, 3)), none, Task.REGRESSION) == 1
    assert accuracy(np.zeros((1, 3)), np.ones((1, 3)), none, Task.REGRESSION) == 0


def test_the_confusion_matrix_counts_answers_by_the_truth() -> None:
    truth, answers = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 0, 1])
    confusion = confusion_matrix(truth, answers, 4)
    assert confusion.tolist() == [[2, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
