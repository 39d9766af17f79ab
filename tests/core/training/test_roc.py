"""The ROC curve and its area are scikit-learn's, ties and all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.core.training.metrics import answers_of, confusion_matrix
from nnstudio.core.training.roc import THRESHOLD, roc


@pytest.mark.parametrize("different", [2, 7, 100_000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_curve_and_area_are_those_of_scikit_learn(different: int, dtype: type[np.floating]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(different)
    labels = random.integers(0, 2, 500)
    scores = (np.round(random.random(500) * different) / different * (0.5 + labels)).astype(dtype)
    found = roc(labels, scores)
    assert found is not None
    wanted = metrics.roc_curve(labels, scores, drop_intermediate=False)
    for ours, theirs in zip((found.false_positive, found.true_positive, found.threshold), wanted, strict=True):
        assert np.array_equal(ours, theirs)
    assert found.area == pytest.approx(metrics.roc_auc_score(labels, scores), abs=1e-15)
    assert (found.negatives, found.positives) == tuple(np.bincount(labels))


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6)), min_size=1, max_size=40))
def test_the_area_is_the_chance_to_rank_a_pair_rightly(examples: list[tuple[int, int]]) -> None:
    labels, scores = np.array([label for label, _ in examples]), np.array([score / 6 for _, score in examples])
    found, first, second = roc(labels, scores), scores[labels == 0], scores[labels == 1]
    if not len(first) or not len(second):
        assert found is None
        return
    assert found is not None
    right = (second[:, None] > first).sum() + (second[:, None] == first).sum() / 2
    assert found.area == pytest.approx(right / (len(first) * len(second)), rel=1e-15)
    matrix = confusion_matrix(labels, answers_of(scores[None]), 2)
    assert found.at(THRESHOLD) == (matrix[0, 1] / len(first), matrix[1, 1] / len(second)), "the present threshold"


def test_without_a_number_or_a_class_there_is_no_curve() -> None:
    assert roc(np.array([0, 1]), np.array([0.2, np.nan])) is None
    assert roc(np.array([1, 1]), np.array([0.2, 0.3])) is None
