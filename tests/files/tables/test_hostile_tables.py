"""Thousands of damaged files of every kind: a table or a sentence, never anything else, soon and in little memory."""

import io
import resource
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from real_tables import penguins

from nnstudio.core.data.dataset import DataError, from_columns
from nnstudio.core.data.table_proposal import Survey, Wishes
from nnstudio.core.experiment.setting import SettingError
from nnstudio.files.errors import LONGEST_MESSAGE, FileError
from nnstudio.files.tables.source import read_table

MUTANTS = 5000
SECONDS, MEGABYTES = 1.0, 200
_SIGNS = b'"\n\r;,\t\0\xe9-'
_PIECES = (*(_SIGNS[place : place + 1] for place in range(len(_SIGNS))), b"\xff\xfe", b"\xef\xbb\xbf", b"1e999", b"NA")


def _text(**writing: str) -> bytes:
    stream = io.BytesIO()
    penguins().head(60).to_csv(stream, index=False, **writing)  # type: ignore[arg-type]
    return stream.getvalue()


def _npy() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.random.default_rng(1).normal(size=(30, 4)))
    return stream.getvalue()


def _npz() -> bytes:
    stream = io.BytesIO()
    random = np.random.default_rng(1)
    np.savez(stream, X=random.normal(size=(30, 4)), y=random.integers(0, 3, 30))
    return stream.getvalue()


KINDS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "commas": (".csv", lambda: _text()),
    "semicolons": (".csv", lambda: _text(sep=";", decimal=",", encoding="cp1252")),
    "tabs": (".tsv", lambda: _text(sep="\t", encoding="utf-16")),
    "npy": (".npy", _npy),
    "npz": (".npz", _npz),
}


def mutant(content: bytes, random: np.random.Generator) -> bytes:
    """The content with a few bytes flipped, cut, doubled, moved or put in."""
    mutated = bytearray(content)
    for _ in range(random.integers(1, 6)):
        place, length = int(random.integers(0, len(mutated) + 1)), int(random.integers(1, 200))
        match random.integers(0, 6):
            case 0:
                mutated[place : place + 1] = bytes([int(random.integers(0, 256))])
            case 1:
                del mutated[place:]
            case 2:
                del mutated[place : place + length]
            case 3:
                mutated[place:place] = mutated[place : place + length] * int(random.integers(1, 20))
            case 4:
                mutated[place:place] = _PIECES[random.integers(0, len(_PIECES))] * int(random.integers(1, 4))
            case _:
                there = int(random.integers(0, len(mutated) + 1))
                mutated[there:there] = mutated[place : place + length]
    return bytes(mutated)


def peak() -> float:
    """The most memory that this process ever had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 2**20)


def taken(path: Path) -> str:
    """Take a table up as far as training would; what was said if it was refused."""
    try:
        table = read_table(path)
        from_columns(Survey(table.columns).propose(Wishes(), digest=table.digest).spec, table.columns)
    except (FileError, DataError, SettingError) as error:
        return str(error)
    return ""


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_mutants(kind: str, tmp_path: Path) -> None:
    suffix, make = KINDS[kind]
    path, content, random = tmp_path / f"table{suffix}", make(), np.random.default_rng(len(kind))
    path.write_bytes(content)
    assert taken(path) == ""
    before, refused = peak(), 0
    for _ in range(MUTANTS):
        path.write_bytes(mutant(content, random))
        begin = time.process_time()
        said = taken(path)
        assert time.process_time() - begin < SECONDS, said
        assert said.isprintable()
        assert len(said) <= LONGEST_MESSAGE
        refused += bool(said)
    assert 0 < refused < MUTANTS
    assert peak() - before < MEGABYTES


def lie(shape: str, kind: str = "<f8") -> bytes:
    """A .npy file whose header announces an array, and that holds a few bytes."""
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\0" * 64


def bomb() -> bytes:
    """An archive of a few kilobytes that would unpack to a hundred million."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("X.npy", b"\0" * 10**8)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("suffix", "content", "why"),
    [
        (".npy", lie("(1000000000, 1000)"), "more than fits"),
        (".npy", lie("(100000, 100)"), "more numbers than the file holds"),
        (".npy", lie("(2, 2)", "|O"), "no table|unknown"),
        (".npy", lie("(2, 2)", "<U99999"), "more numbers|no table"),
        (".npy", lie("(2, 2, 2)"), "no table"),
        (".npy", b"\x93NUMPY\x01\x00", "broken"),
        (".npy", b"a,b\n1,2\n", "broken"),
        (".npz", bomb(), "far more than it weighs"),
        (".npz", b"a,b\n1,2\n", "broken"),
        (".csv", b'a,b\n1,"' + b"x,\n" * 3_000_000, "never closed|too long"),
        (".csv", b"\xff\xfe" + b"a" * 1001, "no rows|no separator|encoding|UTF-16"),
        (".csv", b"," * 900_000 + b"\n" + b"," * 900_000, "columns|no rows"),
        (".csv", b"a,b\n" + b'"",' * 300_000, "no rows"),
        (".csv", b"a b c\n" + b" " * 1_000_000 + b"\n1 2 3\n" * 40, ""),
    ],
    ids=lambda each: repr(each)[:30],
)
def test_lies(suffix: str, content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / f"table{suffix}"
    path.write_bytes(content)
    taken(tmp_path / "nothing.csv")  # whatever is imported now is not counted
    before, begin = peak(), time.process_time()
    said = taken(path)
    assert any(part in said for part in why.split("|")), said
    assert time.process_time() - begin < 3 * SECONDS, "far more than it takes alone"
    assert peak() - before < MEGABYTES
