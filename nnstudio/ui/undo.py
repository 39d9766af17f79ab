"""What was done one after the other, to go back and forth between.

A moment is an experiment that was in force, with the name of the step that led to it. The trained states are not here:
the worker keeps what each command left behind, and a moment only remembers by which ticket it was left.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from nnstudio.core.experiment import Experiment

MAXIMUM = 200


@dataclass(slots=True, eq=False)
class Moment:
    """One place in the list.

    label: the step that led here, such as «Add layer»; gentle: whether it destroyed nothing
    by_hand: whether it was done to the network itself, and the experiment is the one that was in force before
    document: the file that was open
    left: the ticket of the command that last led away from here
    made: whether the worker has made it, or a part of its drag
    """

    experiment: Experiment
    label: str = ""
    gentle: bool = False
    by_hand: bool = field(default=False, kw_only=True)
    document: Path | None = None
    merge: str = ""
    left: int = 0
    made: bool = False


class Step(NamedTuple):
    """A step that is unanswered: the moment that it reaches, or, of Undo and Redo, the one that it leaves, with the
    ticket by which that was left before; and the moment in force when it was asked for, None within a drag."""

    moment: Moment
    left: int | None
    origin: Moment | None


class UndoStack:
    """A list of moments with a place in it."""

    def __init__(self, first: Experiment) -> None:
        self._moments = [Moment(first)]
        self._place = 0
        self._merging = ""
        self._pending: dict[int, Step] = {}
        """By ticket."""

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
        merges = self.merges(moment.merge)
        origin = None if merges else self.moment
        if merges:
            self.moment.experiment, self.moment.gentle = moment.experiment, self.moment.gentle and moment.gentle
            self.moment.label = moment.label
            if self.before and self.moment.gentle and self.moment.experiment == self.before.experiment:
                del self._moments[self._place]  # away and back again is no step
                self._place -= 1
                moment.merge = ""
        else:
            self.moment.left = ticket
            self._moments.append(moment)
            self._place += 1
        while len(self._moments) > MAXIMUM + 1:
            del self._moments[0]
            self._place -= 1
        self._merging = moment.merge
        self._pending[ticket] = Step(self.moment, None, origin)

    def go(self, by: int, ticket: int) -> None:
        """One back (−1) or forth (1), by the command with this ticket."""
        self._pending[ticket] = Step(self.moment, self.moment.left, self.moment)
        self.moment.left = ticket
        self._place += by
        self._merging = ""

    def arrive(self, experiment: Experiment, label: str, ticket: int) -> bool:
        """The command with this ticket has led to an experiment by itself, perhaps before steps that are unanswered
        yet: that is a moment of its own, unless the experiment is the one that it left."""
        following = min(self._pending, default=0)
        step = self._pending.get(following, Step(self.moment, 0, self.moment))
        origin = step.origin
        if origin is None or experiment == origin.experiment or origin not in self._moments:
            return False
        self._merging = ""
        if following and origin.left != following:  # it was come back to and left again since
            origin.experiment = experiment
            return True
        if not following:
            del self._moments[self._place + 1 :]
        place = self._moments.index(origin)
        origin.left = ticket
        new = Moment(experiment, label, document=origin.document, left=following, made=True)
        self._moments.insert(place + 1, new)
        self._place += not following or self._place > place
        if following:
            self._pending[following] = Step(new if step.moment is origin else step.moment, step.left, new)
        return True

    def correct(self, experiment: Experiment) -> None:
        """The worker says that this is the experiment in force."""
        self.moment.experiment = experiment

    @property
    def settled(self) -> bool:
        """Whether every step has been answered."""
        return not self._pending

    def _leads_on(self, place: int, experiment: Experiment) -> bool:
        """Whether a drag that was made in part has led to another experiment, or to other weights of the same."""
        return self._moments[place].by_hand or experiment != self._moments[place - 1].experiment

    def settle(self, ticket: int, done: bool, experiment: Experiment) -> None:
        """The answer to a step: a step that could not be made is taken back. When all are answered, the experiment that
        the worker names is the one in force: what is shown is what is trained."""
        moment, left, _ = self._pending.pop(ticket)
        moment.made |= done
        if done and moment.by_hand and left is None:  # perhaps an edit before it has been refused
            moment.experiment = experiment
        if not done and moment in self._moments:
            place = self._moments.index(moment)
            others = [other for other, step in self._pending.items() if step[:2] == (moment, None)]
            if left is None and place and others:  # the rest of a drag is still to come
                if not moment.made:
                    self._moments[place - 1].left = others[0]
            elif left is None and place and moment.made and self._leads_on(place, experiment):
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
