"""A project: the experiment and, if it was trained, its weights, in one file.

A .nns file is a zip archive, so that anybody can look inside: `project.json` says what it is and in which version,
`experiment.json` is the experiment as text, `params.npy` the flat parameter vector, and `statistics.npy`, if there is
batch normalisation, the flat vector of its running means and variances. Its checksums are compared, its sizes bounded,
nothing in it is executed or unpickled, and it is either saved whole or not at all.
"""

import io
import math
from pathlib import Path
from typing import Annotated, Literal
from zipfile import ZipFile

import msgspec
import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import Experiment
from nnstudio.core.network.weights import Weights
from nnstudio.files.archive import open_archive, open_member, pack
from nnstudio.files.atomic import write_atomically
from nnstudio.files.errors import FileError, printable
from nnstudio.files.experiment_json import experiment_from_json, experiment_to_json
from nnstudio.files.npy import stored_npy

SUFFIX = ".nns"
VERSION = 1
MAXIMUM_PARAMETERS = 2**26
_MAXIMUM_TEXT = 2**22
_ABOUT, _EXPERIMENT, _PARAMS, _STATISTICS = "project.json", "experiment.json", "params.npy", "statistics.npy"


class _About(msgspec.Struct, frozen=True):
    program: Literal["nnstudio"]
    version: Annotated[int, msgspec.Meta(ge=1)]


def save_project(path: Path, experiment: Experiment, weights: Weights | None) -> None:
    """Write both to `path`; without weights if nothing is trained. Raises `FileError`."""
    members = {
        _ABOUT: msgspec.json.encode(_About("nnstudio", VERSION)),
        _EXPERIMENT: experiment_to_json(experiment).encode(),
    }
    if weights is not None:
        members[_PARAMS] = _npy(weights.params)
        if weights.statistics is not None and weights.statistics.size:
            members[_STATISTICS] = _npy(weights.statistics)
    write_atomically(path, pack(members))


def load_project(path: Path) -> tuple[Experiment, Weights | None]:
    """The experiment and its weights, or None; without statistics if they were saved without any. Whether they fit the
    experiment's network shows only when that is built. Raises `FileError`, for a wrong field `ExperimentError`."""
    with open_archive(path) as archive:
        names = archive.namelist()
        if _ABOUT not in names or _EXPERIMENT not in names:
            raise _unusable(path, "it is not a project of this program")
        version = _version(_text(archive, _ABOUT, path), path)
        if version > VERSION:
            raise _unusable(path, f"it was saved by a newer version (format {version}); update the program")
        experiment = experiment_from_json(_text(archive, _EXPERIMENT, path))
        if _PARAMS not in names:
            return experiment, None
        params, statistics = _vector(archive, _PARAMS, "weights", path), None
        if _STATISTICS in names:
            statistics = _vector(archive, _STATISTICS, "running means and variances", path)
        return experiment, Weights(params, statistics)


def _npy(vector: Array) -> bytes:
    stored = io.BytesIO()
    np.lib.format.write_array(stored, vector, allow_pickle=False)
    return stored.getvalue()


def _text(archive: ZipFile, name: str, path: Path) -> str:
    content = open_member(archive, name).read(_MAXIMUM_TEXT + 1)
    if len(content) > _MAXIMUM_TEXT:
        raise _unusable(path, f"its {name} is far too long")
    return content.decode()


def _version(about: str, path: Path) -> int:
    try:
        return msgspec.json.decode(about, type=_About).version
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _unusable(path, f"its {_ABOUT} is broken ({error})") from error


def _vector(archive: ZipFile, name: str, what: str, path: Path) -> Array:
    stored = stored_npy(open_member(archive, name))
    if len(stored.shape) != 1 or stored.kind not in ("<f4", "<f8") or math.prod(stored.shape) > MAXIMUM_PARAMETERS:
        raise _unusable(path, f"its {what} have the shape {stored.shape} and the type {stored.kind}")
    vector = stored.read().copy()
    if not np.isfinite(vector).all():
        raise _unusable(path, f"its {what} hold NaN or infinite values")
    return vector


def _unusable(path: Path, why: str) -> FileError:
    return FileError(f"{printable(path.name)} cannot be opened: {why}. Nothing was changed; choose another file.")
