"""From a run to a picture of it.

Between two updates the worker may ask for a `Frame`. An `Observer` belongs to one trainer: it keeps the passes over the
plane's grid and over a few examples, so that a picture costs one forward pass and what somebody looks at, no more.
Nothing here changes the run.
"""

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.network.network import Pass
from nnstudio.core.run.example_losses import ExampleLossReadings
from nnstudio.core.run.frame import Frame, ImagePicture, PlanePicture, Probe, Status
from nnstudio.core.run.layer_readings import LayerReadings
from nnstudio.core.training.metrics import Metrics, answers_of, confusion_matrix
from nnstudio.core.training.trainer import Trainer

NEURON_RESOLUTION = 40
OUTPUT_RESOLUTION = 100
SAMPLES = 24


class Observer:
    """Takes pictures of one trainer. Raises nothing for a trainer that has diverged: NaN is shown as NaN."""

    def __init__(self, trainer: Trainer, run: int) -> None:
        self.trainer = trainer
        self.run = run
        self._layers = LayerReadings(trainer)
        self._losses = ExampleLossReadings(trainer)
        self._neurons: Pass | None = None
        self._output: Pass | None = None
        self._example: Pass | None = None
        self._inputs: Array | None = None
        self._answered: tuple[Array, Array, Array] | None = None

    @np.errstate(all="ignore")
    def frame(
        self,
        probes: Probe,
        *,
        status: Status = Status.PAUSED,
        message: str = "",
        updates_per_second: float = 0.0,
        image: int = 0,
        resolution: int = OUTPUT_RESOLUTION,
        recovery: float | None = None,
        commands: int = 0,
    ) -> Frame:
        """The run now. `image` is the number of the test image to look at; the output over the plane is drawn with
        `resolution`² pixels."""
        trainer = self.trainer
        fresh = status is not Status.LEARNING or trainer.evaluation_is_cheap
        metrics: Metrics = trainer.evaluate() if fresh else trainer.last_metrics
        on_plane = trainer.dataset.extent is not None
        return Frame(
            experiment=trainer.experiment,
            dataset=trainer.dataset,
            run=self.run,
            status=status,
            message=message,
            updates=trainer.updates,
            epoch=trainer.epoch,
            updates_per_second=updates_per_second,
            model=trainer.model(),
            metrics=metrics,
            history=trainer.history.prefix(),
            readings=self._layers.read(probes),
            plane=self._plane(probes, resolution) if on_plane else None,
            image=None if on_plane else self._image(probes, image),
            losses=self._losses.read() if Probe.LOSSES in probes else None,
            recovery=recovery,
            marks=trainer.marks,
            commands=commands,
        )

    # The plane --------------------------------------------------------------------------------------------------------

    def _plane(self, probes: Probe, resolution: int) -> PlanePicture:
        trainer = self.trainer
        neurons = output = None
        if Probe.NEURONS in probes:
            if self._neurons is None:
                grid = trainer.dataset.grid(NEURON_RESOLUTION)
                self._neurons = Pass(trainer.network, grid)
                self._inputs = np.ascontiguousarray(grid[:, :-1].T).reshape(-1, NEURON_RESOLUTION, NEURON_RESOLUTION)
            self._neurons.forward()
            neurons = tuple(
                stage.output.values.reshape(-1, NEURON_RESOLUTION, NEURON_RESOLUTION).copy()
                for stage in self._neurons.stages[:-1]
            )
        if Probe.OUTPUT in probes or Probe.NEURONS in probes:
            if self._output is None or len(self._output.inputs) != resolution**2:
                self._output = Pass(trainer.network, trainer.dataset.grid(resolution))
            self._output.forward()
            output = np.empty_like(self._output.logits)
            trainer.loss.output(self._output.logits, output)
            output = output.reshape(-1, resolution, resolution)
        return PlanePicture(self._inputs, neurons, output)

    # Images -----------------------------------------------------------------------------------------------------------

    def _image(self, probes: Probe, index: int) -> ImagePicture:
        trainer = self.trainer
        images = trainer.dataset.images
        if images is None:
            raise AssertionError("a data set is on the plane or made of images")
        index %= len(images.test_pixels)
        activations = probabilities = None
        if Probe.NEURONS in probes or Probe.OUTPUT in probes:
            if self._example is None:
                self._example = Pass(trainer.network, trainer.dataset.test.augmented[:1].copy())
            self._example.inputs[...] = trainer.dataset.test.augmented[index]
            self._example.forward()
            activations = tuple(stage.output.values[..., 0].copy() for stage in self._example.stages[:-1])
            output = np.empty_like(self._example.logits)
            trainer.loss.output(self._example.logits, output)
            probabilities = output[:, 0]
        confusion = samples = labels = answers = confidences = None
        if Probe.OUTPUT in probes:
            confusion, all_answers = self._confusion()
            samples = images.test_pixels[:SAMPLES].astype(np.float32) / 255
            labels = images.test_labels[:SAMPLES]
            answers = all_answers[:SAMPLES]
            confidences = trainer.test.outputs[:, :SAMPLES].max(axis=0)
        return ImagePicture(
            example=images.test_pixels[index].astype(np.float32) / 255,
            label=int(images.test_labels[index]),
            activations=activations,
            probabilities=probabilities,
            confusion=confusion,
            samples=samples,
            sample_labels=labels,
            sample_answers=answers,
            sample_confidences=confidences,
        )

    def _confusion(self) -> tuple[Array, Array]:
        """The confusion matrix and the answers, counted anew only after an evaluation."""
        test = self.trainer.test
        if self._answered is None or self._answered[0] is not test.outputs:
            answers = answers_of(test.outputs)
            matrix = confusion_matrix(test.labels, answers, self.trainer.dataset.classes)
            self._answered = test.outputs, matrix, answers
        return self._answered[1], self._answered[2]
