"""What nobody needs any more goes, on the interface's thread, however long it has lived."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from nnstudio.ui import garbage
from nnstudio.ui.garbage import GarbageCollector


class Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def collector(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[GarbageCollector]:
    monkeypatch.setattr(garbage, "MILLISECONDS", 5)
    parent = QObject()
    collector = GarbageCollector(parent)
    collector.start()
    yield collector
    collector.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_a_young_cycle_is_freed(collector: GarbageCollector, qtbot: QtBot) -> None:
    gone = weakref.ref(Ring())
    assert gone() is not None, "automatic collection is off"
    qtbot.waitUntil(lambda: gone() is None, timeout=1000)


def test_a_cycle_that_has_grown_old_is_freed(collector: GarbageCollector, qtbot: QtBot) -> None:
    ring = Ring()
    for _ in range(3):
        gc.collect(1)  # into the oldest generation
    gone = weakref.ref(ring)
    del ring
    qtbot.waitUntil(lambda: gone() is None, timeout=1000)
