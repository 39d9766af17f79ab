"""An update that can be put down between two of its pieces, gone on with, or taken back as if it had never begun.

What takes long is made in pieces, and any update phase by phase for whoever wants to see it happen. Until it is made,
the state of the run is that from before.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from nnstudio.core.array import Array, FloatType
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment
from nnstudio.core.training.descent import Descent
from nnstudio.core.training.divergence import Diverged
from nnstudio.core.training.measures import Measures
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.phases import Phase, Phases
from nnstudio.core.training.state import RunState

NEVER = 2**62  # an update that does not come

_BESIDE = "gradient_is_known", "change", "_latest_change", "evaluated_at", "learning_rate", "stop_reason"
"""What a trainer knows beside its state, and has to know again when an update is taken back."""


class _Before(NamedTuple):
    """What was known before an update."""

    state: RunState
    grads: Array
    metrics: tuple[Metrics | None, Metrics | None]
    beside: Mapping[str, object]


class InterruptibleDescent(Descent):
    """Makes updates in pieces where they take long.

    evaluated_at: after how many updates the metrics were last measured
    stop_reason: a sentence, if the last update met a rule of `experiment.stopping`; the next one may be made all the
    same
    """

    _measures: Measures

    def __init__(self, experiment: Experiment, dataset: Dataset, dtype: FloatType) -> None:
        super().__init__(experiment, dataset, dtype)
        self.stop_reason: str | None = None
        self.evaluated_at = -1
        self._next_long = NEVER
        """From which update on they take long; 0 while one is under way."""
        self._under_way: Phases[None] | None = None
        self._before: _Before | None = None

    @abstractmethod
    def step(self, keep_change: bool = False) -> None:
        """One update in one go."""

    @abstractmethod
    def _step_in_pieces(self, in_parts: bool, phased: bool) -> Phases[None]:
        """One update in pieces, or in phases; `in_parts`: its mini-batch goes through in parts."""

    @abstractmethod
    def state(self) -> RunState:
        """The whole state of the run, before an update that is under way."""

    @abstractmethod
    def restore(self, state: RunState) -> None:
        """Go on from a state."""

    def advance(self, keep_change: bool = False) -> bool:
        """One update, or a piece of one that takes long, which keeps its change in any case; whether it is made now.
        Raises `Diverged`, and whatever else ends an update, as if it had never begun."""
        if self._under_way is None:
            if self.updates + 1 < self._next_long:
                self.step(keep_change)
                return True
            self._begin(phased=False)
        return self._go_on() is Phase.UPDATE

    def advance_phase(self) -> Phase | None:
        """One phase of an update, or a piece of one that takes long: the phase that it has come to, if any; with
        `Phase.UPDATE` it is made. `phased` says what is known then. Raises what `advance()` raises."""
        if self._under_way is None:
            self._begin(phased=True)
        return self._go_on()

    @property
    def under_way(self) -> bool:
        """Whether an update has been begun and is not made yet."""
        return self._under_way is not None

    @property
    def looking(self) -> bool:
        """Whether the update that is under way has been made, and only how good the network is now takes long: it may
        be pictured, with the metrics of before."""
        before = self._before
        return before is not None and self.updates > before.state.updates and self._measures.latest is not None

    def take_back(self) -> None:
        """Give up an update that is under way: everything is as it was before it."""
        before = self._before
        if before is not None:
            self._under_way = self._before = None
            self.restore(before.state)
            np.copyto(self.network.grads, before.grads)
            self._measures.metrics, self._measures.latest = before.metrics
            for name, value in before.beside.items():
                setattr(self, name, value)

    def _begin(self, phased: bool) -> None:
        state, metrics = self.state(), (self._measures.metrics, self._measures.latest)
        beside = {name: getattr(self, name) for name in _BESIDE}
        self._before = _Before(state, self.network.grads.copy(), metrics, beside)
        # In parts just as `step()` makes it: sums that are added up otherwise round otherwise.
        self._under_way = self._step_in_pieces(self.updates + 1 >= self._next_long, phased)
        self._next_long, self.phased = 0, None

    def _go_on(self) -> Phase | None:
        assert self._under_way is not None
        try:
            phase = self._quietly(next, self._under_way, Phase.UPDATE)
        except BaseException as error:
            failed = self._layer_updates()
            self.take_back()
            if isinstance(error, Diverged):
                self.gradient_is_known, self._last_update, self.diverged = False, failed, error
            raise
        if phase is Phase.UPDATE:
            self._under_way = self._before = None
        return phase
