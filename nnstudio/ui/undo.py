"""The experiments somebody asked for one after the other, to go back and forth between."""

from time import monotonic

from nnstudio.core.experiment import Experiment

MAXIMUM = 200
MERGE_SECONDS = 1.0
"""Edits of one drag follow each other more quickly than this."""


class UndoStack:
    """A list of experiments with a place in it."""

    def __init__(self, first: Experiment) -> None:
        self._experiments = [first]
        self._place = 0
        self._merge = ""
        self._pushed = 0.0

    @property
    def current(self) -> Experiment:
        """The experiment at the place."""
        return self._experiments[self._place]

    @property
    def can_undo(self) -> bool:
        return self._place > 0

    @property
    def can_redo(self) -> bool:
        return self._place < len(self._experiments) - 1

    def push(self, experiment: Experiment, merge: str = "") -> None:
        """A new experiment; it takes the current one's place if both belong to one drag: the same `merge`, quickly."""
        now = monotonic()
        if merge and merge == self._merge and now - self._pushed < MERGE_SECONDS:
            self._place -= 1
        self._merge, self._pushed = merge, now
        self._experiments[self._place + 1 :] = [experiment]
        self._place += 1
        if len(self._experiments) > MAXIMUM:
            del self._experiments[0]
            self._place -= 1

    def replace(self, experiment: Experiment) -> None:
        """Take back the last push, which could not be had: go on with this experiment."""
        if self._place > 0 and self._experiments[self._place - 1] == experiment:
            self._place -= 1
            del self._experiments[self._place + 1 :]
        else:
            self._experiments[self._place] = experiment
        self._merge = ""

    def undo(self) -> bool:
        """One back; whether that was possible."""
        if not self.can_undo:
            return False
        self._place -= 1
        self._merge = ""
        return True

    def redo(self) -> bool:
        """One forth; whether that was possible."""
        if not self.can_redo:
            return False
        self._place += 1
        self._merge = ""
        return True
