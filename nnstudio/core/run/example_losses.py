"""What each single example costs: which points colour by, and how the hardest images are found.

A run needs only means, so this is computed when somebody looks, and anew only after the network was evaluated.
"""

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Split
from nnstudio.core.network.network import Pass
from nnstudio.core.run.frame import ExampleLosses
from nnstudio.core.training.evaluation import sample
from nnstudio.core.training.trainer import TRAINING_EXAMPLES_EVALUATED, Trainer

EXAMPLES_AT_ONCE = 1000


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
            data = trainer.dataset
            train = self._losses(data.train, sample(data.train, TRAINING_EXAMPLES_EVALUATED))
            test = train if data.test is data.train else self._losses(data.test, slice(None))
            self._last = state, ExampleLosses(train, test)
        return self._last[1]

    def _losses(self, split: Split, chosen: NDArray[np.int64] | slice) -> Array:
        loss = self._trainer.loss
        inputs = split.augmented[chosen]
        targets = loss.targets(split.targets[chosen]).T
        losses = np.empty(len(inputs), inputs.dtype)
        for start in range(0, len(inputs), EXAMPLES_AT_ONCE):
            part = slice(start, min(start + EXAMPLES_AT_ONCE, len(inputs)))
            losses[part] = loss.each(self._logits(inputs[part]), targets[:, part])
        losses.flags.writeable = False
        return losses

    def _logits(self, inputs: Array) -> Array:
        work = self._passes.get(len(inputs))
        if work is None:
            work = self._passes[len(inputs)] = Pass(self._trainer.network, inputs.copy())
        np.copyto(work.inputs, inputs)
        work.forward()
        return work.logits
