"""The experiments somebody asked for one after the other, to go back and forth between."""

from nnstudio.core.experiment import Experiment

MAXIMUM = 200


class UndoStack:
    """A list of experiments with a place in it."""

    def __init__(self, first: Experiment) -> None:
        self._experiments = [first]
        self._place = 0
        self._merge = ""

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
        """A new experiment; it takes the current one's place if both belong to one drag: the same `merge`."""
        if merge and merge == self._merge:
            self._place -= 1
        self._merge = merge
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
        return self._go(-1)

    def redo(self) -> bool:
        """One forth; whether that was possible."""
        return self._go(1)

    def _go(self, by: int) -> bool:
        """To the next place with another experiment: a drag away and back again has left the same one twice."""
        here = self.current
        while 0 <= self._place + by < len(self._experiments):
            self._place += by
            self._merge = ""
            if self.current != here:
                return True
        return False
