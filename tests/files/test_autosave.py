"""What a program was doing when it died is offered to the next one; nothing else is, and nothing twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
from kept_shelves import SMALL, a_shelf

from nnstudio.core.experiment import DenseSpec, Experiment, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind
from nnstudio.core.shelf.rows import ShelvedRun
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.archive import pack
from nnstudio.files.autosave import Autosave
from nnstudio.files.errors import FileError
from nnstudio.files.experiment_json import experiment_to_json
from nnstudio.files.project import Project, load_project, save_project
from nnstudio.files.recovery_folder import row_files
from nnstudio.files.saving import Saver

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")

NEWER = b'{"program": "nnstudio", "version": 99}'
CRASH = """
import os, signal, sys
from pathlib import Path
from nnstudio.core.experiment import Experiment
from nnstudio.files.autosave import Autosave
from nnstudio.files.project import Project
from nnstudio.files.saving import Saver

folder, *seeds = sys.argv[1:]
saver = Saver()
for seed in seeds:  # each as a program of its own, which is killed at the end
    autosave = Autosave(saver, Path(folder))
    autosave.write(Project(Experiment(seed=int(seed)), document=Path(f"/home/ada/{seed}.nns")))
    (autosave.path.parent / ".nnstudio-1-half.tmp").write_bytes(b"half")
Autosave(saver, Path(folder))
assert saver.finish(10)
os.kill(os.getpid(), signal.SIGKILL)
"""


def crash(folder: Path, *seeds: int) -> None:
    """Programs with these experiments die, and another that had nothing to save."""
    subprocess.run([sys.executable, "-c", CRASH, str(folder), *map(str, seeds)], check=False, timeout=60)


def project(seed: int) -> Project:
    return Project(Experiment(seed=seed))


def contents(folder: Path) -> list[str]:
    """Every file below."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[Callable[[], Autosave]]:
    """Opens another program on the same folder."""
    opened: list[tuple[Saver, Autosave]] = []

    def window() -> Autosave:
        saver = Saver()
        opened.append((saver, Autosave(saver, tmp_path)))
        return opened[-1][1]

    yield window
    for saver, autosave in opened:
        assert saver.finish(10)
        autosave.close()


def seeds_of(autosave: Autosave) -> list[int]:
    return [leftover.project.experiment.seed for leftover in autosave.leftovers().found]


def wait_for(condition: Callable[[], bool]) -> None:
    end = monotonic() + 20
    while not condition():
        assert monotonic() < end
        sleep(0.002)


def test_what_the_dead_left_comes_newest_first(windows: Callable[[], Autosave], tmp_path: Path) -> None:
    crash(tmp_path, 1, 2, 3)
    for number, folder in enumerate(sorted(tmp_path.iterdir())):  # the order in which they began
        if (folder / "project.nns").exists():
            os.utime(folder / "project.nns", (1000, 1000 + [7, 9, 8][number]))
    leftovers = windows().leftovers()
    assert [leftover.project.experiment.seed for leftover in leftovers.found] == [2, 3, 1]
    assert [leftover.written for leftover in leftovers.found] == [1009, 1008, 1007]
    assert leftovers.found[0].project.document == Path("/home/ada/2.nns")
    assert leftovers.broken == ()
    assert sum("project.nns" in name for name in contents(tmp_path)) == 3
    assert not any("half" in name for name in contents(tmp_path))


def test_the_living_keep_what_is_theirs(windows: Callable[[], Autosave]) -> None:
    one, two = windows(), windows()
    one.write(project(1))
    two.write(project(2))
    wait_for(lambda: one.path.exists() and two.path.exists())
    for window in (one, two, windows()):
        assert window.leftovers().found == ()
    assert load_project(one.path).experiment.seed == 1
    one.discard()
    wait_for(lambda: not one.path.exists())
    assert two.path.exists()


def test_each_leftover_is_offered_to_one_window(windows: Callable[[], Autosave], tmp_path: Path) -> None:
    crash(tmp_path, 1, 2)
    one, two = windows(), windows()
    first, second = one.leftovers().found
    assert (seeds_of(one), seeds_of(two)) == ([], [])
    one.write(project(5))
    own = one.path
    assert one.take(first) is first.project
    assert one.path.parent == first.folder
    wait_for(lambda: not own.exists())
    one.drop(second)
    assert load_project(one.path).experiment.seed == first.project.experiment.seed
    assert [name for name in contents(tmp_path) if "project" in name] == [str(one.path.relative_to(tmp_path))]
    assert seeds_of(two) == []
    with pytest.raises(FileError, match="was not taken"):
        one.take(second)


def test_what_was_taken_outlives_what_was_on_its_way(
    windows: Callable[[], Autosave], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window's own state is with a slow disk when it takes what was left."""
    crash(tmp_path, 1)
    window = windows()
    (leftover,) = window.leftovers().found
    sync, busy, ready = os.fsync, Event(), Event()

    def slow(descriptor: int) -> None:
        busy.set()
        assert ready.wait(20)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", slow)
    window.write(project(5))
    assert busy.wait(20)
    window.take(leftover)
    ready.set()
    assert window._saver.finish(10)
    assert [load_project(path).experiment.seed for path in tmp_path.rglob("*.nns")] == [1]
    assert load_project(window.path).experiment.seed == 1


def test_windows_that_begin_at_the_same_moment_have_folders_of_their_own(
    windows: Callable[[], Autosave], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000)
    assert len({windows().path for _ in range(3)}) == 3


def test_a_folder_that_is_cleared_away_before_it_is_locked_is_made_again(
    windows: Callable[[], Autosave], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window that looks for leftovers at this very moment takes it for that of a dead one."""
    first, made, mkdir = windows(), list[Path](), Path.mkdir

    def watched(path: Path, *arguments: Any, **more: Any) -> None:
        mkdir(path, *arguments, **more)
        if path.parent == tmp_path and not made:
            made.append(path)
            assert first.leftovers().found == ()
            assert not path.exists()

    monkeypatch.setattr(Path, "mkdir", watched)
    second = windows()
    assert made
    assert second.path.parent not in made
    second.write(project(2))
    wait_for(second.path.exists)
    assert windows().leftovers().found == ()


def test_what_is_dropped_is_offered_to_nobody_while_it_goes(
    windows: Callable[[], Autosave], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another window looks at the very moment at which the lock is given up."""
    crash(tmp_path, 1)
    one, two = windows(), windows()
    (leftover,) = one.leftovers().found
    offered: list[list[int]] = []
    close = os.close

    def watched(descriptor: int) -> None:
        close(descriptor)
        monkeypatch.setattr(os, "close", close)
        offered.append(seeds_of(two))

    monkeypatch.setattr(os, "close", watched)
    one.drop(leftover)
    assert offered == [[]]
    assert not leftover.folder.exists()


def test_to_look_for_leftovers_leaves_no_file_open(windows: Callable[[], Autosave]) -> None:
    def lowest_free() -> int:
        descriptor = os.open(os.devnull, os.O_RDONLY)
        os.close(descriptor)
        return descriptor

    one, _, _ = windows(), windows(), windows()
    before = lowest_free()
    for _ in range(3):
        assert one.leftovers().found == ()
    assert lowest_free() == before


def test_what_was_not_taken_is_offered_again(tmp_path: Path) -> None:
    crash(tmp_path, 1)
    for _ in range(2):
        saver = Saver()
        autosave = Autosave(saver, tmp_path)
        assert seeds_of(autosave) == [1]
        autosave.write(project(5))
        assert saver.finish(10)
        autosave.close()
        assert len(contents(tmp_path)) == 2


def test_a_number_that_is_used_again_is_no_sign_of_life(windows: Callable[[], Autosave], tmp_path: Path) -> None:
    crash(tmp_path, 1)
    (dead,) = {path.parent for path in tmp_path.rglob("project.nns")}
    dead.rename(tmp_path / f"{os.getpid()}-1")
    assert seeds_of(windows()) == [1]


def test_a_broken_one_is_set_aside_once(windows: Callable[[], Autosave], tmp_path: Path) -> None:
    crash(tmp_path, 1, 2)
    path = sorted(tmp_path.rglob("project.nns"))[0]
    path.write_bytes(path.read_bytes()[:100])
    leftovers = windows().leftovers()
    assert len(leftovers.found) == 1
    (sentence,) = leftovers.broken
    assert "cannot be opened" in sentence
    (aside,) = (tmp_path / "broken").rglob("*.nns")
    assert str(aside) in sentence
    assert aside.stat().st_size == 100
    assert not path.parent.exists()
    assert windows().leftovers().broken == ()
    assert aside.exists()


def killed(folder: Path) -> Path:
    """The folder of a program that kept a shelf in `folder` and lives no more."""
    saver = Saver()
    autosave = Autosave(saver, folder)
    autosave.write(Project(SMALL, shelf=a_shelf()))
    assert saver.finish(10)
    for lock in autosave._locks.values():
        os.close(lock)  # as the system does when a process dies
    return autosave.path.parent


def test_runs_are_taken_over_where_they_lie(
    windows: Callable[[], Autosave], tmp_path: Path, assert_same: Callable[[Any, Any], None]
) -> None:
    dead = killed(tmp_path)
    (dead / f"row-{0:032x}.zip").touch()  # it died in the middle of saving
    window = windows()
    (leftover,) = window.leftovers().found
    assert_same(leftover.project.shelf, a_shelf())
    before = {path.name: path.stat().st_mtime_ns for path in row_files(dead)}
    assert len(before) == 5
    project = window.take(leftover)
    window.write(replace(project, experiment=replace(SMALL, seed=3)))
    wait_for(lambda: load_project(window.path).experiment.seed == 3)
    after = {path.name: path.stat().st_mtime_ns for path in row_files(dead)}
    assert (len(after), after.items() < before.items()) == (4, True)
    assert_same(load_project(window.path).shelf, project.shelf)


def test_a_folder_of_an_older_program_is_taken_over(
    windows: Callable[[], Autosave], tmp_path: Path, assert_same: Callable[[Any, Any], None]
) -> None:
    dead = killed(tmp_path)
    for path in row_files(dead):
        path.unlink()
    save_project(dead / "project.nns", Project(SMALL, shelf=a_shelf()))
    window = windows()
    (leftover,) = window.leftovers().found
    assert_same(leftover.project.shelf, a_shelf())
    window.write(window.take(leftover))
    wait_for(lambda: load_project(window.path).beside)
    assert_same(load_project(window.path).shelf, a_shelf())


def test_runs_are_set_aside_with_their_project(windows: Callable[[], Autosave], tmp_path: Path) -> None:
    """A newer program may have written it; then that can open it."""
    dead = killed(tmp_path)
    files, content = {path.name for path in dead.iterdir()} - {"lock"}, (dead / "project.nns").read_bytes()
    (dead / "project.nns").write_bytes(b"".join(pack({"project.json": NEWER, "experiment.json": b"{}"})))
    (sentence,) = windows().leftovers().broken
    assert "update the program" in sentence
    aside = tmp_path / "broken" / dead.name
    assert str(aside / "project.nns") in sentence
    assert {path.name for path in aside.iterdir()} == files
    (aside / "project.nns").write_bytes(content)
    assert len(load_project(aside / "project.nns").shelf) == 4
    assert not dead.exists()


def test_a_clean_end_leaves_nothing(tmp_path: Path) -> None:
    saver = Saver()
    autosave = Autosave(saver, tmp_path / "new" / "autosave")
    autosave.write(Project(SMALL, shelf=a_shelf()))
    assert saver.finish(10)
    assert len(list(row_files(autosave.path.parent))) == 4
    autosave.close()
    assert list((tmp_path / "new" / "autosave").iterdir()) == []


def test_empty_folders_of_the_dead_are_cleared_away(windows: Callable[[], Autosave], tmp_path: Path) -> None:
    (tmp_path / "77-1").mkdir()
    (tmp_path / "78-1").mkdir()
    (tmp_path / "78-1" / "lock").touch()
    window = windows()
    assert window.leftovers().found == ()
    assert list(tmp_path.iterdir()) == [window.path.parent]


def test_no_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match=r"Autosaving does not work: .* Save your work yourself\."):
        Autosave(Saver(), tmp_path / "file" / "autosave")


# Killed ---------------------------------------------------------------------------------------------------------------

KEPT = 5
EXPERIMENT = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.CIRCLE),
    layers=(DenseSpec(units=64), DenseSpec(units=64)),
    training=TrainingSpec(optimizer=OptimizerKind.ADAM),
)
LEARN = """
import sys
from dataclasses import replace
from pathlib import Path
from nnstudio.core.run.commands import Departed
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.autosave import Autosave
from nnstudio.files.experiment_json import experiment_from_json
from nnstudio.files.project import Project
from nnstudio.files.saving import Saver

experiment = experiment_from_json(sys.argv[2])
saver = Saver()
autosave = Autosave(saver, Path(sys.argv[1]))
found, broken = autosave.leftovers().found, autosave.leftovers().broken
print("offered", len(found), len(broken), found[0].project.state.updates if found else 0, flush=True)
project = autosave.take(found[0]) if found else Project(experiment)
trainer = Trainer.resumed(project.state) if found else Trainer(experiment)
shelf, metrics = project.shelf, Trainer(experiment).evaluate()
written = {}
while True:
    for _ in range(7):
        trainer.step()
    if shelf.rows:
        shelf = shelf.labelled(replace(shelf.rows[-1].label, note=f"until {trainer.updates}"))
    shelf = shelf.begun(Departed(trainer.state(), metrics, trainer.updates), f"from {trainer.updates}")
    while len(shelf) > int(sys.argv[3]):
        shelf = shelf.without(shelf.rows[0].label.key)
    written[autosave.write(Project(experiment, trainer.state(), shelf=shelf))] = trainer.updates
    for answer in saver.answers():
        assert answer.error is None, answer.error
        print("written", written.get(answer.ticket, 0), flush=True)
"""


def whole(project: Project) -> Project:
    """Fails unless the shelf is that of the state: a run left every 7 updates, and all but the last one noted when."""
    assert project.state is not None
    updates = project.state.updates
    left = [updates - 7 * back for back in reversed(range(min(KEPT, updates // 7)))]
    assert project.lost == ()
    assert [row.state.updates for row in project.shelf.rows if isinstance(row, ShelvedRun)] == left
    names = [f"from {moment - 7}" if moment > 7 else "Run 1" for moment in left]
    assert [row.label.name for row in project.shelf.rows] == names
    notes = [f"until {moment + 7}" for moment in left[:-1]]
    assert [row.label.note for row in project.shelf.rows] == [*notes, ""]
    assert project.shelf.present.name == f"from {updates}"
    return project


@pytest.mark.slow
def test_killed_at_fifty_moments(tmp_path: Path, assert_same: Callable[[Any, Any], None]) -> None:
    """One run through fifty deaths: each next program is offered the last state that was written, with the shelf that
    belongs to it, and in the end the run and those on the shelf are what they are where nobody kills."""
    moments = random.Random(8)
    words = [sys.executable, "-c", LEARN, str(tmp_path), experiment_to_json(EXPERIMENT), str(KEPT)]
    safe = 0
    for death in range(50):
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            if death % 10 == 9:
                sleep(moments.uniform(0, 0.5))  # while it starts
            else:
                begin = process.stdout.readline().split()
                assert begin[:3] == ["offered", str(int(safe > 0)), "0"], begin
                assert int(begin[3]) >= safe
                safe = int(begin[3])
                if death == 0:
                    safe = int(process.stdout.readline().removeprefix("written"))
                sleep(moments.uniform(0, 0.2))
            process.send_signal(signal.SIGKILL)
            *lines, _ = process.stdout.read().split("\n")  # the last one may be half a line
            safe = max([safe, *(int(line.split()[-1]) for line in lines)])
        assert process.returncode == -signal.SIGKILL
        for path in tmp_path.rglob("*.nns"):
            whole(load_project(path))
    saver = Saver()
    autosave = Autosave(saver, tmp_path)
    (leftover,) = autosave.leftovers().found
    project = whole(autosave.take(leftover))
    state = project.state
    assert state is not None
    assert state.updates >= safe > 100
    autosave.write(project)
    assert saver.finish(10)
    assert sum(path.suffix == ".zip" for path in autosave.path.parent.iterdir()) == KEPT, "nothing is left of the dead"
    autosave.close()
    assert list(tmp_path.iterdir()) == []
    trainer, rows = Trainer(EXPERIMENT), {row.state.updates: row for row in project.shelf.rows}  # type: ignore[union-attr]
    while trainer.updates < state.updates:
        trainer.step()
        if trainer.updates in rows:
            assert_same(rows[trainer.updates].state, trainer.state())  # type: ignore[union-attr]
    assert_same(state, trainer.state())
