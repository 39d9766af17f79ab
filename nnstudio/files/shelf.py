"""The shelf of runs as members of a project.

`shelf.json` lists the rows and says what the present run is called. What row 3 holds lies in `shelf/3/`: its experiment
as text, and `run.json` or `seeds.json` with their arrays, field by field as a state is written. The states of seeds
differ from the row's experiment in their seed alone.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, Literal
from zipfile import ZipFile

import msgspec

from nnstudio.core.array import Array
from nnstudio.core.experiment import Experiment
from nnstudio.core.shelf.rows import Label, Row, ShelvedRun, ShelvedSeeds
from nnstudio.core.shelf.shelf import MAXIMUM_ROWS, Shelf
from nnstudio.files import limits
from nnstudio.files.archive import open_member
from nnstudio.files.experiment_json import ExperimentError, experiment_from_json, experiment_to_json
from nnstudio.files.npy import StoredArray
from nnstudio.files.run_state import members_of, stored_in, value_of

SHELF = "shelf.json"
_MAXIMUM_TEXT = 2**22
Key = Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
Count = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class _Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: Key
    kind: Literal["run", "seeds"]


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


def members_of_shelf(shelf: Shelf) -> dict[str, bytes | Array]:
    """The files that hold it, by name; none for one that nothing is known of."""
    if not shelf.rows and shelf.present == Shelf().present:
        return {}
    kinds = {row.label.key: "run" if isinstance(row, ShelvedRun) else "seeds" for row in shelf.rows}
    contents = {
        "present": {name: getattr(shelf.present, name) for name in Label.__dataclass_fields__},
        "rows": [{"key": key, "kind": kind} for key, kind in kinds.items()],
        "last": shelf.last,
        "let_go": shelf.let_go,
    }
    members: dict[str, bytes | Array] = {SHELF: msgspec.json.format(msgspec.json.encode(contents), indent=1)}
    for row in shelf.rows:
        folder = _folder(row.label.key)
        members[f"{folder}/experiment.json"] = experiment_to_json(row.experiment).encode()
        members |= members_of(row, f"{folder}/{kinds[row.label.key]}")
    return members


def shelf_of(archive: ZipFile) -> Shelf:
    """What `members_of_shelf` took apart. Raises `ValueError` for anything that is no shelf."""
    if sum(info.file_size for info in archive.infolist() if info.filename.startswith("shelf/")) > limits.SHELF:
        raise ValueError("its runs are far too large")
    try:
        contents = msgspec.json.decode(_text(archive, SHELF), type=_Contents)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error
    rows = tuple(_row(archive, place) for place in contents.rows)
    return Shelf(Label(**msgspec.structs.asdict(contents.present)), rows, contents.last, contents.let_go)


def _folder(key: int) -> str:
    return f"shelf/{key}"


def _row(archive: ZipFile, place: _Place) -> Row:
    folder, stored = _folder(place.key), partial(stored_in, archive)
    try:
        experiment = experiment_from_json(_text(archive, f"{folder}/experiment.json").decode())
    except ExperimentError as error:
        raise ValueError(f"{folder}: {error.field} cannot be used") from error
    name = f"{folder}/{place.kind}"
    row = _read(_text(archive, f"{name}.json"), place.kind, name, experiment, stored)
    if row.label.key != place.key:
        raise ValueError(f"row {place.key} says that it is row {row.label.key}")
    return row


def _read(
    text: bytes, kind: Literal["run", "seeds"], name: str, experiment: Experiment, stored: Callable[[str], StoredArray]
) -> Row:
    if kind == "run":
        return value_of(ShelvedRun, text, name, experiment, stored)
    seeds = value_of(ShelvedSeeds, text, name, experiment, stored)
    own = {seed: replace(state, experiment=replace(experiment, seed=seed)) for seed, state in seeds.states.items()}
    return replace(seeds, states=own)


def _text(archive: ZipFile, name: str) -> bytes:
    try:
        content = open_member(archive, name).read(_MAXIMUM_TEXT + 1)
    except KeyError as error:
        raise ValueError(f"{name} is missing") from error
    if len(content) > _MAXIMUM_TEXT:
        raise ValueError(f"{name} is far too long")
    return content
