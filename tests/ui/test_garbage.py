"""What nobody needs any more goes, on the interface's thread, however long it has lived."""

import gc
import sys
import weakref
from collections.abc import Iterator
from types import ModuleType

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
    gc.enable()
    collector.start()
    assert not gc.isenabled()
    yield collector
    collector.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    gc.disable()  # as in all tests of the interface


def test_who_had_no_automatic_collection_gets_none(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "MILLISECONDS", 5)
    parent = QObject()
    collector = GarbageCollector(parent)
    frozen = gc.get_freeze_count()
    collector.start()
    ring = weakref.ref(Ring())
    qtbot.wait(20)
    assert ring() is not None, "nor is anything collected for him"
    collector.stop()
    assert not gc.isenabled()
    assert gc.get_freeze_count() == frozen


def test_who_never_began_has_nothing_to_give_back(qtbot: QtBot) -> None:
    parent = QObject()
    GarbageCollector(parent).stop()
    assert not gc.isenabled()


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


@pytest.mark.slow
def test_what_is_imported_later_is_looked_through_no_more(
    collector: GarbageCollector, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = gc.get_freeze_count()
    late = ModuleType("late")
    late.rings = [Ring() for _ in range(500)]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "late", late)
    qtbot.waitUntil(lambda: gc.get_freeze_count() >= before + 500)
    gone = weakref.ref(Ring())
    qtbot.waitUntil(lambda: gone() is None, timeout=1000)
