"""What was done one after the other, to go back and forth between.

A moment is an experiment that was in force, with the name of the step that led to it. The trained states are not here:
the worker keeps what each command left behind, and a moment only remembers by which ticket it was left.
"""

from dataclasses import dataclass
from pathlib import Path

from nnstudio.core.experiment import Experiment

MAXIMUM = 200


@dataclass(slots=True, eq=False)
class Moment:
    """One place in the list.

    label: the step that led here, such as «Add layer»; gentle: whether it destroyed nothing
    document: the file that was open
    left: the ticket of the command that last led away from here
    made: whether the worker has made it, or a part of its drag
    """

    experiment: Experiment
    label: str = ""
    gentle: bool = False
    document: Path | None = None
    merge: str = ""
    left: int = 0
    made: bool = False


class UndoStack:
    """A list of moments with a place in it."""

    def __init__(self, first: Experiment) -> None:
        self._moments = [Moment(first)]
        self._place = 0
        self._merging = ""
        self._pending: dict[int, tuple[Moment, int | None]] = {}
        """By ticket, unanswered: the moment that was reached, or the one that was left and its ticket before."""

    @property
    def moment(self) -> Moment:
        """The moment at the place."""
        return self._moments[self._place]

    @property
    def current(self) -> Experiment:
        """Its experiment."""
        return self.moment.experiment

    @property
    def before(self) -> Moment | None:
        """The moment that Undo goes to; None at the beginning."""
        return self._moments[self._place - 1] if self._place else None

    @property
    def after(self) -> Moment | None:
        """The moment that Redo goes to; None at the end."""
        return self._moments[self._place + 1] if self._place + 1 < len(self._moments) else None

    def merges(self, merge: str) -> bool:
        """Whether a step belongs to the same drag as the last one: the same `merge`."""
        return bool(merge) and merge == self._merging and self._place > 0

    def push(self, moment: Moment, ticket: int) -> None:
        """A new moment, reached by the command with this ticket; what could be redone is gone. One that belongs to a
        drag takes the last one's place."""
        del self._moments[self._place + 1 :]
        if self.merges(moment.merge):
            self.moment.experiment, self.moment.gentle = moment.experiment, self.moment.gentle and moment.gentle
            if self.before and self.moment.gentle and self.moment.experiment == self.before.experiment:
                del self._moments[self._place]  # away and back again is no step
                self._place -= 1
                moment.merge = ""
        else:
            self.moment.left = ticket
            self._moments.append(moment)
            self._place += 1
        if len(self._moments) > MAXIMUM + 1:
            del self._moments[0]
            self._place -= 1
        self._merging = moment.merge
        self._pending[ticket] = self.moment, None

    def go(self, by: int, ticket: int) -> None:
        """One back (−1) or forth (1), by the command with this ticket."""
        self._pending[ticket] = self.moment, self.moment.left
        self.moment.left = ticket
        self._place += by
        self._merging = ""

    def correct(self, experiment: Experiment) -> None:
        """The worker says that this is the experiment in force."""
        self.moment.experiment = experiment

    @property
    def settled(self) -> bool:
        """Whether every step has been answered."""
        return not self._pending

    def settle(self, ticket: int, done: bool, experiment: Experiment) -> None:
        """The answer to a step: a step that could not be made is taken back. When all are answered, the experiment that
        the worker names is the one in force: what is shown is what is trained."""
        moment, left = self._pending.pop(ticket)
        moment.made |= done
        if not done and moment in self._moments:
            place = self._moments.index(moment)
            others = [other for other, entry in self._pending.items() if entry == (moment, None)]
            if left is None and place and others:  # the rest of a drag is still to come
                if not moment.made:
                    self._moments[place - 1].left = others[0]
            elif left is None and place and moment.made and experiment != self._moments[place - 1].experiment:
                moment.experiment = experiment  # as far as the drag has come
            elif left is None and place:  # a new step, and perhaps others have been made upon it
                self._moments[place - 1].left = moment.left  # what led on from it led on from the one before
                del self._moments[place]
                self._place -= self._place >= place
            elif left is not None:  # Undo or Redo
                moment.left, self._place = left, place
            self._merging = ""
        if self.settled:
            self.correct(experiment)
