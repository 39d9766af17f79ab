"""Saving waits for the disk so that nobody else has to."""

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, perf_counter, sleep

import pytest

from nnstudio.core.experiment import Experiment
from nnstudio.files import atomic
from nnstudio.files.project import Project, load_project
from nnstudio.files.saving import Saved, Saver


def project(seed: int) -> Project:
    return Project(Experiment(seed=seed))


@pytest.fixture
def saver() -> Iterator[Saver]:
    saver = Saver()
    yield saver
    assert saver.finish(10)


def answers(saver: Saver, count: int) -> list[Saved]:
    """The next so many answers."""
    found: list[Saved] = []
    end = monotonic() + 20
    while len(found) < count and monotonic() < end:
        found += saver.answers()
        sleep(0.001)
    return found


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A disk that takes as long to write anything down as this event takes to come."""
    ready = threading.Event()
    sync = os.fsync

    def slow(descriptor: int) -> None:
        assert ready.wait(20)
        sync(descriptor)

    monkeypatch.setattr(atomic.os, "fsync", slow)
    return ready


def test_what_is_saved_can_be_opened(saver: Saver, tmp_path: Path) -> None:
    ticket = saver.save(tmp_path / "a.nns", project(3))
    assert answers(saver, 1) == [Saved(ticket, tmp_path / "a.nns", None)]
    assert load_project(tmp_path / "a.nns").experiment.seed == 3
    assert saver.answers() == []


def test_a_slow_disk_keeps_nobody_waiting(saver: Saver, tmp_path: Path, disk: threading.Event) -> None:
    begin = perf_counter()
    saver.save(tmp_path / "a.nns", project(1))
    saver.save(tmp_path / "b.nns", project(2))
    assert saver.answers() == []
    assert perf_counter() - begin < 1
    assert not saver.finish(0.05)
    disk.set()
    assert saver.finish(10)
    assert [answer.error for answer in saver.answers()] == [None, None]


def test_only_the_newest_project_is_written(
    saver: Saver, tmp_path: Path, disk: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []
    replaced = os.replace
    monkeypatch.setattr(atomic.os, "replace", lambda a, b: (written.append(Path(b)), replaced(a, b)))
    other = saver.save(tmp_path / "other.nns", project(0))  # the disk is busy with this one
    tickets = [saver.save(tmp_path / "a.nns", project(seed)) for seed in range(1, 50)]
    disk.set()
    found = answers(saver, 50)
    assert [answer.ticket for answer in found] == [other, *tickets]
    assert not any(answer.error for answer in found)
    assert load_project(tmp_path / "a.nns").experiment.seed == 49
    assert written.count(tmp_path / "a.nns") == 1


def test_something_else_takes_the_place_of_what_waits(saver: Saver, tmp_path: Path, disk: threading.Event) -> None:
    path = tmp_path / "a.nns"
    path.write_bytes(b"old")
    saver.save(tmp_path / "other.nns", project(0))
    saver.save(path, project(1))
    saver.queue(path, path.unlink)
    disk.set()
    assert [answer.error for answer in answers(saver, 3)] == [None] * 3
    assert sorted(os.listdir(tmp_path)) == ["other.nns"]


def test_an_error_is_an_answer_and_the_next_one_is_saved(
    saver: Saver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    saver.save(tmp_path / "nowhere" / "a.nns", project(1))
    saver.save(tmp_path / "a.nns", project(2))
    nowhere, good = answers(saver, 2)
    assert "folder does not exist" in str(nowhere.error)
    assert good.error is None

    def broken(path: Path, content: bytes) -> None:
        raise MemoryError

    monkeypatch.setattr("nnstudio.files.project.write_atomically", broken)
    saver.save(tmp_path / "b.nns", project(3))
    (answer,) = answers(saver, 1)
    assert "b.nns was not saved: MemoryError" in str(answer.error)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    caplog.clear()


def test_nothing_is_lost_by_closing(tmp_path: Path) -> None:
    saver = Saver()
    for seed in range(20):
        saver.save(tmp_path / f"{seed}.nns", project(seed))
    assert saver.finish(20)
    assert len(os.listdir(tmp_path)) == 20
    with pytest.raises(RuntimeError, match="finish"):
        saver.save(tmp_path / "late.nns", project(1))
    assert Saver().finish(0)
