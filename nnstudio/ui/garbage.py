"""Garbage collection on the interface's thread alone.

Python collects cycles on whichever thread happens to allocate. On the worker that would destroy Qt objects on the wrong
thread and crash, so automatic collection is off and a timer collects here: all generations each time, or a cycle that
has once survived would stay for ever. What lives after start-up is frozen, which leaves some 2 000 objects to look
through, in less than a millisecond.
"""

import gc

from PySide6.QtCore import QObject, QTimer

MILLISECONDS = 1000


class GarbageCollector:
    """Collects on the thread of its parent."""

    def __init__(self, parent: QObject) -> None:
        self._timer = QTimer(parent)
        self._timer.setInterval(MILLISECONDS)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """Take over from the automatic collection."""
        gc.disable()
        gc.collect()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Give collection back to the interpreter."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @staticmethod
    def _collect() -> None:
        gc.collect()
