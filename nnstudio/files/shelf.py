"""The shelf of runs as members of a project, or as files beside it.

`shelf.json` lists the rows and says what the present run is called. What row 3 holds lies in the folder `shelf/3` of
the archive.

An autosave is written every minute, and most runs of the shelf are what they were a minute ago. So it may leave them to
files of their own beside the project, `row-` with a number that is used once, and `shelf.json` names these. In such a
file the row lies in a folder of the same name: another one cannot be taken for it. One that is missing or damaged
costs its run alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated
from zipfile import ZipFile

import msgspec

from nnstudio.core.array import Array
from nnstudio.core.shelf.rows import LONGEST_NAME, Label, Row
from nnstudio.core.shelf.shelf import MAXIMUM_ROWS, Shelf
from nnstudio.files import limits
from nnstudio.files.archive import open_archive
from nnstudio.files.errors import FileError, printable, reason
from nnstudio.files.shelf_row import Kind, kind_of, members_of_row, row_of, text_in

SHELF = "shelf.json"
ROW_FILE = r"\Arow-[0-9a-f]{32}\.zip\Z"
"""What files beside a project are called: nothing that could lead to another folder."""
_NAMED = 3
"""So many runs that could not be read are called by name."""
Key = Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class _Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a row lies; of one in a file of its own also what it is called, to say so when that is gone."""

    key: Key
    kind: Kind
    file: Annotated[str, msgspec.Meta(pattern=ROW_FILE)] | None = None
    name: Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)] = ""


class _Present(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: Key
    name: str
    note: str
    parent: Count
    since: Annotated[int, msgspec.Meta(ge=0)]


class _Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    present: _Present
    rows: Annotated[list[_Place], msgspec.Meta(max_length=MAXIMUM_ROWS)]
    last: Count
    let_go: Count


@dataclass(frozen=True, slots=True)
class LostRun:
    """A run whose own file could not be read. why: the end of a sentence that has named the file; details: the error"""

    name: str
    file: str
    why: str
    details: str


@dataclass(frozen=True, slots=True, eq=False)
class StoredShelf:
    """A shelf as it was read.

    beside: the rows that lie in files of their own, just as they are, and the names of these
    lost: what could not be read; the shelf is without them
    """

    shelf: Shelf = field(default_factory=Shelf)
    beside: Mapping[Row, str] = field(default_factory=dict[Row, str])
    lost: tuple[LostRun, ...] = ()


def members_of_shelf(shelf: Shelf, beside: Mapping[Row, str]) -> dict[str, bytes | Array]:
    """The files that hold it, by name; none for one that nothing is known of. Rows that lie `beside` are only named."""
    if not shelf.rows and shelf.present == Shelf().present:
        return {}
    contents = {
        "present": {name: getattr(shelf.present, name) for name in Label.__dataclass_fields__},
        "rows": [_place(row, beside.get(row)) for row in shelf.rows],
        "last": shelf.last,
        "let_go": shelf.let_go,
    }
    members: dict[str, bytes | Array] = {SHELF: msgspec.json.format(msgspec.json.encode(contents), indent=1)}
    for row in shelf.rows:
        if row not in beside:
            members |= members_of_row(row, _folder(row.label.key))
    return members


def shelf_of(archive: ZipFile, beside: Path) -> StoredShelf:
    """What `members_of_shelf` took apart; rows of their own lie in the folder `beside`. Raises `ValueError` for
    anything that is no shelf."""
    room = limits.SHELF - sum(info.file_size for info in archive.infolist() if info.filename.startswith("shelf/"))
    if room < 0:
        raise ValueError("its runs are far too large")
    try:
        contents = msgspec.json.decode(text_in(archive, SHELF), type=_Contents)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error
    rows: dict[Row, str | None] = {}
    lost: dict[int, LostRun] = {}
    for place in contents.rows:
        if place.file is None:
            rows[row_of(archive, _folder(place.key), place.kind, place.key)] = None
            continue
        try:
            row, size = _row_beside(beside / place.file, place, room)
        except FileError as error:
            lost[place.key] = _lost(place, error)
        else:
            rows[row] = place.file
            room -= size
    return _whole(contents, rows, lost)


def said_of(lost: Sequence[LostRun]) -> FileError:
    """What is to be said of runs that could not be read."""
    named = [f"{printable(run.name)} ({run.why})" for run in lost[:_NAMED]]
    more = len(lost) - len(named)
    names = ", ".join([*named, f"and {more} more"] if more else named)
    missing = (
        "run is not on the shelf, since its file" if len(lost) == 1 else "runs are not on the shelf, since their files"
    )
    return FileError(
        f"{len(lost)} {missing} cannot be read: {names}. Everything else is there; look for what is missing in a "
        "project that you saved yourself.",
        "\n".join(f"{run.file}: {run.details}" for run in lost),
    )


def _folder(key: int) -> str:
    return f"shelf/{key}"


def _place(row: Row, file: str | None) -> _Place:
    return _Place(row.label.key, kind_of(row), file, "" if file is None else row.label.name)


def _row_beside(path: Path, place: _Place, room: int) -> tuple[Row, int]:
    """A row in a file of its own, and how many bytes that unpacks to."""
    with open_archive(path) as archive:
        size = sum(info.file_size for info in archive.infolist())
        if size > room:
            raise ValueError("the runs are far too large")
        return row_of(archive, path.stem, place.kind, place.key), size


def _lost(place: _Place, error: FileError) -> LostRun:
    cause = error.__cause__
    why = reason(cause) if isinstance(cause, OSError) else "it is damaged, or another file"
    return LostRun(place.name or f"Run {place.key}", str(place.file), why, error.details)


def _whole(contents: _Contents, rows: Mapping[Row, str | None], lost: Mapping[int, LostRun]) -> StoredShelf:
    """Without the lost runs. What began from one of them comes from nowhere; it is no longer what its file says."""
    present = Label(**msgspec.structs.asdict(contents.present))
    found = {row: file for row, file in rows.items() if row.label.parent not in lost}
    orphans = {row: replace(row, label=replace(row.label, parent=0)) for row in rows if row not in found}
    shelf = Shelf(
        replace(present, parent=0) if present.parent in lost else present,
        tuple(orphans.get(row, row) for row in rows),
        0 if contents.last in lost else contents.last,
        contents.let_go,
    )
    return StoredShelf(shelf, {row: file for row, file in found.items() if file is not None}, tuple(lost.values()))
