"""One autosave: `project.nns`, and each run of its shelf in a file of its own beside it.

Most runs are what they were when it was last written, and so their files stay. What is found after a crash is a whole
shelf, of before or of after: the new runs come first, each under a name that nothing had; then the project that names
them takes the place of the one before, in one step; and then goes what only that one named.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from re import match
from secrets import token_hex

from nnstudio.core.shelf.rows import Row
from nnstudio.files.archive import pack
from nnstudio.files.atomic import write_atomically
from nnstudio.files.errors import FileError, reason
from nnstudio.files.project import SUFFIX, Project, save_project
from nnstudio.files.shelf import ROW_FILE
from nnstudio.files.shelf_row import members_of_row

PROJECT = f"project{SUFFIX}"


def row_files(folder: Path) -> Iterator[Path]:
    """The runs that lie in it, whether a project names them or not."""
    with suppress(OSError):
        yield from (path for path in folder.iterdir() if match(ROW_FILE, path.name))


class RecoveryFolder:
    """Written by one thread at a time.

    found: what lies there already. What of it could not be read is not touched: somebody may know why it could not.
    """

    def __init__(self, folder: Path, found: Project | None = None) -> None:
        self.path = folder / PROJECT
        self._beside = dict[Row, str](found.beside if found is not None else {})
        self._unread = {run.file for run in found.lost} if found is not None else set[str]()

    def save(self, project: Project) -> None:
        """Keep this, and nothing else. Raises `FileError`; then it is what it was."""
        there = {path.name for path in row_files(self.path.parent)}
        for row in project.shelf.rows:
            if self._beside.get(row) not in there:
                self._beside[row] = self._write(row)
        self._beside = {row: self._beside[row] for row in project.shelf.rows}
        save_project(self.path, project, self._beside)
        for name in there - {*self._beside.values(), *self._unread}:
            with suppress(OSError):  # it is in nobody's way, and the next time is soon
                os.unlink(self.path.parent / name)

    def remove(self) -> None:
        """Keep nothing, for now: the next project may have the same runs, so these stay until then. Raises
        `FileError`."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise FileError(f"{self.path.name} was not removed: {reason(error)}.", str(error)) from error

    def _write(self, row: Row) -> str:
        folder = f"row-{token_hex(16)}"
        path = self.path.with_name(f"{folder}.zip")
        write_atomically(path, pack(members_of_row(row, folder)))
        return path.name
