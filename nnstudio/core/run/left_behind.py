"""What Undo goes back to: the states that commands left behind, each with the past that led to it.

Every command that replaces or edits what is trained leaves the whole state before it here, under its own ticket. Memory
is bounded: beyond 256 MB first the pasts go that are not the present one, the oldest first, then states, those from the
middle of a drag before the others, which is undone as one. That Undo reaches 200 steps back is for the interface to
say; a thousand states leave room for those that nothing leads to any more.
"""

from dataclasses import dataclass

from nnstudio.core.run.timeline import Timeline
from nnstudio.core.training.state import RunState

MAXIMUM_STATES = 1000
MAXIMUM_BYTES = 256 * 2**20
BOUNDS = f"{MAXIMUM_BYTES // 2**20} MB of trained states"


@dataclass(slots=True)
class Left:
    """What a command left behind. `merged`: the command went on with a drag; past: None where there was no room."""

    state: RunState
    merged: bool
    past: Timeline | None


class LeftBehind:
    """States by the ticket of the command that left them."""

    def __init__(self) -> None:
        self._left: dict[int, Left] = {}

    def keep(
        self,
        ticket: int,
        state: RunState,
        merged: bool = False,
        past: Timeline | None = None,
        present: Timeline | None = None,
    ) -> None:
        """Keep a state; `merged`: the command that left it went on with a drag. past: which it ends; present: that of
        now, perhaps the same, which counts its states itself."""
        self._left[ticket] = Left(state, merged, past)
        while len(self._left) > MAXIMUM_STATES:
            self._drop()
        while (oldest := self._oldest(present)) is not None or len(self._left) > 1:
            if self._nbytes(present) <= MAXIMUM_BYTES:
                break
            if oldest is not None:
                self._forget(oldest)
            else:
                self._drop()

    def _oldest(self, present: Timeline | None) -> Timeline | None:
        """The oldest past that is not the present one."""
        return next((left.past for left in self._left.values() if left.past not in (None, present)), None)

    def _forget(self, past: Timeline) -> None:
        for left in self._left.values():
            left.past = None if left.past is past else left.past

    def __contains__(self, ticket: int) -> bool:
        return ticket in self._left

    def get(self, ticket: int) -> Left | None:
        """What was left, if it is still there."""
        return self._left.get(ticket)

    def _drop(self) -> None:
        tickets = [ticket for ticket, left in self._left.items() if left.merged] or list(self._left)
        del self._left[tickets[0]]

    def _nbytes(self, present: Timeline | None) -> int:
        """What several share counts once, the curves above all."""
        pasts = {left.past for left in self._left.values() if left.past is not None and left.past is not present}
        states = [left.state for left in self._left.values()]
        states += [state for past in pasts for state in past.states]
        columns = [state.history.rows.update for state in states]
        tables = [column if column.base is None else column.base for column in columns]
        counted = {id(state) for state in present.states} if present is not None else set[int]()
        others = {id(state): state.nbytes for state in states if id(state) not in counted}
        return sum(others.values()) + sum({id(table): table.nbytes for table in tables}.values())
