"""The examples that cost most, looked for when somebody asks.

The search goes through a split piece by piece, on a copy of the network: the run may train on meanwhile, and what is
found is true of the update at which it was asked for.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Dataset, Split
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.run.example import SplitName
from nnstudio.core.training.evaluation import at_once
from nnstudio.core.training.pieces import Pieces
from nnstudio.core.training.trainer import Trainer

MOST = 24
"""So many are found."""


@dataclass(frozen=True, slots=True, eq=False)
class Hardest:
    """Of one split, the examples with the largest losses, the largest first.

    updates: of the network that they are hard for
    indices (k,): their numbers in the split, from 0; losses (k,): without the penalty; answers (outputs, k)
    """

    dataset: Dataset
    split: SplitName
    updates: int
    indices: NDArray[np.int64]
    losses: Array
    answers: Array


def find(trainer: Trainer, name: SplitName) -> Pieces[Hardest]:
    """Looks for them in a split, for the network as it is now. Raises `ValueError` for one that is not there."""
    split = name.of(trainer.dataset)
    if split is None:
        raise ValueError(f"there are no {name.value} examples")
    dataset, now = trainer.dataset, trainer.network
    network = Network(trainer.experiment.layers, dataset.shape, dataset.outputs, now.dtype)
    network.take(now.weights())
    return _found(trainer, network, name, split)


def _found(trainer: Trainer, network: Network, name: SplitName, split: Split) -> Pieces[Hardest]:
    dataset, loss, updates, step = trainer.dataset, trainer.loss, trainer.updates, at_once(network.layers)
    losses = np.empty(len(split), network.dtype)
    answers = np.empty((dataset.outputs, len(split)), network.dtype)
    for start in range(0, len(split), step):
        part = slice(start, min(start + step, len(split)))
        work = Pass(network, split.augmented[part])
        with np.errstate(over="ignore", invalid="ignore"):
            work.forward()
            losses[part] = loss.each(work.logits, loss.targets(split.targets[part]).T)
            loss.output(work.logits, answers[:, part])
        yield
    order = np.argsort(-np.nan_to_num(losses, nan=np.inf), kind="stable")[:MOST]
    return Hardest(dataset, name, updates, order, losses[order], answers[:, order])
