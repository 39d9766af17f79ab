"""Is the gradient right? Backpropagation compared with trying it out.

Every derivative is also the slope between two losses nearby: (L(w + ε) − L(w − ε)) / 2ε. That is far too slow to train
with, but an honest witness. The check works on a copy of the network in 64 bits, with the weights of now and one
mini-batch, so the run it looks at is left untouched.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.training.losses import LossStage
from nnstudio.core.training.trainer import Trainer

STEP = 1e-5
"""ε for a parameter of size up to 1; larger ones take a proportionally larger step."""
PARAMETERS_A_LAYER = 60
UNSEEN = 1e-5
"""The differences cannot resolve gradients below about this share of the loss."""
RIGHT = 1e-6
"""Below this error a gradient is right. A kink within ε of an activation (ReLU, hinge) can show as more."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """One parameter moved by ±ε (`by`): both losses, the slope between them, the gradient by backpropagation."""

    value: float
    by: float
    above: float
    below: float
    gradient: float

    @property
    def quotient(self) -> float:
        """(L(w + ε) − L(w − ε)) / 2ε."""
        return (self.above - self.below) / (2 * self.by)


@dataclass(frozen=True, slots=True)
class LayerCheck:
    """The check of one layer.

    parameters: how many it has; tried: the nudges of some of them
    error: ‖a − d‖ / (‖a‖ + ‖d‖), where a is the gradient by backpropagation and d the one by differences
    """

    name: str
    parameters: int
    tried: tuple[Nudge, ...]
    error: float

    @property
    def right(self) -> bool:
        """Whether the gradient is right; not if it is no number."""
        return self.error < RIGHT


class GradientCheck:
    """A copy of a run's network in 64 bits with one mini-batch, at which parameters can be nudged.

    The noise of dropout is drawn once and held; a batch normalisation uses the mini-batch, of which no more is taken
    than goes through the network at once.
    """

    @np.errstate(over="ignore", invalid="ignore")
    def __init__(self, trainer: Trainer) -> None:
        spec, dataset = trainer.experiment, trainer.dataset
        self._network = Network(spec.layers, dataset.shape, dataset.outputs, np.dtype(np.float64))
        self._network.initialize(spec.initialization, spec.seed)
        self._network.params[...] = trainer.network.params
        self._network.lock(None, trainer.network.off)
        batch = slice(0, min(spec.training.batch_size, len(dataset.train), trainer.examples_at_once))
        inputs = np.ascontiguousarray(dataset.train.augmented[batch], np.float64)
        self._work = work = Pass(self._network, inputs, training=True)
        targets = trainer.loss.targets(dataset.train.targets[batch].astype(np.float64))
        self._loss = LossStage(trainer.loss, work.logits, targets.T, work.logits_gradient)
        work.forward()
        work.freeze()
        work.forward()
        self.loss = self._loss.value()
        """The mean loss of the mini-batch, without penalty."""
        self._loss.backward()
        work.backward()
        self.gradients: Array = self._network.grads.copy()
        """Of all parameters, by backpropagation, flat."""

    @np.errstate(over="ignore", invalid="ignore")
    def nudge(self, index: int) -> Nudge:
        """Move one parameter, by its place in the flat vector."""
        params = self._network.params
        value = float(params[index])
        epsilon = STEP * max(1.0, abs(value))
        losses: list[float] = []
        for there in (value + epsilon, value - epsilon):
            params[index] = there
            self._work.forward()
            losses.append(self._loss.value())
        params[index] = value
        return Nudge(value, epsilon, *losses, gradient=float(self.gradients[index]))

    def layers(self, parameters: int = PARAMETERS_A_LAYER, seed: int = 0) -> tuple[LayerCheck, ...]:
        """Each layer that has parameters, at most so many of which are tried, picked at random."""
        random, start = np.random.default_rng(seed), 0
        checks: list[LayerCheck] = []
        for layer, block in self._network.blocks(self._network.params):
            chosen = start + random.permutation(block.size)[:parameters]
            tried = tuple(self.nudge(int(index)) for index in chosen)
            checks.append(LayerCheck(layer.name, block.size, tried, error_of(tried, self.loss)))
            start += block.size
        return tuple(checks)


def error_of(tried: Sequence[Nudge], loss: float) -> float:
    """‖a − d‖ / (‖a‖ + ‖d‖) of gradients by backpropagation and by differences, near a loss of this size."""
    analytic, differences = (np.array(each) for each in zip(*((n.gradient, n.quotient) for n in tried), strict=True))
    size = float(np.linalg.norm(analytic) + np.linalg.norm(differences))
    floor = max(size, UNSEEN * abs(loss), np.finfo(np.float64).tiny)
    return float(np.linalg.norm(analytic - differences)) / floor


def gradient_check(trainer: Trainer, parameters: int = PARAMETERS_A_LAYER, seed: int = 0) -> dict[str, float]:
    """For each layer with parameters, by its name, the error of its gradient. Below 1e-6 it is right."""
    return {check.name: check.error for check in GradientCheck(trainer).layers(parameters, seed)}
