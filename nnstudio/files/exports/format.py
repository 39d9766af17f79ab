"""What an export is, and what it has to show for itself.

A `Format` is a row of a table: what it is called, what it is for, what it cannot hold, which files it makes, and who
reads them back. Nobody is asked to believe a file: as soon as it lies where it belongs, another program than ours
computes the answers to sample inputs from it, and the `Proof` says how far these are from the engine's.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnstudio.files.atomic import write_atomically
from nnstudio.files.errors import FileError, printable
from nnstudio.files.exports.subject import Subject

ALLOWED = {4: 1e-5, 8: 1e-12}
"""The largest difference that passes, by the bytes of the network's numbers."""


class Group(Enum):
    """What stands together where formats are chosen from."""

    WEIGHTS = "Weights"
    PROGRAMS = "Programs"
    EXCHANGE = "Exchange"
    WORDS = "Pictures and words"


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """What came back.

    reader: who computed the answers, such as `run by a fresh Python with NumPy 2.4`; where nobody could, why not
    differences (n,): for each sample input the largest of |theirs − ours| / max(1, |ours|); None where nobody could
    allowed: how large they may be; seconds: how long the reader took
    """

    reader: str
    differences: NDArray[np.float64] | None = None
    allowed: float = ALLOWED[4]
    seconds: float = 0.0

    @property
    def largest(self) -> float | None:
        """The largest difference; None where nobody could read the file here."""
        return None if self.differences is None else float(self.differences.max(initial=0.0))

    @property
    def holds(self) -> bool | None:
        """Whether no difference is too large; None where nobody could read the file here."""
        return None if self.largest is None else self.largest <= self.allowed

    @property
    def sentence(self) -> str:
        """The proof in words, for the dialog and the command line."""
        if self.differences is None or self.largest is None:
            return self.reader
        count = len(self.differences)
        return f"largest difference {self.largest:.1g} on {count} inputs, {self.reader}; {self.allowed:g} is allowed"


def compared(theirs: NDArray[np.floating], subject: Subject, reader: str, seconds: float = 0.0) -> Proof:
    """The proof by answers (n, outputs) that somebody else computed to the subject's inputs."""
    ours, allowed = subject.answers.astype(np.float64), ALLOWED[subject.answers.itemsize]
    if theirs.shape != ours.shape:
        return Proof(
            f"{reader}, with answers of the shape {theirs.shape}", np.full(len(ours), np.inf), allowed, seconds
        )
    with np.errstate(all="ignore"):
        off = np.abs(theirs.astype(np.float64) - ours) / np.maximum(1, np.abs(ours))
    off[(theirs == ours) | (np.isnan(theirs) & np.isnan(ours))] = 0
    return Proof(reader, np.nan_to_num(off, nan=np.inf).max(axis=1, initial=0.0), allowed, seconds)


Files = Mapping[str, bytes]
"""The files of an export by name. The last is the one that was asked for; what it needs lies there before it does."""


Make = Callable[[Subject, str], Files]


def write_files(files: Files, folder: Path) -> tuple[Path, ...]:
    """Write them into `folder`, each whole or not at all; where one cannot be written, no new one is left there.
    Returns where they are. Raises `FileError`."""
    places = {folder / name: content for name, content in files.items()}
    new = [place for place in places if not os.path.lexists(place)]
    try:
        for place, content in places.items():
            write_atomically(place, content)
    except FileError:
        for place in new:
            with suppress(OSError):
                place.unlink(missing_ok=True)
        raise
    return tuple(places)


@dataclass(frozen=True, slots=True)
class Format:
    """One way to take a network away.

    key: its stable name, as in `--to numpy`; name, group: what it is called, and where it stands in the dialog
    ending: what is put behind the name of the network, such as `_torch.py`
    purpose: in a few words what it is for; needs: what its readers need
    make: the subject and the name of the file that was asked for → all its files. Raises `CannotHold`
    ways: where it can be made in more than one way, these by what they are called; suits: which of them `make` takes
    prove: the subject and where the file lies → what another reader makes of it; None for what holds no network
    lacks: what of this subject it cannot hold, as one sentence; empty where it holds all
    """

    key: str
    name: str
    group: Group
    ending: str
    purpose: str
    needs: str
    make: Make
    prove: Callable[[Subject, Path], Proof] | None = None
    lacks: Callable[[Subject], str] = lambda subject: ""
    ways: Mapping[str, Make] = field(default_factory=dict[str, "Make"])
    suits: Callable[[Subject], str] = lambda subject: ""

    @property
    def suffix(self) -> str:
        """What its file's name ends in."""
        return Path(f"x{self.ending}").suffix

    def write(self, subject: Subject, path: Path, way: str = "") -> Proof:
        """Write it to `path`, in one of its ways or in the one that suits, with whatever it needs beside it, each file
        whole or not at all; then have it read back. Raises `FileError`, and then no new file is left there."""
        self.save(subject, path, way)
        return self.proof(subject, path)

    def save(self, subject: Subject, path: Path, way: str = "") -> tuple[Path, ...]:
        """Write it to `path` without a proof; returns the files. Raises `FileError`."""
        return write_files(self.ways.get(way, self.make)(subject, path.name), path.parent)

    def proof(self, subject: Subject, path: Path) -> Proof:
        """What another reader makes of the file at `path`."""
        if self.prove is None:
            return Proof("it holds no network, so there is nothing to prove")
        return self.prove(subject, path)


class CannotHold(FileError):
    """The format has no words for this network; `why` is a sentence."""

    def __init__(self, format_name: str, why: str) -> None:
        super().__init__(why)
        self.args = printable(format_name), printable(why, 500)
        _, self.why = self.args

    def __str__(self) -> str:
        name, why = self.args
        return f"{name} cannot hold this network: {why} Nothing was written."


def missing(package: str, what: str) -> FileError:
    """The error of a format that is written with a package that is not installed."""
    return FileError(
        f"{what} is written with the package {package}, which is not installed here. Nothing was written; "
        f"`python -m pip install {package}` brings it."
    )
