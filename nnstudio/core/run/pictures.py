"""What a network makes of its data, as pictures: one maker for each domain.

A maker belongs to one trainer and keeps its passes over the plane's grid, so that a picture costs
one forward pass and what somebody looks at, no more.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.data.images import WHITE, Images
from nnstudio.core.data.plane import Plane
from nnstudio.core.data.table import Table
from nnstudio.core.experiment.choices import Task
from nnstudio.core.network.network import Pass
from nnstudio.core.run.example import ExampleReading
from nnstudio.core.run.frame import ImagePicture, Picture, PlanePicture, Predictions, Probe, TablePicture, TruthTable
from nnstudio.core.training.metrics import answers_of, confusion_matrix
from nnstudio.core.training.roc import Roc, roc
from nnstudio.core.training.trainer import Trainer

NEURON_RESOLUTION = 32
OUTPUT_RESOLUTION = 100
MOVING_RESOLUTION = 56
"""Of the output while the run learns: sixty times a second nobody sees finer ones, and they would cost training."""
SAMPLES = 24
MOST_CONFUSED = 40
"""The most classes that a confusion matrix is drawn for."""
ROWS = 8
"""So few examples that train and test are shown one by one."""
PREDICTED = 500
"""Test examples whose predictions are shown against the truth, and training examples."""


class PictureMaker(Protocol):
    """Takes pictures of one trainer; `example` is what is made of the one that is looked at, `resolution` that of the
    output's map."""

    def take(self, probes: Probe, example: ExampleReading | None, resolution: int) -> Picture:
        """The picture of now."""
        ...


class Confusion:
    """The confusion matrix of the test examples and the answers, counted anew only after an evaluation."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._counted: tuple[Array, Array, Array] | None = None

    def count(self) -> tuple[Array, Array]:
        """Matrix (classes, classes), row = truth, and answers (n,)."""
        test = self._trainer.test
        if self._counted is None or self._counted[0] is not test.outputs:
            answers = answers_of(test.outputs)
            matrix = confusion_matrix(test.labels, answers, self._trainer.dataset.classes)
            self._counted = test.outputs, matrix, answers
        return self._counted[1], self._counted[2]


class PlanePictures:
    """Maps of the plane: of every unit, and of the output."""

    def __init__(self, trainer: Trainer, plane: Plane) -> None:
        self._trainer = trainer
        self._plane = plane
        self._neurons: Pass | None = None
        self._output: Pass | None = None
        self._inputs: Array | None = None
        data = trainer.dataset
        few = data.test is data.train and len(data.train) <= ROWS
        self._rows = Pass(trainer.network, data.train.augmented) if few else None

    def take(self, probes: Probe, example: ExampleReading | None, resolution: int) -> PlanePicture:
        """The picture of now; the inputs are there once the neurons were asked for."""
        trainer, neurons, output = self._trainer, None, None
        if Probe.NEURONS in probes:
            if self._neurons is None:
                grid = self._grid(NEURON_RESOLUTION)
                self._neurons = Pass(trainer.network, grid)
                self._inputs = np.ascontiguousarray(grid[:, :-1].T).reshape(-1, NEURON_RESOLUTION, NEURON_RESOLUTION)
            self._neurons.forward()
            neurons = tuple(
                stage.output.values.reshape(-1, NEURON_RESOLUTION, NEURON_RESOLUTION).copy()
                for stage in self._neurons.stages[:-1]
            )
        if Probe.OUTPUT in probes or Probe.NEURONS in probes:
            if self._output is None or len(self._output.inputs) != resolution**2:
                self._output = Pass(trainer.network, self._grid(resolution))
            self._output.forward()
            output = np.empty_like(self._output.logits)
            trainer.loss.output(self._output.logits, output)
            output = output.reshape(-1, resolution, resolution)
        seen = Probe.OUTPUT in probes
        table, answers = (self._table(), self._answers()) if seen else (None, None)
        return PlanePicture(self._inputs, neurons, output, table, answers)

    def _answers(self) -> Array | None:
        """The class that each test example was taken for when it was last measured."""
        classes = self._trainer.dataset.task in (Task.BINARY, Task.MULTICLASS)
        return answers_of(self._trainer.test.outputs) if classes else None

    def _table(self) -> TruthTable | None:
        rows, loss = self._rows, self._trainer.loss
        if rows is None:
            return None
        rows.forward()
        answers = np.empty_like(rows.logits)
        loss.output(rows.logits, answers)
        return TruthTable(answers, loss.each(rows.logits, loss.targets(self._trainer.dataset.train.targets).T))

    def _grid(self, resolution: int) -> Array:
        return self._trainer.dataset.encode(self._plane.grid(resolution))


class ImagePictures:
    """One test image on its way through the network, and what becomes of all of them."""

    def __init__(self, trainer: Trainer, images: Images) -> None:
        self._trainer = trainer
        self._confusion = Confusion(trainer)
        test = trainer.dataset.test
        self._samples = test.raw[:SAMPLES].astype(np.float32) / WHITE
        self._labels = test.labels[:SAMPLES]
        self._answered: tuple[Array, Array, Array] | None = None

    def take(self, probes: Probe, example: ExampleReading | None, resolution: int) -> ImagePicture:
        """The picture of now. What is made of all images is the same objects until the next evaluation."""
        assert example is not None, "of images one is always looked at"
        seen = Probe.OUTPUT in probes
        confusion, answers, confidences = self._read() if seen else (None, None, None)
        return ImagePicture(
            example=example.raw.astype(np.float32) / WHITE,
            label=example.label,
            activations=example.activations,
            probabilities=example.answer,
            confusion=confusion,
            samples=self._samples if seen else None,
            sample_labels=self._labels if seen else None,
            sample_answers=answers,
            sample_confidences=confidences,
            answers=self._confusion.count()[1] if seen else None,
        )

    def _read(self) -> tuple[Array, Array, Array]:
        """The confusion matrix, and the answers to the samples with how sure they are."""
        confusion, answers = self._confusion.count()
        if self._answered is None or self._answered[0] is not confusion:
            confidences = self._trainer.test.outputs[:, :SAMPLES].max(axis=0)
            self._answered = confusion, answers[:SAMPLES], confidences
        return self._answered


class TablePictures:
    """The answers to the test examples: a confusion matrix for classes, values beside the truth for the rest."""

    def __init__(self, trainer: Trainer, table: Table) -> None:
        self._trainer = trainer
        self._confusion = Confusion(trainer)
        self._roc: tuple[Array, Roc | None] | None = None

    def take(self, probes: Probe, example: ExampleReading | None, resolution: int) -> TablePicture:
        """The picture of now."""
        trainer = self._trainer
        if Probe.OUTPUT not in probes:
            return TablePicture()
        if trainer.dataset.task in (Task.BINARY, Task.MULTICLASS):
            few = trainer.dataset.classes <= MOST_CONFUSED
            confusion, answers = self._confusion.count() if few else (None, None)
            curve = self._curve() if Probe.ROC in probes else None
            return TablePicture(confusion=confusion, answers=answers, roc=curve)
        truth = trainer.dataset.test.targets[:PREDICTED].T
        return TablePicture(truth=truth, predicted=trainer.test.outputs[:, :PREDICTED], training=self._trained())

    def _curve(self) -> Roc | None:
        """The ROC curve, made anew only after an evaluation."""
        test = self._trainer.test
        if self._trainer.dataset.task is not Task.BINARY:
            return None
        if self._roc is None or self._roc[0] is not test.outputs:
            self._roc = test.outputs, roc(test.labels, test.outputs[0])
        return self._roc[1]

    def _trained(self) -> Predictions | None:
        training, data = self._trainer.training, self._trainer.dataset
        if data.test is data.train:
            return None
        spread = np.arange(min(training.count, PREDICTED)) * training.count // min(training.count, PREDICTED)
        return Predictions(training.examples[spread], training.truth[spread].T, training.outputs[:, spread])


MAKERS: dict[type, Callable[[Trainer, Any], PictureMaker]] = {
    Plane: PlanePictures,
    Images: ImagePictures,
    Table: TablePictures,
}
"""Who takes the pictures of each domain."""


def picture_maker(trainer: Trainer) -> PictureMaker:
    """The maker for the trainer's data."""
    domain = trainer.dataset.domain
    return MAKERS[type(domain)](trainer, domain)
