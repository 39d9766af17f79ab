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
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.experiment.training_spec import TrainingSpec
from nnstudio.core.run import commands
from nnstudio.core.run.commands import Answer, Change, Command, Dragged, Found
from nnstudio.core.run.example import AnyExample
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.goals import Endless, EndOfEpoch, Goal, Measurement, OnePhase, Past, Recovery, Until
from nnstudio.core.run.present import INTERRUPTED, REFUSALS, Aside, Depth, Present, Refused, here, why
from nnstudio.core.run.search import Search
from nnstudio.core.run.speed import Speed
from nnstudio.core.run.timeline import Replay
from nnstudio.core.training.phases import Phase, PhasedUpdate
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Diverged, Trainer

STEPS_AHEAD = 3
"""So many updates that take long may wait to be made: a key that is held asks for far more."""
KEPT_EVERY = 1.0
"""Seconds of training after which a state is kept in any case, so that no way back is much longer."""

Outbox = Callable[[Answer], object]


def _unheard(answer: Answer) -> None:
    """Nobody waits for answers."""


class Run:
    """One run at a time, the present one. `outbox` is given every answer, in any order; data are made `aside`.

    shown: whether a frame has been made since the last change
    burst: seconds of quick updates at full speed between two looks at what else is wanted
    """

    def __init__(self, images: ImageSource | None = None, outbox: Outbox = _unheard, aside: Aside = here) -> None:
        self._present = Present(images, aside)
        self._outbox = outbox
        self._goal: Goal | None = None
        self.probes = Probe.NOTHING
        self.example: AnyExample | None = None
        self.shown, self.burst = True, 0.0
        self._status = Status.READY
        self._message = ""
        self._recovery: float | None = None
        self._speed = Speed()
        self._unkept = 0.0
        self._pace: float | None = None
        self._phased: PhasedUpdate | None = None
        self._search = Search(self.answer)
        self._unmarked = False  # of a drag that goes on nothing has been made yet

    @property
    def number(self) -> int:
        """Counts the networks that were trained; 0 before the first `Begin`."""
        return self._present.number

    @property
    def trainer(self) -> Trainer:
        """The present one, there from the first `Begin` on."""
        return self._present.trainer

    @property
    def playing(self) -> bool:
        """Whether it trains until told otherwise."""
        return isinstance(self._goal, Endless)

    @property
    def busy(self) -> bool:
        """Whether there is something to do: a goal to work towards, or a search beside it."""
        return self._goal is not None or self._search.busy

    @property
    def under_way(self) -> bool:
        """Whether it works in the middle of an update and has come to no phase of it: no moment for a picture."""
        return self._goal is not None and bool(self.number) and self.trainer.under_way and self._phased is None

    @property
    def rest(self) -> float:
        """Seconds until there is something to do; infinite if nothing is."""
        due = self._goal.due if self._goal else inf
        return 0.0 if self._search.busy else max(due - perf_counter(), 0.0)

    @property
    def changing(self) -> bool:
        """Whether it is in the middle of an update that is not made yet: no moment for a picture."""
        return self.under_way and not self.trainer.looking

    # Commands ---------------------------------------------------------------------------------------------------------

    def obey(self, command: Command, ticket: int = 0) -> None:
        """Carry a command out, or refuse it and change nothing; the answer goes to the outbox, perhaps later."""
        if not isinstance(command, commands.Beside | commands.Back):
            self._abandon()
        state, phased = None, self._phased
        if not isinstance(command, commands.Beside | commands.StepPhase):
            self._phased = None
        try:
            if not self.number and not isinstance(command, commands.First):
                raise Refused("Nothing has begun yet.")
            match command:
                case commands.Save():
                    state = self.trainer.state()
                case commands.Play():
                    self._play()
                case commands.Pause():
                    self._pause()
                case commands.Step(updates):
                    begin = self._goal.target if isinstance(self._goal, Until) else self.trainer.updates
                    if self.under_way and begin - self.trainer.updates > STEPS_AHEAD:
                        raise Refused("The updates that were asked for before are still being made.")
                    self._head_for(Until(begin + updates))
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
                    self._goal = Recovery(ticket, self, learning_rate, self._present.timeline.states)
                    return
                case commands.Watch(probes):
                    self.probes, self.shown = probes, False
                case commands.LookAt(example):
                    self.example, self.shown = example, False
                case commands.FindHardest(split):
                    self._search.begin(ticket, self.trainer, split)
                    return
                case _:
                    self._change(command, ticket)
        except REFUSALS as error:
            made = phased is not None and phased.phase is Phase.UPDATE
            self._phased = phased if made or (self.number and self.trainer.under_way) else None
            if self.number and isinstance(command, Change):
                self._present.left.keep(ticket, self.trainer.state())  # whoever takes it back finds what there is
            self.answer(ticket, why(error))
        else:
            self.answer(ticket, state=state)
        self._rest()

    def skip(self, ticket: int, merged: bool) -> None:
        """An edit or operation whose place another one takes is done without being made; `merged`: not the first."""
        self._unmarked |= not merged
        state = self.trainer.state()
        self._present.timeline.note_state(state)
        self._present.left.keep(ticket, state, merged)
        self.answer(ticket)

    def answer(self, ticket: int, refusal: str = "", state: RunState | None = None, found: Found = None) -> None:
        """Say what became of a command."""
        self._outbox(Answer(ticket, refusal, self.trainer.experiment if self.number else Experiment(), state, found))

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
        """With nothing else to do, measure what there was no time for while training went on."""
        if self._goal is None and self.number and not (self.trainer.under_way or self.trainer.measured):
            self._goal = Measurement(self.trainer)

    # What is trained --------------------------------------------------------------------------------------------------

    def _change(self, command: Change, ticket: int) -> None:
        """Replace or edit what is trained; what it left behind is kept for Undo."""
        present = self._present
        before = present.trainer.state() if present.number else None
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
        if depth is Depth.BEGUN and not self.playing:
            self._goal = None
        if self._goal is None:
            self.trainer.take_back()
        if depth is not Depth.GENTLE:
            self._settle(self._resting())
        if network != present.number:
            self._speed.forget()
        if before is not None:
            present.left.keep(ticket, before, isinstance(command, Dragged) and command.merged)
        self._unmarked = self.shown = False

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
        self._search.work(0.0 if self._goal else until, interrupted)  # beside a goal a piece at a time
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
            wanted = Probe.GRADIENTS in self.probes and self.trainer.change is None
            if goal is self._goal and wanted and isinstance(goal, Endless) and not goal.paced:
                self.update(keep_change=True)
            self._note_time(perf_counter() - start)

    def update(self, keep_change: bool = False, burst: float = 0.0) -> bool:
        """One update, or a piece of a long one; whether it is made now. In a `burst` of seconds as many quick ones as
        there is time for. A divergence pauses the run."""
        goal, trainer, until, self._phased = self._goal, self.trainer, perf_counter() + burst, None
        try:
            while trainer.advance(keep_change):
                self._note_update(trainer)
                if perf_counter() >= until or self._goal is not goal:
                    return True
        except Diverged as divergence:
            self._diverge(divergence)
        return False

    def phase(self) -> bool:
        """One phase of an update, or a piece of a long one; whether it has come to a phase."""
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
        self._present.timeline.note_update(trainer)
        if trainer.stop_reason is not None:
            self._finish(trainer.stop_reason)

    def _note_time(self, seconds: float) -> None:
        """So much time was spent on training; a rule for stopping may care."""
        trainer = self.trainer
        trainer.seconds += seconds
        self._unkept += seconds
        if self._unkept > KEPT_EVERY and not self.under_way:
            self._unkept = 0.0
            self._present.timeline.note_state(trainer.state())
        if self.playing and not self.under_way and (reason := trainer.stopping.after_seconds(trainer.seconds)):
            self._finish(reason)

    def _finish(self, reason: str) -> None:
        self._goal = None
        if self.trainer.under_way:
            self.trainer.take_back()
            self._phased = None
        self._settle(Status.FINISHED, reason)

    def _diverge(self, divergence: Diverged) -> None:
        self._goal = None
        lowest = settings_of(TrainingSpec)["learning_rate"].minimum
        rate = max(self.trainer.experiment.training.learning_rate / 10, lowest)
        self._settle(Status.DIVERGED, f"{divergence} {divergence.kept}", float(f"{rate:.3g}"))

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
        self._search.drop(f"That failed by an error in the program: {error}.")
        self._goal = self._phased = None
        if self.number:
            self.trainer.take_back()
        again = self._status is Status.FAILED
        self._settle(Status.FAILED, f"Training stopped by an error in the program: {error}. Your settings are safe.")
        if again:  # perhaps in taking the picture itself: try with less, but not for ever
            self.shown, self.probes = not self.probes, Probe.NOTHING

    # Going back -------------------------------------------------------------------------------------------------------

    def _back(self, ticket: int, updates: int) -> None:
        """A key that is held down asks again while the run is on its way: then it goes further back."""
        goal, begun = (
            self._goal,
            self.trainer.under_way and self._goal is None,
        )  # to take back a phase is a step back, too
        self._abandon()
        self._pause()
        begin = goal.target if isinstance(goal, Past) else self.trainer.updates + begun
        target = max(begin - updates, self._present.timeline.beginning)
        if target < self.trainer.updates:
            self._goal = Past(ticket, target)
        else:
            self.answer(ticket)
            self._rest()

    def replay(self, target: int) -> Replay:
        """The way back to an update."""
        return self._present.replay(target)

    def trainer_at(self, state: RunState) -> Trainer:
        """A trainer of its own that stands at this state."""
        return self._present.trainer_at(state)

    def arrive(self, ticket: int, replay: Replay) -> None:
        """The past has been replayed: the run is there now."""
        self._present.arrive(ticket, replay)
        self._settle(self._resting())
        self.answer(ticket)

    def recovered(self, ticket: int, trainer: Trainer, state: RunState | None, learning_rate: float) -> None:
        """Weights were found that are good: train on from them, with smaller steps."""
        self._present.recover(ticket, trainer, state, learning_rate)
        self._play()
        self.answer(ticket)

    # Pictures ---------------------------------------------------------------------------------------------------------

    def frame(self, obeyed: int = 0) -> Frame:
        """A picture of now, after so many commands. A loss that takes long to measure follows in a later one."""
        self.shown = True
        return self._present.observer.frame(
            self.probes,
            status=self._status,
            message=(self._goal.progress if self._goal else "") or self._message,
            updates_per_second=self._speed.measure(self.trainer.updates) if self.playing else 0.0,
            chosen=self.example,
            recovery=self._recovery,
            commands=obeyed,
            phased=self._phased,
        )
