"""A run without a thread, compared with what is known of it after each command.

Beside the run stand the interface's own list of moments, a copy of the state in which each moment was last left, and
the trail: which parameters the run has had at which update of its past.
"""

from math import inf

from hypothesis.stateful import RuleBasedStateMachine
from random_edits import FIRST, NO_IMAGES, Edit, no_images
from same_state import assert_same

from nnstudio.core.experiment import ImageSpec
from nnstudio.core.experiment.plan import can_carry, plan
from nnstudio.core.run import commands
from nnstudio.core.run.commands import Answer, Command
from nnstudio.core.run.frame import Status
from nnstudio.core.run.run import INTERRUPTED, Run
from nnstudio.core.training.state import RunState
from nnstudio.ui.undo import Moment, UndoStack

CHANGES = commands.Begin | commands.Edit | commands.PutBack | commands.SetWeights | commands.Operate
GO_ON = commands.Edit | commands.PutBack | commands.SetWeights | commands.Operate
GO_ON |= commands.Save | commands.Watch | commands.LookAt | commands.Pace
"""Whoever plays goes on playing."""
Trail = dict[int, tuple[bytes, ...]]


class ComparedRun(RuleBasedStateMachine):
    """A run, the list of moments beside it, and what each moment was like when it was last left."""

    def __init__(self) -> None:
        super().__init__()
        self.tickets = 0
        self.answers: dict[int, Answer] = {}
        self.way: tuple[int, RunState] | None = None
        """The ticket of a way back or a recovery that the run is on, and where it set out from."""
        self.recovers = False
        self.trail: Trail = {}
        self.left: dict[Moment, tuple[RunState, Trail]] = {}
        self.saved: list[RunState] = []
        self.untouched = True
        """Whether nothing has been trained at the bottom of the list."""
        self.stack = UndoStack(FIRST)
        self.run = Run(no_images, self.hear)
        self.run.obey(commands.Begin(FIRST))
        self.first = self.state()
        self.answers.clear()
        self.note()

    # What is known of it ----------------------------------------------------------------------------------------------

    @property
    def at_bottom(self) -> bool:
        return self.stack.before is None

    def state(self) -> RunState:
        return self.run.trainer.state()

    def note(self) -> None:
        """The run has come here; in the middle of an update, or before early stopping has put the best weights back, it
        is nowhere yet."""
        trainer = self.run.trainer
        if trainer.under_way:
            return
        there, params = self.trail.get(trainer.updates, ()), trainer.network.params.tobytes()
        if params not in there:
            self.trail[trainer.updates] = (*there, params)

    def hear(self, answer: Answer) -> None:
        assert answer.ticket not in self.answers, "each command is answered once"
        self.answers[answer.ticket] = answer
        if self.way is None or answer.ticket != self.way[0]:
            return
        (ticket, before), self.way = self.way, None
        if not answer.done:
            assert answer.refusal == INTERRUPTED
            assert_same(self.state(), before)
            return
        here, trail = self.run.trainer, self.trail
        there = trail[here.updates]
        if not self.recovers and here.updates > self.run.present.timeline.beginning:
            there = there[:1]  # before whatever was edited there
        assert here.network.params.tobytes() in there, "that is not the past of this run"
        self.trail = {update: there for update, there in trail.items() if update <= here.updates}
        if answer.experiment != self.stack.current:
            self.left[self.stack.moment] = before, trail
            self.stack.push(Moment(answer.experiment), ticket)
            self.settle(ticket)
        self.untouched &= not self.at_bottom

    # What is done to it -----------------------------------------------------------------------------------------------

    def send(self, command: Command, skipped: bool = False) -> int:
        """Let the run obey, or skip an edit within a drag; compare what it says with what it did."""
        self.tickets += 1
        ticket, before, playing = self.tickets, self.state(), self.run.playing
        if skipped:
            self.run.skip(ticket, command.merged)  # type: ignore[union-attr]
        else:
            self.run.obey(command, ticket)
        answer = self.answers.get(ticket)
        if answer is None:
            assert isinstance(command, commands.Back | commands.Recover)
            self.way, self.recovers = (ticket, before), isinstance(command, commands.Recover)
        elif answer.refusal or isinstance(command, GO_ON):
            assert self.run.playing == playing
        if answer is None or answer.refusal or skipped or not isinstance(command, CHANGES):
            assert_same(self.state(), before)
        elif begins(command, before):
            self.trail = {}
        if answer is not None and answer.done and isinstance(command, commands.Begin | commands.PutBack):
            goal = self.run._goal
            assert self.run.playing or goal is None or not goal.trains, "what was to be done is not done elsewhere"
        self.note()
        return ticket

    def change(self, moment: Moment, command: Command) -> Answer:
        """A step as the session makes it."""
        here, before, trail = self.stack.moment, self.state(), dict(self.trail)
        ticket = self.send(command)
        self.stack.push(moment, ticket)
        if self.stack.before is here:
            self.left[here] = before, trail
        self.settle(ticket)
        self.untouched &= not (self.at_bottom and self.answers[ticket].done)
        return self.answers[ticket]

    def settle(self, ticket: int) -> None:
        answer = self.answers[ticket]
        self.stack.settle(ticket, answer.done, answer.experiment)

    def edit(self, edit: Edit, keep: bool) -> None:
        here = self.stack.current
        there = edit(here)
        if plan(here, there):
            answer = self.change(Moment(there), commands.Edit(there, keep))
            if isinstance(there.dataset, ImageSpec):
                assert answer.refusal == NO_IMAGES

    def travel(self, by: int) -> bool:
        """Undo or redo; whether there was anything to."""
        here, target = self.stack.moment, self.stack.before if by < 0 else self.stack.after
        if target is None:
            return False
        before, trail = self.state(), self.trail
        expected, there = self.left[target]
        self.trail = dict(there)
        ticket = self.send(commands.PutBack(target.left))
        self.stack.go(by, ticket)
        self.settle(ticket)
        self.left[here] = before, trail
        assert self.answers[ticket].done, self.answers[ticket].refusal
        assert self.stack.moment is target
        assert_same(self.state(), expected)
        return True

    def work(self, looks: float = inf) -> None:
        """Towards the goal; while it plays, not for ever."""
        left = 20 if self.run.playing and looks == inf else looks
        updates, before = self.run.trainer.updates, self.state()

        def interrupted() -> bool:
            nonlocal left
            left -= 1
            self.note()
            return left < 0

        self.run.work(inf, interrupted)
        self.note()
        if self.way is not None:
            assert_same(self.state(), before)
        self.untouched &= not (self.at_bottom and self.run.trainer.updates != updates)

    def compare(self) -> None:
        """What is shown is what is trained, and all is answered but the way that the run is on."""
        trainer, state = self.run.trainer, self.state()
        frame = self.run.frame(self.tickets)
        assert frame.experiment == self.stack.current == trainer.experiment
        assert (frame.updates, frame.commands) == (trainer.updates, self.tickets)
        assert frame.params.tobytes() == trainer.network.params.tobytes()
        assert frame.status is not Status.FAILED
        assert (frame.status is Status.LEARNING) == self.run.playing
        assert_same(self.state(), state, "looking at it changes nothing")
        assert self.stack.settled
        unanswered = set(range(1, self.tickets + 1)) - self.answers.keys()
        assert unanswered == ({self.way[0]} if self.way else set())


def begins(command: Command, before: RunState) -> bool:
    """Whether a past of its own begins with this command, once it is done."""
    if not isinstance(command, commands.Edit):
        return isinstance(command, commands.Begin | commands.SetWeights)
    kept = command.keep and can_carry(before.experiment, command.experiment)
    return plan(before.experiment, command.experiment).rebuilds and not kept
