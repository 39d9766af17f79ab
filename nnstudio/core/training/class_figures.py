"""How well each class is told from the others: precision, recall and F1."""

from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.training.metrics import NAN


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Of one class; NaN where nothing was to be divided by.

    precision: of the examples that were taken for this class, the share that is of it
    recall: of the examples of this class, the share that was taken for it
    f1: 2 · precision · recall / (precision + recall)
    support: how many examples are of this class
    """

    precision: float
    recall: float
    f1: float
    support: int

    @property
    def missing(self) -> str:
        """Why a figure is missing, in words; nothing where all are there."""
        reasons = ("no example", self.support == 0), ("never answered", isnan(self.precision))
        return ", ".join(words for words, holds in reasons if holds)


def class_figures(confusion: NDArray[np.int64]) -> tuple[ClassFigures, ...]:
    """The figures of each class, from how often a class (row) was answered with a class (column)."""
    right, taken, there = confusion.diagonal(), confusion.sum(axis=0), confusion.sum(axis=1)
    return tuple(
        ClassFigures(_share(r, t), _share(r, s), _share(2 * r, t + s), s)
        for r, t, s in zip(right.tolist(), taken.tolist(), there.tolist(), strict=True)
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else NAN
