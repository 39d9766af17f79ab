"""Where the window keeps its sweeps: a folder of sweep folders, in the order in which they were begun.

    2026-11-22 0713 optimiser, learning rate/sweep.json …

What is in one is read without disturbing who sweeps there. `name.txt` is what somebody has called it. One that was
thrown away is marked and stays for a month, so that it can be brought back; then it is removed.
"""

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Any

import msgspec
from platformdirs import user_data_path

from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.files.atomic import write_atomically
from nnstudio.files.errors import FileError, printable, reason
from nnstudio.files.experiment_json import experiment_from_plain

ASKED = "sweep.json"
NAME, THROWN_AWAY = "name.txt", ".thrown-away"
LONGEST_NAME = 200
"""Characters of a name that somebody gives."""
KEPT_DAYS = 30
"""So long one that was thrown away can be brought back."""
_MOST_ASKED = 2**26
"""Bytes of what was asked; an experiment with painted points has some."""
_LONGEST_FOLDER = 60


def user_sweeps_folder() -> Path:
    """Where sweeps go that are begun in the window."""
    return user_data_path("nnstudio", appauthor=False) / "sweeps"


def sweeps_in(folder: Path) -> tuple[Path, ...]:
    """The sweep folders in there, newest first, but for those that were thrown away; none where nothing is."""
    try:
        found = (path.parent for path in folder.glob(f"*/{ASKED}"))
        return tuple(sorted((path for path in found if not (path / THROWN_AWAY).exists()), reverse=True))
    except OSError:
        return ()


def new_sweep_folder(folder: Path, title: str, now: datetime) -> Path:
    """A folder that is not there yet for a sweep of this title; it is made when the sweep begins."""
    words = re.sub(r"[^\w ,.\-]+", "", title.replace(" ×", ",")).strip(" .")[:_LONGEST_FOLDER]
    name = f"{now:%Y-%m-%d %H%M%S} {words}".strip()
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{name} {number}"
    return path


def name_in(folder: Path) -> str:
    """What somebody has called the sweep in this folder; empty if nobody has."""
    try:
        with (folder / NAME).open(encoding="utf-8", errors="replace") as stream:
            return printable(" ".join(stream.read(LONGEST_NAME).split()), LONGEST_NAME)
    except OSError:
        return ""


def call(folder: Path, name: str) -> None:
    """Call the sweep in this folder so; an empty name takes its own away. Raises `FileError`."""
    try:
        if name:
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(folder / NAME, name[:LONGEST_NAME].encode())
        else:
            (folder / NAME).unlink(missing_ok=True)
    except OSError as error:
        raise FileError(f"The sweep keeps its name: {reason(error)}. Its results are untouched.", str(error)) from error


def throw_away(folder: Path) -> None:
    """Let nobody see the sweep in this folder any more. Raises `FileError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / THROWN_AWAY).touch()
    except OSError as error:
        raise FileError(f"The sweep was not deleted: {reason(error)}. It is untouched.", str(error)) from error


def bring_back(folder: Path) -> None:
    """Take back that it was thrown away. Raises `FileError` where it cannot be, or is gone by now."""
    try:
        (folder / THROWN_AWAY).unlink()
    except OSError as error:
        why = f"{printable(folder)} was thrown away too long ago" if not folder.exists() else reason(error)
        raise FileError(f"The sweep was not brought back: {why}.", str(error)) from error


def clear_away(folder: Path, now: float | None = None) -> None:
    """Remove those that were thrown away long ago, the mark of each last: one that is removed in part stays unseen."""
    latest = (time.time() if now is None else now) - KEPT_DAYS * 24 * 3600
    with suppress(OSError):
        for mark in folder.glob(f"*/{THROWN_AWAY}"):
            if mark.stat().st_mtime < latest:
                for entry in mark.parent.iterdir():
                    if entry.is_dir() and not entry.is_symlink():
                        rmtree(entry, ignore_errors=True)
                    elif entry != mark:
                        entry.unlink()
                mark.unlink()
                mark.parent.rmdir()


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
