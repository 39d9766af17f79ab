"""The past of a run, to go back to.

A state is kept every so many updates, and now and then; when there are too many, the one is dropped whose absence is
felt least, so that they lie dense near the present and thin out logarithmically into the past. Because the same
experiment gives the same bits, any update between two states is reached by replaying from the earlier one, with the
edits of that time. What cannot be replayed (imported weights, a state put back) begins a past of its own; the way
across is Undo.
"""

from collections.abc import Callable
from dataclasses import dataclass

from nnstudio.core.experiment import Experiment
from nnstudio.core.run.commands import Edit, Operate
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Trainer

INTERVAL = 512
MAXIMUM_STATES = 64
MAXIMUM_BYTES = 256 * 2**20

At = Callable[[RunState], Trainer]
Change = Experiment | Edit | Operate
Edited = Callable[[Trainer, Change], Trainer]
"""A trainer at a state; what is replayed between two states; a trainer after that."""


@dataclass(frozen=True, slots=True)
class Event:
    """What is known of the past: a state that was kept, or an edit, as the experiment after it, or an operation."""

    updates: int
    what: RunState | Change


class Timeline:
    """The events of one run, in their order."""

    def __init__(self, state: RunState) -> None:
        self._events = [Event(state.updates, state)]

    def note_update(self, trainer: Trainer) -> None:
        """Called after every update; keeps a state when it is time."""
        if trainer.updates % INTERVAL == 0:
            self.note_state(trainer.state())

    def note_state(self, state: RunState) -> None:
        """Keep this state."""
        self._events.append(Event(state.updates, state))
        states = self._states()
        if len(states) > max(3, min(MAXIMUM_STATES, MAXIMUM_BYTES // max(state.nbytes, 1))):
            del self._events[_least_missed(states)]

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

    def forget_after(self, update: int) -> None:
        """The run has gone back to this update: what came later has not happened, nor any edit just then."""
        self._events = self._until(update)

    def cut(self, state: RunState) -> bool:
        """Let the past end with this state; whether it belongs to it."""
        places = [place for place, kept in self._states() if kept is state]
        del self._events[(places or [len(self._events)])[0] + 1 :]
        return bool(places)


def _least_missed(states: list[tuple[int, RunState]]) -> int:
    """Where the inner state stands whose neighbours are closest, measured against their distance from now."""
    times = [state.updates for _, state in states]
    now = times[-1]
    inner = range(1, len(times) - 1)
    return states[min(inner, key=lambda i: (times[i + 1] - times[i - 1]) / (now - times[i - 1] + 1))][0]


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
