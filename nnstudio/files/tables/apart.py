"""Reading a large table in a process of its own, for who must go on meanwhile.

pandas holds the interpreter's lock for much of the time that it reads: on a thread beside a window that trains it takes
three times as long, and makes the window stutter. So a fresh interpreter reads, with the same reader, to the same bits.
The numbers come back as files in a temporary folder, column by column: each is given up there when it is written and
its file removed here when it is read, so that no more than a few columns are ever in memory twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import numpy as np

from nnstudio.core.data.columns import AnyColumn, Columns, Numbers
from nnstudio.files.errors import reason
from nnstudio.files.processes import SPAWN, belong_to_the_program, inherited
from nnstudio.files.tables.arrays import SUFFIXES
from nnstudio.files.tables.scan import refused
from nnstudio.files.tables.source import Reading, ReadTable, reading
from nnstudio.files.tables.text_blocks import THREADS
from nnstudio.files.tables.text_format import FOUND, FormatWishes
from nnstudio.system import cores

LARGE = 2**24
"""Bytes of a text from which on a process is worth the half second that it takes to start."""
WINDOW = 2
"""Cores that a window keeps busy while it trains. On those a second thread reads no quicker, and pictures come late."""
_PATIENCE = 0.04
"""Seconds after which whoever waits is asked whether he still does."""


def reading_apart(path: Path, wishes: FormatWishes = FOUND) -> Reading[ReadTable]:
    """`reading`, of a large text in a process of its own; dropped, that process ends."""
    if path.suffix.lower() in SUFFIXES or _size(path) < LARGE:
        return (yield from reading(path, wishes, threads_beside_a_window()))
    try:
        with _folder() as folder, _reader(path, wishes, folder) as (process, pipe):
            return (yield from _taking(path, folder, process, pipe))
    except OSError as error:
        raise refused(path, f"no process of its own could read it: {reason(error)}", str(error)) from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # the reader says why
        return 0


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="nnstudio-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def _reader(path: Path, wishes: FormatWishes, folder: Path) -> Iterator[tuple[SpawnProcess, Connection]]:
    """A process that reads, and what it says. It never outlives this."""
    heard, told = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=_read, args=(path, wishes, folder, told), daemon=True)
    with heard:
        with told, inherited():  # only the process holds that end, so that the pipe ends with it
            process.start()
        try:
            yield process, heard
        finally:
            process.kill()
            process.join()


def _taking(path: Path, folder: Path, process: SpawnProcess, pipe: Connection) -> Reading[ReadTable]:
    """Take what the process gives: how far it has come, columns, at last the table without them. Raises what it
    raises."""
    found: dict[str, AnyColumn] = {}
    done = 0.0
    while True:
        while not pipe.poll(_PATIENCE):
            yield done
        try:
            said = pipe.recv()
        except EOFError as error:
            process.join()
            why = "was ended, by somebody or because memory ran out. Close what you do not need and open it again"
            raise refused(path, f"the process that read it {why}", f"exit code {process.exitcode}") from error
        match said:
            case float():
                done = said
                yield done
            case (name, column):
                found[name] = _taken(folder / str(len(found)), column)
            case ReadTable():
                return replace(said, columns=Columns(found))
            case _:
                raise said


def _taken(file: Path, column: AnyColumn) -> AnyColumn:
    """A column with its numbers, whose file is no longer needed."""
    if isinstance(column, Numbers):
        whole_column: AnyColumn = replace(column, values=np.fromfile(file, np.float64))
    else:
        whole_column = replace(column, codes=np.fromfile(file, np.int32))
    file.unlink()
    return whole_column


# In the process


def _read(path: Path, wishes: FormatWishes, folder: Path, pipe: Connection) -> None:
    """Read this file, give what it holds, and wait for the end: whoever ends this process clears its folder, and the
    program's own end is seen as long as it lives."""
    belong_to_the_program(folder)
    try:
        _give(_told(reading(path, wishes, threads_beside_a_window()), pipe), path, folder, pipe)
    except Exception as error:  # noqa: BLE001 - it is raised again where the table is wanted
        with suppress(OSError):  # nobody is there any more
            pipe.send(error)
    Event().wait()


def threads_beside_a_window() -> int:
    """On how many threads text is read here."""
    return min(max(cores() - WINDOW, 1), THREADS)


def _told(work: Reading[ReadTable], pipe: Connection) -> ReadTable:
    """The result of reading, while it is said how far it has come."""
    while True:
        try:
            pipe.send(next(work))
        except StopIteration as stop:
            return stop.value


def _give(table: ReadTable, path: Path, folder: Path, pipe: Connection) -> None:
    """Write the numbers of one column after the other, and forget them."""
    left = dict(table.columns.by_name)
    table = replace(table, columns=Columns({}))
    for place, name in enumerate(tuple(left)):
        column = left.pop(name)
        if isinstance(column, Numbers):
            numbers, column = column.values.data, replace(column, values=column.values[:0])
        else:
            numbers, column = column.codes.data, replace(column, codes=column.codes[:0])
        try:
            (folder / str(place)).write_bytes(numbers)
        except OSError as error:
            raise refused(path, f"its numbers find no room in {folder.parent}: {reason(error)}", str(error)) from error
        pipe.send((name, column))
    pipe.send(table)
