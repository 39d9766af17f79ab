"""What was done one after the other, to go back and forth between.

A moment is an experiment that was in force, with the name of the step that led to it. The trained states are not here:
the worker keeps what each command left behind, and a moment only remembers by which ticket it was left.

The shelf of runs is what the steps have made of it, one after the other: each moment says what its step did, and so the
shelf goes back and forth with the place in the list. A step beside the document, such as another name for a sweep,
brings the act that makes it and takes it back. Memory is bounded: with more than 200 steps, or 256 MB of runs that they
have left, the oldest can no longer be undone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from nnstudio.core.experiment import Experiment
from nnstudio.core.run.commands import Departed
from nnstudio.core.shelf.rows import arrays_of_state
from nnstudio.core.shelf.shelf import MAXIMUM_BYTES, Shelf

MAXIMUM = 200

Shelve = Callable[[Shelf, Departed | None], Shelf]
"""What a step makes of the shelf, with the run that was left by it; None where no other run was begun, or not yet."""

Act = Callable[[bool], object]
"""Makes a step beside the document, or takes it back."""


def goes_on(shelf: Shelf, departed: Departed | None) -> Shelf:
    """The step of an edit: the shelf stays, unless training began again."""
    return shelf if departed is None else shelf.begun(departed)


@dataclass(slots=True, eq=False)
class Moment:
    """One place in the list.

    label: the step that led here, such as «Add layer»; gentle: whether it destroyed nothing
    by_hand: whether it was done to the network itself, and the experiment is the one that was in force before
    document: the file that was open
    left: the ticket of the command that last led away from here
    made: whether the worker has made it, or a part of its drag
    quiet: whether the step was of the shelf alone, or beside the document, and asks nothing of the worker
    act, acted: what makes a step beside the document (True), or takes it back (False); and whether it is made
    shelve, departed: what the step makes of the shelf, and the run that was left by it
    """

    experiment: Experiment
    label: str = ""
    gentle: bool = False
    by_hand: bool = field(default=False, kw_only=True)
    document: Path | None = None
    merge: str = ""
    left: int = 0
    made: bool = False
    quiet: bool = field(default=False, kw_only=True)
    shelve: Shelve = field(default=goes_on, kw_only=True)
    departed: Departed | None = None
    act: Act | None = field(default=None, kw_only=True)
    acted: bool = field(default=False, kw_only=True)
    _shelved: tuple[Shelf, Departed | None, Shelf] | None = None

    def shelved(self, before: Shelf) -> Shelf:
        """The shelf after this step; it was that `before`."""
        known = self._shelved
        if known is None or known[0] is not before or known[1] is not self.departed:
            known = self._shelved = before, self.departed, self.shelve(before, self.departed)
        return known[2]


class Step(NamedTuple):
    """A step that is unanswered: the moment that it reaches, or, of Undo and Redo, the one that it leaves, with the
    ticket by which that was left before; and the moment in force when it was asked for, None within a drag. `again`:
    the one that Redo reaches."""

    moment: Moment
    left: int | None
    origin: Moment | None
    again: Moment | None = None


class UndoStack:
    """A list of moments with a place in it."""

    def __init__(self, first: Experiment, shelf: Shelf | None = None) -> None:
        self._moments = [Moment(first)]
        self._bottom = shelf or Shelf()
        self._place = 0
        self._merging = ""
        self._pending: dict[int, Step] = {}
        """By ticket."""

    @property
    def moment(self) -> Moment:
        """The moment at the place."""
        return self._moments[self._place]

    @property
    def of_document(self) -> Moment:
        """The last moment, here or before, whose step was not beside the document."""
        within = reversed(self._moments[: self._place + 1])
        return next((moment for moment in within if moment.act is None), self._moments[0])

    @property
    def current(self) -> Experiment:
        """Its experiment."""
        return self.moment.experiment

    @property
    def shelf(self) -> Shelf:
        """The shelf of runs at the place."""
        shelf = self._bottom
        for moment in self._moments[1 : self._place + 1]:
            shelf = moment.shelved(shelf)
        return shelf

    @property
    def before(self) -> Moment | None:
        """The moment that Undo goes to; None at the beginning."""
        return self._moments[self._place - 1] if self._place else None

    @property
    def after(self) -> Moment | None:
        """The moment that Redo goes to; None at the end."""
        return self._moments[self._place + 1] if self._place + 1 < len(self._moments) else None

    def catch_up(self) -> None:
        """What steps do beside the document is as the place in the list says."""
        for moment in reversed(self._moments[self._place + 1 :]):
            if moment.act is not None and moment.acted:
                moment.acted = False
                moment.act(False)
        for moment in self._moments[1 : self._place + 1]:
            if moment.act is not None and not moment.acted:
                moment.acted = True
                moment.act(True)

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
        self._bound()
        self._merging = moment.merge
        self._pending[ticket] = Step(self.moment, None, origin)

    def note(self, moment: Moment) -> None:
        """A new moment whose step asks nothing of the worker; what could be redone is gone."""
        del self._moments[self._place + 1 :]
        self._moments.append(moment)
        self._place += 1
        self._merging = ""
        self._bound()

    def _bound(self) -> None:
        """The oldest moments are given up where there are too many; what their steps made of the shelf stays."""
        while self._place and (len(self._moments) > MAXIMUM + 1 or self._nbytes() > MAXIMUM_BYTES):
            self._bottom = self._moments[1].shelved(self._bottom)
            del self._moments[0]
            self._place -= 1

    def _nbytes(self) -> int:
        """What the runs take that all these steps have left."""
        states = {id(left.state): left.state for moment in self._moments[1:] if (left := moment.departed) is not None}
        return sum(array.nbytes for state in states.values() for array in arrays_of_state(state))

    def go(self, by: int, ticket: int) -> None:
        """One back (−1) or forth (1), by the command with this ticket; 0 for a step that asks for none."""
        if ticket:
            again = self.after if by > 0 else None
            self._pending[ticket] = Step(self.moment, self.moment.left, self.moment, again)
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

    def _note_departed(self, moment: Moment | None, departed: Departed, anew: bool) -> None:
        """The run that was left for this moment. Of a drag that is the one before it; when it is made `anew`, by Redo,
        the run has gone on since, if another one was begun by it at all."""
        if moment is not None and (moment.departed is not None if anew else moment.departed is None):
            moment.departed = departed
            self._bound()

    def settle(self, ticket: int, done: bool, experiment: Experiment, departed: Departed | None = None) -> None:
        """The answer to a step: a step that could not be made is taken back. When all are answered, the experiment that
        the worker names is the one in force: what is shown is what is trained."""
        moment, left, _, again = self._pending.pop(ticket)
        moment.made |= done
        if departed is not None:
            self._note_departed(moment if left is None else again, departed, again is not None)
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
