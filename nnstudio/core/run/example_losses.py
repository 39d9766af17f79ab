"""What each single example costs: which points colour by, and how the hardest images are found.

A run needs only means, so this is computed when somebody looks, and anew only after the network was evaluated.
"""

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Split
from nnstudio.core.network.network import Pass
from nnstudio.core.run.frame import ExampleLosses
from nnstudio.core.training.losses import Loss
from nnstudio.core.training.losses.cross_entropy import BinaryCrossEntropy, SoftmaxCrossEntropy
from nnstudio.core.training.losses.errors import ErrorLoss, Huber, MeanAbsoluteError
from nnstudio.core.training.losses.hinge import BinaryHinge, MulticlassHinge
from nnstudio.core.training.trainer import TRAINING_EXAMPLES_EVALUATED, Trainer

ROWS_AT_ONCE = 1000


class ExampleLossReadings:
    """Reads the losses of one trainer's examples; keeps the passes and the last answer."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._passes: dict[int, Pass] = {}
        self._last: tuple[object, ExampleLosses] | None = None

    def read(self) -> ExampleLosses:
        """The losses as of the last evaluation."""
        trainer = self._trainer
        # Every evaluation leaves a new array of outputs.
        state = trainer.test.outputs
        if self._last is None or self._last[0] is not state:
            train = self._losses(trainer.dataset.train, TRAINING_EXAMPLES_EVALUATED)
            test = train if trainer.dataset.test is trainer.dataset.train else self._losses(trainer.dataset.test)
            self._last = state, ExampleLosses(train, test)
        return self._last[1]

    def _losses(self, split: Split, most: int | None = None) -> Array:
        loss = self._trainer.loss
        inputs = split.augmented[:most]
        targets = loss.targets(split.targets[:most]).T
        losses = np.empty(len(inputs), inputs.dtype)
        for start in range(0, len(inputs), ROWS_AT_ONCE):
            part = slice(start, min(start + ROWS_AT_ONCE, len(inputs)))
            losses[part] = losses_by_example(loss, self._logits(inputs[part]), targets[:, part])
        losses.flags.writeable = False
        return losses

    def _logits(self, rows: Array) -> Array:
        work = self._passes.get(len(rows))
        if work is None:
            work = self._passes[len(rows)] = Pass(self._trainer.network, rows.copy())
        np.copyto(work.inputs, rows)
        work.forward()
        return work.logits


def losses_by_example(loss: Loss, z: Array, t: Array) -> Array:
    """The loss of each example (n,) from logits z and the loss's own targets t, both (outputs, n). The formulas are
    those of the losses, which stop at the sum; the mean over the examples is `loss.value(z, t)`."""
    return _by_output(loss, z, t).sum(axis=0) * z.dtype.type(loss.weight(len(z)))


def _by_output(loss: Loss, z: Array, t: Array) -> Array:
    match loss:
        case BinaryCrossEntropy(label_smoothing=s):
            wrong = z * t / -(1 - s)
            return 2 * np.logaddexp(0, wrong) - s * wrong
        case SoftmaxCrossEntropy():
            shifted = z - z.max(axis=0)
            return (np.log(np.exp(shifted).sum(axis=0)) - shifted) * t
        case BinaryHinge():
            return np.maximum(1 - z * t, 0)
        case MulticlassHinge():
            return np.maximum(z - (z * t).sum(axis=0) + 1 - t, 0)
        case ErrorLoss():
            p = np.empty_like(z)
            loss.output(z, p)
            return _of_difference(loss, np.abs(p - t))
        case _:
            raise TypeError(f"{type(loss).__name__} has no row here")


def _of_difference(loss: ErrorLoss, size: Array) -> Array:
    match loss:
        case MeanAbsoluteError():
            return size
        case Huber(delta=delta):
            return np.where(size <= delta, size * size / 2, delta * (size - delta / 2))
        case _:
            return size * size / 2
