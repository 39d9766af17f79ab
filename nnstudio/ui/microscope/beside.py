"""Work that would hold up the window, on another thread."""

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, QTimer

_POLLING_MILLISECONDS = 20
log = logging.getLogger("nnstudio")


class Beside(QObject):
    """One piece of work at a time; of two the newer one counts. What was found, or why nothing was, is handed over on
    the window's thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._told: list[Callable[[], None]] = []
        self._timer = QTimer(self, interval=_POLLING_MILLISECONDS)
        self._timer.timeout.connect(self._look)

    def begin(self, work: Callable[[], Any], take: Callable[[Any], None], fail: Callable[[str], None]) -> None:
        """Work, and when that is done, `take` what was found; or `fail` with a few words on what happened."""
        self._told = told = list[Callable[[], None]]()
        QThreadPool.globalInstance().start(lambda: told.append(_worked(work, take, fail)))
        self._timer.start()

    def forget(self) -> None:
        """Nobody waits any more."""
        self._timer.stop()

    def _look(self) -> None:
        if self._told:
            self._timer.stop()
            self._told[0]()


def _worked(work: Callable[[], Any], take: Callable[[Any], None], fail: Callable[[str], None]) -> Callable[[], None]:
    """Who is to be told what, once the work has been done here and now."""
    try:
        found = work()
    except MemoryError:
        return lambda: fail("there is not enough memory")
    except Exception as error:  # whatever it is, whoever waits for the work has to hear of it
        log.debug("work beside the window failed", exc_info=True)
        why = f"{type(error).__name__}: {error}"
        return lambda: fail(why)
    return lambda: take(found)
