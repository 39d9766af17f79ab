"""Where the window keeps its sweeps: a folder of sweep folders, in the order in which they were begun.

    2026-11-22 0713 optimiser, learning rate/sweep.json …

What is in one is read without disturbing who sweeps there.
"""

import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from platformdirs import user_data_path

from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.files.errors import FileError, printable, reason
from nnstudio.files.experiment_json import experiment_from_plain

ASKED = "sweep.json"
_MOST_ASKED = 2**26
"""Bytes of what was asked; an experiment with painted points has some."""
_LONGEST_NAME = 60


def user_sweeps_folder() -> Path:
    """Where sweeps go that are begun in the window."""
    return user_data_path("nnstudio", appauthor=False) / "sweeps"


def sweeps_in(folder: Path) -> tuple[Path, ...]:
    """The sweep folders in there, newest first; none where there is no such folder."""
    try:
        return tuple(sorted((path.parent for path in folder.glob(f"*/{ASKED}")), reverse=True))
    except OSError:
        return ()


def new_sweep_folder(folder: Path, title: str, now: datetime) -> Path:
    """A folder that is not there yet for a sweep of this title; it is made when the sweep begins."""
    words = re.sub(r"[^\w ,.\-]+", "", title.replace(" ×", ",")).strip(" .")[:_LONGEST_NAME]
    name = f"{now:%Y-%m-%d %H%M%S} {words}".strip()
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{name} {number}"
    return path


def read_spec(folder: Path) -> SweepSpec:
    """What was asked of the sweep in this folder. Raises `FileError`."""
    path = folder / ASKED
    try:
        with path.open("rb") as stream:
            asked: Any = msgspec.json.decode(stream.read(_MOST_ASKED))
        if not isinstance(asked, dict) or set(asked) != {field.name for field in fields(SweepSpec)}:
            raise ValueError("it is not what this program writes")
        spec = SweepSpec(
            experiment=experiment_from_plain(asked["experiment"]),
            settings=tuple(map(str, _list(asked["settings"]))),
            runs=None if asked["runs"] is None else _whole(asked["runs"]),
            seeds=_whole(asked["seeds"]),
            draw=_whole(asked["draw"]),
            rungs=tuple(map(float, _list(asked["rungs"]))),
        )
        _ = spec.trials  # refuses what cannot be run
    except OSError as error:
        raise _unusable(folder, reason(error)) from error
    except (msgspec.MsgspecError, RecursionError, SettingError, TypeError, ValueError, FileError) as error:
        raise _unusable(folder, str(error)) from error
    return spec


def results_in(folder: Path) -> int:
    """How many results lie there, without reading one."""
    try:
        return sum(path.suffix == ".json" for path in (folder / "runs").iterdir())
    except OSError:
        return 0


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{printable(value)} is no list")
    return value  # pyright: ignore[reportUnknownVariableType]


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**32:
        raise ValueError(f"{printable(value)} is no number of runs or seeds")
    return value


def _unusable(folder: Path, why: str) -> FileError:
    return FileError(
        f"The sweep in {printable(folder.name)} cannot be read: {why.rstrip('.')}. Its results are untouched in "
        f"{printable(folder)}.",
        why,
    )
