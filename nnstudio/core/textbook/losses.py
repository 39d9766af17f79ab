"""How bad the network's answers are, and where the way back begins.

The last layer's z, the logits, become the answer p: z itself for a value, σ(z) for a yes or no, softmax(z) where the
classes share out 1. The loss compares p with the truth y, example by example; L is the mean over the n examples.
"""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.experiment.choices import LossKind, Task
from nnstudio.core.textbook.activations import log_sigmoid, log_softmax, sigmoid, softmax


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """What the network says, p (n, outputs); what each example costs (n,); their mean L; and ∂z (n, outputs), which is
    ∂L/∂z of the logits."""

    p: Array
    each: Array
    value: float
    dz: Array


def answer(kind: LossKind, task: Task, z: Array) -> Array:
    """p, from the logits z."""
    if task is Task.REGRESSION:
        return z
    shared_out = task is Task.MULTICLASS and kind in (LossKind.CROSS_ENTROPY, LossKind.HINGE)
    return softmax(z) if shared_out else sigmoid(z)


def loss(spec: TrainingSpec, task: Task, z: Array, y: Array) -> Loss:
    """The loss that `spec` asks for, of logits z and truths y: 0 or 1, one-hot, or values. Both are (n, outputs)."""
    p, kind = answer(spec.loss, task, z), spec.loss
    n, outputs = z.shape
    if kind is LossKind.CROSS_ENTROPY and task is Task.MULTICLASS:
        y = smooth(y, spec.label_smoothing, outputs)
        each = -(y * log_softmax(z)).sum(axis=1)
        dz = p - y
    elif kind in (LossKind.CROSS_ENTROPY, LossKind.BINARY_CROSS_ENTROPY):
        y = smooth(y, spec.label_smoothing, 2)
        each = -(y * log_sigmoid(z) + (1 - y) * log_sigmoid(-z)).mean(axis=1)
        dz = (p - y) / outputs
    elif kind is LossKind.HINGE and task is Task.MULTICLASS:
        right = (y * z).sum(axis=1, keepdims=True)
        lack = np.maximum(0, 1 - right + z) * (1 - y)
        each = lack.sum(axis=1) / outputs
        pushed = np.sign(lack)
        dz = (pushed - y * pushed.sum(axis=1, keepdims=True)) / outputs
    elif kind is LossKind.HINGE:
        side = 2 * y - 1
        lack = np.maximum(0, 1 - side * z)
        each = lack.mean(axis=1)
        dz = -side * np.sign(lack) / outputs
    else:
        e, slope = error(spec, p - y)
        each = e.mean(axis=1)
        dp = slope / outputs
        dz = dp if task is Task.REGRESSION else dp * p * (1 - p)  # σ′ = p (1 − p)
    return Loss(p, each, float(each.mean()), dz / n)


def smooth(y: Array, share: float, classes: int) -> Array:
    """y ← (1 − s) y + s / classes."""
    return (1 - share) * y + share / classes


def error(spec: TrainingSpec, d: Array) -> tuple[Array, Array]:
    """e(d) and e′(d) for each difference d = p − y."""
    if spec.loss is LossKind.MEAN_SQUARED_ERROR:
        return d**2, 2 * d
    if spec.loss is LossKind.HALF_SQUARED_ERROR:
        return d**2 / 2, d
    if spec.loss is LossKind.MEAN_ABSOLUTE_ERROR:
        return abs(d), np.sign(d)
    if spec.loss is LossKind.HUBER:
        near = np.clip(d, -spec.huber_delta, spec.huber_delta)
        return near * (d - near / 2), near  # ½ d² up to δ, then δ (|d| − ½ δ)
    raise ValueError(f"{spec.loss.label} is no function of a difference")
