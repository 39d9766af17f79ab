"""What can be said about each layer of a run: what values it gives out, how it learns.

Activations cost one forward pass over some training examples, and are counted only when somebody looks; so are the
norms of the last update. What a diagnosis goes by shares that pass.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.network.layers.layer import Layer, Stage
from nnstudio.core.network.model import range_of
from nnstudio.core.network.network import Pass
from nnstudio.core.run.frame import Histogram, LayerReading, Probe
from nnstudio.core.run.layer_signs import NEARLY, layer_signs
from nnstudio.core.run.spread import Column, spread
from nnstudio.core.training.last_update import LayerUpdate, weights_of
from nnstudio.core.training.signs import LayerSigns
from nnstudio.core.training.trainer import Trainer

PROBED_EXAMPLES = 512
PROBED_VALUES = 2**18
"""At most so many values of one layer are counted: fewer examples where feature maps are large."""
BINS = 40
NORMS_EVERY = 4
"""Of so many frames that are not examined one has new norms: fifteen times a second."""


class LayerReadings:
    """Reads the layers of one trainer, and keeps the pass that their activations are counted in."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._examples: Pass | None = None
        self._signs: dict[int, LayerSigns] = {}
        self._counted: dict[int, Histogram] = {}
        self._update: Mapping[int, LayerUpdate] = {}
        self._spreads: Mapping[int, Column] = {}
        self._looks = 0

    def read(self, probes: Probe, examine: bool = True) -> tuple[LayerReading, ...]:
        """How every layer does now; its signs and histogram only if they are to be examined, else they are those of the
        last time, and so are the norms of its update but every few times."""
        network = self._trainer.network
        gradients, activations = Probe.GRADIENTS in probes, Probe.ACTIVATIONS in probes
        if gradients and (examine or self._looks % NORMS_EVERY == 0):
            self._update, self._spreads = self._trainer.last_update, self._gradients()
        self._looks = self._looks + 1 if gradients and not examine else 0
        update: Mapping[int, LayerUpdate] = self._update if gradients else {}
        looks, counts = gradients and examine, activations and (examine or not self._counted)
        if looks or counts:
            examples = self._pass()
            if looks:
                self._signs = {signs.key: signs for signs in layer_signs(network, examples.stages, update)}
            if counts:
                self._counted = self._histograms()
        histograms = self._counted if activations else {}
        return tuple(
            LayerReading(
                name=layer.name,
                histogram=histograms.get(layer.key),
                gradient_norm=update[layer.key].gradient if layer.key in update else None,
                update_ratio=update[layer.key].ratio if layer.key in update else None,
                signs=self._signs.get(layer.key) if gradients else None,
                gradients=self._spreads.get(layer.key) if gradients else None,
            )
            for layer in network.layers
        )

    def _pass(self) -> Pass:
        """Some training examples, forward through the network as it is now."""
        if self._examples is None:
            network = self._trainer.network
            largest = max(int(np.prod(layer.shape)) for layer in network.layers)
            count = min(PROBED_EXAMPLES, max(16, PROBED_VALUES // largest))
            self._examples = Pass(network, self._trainer.dataset.train.augmented[:count])
        self._examples.forward()
        return self._examples

    def _gradients(self) -> Mapping[int, Column]:
        """How |∂L/∂w| lies in each layer, as long as the last update's gradient is there; in the middle of the next one
        as it was before."""
        network = self._trainer.network
        if self._trainer.under_way:
            return self._spreads
        if not self._trainer.gradient_is_known:
            return {}
        return {key: spread(gradient, sizes=True) for key, gradient in weights_of(network, network.grads).items()}

    # Activations ------------------------------------------------------------------------------------------------------

    def _histograms(self) -> dict[int, Histogram]:
        assert self._examples is not None
        *hidden, output = zip(self._trainer.network.layers, self._examples.stages, strict=True)
        found = {layer.key: histogram(*hidden_answers(layer, stage)) for layer, stage in hidden if layer.answers}
        return found | {output[0].key: self._output_histogram(self._examples.logits)}

    def _output_histogram(self, logits: Array) -> Histogram:
        loss = self._trainer.loss
        values = np.empty_like(logits)
        loss.output(logits, values)
        bounds = range_of(loss.activation.kind)
        # An answer at the end of its range is a sure one: the loss has a slope there, whatever the activation's is.
        return replace(histogram(values, bounds.low, bounds.high, dies=False), saturated=None)


def hidden_answers(layer: Layer, stage: Stage) -> tuple[Array, float | None, float | None, bool]:
    """What a hidden layer answers (units, n), where its activation's range ends, and whether its units can die. A unit
    of an image is a channel, at all places of all examples."""
    values, kind = stage.output.values.reshape(layer.shape[0], -1), layer.activation_kind
    if kind is None:
        return values, None, None, False
    row = ACTIVATIONS[kind]
    return values, row.low, row.high, row.dies


def dead_and_saturated(
    values: Array, low: float | None, high: float | None, dies: bool
) -> tuple[float | None, float | None]:
    """The shares of units that are zero everywhere and of finite values (units, n) at the ends of their range; None
    where that is no fault."""
    saturated = None
    if low is not None and high is not None:
        middle, half = (low + high) / 2, (high - low) / 2
        saturated = float((np.abs(values - middle) > NEARLY * half).mean())
    return float((values == 0).all(axis=1).mean()) if dies else None, saturated


def histogram(values: Array, low: float | None, high: float | None, dies: bool) -> Histogram:
    """Counts of values (units, n) over their range: the activation's own, or as far as they reach."""
    reach = float(np.nanmax(np.abs(values), initial=0.0))
    reach = reach if np.isfinite(reach) and reach > 0 else 1.0
    bottom = low if low is not None else -reach
    top = high if high is not None else reach
    finite = np.nan_to_num(values, nan=bottom, posinf=top, neginf=bottom)
    places = ((finite - bottom) * (BINS / (top - bottom))).astype(np.int64)
    counts = np.bincount(np.clip(places, 0, BINS - 1).ravel(), minlength=BINS)
    return Histogram(counts, bottom, top, *dead_and_saturated(finite, low, high, dies))
