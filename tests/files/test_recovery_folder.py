"""An autosave writes each run of the shelf once; whatever becomes of its files, what is found is whole, and says what
it is without."""

import errno
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kept_shelves import SMALL, a_shelf, departed

from nnstudio.core.shelf.shelf import Shelf
from nnstudio.files.archive import pack
from nnstudio.files.errors import FileError
from nnstudio.files.project import Project, load_project, save_project
from nnstudio.files.recovery_folder import RecoveryFolder, row_files
from nnstudio.files.shelf import LostRun, said_of

Same = Callable[[Any, Any], None]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return a_shelf()


@pytest.fixture
def folder(tmp_path: Path, shelf: Shelf) -> RecoveryFolder:
    """One that the shelf was kept in."""
    kept = RecoveryFolder(tmp_path)
    kept.save(Project(SMALL, shelf=shelf))
    return kept


def rows_in(folder: RecoveryFolder) -> dict[str, tuple[int, int]]:
    """The files of runs by name, and what would be another if one had been written again."""
    stats = {path.name: path.stat() for path in row_files(folder.path.parent)}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in stats.items()}


def file_of(folder: RecoveryFolder, key: int) -> Path:
    """The file of the run with this key."""
    (name,) = (name for row, name in load_project(folder.path).beside.items() if row.label.key == key)
    return folder.path.with_name(name)


def edited(path: Path, edit: Callable[[Any], object]) -> None:
    """Another list of rows in this project."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    plain = json.loads(members["shelf.json"])
    edit(plain)
    path.write_bytes(b"".join(pack(members | {"shelf.json": json.dumps(plain).encode()})))


def test_a_run_is_written_once(folder: RecoveryFolder, shelf: Shelf, assert_same: Same) -> None:
    first = rows_in(folder)
    assert len(first) == len(shelf) == 4
    assert_same(load_project(folder.path).shelf, shelf)
    with zipfile.ZipFile(folder.path) as archive:
        assert archive.namelist() == ["project.json", "experiment.json", "shelf.json"]
    left = departed(5)
    folder.save(Project(SMALL, left.state, shelf=shelf))
    assert rows_in(folder) == first, "the present run has gone on, and all others are what they were"
    more = shelf.labelled(replace(shelf.rows[0].label, name="The first")).begun(left)
    folder.save(Project(SMALL, shelf=more))
    assert len(first.items() & rows_in(folder).items()) == 3
    assert len(rows_in(folder)) == 5
    assert_same(load_project(folder.path).shelf, more)
    folder.save(Project(SMALL, shelf=shelf.without(5)))
    assert len(first.items() & rows_in(folder).items()) == 2, "what was thrown away is gone"
    assert len(rows_in(folder)) == 3
    folder.save(Project(SMALL, shelf=shelf))
    assert_same(load_project(folder.path).shelf, shelf)


def test_what_is_saved_and_edited_again_has_its_runs_still(folder: RecoveryFolder, shelf: Shelf) -> None:
    first = rows_in(folder)
    folder.remove()
    folder.remove()
    assert not folder.path.exists()
    folder.save(Project(SMALL, shelf=shelf))
    assert rows_in(folder) == first
    next(row_files(folder.path.parent)).unlink()  # by whoever tidies up there
    folder.save(Project(SMALL, shelf=shelf))
    assert len(first.items() & rows_in(folder).items()) == 3
    assert load_project(folder.path).lost == ()


def test_who_goes_on_there_writes_nothing_again(folder: RecoveryFolder, assert_same: Same) -> None:
    first, found = rows_in(folder), load_project(folder.path)
    RecoveryFolder(folder.path.parent, found).save(found)
    assert rows_in(folder) == first
    assert_same(load_project(folder.path).shelf, found.shelf)


def test_what_a_person_saves_is_one_file(folder: RecoveryFolder, tmp_path: Path, assert_same: Same) -> None:
    (tmp_path / "mine").mkdir()
    mine = tmp_path / "mine" / "mine.nns"
    found = load_project(folder.path)
    save_project(mine, found)
    assert_same(load_project(mine).shelf, found.shelf)
    assert load_project(mine).beside == {}
    with zipfile.ZipFile(mine) as archive:
        assert json.loads(archive.read("project.json"))["version"] == 5, "programs of then can open it"
    with zipfile.ZipFile(folder.path) as archive:
        assert json.loads(archive.read("project.json"))["version"] == 6


# Cut short ------------------------------------------------------------------------------------------------------------


class DiedError(BaseException):
    """As if the process had been killed."""


def test_what_is_cut_short_is_what_it_was_or_what_it_should_be(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, assert_same: Same
) -> None:
    """Before each call by which the folder becomes another one."""
    named = shelf.labelled(replace(shelf.rows[0].label, name="The first"))
    before, after = Project(SMALL, shelf=shelf), Project(SMALL, shelf=named.without(2).begun(departed(5)))
    found: list[Shelf] = []
    died = True
    while died:
        (tmp_path / str(len(found))).mkdir()
        folder, left = RecoveryFolder(tmp_path / str(len(found))), [len(found)]
        folder.save(before)
        died = False
        with monkeypatch.context() as patch:
            for name in ("fsync", "link", "replace", "unlink"):
                patch.setattr(os, name, dying(getattr(os, name), left))
            try:
                folder.save(after)
            except DiedError:
                died = True
        project = load_project(folder.path)
        assert project.lost == ()
        found.append(project.shelf)
        RecoveryFolder(folder.path.parent, project).save(project)
        assert len(rows_in(folder)) == len(project.shelf), "the next one clears away"
    changed = next(index for index, each in enumerate(found) if each.get(2) is None)
    assert 0 < changed < len(found) - 1
    for index, each in enumerate(found):
        assert_same(each, before.shelf if index < changed else after.shelf)


def dying(real: Callable[..., Any], left: list[int]) -> Callable[..., Any]:
    """This, until so many calls are made."""

    def call(*arguments: Any, **more: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise DiedError
        return real(*arguments, **more)

    return call


def test_a_disk_that_is_full_costs_no_run_and_no_room(
    folder: RecoveryFolder, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, assert_same: Same
) -> None:
    first, more = rows_in(folder), shelf.begun(departed(5)).begun(departed(6))
    with monkeypatch.context() as patch:
        left, sync = [1], os.fsync

        def full(descriptor: int) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.ENOSPC, "")
            sync(descriptor)

        patch.setattr(os, "fsync", full)
        for _ in range(3):
            with pytest.raises(FileError, match="the disk is full"):
                folder.save(Project(SMALL, shelf=more))
    assert_same(load_project(folder.path).shelf, shelf)
    assert len(rows_in(folder)) == len(first) + 1, "the one that there was room for is not written again"
    folder.save(Project(SMALL, shelf=more))
    assert_same(load_project(folder.path).shelf, more)
    assert len(rows_in(folder)) == len(first) + 2


# Damaged --------------------------------------------------------------------------------------------------------------


def half(path: Path, other: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path, other: Path) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(b"\x93NUMPY") + 130] ^= 1
    path.write_bytes(content)


def foreign(path: Path, other: Path) -> None:
    path.write_bytes(other.read_bytes())


def a_pipe(path: Path, other: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_folder(path: Path, other: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda path, other: path.unlink(), "it does not exist"),
        (half, "it is damaged, or another file"),
        (flipped, "it is damaged, or another file"),
        (foreign, "it is damaged, or another file"),
        (a_pipe, "it is a folder or a device"),
        (a_folder, "it is a folder or a device"),
    ],
)
def test_a_run_that_cannot_be_read_costs_no_other(
    folder: RecoveryFolder, shelf: Shelf, damage: Callable[[Path, Path], None], why: str, assert_same: Same
) -> None:
    path = file_of(folder, 3)
    damage(path, file_of(folder, 1))
    project = load_project(folder.path)
    assert [row.label.key for row in project.shelf.rows] == [1, 2, 5]
    for row in project.shelf.rows:
        assert_same(row, shelf.get(row.label.key))
    assert project.shelf.last == 0, "it was the one that was left last"
    assert (project.shelf.present.key, project.shelf.present.parent) == (4, 0), "and the present one began from it"
    (lost,) = project.lost
    assert (lost.name, lost.file, lost.why) == ("Run 3", path.name, why)
    there = path.exists()
    RecoveryFolder(folder.path.parent, project).save(project)
    assert path.exists() == there, "somebody may know what is wrong with it"
    assert load_project(folder.path).lost == ()


def test_what_began_from_a_lost_run_begins_from_none(folder: RecoveryFolder, shelf: Shelf) -> None:
    file_of(folder, 1).unlink()
    first, project = rows_in(folder), load_project(folder.path)
    assert [(row.label.key, row.label.parent) for row in project.shelf.rows] == [(2, 0), (3, 2), (5, 0)]
    RecoveryFolder(folder.path.parent, project).save(project)
    assert len(first.items() & rows_in(folder).items()) == 1, "the others have another label, and are written again"
    again = load_project(folder.path)
    assert [(row.label.key, row.label.parent) for row in again.shelf.rows] == [(2, 0), (3, 2), (5, 0)]
    assert len(again.shelf.begun(departed(3))) == 4


def test_what_is_lost_is_said(folder: RecoveryFolder) -> None:
    for path in row_files(folder.path.parent):
        path.unlink()
    project = load_project(folder.path)
    said = said_of(project.lost)
    assert str(said) == (
        "4 runs are not on the shelf, since their files cannot be read: Run 1 (it does not exist), Breiter – α (it "
        "does not exist), Run 3 (it does not exist), and 1 more. Everything else is there; look for what is missing "
        "in a project that you saved yourself."
    )
    assert said.details.count("row-") >= 4
    one = said_of([LostRun("Nachts \x1b[31m", "row-1.zip", "the disk reports an error", "")])
    assert str(one).startswith("1 run is not on the shelf, since its file cannot be read: Nachts �[31m (the disk")


@pytest.mark.parametrize(
    "file",
    ["/etc/passwd", "../{}", "../../{}", "./{}", "{}/../{}", "C:\\{}", "{}\n", "row-1.zip", "project.nns", "", 7],
)
def test_files_elsewhere_are_refused(folder: RecoveryFolder, file: str | int) -> None:
    name = file_of(folder, 3).name
    wanted = file.format(name, name) if isinstance(file, str) else file
    edited(folder.path, lambda shelf: shelf["rows"][2].update(file=wanted))
    with pytest.raises(FileError, match="the shelf of its runs is broken"):
        load_project(folder.path)


def test_one_file_cannot_be_two_runs(folder: RecoveryFolder) -> None:
    name = file_of(folder, 3).name
    edited(folder.path, lambda shelf: shelf["rows"][0].update(file=name))
    assert [run.name for run in load_project(folder.path).lost] == ["Run 1"]


def test_runs_that_are_far_too_large_are_not_read(folder: RecoveryFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    for path in row_files(folder.path.parent):
        with zipfile.ZipFile(path) as archive:
            sizes.append(sum(info.file_size for info in archive.infolist()))
    monkeypatch.setattr("nnstudio.files.limits.SHELF", sum(sizes))
    assert load_project(folder.path).lost == ()
    monkeypatch.setattr("nnstudio.files.limits.SHELF", sum(sizes) - 1)
    (lost,) = load_project(folder.path).lost
    assert "far too large" in lost.details


def test_a_project_that_cannot_be_removed_is_said(tmp_path: Path) -> None:
    folder = RecoveryFolder(tmp_path)
    folder.path.mkdir()
    with pytest.raises(FileError, match=r"project\.nns was not removed"):
        folder.remove()
