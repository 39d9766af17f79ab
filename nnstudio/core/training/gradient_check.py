"""Is the gradient right? Backpropagation compared with trying it out.

Every derivative is also the slope between two losses nearby: (L(w + h) − L(w − h)) / 2h. That is far too slow to train
with, but an honest witness. The check works on a copy of the network in 64 bits, with the weights of now and one
mini-batch, so the run it looks at is left untouched.
"""

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.training.losses import LossStage
from nnstudio.core.training.trainer import Trainer

STEP = 1e-5
"""h for a parameter of size up to 1; larger ones take a proportionally larger step."""
PARAMETERS_A_LAYER = 60
UNSEEN = 1e-5
"""The differences cannot resolve gradients below about this share of the loss."""


def gradient_check(trainer: Trainer, parameters: int = PARAMETERS_A_LAYER, seed: int = 0) -> dict[str, float]:
    """For each layer with parameters ‖a − d‖ / (‖a‖ + ‖d‖), where a is the gradient of the mean data loss by
    backpropagation and d the one by central differences, over at most so many parameters of the layer, picked at
    random. Below 1e-6 the gradient is right; a kink within h of an activation (ReLU, hinge) can show as more.

    The noise of dropout is drawn once and held; a batch normalisation uses the mini-batch, of which no more is taken
    than goes through the network at once.
    """
    spec, dataset = trainer.experiment, trainer.dataset
    network = Network(spec.layers, dataset.shape, dataset.outputs, np.dtype(np.float64))
    network.initialize(spec.initialization, spec.seed)
    network.params[...] = trainer.network.params
    network.lock(None, trainer.network.off)
    batch = slice(0, min(spec.training.batch_size, len(dataset.train), trainer.examples_at_once))
    work = Pass(network, np.ascontiguousarray(dataset.train.augmented[batch], np.float64), training=True)
    targets = trainer.loss.targets(dataset.train.targets[batch].astype(np.float64))
    loss = LossStage(trainer.loss, work.logits, targets.T, work.logits_gradient)

    with np.errstate(over="ignore", invalid="ignore"):
        work.forward()
        work.freeze()
        work.forward()
        floor = UNSEEN * abs(loss.value())
        loss.backward()
        work.backward()
        random = np.random.default_rng(seed)
        return {
            layer.name: _error(work, loss, block, grads.copy(), random, parameters, floor)
            for (layer, block), (_, grads) in zip(
                network.blocks(network.params), network.blocks(network.grads), strict=True
            )
        }


def _error(
    work: Pass, loss: LossStage, block: Array, grads: Array, random: np.random.Generator, count: int, floor: float
) -> float:
    params, slopes = block.reshape(-1), grads.reshape(-1)
    chosen = random.permutation(params.size)[:count]
    differences = np.array([_slope(work, loss, params, index) for index in chosen])
    analytic = slopes[chosen]
    size = float(np.linalg.norm(analytic) + np.linalg.norm(differences))
    return float(np.linalg.norm(analytic - differences)) / max(size, floor, np.finfo(np.float64).tiny)


def _slope(work: Pass, loss: LossStage, params: Array, index: int) -> float:
    value = float(params[index])
    h = STEP * max(1.0, abs(value))
    losses: list[float] = []
    for there in (value + h, value - h):
        params[index] = there
        work.forward()
        losses.append(loss.value())
    params[index] = value
    return (losses[0] - losses[1]) / (2 * h)
