"""A run as the worker drives it: a trainer with its past, its pictures and its state of mind.

What a command means for training stands here, without a thread: build anew or go on, pause, go back, diverge, recover.
"""

from collections import deque
from math import isfinite
from time import perf_counter

from nnstudio.core.data.dataset import DataError, ImageSource
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.plan import Change, plan
from nnstudio.core.experiment.setting import SettingError, settings_of
from nnstudio.core.experiment.training_spec import TrainingSpec
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.frame import Frame, Probe, Rejection, Status
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.timeline import Timeline
from nnstudio.core.training.trainer import Diverged, Trainer

SPEED_WINDOW = 1.0
"""Seconds of training over which updates a second are measured."""


class Run:
    """One experiment being trained; a new data set or network begins a new run with the next number."""

    def __init__(self, experiment: Experiment, images: ImageSource | None) -> None:
        self._images = images
        self._number = 0
        self._experiment = experiment
        self._trainer: Trainer | None = None
        self.probes = Probe.NOTHING
        self.image = 0
        self.playing = False
        self.shown = False
        """Whether a frame has been made since the last change."""
        self._status = Status.READY
        self._message = ""
        self._rejection: Rejection | None = None
        self._recovery: float | None = None
        self._seconds = 0.0
        self._clock: deque[tuple[float, int]] = deque()

    @property
    def trainer(self) -> Trainer:
        """The trainer; the first one is built when it is first needed, on the thread that needs it."""
        if self._trainer is None:
            try:
                self._begin(Trainer(self._experiment, self._images))
            except (DataError, SettingError, ShapeError) as error:
                self._begin(Trainer(Experiment()))
                self._rejection = Rejection(self._experiment, str(error))
        assert self._trainer is not None
        return self._trainer

    def _begin(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._number += 1
        self._timeline = Timeline(trainer)
        self._observer = Observer(trainer, self._number)
        self._settle(Status.LEARNING if self.playing else Status.READY)
        self._seconds = 0.0
        self._clock.clear()

    def _settle(self, status: Status, message: str = "", recovery: float | None = None) -> None:
        self._status, self._message, self._recovery = status, message, recovery
        self.shown = False

    # Training ---------------------------------------------------------------------------------------------------------

    def update(self, keep_change: bool = False) -> None:
        """One update; a divergence pauses the run."""
        trainer = self.trainer
        try:
            trainer.step(keep_change)
        except Diverged as divergence:
            self._diverge(divergence)
            return
        self._timeline.note_update()
        if trainer.stop_reason is not None:
            self._finish(trainer.stop_reason)

    def note_time(self, seconds: float) -> None:
        """So much time was spent on training; a rule for stopping may care."""
        self._seconds += seconds
        reason = self.trainer.stopping.after_seconds(self._seconds)
        if reason is not None and self.playing:
            self._finish(reason)

    def _finish(self, reason: str) -> None:
        self.playing = False
        self._settle(Status.FINISHED, reason)

    def _diverge(self, divergence: Diverged) -> None:
        self.playing = False
        lowest = settings_of(TrainingSpec)["learning_rate"].minimum
        rate = max(self.trainer.experiment.training.learning_rate / 10, lowest)
        self._settle(Status.DIVERGED, f"{divergence} The last finite weights are kept.", float(f"{rate:.3g}"))

    def play(self) -> None:
        """Train from now on."""
        self.playing = True
        self._clock.clear()
        self._settle(Status.LEARNING)

    def pause(self) -> None:
        """Stop training; a run that diverged or failed goes on saying so."""
        self.playing = False
        self.shown = False
        if self._status is Status.LEARNING:
            self._settle(Status.PAUSED)

    def advance(self, updates: int) -> None:
        """Make this many updates while paused."""
        trainer = self.trainer
        self._settle(Status.PAUSED)
        end = trainer.updates + updates
        while trainer.updates < end and self._status is Status.PAUSED:
            self.update(keep_change=trainer.updates == end - 1)

    def advance_epoch(self) -> None:
        """Train to the end of the epoch, or through a whole one if an epoch has just ended."""
        trainer = self.trainer
        self._settle(Status.PAUSED)
        while self._status is Status.PAUSED:
            self.update(keep_change=True)
            if trainer.batches.at_epoch_end:
                return

    def back(self) -> None:
        """Pause and go one update back."""
        self.playing = False
        trainer = self.trainer
        if trainer.updates > self._timeline.beginning:
            self._timeline.go_to(trainer.updates - 1)
        self._settle(Status.PAUSED if trainer.updates else Status.READY)

    # What was asked for -----------------------------------------------------------------------------------------------

    def restart(self) -> None:
        """Begin again from the same first weights."""
        self._begin(Trainer(self.trainer.experiment, dataset=self.trainer.dataset))

    def apply(self, experiment: Experiment) -> None:
        """Take up another experiment, or keep the old one and say why."""
        trainer = self.trainer
        change = plan(trainer.experiment, experiment)
        self.shown = False
        self._rejection = None
        try:
            if Change.DATA in change:
                self._begin(Trainer(experiment, self._images))
            elif change.restarts:
                self._begin(Trainer(experiment, dataset=trainer.dataset))
            elif change:
                trainer.apply(experiment)
                self._timeline.note_edit()
        except (DataError, SettingError, ShapeError) as error:
            self._rejection = Rejection(experiment, str(error))

    def set_weights(self, weights: Weights) -> None:
        """Take imported weights; the past before them is gone. What does not fit is refused, and nothing changes."""
        trainer = self.trainer
        self.shown = False
        try:
            trainer.set_weights(weights)
        except ValueError as error:
            self._rejection = Rejection(
                trainer.experiment, f"These weights were not taken: {error}. The network is safe."
            )
            return
        self._timeline = Timeline(self.trainer)
        self._settle(Status.LEARNING if self.playing else Status.PAUSED)

    def recover(self) -> None:
        """Go back to the newest state whose training loss is no worse than at the beginning, and pause there. The last
        finite weights themselves are taken if they are that good; often they are already far out."""
        self.playing = False
        trainer = self.trainer
        first = trainer.history.prefix().train_loss[0]
        limit = first if isfinite(first) else float("inf")
        loss = trainer.evaluate().train_loss
        if not (isfinite(loss) and loss <= limit):
            for snapshot in reversed(self._timeline.snapshots):
                self._timeline.go_to(snapshot.updates)
                if trainer.evaluate().train_loss <= limit:
                    break
        self._settle(Status.PAUSED)

    def fail(self, error: Exception) -> None:
        """Something went wrong that should not have: pause, keep everything, say so."""
        self.playing = False
        again = self._status is Status.FAILED
        self._settle(Status.FAILED, f"Training stopped by an error in the program: {error}. Your settings are safe.")
        self.shown = again  # an error in taking the picture itself must not be repeated for ever

    # Pictures ---------------------------------------------------------------------------------------------------------

    def frame(self, commands: int) -> Frame:
        """A picture of now."""
        trainer = self.trainer
        self.shown = True
        return self._observer.frame(
            self.probes,
            status=self._status,
            message=self._message,
            updates_per_second=self._speed(trainer.updates),
            image=self.image,
            recovery=self._recovery,
            rejection=self._rejection,
            commands=commands,
        )

    def _speed(self, updates: int) -> float:
        if not self.playing:
            self._clock.clear()
            return 0.0
        clock = self._clock
        clock.append((perf_counter(), updates))
        while len(clock) > 2 and clock[-1][0] - clock[0][0] > SPEED_WINDOW:
            clock.popleft()
        seconds = clock[-1][0] - clock[0][0]
        return (clock[-1][1] - clock[0][1]) / seconds if seconds > 0 else 0.0
