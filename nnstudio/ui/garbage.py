"""Garbage collection on the interface's thread alone.

Python collects cycles on whichever thread happens to allocate. On the worker that would destroy Qt objects on the wrong
thread and crash, so automatic collection is off and a timer collects here: all generations each time, or a cycle that
has once survived would stay for ever. What lives after start-up is frozen, and again whenever modules have been
imported: the first picture of a chart brings 25 000 objects, and to look through these each second takes 15 ms. That
leaves some 2 000, which take less than one.
"""

import gc
import sys

from PySide6.QtCore import QObject, QTimer

MILLISECONDS = 1000


class GarbageCollector:
    """Collects on the thread of its parent, where collection was automatic: who has turned that off does it himself."""

    def __init__(self, parent: QObject) -> None:
        self._modules = 0
        self._at_work = False
        self._timer = QTimer(parent)
        self._timer.setInterval(MILLISECONDS)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """Take over from the automatic collection."""
        if not gc.isenabled():
            return
        self._at_work = True
        gc.disable()
        self._modules = 0
        self._collect()
        self._timer.start()

    def stop(self) -> None:
        """Give collection back to the interpreter, if it was taken over."""
        if not self._at_work:
            return
        self._at_work = False
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _collect(self) -> None:
        gc.collect()
        if self._modules != (modules := len(sys.modules)):
            self._modules = modules
            gc.freeze()
