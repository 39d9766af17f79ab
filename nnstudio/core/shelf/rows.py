"""What stands on the shelf: a run that was left, or one experiment trained from many seeds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import Experiment
from nnstudio.core.sweep.job import Result
from nnstudio.core.training.history import COLUMNS, HistoryPrefix
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.state import RunState

LONGEST_NAME, LONGEST_NOTE = 200, 4000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a run is called, and where it comes from. Raises `ValueError` for what is no label.

    key: its number, from 1 up, which stays its own; parent: that of the run that it began from; 0 for none
    since: the update at which it left its parent's way; 0 for one that began from first weights
    """

    key: int
    name: str
    note: str = ""
    parent: int = 0
    since: int = 0

    def __post_init__(self) -> None:
        if self.key < 1 or self.parent < 0 or self.parent == self.key or self.since < 0:
            raise ValueError(f"run {self.key} cannot come from run {self.parent} at update {self.since}")
        if not self.name.strip() or len(self.name) > LONGEST_NAME or len(self.note) > LONGEST_NOTE:
            raise ValueError(f"the name or the note of run {self.key} is empty or far too long")


@dataclass(frozen=True, slots=True, eq=False)
class ShelvedRun:
    """A run as it was left; put back into a trainer, its state goes on to the same bits.

    metrics: how good it was when that was last measured, after `measured_at` updates; most often at its end
    """

    label: Label
    state: RunState
    metrics: Metrics
    measured_at: int

    @property
    def experiment(self) -> Experiment:
        """What was asked for in the end."""
        return self.state.experiment

    @property
    def nbytes(self) -> int:
        """How much memory it keeps."""
        return sum(array.nbytes for array in arrays_of(self))

    @property
    def runs(self) -> int:
        """How many runs it stands for."""
        return 1


@dataclass(frozen=True, slots=True, eq=False)
class ShelvedSeeds:
    """One experiment trained from the first weights of many seeds. Raises `ValueError` without any.

    experiment: theirs, but for the seed; rule: what counts as having learned, in words
    results: by seed; states: where they ended, of those that are kept
    """

    label: Label
    experiment: Experiment
    rule: str
    results: Mapping[int, Result]
    states: Mapping[int, RunState] = field(default_factory=dict[int, RunState])

    def __post_init__(self) -> None:
        if not self.results or not self.states.keys() <= self.results.keys():
            raise ValueError("seeds on the shelf have no results")

    @property
    def learned(self) -> int:
        """From how many seeds it was learned."""
        return sum(result.learned_at is not None for result in self.results.values())

    @property
    def nbytes(self) -> int:
        """How much memory they keep."""
        return sum(array.nbytes for array in arrays_of(self))

    @property
    def runs(self) -> int:
        """How many runs it stands for."""
        return len(self.results)


Row = ShelvedRun | ShelvedSeeds
"""One row of the shelf."""


def arrays_of(row: Row) -> Iterator[Array]:
    """Every array that a row keeps alive."""
    states = (row.state,) if isinstance(row, ShelvedRun) else row.states.values()
    for state in states:
        yield from arrays_of_state(state)
    if isinstance(row, ShelvedSeeds):
        for result in row.results.values():
            yield from _tables(result.curve)


def arrays_of_state(state: RunState) -> Iterator[Array]:
    """Every array that a state keeps alive, its curves among them."""
    yield from state.arrays()
    yield from _tables(state.history.rows)


def _tables(rows: HistoryPrefix) -> Iterator[Array]:
    """Of curves, which are a prefix of a longer table, all of it; or else their columns."""
    table: object = rows.update.base
    if isinstance(table, np.ndarray) and table.ndim == 2:
        yield table
    else:
        yield from (getattr(rows, name) for name in COLUMNS)
