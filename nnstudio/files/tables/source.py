"""From a file on the disk to columns: which reader a file needs, and which file a spec means.

A project knows its table by the SHA-256 of the file and by where it lay. Moved, the file is looked for beside the
project; changed, it is not taken for what it was.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from nnstudio.core.data.columns import Columns, word_of
from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment.dataset_spec import TableSpec
from nnstudio.core.experiment.table_recipe import TableFile, TableRecipe, Use
from nnstudio.files import limits
from nnstudio.files.errors import FileError, check_file, printable
from nnstudio.files.tables.arrays import SUFFIXES, digesting, first_cells, read_arrays
from nnstudio.files.tables.scan import refused, scanning
from nnstudio.files.tables.text_blocks import THREADS
from nnstudio.files.tables.text_format import FOUND, FormatWishes, as_read, layout_of
from nnstudio.files.tables.text_reader import pieces, whole

Result = TypeVar("Result")
Reading = Generator[float, None, Result]
"""Work that says after each piece how much is done, from 0 to 1; dropped, it is cancelled."""

SCANNED = 0.15
"""The share of the time that the first look at the bytes takes."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadTable:
    """A table with where it came from: the file, its SHA-256, how it was read, in a sentence, and the cells of its
    first rows as they stand there."""

    columns: Columns
    file: TableFile
    digest: str
    sentence: str
    beginning: tuple[tuple[str, ...], ...] = ()


def reading(path: Path, wishes: FormatWishes = FOUND, threads: int = THREADS) -> Reading[ReadTable]:
    """Read a table of any kind, plain text on so many threads. Raises `FileError`, also where somebody writes to it
    meanwhile, and `SettingError` for wishes that do not fit."""
    before = _stamp(path)
    try:
        table = yield from _reading(path, wishes, threads)
    except FileError:
        _check_unchanged(path, before)
        raise
    _check_unchanged(path, before)
    return table


def _check_unchanged(path: Path, before: tuple[int, int, int] | None) -> None:
    if _stamp(path) != before:
        raise refused(path, "it was changed while it was read. Open it again when all of it is written")


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What is another one as soon as somebody has written to the file or put another one in its place."""
    try:
        found = path.stat()
    except OSError:  # the reader says why
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _reading(path: Path, wishes: FormatWishes, threads: int) -> Reading[ReadTable]:
    place = str(path.absolute())
    if path.suffix.lower() in SUFFIXES:
        digest = yield from digesting(path)
        columns = read_arrays(path)
        file = TableFile(path=place, size=path.stat().st_size)
        return ReadTable(columns, file, digest, "An array in NumPy's format.", first_cells(columns))
    scan = yield from part(scanning(path), 0, SCANNED)
    layout = layout_of(path, scan, wishes)
    columns = yield from part(whole(path, layout, scan, threads=threads), SCANNED, 1)
    file = TableFile(path=place, size=scan.size, text=layout.text)
    return ReadTable(columns, file, scan.digest, layout.sentence, layout.beginning)


TableReader = Callable[[Path, FormatWishes], Reading[ReadTable]]


def streaming(
    path: Path, wishes: FormatWishes, words: frozenset[str], numbers: frozenset[str]
) -> Iterator[tuple[float, Columns]]:
    """A table of any kind in pieces, in the order of its rows, each with how much is done. `words`, `numbers`: columns
    that are read as such, if they are there. Raises `FileError` and `SettingError`."""
    if path.suffix.lower() in SUFFIXES:
        yield 1.0, read_arrays(path)
        return
    scan = read_to_the_end(scanning(path))
    yield from pieces(path, layout_of(path, scan, wishes), scan, words, numbers)


def part(work: Reading[Result], begin: float, end: float) -> Reading[Result]:
    """Work that is a part of another: its progress goes from `begin` to `end`."""
    while True:
        try:
            done = next(work)
        except StopIteration as stop:
            return stop.value
        yield begin + (end - begin) * done


def read_to_the_end(work: Reading[Result]) -> Result:
    """The result, in one go."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value


def read_table(path: Path, wishes: FormatWishes = FOUND) -> ReadTable:
    """Read a table of any kind, in one go. Raises `FileError` and `SettingError`."""
    return read_to_the_end(reading(path, wishes))


def stored_content(file: TableFile) -> bytes | None:
    """The bytes of a table that is small enough to be kept in a project, or None. Raises `FileError`."""
    path = Path(file.path)
    if file.size > limits.STORED_TABLE:
        return None
    try:
        check_file(path)
        with path.open("rb") as stream:
            content = stream.read(limits.STORED_TABLE + 1)
    except OSError:
        return None
    return content if len(content) <= limits.STORED_TABLE else None


def named_kinds(recipe: TableRecipe, classes: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Which columns of a new table are to be read as words, and which as numbers, so that its cells mean what they
    meant in training. `classes`: those of the target, empty where it is a number."""
    words = {column.name for column in recipe.inputs if column.use is Use.DATE}
    words |= {column.name for column in recipe.inputs if column.use is Use.CATEGORY and not _counted(column.values)}
    numbers = {column.name for column in recipe.inputs if column.use is Use.NUMBER}
    (words if classes and not _counted(classes) else set[str]()).add(recipe.target)
    return frozenset(words), frozenset(numbers)


def _counted(values: tuple[str, ...]) -> bool:
    """Whether all these words are numbers as a column of numbers would write them."""
    try:
        return all(word_of(float(value)) == value for value in values)
    except (ValueError, OverflowError):
        return False


class TableLibrary:
    """Reads the tables that experiments ask for, wherever they are.

    given: files that somebody has said a table is in now; folders: where else to look for a file of its name
    reader: reads a file, as `reading` does
    lost: the table that was not found when it was last looked for, to be looked for elsewhere; None if it was
    """

    def __init__(
        self, given: Iterable[Path] = (), folders: Iterable[Path] = (), reader: TableReader | None = None
    ) -> None:
        self._given = tuple(given)
        self._folders = tuple(folders)
        self._reader = reader or reading
        self.lost: TableSpec | None = None
        self._stored: dict[str, bytes] = {}
        self._read: dict[str, Columns] = {}

    def store(self, digest: str, content: bytes) -> None:
        """Keep the bytes of a file that a project holds."""
        self._stored[digest] = content

    def stored(self, digest: str) -> bytes | None:
        """The bytes of this file, if they are kept."""
        return self._stored.get(digest)

    def hand_over(self, table: ReadTable) -> None:
        """Give out a table that was read already, once."""
        self._read[table.digest] = table.columns

    def look_in(self, path: Path) -> None:
        """Look in this file, or beside others in this folder, from now on; which table it is, its digest says."""
        if path.is_dir():
            self._folders = (path, *self._folders)
        else:
            self._given = (path, *self._given)

    def __call__(self, spec: TableSpec) -> Columns:
        """The columns of the table that a spec means; raises `DataError` with a sentence for a person."""
        self.lost = None
        read = self._read.pop(spec.digest, None)
        if read is not None:
            return read
        try:
            columns = self._columns(spec)
        except FileError as error:
            raise DataError(str(error)) from error
        self.lost = None
        return columns

    def _columns(self, spec: TableSpec) -> Columns:
        file = spec.file
        if file is None:
            raise DataError(f"The numbers of {spec.name} came from a script and are not part of the project.")
        wishes = as_read(file.text)
        name = Path(file.path).name
        if (content := self._stored.get(spec.digest)) is not None:
            with TemporaryDirectory() as folder:
                path = Path(folder) / f"table{Path(name).suffix[:10]}"
                path.write_bytes(content)
                return self._checked(path, spec, wishes).columns
        self.lost = spec
        places = [*self._given, Path(file.path), *(folder / name for folder in self._folders)]
        found = [place for place in places if place.is_file()]
        if not found:
            raise DataError(
                f"{printable(name)} is no longer in {printable(Path(file.path).parent)}. The project knows its data by "
                "that file: put it back, or say where it is now."
            )
        for place in found:
            if read_to_the_end(digesting(place)) == spec.digest:
                return self._checked(place, spec, wishes).columns
        raise DataError(
            f"{printable(found[0].name)} in {printable(found[0].parent)} has changed since it was read: it is other "
            "data now. Nothing was changed; bring the old file back, or train anew on this one."
        )

    def _checked(self, path: Path, spec: TableSpec, wishes: FormatWishes) -> ReadTable:
        table = read_to_the_end(self._reader(path, wishes))
        if table.digest != spec.digest:
            raise DataError(f"The table that the project holds is not the one it was trained on: {spec.name}.")
        return table
