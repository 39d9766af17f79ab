"""The way back through the network: ∂L/∂a at every layer and ∂L/∂w, of one example or of a mini-batch.

A run keeps the gradients of its parameters alone, and only until the next update. So they are worked out anew, by the
same layers on a copy of the network, and only while somebody looks: neither the run's parameters nor its gradients, its
noise or its order of examples notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from time import thread_time

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.data.augmentation import Shift
from nnstudio.core.generator import GeneratorState
from nnstudio.core.network.network import Network
from nnstudio.core.run.example import AnyExample, ExampleReading
from nnstudio.core.run.spacing import Spacing
from nnstudio.core.training.batches import Batches, Indices
from nnstudio.core.training.losses import Loss
from nnstudio.core.training.trainer import Trainer
from nnstudio.core.training.work import Work

ROOM = 2**17
"""Of a mini-batch no more examples are followed back than have so many values in all layers."""
KEPT = 4
"""So many sizes of mini-batches are ready to be filled: most have one, and what is left at the end of an epoch."""


@dataclass(frozen=True, slots=True, eq=False)
class BackwardReading:
    """Who is to blame for a loss, and how much; without penalty and clipping.

    chosen: the example whose own loss it is, as the network predicts it; None for the mean loss of the mini-batch that
    the next update is made with, noise included
    examples: how many of that mini-batch were followed back, the first ones, of the `batch` that are in it; 1 and 1 for
    an example
    updates: how many had been made then
    activations: for each hidden layer ∂L/∂a, (units,) or (channels, height, width); None where nothing asks for it
    sums (outputs,): ∂L/∂z of the output
    gradient: ∂L/∂ all parameters, flat
    """

    chosen: AnyExample | None
    examples: int
    batch: int
    updates: int
    activations: tuple[Array | None, ...]
    sums: Array
    gradient: Array


class BackwardReader:
    """Goes back through a copy of one trainer's network."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._network: Network | None = None
        self._works: dict[tuple[int, bool], tuple[Loss, Work]] = {}
        self._spacing = Spacing()
        self._last: BackwardReading | None = None
        self._shift: Shift | None = None

    def read(self, example: ExampleReading | None, learning: bool) -> BackwardReading | None:
        """Of this example, None where nobody says what is true of it; without one of the next mini-batch. While a run
        learns it may be some frames old."""
        due, chosen = self._spacing.due(learning), None if example is None else example.chosen
        if self._last is None or due or self._last.chosen != chosen:
            start = thread_time()
            self._last = self._of_batch() if example is None else self._of_example(example)
            self._spacing.took(thread_time() - start)
        return self._last

    def _of_example(self, example: ExampleReading) -> BackwardReading | None:
        if example.target is None:
            return None
        loss, work = self._work(1, settled=True)
        work.inputs[0, :-1] = example.inputs
        work.targets[0] = loss.targets(example.target[None])[0]
        return self._follow(work, example.chosen, 1)

    def _of_batch(self) -> BackwardReading:
        trainer, train = self._trainer, self._trainer.dataset.train
        indices, noise = self._upcoming()
        network = self._copy()
        values = sum(prod(layer.shape) for layer in network.layers)
        count = min(len(indices), trainer.examples_at_once, max(ROOM // values, network.fewest_examples))
        some = indices[:count]
        loss, work = self._work(count, settled=False)
        work.inputs[...] = train.augmented[some]
        work.targets[...] = loss.targets(train.targets[some])
        if self._shift is not None:
            self._shift(work.inputs, trainer.updates)
        network.set_noise(noise)
        return self._follow(work, None, len(indices))

    def _upcoming(self) -> tuple[Indices, Mapping[int, GeneratorState]]:
        """The next mini-batch, and the noise that it will meet. Where an update is under way, it is the one that it has
        been begun with."""
        trainer = self._trainer
        network, batches = trainer.network, trainer.batches
        if not trainer.under_way or trainer.looking:
            return batches.peek(), network.noise()
        state = trainer.state()
        before = Batches(batches.count, batches.size, trainer.experiment.seed, network.fewest_examples)
        before.shuffled = batches.shuffled
        before.restore(state.batches)
        return before.next(), state.noise

    def _follow(self, work: Work, chosen: AnyExample | None, batch: int) -> BackwardReading:
        there = work.network
        there.forward()
        work.loss.backward()
        sums, found = _mean(there.logits_gradient), list[Array | None]()
        for stage in reversed(there.stages):
            # Now, for a stage uses up what it reads.
            found.append(None if stage.output.gradient is None else _mean(stage.output.gradient))
            stage.backward()
        return BackwardReading(
            chosen=chosen,
            examples=len(work.inputs),
            batch=batch,
            updates=self._trainer.updates,
            activations=tuple(reversed(found[1:])),
            sums=sums,
            gradient=self._copy().grads.copy(),
        )

    def _copy(self) -> Network:
        """The network as it is now, to be worked with."""
        trainer, mine = self._trainer, self._network
        experiment, original = trainer.experiment, trainer.network
        if mine is None:
            dataset = trainer.dataset
            mine = self._network = Network(experiment.layers, dataset.shape, dataset.outputs, original.dtype)
            mine.initialize(experiment.initialization, experiment.seed)
            self._shift = Shift.of(dataset, experiment.seed)
        np.copyto(mine.params, original.params)
        np.copyto(mine.statistics, original.statistics)
        if mine.off != original.off:
            mine.lock(None, original.off)
        return mine

    def _work(self, examples: int, settled: bool) -> tuple[Loss, Work]:
        network, loss, key = self._copy(), self._trainer.loss, (examples, settled)
        known = self._works.get(key)
        if known is None or known[0] != loss:
            if len(self._works) >= KEPT:
                self._works.clear()
            work = Work(network, self._trainer.dataset, loss, examples)
            if settled:
                work.network.settle()
            known = self._works[key] = loss, work
        return known


def _mean(gradient: Array) -> Array:
    """Of a mean loss: what belongs to each example is there already, divided by how many there are."""
    return gradient.sum(axis=-1)
