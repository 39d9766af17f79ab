"""All data that experiments ask for and the core cannot read: images and tables."""

from collections.abc import Callable, Iterable
from pathlib import Path

from nnstudio.core.data.columns import Columns
from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment.dataset_spec import DatasetSpec, ImageSpec, TableSpec
from nnstudio.files.images import ImageLibrary
from nnstudio.files.project import Project
from nnstudio.files.tables.source import ReadTable, TableLibrary


def _nowhere_else() -> Path | None:
    return None


class DataLibrary:
    """folder: where the user said that MNIST is, if he did; tables: where somebody's own tables are."""

    def __init__(self, folder: Callable[[], Path | None] = _nowhere_else, tables: TableLibrary | None = None) -> None:
        self._images = ImageLibrary(folder)
        self.tables = tables or TableLibrary()

    def __call__(self, spec: ImageSpec | TableSpec) -> ImageSet | Columns:
        """The images, or the columns of the table. Raises `DataError`."""
        return self.tables(spec) if isinstance(spec, TableSpec) else self._images(spec)


def library_of(
    project: Project,
    path: Path | None = None,
    given: Iterable[Path] = (),
    folder: Callable[[], Path | None] = _nowhere_else,
) -> DataLibrary:
    """A library for a project that lies at `path`: its own table comes out of it, or from a file that somebody has
    `given`, or from where it lay, or from beside the project."""
    tables = TableLibrary(given, () if path is None else (path.absolute().parent,))
    library = DataLibrary(folder, tables)
    take_in(library, project)
    return library


def take_in(library: object, project: Project, path: Path | None = None) -> None:
    """Let a library have the table that a project holds, if it is one of ours; one that the project does not hold may
    lie beside it, where it lies at `path`."""
    spec = project.experiment.dataset
    if not (isinstance(library, DataLibrary) and isinstance(spec, TableSpec)):
        return
    if project.table is not None:
        library.tables.store(spec.digest, project.table)
    elif path is not None:
        library.tables.look_in(path.absolute().parent)


def keep(library: object, table: ReadTable, content: bytes | None) -> None:
    """Let a library have a table that was just read, if it is one of ours: to train on now, and to be stored in
    projects if it is so small that its `content` is here."""
    if isinstance(library, DataLibrary):
        library.tables.hand_over(table)
        if content is not None:
            library.tables.store(table.digest, content)


def take_lost(library: object) -> TableSpec | None:
    """The table that was not where it lay when it was last asked for, once; None if there is none."""
    if not isinstance(library, DataLibrary):
        return None
    lost, library.tables.lost = library.tables.lost, None
    return lost


def look_in(library: object, path: Path) -> None:
    """Let a library look for tables in this file as well."""
    if isinstance(library, DataLibrary):
        library.tables.look_in(path)


def table_for(library: object, spec: DatasetSpec) -> bytes | None:
    """The file of somebody's own table, to be kept in the project that is saved; None where the library has none."""
    if not (isinstance(library, DataLibrary) and isinstance(spec, TableSpec)):
        return None
    return library.tables.stored(spec.digest)
