"""A run: a trainer with its past, its goal and its pictures.

What a command means for training stands here, without a thread. `obey` takes a command whole or refuses it; `work`
makes steps towards the goal. Whatever replaces the trainer is built first, so that nothing is lost when it cannot be.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

from nnstudio.core.data.dataset import DataError, Dataset, ImageSource, build
from nnstudio.core.experiment import DatasetSpec, Experiment
from nnstudio.core.experiment.plan import can_carry, describe, plan
from nnstudio.core.experiment.setting import SettingError, settings_of
from nnstudio.core.experiment.training_spec import TrainingSpec
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.network.weights import Weights
from nnstudio.core.run import commands
from nnstudio.core.run.commands import Answer, Command
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.goals import Endless, EndOfEpoch, Goal, Measurement, Past, Recovery, Until
from nnstudio.core.run.left_behind import BOUNDS, LeftBehind
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.speed import Speed
from nnstudio.core.run.timeline import Replay, Timeline
from nnstudio.core.training.state import Mark, RunState
from nnstudio.core.training.trainer import Diverged, Trainer
from nnstudio.core.training.transfer import carried

KEPT_DATASETS = 3
"""So many data sets are kept ready for Undo; the others are made again from their specs."""
INTERRUPTED = "Something else was asked for in the meantime."

Outbox = Callable[[Answer], object]
Change = commands.Begin | commands.Edit | commands.PutBack | commands.SetWeights


def _unheard(answer: Answer) -> None:
    """Nobody waits for answers."""


class Refused(Exception):
    """A command that cannot be carried out; the message is a sentence for a person."""


REFUSALS = (Refused, DataError, SettingError, ShapeError, MemoryError)


class Run:
    """One run at a time, the present one. `outbox` is given the answer to every command, in no particular order.

    number: counts the runs; 0 before the first `Begin`
    trainer: the present one, there from the first `Begin` on
    shown: whether a frame has been made since the last change
    """

    trainer: Trainer

    def __init__(self, images: ImageSource | None = None, outbox: Outbox = _unheard) -> None:
        self._images = images
        self._outbox = outbox
        self.number = 0
        self._datasets: OrderedDict[DatasetSpec, Dataset] = OrderedDict()
        self._goal: Goal | None = None
        self.probes = Probe.NOTHING
        self.image = 0
        self.shown = True
        self._moving = False
        self._status = Status.READY
        self._message = ""
        self._recovery: float | None = None
        self._speed = Speed()
        self._left = LeftBehind()

    @property
    def playing(self) -> bool:
        """Whether it trains until told otherwise."""
        return isinstance(self._goal, Endless)

    @property
    def busy(self) -> bool:
        """Whether there is a goal to work towards."""
        return self._goal is not None

    # Commands ---------------------------------------------------------------------------------------------------------

    def obey(self, command: Command, ticket: int = 0) -> None:
        """Carry a command out, or refuse it and change nothing; the answer goes to the outbox, perhaps later."""
        if not isinstance(command, commands.Watch | commands.LookAt | commands.Save | commands.Back):
            self._abandon()
        state = None
        try:
            match command:
                case commands.Begin() | commands.Edit() | commands.PutBack() | commands.SetWeights():
                    self._change(command, ticket)
                case commands.Save():
                    state = self.trainer.state()
                case commands.Play():
                    self._play()
                case commands.Pause():
                    self._pause()
                case commands.Step(updates):
                    here = self._goal.target if isinstance(self._goal, Until) else self.trainer.updates
                    self._head_for(Until(here + updates))
                case commands.StepEpoch():
                    left = self._goal.times if isinstance(self._goal, EndOfEpoch) else 0
                    self._head_for(EndOfEpoch(left + 1))
                case commands.Back(updates):
                    self._back(ticket, updates)
                    return
                case commands.Recover(learning_rate):
                    self._pause()
                    self._goal = Recovery(ticket, self, learning_rate, self._timeline.states)
                    return
                case commands.Watch(probes):
                    self.probes, self.shown = probes, False
                case commands.LookAt(image):
                    self.image, self.shown = image, False
        except REFUSALS as error:
            self.answer(ticket, str(error) or "There is not enough memory for that. Nothing was changed.")
        else:
            self.answer(ticket, state=state)
        self._rest()

    def skip(self, ticket: int) -> None:
        """An edit whose place another one takes is done without being made."""
        self._left.keep(ticket, self.trainer.state(), gentle=True)
        self.answer(ticket)

    def answer(self, ticket: int, refusal: str = "", state: RunState | None = None) -> None:
        """Say what became of a command."""
        self._outbox(Answer(ticket, refusal, self.trainer.experiment if self.number else Experiment(), state))

    def _abandon(self) -> None:
        """Something else is asked for: a way back or a measurement is given up, the run is where it was."""
        goal = self._goal
        if goal is None or goal.trains:
            return
        self._goal, self.shown = None, False
        if goal.ticket:
            self.answer(goal.ticket, INTERRUPTED)

    def _rest(self) -> None:
        """With nothing else to do, measure exactly what a sample has stood for while training went on."""
        if self._goal is None and self.number and self.trainer.samples:
            self._goal = Measurement(self.trainer)

    # What is trained --------------------------------------------------------------------------------------------------

    def _change(self, command: Change, ticket: int) -> None:
        """Replace or edit what is trained; what it left behind is kept for Undo."""
        before, gentle = self.trainer.state() if self.number else None, False
        match command:
            case commands.Begin(experiment, start, playing):
                self._begin(experiment, start, playing)
            case commands.Edit(experiment, keep, _):
                gentle = self._edit(experiment, keep, before)
            case commands.PutBack(left, experiment, gentle):
                self._put_back(left, experiment, gentle, before)
            case commands.SetWeights(weights):
                self._set_weights(weights)
        if before is not None:
            self._left.keep(ticket, before, gentle)

    def _begin(self, experiment: Experiment, start: RunState | Weights | None, playing: bool = False) -> None:
        trainer = Trainer(experiment, dataset=self._dataset(experiment.dataset))
        try:
            if isinstance(start, RunState):
                trainer.restore(start)
            elif start is not None:
                trainer.set_weights(start)
        except ValueError as error:
            raise Refused(f"What was saved does not fit its own experiment: {error}. Nothing was changed.") from error
        self._goal = Endless() if playing else None
        self._adopt(trainer, Timeline(trainer.state()), new=True)
        self._settle(self._resting())

    def _edit(self, experiment: Experiment, keep: bool, state: RunState | None) -> bool:
        """Whether it was gentle: nothing was built anew."""
        trainer, before = self.trainer, self.trainer.experiment
        change = plan(before, experiment)
        if change.rebuilds and not (keep and can_carry(before, experiment)):
            self._begin(experiment, None, self.playing)
        elif change.rebuilds:
            edited = self._edited(trainer, experiment)
            self._timeline.note_state(state or trainer.state())
            self._timeline.note_edit(trainer.updates, experiment)
            self._adopt(edited, self._timeline, new=True)
            self._settle(self._resting())
        elif change:
            trainer.apply(experiment)
            self._timeline.note_edit(trainer.updates, experiment)
            self.shown = False
        return not change.rebuilds

    def _edited(self, trainer: Trainer, experiment: Experiment) -> Trainer:
        """A trainer that goes on with another experiment: the same one, if neither data nor network change."""
        if plan(trainer.experiment, experiment).rebuilds:
            return carried(trainer, experiment, self._dataset(experiment.dataset))
        trainer.apply(experiment)
        return trainer

    def _put_back(self, left: int, experiment: Experiment, gentle: bool, now: RunState | None) -> None:
        state = self._left.get(left)
        if gentle and (state is None or state.updates != self.trainer.updates):
            self._edit(experiment, True, now)
            return
        if state is None:
            raise Refused(f"That state is no longer there: Undo keeps {BOUNDS}. Nothing was changed.")
        trainer = self.trainer_at(state)
        timeline = self._timeline if self._timeline.cut(state) else Timeline(state)
        self._goal = self._goal if self.playing else None
        self._adopt(trainer, timeline, new=True)
        self._settle(self._resting())

    def _resting(self) -> Status:
        """How a run that was put together anew is doing."""
        return Status.LEARNING if self.playing else Status.PAUSED if self.trainer.updates else Status.READY

    def trainer_at(self, state: RunState) -> Trainer:
        """A trainer of its own that stands at this state."""
        return Trainer.resumed(state, dataset=self._dataset(state.experiment.dataset))

    def _set_weights(self, weights: Weights) -> None:
        trainer = self.trainer
        try:
            trainer.set_weights(weights)
        except ValueError as error:
            raise Refused(f"These weights were not taken: {error}. The network is safe.") from error
        trainer.marks = (*trainer.marks, Mark(trainer.updates, "Import weights"))
        self._timeline = Timeline(trainer.state())
        self._settle(Status.LEARNING if self.playing else Status.PAUSED)

    def _dataset(self, spec: DatasetSpec) -> Dataset:
        """The data of a spec: the present one, one that is kept ready, or a new one. Raises `DataError`."""
        dataset = self._datasets.get(spec) or build(spec, self._images)
        self._datasets[spec] = dataset
        self._datasets.move_to_end(spec)
        while len(self._datasets) > KEPT_DATASETS:
            self._datasets.popitem(last=False)
        return dataset

    def _adopt(self, trainer: Trainer, timeline: Timeline, new: bool = False) -> None:
        """Go on with this trainer and this past; `new`: what is on the screen has nothing to do with it any more."""
        if new or trainer is not getattr(self, "trainer", None):
            self.number += new
            self._observer = Observer(trainer, self.number)
            self._speed.forget()
        self.trainer, self._timeline = trainer, timeline
        self.shown = False

    def _settle(self, status: Status, message: str = "", recovery: float | None = None) -> None:
        self._status, self._message, self._recovery = status, message, recovery
        self.shown = False

    # Training ---------------------------------------------------------------------------------------------------------

    def work(self, until: float, interrupted: Callable[[], bool]) -> None:
        """Steps towards the goal until that time by `perf_counter()`, or until somebody wants something."""
        goal, start = self._goal, perf_counter()
        while goal is self._goal and goal is not None and perf_counter() < until and not interrupted():
            if goal.advance(self) and goal is self._goal:
                self._goal, self.shown = None, False
        self._rest()
        if goal is not None and goal.trains:
            if goal is self._goal and Probe.GRADIENTS in self.probes and self.playing:
                self.update(keep_change=True)
            self._note_time(perf_counter() - start)

    def update(self, keep_change: bool = False) -> None:
        """One update; a divergence pauses the run."""
        trainer = self.trainer
        try:
            trainer.step(keep_change)
        except Diverged as divergence:
            self._diverge(divergence)
            return
        self._timeline.note_update(trainer)
        if trainer.stop_reason is not None:
            self._finish(trainer.stop_reason)

    def _note_time(self, seconds: float) -> None:
        """So much time was spent on training; a rule for stopping may care."""
        self.trainer.seconds += seconds
        reason = self.trainer.stopping.after_seconds(self.trainer.seconds)
        if reason is not None and self.playing:
            self._finish(reason)

    def _finish(self, reason: str) -> None:
        self._goal = None
        self._settle(Status.FINISHED, reason)

    def _diverge(self, divergence: Diverged) -> None:
        self._goal = None
        lowest = settings_of(TrainingSpec)["learning_rate"].minimum
        rate = max(self.trainer.experiment.training.learning_rate / 10, lowest)
        self._settle(Status.DIVERGED, f"{divergence} The last finite weights are kept.", float(f"{rate:.3g}"))

    def _play(self) -> None:
        self._goal = Endless()
        self._speed.forget()
        self._settle(Status.LEARNING)

    def _pause(self) -> None:
        """A run that diverged or failed goes on saying so."""
        self._goal = None
        self.shown = False
        if self._status is Status.LEARNING:
            self._settle(Status.PAUSED)

    def _head_for(self, goal: Goal) -> None:
        self._goal = goal
        self._settle(Status.PAUSED)

    def fail(self, error: Exception) -> None:
        """Something went wrong that should not have: pause, keep everything, say so."""
        self._abandon()
        self._goal = None
        again = self._status is Status.FAILED
        self._settle(Status.FAILED, f"Training stopped by an error in the program: {error}. Your settings are safe.")
        self.shown = again  # an error in taking the picture itself must not be repeated for ever

    # Going back -------------------------------------------------------------------------------------------------------

    def _back(self, ticket: int, updates: int) -> None:
        """A key that is held down asks again while the run is on its way: then it goes further back."""
        goal = self._goal
        here = goal.target if isinstance(goal, Past) else self.trainer.updates
        self._abandon()
        self._pause()
        self._goal = Past(ticket, max(here - updates, self._timeline.beginning))

    def replay(self, target: int) -> Replay:
        """The way back to an update."""
        return self._timeline.replay(target, self.trainer_at, self._edited)

    def arrive(self, ticket: int, replay: Replay) -> None:
        """The past has been replayed: the run is there now. Hyperparameters stay as they are set now; layers and data
        are those of that time."""
        before, then = self.trainer.state(), replay.trainer.experiment
        wanted = replace(then, training=before.experiment.training, stopping=before.experiment.stopping)
        self._timeline.forget_after(replay.target)
        if replay.trainer.apply(wanted):
            self._timeline.note_edit(replay.target, wanted)
        self._adopt(replay.trainer, self._timeline, plan(before.experiment, wanted).rebuilds)
        self._settle(self._resting())
        self._left.keep(ticket, before)
        self.answer(ticket)

    def recovered(self, ticket: int, trainer: Trainer, learning_rate: float) -> None:
        """Weights were found that are good: train on from them, with smaller steps."""
        before, experiment = self.trainer.state(), trainer.experiment
        self._timeline.forget_after(trainer.updates)
        slower = replace(experiment, training=replace(experiment.training, learning_rate=learning_rate))
        if trainer.apply(slower):
            trainer.marks = (*trainer.marks, Mark(trainer.updates, describe(experiment, slower)))
            self._timeline.note_edit(trainer.updates, slower)
        self._adopt(trainer, self._timeline, plan(before.experiment, slower).rebuilds)
        self._play()
        self._left.keep(ticket, before)
        self.answer(ticket)

    # Pictures ---------------------------------------------------------------------------------------------------------

    def frame(self, obeyed: int = 0) -> Frame:
        """A picture of now, after so many commands. The first one of a run that has just come to rest says so at once;
        a loss that takes long to measure follows in the next."""
        goal = self._goal
        trains = goal is not None and goal.trains
        moving, self._moving = trains or (self._moving and not self.trainer.evaluation_is_cheap), trains
        self.shown = trains or not moving
        return self._observer.frame(
            self.probes,
            status=self._status,
            moving=moving,
            message=(goal.progress if goal else "") or self._message,
            updates_per_second=self._speed.measure(self.trainer.updates) if self.playing else 0.0,
            image=self.image,
            recovery=self._recovery,
            commands=obeyed,
        )
