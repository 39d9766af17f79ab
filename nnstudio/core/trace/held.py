"""One state of a run, held still, with the update that comes next there."""

from collections.abc import Iterator
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.data.augmentation import Shift
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment.choices import ActivationKind, Shuffle
from nnstudio.core.experiment.layer_specs import ActivationSpec
from nnstudio.core.network.layers.dropout import DropoutStage
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.textbook import Layer
from nnstudio.core.trace.quantity import Index
from nnstudio.core.trace.update_rows import Row, Step, memory_of, update_rows
from nnstudio.core.trace.way import Way
from nnstudio.core.training.batches import Batches
from nnstudio.core.training.pieces import examples_at_once
from nnstudio.core.training.schedules import SCHEDULES
from nnstudio.core.training.state import RunState

LINEAR = ActivationKind.LINEAR


class Held:
    """Parameters, statistics, the next mini-batch, the noise it will meet and the learning rate of that update: all
    that a run at `state` would do next, worked out on a copy. Raises `ValueError` for a state that does not fit.

    batch (n,): the next mini-batch, as places in the training examples
    names: of the layers, by their keys
    share: what the schedule makes of the learning rate that was set; rate: the learning rate of the next update
    """

    def __init__(self, state: RunState, dataset: Dataset) -> None:
        self.state, self.dataset = state, dataset
        experiment = state.experiment
        spec, count = experiment.training, len(dataset.train)
        self.network = Network(experiment.layers, dataset.shape, dataset.outputs, state.params.dtype)
        self.network.initialize(experiment.initialization, experiment.seed)
        self.network.params[...], self.network.statistics[...] = state.params, state.statistics
        self.network.set_noise(state.noise)
        self.network.lock(state.frozen, state.off)
        self.names = {layer.key: layer.name for layer in self.network.layers}
        batches = Batches(count, spec.batch_size, experiment.seed, self.network.fewest_examples)
        batches.shuffled = spec.shuffle is Shuffle.EVERY_EPOCH
        batches.restore(state.batches)
        schedule = SCHEDULES[spec.schedule](spec, count)
        schedule.restore(state.schedule)
        self.share = schedule.share(batches.seen)
        self.rate = spec.learning_rate * self.share
        self.batch: NDArray[np.int64] = batches.next().copy()

    @cached_property
    def way(self) -> Way:
        """The mini-batch on its way through the network and back, as the update will see it."""
        train = self.dataset.train
        inputs = train.augmented[self.batch]
        if (shift := Shift.of(self.dataset, self.state.experiment.seed)) is not None:
            shift(inputs, self.state.updates)
        return self._through(inputs[:, :-1], train.targets[self.batch], True, self._masks(inputs))

    @property
    def worked_out(self) -> bool:
        """Whether `way` is known already; with convolutions it takes a while, and may be worked out on any thread."""
        return "way" in self.__dict__

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

    def predict(self, inputs: Array, targets: Array) -> Way:
        """Examples (n, inputs), scaled as the network reads them, on their way as it predicts: no noise, and gathered
        statistics."""
        return self._through(inputs, targets, False, {})

    def _through(self, inputs: Array, targets: Array, training: bool, masks: dict[int, Array]) -> Way:
        x = inputs.astype(np.float64).reshape(len(inputs), *self.dataset.shape)
        experiment = self.state.experiment
        layers = [*self._layers(masks)]
        return Way.through(layers, x, targets.astype(np.float64), training, experiment.training, self.dataset.task)

    def _layers(self, masks: dict[int, Array]) -> Iterator[Layer]:
        """The network as the textbook has it; a switch stands behind a layer of which units are off."""
        network = self.network
        params, statistics = network.params.astype(np.float64), network.statistics.astype(np.float64)
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
        network, size = self.network, examples_at_once(self.network.layers)
        parts: dict[int, list[Array]] = {layer.key: [] for layer in network.noisy}
        for first in range(0, len(inputs) if parts else 0, size):
            work = Pass(network, inputs[first : first + size], training=True)
            with np.errstate(over="ignore", invalid="ignore"):
                work.forward()
            for layer, stage in zip(network.layers, work.stages, strict=True):
                if isinstance(stage, DropoutStage):
                    parts[layer.key].append(np.moveaxis(stage.mask, -1, 0).astype(np.float64))
        network.statistics[...] = self.state.statistics
        network.set_noise(self.state.noise)
        return {key: np.concatenate(masks) for key, masks in parts.items()}
