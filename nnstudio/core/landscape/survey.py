"""How high the loss is, place by place of a plane: coarsely first, then finer.

It works on a network of its own. The run that the state was taken from trains on meanwhile, and does not notice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.landscape.directions import Lie, Plane, principal_plane, random_plane
from nnstudio.core.landscape.path import Path
from nnstudio.core.network.network import Network
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.example import SplitName
from nnstudio.core.training.evaluation import Evaluation
from nnstudio.core.training.losses import loss_on
from nnstudio.core.training.pieces import OPERATIONS_OF_AN_ELEMENT, finished
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import TRAINING_EXAMPLES_EVALUATED

FINE, LESS_FINE = 65, 33
"""Places along each direction; the fewer where each of them takes long."""
EXAMPLES, FEWER = TRAINING_EXAMPLES_EVALUATED, 500
"""At most so many examples, spread evenly; the fewer, too, where each place takes long."""
QUICK, LONG = 1e7, 5e7
"""So many multiplications for one place take no time; so many take long."""
STRIDES = (16, 8, 4, 2, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """The losses that are known so far, at every so many places of a plane; none at first.

    plane: through which weights; examples, of: over how many examples the loss is the mean, out of how many
    across (w,), up (h,): the places along the two directions, rising; losses (h, w): the data loss there, without a
    penalty, infinite or NaN where the network overflows
    centre: the loss of now
    share: how much of the work is done
    """

    plane: Plane
    examples: int
    of: int
    across: NDArray[np.float64]
    up: NDArray[np.float64]
    losses: NDArray[np.float64]
    centre: float
    share: float

    @property
    def lowest(self) -> tuple[int, int] | None:
        """The column and the row of the lowest loss that was seen; None if none is a number."""
        if not np.isfinite(self.losses).any():
            return None
        row, column = np.unravel_index(
            np.argmin(np.where(np.isfinite(self.losses), self.losses, np.inf)), self.losses.shape
        )
        return int(column), int(row)


def look(
    state: RunState,
    past: Iterable[RunState],
    dataset: Dataset,
    lie: Lie,
    split: SplitName,
    reach: float = 1.0,
    seed: int = 0,
) -> Iterator["Slice"]:
    """Lay a plane through the weights of a state, and measure it. Raises `ShortPath` for a run that has not gone far
    enough to lay its own."""
    path = Path.of(state, past)
    if lie is Lie.PRINCIPAL:
        plane = principal_plane(path)
    else:
        plane = random_plane(path, _network_of(state, dataset).layout, state.frozen, seed)
    yield from Survey(state, dataset, plane, split, reach).slices()


class Survey:
    """A plane through the weights of a state, and the examples that the loss is measured over: the same for every
    place.

    reach: looked at so many times as far as the plane proposes
    examples, of: how many, out of how many; of a quick network's training examples those that `Trainer.evaluate()`
    looks at
    """

    def __init__(self, state: RunState, dataset: Dataset, plane: Plane, split: SplitName, reach: float = 1.0) -> None:
        data = split.of(dataset)
        assert data is not None
        self.plane = plane
        self._params = state.params
        self._network = _network_of(state, dataset)
        self._network.take(Weights(state.params, state.statistics, state.off))
        self._loss = loss_on(state.experiment.training, dataset)
        each, many = _operations(self._network), min(len(data), EXAMPLES)
        self._evaluation = Evaluation(self._network, data, dataset.task, many if each * many < LONG else FEWER)
        self.examples, self.of = self._evaluation.count, len(data)
        places = FINE if each * self.examples < QUICK else LESS_FINE
        self.across, self.up = (
            places_between(low * reach, high * reach, places) for low, high in (plane.across, plane.up)
        )

    def at(self, across: float, up: float) -> float:
        """The loss at one place of the plane."""
        self._go(across, up)
        return finished(self._evaluation.pieces(self._loss))[0]

    def slices(self) -> Iterator[Slice]:
        """What is known, after each piece of the work, until all is."""
        count, done = len(self.across), 0
        losses, known = np.empty((count, count)), np.zeros((count, count), np.bool_)
        centre = self.at(0.0, 0.0)
        nothing = np.empty(0)
        found: Slice = Slice(self.plane, self.examples, self.of, nothing, nothing, np.empty((0, 0)), centre, 0.0)
        for stride in STRIDES:
            for row in range(0, count, stride):
                for column in range(0, count, stride):
                    if known[row, column]:
                        continue
                    self._go(self.across[column], self.up[row])
                    work = self._evaluation.pieces(self._loss)
                    while True:
                        try:
                            next(work)
                        except StopIteration as end:
                            losses[row, column], known[row, column] = end.value[0], True
                            break
                        yield found
                    done += 1
                    share = done / known.size
                    found = replace(found, share=share)
            grid = losses[::stride, ::stride].copy()
            across, up = self.across[::stride], self.up[::stride]
            found = replace(found, across=across, up=up, losses=grid, share=done / known.size)
            yield found

    def _go(self, across: float, up: float) -> None:
        """Let the network have the weights of a place."""
        plane, params = self.plane, self._network.params
        with np.errstate(over="ignore"):
            params[...] = self._params + (across * plane.first + up * plane.second)


def places_between(low: float, high: float, count: int) -> NDArray[np.float64]:
    """So many places, evenly from about `low` to about `high`, one of which is 0 exactly."""
    before = min(max(round(-low / (high - low) * (count - 1)), 1), count - 2)
    step = max(-low / before, high / (count - 1 - before))
    return (np.arange(count, dtype=np.float64) - before) * step


def _network_of(state: RunState, dataset: Dataset) -> Network:
    return Network(state.experiment.layers, dataset.shape, dataset.outputs, state.params.dtype)


def _operations(network: Network) -> int:
    """Multiplications for one example, about."""
    return sum((layer.parameter_shape[0] + OPERATIONS_OF_AN_ELEMENT) * prod(layer.shape) for layer in network.layers)
