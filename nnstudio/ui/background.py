"""Work in pieces beside the window: on a thread of its own, told of while it goes on, given up between two pieces."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QThread, QTimer, Signal

MILLISECONDS = 40
"""Between two looks at how far it has come."""

Work = Callable[[], Iterator[Any]]
"""Each piece yields what is known so far, as a value that nobody writes any more."""
Refusals = tuple[type[Exception], ...]

log = logging.getLogger(__name__)
_running = set[QThread]()
"""Whoever has given a thread up need not wait for it; somebody must keep it until it has ended."""


class _Thread(QThread):
    def __init__(self, work: Work, refusals: Refusals) -> None:
        super().__init__()
        self._work, self._refusals, self._given_up = work, refusals, False
        self.newest: Any = None
        self.error = ""
        self.ended = False
        self.finished.connect(self._forget)
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self._end)
        _running.add(self)

    def run(self) -> None:
        try:
            for found in self._work():
                self.newest = found
                if self._given_up:
                    break
        except self._refusals as why:
            self.error = str(why)
        except Exception as error:
            log.error("work beside the window failed", exc_info=True)
            self.error = f"That failed: {error}. The run is as it was."
        self.ended = True

    def give_up(self) -> None:
        """Stop behind the piece that is being made."""
        self._given_up = True

    def _end(self) -> None:
        self._given_up = True
        self.wait()

    def _forget(self) -> None:
        _running.discard(self)


class Background(QObject):
    """One piece of work at a time; of two the newer one counts.

    came: what is known now, some times a second while there is something new; ended: nothing more comes, because of an
    error if it says one
    """

    came = Signal(object)
    ended = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread: _Thread | None = None
        self._seen: Any = None
        self._timer = QTimer(self, interval=MILLISECONDS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether something is being worked out."""
        return self._thread is not None

    def begin(self, work: Work, refusals: Refusals = ()) -> None:
        """Work this out; what was under way is given up. `refusals`: what it raises with a sentence for a person."""
        self.cancel()
        self._thread, self._seen = _Thread(work, refusals), None
        self._thread.start(QThread.Priority.LowPriority)
        self._timer.start()

    def cancel(self) -> None:
        """Give up what is under way; nothing of it comes any more."""
        self._timer.stop()
        if self._thread is not None:
            self._thread.give_up()
            self._thread = None

    def _look(self) -> None:
        thread = self._thread
        if thread is None:
            return
        ended, newest = thread.ended, thread.newest
        if newest is not self._seen:
            self._seen = newest
            self.came.emit(newest)
        if ended and self._thread is thread:
            self._timer.stop()
            self._thread = None
            self.ended.emit(thread.error)
