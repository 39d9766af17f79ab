"""A run: what is trained at present, on its way to a goal.

What a command means for training stands here, without a thread. `obey` takes a command whole or refuses it; `work`
makes steps towards the goal.
"""

from collections.abc import Callable
from dataclasses import replace
from math import inf
from time import perf_counter

from nnstudio.core.data.dataset import ImageSource
from nnstudio.core.experiment import Experiment
from nnstudio.core.run import commands
from nnstudio.core.run.commands import Answer, Change, Command, Departed, Dragged, Found, Outbox, unheard
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.goals import Endless, EndOfEpoch, Goal, OnePhase, Past, Recovery, Until, at_rest, slower
from nnstudio.core.run.looking import Looking
from nnstudio.core.run.present import INTERRUPTED, REFUSALS, Aside, Depth, Present, Refused, departure, here, why
from nnstudio.core.run.speed import Speed
from nnstudio.core.run.timeline import Replay
from nnstudio.core.training.phases import Phase, PhasedUpdate
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Diverged, Trainer


class Run:
    """One run at a time, the present one. `outbox` is given every answer, in any order; data are made `aside`.

    shown: whether a frame has been made since the last change
    burst: seconds of quick updates at full speed between two looks at what else is wanted
    looking: what is looked at; visiting: what of the past; companions: what trains beside it, in step with it
    """

    def __init__(self, images: ImageSource | None = None, outbox: Outbox = unheard, aside: Aside = here) -> None:
        self.present = Present(images, aside)
        self.looking = Looking(self.present, self.answer)
        self.visiting, self.companions = self.looking.visiting, self.looking.companions
        self._outbox = outbox
        self._goal: Goal | None = None
        self.shown, self.burst = True, 0.0
        self._status = Status.READY
        self._message = ""
        self._recovery: float | None = None
        self._speed = Speed()
        self._pace: float | None = None
        self._phased: PhasedUpdate | None = None
        self._unmarked = False  # of a drag that goes on nothing has been made yet

    @property
    def number(self) -> int:
        """Counts the networks that were trained; 0 before the first `Begin`."""
        return self.present.number

    @property
    def trainer(self) -> Trainer:
        """The present one, there from the first `Begin` on."""
        return self.present.trainer

    @property
    def playing(self) -> bool:
        """Whether it trains until told otherwise."""
        return isinstance(self._goal, Endless)

    @property
    def busy(self) -> bool:
        """Whether there is something to do: a goal to work towards, or something beside it."""
        return self._goal is not None or self.looking.busy

    @property
    def under_way(self) -> bool:
        """Whether it works in the middle of an update and has come to no phase of it: no moment for a picture."""
        return self._goal is not None and bool(self.number) and self.trainer.under_way and self._phased is None

    @property
    def rest(self) -> float:
        """Seconds until there is something to do; infinite if nothing is."""
        return 0.0 if self.looking.busy else max((self._goal.due if self._goal else inf) - perf_counter(), 0.0)

    @property
    def changing(self) -> bool:
        """Whether it is in the middle of an update that is not made yet by all: no moment for a picture."""
        changing = self.under_way and not self.trainer.looking
        return (changing or self.companions.lag(self.trainer.updates)) and self.visiting.trainer is None

    # Commands ---------------------------------------------------------------------------------------------------------

    def obey(self, command: Command, ticket: int = 0) -> None:
        """Carry a command out, or refuse it and change nothing; the answer goes to the outbox, perhaps later."""
        if not isinstance(command, commands.Beside | commands.Back):
            self._abandon()
        state, found, departed, phased = None, None, None, self._phased
        if not isinstance(command, commands.Beside | commands.StepPhase):
            self._phased = None
        try:
            if not self.number and not isinstance(command, commands.First):
                raise Refused("Nothing has begun yet.")
            self.visiting.admit(command)
            match command:
                case commands.Save(shown):
                    state = (self.looking.trainer if shown else self.trainer).state()
                case commands.Play():
                    self._play()
                case commands.Pause():
                    self._pause()
                case commands.Step(updates):
                    self._head_for(Until.further(self, self._goal, updates))
                case commands.StepPhase():
                    if self.under_way:  # of a long update that is made without phases
                        self.trainer.take_back()
                    self._head_for(OnePhase())
                case commands.Pace(updates_per_second):
                    self._pace = updates_per_second
                    if self.playing:
                        self._goal = Endless(self._pace)
                        self._speed.forget()
                case commands.StepEpoch():
                    left = self._goal.times if isinstance(self._goal, EndOfEpoch) else 0
                    self._head_for(EndOfEpoch(left + 1))
                case commands.Back(updates):
                    self._back(ticket, updates)
                    return
                case commands.Recover(learning_rate):
                    self._pause()
                    self._goal = Recovery(ticket, self, learning_rate, self.present.timeline.states)
                    return
                case commands.Recall():
                    found = self.present.recalled()
                case (
                    commands.Watch()
                    | commands.LookAt()
                    | commands.FindHardest()
                    | commands.Visit()
                    | commands.Compare()
                ):
                    self.shown = False
                    if not self.looking.obey(command, ticket):
                        return
                case commands.Remember(maximum):
                    self.looking.remember(maximum)
                case _:
                    departed = self._change(command, ticket)
        except REFUSALS as error:
            made = phased is not None and phased.phase is Phase.UPDATE
            self._phased = phased if made or (self.number and self.trainer.under_way) else None
            if self.number and isinstance(command, Change):
                self.present.leave(ticket, self.trainer.state())  # whoever takes it back finds what there is
            self.answer(ticket, why(error))
        else:
            self.answer(ticket, state=state, found=found, departed=departed)
        self._rest()

    def skip(self, ticket: int, merged: bool) -> None:
        """An edit or operation whose place another one takes is done without being made; `merged`: not the first."""
        self._unmarked |= not merged
        self.present.timeline.note_state(state := self.trainer.state())
        self.present.leave(ticket, state, merged=merged)
        self.answer(ticket)

    def answer(
        self,
        ticket: int,
        refusal: str = "",
        state: RunState | None = None,
        found: Found = None,
        departed: Departed | None = None,
    ) -> None:
        """Say what became of a command."""
        experiment = self.trainer.experiment if self.number else Experiment()
        self._outbox(Answer(ticket, refusal, experiment, state, found, departed))

    def _abandon(self, why: str = INTERRUPTED) -> None:
        """A way back or a measurement is given up, most often because something else is asked for: the run is where it
        was."""
        goal = self._goal
        if goal is None or goal.trains:
            return
        self._goal, self.shown = None, False
        if goal.ticket:
            self.answer(goal.ticket, why)

    def _rest(self) -> None:
        """With nothing else to do, let all stand at one update, and measure what there was no time for before."""
        if self._goal is None and self.number:
            self._goal = at_rest(self)

    # What is trained --------------------------------------------------------------------------------------------------

    def _change(self, command: Change, ticket: int) -> Departed | None:
        """Replace or edit what is trained; what it left behind is kept for Undo. Returns the run that was left."""
        present = self.present
        old = present.trainer if present.number else None
        before = old.state() if old is not None else None
        past = present.timeline if before is not None and self._status is not Status.FAILED else None
        depth, network = Depth.BEGUN, present.number
        match command:
            case commands.Begin(experiment, start, playing):
                present.begin(experiment, start)
                self._goal = Endless(self._pace) if playing else None
            case commands.Edit():
                assert before is not None
                depth = present.edit(replace(command, merged=command.merged and not self._unmarked), before)
            case commands.PutBack(left):
                present.put_back(left)
            case commands.SetWeights(weights):
                present.set_weights(weights)
                depth = Depth.CARRIED
            case commands.Operate():
                assert before is not None
                present.operate(replace(command, merged=command.merged and not self._unmarked), before)
                depth = Depth.CARRIED
            case commands.Branch(update):
                present.branch(self.visiting.stand_at(update))
                self._goal = None
        self.visiting.leave()
        if before is not None:
            self.companions.note_change(before.experiment, self.trainer.experiment, isinstance(command, commands.Begin))
        if depth is Depth.BEGUN and not self.playing:
            self._goal = None
        if self._goal is None:
            self.trainer.take_back()
        if depth is not Depth.GENTLE:
            self._settle(self._resting())
        if network != present.number:
            self._speed.forget()
        if before is not None:
            present.leave(ticket, before, past, isinstance(command, Dragged) and command.merged)
        self._unmarked = self.shown = False
        return departure(old, before) if old is not None and before is not None and depth is Depth.BEGUN else None

    def _resting(self) -> Status:
        """How a run that was put together anew is doing."""
        learned = self.trainer.updates or self.trainer.marks
        return Status.LEARNING if self.playing else Status.PAUSED if learned else Status.READY

    def _settle(self, status: Status, message: str = "", recovery: float | None = None) -> None:
        self._status, self._message, self._recovery = status, message, recovery
        self.shown = False

    # Training ---------------------------------------------------------------------------------------------------------

    def work(self, until: float, interrupted: Callable[[], bool]) -> None:
        """Steps towards the goal until that time by `perf_counter()` and the end of an update that is under way then,
        or until somebody wants something."""
        self.looking.work(until, interrupted, self._goal is not None)
        goal, start = self._goal, perf_counter()
        while goal is not None and (perf_counter() < until or self.under_way) and not interrupted():
            if goal.due and goal.due > perf_counter():
                break
            try:
                reached = goal.advance(self)
            except REFUSALS as error:
                if not goal.ticket:
                    raise
                self._abandon(why(error))
                break
            if reached and goal is self._goal:
                self._goal, self.shown = None, False
            if goal is not self._goal:
                break
        self._rest()
        if goal is not None and goal.trains:
            wanted = Probe.GRADIENTS in self.looking.probes and self.trainer.change is None
            if goal is self._goal and wanted and isinstance(goal, Endless) and not goal.paced:
                self.update(keep_change=True)
            self._note_time(perf_counter() - start)

    def update(self, keep_change: bool = False, burst: float = 0.0) -> bool:
        """One update, or a piece of a long one; whether it is made now. In a `burst` of seconds as many quick ones as
        there is time for. Before, and if there is time after, the companions come to where the run stands. A divergence
        pauses the run."""
        goal, trainer, until, self._phased = self._goal, self.trainer, perf_counter() + burst, None
        if not (trainer.under_way or self.companions.stand_at(trainer.updates)):
            self.companions.follow(trainer.updates)
            return False
        try:
            while trainer.advance(keep_change):
                self._note_update(trainer)
                if not self.companions.follow(trainer.updates) or perf_counter() >= until or self._goal is not goal:
                    return True
        except Diverged as divergence:
            self._diverge(divergence)
        return False

    def phase(self) -> bool:
        """One phase of an update, or a piece of a long one; whether it has come to a phase."""
        if not (self.trainer.under_way or self.companions.stand_at(self.trainer.updates)):
            self.companions.follow(self.trainer.updates)
            return False
        try:
            phase = self.trainer.advance_phase()
        except Diverged as divergence:
            self._phased = None
            self._diverge(divergence)
            return False
        if phase is None:
            return False
        self._phased, self.shown = self.trainer.phased, False
        if phase is Phase.UPDATE:
            self._note_update(self.trainer)
        return True

    def _note_update(self, trainer: Trainer) -> None:
        self.present.note_update(trainer, self.looking.probes)
        if trainer.stop_reason is not None:
            self._finish(trainer.stop_reason)

    def _note_time(self, seconds: float) -> None:
        """So much time was spent on training; a rule for stopping may care."""
        seconds /= 1 + len(self.companions)
        self.companions.note_time(seconds)
        self.present.note_time(seconds, self.under_way)
        if self.playing and not self.under_way and (reason := self.present.spent()):
            self._finish(reason)

    def _finish(self, reason: str) -> None:
        self._goal = None
        if self.trainer.under_way:
            self.trainer.take_back()
            self._phased = None
        self._settle(Status.FINISHED, reason)

    def _diverge(self, divergence: Diverged) -> None:
        self._goal = None
        recovery = slower(self.trainer.experiment.training.learning_rate)
        self._settle(Status.DIVERGED, f"{divergence} {divergence.kept}", recovery)

    def _play(self) -> None:
        self._goal = Endless(self._pace)
        self._speed.forget()
        self._settle(Status.LEARNING)

    def _pause(self) -> None:
        """A run that diverged or failed goes on saying so."""
        self._goal = None
        self.trainer.take_back()
        self.shown = False
        if self._status is Status.LEARNING:
            self._settle(Status.PAUSED)

    def _head_for(self, goal: Goal) -> None:
        self._goal = goal
        self._settle(Status.PAUSED)

    def fail(self, error: Exception) -> None:
        """Something went wrong that should not have: pause, keep everything, say so."""
        self._abandon()
        self.looking.give_up(f"That failed by an error in the program: {error}.")
        self._goal = self._phased = None
        if self.number:
            self.trainer.take_back()
        again = self._status is Status.FAILED
        self._settle(Status.FAILED, f"Training stopped by an error in the program: {error}. Your settings are safe.")
        if again:  # perhaps in taking the picture itself: try with less, but not for ever
            self.shown, self.looking.probes = not self.looking.probes, Probe.NOTHING

    # Going back -------------------------------------------------------------------------------------------------------

    def _back(self, ticket: int, updates: int) -> None:
        """A key that is held down asks again while the run is on its way: then it goes further back."""
        # To take back a phase is a step back, too.
        goal, begun = self._goal, self.trainer.under_way and self._goal is None
        self._abandon()
        self._pause()
        begin = goal.target if isinstance(goal, Past) else self.trainer.updates + begun
        target = max(begin - updates, self.present.timeline.beginning)
        if target < self.trainer.updates:
            self._goal = Past(ticket, target)
        else:
            self.answer(ticket)
            self._rest()

    def arrive(self, ticket: int, replay: Replay) -> None:
        """The past has been replayed: the run is there now."""
        self.visiting.leave()
        self.present.arrive(ticket, replay)
        self._settle(self._resting())
        self.answer(ticket)

    def recovered(self, ticket: int, trainer: Trainer, state: RunState | None, learning_rate: float) -> None:
        """Weights were found that are good: train on from them, with smaller steps."""
        self.visiting.leave()
        self.present.recover(ticket, trainer, state, learning_rate)
        self._play()
        self.answer(ticket)

    # Pictures ---------------------------------------------------------------------------------------------------------

    def frame(self, obeyed: int = 0) -> Frame:
        """A picture of now, after so many commands. A loss that takes long to measure follows in a later one."""
        self.shown = True
        return self.looking.frame(
            self._phased,
            self._status,
            message=(self._goal.progress if self._goal else "") or self._message,
            updates_per_second=self._speed.measure(self.trainer.updates) if self.playing else 0.0,
            recovery=self._recovery,
            commands=obeyed,
        )
