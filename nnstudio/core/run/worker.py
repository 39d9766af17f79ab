"""The thread that turns the mathematics.

Commands come in through a queue, pictures go out through a mailbox with one slot: the newest replaces an unread one, so
training never waits for pixels. While the interface paints, it closes a gate and the worker parks between two updates:
otherwise the two threads would wrestle for the interpreter and every picture would stutter.

This is the only module that knows about threads.
"""

import logging
import threading
from collections import deque
from queue import Empty, SimpleQueue
from time import perf_counter

from nnstudio.core.data.dataset import ImageSource
from nnstudio.core.experiment import Experiment
from nnstudio.core.run.commands import (
    Apply,
    Back,
    Command,
    LookAt,
    Pause,
    Play,
    Recover,
    Restart,
    SetWeights,
    Step,
    StepEpoch,
    Watch,
)
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.run import Run

TICK = 1 / 60
PARKING_TIME = 0.02
"""Seconds that the worker waits at a closed gate before it goes on regardless."""

log = logging.getLogger(__name__)


class Mailbox:
    """One slot; the newest wins."""

    def __init__(self) -> None:
        self._slot: deque[Frame] = deque(maxlen=1)

    def put(self, frame: Frame) -> None:
        """Leave a frame; an unread one is forgotten."""
        self._slot.append(frame)

    def take(self) -> Frame | None:
        """The newest frame, once."""
        try:
            return self._slot.popleft()
        except IndexError:
            return None

    def __bool__(self) -> bool:
        return bool(self._slot)


class Worker:
    """Trains on its own thread. `send` and `mailbox.take`, `close_gate` and `open_gate` may be called from any other.

    images: reads image data on the worker's thread; may raise `DataError`
    """

    def __init__(self, experiment: Experiment, images: ImageSource | None = None) -> None:
        self.mailbox = Mailbox()
        self._run = Run(experiment, images)
        self._commands: SimpleQueue[Command | None] = SimpleQueue()
        self._obeyed = 0
        self._gate = threading.Event()
        self._gate.set()
        self._stopping = False
        self._thread = threading.Thread(target=self._live, name="nnstudio-worker", daemon=True)

    def start(self) -> None:
        """Start the thread; the first frame is on its way."""
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> bool:
        """End the thread between two updates; whether it ended in time."""
        self._stopping = True
        self._gate.set()
        self._commands.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def send(self, command: Command) -> None:
        """Queue a command."""
        self._commands.put(command)

    def close_gate(self) -> None:
        """The interface is about to paint."""
        self._gate.clear()

    def open_gate(self) -> None:
        """The interface has painted."""
        self._gate.set()

    # On the worker's thread -------------------------------------------------------------------------------------------

    def _live(self) -> None:
        while not self._stopping:
            try:
                self._obey(self._waiting())
                if self._run.playing:
                    self._train()
                    if not self.mailbox and not self._stopping:
                        self.mailbox.put(self._run.frame(self._obeyed))
                else:
                    self.mailbox.put(self._run.frame(self._obeyed))
            except Exception as error:
                log.error("training failed", exc_info=True)
                self._run.fail(error)

    def _waiting(self) -> list[Command]:
        """All waiting commands; waits for the first one when there is nothing to train."""
        commands: list[Command | None] = []
        if not self._run.playing and self._run.shown:
            commands.append(self._commands.get())
        while True:
            try:
                commands.append(self._commands.get_nowait())
            except Empty:
                return [command for command in commands if command is not None]

    def _obey(self, commands: list[Command]) -> None:
        for command, following in zip(commands, [*commands[1:], None], strict=False):
            self._obeyed += 1
            if not (isinstance(command, Apply) and isinstance(following, Apply)):  # of a run of edits only the last
                self._obey_one(command)

    def _obey_one(self, command: Command) -> None:
        run = self._run
        match command:
            case Play():
                run.play()
            case Pause():
                run.pause()
            case Step(updates):
                run.pause()
                run.advance(updates)
            case StepEpoch():
                run.pause()
                run.advance_epoch()
            case Back():
                run.back()
            case Restart():
                run.restart()
            case Recover():
                run.recover()
            case Apply(experiment):
                run.apply(experiment)
            case SetWeights(weights):
                run.set_weights(weights)
            case Watch(probes):
                run.probes = probes
            case LookAt(image):
                run.image = image

    def _train(self) -> None:
        """Updates until the next picture is due or somebody wants something."""
        run, commands, gate = self._run, self._commands, self._gate
        start = perf_counter()
        due = start + TICK
        while run.playing and perf_counter() < due and commands.empty():
            if not gate.is_set():
                gate.wait(PARKING_TIME)
            run.update()
        if run.playing and Probe.GRADIENTS in run.probes:
            run.update(keep_change=True)
        run.note_time(perf_counter() - start)
