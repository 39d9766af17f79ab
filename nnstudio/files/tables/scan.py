"""One look at every byte of a file of text, before it is read: which file it is, whether it is text, how long its lines
are. Whatever would take the reader too long or too much memory is refused here, in a sentence."""

import codecs
from collections.abc import Generator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from nnstudio.files import limits
from nnstudio.files.errors import FileError, check_file, printable, reason

_BLOCK = limits.LINE
_ENDS = b"\n", b"\r"
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Marks at the beginning; those of UTF-32 begin like those of UTF-16."""
_BINARY = {
    b"PK\x03\x04": "it is a workbook or an archive. In Excel, save it as CSV",
    b"\xd0\xcf\x11\xe0": "it is an Excel workbook of the old kind. In Excel, save it as CSV",
    b"%PDF": "it is a PDF, not a table",
    b"\x89PNG": "it is an image, not a table",
    b"\xff\xd8\xff": "it is an image, not a table",
    b"\x1f\x8b": "it is packed. Unpack it first",
    b"SQLite format 3": "it is a database. Export the table as CSV",
    b"PAR1": "it is a Parquet file. Save it as CSV",
}
_PROJECT = "it is a project, not a table. Open it as an experiment"


@dataclass(frozen=True, slots=True)
class Scan:
    """What is known of a file of text: its SHA-256, its bytes, how many rows it has at most, its encoding.

    plain: nothing is quoted in it, so that every line feed ends a row
    """

    digest: str
    size: int
    rows: int
    encoding: str
    plain: bool


def refused(path: Path, why: str, details: str = "") -> FileError:
    """The error of a table that cannot be used, because of what stands in it."""
    return FileError(f"{printable(path.name)} cannot be read: {why}. Nothing was changed.", details)


def scanning(path: Path) -> Generator[float, None, Scan]:
    """Look through a file; yields how much of it is done, from 0 to 1. Raises `FileError`."""
    try:
        check_file(path)
        size = path.stat().st_size
        if size > limits.TABLE:
            raise refused(path, f"it has {size} bytes, more than the {limits.TABLE} that a table may have")
        if not size:
            raise refused(path, "it is empty")
        digest, look = sha256(), _Look(path)
        with path.open("rb") as stream:
            done = 0
            while block := stream.read(_BLOCK):
                digest.update(block)
                look.at(block)
                done += len(block)
                yield min(done / size, 1.0)
        return Scan(digest.hexdigest(), done, look.rows, look.encoding, look.plain)
    except OSError as error:
        raise refused(path, reason(error), str(error)) from error


class _Look:
    """What the bytes of a file say, block by block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mark = ""
        self._begun = False
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._is_utf8 = True
        self._line = 0
        self._newlines = self._returns = self._pairs = self._quotes = self._size = 0
        self._returned = False

    def at(self, block: bytes) -> None:
        if not self._begun:
            self._begin(block)
        self._size += len(block)
        self._quotes += count(block, b'"')
        if not self._mark.startswith(("utf-16", "utf-32")) and b"\0" in block:
            raise refused(self._path, "it is not text")
        pending = self._utf8.getstate()[0]  # what may be a letter with the bytes that come next
        if self._is_utf8 and (pending or not block.isascii()) and not self._mark.startswith(("utf-16", "utf-32")):
            try:
                self._utf8.decode(block)
            except UnicodeDecodeError:
                self._is_utf8 = False
        self._measure(block)

    def _begin(self, block: bytes) -> None:
        self._begun = True
        for magic, why in _BINARY.items():
            if block.startswith(magic):
                raise refused(self._path, _PROJECT if self._path.suffix.lower() == ".nns" else why)
        self._mark = next((name for mark, name in _MARKS.items() if block.startswith(mark)), "")
        if not self._mark and b"\0" in block[:200]:
            # Text in two bytes a letter, without a mark: every other byte of plain letters is 0.
            even, odd = block[:200:2].count(0), block[1:200:2].count(0)
            if max(even, odd) * 2 > len(block[:200:2]) and min(even, odd) == 0:
                self._mark = "utf-16-be" if even else "utf-16-le"

    def _measure(self, block: bytes) -> None:
        """Only a line that goes on from one block to the next can be too long: a block is not longer than a line may
        be."""
        self._newlines += count(block, b"\n")
        if returns := count(block, b"\r"):
            self._returns += returns
            self._pairs += block.count(b"\r\n")
        self._pairs += self._returned and block.startswith(b"\n")
        self._returned = block.endswith(b"\r")
        first = min((place for end in _ENDS if (place := block.find(end)) >= 0), default=len(block))
        last = max(block.rfind(end) for end in _ENDS)
        longest, self._line = self._line + first, len(block) - 1 - last + (self._line if last < 0 else 0)
        if max(longest, self._line) > limits.LINE:
            raise refused(self._path, f"it has a line of more than {limits.LINE} bytes, which no row of a table has")

    @property
    def rows(self) -> int:
        """At most so many; with two signs at the end of each line they count once."""
        if self._quotes % 2 and self._size > _BLOCK * 16:
            raise refused(self._path, "a quotation mark in it is never closed")
        ends = self._newlines if self._returns <= self._newlines else self._newlines + self._returns
        return ends + 1

    @property
    def plain(self) -> bool:
        """Whether every line feed ends a row, and there are no other ends."""
        return not self._quotes and self._returns == self._pairs

    @property
    def encoding(self) -> str:
        if self._mark:
            return self._mark
        if self._is_utf8:
            try:
                self._utf8.decode(b"", final=True)
            except UnicodeDecodeError:
                return "cp1252"
            return "utf-8"
        return "cp1252"


def count(block: bytes, sign: bytes) -> int:
    """How often a sign of one byte stands there; three times as fast as `bytes.count`."""
    return int(np.count_nonzero(np.frombuffer(block, np.uint8) == sign[0])) if sign in block else 0
