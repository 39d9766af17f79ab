"""One example that somebody has chosen, on its way through the network: its numbers at every layer, answer and loss.

An example is found by the split that it is in and its number there; or it is in none, and somebody has typed its
inputs or pointed at a place of the plane. Where nobody has chosen one, a network that learns images is shown the first
test image, for something has to be seen on its way; the others are shown none.
"""

from dataclasses import dataclass
from enum import Enum
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Dataset, Split
from nnstudio.core.data.images import Images
from nnstudio.core.experiment.choices import Task
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


@dataclass(frozen=True, slots=True)
class TypedInputs:
    """An example of no split; it is saved nowhere.

    raw: its numbers as the data have them, before anything was done to them: (x₁, x₂), a row, or pixels row by row
    target (outputs,): what the outputs should be, 0 or 1, one-hot, or a value; None where nobody says
    """

    raw: tuple[float, ...]
    target: tuple[float, ...] | None = None

    def moved(self, dataset: Dataset, by: int) -> Chosen:
        """From no split one comes into the training examples, at their beginning or from behind."""
        return Chosen(SplitName.TRAINING, 0 if by > 0 else len(dataset.train) - 1)

    def fits(self, dataset: Dataset) -> bool:
        """Whether these are inputs, and a target, of such data."""
        inputs = len(self.raw) == prod(dataset.recipe.shape)
        return inputs and (self.target is None or len(self.target) == dataset.outputs)

    def overflows(self, dataset: Dataset) -> bool:
        """Whether a number, as the network would see it, is beyond those that it computes with. Where it fits."""
        dtype = dataset.train.targets.dtype
        with np.errstate(over="ignore", invalid="ignore"):
            inputs = dataset.encode(np.array(self.raw).reshape(1, *dataset.recipe.shape))
            target = np.array(self.target or (), np.float64).astype(dtype)
        return not (np.isfinite(inputs).all() and np.isfinite(target).all())


AnyExample = Chosen | TypedInputs
"""What can be followed."""
FIRST_TEST = Chosen(SplitName.TEST, 0)


@dataclass(frozen=True, slots=True, eq=False)
class ExampleReading:
    """What the network makes of one example.

    raw: before anything was done to it: a point (2,), pixels (height, width), a row of a table
    inputs (features,): as the network sees it
    target (outputs,): what the outputs should be, 0 or 1, one-hot, or a value; label: the class by its number, None for
    values and for labels that may all be true. Both None where nobody says what is true
    activations: for each hidden layer what it answers: (units,), or (channels, height, width)
    answer (outputs,): probabilities for classifiers, values for regression
    loss: what this example costs, without the penalty; None without a target
    """

    task: Task
    chosen: AnyExample
    raw: NDArray[Any]
    inputs: Array
    target: Array | None
    label: int | None
    activations: tuple[Array, ...]
    answer: Array
    loss: float | None

    @property
    def answered(self) -> int | None:
        """The class that the network takes it for; None where there is nothing to choose."""
        if self.task not in (Task.BINARY, Task.MULTICLASS):
            return None
        return int(self.answer.argmax()) if len(self.answer) > 1 else int(self.answer[0] >= 0.5)


class ExampleReader:
    """Reads examples of one trainer; keeps the pass and the targets."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._pass: Pass | None = None

    def read(self, chosen: AnyExample | None) -> ExampleReading | None:
        """What the network makes of it now. Behind the last example of a split comes the first one again; where a split
        is not there, or what was typed does not fit, nothing is chosen."""
        dataset = self._trainer.dataset
        if isinstance(chosen, TypedInputs) and chosen.fits(dataset):
            return self._typed(chosen)
        place = chosen if isinstance(chosen, Chosen) else None
        split = place.split.of(dataset) if place else None
        if place is None or split is None:
            if not isinstance(dataset.domain, Images):
                return None
            place, split = FIRST_TEST, dataset.test
        index = place.index % len(split)
        label = int(split.labels[index]) if len(split.labels) else None
        place = Chosen(place.split, index)
        return self._read(place, split.raw[index], split.augmented[index], split.targets[index], label)

    def _typed(self, typed: TypedInputs) -> ExampleReading:
        dataset = self._trainer.dataset
        raw = np.array(typed.raw).reshape(dataset.recipe.shape)
        target, label = None, None
        if typed.target is not None:
            target = np.array(typed.target, dataset.train.targets.dtype)
            if dataset.task in (Task.BINARY, Task.MULTICLASS):
                label = int(target.argmax()) if len(target) > 1 else int(target[0])
        return self._read(typed, raw, dataset.encode(raw[None])[0], target, label)

    def _read(
        self, chosen: AnyExample, raw: NDArray[Any], augmented: Array, target: Array | None, label: int | None
    ) -> ExampleReading:
        loss, work = self._trainer.loss, self._forward(augmented)
        return ExampleReading(
            task=self._trainer.dataset.task,
            chosen=chosen,
            raw=raw,
            inputs=augmented[:-1],
            target=target,
            label=label,
            activations=tuple(stage.output.values[..., 0].copy() for stage in work.stages[:-1]),
            answer=_answer(loss, work.logits),
            loss=None if target is None else loss.value(work.logits, loss.targets(target[None]).T),
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
