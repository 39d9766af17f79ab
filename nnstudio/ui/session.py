"""The interface's only door to the run.

The session holds the experiment, which is the truth that every panel draws. `edit()` replaces it, tells everybody, and
sends it to the worker. A timer takes the newest frame from the worker's mailbox and hands it to the views that can be
seen; while they paint, the worker waits.
"""

from collections.abc import Callable
from dataclasses import replace
from secrets import randbelow
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal

from nnstudio.core.data.dataset import ImageSource
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.plan import Change, plan
from nnstudio.core.network.weights import Weights
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Frame, Probe, Rejection, Status
from nnstudio.core.run.worker import Worker
from nnstudio.ui.garbage import GarbageCollector
from nnstudio.ui.undo import UndoStack

TICK_MILLISECONDS = 32
TEXT_MILLISECONDS = 200
_PAINTED = QEvent.Type(QEvent.registerEventType())


class Viewer(Protocol):
    """Whatever can be shown frames; every `View` is one."""

    probes: Probe
    period: int

    def isVisible(self) -> bool: ...

    def show_frame(self, frame: Frame) -> None: ...


class Session(QObject):
    """Holds the experiment; plays, pauses, steps; hands frames to views."""

    experiment_changed = Signal(object, object)  # Experiment, Change
    frame_shown = Signal(object)  # Frame, a few times a second and whenever the status changes
    playing_changed = Signal(bool)
    history_changed = Signal()  # whether undo or redo is possible may have changed
    failed = Signal(str)  # a sentence for a person
    painted = Signal()  # the views have drawn the newest frame

    def __init__(
        self, experiment: Experiment, images: ImageSource | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._worker = Worker(experiment, images)
        self._undo = UndoStack(experiment)
        self._views: list[Viewer] = []
        self._ticks = 0
        self._frame: Frame | None = None
        self._fresh: set[Viewer] = set()  # views that have drawn the newest frame
        self._playing = False
        self._sent = 0
        self._data_sent = 0  # how many commands had been sent with the last one that asked for other data
        self._probes = Probe.NOTHING
        self._image = 0
        self._heard: Rejection | None = None
        self._since_text = QElapsedTimer()
        self._since_text.start()
        self._garbage = GarbageCollector(self)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MILLISECONDS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Start the worker and the clock, and tell everybody the experiment."""
        self._garbage.start()
        self._worker.start()
        self._timer.start()
        self.experiment_changed.emit(self.experiment, Change.NOTHING)

    def stop(self) -> None:
        """End the worker; nothing is drawn any more."""
        self._timer.stop()
        self._worker.stop()
        self._garbage.stop()

    # The experiment ---------------------------------------------------------------------------------------------------

    @property
    def experiment(self) -> Experiment:
        """What is asked for now."""
        return self._undo.current

    def edit(self, experiment: Experiment, merge: str = "") -> None:
        """Ask for another experiment. Edits in a row with the same `merge` are undone together."""
        change = plan(self.experiment, experiment)
        if change:
            self._undo.push(experiment, merge)
            self._tell(change)

    def begin(self, experiment: Experiment) -> None:
        """Pause, and begin this experiment from its first weights, even if it differs from the last one in nothing."""
        self.pause()
        self.edit(experiment)
        self.restart()

    def undo(self) -> None:
        """Go back to the experiment before the last edit."""
        self._travel(self._undo.undo)

    def redo(self) -> None:
        """Do again what was undone."""
        self._travel(self._undo.redo)

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to undo."""
        return self._undo.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to redo."""
        return self._undo.can_redo

    @property
    def loading(self) -> bool:
        """Whether other data has been asked for and the newest frame does not know of it yet."""
        return (self._frame.commands if self._frame else 0) < self._data_sent

    def _travel(self, move: Callable[[], bool]) -> None:
        before = self.experiment
        if move():
            self._tell(plan(before, self.experiment))

    def _tell(self, change: Change) -> None:
        self._send(commands.Apply(self.experiment))
        if Change.DATA in change:
            self._data_sent = self._sent
        self.experiment_changed.emit(self.experiment, change)
        self.history_changed.emit()

    # Training ---------------------------------------------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        """Whether training runs."""
        return self._playing

    def play(self) -> None:
        """Train until told otherwise."""
        self._send(commands.Play())
        self._set_playing(True)

    def pause(self) -> None:
        """Stop between two updates."""
        self._send(commands.Pause())
        self._set_playing(False)

    def toggle_play(self) -> None:
        """Play or pause."""
        if self._playing:
            self.pause()
        else:
            self.play()

    def step(self, updates: int = 1) -> None:
        """Pause, and make this many updates."""
        self._send(commands.Step(updates))
        self._set_playing(False)

    def step_epoch(self) -> None:
        """Pause, and train to the end of the epoch."""
        self._send(commands.StepEpoch())
        self._set_playing(False)

    def back(self) -> None:
        """Pause, and go one update back."""
        self._send(commands.Back())
        self._set_playing(False)

    def restart(self) -> None:
        """Begin again from the same first weights."""
        self._send(commands.Restart())

    def new_weights(self, seed: int | None = None) -> None:
        """Begin again from the first weights of another seed, a random one if none is given."""
        self.edit(replace(self.experiment, seed=randbelow(10_000) if seed is None else seed))

    def recover(self) -> None:
        """After a divergence: back to weights that were good, with the learning rate that the frame suggests."""
        rate = self._frame.recovery if self._frame else None
        if rate is not None:
            self.edit(replace(self.experiment, training=replace(self.experiment.training, learning_rate=rate)))
        self._send(commands.Recover())
        self.play()

    def set_weights(self, weights: Weights) -> None:
        """Take imported weights, laid out like the frame's."""
        self._send(commands.SetWeights(weights))

    def _set_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self.playing_changed.emit(playing)

    def _send(self, command: commands.Command) -> None:
        self._sent += 1
        self._worker.send(command)

    # Pictures ---------------------------------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame | None:
        """The newest picture of the run."""
        return self._frame

    def attach(self, view: Viewer) -> None:
        """Hand every frame to this view while it can be seen."""
        self._views.append(view)

    def look_at(self, image: int) -> None:
        """Show this test image."""
        self._image = image
        self._send(commands.LookAt(image))

    def next_image(self) -> None:
        """Show the next test image."""
        self.look_at(self._image + 1)

    def _tick(self) -> None:
        self._ticks += 1
        self._watch()
        frame = self._worker.mailbox.take()
        if frame is not None:
            self._receive(frame)
        if self._frame is None:
            return
        stale = [view for place, view in enumerate(self._views) if self._is_due(view, place)]
        if not stale:
            return
        self._worker.close_gate()
        for view in stale:
            view.show_frame(self._frame)
            self._fresh.add(view)
        # Paint events are posted with low priority; an event of lower priority arrives when they are done.
        QCoreApplication.postEvent(self, QEvent(_PAINTED), Qt.EventPriority.LowEventPriority.value - 1)

    def _is_due(self, view: Viewer, place: int) -> bool:
        """Views that do not need every frame take turns, so that no tick is longer than the others."""
        if view in self._fresh or not view.isVisible():
            return False
        return not self._playing or (self._ticks + place) % view.period == 0

    def event(self, event: QEvent) -> bool:
        if event.type() == _PAINTED:
            self._worker.open_gate()
            self.painted.emit()
            return True
        return super().event(event)

    def _watch(self) -> None:
        probes = Probe.NOTHING
        for view in self._views:
            if view.isVisible():
                probes |= view.probes
        if probes != self._probes:
            self._probes = probes
            self._send(commands.Watch(probes))

    def _receive(self, frame: Frame) -> None:
        before, self._frame = self._frame, frame
        self._fresh.clear()
        if frame.commands >= self._sent:  # otherwise the frame does not know yet what was asked for last
            self._set_playing(frame.status is Status.LEARNING)
            self._hear_rejection(frame)
        changed = before is None or (before.status, before.run) != (frame.status, frame.run)
        if changed or self._since_text.elapsed() >= TEXT_MILLISECONDS or frame.status is not Status.LEARNING:
            self._since_text.restart()
            self.frame_shown.emit(frame)

    def _hear_rejection(self, frame: Frame) -> None:
        rejection = frame.rejection
        if rejection is None or rejection is self._heard:
            return
        self._heard = rejection
        self._undo.replace(frame.experiment)
        self.experiment_changed.emit(self.experiment, plan(rejection.experiment, frame.experiment))
        self.history_changed.emit()
        self.failed.emit(rejection.message)
