"""One state of a run, held still, with the update that comes next there."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.data.augmentation import Shift
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import ActivationKind, Shuffle
from nnstudio.core.experiment.layer_specs import ActivationSpec, BatchNormSpec
from nnstudio.core.network.layers.dropout import DropoutStage
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.textbook import Layer, forward, loss
from nnstudio.core.trace.quantity import Index
from nnstudio.core.trace.update_rows import Row, Step, memory_of, update_rows
from nnstudio.core.trace.way import Way
from nnstudio.core.training.batches import Batches
from nnstudio.core.training.losses import class_weights
from nnstudio.core.training.losses.weighted import counts_of
from nnstudio.core.training.pieces import examples_at_once
from nnstudio.core.training.schedules import SCHEDULES
from nnstudio.core.training.state import RunState

LINEAR = ActivationKind.LINEAR


class Held:
    """Parameters, statistics, the next mini-batch, the noise it will meet and the learning rate of that update: all
    that a run at `state` would do next, worked out on a copy. Raises `ValueError` for a state that does not fit.

    batch (n,): the next mini-batch, as places in the training examples
    names: of the layers, by their keys
    trouble: why `way` or `update` could not be worked out, for those who wait for them
    share: what the schedule makes of the learning rate that was set; rate: the learning rate of the next update
    """

    def __init__(self, state: RunState, dataset: Dataset) -> None:
        self.state, self.dataset, self.trouble = state, dataset, ""
        experiment = state.experiment
        spec, count = experiment.training, len(dataset.train)
        self.network = self._another_network()
        self.names = {layer.key: layer.name for layer in self.network.layers}
        batches = Batches(count, spec.batch_size, experiment.seed, self.network.fewest_examples)
        batches.shuffled = spec.shuffle is Shuffle.EVERY_EPOCH
        batches.restore(state.batches)
        schedule = SCHEDULES[spec.schedule](spec, count)
        schedule.restore(state.schedule)
        self.share = schedule.share(batches.seen)
        self.rate = spec.learning_rate * self.share
        self.batch: NDArray[np.int64] = batches.next().copy()

    def _another_network(self) -> Network:
        """One more network in this state."""
        state, experiment, dataset = self.state, self.state.experiment, self.dataset
        network = Network(experiment.layers, dataset.shape, dataset.outputs, state.params.dtype)
        network.initialize(experiment.initialization, experiment.seed)
        network.params[...], network.statistics[...] = state.params, state.statistics
        network.set_noise(state.noise)
        network.lock(state.frozen, state.off)
        return network

    @cached_property
    def way(self) -> Way:
        """The mini-batch on its way through the network and back, as the update will see it."""
        inputs, masks = self._arriving
        return self._through(inputs, self.dataset.train.targets[self.batch], True, masks)

    def way_of(self, row: int) -> tuple[Way, int]:
        """The way of an example of the mini-batch, and its place there. As long as `way` is not known it goes alone,
        which is soon worked out; but not where a batch normalisation compares it with the others."""
        if self.compares or "way" in self.__dict__:
            return self.way, row
        (inputs, masks), here = self._arriving, slice(row, row + 1)
        alone = {key: mask[here] for key, mask in masks.items()}
        return self._through(inputs[here], self.dataset.train.targets[self.batch[here]], True, alone), 0

    @property
    def telling(self) -> int:
        """The first of the mini-batch, as a place in the training examples; of the plane the first that has no input of
        0: of (0, 0) every product would be 0."""
        whole = np.all(self.dataset.train.inputs[self.batch] != 0, axis=1) & isinstance(self.dataset.domain, Plane)
        return int(self.batch[int(whole.argmax())])

    @property
    def compares(self) -> bool:
        """Whether the numbers of an example of the mini-batch depend on the others."""
        return any(isinstance(layer.spec, BatchNormSpec) for layer in self.network.layers)

    @property
    def worked_out(self) -> bool:
        """Whether `way` and `update` are known already. That may take a while, and be done on any thread: whoever asks
        for `update` there has worked out all."""
        return "update" in self.__dict__

    @property
    def awaited(self) -> str:
        """What stands in the place of `way` and `update` until they are known."""
        return self.trouble or "Working out the mini-batch …"

    @cached_property
    def _arriving(self) -> tuple[Array, dict[int, Array]]:
        """The mini-batch as it comes in (n, inputs), and the noise that it meets."""
        inputs = self.dataset.train.augmented[self.batch]
        if (shift := Shift.of(self.dataset, self.state.experiment.seed)) is not None:
            shift(inputs, self.state.updates)
        return inputs[:, :-1], self._masks(inputs)

    @cached_property
    def gradient(self) -> Array:
        """∂ of the mini-batch's mean loss, without penalty and clipping: flat, laid out like the parameters."""
        gradients, flat = self.way.gradients, np.zeros(self.network.params.shape)
        for key, name, view in self.network.layout.views(flat):
            view[...] = gradients[key][name]
        return flat

    @cached_property
    def update(self) -> list[Row]:
        """The next update of every parameter, term by term; vectors are flat, laid out like the parameters."""
        network, state = self.network, self.state
        memory, numbers = memory_of(state.optimizer)
        spec = state.experiment.training
        step = Step(network.params.astype(np.float64), self.gradient, self.rate, spec, memory, numbers)
        held: NDArray[np.bool_] | None = None
        if network.held is not None:
            held = np.zeros(network.params.shape, np.bool_)
            held[network.held] = True
        return update_rows(step, network.penalized.astype(np.float64), len(self.dataset.train), held, self.share)

    def change_of(self, key: int, array: str) -> Array:
        """What the next update does to an array of a layer."""
        new = np.asarray(self.update[-1].values)
        return self.network.layout.by_layer(new - self.network.params)[key][array]

    def number_of(self, row: Row, key: int, array: str, at: Index) -> float:
        """Of a row of the update the number of one parameter, or the one that holds for all."""
        if isinstance(row.values, np.ndarray):
            return float(self.network.layout.by_layer(row.values)[key][array][at])
        return float(row.values)

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """How much an example of each class counts; empty where all count the same."""
        return class_weights(self.state.experiment.training, self.dataset)

    def counts(self, y: Array) -> Array:
        """How much examples with these truths (n, outputs) count: (n,)."""
        return counts_of(self.weights, y)

    def predict(self, inputs: Array, targets: Array) -> Way:
        """Examples (n, inputs), scaled as the network reads them, on their way as it predicts: no noise, and gathered
        statistics."""
        return self._through(inputs, targets, False, {})

    def foresee(self, inputs: Array, targets: Array) -> tuple[Array, Array]:
        """What it predicts of examples (n, inputs), scaled as the network reads them, and what each costs if `targets`
        (n, outputs) are true, without the way back: (n, outputs), (n,)."""
        layers, experiment = [*self._layers({})], self.state.experiment
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            forward(layers, inputs.astype(np.float64).reshape(len(inputs), *self.dataset.shape))
            z, y = layers[-1].z, targets.astype(np.float64)
            p, costs, _ = loss(experiment.training, self.dataset.task, z, y, self.counts(y))
        return p, costs

    def _through(self, inputs: Array, targets: Array, training: bool, masks: dict[int, Array]) -> Way:
        x = inputs.astype(np.float64).reshape(len(inputs), *self.dataset.shape)
        experiment = self.state.experiment
        layers = [*self._layers(masks)]
        y, task = targets.astype(np.float64), self.dataset.task
        return Way.through(layers, x, y, training, experiment.training, task, self.counts(y))

    def costs_with(self, params: Array, x: Array, y: Array, training: bool, masks: Mapping[int, Array]) -> Array:
        """What examples x (n, …) with the truths y (n, outputs) cost each, were these the parameters: (n,)."""
        layers = [*self._layers(masks, params)]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            forward(layers, x, training)
            return loss(self.state.experiment.training, self.dataset.task, layers[-1].z, y, self.counts(y))[1]

    def _layers(self, masks: Mapping[int, Array], params: Array | None = None) -> Iterator[Layer]:
        """The network as the textbook has it; a switch stands behind a layer of which units are off."""
        network = self.network
        params = network.params.astype(np.float64) if params is None else params
        statistics = self.state.statistics.astype(np.float64)  # whatever anybody does to those of the network
        arrays, learned = network.layout.by_layer(params, statistics), network.layout.by_layer(params)
        for layer in network.layers:
            named = {"key": layer.key, "name": layer.name, "mask": masks.get(layer.key), "arrays": ()}
            off = network.off.get(layer.key, ())
            yield Layer(**named | {"arrays": tuple(learned[layer.key])}, spec=layer.spec, off=off, **arrays[layer.key])
            if off:
                on = np.ones((layer.shape[0], prod(layer.shape[1:])))
                on[list(off)] = 0
                yield Layer(**named, spec=ActivationSpec(activation=LINEAR), switch=on.reshape(layer.shape))

    def _masks(self, inputs: Array) -> dict[int, Array]:
        """The noise that the next forward pass will meet, by the keys of the layers of dropout: (n, …)."""
        if not self.network.noisy:
            return {}
        # Its statistics and its noise move on, and `self.network` may be asked at the same time on another thread.
        network, size = self._another_network(), examples_at_once(self.network.layers)
        parts: dict[int, list[Array]] = {layer.key: [] for layer in network.noisy}
        for first in range(0, len(inputs), size):
            work = Pass(network, inputs[first : first + size], training=True)
            with np.errstate(over="ignore", invalid="ignore"):
                work.forward()
            for layer, stage in zip(network.layers, work.stages, strict=True):
                if isinstance(stage, DropoutStage):
                    parts[layer.key].append(np.moveaxis(stage.mask, -1, 0).astype(np.float64))
        return {key: np.concatenate(masks) for key, masks in parts.items()}
