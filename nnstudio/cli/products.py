"""The files that a run leaves behind.

Their places are tried before training begins, so that a wrong one is not learned of after an hour. A place can still be
lost meanwhile (a full disk, a stick that was pulled out): then what was learned goes elsewhere rather than nowhere, and
every other file is written all the same.
"""

import os
import tempfile
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

from nnstudio.cli.arguments import BadInput
from nnstudio.files.atomic import check_place
from nnstudio.files.errors import LONGEST_MESSAGE, FileError, printable

LONGEST_NAME = 80
"""Characters of a name that is found in place of another; nearly every file system takes so many."""


def check_places(places: Mapping[str, Path]) -> None:
    """Raise `BadInput` or `FileError` unless each option's file can be written at its place, and each has its own."""
    taken: dict[str, str] = {}
    for option, path in places.items():
        place = os.path.realpath(path)
        if place in taken:
            raise BadInput(f"--{taken[place]} and --{option} name the same file, {printable(path)}; give each its own.")
        taken[place] = option
        check_place(path)


def write_somewhere(path: Path, write: Callable[[Path], object]) -> tuple[Path | None, str]:
    """Write a file to `path`, or else into the current folder, or else where temporary files go, over nothing that is
    there. Returns where it is now, None if nowhere, and what to say if that is not `path`."""
    try:
        write(path)
        return path, ""
    except FileError as error:
        failure = str(error)
    for folder in (Path.cwd, _temporary_folder):
        try:
            place = _free_name(folder(), path)
            write(place)
        except (FileError, OSError):
            continue
        return place, f"{failure} It is in {printable(place, LONGEST_MESSAGE)} instead."
    return None, f"{failure} It could not be written anywhere else."


def _temporary_folder() -> Path:
    return Path(tempfile.gettempdir())


def _free_name(folder: Path, path: Path) -> Path:
    stem, suffix = path.stem[:LONGEST_NAME], path.suffix
    names = (f"{stem}{f'-{number}' if number > 1 else ''}{suffix}" for number in count(1))
    return next(folder / name for name in names if not os.path.lexists(folder / name))
