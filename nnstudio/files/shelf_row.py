"""One row of the shelf as members of an archive, all in one folder of it.

They are its experiment as text, and `run.json` or `seeds.json` with their arrays, field by field as a state is written.
The states of seeds differ from the row's experiment in their seed alone.
"""

from dataclasses import replace
from functools import partial
from typing import Literal
from zipfile import ZipFile

from nnstudio.core.array import Array
from nnstudio.core.shelf.rows import Row, ShelvedRun, ShelvedSeeds
from nnstudio.core.training.state import RunState
from nnstudio.files.archive import open_member
from nnstudio.files.experiment_json import ExperimentError, experiment_from_json, experiment_to_json
from nnstudio.files.run_state import members_of, stored_in, value_of

Kind = Literal["run", "seeds"]
_KINDS: dict[Kind, type[ShelvedRun | ShelvedSeeds]] = {"run": ShelvedRun, "seeds": ShelvedSeeds}
_MAXIMUM_TEXT = 2**22


def kind_of(row: Row) -> Kind:
    """What files call it."""
    return "run" if isinstance(row, ShelvedRun) else "seeds"


def members_of_row(row: Row, folder: str) -> dict[str, bytes | Array]:
    """The files that hold it, by name, all in this folder."""
    experiment = {f"{folder}/experiment.json": experiment_to_json(row.experiment).encode()}
    return experiment | members_of(row, f"{folder}/{kind_of(row)}")


def row_of(archive: ZipFile, folder: str, kind: Kind, key: int) -> Row:
    """What `members_of_row` took apart. Raises `ValueError` for anything that is no row with this key."""
    stored, name = partial(stored_in, archive), f"{folder}/{kind}"
    try:
        experiment = experiment_from_json(text_in(archive, f"{folder}/experiment.json").decode())
    except ExperimentError as error:
        raise ValueError(f"{folder}: {error.field} cannot be used") from error
    read = value_of(_KINDS[kind], text_in(archive, f"{name}.json"), name, experiment, stored)
    row = read if isinstance(read, ShelvedRun) else replace(read, states=_with_own_seeds(read))
    if row.label.key != key:
        raise ValueError(f"row {key} says that it is row {row.label.key}")
    return row


def _with_own_seeds(row: ShelvedSeeds) -> dict[int, RunState]:
    return {seed: replace(state, experiment=replace(row.experiment, seed=seed)) for seed, state in row.states.items()}


def text_in(archive: ZipFile, name: str) -> bytes:
    """The text of a member. Raises `ValueError` if it is missing or far too long."""
    try:
        content = open_member(archive, name).read(_MAXIMUM_TEXT + 1)
    except KeyError as error:
        raise ValueError(f"{name} is missing") from error
    if len(content) > _MAXIMUM_TEXT:
        raise ValueError(f"{name} is far too long")
    return content
