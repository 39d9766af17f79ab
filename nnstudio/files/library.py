"""All data that experiments ask for and the core cannot read: images and tables."""

from collections.abc import Callable, Iterable
from pathlib import Path

from nnstudio.core.data.columns import Columns
from nnstudio.core.data.examples import Examples
from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment.dataset_spec import DatasetSpec, ImageSpec, PictureSpec, TableSpec
from nnstudio.files.images import ImageLibrary
from nnstudio.files.pictures.pictures import Pictures
from nnstudio.files.pictures.source import PictureLibrary
from nnstudio.files.project import Project
from nnstudio.files.tables.source import ReadTable, TableLibrary, TableReader


def _nowhere_else() -> Path | None:
    return None


class DataLibrary:
    """folder: where the user said that MNIST is, if he did; tables, pictures: where somebody's own data are."""

    def __init__(
        self,
        folder: Callable[[], Path | None] = _nowhere_else,
        tables: TableLibrary | None = None,
        pictures: PictureLibrary | None = None,
    ) -> None:
        self._images = ImageLibrary(folder)
        self.tables = tables or TableLibrary()
        self.pictures = pictures or PictureLibrary()

    def __call__(self, spec: ImageSpec | TableSpec) -> ImageSet | Columns | Examples:
        """The images, or the columns of the table. Raises `DataError`."""
        match spec:
            case TableSpec():
                return self.tables(spec)
            case PictureSpec():
                return self.pictures(spec)
            case _:
                return self._images(spec)


def library_of(
    project: Project,
    path: Path | None = None,
    given: Iterable[Path] = (),
    folder: Callable[[], Path | None] = _nowhere_else,
    reader: TableReader | None = None,
) -> DataLibrary:
    """A library for a project that lies at `path`: its own table or images come out of it, or from where somebody has
    `given`, or from where they lay, or from beside the project. `reader`: of tables, where another one is wanted."""
    given, beside = tuple(given), () if path is None else (path.absolute().parent,)
    library = DataLibrary(folder, TableLibrary(given, beside, reader), PictureLibrary(given, beside))
    take_in(library, project)
    return library


def take_in(library: object, project: Project, path: Path | None = None) -> None:
    """Let a library have the table or the images that a project holds, if it is one of ours; what the project does not
    hold may lie beside it, where it lies at `path`."""
    spec = project.experiment.dataset
    if not isinstance(library, DataLibrary):
        return
    beside = None if path is None else path.absolute().parent
    match spec:
        case TableSpec() if project.table is not None:
            library.tables.store(spec.digest, project.table)
        case TableSpec() if beside is not None:
            library.tables.look_in(beside)
        case PictureSpec() if project.table is not None:
            library.pictures.store(spec, project.table)
        case PictureSpec() if beside is not None:
            library.pictures.look_beside(beside)
        case _:
            pass


def keep(library: object, table: ReadTable, content: bytes | None) -> None:
    """Let a library have a table that was just read, if it is one of ours: to train on now, and to be stored in
    projects if it is so small that its `content` is here."""
    if isinstance(library, DataLibrary):
        library.tables.hand_over(table)
        if content is not None:
            library.tables.store(table.digest, content)


def keep_pictures(library: object, pictures: Pictures) -> None:
    """The same for images."""
    if isinstance(library, DataLibrary):
        library.pictures.hand_over(pictures)


def take_lost(library: object) -> TableSpec | PictureSpec | None:
    """The table or the images that were not where they lay when they were last asked for, once; None if there are
    none."""
    if not isinstance(library, DataLibrary):
        return None
    lost = library.tables.lost or library.pictures.lost
    library.tables.lost = library.pictures.lost = None
    return lost


def look_in(library: object, path: Path) -> None:
    """Let a library look for somebody's own data here as well."""
    if isinstance(library, DataLibrary):
        library.tables.look_in(path)
        library.pictures.look_in(path)


def table_for(library: object, spec: DatasetSpec) -> bytes | None:
    """The file of somebody's own table, or the images, to be kept in the project that is saved; None where the library
    has none that are small enough."""
    match library, spec:
        case DataLibrary(), TableSpec():
            return library.tables.stored(spec.digest)
        case DataLibrary(), PictureSpec():
            return library.pictures.stored(spec)
        case _:
            return None
