"""Large tables, read in a process of their own: the same bits, and nothing is left behind however it ends."""

import os
import signal
import subprocess
import sys
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nnstudio.core.data.columns import Columns, Numbers
from nnstudio.files import limits
from nnstudio.files.errors import FileError
from nnstudio.files.tables import apart
from nnstudio.files.tables.apart import reading_apart
from nnstudio.files.tables.source import SCANNED, Reading, ReadTable, read_table, read_to_the_end
from nnstudio.files.tables.text_format import FormatWishes

ROWS = 40_000


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made; every text counts as large."""
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    monkeypatch.setattr(apart, "LARGE", 0)
    return room


def nothing_is_left(room: Path) -> bool:
    return not active_children() and not list(room.iterdir())


def mixed(folder: Path, rows: int = ROWS) -> Path:
    """Numbers with gaps and with cells that are none, whole numbers, words, too many words, dates; decimal commas."""
    random = np.random.default_rng(5)
    frame = pd.DataFrame({"a": random.normal(size=rows), "b": random.integers(0, 9, rows).astype(str)})
    frame.loc[7, "a"] = np.nan
    frame["c"] = np.where(random.random(rows) < 0.01, "n. b.", frame["b"])
    frame["d"] = random.choice(["Käfer", "Wurm", "NA"], rows)
    frame["e"] = [f"word {each}" for each in range(rows)]
    frame["f"] = pd.date_range("2001-02-03", periods=rows, freq="min").strftime("%d.%m.%Y %H:%M")
    frame["g"] = [*range(rows // 2), *(["none"] * (rows - rows // 2))]
    path = folder / "mixed.csv"
    frame.to_csv(path, sep=";", decimal=",", index=False, encoding="cp1252")
    return path


def assert_same(one: Columns, other: Columns) -> None:
    assert one.names == other.names
    for name, column in one.by_name.items():
        twin = other.by_name[name]
        assert type(column) is type(twin)
        if isinstance(column, Numbers) and isinstance(twin, Numbers):
            assert column.values.tobytes() == twin.values.tobytes()
            assert (column.unread, column.date_format) == (twin.unread, twin.date_format)
        else:
            assert column.codes.tobytes() == twin.codes.tobytes()  # type: ignore[union-attr]
            assert column.words == twin.words  # type: ignore[union-attr]


def at_work(path: Path) -> Reading[ReadTable]:
    """A table whose process has read some of it."""
    work = reading_apart(path)
    assert next(done for done in work if done > SCANNED) < 1
    return work


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (3, 1), (4, 2), (64, 2)])
def test_a_window_keeps_its_cores(cores: int, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "cores", lambda: cores)
    assert apart.threads_beside_a_window() == threads


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux says on which cores a program may run")
def test_on_two_cores_one_thread_reads_beside_the_window(tmp_path: Path, room: Path) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text("a,b\n" + "1.25,2.5\n" * 3_000_000)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(cores)[:2]))
    try:
        work = at_work(path)
    finally:
        os.sched_setaffinity(0, cores)
    threads = Path(f"/proc/{active_children()[0].pid}/task")
    most = max(len(list(threads.iterdir())) for _ in zip(range(9), work, strict=False))
    work.close()
    assert most == 3, "the one that began, the one that sees whether the window is still there, and the reader"
    assert nothing_is_left(room)


@pytest.mark.parametrize("rows", [ROWS, pytest.param(limits.WORDS + 1, marks=pytest.mark.slow)])
def test_it_is_the_same_table_to_the_bit(rows: int, tmp_path: Path, room: Path) -> None:
    path = mixed(tmp_path, rows)
    here, done = read_table(path), list[float]()
    work = reading_apart(path)
    while True:
        try:
            done.append(next(work))
        except StopIteration as stop:
            there = stop.value
            break
    assert_same(here.columns, there.columns)
    assert (here.file, here.digest, here.sentence, here.beginning) == (
        there.file,
        there.digest,
        there.sentence,
        there.beginning,
    )
    assert len(set(done)) > 2
    assert max(done) == 1
    assert nothing_is_left(room)


def test_small_ones_and_arrays_are_read_here(tmp_path: Path, room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart.SPAWN, "Process", None)
    np.save(tmp_path / "matrix.npy", np.eye(3))
    assert_same(
        read_to_the_end(reading_apart(tmp_path / "matrix.npy")).columns, read_table(tmp_path / "matrix.npy").columns
    )
    path = mixed(tmp_path, 50)
    monkeypatch.setattr(apart, "LARGE", path.stat().st_size + 1)
    assert_same(read_to_the_end(reading_apart(path)).columns, read_table(path).columns)
    with pytest.raises(FileError, match="it does not exist"):
        read_to_the_end(reading_apart(tmp_path / "nothing.csv"))
    assert nothing_is_left(room)


def test_given_up_it_ends_at_once(tmp_path: Path, room: Path) -> None:
    work = at_work(mixed(tmp_path))
    assert [process.is_alive() for process in active_children()] == [True]
    assert len(list(room.iterdir())) == 1
    work.close()
    assert nothing_is_left(room)


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_a_process_that_is_killed_is_told_in_a_sentence(tmp_path: Path, room: Path) -> None:
    work = at_work(mixed(tmp_path))
    (process,) = active_children()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(FileError, match=r"mixed.csv cannot be read: the process that .* memory .* Nothing was") as why:
        read_to_the_end(work)
    assert why.value.details == "exit code -9"
    assert nothing_is_left(room)


def test_numbers_that_find_no_room_are_told(tmp_path: Path, room: Path) -> None:
    work = at_work(mixed(tmp_path))
    next(room.iterdir()).rmdir()
    with pytest.raises(FileError, match=r"mixed.csv cannot be read: its numbers find no room in .*room: "):
        read_to_the_end(work)
    assert nothing_is_left(room)


@pytest.mark.parametrize(
    ("content", "wishes"),
    [
        (b"a,b\n" + b"1,2\n" * ROWS + b"1,2,3,4\n", {}),
        (b'a,b\n1,"2\n' + b"3,4\n" * ROWS, {}),
        (b"a,b\n" + b"1,2\n" * ROWS + b"\0" * 5000, {}),
        (b"a,b\n" + b"1,2\n" * ROWS + b"\xff\xff\n", {"encoding": "utf-8"}),
    ],
    ids=["cells", "quote", "cut off", "encoding"],
)
def test_a_damaged_one_is_refused_in_the_same_sentence(
    content: bytes, wishes: dict[str, str], tmp_path: Path, room: Path
) -> None:
    path = tmp_path / "damaged.csv"
    path.write_bytes(content)
    asked = FormatWishes(**wishes)  # type: ignore[arg-type]
    with pytest.raises(FileError) as here:
        read_table(path, asked)
    with pytest.raises(FileError) as there:
        read_to_the_end(reading_apart(path, asked))
    assert (str(there.value), there.value.details) == (str(here.value), here.value.details)
    assert nothing_is_left(room)


PROGRAM = """
import sys, tempfile
from multiprocessing import active_children
from pathlib import Path
from nnstudio.files.tables import apart
tempfile.tempdir, apart.LARGE = sys.argv[2], 0
for done in apart.reading_apart(Path(sys.argv[1])):
    if done > 0.15:
        print(active_children()[0].pid, flush=True)
        input()
"""


def alive(process: int) -> bool:
    """Whether a process is there, and more than a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_with_a_program_that_is_killed_process_and_folder_go(tmp_path: Path, room: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(mixed(tmp_path)), str(room)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        process = int(program.stdout.readline())
        assert len(list(room.iterdir())) == 1
        program.kill()
        program.stdout.read()  # its end comes when the process, too, is no more
    assert not list(room.iterdir())
    assert not alive(process)
