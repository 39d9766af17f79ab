"""The receiver operating characteristic of two classes: what each threshold finds, and what it takes wrongly along.

Source: Fawcett 2006, An introduction to ROC analysis.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array

THRESHOLD = 0.5
"""Above it an example is taken for the second class (`metrics.answers_of`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Roc:
    """The curve from (0, 0) to (1, 1), a corner for each score that occurs.

    false_positive (k,): FP / (FP + TN), true_positive (k,): TP / (TP + FN), where all examples with a score of at least
    threshold (k,) are taken for the second class; the first threshold is ∞
    area: under the curve, which is the chance that an example of the second class scores higher than one of the first,
    a tie counting half
    negatives, positives: how many examples of the first and of the second class there are
    """

    false_positive: NDArray[np.float64]
    true_positive: NDArray[np.float64]
    threshold: NDArray[np.float64]
    area: float
    negatives: int
    positives: int

    def at(self, threshold: float) -> tuple[float, float]:
        """False and true positives where a score must exceed `threshold`."""
        last = int(np.count_nonzero(self.threshold > threshold)) - 1
        return float(self.false_positive[last]), float(self.true_positive[last])


def roc(labels: NDArray[np.int64], scores: Array) -> Roc | None:
    """The curve of labels (n,), 0 or 1, by scores (n,), the higher the surer of 1; equal scores are one corner. None
    where a class has no example or a score is no number."""
    positives = int(np.count_nonzero(labels))
    negatives = len(labels) - positives
    if not positives or not negatives or np.isnan(scores).any():
        return None
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    true = np.cumsum(labels[order])[ends]
    counts = np.insert(true, 0, 0), np.insert(ends + 1 - true, 0, 0)
    # In whole numbers: twice the area in squares of one pair of examples each.
    twice = int((np.diff(counts[1]) * (counts[0][1:] + counts[0][:-1])).sum())
    return Roc(
        false_positive=counts[1] / negatives,
        true_positive=counts[0] / positives,
        threshold=np.insert(ranked[ends].astype(np.float64), 0, np.inf),
        area=twice / (2 * positives * negatives),
        negatives=negatives,
        positives=positives,
    )
