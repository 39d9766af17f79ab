"""What counts as having learned.

It is a rule of the experiment: the target accuracy or the target loss that would stop its training. Where it names
neither, all but one in twenty has to be right.
"""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.experiment.choices import Task
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.core.training.metrics import Metrics

ENOUGH = 0.95
"""The accuracy, for regression the R², where the experiment has no target."""


@dataclass(frozen=True, slots=True)
class Target:
    """How good is good enough: an accuracy (R² for regression) of at least, or a loss of at most so much; 0 where that
    does not matter. The validation examples decide; where there are none, the test examples."""

    accuracy: float
    loss: float

    @classmethod
    def of(cls, stopping: StoppingSpec) -> "Target":
        """The target of an experiment's rules."""
        none = not stopping.accuracy and not stopping.loss
        return cls(ENOUGH if none else stopping.accuracy, stopping.loss)

    def met(self, metrics: Metrics) -> bool:
        """Whether a network is good enough."""
        accurate = bool(self.accuracy) and metrics.watched_accuracy >= self.accuracy
        return accurate or (bool(self.loss) and metrics.watched_loss <= self.loss)

    def first(self, rows: HistoryPrefix, validated: bool) -> int | None:
        """The first update at which it was measured to be met, if it was; `validated`: on examples of their own."""
        accuracy = rows.validation_accuracy if validated else rows.test_accuracy
        loss = rows.validation_loss if validated else rows.test_loss
        met = np.zeros(len(rows), bool)  # what was not measured is NaN, and compares as false
        if self.accuracy:
            met |= accuracy >= self.accuracy
        if self.loss:
            met |= loss <= self.loss
        return int(rows.update[met.argmax()]) if met.any() else None

    def words(self, task: Task, watched: str) -> str:
        """What it asks for: a test accuracy of at least 95 %. `watched`: which examples decide."""
        score = f"R² of at least {self.accuracy:.4g}"
        if task is not Task.REGRESSION:
            score = f"accuracy of at least {self.accuracy * 100:.4g} %"
        parts = [f"{watched} {score}"] if self.accuracy else []
        if self.loss:
            parts.append(f"{watched} loss of at most {self.loss:.4g}")
        return f"a {' or a '.join(parts)}"
