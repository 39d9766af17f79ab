"""Saving while the window goes on.

A disk may take its time, a network drive half a minute. So projects are written on a thread of their own, one after the
other, and the answers wait in a queue until somebody asks. If a path is to be written again before its turn has come,
only the newest project is; the older ones are answered with it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Condition, Thread

from nnstudio.files.errors import FileError
from nnstudio.files.project import Project, save_project

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer to one ticket: `error` says why the file is not what it should be; None if it is."""

    ticket: int
    path: Path
    error: FileError | None


@dataclass(slots=True)
class _Job:
    """The newest thing to do with a path, and who waits for it."""

    tickets: list[int]
    work: Callable[[], None]


class Saver:
    """Writes files on its own thread, which starts with the first of them."""

    def __init__(self) -> None:
        self._waiting: dict[Path, _Job] = {}
        self._changed = Condition()
        self._closing = False
        self._tickets = count(1)
        self._answers: SimpleQueue[Saved] = SimpleQueue()
        self._thread = Thread(target=self._live, name="nnstudio-saver", daemon=True)

    def save(self, path: Path, project: Project) -> int:
        """Have `project` written to `path`; the ticket comes back with the answer."""
        return self.queue(path, partial(save_project, path, project))

    def queue(self, path: Path, work: Callable[[], None]) -> int:
        """Have something else done with `path`, in the place of what waits to be done with it."""
        with self._changed:
            if self._closing:
                raise RuntimeError("nothing can be saved after finish()")
            ticket = next(self._tickets)
            before = self._waiting.get(path)
            self._waiting[path] = _Job([*(before.tickets if before else ()), ticket], work)
            if not self._thread.is_alive():
                self._thread.start()
            self._changed.notify()
            return ticket

    def answers(self) -> list[Saved]:
        """What has been done since this was last asked."""
        answers: list[Saved] = []
        while True:
            try:
                answers.append(self._answers.get_nowait())
            except Empty:
                return answers

    def finish(self, timeout: float) -> bool:
        """Do what waits and end; whether that was done within so many seconds. Nothing can be queued afterwards."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    # On the saver's thread --------------------------------------------------------------------------------------------

    def _live(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    return
                path = next(iter(self._waiting))
                job = self._waiting.pop(path)
            error = _outcome(path, job.work)
            for ticket in job.tickets:
                self._answers.put(Saved(ticket, path, error))


def _outcome(path: Path, work: Callable[[], None]) -> FileError | None:
    try:
        work()
    except FileError as error:
        return error
    except Exception as error:
        log.error("saving failed", exc_info=True)
        return FileError(f"{path.name} was not saved: {str(error) or type(error).__name__}. Save under another name.")
    return None
