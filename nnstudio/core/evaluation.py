"""A network before a whole split of the data: loss, accuracy and what it answers.

The pass over the split is built once and run again whenever somebody wants to know.
"""

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.choices import Task
from nnstudio.core.data.dataset import Split
from nnstudio.core.losses import Loss
from nnstudio.core.metrics import accuracy
from nnstudio.core.network import Network, Pass

ROWS_AT_ONCE = 2500


class Evaluation:
    """The first `limit` examples of a split, in chunks that stay in the cache."""

    def __init__(self, network: Network, split: Split, task: Task, limit: int | None = None) -> None:
        count = min(len(split), limit or len(split))
        self.count = count
        self.labels = split.labels[:count]
        self._task = task
        self._targets = split.targets[:count].T
        self._passes = [
            Pass(network, split.augmented[start : min(start + ROWS_AT_ONCE, count)])
            for start in range(0, count, ROWS_AT_ONCE)
        ]
        self.outputs: Array = np.empty((len(self._targets), count), network.dtype)
        """What the network said when it was last evaluated, (outputs, n)."""

    def run(self, loss: Loss) -> tuple[float, float]:
        """The mean data loss and the accuracy, now; fills `outputs`."""
        total = 0.0
        start = 0
        outputs = np.empty_like(self.outputs)  # the old array may be in a frame that is still being drawn
        for chunk in self._passes:
            chunk.forward()
            stop = start + chunk.logits.shape[1]
            total += loss.value(chunk.logits, self._targets[:, start:stop]) * (stop - start)
            loss.output(chunk.logits, outputs[:, start:stop])
            start = stop
        self.outputs = outputs
        return total / self.count, accuracy(outputs, self._targets, self.labels, self._task)
