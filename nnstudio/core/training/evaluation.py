"""A network before a whole split of the data: loss, accuracy and what it answers.

The pass over the split is built once and run again whenever somebody wants to know. A long split goes through one
short pass piece by piece, so that the values between the layers stay in the cache and take little memory. A sample must
do while training goes on; over all of a long split an evaluation may take seconds, so it can be interrupted between two
pieces.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Split
from nnstudio.core.experiment.choices import Task
from nnstudio.core.network.layers.layer import Layer
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.training.losses import Loss, Scratch
from nnstudio.core.training.metrics import accuracy
from nnstudio.core.training.pieces import Pieces, examples_at_once

EXAMPLES_AT_ONCE = 512
"""As many as fit into the cache; fewer of a large network."""


def at_once(layers: Sequence[Layer]) -> int:
    """How many examples go through these layers at once."""
    return min(EXAMPLES_AT_ONCE, 2 * examples_at_once(layers))


def sample(split: Split, limit: int) -> NDArray[np.int64]:
    """The numbers of `limit` examples in rising order, spread evenly over the classes and within each over the split;
    of all examples where there are no more."""
    count = len(split)
    by_class = np.argsort(split.labels, kind="stable") if len(split.labels) else np.arange(count)
    return np.sort(by_class[np.arange(min(limit, count)) * count // min(limit, count)])


class Evaluation:
    """A split, or a sample of so many of its examples."""

    def __init__(self, network: Network, split: Split, task: Task, limit: int | None = None) -> None:
        count = min(len(split), limit or len(split))
        chosen = slice(None) if count == len(split) else sample(split, count)
        self.count = count
        self.examples: NDArray[np.int64] = np.arange(len(split))[chosen]
        """Their numbers in the split."""
        self.labels = split.labels[chosen] if len(split.labels) else split.labels
        self._task = task
        self._inputs = split.augmented[chosen]
        self.truth = split.targets[chosen]
        """What the outputs should be, (n, outputs)."""
        self._loss: Loss | None = None
        self._targets: Array = self.truth
        self._passes: dict[int, tuple[Pass, Scratch]] = {}
        self._network = network
        self._at_once = at_once(network.layers)
        self.outputs: Array = np.full((self.truth.shape[1], count), np.nan, network.dtype)
        """What the network said when it was last evaluated, (outputs, n); NaN before."""

    def pieces(self, loss: Loss) -> Pieces[tuple[float, float]]:
        """The mean data loss and the accuracy, and in the end `outputs`. True only if the network stays as it is."""
        if self._loss != loss:
            self._loss, self._targets = loss, loss.targets(self.truth)
        total, share = 0.0, 0.0
        outputs = np.empty_like(self.outputs)  # the old array may be in a frame that is still being drawn
        for start in range(0, self.count, self._at_once):
            part = slice(start, min(start + self._at_once, self.count))
            with np.errstate(over="ignore", invalid="ignore"):
                logits, scratch = self._forward(part)
                total += loss.value(logits, self._targets[part].T, scratch) * logits.shape[1]
                loss.output(logits, outputs[:, part])
                if part.stop == self.count:
                    share = accuracy(outputs, self.truth.T, self.labels, self._task)
            yield
        self.outputs = outputs
        return total / self.count, share

    def predict(self, loss: Loss) -> Array:
        """What the network says, (outputs, n), without comparing it with the truth."""
        outputs = np.empty_like(self.outputs)
        for start in range(0, self.count, self._at_once):
            part = slice(start, min(start + self._at_once, self.count))
            loss.output(self._forward(part)[0], outputs[:, part])
        return outputs

    def _forward(self, part: slice) -> tuple[Array, Scratch]:
        examples = part.stop - part.start
        work, scratch = self._passes.get(examples) or self._new_pass(examples)
        if work.inputs is not self._inputs:
            np.copyto(work.inputs, self._inputs[part])
        work.forward()
        return work.logits, scratch

    def _new_pass(self, examples: int) -> tuple[Pass, Scratch]:
        work = Pass(self._network, self._inputs if examples == self.count else self._inputs[:examples].copy())
        self._passes[examples] = work, Scratch(work.logits)
        return self._passes[examples]


def predict(network: Network, loss: Loss, inputs: Array) -> Array:
    """What the network says of augmented inputs (n, inputs + 1), whatever they are: (n, outputs)."""
    answers = np.empty((len(inputs), network.layers[-1].shape[0]), network.dtype)
    step = at_once(network.layers)
    for start in range(0, len(inputs), step):
        work = Pass(network, inputs[start : start + step])
        work.forward()
        loss.output(work.logits, answers[start : start + step].T)
    return answers
