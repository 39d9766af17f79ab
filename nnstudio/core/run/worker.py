"""The thread that turns the mathematics.

Commands come in through a queue and are answered through another. Pictures go out through a mailbox with one slot: the
newest replaces an unread one, so training never waits for pixels; as soon as one is taken, the next is made.

This is the only module that knows about threads.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count, zip_longest
from math import inf
from queue import Empty, SimpleQueue
from time import perf_counter, thread_time

from nnstudio.core.data.dataset import Dataset, ImageSource
from nnstudio.core.experiment import DatasetSpec, Experiment
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.commands import Answer, Begin, Command, Edit, Operate, PutBack, Visit
from nnstudio.core.run.frame import Frame
from nnstudio.core.run.present import INTERRUPTED, Refused
from nnstudio.core.run.run import Run
from nnstudio.core.training.state import RunState

TICK = 1 / 60
LEAST_BETWEEN = 1 / 125
"""Seconds from one picture to the next, however soon it is taken."""
BURST = 0.2e-3
"""Seconds of quick updates between two looks at what else is wanted: a look costs a tenth of the smallest updates."""
QUICK = 3 * BURST
"""Seconds of this thread's own work between two looks; with less, updates are calls of Python more than products."""
POLLING = 0.01

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
    """Trains on its own thread. Everything here that is public may be called from any other.

    images: reads image data on the worker's thread; may raise `DataError`
    start: where the first run goes on from
    mailbox: the newest frame
    """

    def __init__(
        self, experiment: Experiment, images: ImageSource | None = None, start: RunState | Weights | None = None
    ) -> None:
        self.mailbox = Mailbox()
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        self._run = Run(images, self._answers.put, self._aside)
        self._run.burst = BURST
        self._commands: SimpleQueue[tuple[int, Command] | None] = SimpleQueue()
        self._tickets = count(1)
        self._obeyed = self._obeying = 0
        self._in_vain: list[range] = []  # tickets of commands whose data nobody waits for any more
        self._asked = experiment.dataset
        self._promised: tuple[DatasetSpec, Future[Dataset]] | None = None
        self._stopping = False
        self._next_picture = 0.0
        self._turn = threading.Lock()
        self._used = 0.0  # seconds of this thread at the last look
        self._thread = threading.Thread(
            target=self._live, args=[Begin(experiment, start)], name="nnstudio-worker", daemon=True
        )

    def start(self) -> None:
        """Start the thread; the first frame is on its way."""
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> bool:
        """End the thread between two updates or pieces of one; whether it ended in time."""
        self._stopping = True
        self._commands.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def send(self, command: Command) -> int:
        """Queue a command; returns the ticket that its answer carries. Call it from one thread only."""
        ticket = next(self._tickets)
        self._note_in_vain(command, ticket)
        self._commands.put((ticket, command))
        return ticket

    def _note_in_vain(self, command: Command, ticket: int) -> None:
        """Other data, or a step taken back, make loading in vain for the commands before, or those taken back."""
        first = ticket
        if isinstance(command, PutBack):
            first = command.left
        elif isinstance(command, Begin) or (isinstance(command, Edit) and command.experiment.dataset != self._asked):
            first, self._asked = 1, command.experiment.dataset
        if first < ticket:
            still = [tickets for tickets in self._in_vain if tickets.stop > self._obeyed]
            self._in_vain = [*still, range(first, ticket)]

    @contextmanager
    def turn(self) -> Generator[None]:
        """Within, quick updates wait, each look for `TICK` at most. Of two threads that want the interpreter all the
        time each waits for the other at every call; so whoever draws does so in one go. Long updates are products,
        which hardly need the interpreter: they go on. A turn within a turn is part of it."""
        taken = self._turn.acquire(blocking=False)
        try:
            yield
        finally:
            if taken:
                self._turn.release()

    def answer(self) -> Answer | None:
        """The next answer, once; None if there is none yet."""
        try:
            return self._answers.get_nowait()
        except Empty:
            return None

    # On the worker's thread -------------------------------------------------------------------------------------------

    def _live(self, first: Begin) -> None:
        self._obey(0, first)
        if not self._run.number:  # what was asked for cannot be had, but something must be there to look at
            self._obey(0, Begin(Experiment()))
        while not self._stopping:
            try:
                waiting, soon = self._waiting(), perf_counter() + TICK
                for (ticket, command), following in zip_longest(waiting, (entry[1] for entry in waiting[1:])):
                    if isinstance(command, Edit | Operate) and _goes_on(command, following):
                        self._run.skip(ticket, command.merged)  # of a drag only where it has come to counts
                    elif isinstance(command, Visit) and isinstance(following, Visit):
                        self._run.answer(ticket, INTERRUPTED)  # only the newest counts
                    else:
                        # What was asked for first happens first, if it is quickly done.
                        if not isinstance(command, Visit):  # which lets everything else go on
                            self._work(soon, partial(self._ending, soon))
                        self._obey(ticket, command)
                if self._run.busy and (self._run.shown or self._run.changing):
                    self._work(perf_counter() + TICK, self._interrupted)
                unread = self._run.busy and self._run.shown and self.mailbox
                if not (unread or self._run.changing or self._stopping):
                    self.mailbox.put(self._run.frame(self._obeyed))
                    self._next_picture = perf_counter() + LEAST_BETWEEN
            except Exception as error:
                log.error("a picture failed", exc_info=True)
                self._run.fail(error)

    def _work(self, until: float, interrupted: Callable[[], bool]) -> None:
        """Whatever goes wrong, the commands behind it are still obeyed."""
        try:
            self._run.work(until, interrupted)
        except Exception as error:
            log.error("training failed", exc_info=True)
            self._run.fail(error)

    def _interrupted(self) -> bool:
        """Looked at between two updates, and between the pieces of a long one."""
        self._give_way()
        if not self._commands.empty():
            return True
        wanted = not self.mailbox and perf_counter() >= self._next_picture
        return wanted and not self._run.changing  # in the middle of an update there is nothing to picture

    def _give_way(self) -> None:
        before, self._used = self._used, thread_time()
        if self._turn.locked() and self._used - before < QUICK and self._turn.acquire(timeout=TICK):
            self._turn.release()

    def _ending(self, time: float) -> bool:
        return self._stopping or self._run.playing or perf_counter() >= time

    def _waiting(self) -> list[tuple[int, Command]]:
        """All waiting commands; waits for the first one while there is nothing to do."""
        waiting: list[tuple[int, Command] | None] = []
        rest = self._run.rest if self._run.shown else 0.0
        if rest:
            with suppress(Empty):
                waiting.append(self._commands.get(timeout=rest if rest < inf else None))
        while True:
            try:
                waiting.append(self._commands.get_nowait())
            except Empty:
                return [entry for entry in waiting if entry is not None]

    def _aside(self, spec: DatasetSpec, make: Callable[[], Dataset]) -> Dataset:
        """Make data on a thread of its own: whoever closes the program or wants something else does not wait for them,
        and whoever wants the same again finds them on their way."""
        if self._promised is None or self._promised[0] != spec or self._promised[1].done():
            self._promised = spec, _promise(make)
        _, promise = self._promised
        while not wait([promise], POLLING).done:
            if self._stopping or any(self._obeying in tickets for tickets in self._in_vain):
                raise Refused(INTERRUPTED)
        self._promised = None
        return promise.result()

    def _obey(self, ticket: int, command: Command) -> None:
        if self._stopping:
            return
        self._obeying = ticket
        try:
            self._run.obey(command, ticket)
        except Exception as error:
            log.error("a command failed", exc_info=True)
            self._run.answer(ticket, f"That failed by an error in the program: {error}. The run is as it was.")
        self._obeyed = ticket


def _goes_on(command: Edit | Operate, following: Command | None) -> bool:
    """Whether the drag that a command belongs to goes on with the following one."""
    return isinstance(following, Edit | Operate) and type(following) is type(command) and following.merged


def _promise(make: Callable[[], Dataset]) -> "Future[Dataset]":
    """The data that are being made on a thread of their own."""
    promise: Future[Dataset] = Future()

    def keep() -> None:
        try:
            promise.set_result(make())
        except Exception as error:  # noqa: BLE001 - it is raised again where the result is wanted
            promise.set_exception(error)

    threading.Thread(target=keep, name="nnstudio-data", daemon=True).start()
    return promise
