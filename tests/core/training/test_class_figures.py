"""Precision, recall and F1 of each class, equal to scikit-learn's, and honest where nothing is to be divided by."""

from math import isnan

import numpy as np
import pytest

from nnstudio.core.training.class_figures import class_figures
from nnstudio.core.training.metrics import confusion_matrix


def test_they_are_those_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(1)
    truth, answers = random.integers(0, 5, 200), random.integers(0, 5, 200)
    wanted = np.array(metrics.precision_recall_fscore_support(truth, answers)).T
    found = [(e.precision, e.recall, e.f1, e.support) for e in class_figures(confusion_matrix(truth, answers, 5))]
    assert np.allclose(found, wanted, rtol=1e-15, atol=0)


def test_what_was_never_answered_has_no_precision() -> None:
    never, absent, neither, fine = class_figures(np.array([[0, 2, 0, 3], [0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 7]]))
    assert isnan(never.precision)
    assert (never.recall, never.f1, never.support, never.missing) == (0, 0, 5, "never answered")
    assert isnan(absent.recall)
    assert (absent.precision, absent.f1, absent.support, absent.missing) == (0, 0, 0, "no example")
    assert all(map(isnan, (neither.precision, neither.recall, neither.f1)))
    assert neither.missing == "no example, never answered"
    assert (fine.precision, fine.recall, fine.missing) == (7 / 10, 7 / 8, "")
