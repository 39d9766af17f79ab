"""One update, which is all that training is: repeat it.

Take a mini-batch, go forward, measure the loss, go backward, step against the gradient. A mini-batch that would take
long goes through in parts, whose gradients add up to the gradient of the whole (where a layer compares the examples of
a batch it goes through as one, layer by layer).
"""

from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array, FloatType
from nnstudio.core.data.augmentation import Shift
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment, TrainingSpec
from nnstudio.core.experiment.choices import Shuffle
from nnstudio.core.generator import GeneratorState
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.training.batches import Batches, check_batch_size
from nnstudio.core.training.clipping import Clipping
from nnstudio.core.training.divergence import Diverged, careful_step, check_finite, harmless_gradient
from nnstudio.core.training.last_update import NOTHING, LayerUpdate, layer_updates
from nnstudio.core.training.losses import Loss, loss_on
from nnstudio.core.training.optimizers import OPTIMIZERS, Optimizer
from nnstudio.core.training.penalty import Penalty
from nnstudio.core.training.phases import Phase, PhasedUpdate, Phases
from nnstudio.core.training.pieces import Pieces, examples_at_once
from nnstudio.core.training.work import Work


class Descent:
    """A network, its data and its optimizer, and how one update is made of them.

    experiment: what was asked for
    updates: how many were made
    learning_rate: of the next one
    """

    def __init__(self, experiment: Experiment, dataset: Dataset, dtype: FloatType) -> None:
        spec, count = experiment.training, len(dataset.train)
        self.experiment = experiment
        self.dataset = dataset
        self.loss: Loss = loss_on(spec, dataset)
        self.network = Network(experiment.layers, dataset.shape, dataset.outputs, np.dtype(dtype))
        self.network.initialize(experiment.initialization, experiment.seed)
        check_batch_size(spec.batch_size, count, self.network.fewest_examples)
        self.batches = Batches(count, spec.batch_size, experiment.seed, self.network.fewest_examples)
        self.updates = 0
        self.learning_rate = spec.learning_rate
        self.gradient_is_known = False
        """Whether `network.grads` belongs to the last update: with the penalty, clipped, as the optimizer saw it."""
        self.change: Array | None = None
        """What the last update did to the parameters, if it kept that."""
        self._latest_change: Array | None = None
        """What the latest update did that kept it."""
        self._last_update = NOTHING
        self.diverged: Diverged | None = None
        """How the last update that was tried came to nothing, if it did."""
        self.phased: PhasedUpdate | None = None
        """How far an update has come that is made phase by phase, or the last one that was."""
        self.optimizer: Optimizer = self._new_optimizer(spec)
        self._work: dict[int | tuple[int, int], Work] = {}
        """By the number of examples; where parts of a mini-batch lie side by side, with the place of the first."""
        self.examples_at_once = examples_at_once(self.network.layers)
        """Longer mini-batches than that are made in pieces."""
        self._inputs = dataset.train.augmented
        self._targets: Array = self.loss.targets(dataset.train.targets)
        # Overflow is no news inside a step. A context of our own is entered in a tenth of the time of `np.errstate`.
        self._quietly = copy_context().run
        self._quietly(partial(np.seterr, over="ignore", invalid="ignore", divide="ignore"))
        self._shift = Shift.of(dataset, experiment.seed)
        self._gathers = bool(self.network.noisy or self.network.statistics.size)

    def _new_optimizer(self, spec: TrainingSpec) -> Optimizer:
        optimizer = OPTIMIZERS[spec.optimizer](self.network.params, self.network.grads)
        optimizer.configure(spec)
        return optimizer

    def _configure(self) -> None:
        """Act upon the hyperparameters that are asked for now."""
        spec, network = self.experiment.training, self.network
        self.batches.size = spec.batch_size
        self.batches.shuffled = spec.shuffle is Shuffle.EVERY_EPOCH
        self.optimizer.configure(spec)
        self._penalty = Penalty(spec, network.penalized, self.batches.count) if spec.l1 or spec.l2 else None
        self._clipping = Clipping(spec, network.grads) if spec.clip_norm or spec.clip_value else None
        self._harmless = harmless_gradient(spec)

    def _descend(self, keep_change: bool, measured: bool) -> float:
        """One update; the loss of its mini-batch, before it, if that is to be `measured`. Raises `Diverged`, and then
        everything is as it was before."""
        # 1. Take a mini-batch.
        indices = self.batches.next()
        work = self._filled(indices, len(indices))

        # 2. Forward: what does the network say?
        before = self._gathered() if self._gathers else None
        work.network.forward()

        # 3. The loss: how bad is that, and how does it change with what was said?
        loss = work.loss.value() if measured else 0.0
        work.loss.backward()

        # 4. Backward: how does it change with each parameter?
        work.network.backward()

        # 5. Update: a step against that gradient.
        try:
            self._update(work.network, keep_change)
        except Diverged as divergence:
            self.diverged = divergence
            self.batches.put_back(len(indices))
            if before is not None:
                self.network.statistics[...], noise = before
                self.network.set_noise(noise)
            self.gradient_is_known, self._last_update = False, self._layer_updates()
            raise
        return loss

    def _descend_in_phases(self) -> Phases[float]:
        """The same phase by phase, to the same bits; whoever drops it in between sees to what it changed."""
        indices = self.batches.next()
        work = self._filled(indices, len(indices))
        work.network.forward()
        yield self._stand(Phase.FORWARD, examples=indices.copy())
        loss = work.loss.value()
        work.loss.backward()
        yield self._stand(Phase.LOSS, loss=loss)
        work.network.backward()
        yield self._stand_behind_the_gradient()
        self._update(work.network, keep_change=True)
        self._stand(Phase.UPDATE, change=self.change)
        return loss

    def _descend_in_parts(self, phased: bool) -> Phases[float]:
        """The same in pieces, for a mini-batch that takes long, which keeps its change; whoever drops it in between
        sees to what it changed. All parts go forward and back before it comes to the phase of the loss."""
        indices, grads, size = self.batches.next(), self.network.grads, self.examples_at_once
        total, loss, together = np.zeros_like(grads), 0.0, self.network.couples
        works: list[Work] = []
        if phased:
            yield self._stand(Phase.FORWARD, examples=indices.copy())
        for first in range(0, len(indices), size):
            part = indices[first : first + size]
            works.append(self._filled(part, (len(part), first) if together else len(part), first))
            yield
            # One part after the other, or side by side where a layer compares the examples of them all.
            if not together or first + size >= len(indices):
                loss += yield from self._backpropagate(works, len(indices), total)
                works = []
        if phased:
            yield self._stand(Phase.LOSS, loss=loss)
        np.copyto(grads, total)
        if phased:
            yield self._stand_behind_the_gradient()
        self._update(None, keep_change=True)
        if phased:
            self._stand(Phase.UPDATE, change=self.change)
        return loss

    def _stand(self, phase: Phase, **known: Any) -> Phase:
        """Note that an update has come to this phase, and what is known now."""
        begun = None if phase is Phase.FORWARD else self.phased
        self.phased = PhasedUpdate(phase, **known) if begun is None else replace(begun, phase=phase, **known)
        return phase

    def _stand_behind_the_gradient(self) -> Phase:
        layers = layer_updates(self.network, None)
        return self._stand(Phase.BACKWARD, gradient=self.network.grads.copy(), layers=layers)

    def _backpropagate(self, works: list[Work], examples: int, total: Array) -> Pieces[float]:
        """There and back, stage by stage, with these parts of a mini-batch of so many examples: their gradient is added
        to `total`. Their part in its mean loss."""
        loss, passes = 0.0, [work.network for work in works]
        for work in passes:
            work.begin()
        for place in range(len(self.network.layers)):
            stages = [work.stages[place] for work in passes]
            yield from stages[0].forward_together(stages)
        for work in works:
            share = len(work.inputs) / examples
            loss += share * work.loss.value()
            work.loss.backward()
            np.multiply(work.network.logits_gradient, total.dtype.type(share), work.network.logits_gradient)
        blocks = self.network.parts(total)
        for place, layer in reversed([*enumerate(self.network.layers)]):
            stages = [work.stages[place] for work in passes]
            for _ in stages[0].backward_together(stages):
                np.add(blocks[place], layer.grads, blocks[place])
                yield
        if not float(total.dot(total)) < self._harmless:
            for work in passes:
                check_finite(self.updates + 1, self.network, work)
        return loss

    def _filled(self, indices: NDArray[np.int64], key: int | tuple[int, int], first: int = 0) -> Work:
        """These training examples ready to go through the network; `first`: the place of the first in the batch."""
        work = self._work.get(key) or self._new_work(len(indices), key)
        self._inputs.take(indices, 0, work.inputs, "clip")
        self._targets.take(indices, 0, work.targets, "clip")
        if self._shift is not None:
            self._shift(work.inputs, self.updates, first)
        return work

    def _new_work(self, examples: int, key: int | tuple[int, int]) -> Work:
        return self._work.setdefault(key, Work(self.network, self.dataset, self.loss, examples))

    def _gathered(self) -> tuple[Array, dict[int, GeneratorState]]:
        """A copy of what a forward pass in training changes: running statistics, and where the noise stands."""
        return self.network.statistics.copy(), self.network.noise()

    def _update(self, work: Pass | None, keep_change: bool) -> None:
        """Penalty, clipping, and the optimizer's step. `work`: where the gradient is from, if not looked at yet."""
        network = self.network
        grads, held = network.grads, network.held
        if self._penalty is not None:
            self._penalty.add_gradient(network.params, grads)
        old = network.params.copy() if keep_change else None
        kept = None
        if held is not None:  # an optimizer moves what has no gradient, too: it decays, it rolls on
            grads[held], kept = 0, network.params[held]
        # NaN and infinity would spread into the dot product of the gradient with itself.
        if float(grads.dot(grads)) < self._harmless:
            if self._clipping is not None:
                self._clipping.apply()
            self.optimizer.step(self.learning_rate)
        else:
            careful_step(self.updates + 1, network, work, self._clipping, self.optimizer, self.learning_rate)
        if kept is not None:
            network.params[held] = kept
        self.updates += 1
        self.diverged = None
        self.change = None if old is None else np.subtract(network.params, old, old)
        self._latest_change = self._latest_change if old is None else self.change
        self.gradient_is_known = True

    @property
    def last_update(self) -> Mapping[int, LayerUpdate]:
        """What the last update did in each layer with weights, by its key: also if it was made before a file was
        closed, and of one that diverged the gradient that was its end. Empty before the first."""
        return self._layer_updates() if self.gradient_is_known else self._last_update

    def _layer_updates(self) -> Mapping[int, LayerUpdate]:
        return layer_updates(self.network, self._latest_change, self._last_update)

    def _forget_the_last_update(self) -> None:
        self.gradient_is_known, self.change, self._latest_change, self._last_update = False, None, None, NOTHING
        self.diverged = None
