"""The past of a run, to look back at and to go back to.

A state is kept every so many updates, and now and then; when there are too many, the one is dropped whose absence is
felt least, so that they lie dense near the present, for the way back, and evenly over the whole run, for the slider
that shows it. Because the same experiment gives the same bits, any update between two states is reached by replaying
from the earlier one, with the edits of that time. What cannot be replayed (imported weights) begins a past of its own;
the way across is Undo.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nnstudio.core.experiment import Experiment
from nnstudio.core.run.commands import Edit, Operate
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Trainer

INTERVAL = 512
MAXIMUM_STATES = 256
MAXIMUM_BYTES = 256 * 2**20
EVENLY = 5.0
"""How much is spent on the even spread: so many states a run's length, beside one for each e-fold of the way back."""

At = Callable[[RunState], Trainer]
Change = Experiment | Edit | Operate
Edited = Callable[[Trainer, Change], Trainer]
"""A trainer at a state; what is replayed between two states; a trainer after that."""


@dataclass(frozen=True, slots=True)
class Event:
    """What is known of the past: a state that was kept, or an edit, as the experiment after it, or an operation."""

    updates: int
    what: RunState | Change


class Kept(NamedTuple):
    """A state that is kept; `exact`: the run stood there, at the update that was asked for."""

    state: RunState
    exact: bool


class Timeline:
    """The events of one run, in their order. Its states take `maximum` bytes at most, but three there are always."""

    def __init__(self, state: RunState, maximum: int | None = None) -> None:
        self.maximum = MAXIMUM_BYTES if maximum is None else maximum
        self._set([Event(state.updates, state)])

    def _set(self, events: list[Event]) -> None:
        self._events = events
        self._count, self._nbytes = len(self._states()), sum(state.nbytes for state in self.states)

    def note_update(self, trainer: Trainer) -> None:
        """Called after every update; keeps a state when it is time."""
        if trainer.updates % INTERVAL == 0:
            self.note_state(trainer.state())

    def note_state(self, state: RunState) -> None:
        """Keep this state."""
        self._events.append(Event(state.updates, state))
        self._count, self._nbytes = self._count + 1, self._nbytes + state.nbytes
        self._thin()

    def bound(self, maximum: int) -> None:
        """Take no more than so many bytes from now on."""
        self.maximum = maximum
        self._thin()

    def _thin(self) -> None:
        while self._count > 3 and (self._count > MAXIMUM_STATES or self._nbytes > self.maximum):
            place, dropped = _least_missed(self._states())
            del self._events[place]
            self._count, self._nbytes = self._count - 1, self._nbytes - dropped.nbytes

    def note_edit(self, updates: int, edit: Change) -> None:
        """Called after the run has taken up another experiment, or has been operated on."""
        self._events.append(Event(updates, edit))

    def _states(self) -> list[tuple[int, RunState]]:
        return [(place, event.what) for place, event in enumerate(self._events) if isinstance(event.what, RunState)]

    @property
    def beginning(self) -> int:
        """The earliest update that can be gone back to."""
        return self._events[0].updates

    @property
    def states(self) -> list[RunState]:
        """All states, oldest first."""
        return [state for _, state in self._states()]

    @property
    def count(self) -> int:
        """How many states are kept."""
        return self._count

    @property
    def nbytes(self) -> int:
        """How much memory they take, apart from the curves, which they share."""
        return self._nbytes

    def nearest(self, update: int) -> Kept:
        """The state that is kept nearest to an update; of those at one update the first, from before any edit there."""
        place, state = min(self._states(), key=lambda kept: abs(kept[1].updates - update))
        return Kept(state, state.updates == update and place < len(self._until(update)))

    def until(self, update: int) -> "Timeline":
        """The same past, as far as this update; this one stays as it is."""
        return self._with(self._until(update))

    def ended(self, state: RunState) -> "Timeline | None":
        """The same past, as far as this state; None if the state does not belong to it."""
        places = [place for place, kept in self._states() if kept is state]
        return self._with(self._events[: places[0] + 1]) if places else None

    def _with(self, events: list[Event]) -> "Timeline":
        timeline = object.__new__(Timeline)
        timeline.maximum = self.maximum
        timeline._set(events)
        return timeline

    def replay(self, update: int, at: At, edited: Edited) -> "Replay":
        """The way to an update between `beginning` and now."""
        past = self._until(update)
        place = max(place for place, event in enumerate(past) if isinstance(event.what, RunState))
        state = past[place].what
        assert isinstance(state, RunState)
        edits = [(event.updates, event.what) for event in past[place + 1 :] if not isinstance(event.what, RunState)]
        return Replay(at(state), edits, update, edited)

    def _until(self, update: int) -> list[Event]:
        """What lies before the first edit that was made at this update or later."""
        times = ((event.updates, not isinstance(event.what, RunState)) for event in self._events)
        return self._events[: next((place for place, time in enumerate(times) if time >= (update, True)), None)]


def _least_missed(states: list[tuple[int, RunState]]) -> tuple[int, RunState]:
    """The inner state whose neighbours are closest, measured against their distance from now and against the whole run,
    with the place where it stands."""
    times = np.array([state.updates for _, state in states], np.float64)
    now, gaps = times[-1], times[2:] - times[:-2]
    felt = gaps * (1 / (now - times[:-2] + 1) + EVENLY / (now - times[0] + 1))
    return states[1 + int(felt.argmin())]


class Replay:
    """The past made once more, on a trainer of its own, one update a step."""

    def __init__(self, trainer: Trainer, edits: list[tuple[int, Change]], target: int, edited: Edited) -> None:
        self.trainer = trainer
        self.target = target
        self._begin = trainer.updates
        self._edits = edits
        self._edited = edited

    def step(self) -> bool:
        """One update, or a piece of a long one; False if the target was reached already."""
        if not self.trainer.under_way:
            while self._edits and self._edits[0][0] == self.trainer.updates:
                self.trainer = self._edited(self.trainer, self._edits.pop(0)[1])
            if self.trainer.updates >= self.target:
                return False
        self.trainer.advance(keep_change=self.trainer.updates + 1 >= self.target)
        return True

    @property
    def share(self) -> float:
        """How much of the way is done."""
        way = self.target - self._begin
        return (self.trainer.updates - self._begin) / way if way else 1.0
