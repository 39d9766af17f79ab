"""Mini-batches: which examples share the next update.

All examples are shuffled anew at the start of every epoch, or always come in the order of the data; the last batch of
an epoch is whatever is left and is used. A rest too small for the network (a single example, where a batch
normalisation compares the examples of a batch) joins the batch before it, which is that much larger: so every example
is seen once an epoch. Other libraries drop the whole last batch instead. A batch of all examples needs no order and
keeps the one they have.
"""

from copy import copy, deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.generator import GeneratorState, put_back

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class BatchesState:
    """How many examples were handed out, the order of this epoch, how far it is used up, and the generator."""

    seen: int
    order: Indices
    position: int
    random: GeneratorState


class Batches:
    """An endless sequence of index arrays over `count` examples; `size` may change between two batches, and `shuffled`
    acts on the next epoch. No batch has fewer than `fewest` examples."""

    def __init__(self, count: int, size: int, seed: int, fewest: int = 1) -> None:
        self.count = count
        self.size = size
        self._fewest = fewest
        self.shuffled = True
        self.seen = 0
        """Examples handed out since the beginning."""
        self._random = np.random.default_rng((seed, 2))
        self._all: Indices = np.arange(count)
        self._order: Indices = np.empty(0, np.int64)
        self._position = 0

    def next(self) -> Indices:
        """The indices of the next mini-batch; a view, valid until the epoch ends."""
        begin = self._position
        if begin >= len(self._order):
            shuffle = self.shuffled and self.size < self.count
            self._order = self._random.permutation(self.count) if shuffle else self._all
            begin = 0
        end = begin + self.size
        if self.count - end < self._fewest:
            end = self.count
        self._position = end
        self.seen += end - begin
        return self._order[begin:end]

    def peek(self) -> Indices:
        """The indices that `next()` will give; nothing changes."""
        ahead = copy(self)
        if self.at_epoch_end:
            ahead._random = deepcopy(self._random)
        return ahead.next()

    def put_back(self, count: int) -> None:
        """Take back the last `next()`, which gave `count` indices."""
        self._position -= count
        self.seen -= count

    @property
    def at_epoch_end(self) -> bool:
        """Whether the next batch opens a new epoch."""
        return self._position >= len(self._order)

    def updates_until(self, seen: int | None) -> int:
        """How many batches, at least one, until so many examples have been seen or the epoch ends."""
        left = len(self._order) - self._position or self.count
        wanted = left if seen is None else min(max(seen - self.seen, 1), left)
        whole = max((left - self._fewest) // self.size + 1, 1)
        return min(-(-wanted // self.size), whole)

    def state(self) -> BatchesState:
        """Everything needed to go on from here. An order is never written to, so no copy is needed."""
        return BatchesState(self.seen, self._order, self._position, self._random.bit_generator.state)

    def restore(self, state: BatchesState) -> None:
        """Go back to what `state()` gave. Raises `ValueError` for an order of other examples."""
        order, count = state.order, self.count
        inside = bool(((order >= 0) & (order < count)).all())
        if len(order) not in (0, count) or not inside or (np.bincount(order, minlength=count)[order] != 1).any():
            raise ValueError(f"an order of batches over other data does not fit {count} examples")
        if not 0 <= state.position <= len(order) or state.seen < state.position:
            raise ValueError(f"{state.position} examples of an epoch and {state.seen} of all do not fit its batches")
        self.seen, self._order, self._position = state.seen, state.order, state.position
        put_back(self._random, state.random)


def check_batch_size(size: int, count: int, fewest: int) -> None:
    """Raise `SettingError` unless batches of `size` out of `count` examples have at least the `fewest` that the network
    needs."""
    if min(size, count) < fewest:
        raise SettingError(
            "training.batch_size",
            f"Batch normalisation compares the examples of a mini-batch, so it needs at least {fewest} of them. "
            "Choose a larger batch size and enough training examples, or layer normalisation.",
        )
