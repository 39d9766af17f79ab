"""What one example costs, output by output."""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.experiment.choices import LossKind, Task


@dataclass(frozen=True, slots=True, eq=False)
class LossTerms:
    """formula: of one term, with t the target and p the answer; count: by what their sum is divided
    targets (outputs,): t, smoothed if that is asked for; values (outputs,): the terms, times the weight
    weight: how much the example counts, by its class
    """

    formula: str
    count: int
    targets: Array
    values: Array
    weight: float = 1.0

    @property
    def written(self) -> str:
        """The formula with the weight of the example, if it has one."""
        return weighted(self.formula, self.weight)

    @property
    def loss(self) -> float:
        """What the example costs."""
        return float(self.values.sum() / self.count)


def weighted(formula: str, weight: float) -> str:
    """A formula of an example that counts so much."""
    return formula if weight == 1 else f"{weight:.4g} · ({formula})"


def loss_terms(spec: TrainingSpec, task: Task, z: Array, p: Array, y: Array, weight: float = 1.0) -> LossTerms:
    """The terms of the loss for the logits z, the answers p and the truths y, each (outputs,), of an example that
    counts so much."""
    shared = task is Task.MULTICLASS and spec.loss in (LossKind.CROSS_ENTROPY, LossKind.HINGE)
    outputs = len(z)
    t = y
    if spec.loss in (LossKind.CROSS_ENTROPY, LossKind.BINARY_CROSS_ENTROPY):
        t = y + spec.label_smoothing * (1 / (outputs if shared else 2) - y)
    with np.errstate(over="ignore", invalid="ignore"):
        match spec.loss:
            case LossKind.CROSS_ENTROPY if shared:
                formula, values = "−t · ln p", t * (np.logaddexp.reduce(z) - z)
            case LossKind.CROSS_ENTROPY | LossKind.BINARY_CROSS_ENTROPY:
                formula, values = "−t · ln p − (1 − t) · ln (1 − p)", np.logaddexp(0, z) - t * z
            case LossKind.MEAN_SQUARED_ERROR:
                formula, values = "(p − t)²", (p - t) ** 2
            case LossKind.HALF_SQUARED_ERROR:
                formula, values = "½ · (p − t)²", (p - t) ** 2 / 2
            case LossKind.MEAN_ABSOLUTE_ERROR:
                formula, values = "|p − t|", abs(p - t)
            case LossKind.HUBER:
                near = np.clip(p - t, -spec.huber_delta, spec.huber_delta)
                formula, values = "½ · d² for |d| ≤ δ, else δ · (|d| − ½ · δ); d = p − t", near * (p - t - near / 2)
            case LossKind.HINGE if shared:
                formula, values = "max(0, 1 − t + z − z of the right class)", np.maximum(0, 1 - y + z - (y * z).sum())
            case LossKind.HINGE:
                formula, values = (
                    "max(0, 1 − z) where t is 1, max(0, 1 + z) where it is 0",
                    np.maximum(0, 1 + z - 2 * y * z),
                )
    count = 1 if shared and spec.loss is LossKind.CROSS_ENTROPY else outputs
    return LossTerms(formula, count, t, weight * values, weight)
