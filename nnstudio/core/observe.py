"""From a run to a picture of it.

Between two updates the worker may ask for a `Frame`. An `Observer` belongs to one trainer: it keeps the passes over the
plane's grid and over a few examples, so that a picture costs one forward pass and what somebody looks at, no more.
Nothing here changes the run.
"""

import numpy as np

from nnstudio.core.activations import ACTIVATIONS
from nnstudio.core.array import Array
from nnstudio.core.experiment import DenseSpec
from nnstudio.core.frame import (
    Frame,
    Histogram,
    ImagePicture,
    LayerReading,
    Metrics,
    PlanePicture,
    Probe,
    Rejection,
    Status,
)
from nnstudio.core.layers.layer import Layer
from nnstudio.core.metrics import answers_of, confusion_matrix
from nnstudio.core.network import Pass
from nnstudio.core.trainer import Trainer

NEURON_RESOLUTION = 40
OUTPUT_RESOLUTION = 100
PROBED_EXAMPLES = 512
SAMPLES = 24
BINS = 40
NEARLY = 0.99
"""A bounded activation beyond this share of its range counts as saturated."""


class Observer:
    """Takes pictures of one trainer. Raises nothing for a trainer that has diverged: NaN is shown as NaN."""

    def __init__(self, trainer: Trainer, run: int) -> None:
        self.trainer = trainer
        self.run = run
        self._neurons: Pass | None = None
        self._output: Pass | None = None
        self._examples: Pass | None = None
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
        recovery: float | None = None,
        rejection: Rejection | None = None,
        commands: int = 0,
    ) -> Frame:
        """The run now. `image` is the number of the test image to look at."""
        trainer = self.trainer
        fresh = status is not Status.LEARNING or trainer.evaluation_is_cheap
        metrics: Metrics = trainer.evaluate() if fresh else trainer.last_metrics
        params = trainer.network.params.copy()
        params.flags.writeable = False
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
            params=params,
            metrics=metrics,
            history=trainer.history.prefix(),
            layers=self._layers(params, probes),
            plane=self._plane(probes) if on_plane else None,
            image=None if on_plane else self._image(probes, image),
            recovery=recovery,
            rejection=rejection,
            commands=commands,
        )

    # Layers -----------------------------------------------------------------------------------------------------------

    def _layers(self, params: Array, probes: Probe) -> tuple[LayerReading, ...]:
        trainer = self.trainer
        network = trainer.network
        histograms: dict[str, Histogram] = {}
        if Probe.ACTIVATIONS in probes:
            histograms = self._histograms()
        watched = Probe.GRADIENTS in probes and trainer.gradient_is_known
        gradients = network.blocks(network.grads) if watched else []
        changes = network.blocks(trainer.change) if watched and trainer.change is not None else []
        readings: list[LayerReading] = []
        for index, (layer, block) in enumerate(network.blocks(params)):
            weights = block[:-1]
            ratio = None
            if changes:
                size = float(np.linalg.norm(weights))
                ratio = float(np.linalg.norm(changes[index][1][:-1])) / size if size else float("inf")
            readings.append(
                LayerReading(
                    name=layer.name,
                    activation=self._activation_label(layer),
                    weights=weights,
                    biases=block[-1],
                    histogram=histograms.get(layer.name),
                    gradient_norm=float(np.linalg.norm(gradients[index][1][:-1])) if gradients else None,
                    update_ratio=ratio,
                )
            )
        return tuple(readings)

    def _activation_label(self, layer: Layer) -> str:
        if layer is self.trainer.network.layers[-1]:
            return self.trainer.loss.output_name
        return layer.spec.activation.label if isinstance(layer.spec, DenseSpec) else ""

    def _histograms(self) -> dict[str, Histogram]:
        trainer = self.trainer
        if self._examples is None:
            self._examples = Pass(trainer.network, trainer.dataset.train.augmented[:PROBED_EXAMPLES])
        work = self._examples
        work.forward()
        result: dict[str, Histogram] = {}
        for layer, stage in zip(trainer.network.layers, work.stages, strict=True):
            values = stage.output.values
            low = high = None
            dies = False
            if layer is trainer.network.layers[-1]:
                values = np.empty_like(work.logits)
                trainer.loss.output(work.logits, values)
                low, high = {"Sigmoid": (0.0, 1.0), "Softmax": (0.0, 1.0)}.get(trainer.loss.output_name, (None, None))
            elif isinstance(layer.spec, DenseSpec):
                activation = ACTIVATIONS[layer.spec.activation]
                low, high, dies = activation.low, activation.high, activation.dies
            result[layer.name] = _histogram(values.reshape(-1, values.shape[-1]), low, high, dies)
        return result

    # The plane --------------------------------------------------------------------------------------------------------

    def _plane(self, probes: Probe) -> PlanePicture:
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
            if self._output is None:
                self._output = Pass(trainer.network, trainer.dataset.grid(OUTPUT_RESOLUTION))
            self._output.forward()
            output = np.empty_like(self._output.logits)
            trainer.loss.output(self._output.logits, output)
            output = output.reshape(-1, OUTPUT_RESOLUTION, OUTPUT_RESOLUTION)
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


def _histogram(values: Array, low: float | None, high: float | None, dies: bool) -> Histogram:
    """Counts of values (units, n) over their range: the activation's own, or as far as they reach."""
    bounded = low is not None and high is not None
    reach = float(np.nanmax(np.abs(values), initial=0.0))
    reach = reach if np.isfinite(reach) and reach > 0 else 1.0
    bottom = low if low is not None else -reach
    top = high if high is not None else reach
    finite = np.nan_to_num(values, nan=bottom, posinf=top, neginf=bottom)
    places = ((finite - bottom) * (BINS / (top - bottom))).astype(np.int64)
    counts = np.bincount(np.clip(places, 0, BINS - 1).ravel(), minlength=BINS)
    saturated = None
    if bounded:
        middle, half = (bottom + top) / 2, (top - bottom) / 2
        saturated = float((np.abs(finite - middle) > NEARLY * half).mean())
    dead = float((finite == 0).all(axis=1).mean()) if dies else None
    return Histogram(counts, bottom, top, dead, saturated)
