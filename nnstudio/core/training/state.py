"""The whole state of a run as one value.

Whatever training goes on from is in here, by name: arrays and plain numbers, nothing else. To save a run, to resume it
in another process, to go back in time, to undo and to recover are the same value put back into a trainer; from there
the next update is the same to the last bit. Arrays are read-only and never written again, so states may share them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.plan import describe, plan
from nnstudio.core.experiment.values import changed_value
from nnstudio.core.generator import GeneratorState
from nnstudio.core.network.weights import Off
from nnstudio.core.training.batches import BatchesState
from nnstudio.core.training.history import HistoryState
from nnstudio.core.training.last_update import LayerUpdate
from nnstudio.core.training.optimizers import OptimizerState
from nnstudio.core.training.stopping import StoppingState

SETTING, NETWORK, WEIGHT = "setting", "network", "weight"
"""What an edit was of: how to learn; layers or data; weights, biases or units, by hand."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An edit in mid-run: after which update it came, and what it was, in words; of one setting also from which value
    to which."""

    updates: int
    text: str
    kind: Literal["setting", "network", "weight"] = NETWORK
    before: str = ""
    after: str = ""

    @classmethod
    def of(cls, updates: int, old: Experiment, new: Experiment) -> "Mark":
        """The mark of going from one experiment to another."""
        kind = NETWORK if plan(old, new).rebuilds else SETTING
        return cls(updates, describe(old, new), kind, *changed_value(old, new))

    def __str__(self) -> str:
        return f"{self.text} {self.before} → {self.after}" if self.before or self.after else self.text


def marked(marks: tuple[Mark, ...], mark: Mark, merged: bool) -> tuple[Mark, ...]:
    """One mark more; `merged`: it goes on with a drag, and takes the place of the last one if that says the same."""
    if merged and marks and marks[-1].text == mark.text:
        return (*marks[:-1], replace(mark, before=marks[-1].before))
    return (*marks, mark)


@dataclass(frozen=True, slots=True, eq=False)
class RunState:
    """A run between two updates. Where the arrays' parts lie is for the layout of the experiment's network to say.

    params, statistics: the network's flat vectors
    noise: where the generator of each noisy layer stands, by the layer's key
    schedule: what a schedule remembers that watches the loss
    seconds: of training so far, for the rule that counts them
    frozen: which parameters training leaves alone, laid out like them; None for none
    off: the units that are switched off, by the key of their layer
    last_update: what the last update did in each layer, by its key, for pictures of it; how much of it is known depends
    on who looked, and training does not go on from it
    """

    experiment: Experiment
    updates: int
    params: Array
    statistics: Array
    noise: Mapping[int, GeneratorState]
    optimizer: OptimizerState
    batches: BatchesState
    schedule: tuple[float, ...]
    stopping: StoppingState
    history: HistoryState
    marks: tuple[Mark, ...] = ()
    seconds: float = 0.0
    frozen: NDArray[np.bool_] | None = None
    off: Off = field(default_factory=dict[int, tuple[int, ...]])
    last_update: Mapping[int, LayerUpdate] = field(default_factory=dict[int, LayerUpdate], compare=False)

    def arrays(self) -> Iterator[Array]:
        """Every array it keeps alive."""
        yield from (self.params, self.statistics, *self.optimizer.arrays.values(), self.batches.order)
        if self.stopping.best.weights is not None:
            yield self.stopping.best.weights.params
        if self.frozen is not None:
            yield self.frozen

    @property
    def nbytes(self) -> int:
        """How much memory it keeps, apart from the history, which the states of one run share."""
        return sum(array.nbytes for array in self.arrays())
