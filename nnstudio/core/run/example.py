"""One example that somebody has chosen, on its way through the network: its numbers at every layer, answer and loss.

An example is found by the split that it is in and its number there. Where nobody has chosen one, a network that learns
images is shown the first test image, for something has to be seen on its way; the others are shown none.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Dataset, Split
from nnstudio.core.data.images import Images
from nnstudio.core.network.network import Pass
from nnstudio.core.training.losses import Loss
from nnstudio.core.training.trainer import Trainer


class SplitName(Enum):
    """What an example is there for."""

    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"

    def of(self, dataset: Dataset) -> Split | None:
        """The split; None where there is no such one."""
        match self:
            case SplitName.TRAINING:
                return dataset.train
            case SplitName.VALIDATION:
                return dataset.validation
            case SplitName.TEST:
                return dataset.test


@dataclass(frozen=True, slots=True)
class Chosen:
    """An example of a data set: the number `index`, from 0, of a split."""

    split: SplitName
    index: int

    @property
    def number(self) -> int:
        """As people count, from 1."""
        return self.index + 1

    def moved(self, dataset: Dataset, by: int) -> "Chosen":
        """So many examples on in the same split; behind the last one comes the first."""
        split = self.split.of(dataset)
        return Chosen(self.split, (self.index + by) % len(split)) if split else self


FIRST_TEST = Chosen(SplitName.TEST, 0)


@dataclass(frozen=True, slots=True, eq=False)
class ExampleReading:
    """What the network makes of one example.

    raw: before anything was done to it: a point (2,), pixels (height, width), a row of a table
    inputs (features,): as the network sees it
    target (outputs,): what the outputs should be, 0 or 1, one-hot, or a value; label: the class by its number, None for
    values and for labels that may all be true
    activations: for each hidden layer what it answers: (units,), or (channels, height, width)
    answer (outputs,): probabilities for classifiers, values for regression
    loss: what this example costs, without the penalty
    """

    chosen: Chosen
    raw: NDArray[Any]
    inputs: Array
    target: Array
    label: int | None
    activations: tuple[Array, ...]
    answer: Array
    loss: float

    @property
    def answered(self) -> int | None:
        """The class that the network takes it for; None where there is nothing to choose."""
        if self.label is None:
            return None
        return int(self.answer.argmax()) if len(self.answer) > 1 else int(self.answer[0] >= 0.5)


class ExampleReader:
    """Reads examples of one trainer; keeps the pass and the targets."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._pass: Pass | None = None

    def read(self, chosen: Chosen | None) -> ExampleReading | None:
        """What the network makes of it now. Behind the last example of a split comes the first one again; where a split
        is not there, nothing is chosen."""
        dataset, loss = self._trainer.dataset, self._trainer.loss
        split = chosen.split.of(dataset) if chosen else None
        if chosen is None or split is None:
            if not isinstance(dataset.domain, Images):
                return None
            chosen, split = FIRST_TEST, dataset.test
        index = chosen.index % len(split)
        work = self._forward(split.augmented[index])
        target = split.targets[index]
        return ExampleReading(
            chosen=Chosen(chosen.split, index),
            raw=split.raw[index],
            inputs=split.inputs[index],
            target=target,
            label=int(split.labels[index]) if len(split.labels) else None,
            activations=tuple(stage.output.values[..., 0].copy() for stage in work.stages[:-1]),
            answer=_answer(loss, work.logits),
            loss=loss.value(work.logits, loss.targets(target[None]).T),
        )

    def _forward(self, augmented: Array) -> Pass:
        if self._pass is None:
            self._pass = Pass(self._trainer.network, augmented[None].copy())
        self._pass.inputs[...] = augmented
        self._pass.forward()
        return self._pass


def _answer(loss: Loss, logits: Array) -> Array:
    answer = logits.copy()
    loss.output(logits, answer)
    return answer[:, 0]
