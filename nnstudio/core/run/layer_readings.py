"""What can be said about each layer of a run: its parameters, what values it gives out, how it learns.

Parameters cost nothing, they are views. Activations cost one forward pass over some training examples, and are counted
only when somebody looks; so are the norms of the last update.
"""

from collections.abc import Iterator

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import ActivationSpec, Conv2DSpec, DenseSpec
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.network.layers.batch_norm import BatchNorm
from nnstudio.core.network.layers.layer import Layer, Stage
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.run.frame import Histogram, LayerReading, Probe
from nnstudio.core.training.losses.loss import SIGMOID, SOFTMAX
from nnstudio.core.training.trainer import Trainer

PROBED_EXAMPLES = 512
PROBED_VALUES = 2**18
"""At most so many values of one layer are counted: fewer examples where feature maps are large."""
BINS = 40
NEARLY = 0.99
"""A bounded activation beyond this share of its range counts as saturated."""


class LayerReadings:
    """Reads the layers of one trainer, and keeps the pass that their activations are counted in."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._patches = dict(_patches(trainer.network))
        self._examples: Pass | None = None

    def read(self, params: Array, probes: Probe) -> tuple[LayerReading, ...]:
        """Every layer with its part of `params`, a copy of the network's."""
        trainer, network = self._trainer, self._trainer.network
        blocks = _by_name(network, params)
        watched = Probe.GRADIENTS in probes and trainer.gradient_is_known
        gradients = _by_name(network, network.grads) if watched else {}
        changes = _by_name(network, trainer.change) if watched and trainer.change is not None else {}
        histograms = self._histograms() if Probe.ACTIVATIONS in probes else {}
        readings: list[LayerReading] = []
        for layer in network.layers:
            name, block, learns = layer.name, blocks.get(layer.name), layer.penalized_rows > 0
            weights, biases = (block[:-1], block[-1]) if block is not None and learns else (None, None)
            gains, shifts = block if block is not None and not learns else (None, None)
            readings.append(
                LayerReading(
                    name=name,
                    activation=self._activation_label(layer),
                    shape=layer.shape,
                    weights=weights,
                    biases=biases,
                    gains=gains,
                    shifts=shifts,
                    statistics=_statistics(layer),
                    patch=self._patches.get(name),
                    histogram=histograms.get(name),
                    gradient_norm=_length(gradients[name][:-1]) if learns and gradients else None,
                    update_ratio=_ratio(changes[name][:-1], weights) if weights is not None and changes else None,
                )
            )
        return tuple(readings)

    def _activation_label(self, layer: Layer) -> str:
        if layer is self._trainer.network.layers[-1]:
            return self._trainer.loss.output_name
        kind = activation_of(layer)
        return kind.label if kind else ""

    # Activations ------------------------------------------------------------------------------------------------------

    def _histograms(self) -> dict[str, Histogram]:
        network = self._trainer.network
        if self._examples is None:
            largest = max(int(np.prod(layer.shape)) for layer in network.layers)
            count = min(PROBED_EXAMPLES, max(16, PROBED_VALUES // largest))
            self._examples = Pass(network, self._trainer.dataset.train.augmented[:count])
        self._examples.forward()
        stages = zip(network.layers[:-1], self._examples.stages, strict=False)
        hidden = {layer.name: _hidden_histogram(layer, stage) for layer, stage in stages if _answers(layer)}
        return hidden | {network.layers[-1].name: self._output_histogram(self._examples.logits)}

    def _output_histogram(self, logits: Array) -> Histogram:
        loss = self._trainer.loss
        values = np.empty_like(logits)
        loss.output(logits, values)
        bounded = loss.output_name in (SIGMOID.name, SOFTMAX.name)
        return histogram(values, *((0.0, 1.0) if bounded else (None, None)), dies=False)


def activation_of(layer: Layer) -> ActivationKind | None:
    """The activation that a layer has or is."""
    spec = layer.spec
    return spec.activation if isinstance(spec, DenseSpec | Conv2DSpec | ActivationSpec) else None


def _answers(layer: Layer) -> bool:
    """Whether a layer gives out something of its own, and not only a part of what it gets."""
    return activation_of(layer) is not None or layer.parameter_shape != (0, 0)


def _hidden_histogram(layer: Layer, stage: Stage) -> Histogram:
    """A unit of an image is a channel, at all places of all examples."""
    values, kind = stage.output.values.reshape(layer.shape[0], -1), activation_of(layer)
    if kind is None:
        return histogram(values, None, None, dies=False)
    row = ACTIVATIONS[kind]
    return histogram(values, row.low, row.high, row.dies)


def histogram(values: Array, low: float | None, high: float | None, dies: bool) -> Histogram:
    """Counts of values (units, n) over their range: the activation's own, or as far as they reach."""
    reach = float(np.nanmax(np.abs(values), initial=0.0))
    reach = reach if np.isfinite(reach) and reach > 0 else 1.0
    bottom = low if low is not None else -reach
    top = high if high is not None else reach
    finite = np.nan_to_num(values, nan=bottom, posinf=top, neginf=bottom)
    places = ((finite - bottom) * (BINS / (top - bottom))).astype(np.int64)
    counts = np.bincount(np.clip(places, 0, BINS - 1).ravel(), minlength=BINS)
    saturated = None
    if low is not None and high is not None:
        middle, half = (bottom + top) / 2, (top - bottom) / 2
        saturated = float((np.abs(finite - middle) > NEARLY * half).mean())
    dead = float((finite == 0).all(axis=1).mean()) if dies else None
    return Histogram(counts, bottom, top, dead, saturated)


# Weights --------------------------------------------------------------------------------------------------------------


def _by_name(network: Network, vector: Array) -> dict[str, Array]:
    return {layer.name: block for layer, block in network.blocks(vector)}


def _statistics(layer: Layer) -> Array | None:
    """Training goes on changing them; the copy is the picture's own."""
    if not isinstance(layer, BatchNorm):
        return None
    copy = layer.running.copy()
    copy.flags.writeable = False
    return copy


def _length(weights: Array) -> float:
    return float(np.linalg.norm(weights))


def _ratio(change: Array, weights: Array) -> float:
    size = _length(weights)
    return _length(change) / size if size else float("inf")


def _patches(network: Network) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """For each layer whose weights look at an image, or at one that was only read as a row, what piece they look at."""
    image: tuple[int, int, int] | None = None
    for layer in network.layers:
        if len(layer.input_shape) == 3:
            image = layer.input_shape[0], layer.input_shape[1], layer.input_shape[2]
        if isinstance(layer.spec, Conv2DSpec):
            yield layer.name, (layer.input_shape[0], layer.spec.kernel, layer.spec.kernel)
        elif isinstance(layer.spec, DenseSpec):
            if image is not None:
                yield layer.name, image
            image = None
