"""What Undo goes back to: the states that commands left behind.

Every command that replaces or edits what is trained leaves the whole state before it here, under its own ticket. Memory
is bounded: beyond 256 MB the oldest go, first those from the middle of a drag, which is undone as one. That Undo
reaches 200 steps back is for the interface to say; a thousand states leave room for those that nothing leads to any
more.
"""

from nnstudio.core.training.state import RunState

MAXIMUM_STATES = 1000
MAXIMUM_BYTES = 256 * 2**20
BOUNDS = f"{MAXIMUM_BYTES // 2**20} MB of trained states"


class LeftBehind:
    """States by the ticket of the command that left them."""

    def __init__(self) -> None:
        self._states: dict[int, tuple[RunState, bool]] = {}

    def keep(self, ticket: int, state: RunState, merged: bool = False) -> None:
        """Keep a state; `merged`: the command that left it went on with a drag."""
        self._states[ticket] = state, merged
        while len(self._states) > MAXIMUM_STATES or (len(self._states) > 1 and self._nbytes() > MAXIMUM_BYTES):
            tickets = [old for old, (_, merged) in self._states.items() if merged] or list(self._states)
            del self._states[tickets[0]]

    def get(self, ticket: int) -> RunState | None:
        """The state, if it is still there."""
        return self._states.get(ticket, (None, False))[0]

    def _nbytes(self) -> int:
        """Curves count once, however many states share them."""
        states = [state for state, _ in self._states.values()]
        columns = [state.history.rows.update for state in states]
        tables = [column if column.base is None else column.base for column in columns]
        return sum(state.nbytes for state in states) + sum({id(table): table.nbytes for table in tables}.values())
