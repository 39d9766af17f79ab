"""The interface's only door to the run.

The session holds the experiment, which is the truth that every panel draws. `edit()` replaces it, tells everybody, and
sends it to the worker, whose answer says whether it is so; what is refused is taken back. A timer takes the newest
frame from the worker's mailbox and hands it to the views that can be seen, which tell Qt what has changed. Qt paints
without the interpreter, while the worker trains on.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from secrets import randbelow
from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from nnstudio.core.counting import grouped
from nnstudio.core.data.dataset import ImageSource
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.plan import Change, describe, plan
from nnstudio.core.network.surgery import SetParameter, Surgery
from nnstudio.core.network.weights import Weights
from nnstudio.core.run import commands
from nnstudio.core.run.commands import Answer
from nnstudio.core.run.example import FIRST_TEST, AnyExample
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.present import INTERRUPTED
from nnstudio.core.run.worker import Worker
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.training.state import RunState
from nnstudio.ui.garbage import GarbageCollector
from nnstudio.ui.shelving import Shelving, branched
from nnstudio.ui.turns import Turns
from nnstudio.ui.undo import Moment, Shelve, UndoStack, goes_on
from nnstudio.ui.viewers import Texts, Viewers

TICK_MILLISECONDS = 16
log = logging.getLogger(__name__)


class Session(QObject):
    """Holds the experiment; plays, pauses, steps; hands frames to views.

    start, document, shelf: where the run goes on from, the file that it comes from, and the runs that were left before
    images: reads image data; shelving: the shelf of runs
    """

    experiment_changed = Signal(object, object)  # Experiment, Change
    frame_shown = Signal(object)  # Frame, a few times a second and whenever the status changes
    playing_changed = Signal(bool)
    history_changed = Signal()  # what undo and redo would do may have changed
    document_changed = Signal()  # another file is open, or none
    failed = Signal(str)  # a sentence for a person

    def __init__(
        self,
        experiment: Experiment,
        images: ImageSource | None = None,
        start: RunState | Weights | None = None,
        document: Path | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        super().__init__()
        self._worker = Worker(experiment, images, start)
        self._undo = UndoStack(experiment, shelf)
        self._undo.moment.document = document
        self.images, self.shelving = images, Shelving(self, self._undo)
        self._answered: dict[int, Callable[[Answer], None]] = {}
        self.viewers, self._texts = Viewers(), Texts(self.frame_shown.emit)
        self.viewers.attach(self._texts)
        self._frame: Frame | None = None
        self._playing = False
        self._sent = 0
        self._data_sent = 0  # the ticket of the last command that asked for other data
        self._watched = commands.Watch(Probe.NOTHING)
        self._chosen: AnyExample | None = None
        self.keeps = True
        """Whether edits of layers and data keep what was learned; otherwise they start over."""
        self._garbage, self._turns = GarbageCollector(self), Turns()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MILLISECONDS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Start the worker and the clock, and tell everybody the experiment."""
        self._garbage.start()
        self._turns.begin()
        self._worker.start()
        self._timer.start()
        self.experiment_changed.emit(self.experiment, Change.NOTHING)

    def stop(self) -> None:
        """End the worker; nothing is drawn any more."""
        self._timer.stop()
        if not self._worker.stop():
            log.warning("the worker did not end in time; it is left to the end of the program")
        self._turns.end()
        self._garbage.stop()

    # The experiment ---------------------------------------------------------------------------------------------------

    @property
    def experiment(self) -> Experiment:
        """What is asked for now."""
        return self._undo.current

    @property
    def moment(self) -> object:
        """What stands for the place in the list of steps: another one after each of them, the same one after Undo."""
        return self._undo.of_document

    @property
    def sent(self) -> int:
        """The ticket of the last command."""
        return self._sent

    @property
    def up_to_date(self) -> bool:
        """Whether the newest frame knows of all that was asked for."""
        return self._frame is not None and self._frame.commands >= self._sent

    @property
    def document(self) -> Path | None:
        """The file that is open; it changes with Undo, as the experiment does."""
        return self._undo.moment.document

    @document.setter
    def document(self, path: Path | None) -> None:
        self._undo.moment.document = path
        self.document_changed.emit()

    def edit(self, experiment: Experiment, merge: str = "", label: str = "") -> None:
        """Ask for another experiment. Edits in a row with the same `merge` are undone together; `label` names the edit
        where its own words say too little."""
        change = plan(self.experiment, experiment)
        if not change:
            return
        merged = self._undo.merges(merge)
        ticket = self.send(commands.Edit(experiment, self.keeps, merged), self._edited)
        words = label or describe(self.experiment, experiment)
        self._advance(Moment(experiment, words, not change.rebuilds, self.document, merge), ticket, change)

    def begin(
        self,
        experiment: Experiment,
        label: str,
        start: RunState | Weights | None = None,
        document: Path | None = None,
        then: Callable[[Answer], None] | None = None,
        shelve: Shelve = goes_on,
    ) -> None:
        """Pause, and begin this experiment, even if it differs from the last one in nothing: from its first weights, or
        from where `start` stands. All of it happens or nothing; `then` hears which."""
        self._begin(
            commands.Begin(experiment, start), Moment(experiment, label, document=document, shelve=shelve), then
        )
        self._set_playing(False)

    def restart(self) -> None:
        """Begin again from the same first weights."""
        command = commands.Begin(self.experiment, playing=self._playing)
        self._begin(command, Moment(self.experiment, "Restart", document=self.document), None)

    def _begin(self, command: commands.Begin, moment: Moment, then: Callable[[Answer], None] | None) -> None:
        path, moment.document = moment.document, self.document  # a file is open when it has begun

        def heard(answer: Answer) -> None:
            self._edited(answer)
            if answer.done:
                moment.document = path
                self.document_changed.emit()
            if then is not None:
                then(answer)

        change = plan(self.experiment, command.experiment) | Change.WEIGHTS
        self._advance(moment, self.send(command, heard), change)

    def set_weights(self, weights: Weights, then: Callable[[Answer], None] | None = None) -> None:
        """Take imported weights, laid out like the frame's; `then` hears whether they were taken."""

        def heard(answer: Answer) -> None:
            self._edited(answer)
            if then is not None:
                then(answer)

        moment = Moment(self.experiment, "Import weights", document=self.document, by_hand=True)
        self._advance(moment, self.send(commands.SetWeights(weights), heard), Change.NOTHING)

    def operate(self, surgery: Surgery, merge: str = "") -> None:
        """Operate on the network by hand, a step of its own in Undo. Values for one place, in a row and with the same
        `merge`, are undone together."""
        merge = f"{merge} {surgery.place}" if merge and isinstance(surgery, SetParameter) else ""
        command = commands.Operate(surgery, self._undo.merges(merge))
        label = surgery.label(self.experiment)
        moment = Moment(self.experiment, label, document=self.document, merge=merge, by_hand=True)
        self._advance(moment, self.send(command, self._edited), Change.NOTHING)

    def branch(self, update: int, experiment: Experiment) -> None:
        """Pause, and go on from the moment of the past that is shown, at this update and with the settings of then."""
        label = f"Branch from update {grouped(update)}"
        moment = Moment(experiment, label, by_hand=True, document=self.document, shelve=branched(update))
        self._advance(moment, self.send(commands.Branch(update), self._edited), plan(self.experiment, experiment))
        self._set_playing(False)

    def save(self, then: Callable[[Answer], None], shown: bool = False) -> None:
        """Ask for the whole state of the run, or of the moment of its past that is `shown`; `then` gets it."""
        self.send(commands.Save(shown), then)

    def _advance(self, moment: Moment, ticket: int, change: Change) -> None:
        """One step on: tell everybody, and remember what to take back if the step is refused."""
        self._undo.push(moment, ticket)
        self._tell(ticket, change)

    def _tell(self, ticket: int, change: Change) -> None:
        if Change.DATA in change:
            self._data_sent = ticket
        self.experiment_changed.emit(self.experiment, change)
        self.history_changed.emit()
        self.document_changed.emit()

    def _edited(self, answer: Answer) -> None:
        """A step was made, or could not be."""
        before = self.experiment
        self._undo.settle(answer.ticket, answer.done, answer.experiment, answer.departed)
        if self.experiment != before or not answer.done:
            self._tell(0, plan(before, self.experiment))
        self.shelving.renew()
        if not answer.done:
            self._say(answer)

    def _say(self, answer: Answer) -> None:
        if answer.refusal != INTERRUPTED:  # whoever interrupted it knows
            self.failed.emit(answer.refusal)

    def undo(self) -> None:
        """Go back to the moment before the last step, with the state that was trained then."""
        self._travel(-1, self._undo.before)

    def redo(self) -> None:
        """Do again what was undone, and take up the state that was trained then."""
        self._travel(1, self._undo.after)

    def _travel(self, by: int, target: Moment | None) -> None:
        if target is None:
            return
        before, quiet = self.experiment, (target if by > 0 else self._undo.moment).quiet
        ticket = 0 if quiet else self.send(commands.PutBack(target.left), self._edited)
        self._undo.go(by, ticket)
        self._tell(ticket, plan(before, target.experiment))

    @property
    def undo_label(self) -> str:
        """The step that Undo would take back; empty if there is none."""
        return self._undo.moment.label if self._undo.before else ""

    @property
    def redo_label(self) -> str:
        """The step that Redo would make again; empty if there is none."""
        return self._undo.after.label if self._undo.after else ""

    @property
    def loading(self) -> bool:
        """Whether other data has been asked for and the newest frame does not know of it yet."""
        return (self._frame.commands if self._frame else 0) < self._data_sent

    # Training ---------------------------------------------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        """Whether training runs."""
        return self._playing

    def play(self) -> None:
        """Train until told otherwise."""
        self.send(commands.Play())
        self._set_playing(True)

    def pause(self) -> None:
        """Stop between two updates."""
        self.send(commands.Pause())
        self._set_playing(False)

    def toggle_play(self) -> None:
        """Play or pause."""
        if self._playing:
            self.pause()
        else:
            self.play()

    def step(self, updates: int = 1) -> None:
        """Make this many updates and pause."""
        self.send(commands.Step(updates))
        self._set_playing(False)

    def step_phase(self) -> None:
        """Make one phase of an update and rest there."""
        self.send(commands.StepPhase())
        self._set_playing(False)

    def step_epoch(self) -> None:
        """Train to the end of the epoch and pause."""
        self.send(commands.StepEpoch())
        self._set_playing(False)

    def back(self) -> None:
        """Pause, and go one update back."""
        self.send(commands.Back(), partial(self._arrived, "Go back"))
        self._set_playing(False)

    def recover(self, learning_rate: float | None = None) -> None:
        """After a divergence: back to weights that were good, with this learning rate or the one that the frame
        suggests."""
        suggested = self._frame.recovery if self._frame else None
        if suggested is not None:
            rate = suggested if learning_rate is None else learning_rate
            self.send(commands.Recover(rate), partial(self._arrived, "Recover"))
            self._set_playing(True)

    def _arrived(self, label: str, answer: Answer) -> None:
        """A way back has come to its end; it is a step to be undone if it led to another experiment."""
        before = self.experiment
        if not answer.done:
            self._say(answer)
        elif self._undo.arrive(answer.experiment, label, answer.ticket):
            self._tell(0, plan(before, self.experiment))

    def new_weights(self, seed: int | None = None) -> None:
        """Begin again from the first weights of another seed, a random one if none is given."""
        self.edit(replace(self.experiment, seed=randbelow(10_000) if seed is None else seed))

    def _set_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self.playing_changed.emit(playing)

    def send(self, command: commands.Command, then: Callable[[Answer], None] | None = None) -> int:
        """Ask the run for something; `then` hears what became of it. Returns the ticket."""
        self._sent = self._worker.send(command)
        if then is not None:
            self._answered[self._sent] = then
        return self._sent

    def _hear(self) -> None:
        """Every answer that has come."""
        while (answer := self._worker.answer()) is not None:
            then = self._answered.pop(answer.ticket, None)
            if then is not None:
                then(answer)
            elif answer.refusal and answer.ticket == 0:
                before = self.experiment
                self._undo.correct(answer.experiment)
                self.document = None
                self._tell(0, plan(before, self.experiment))
                self.failed.emit(answer.refusal)

    # Pictures ---------------------------------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame | None:
        """The newest picture of the run."""
        return self._frame

    def look_at(self, example: AnyExample | None) -> None:
        """Show this example on its way through the network; None lets go of it."""
        self._chosen = example
        self.send(commands.LookAt(example))

    def next_image(self) -> None:
        """Show the next image."""
        if self._frame is not None:
            self.look_at((self._chosen or FIRST_TEST).moved(self._frame.dataset, 1))

    def _tick(self) -> None:
        if (watched := self.viewers.watched) != self._watched:
            self._watched = watched
            self.send(watched)
        frame = self._worker.mailbox.take()
        self._hear()  # after that: an answer comes before the first frame that knows of it
        if frame is not None:
            self._receive(frame)
        if self._frame is not None:
            with self._worker.turn():
                self.viewers.show(self._frame, perf_counter(), self._playing or self._frame.visit is not None)

    def _receive(self, frame: Frame) -> None:
        before, self._frame = self._frame, frame
        self.viewers.forget()
        if self.up_to_date:
            self._set_playing(frame.status is Status.LEARNING)
        changed = before is None or (before.status, before.run) != (frame.status, frame.run)
        if changed or frame.status is not Status.LEARNING:
            self.viewers.hurry(self._texts)
