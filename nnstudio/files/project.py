"""A project: the experiment and, if it was trained, the whole state of its run, in one file.

A .nns file is a zip archive, so that anybody can look inside: `project.json` says what it is and in which version,
`experiment.json` is the experiment as text, `state.json` with the arrays in `state/` all that training goes on from.
Where nothing but weights is known, as in all files of version 1, they lie in `params.npy` and `statistics.npy`. In
version 2 nothing is frozen or switched off, up to version 3 marks have no values, up to version 4 there is no shelf of
runs; version 6 is that of an autosave whose shelf lies in files beside it, and all else is still written as version 5.
Of somebody's own data, `recipe.json` is what is done to a row or an image before the network sees it; a small table
lies in `table.bin` as it was read, and small images as they are learned, as .npz. Its checksums are compared, its sizes
bounded, nothing in it is executed or unpickled, and it is either saved whole or not at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Literal
from zipfile import ZipFile

import msgspec
import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.data.recipe import InputRecipe
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.dataset_spec import OwnSpec
from nnstudio.core.network.weights import Weights
from nnstudio.core.shelf.rows import Row
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.training.state import RunState
from nnstudio.files import limits
from nnstudio.files.archive import open_archive, open_member, pack
from nnstudio.files.atomic import write_atomically
from nnstudio.files.errors import FileError, printable
from nnstudio.files.experiment_json import experiment_from_json, experiment_to_json
from nnstudio.files.npy import stored_npy
from nnstudio.files.recipe_json import recipe_from_json, recipe_to_json
from nnstudio.files.run_state import MAXIMUM_PARAMETERS, TEXT, members_of, state_of, stored_in
from nnstudio.files.shelf import SHELF, LostRun, StoredShelf, members_of_shelf, shelf_of

SUFFIX = ".nns"
VERSION = 6
_IN_ONE_FILE = 5
_MAXIMUM_TEXT = 2**22
_ABOUT, _EXPERIMENT, _PARAMS, _STATISTICS = "project.json", "experiment.json", "params.npy", "statistics.npy"
_RECIPE, _TABLE = "recipe.json", "table.bin"


class _About(msgspec.Struct, frozen=True, omit_defaults=True):
    program: Literal["nnstudio"]
    version: Annotated[int, msgspec.Meta(ge=1)]
    document: Annotated[str, msgspec.Meta(max_length=4096)] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Project:
    """What a file keeps.

    state: of the run of this very experiment; None if nothing was trained
    weights: where they are all that is known of the run, as in files of version 1
    document: the file that an autosave belongs to; None for one that was never saved
    shelf: the runs that were left for others
    beside, lost: those of them that were read from files beside it, by name, and those that could not be
    recipe: what is done to a row of somebody's own table, or to an image, fitted; None where the data are others
    table: the file of that table, byte for byte, or those images, if they are small
    """

    experiment: Experiment
    state: RunState | None = None
    weights: Weights | None = None
    document: Path | None = None
    shelf: Shelf = field(default_factory=Shelf)
    beside: Mapping[Row, str] = field(default_factory=dict[Row, str])
    lost: tuple[LostRun, ...] = ()
    recipe: InputRecipe | None = None
    table: bytes | None = None

    def __post_init__(self) -> None:
        if self.state is not None and self.state.experiment != self.experiment:
            raise ValueError("the state of a project belongs to its experiment")
        if self.state is not None and self.weights is not None:
            raise ValueError("the state of a project holds its weights")


def save_project(path: Path, project: Project, beside: Mapping[Row, str] | None = None) -> None:
    """Write it to `path`, whole; but for the rows of its shelf that lie `beside` it already, in files of these names.
    Raises `FileError`."""
    document = None if project.document is None else str(project.document)
    members: dict[str, bytes | Array] = {
        _ABOUT: msgspec.json.encode(_About("nnstudio", VERSION if beside else _IN_ONE_FILE, document)),
        _EXPERIMENT: experiment_to_json(project.experiment).encode(),
    }
    if project.state is not None:
        members |= members_of(project.state)
    if project.weights is not None:
        members[_PARAMS] = project.weights.params
        if project.weights.statistics is not None and project.weights.statistics.size:
            members[_STATISTICS] = project.weights.statistics
    members |= members_of_shelf(project.shelf, beside or {})
    if project.recipe is not None:
        members[_RECIPE] = recipe_to_json(project.recipe)
    if project.table is not None:
        members[_TABLE] = project.table
    write_atomically(path, pack(members))


def load_project(path: Path) -> Project:
    """What `path` holds. Whether it fits the experiment's network shows only when that is built. Raises `FileError`,
    for a wrong field of the experiment `ExperimentError`."""
    with open_archive(path) as archive:
        names = archive.namelist()
        if _ABOUT not in names or _EXPERIMENT not in names:
            raise _unusable(path, "it is not a project of this program")
        about = _about(_text(archive, _ABOUT, path), path)
        if about.version > VERSION:
            raise _unusable(path, f"it was saved by a newer version (format {about.version}); update the program")
        document = None if about.document is None else Path(about.document)
        experiment = experiment_from_json(_text(archive, _EXPERIMENT, path).decode())
        stored = _shelf(archive, path)
        project = Project(experiment, document=document, shelf=stored.shelf, beside=stored.beside, lost=stored.lost)
        project = replace(project, recipe=_recipe(archive, experiment, path), table=_table(archive, path))
        if TEXT in names:
            return replace(project, state=_state(archive, experiment, path))
        if _PARAMS not in names:
            return project
        params, statistics = _vector(archive, _PARAMS, "weights", path), None
        if _STATISTICS in names:
            statistics = _vector(archive, _STATISTICS, "running means and variances", path)
        return replace(project, weights=Weights(params, statistics))


def _recipe(archive: ZipFile, experiment: Experiment, path: Path) -> InputRecipe | None:
    spec = experiment.dataset
    if _RECIPE not in archive.namelist() or not isinstance(spec, OwnSpec):
        return None
    try:
        return recipe_from_json(_text(archive, _RECIPE, path), spec)
    except ValueError as error:
        raise _unusable(path, f"its {_RECIPE} is broken ({error})") from error


def _table(archive: ZipFile, path: Path) -> bytes | None:
    if _TABLE not in archive.namelist():
        return None
    content = open_member(archive, _TABLE).read(limits.STORED_TABLE + 1)
    if len(content) > limits.STORED_TABLE:
        raise _unusable(path, f"its {_TABLE} is far too long")
    return content


def _text(archive: ZipFile, name: str, path: Path) -> bytes:
    content = open_member(archive, name).read(_MAXIMUM_TEXT + 1)
    if len(content) > _MAXIMUM_TEXT:
        raise _unusable(path, f"its {name} is far too long")
    return content


def _about(text: bytes, path: Path) -> _About:
    try:
        return msgspec.json.decode(text, type=_About)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _unusable(path, f"its {_ABOUT} is broken ({error})") from error


def _state(archive: ZipFile, experiment: Experiment, path: Path) -> RunState:
    text = _text(archive, TEXT, path)
    try:
        return state_of(text, experiment, partial(stored_in, archive))
    except ValueError as error:
        raise _unusable(path, f"the state of its training is broken ({error})") from error


def _shelf(archive: ZipFile, path: Path) -> StoredShelf:
    if SHELF not in archive.namelist():
        return StoredShelf()
    try:
        return shelf_of(archive, path.parent)
    except ValueError as error:
        raise _unusable(path, f"the shelf of its runs is broken ({error})") from error


def _vector(archive: ZipFile, name: str, what: str, path: Path) -> Array:
    stored = stored_npy(open_member(archive, name))
    if len(stored.shape) != 1 or stored.kind not in ("<f4", "<f8") or stored.shape[0] > MAXIMUM_PARAMETERS:
        raise _unusable(path, f"its {what} have the shape {stored.shape} and the type {stored.kind}")
    vector = stored.read()
    if not np.isfinite(vector).all():
        raise _unusable(path, f"its {what} hold NaN or infinite values")
    return vector


def _unusable(path: Path, why: str) -> FileError:
    return FileError(f"{printable(path.name)} cannot be opened: {why}. Nothing was changed; choose another file.")
