"""Reading a table's text with pandas, piece by piece, into columns.

A piece has so many rows that progress is seen and a million rows never stand in memory as text. What the beginning of
the file did not tell, the rest may: a column of numbers in which more than a few cells are none is read again as words.
"""

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.columns import AnyColumn, Columns, Numbers, Words
from nnstudio.core.experiment.table_recipe import Separator
from nnstudio.files import limits
from nnstudio.files.errors import printable, reason
from nnstudio.files.tables.scan import Scan, refused
from nnstudio.files.tables.text_blocks import THREADS
from nnstudio.files.tables.text_format import GAPS, Layout
from nnstudio.files.tables.text_frames import BLANKS, by_blocks, in_one_go

LARGEST = 1e30
UNREAD_SHARE = 0.1
"""A column of numbers in which more cells than this are none holds words."""


def pieces(
    path: Path,
    layout: Layout,
    scan: Scan,
    words: frozenset[str] = frozenset(),
    numbers: frozenset[str] = frozenset(),
    threads: int = THREADS,
) -> Iterator[tuple[float, Columns]]:
    """The rows in pieces, in their order, each with how much of the file is read. `words`, `numbers`: columns that are
    read as such whatever their cells look like. Raises `FileError`."""
    import pandas

    width, text = len(layout.names), layout.text
    seem = zip(layout.names, layout.numeric, strict=True)
    numeric = [name in numbers or (holds and name not in words) for name, holds in seem]
    options = {
        "sep": BLANKS if text.separator is Separator.SPACE else text.separator.value,
        "decimal": text.decimal,
        "header": None,
        "names": range(width + 1),  # one more, for a separator at the end of a line
        "index_col": False,
        "dtype": {place: str for place in range(width) if not numeric[place]},
        "keep_default_na": False,
        "na_values": list(GAPS),
        "skipinitialspace": True,
        "low_memory": False,
    }
    rows = 0
    try:
        with path.open("rb") as stream:
            if scan.plain and text.encoding == "utf-8":
                frames = by_blocks(stream, layout.skipped, scan.size, options, threads)
            else:
                frames = in_one_go(stream, layout.skipped, text.encoding, options)
            with closing(frames):
                for end, before, frame in frames:
                    yield end / scan.size, _columns(path, frame, layout, numeric, before + 1)
                    rows += len(frame)
        if not rows:
            raise refused(path, "it has no rows")
    except OSError as error:
        raise refused(path, reason(error), str(error)) from error
    except pandas.errors.EmptyDataError as error:
        raise refused(path, "it has no rows", str(error)) from error
    except UnicodeError as error:
        raise refused(path, "it is not in the encoding that it seemed to be in; choose another", str(error)) from error
    except (ValueError, OverflowError) as error:  # of which all of the parser's are
        raise refused(path, _why(str(error)), str(error)) from error


def _why(said: str) -> str:
    """A sentence of the parser in our words, such as «Expected 5 fields in line 7, saw 6»."""
    if "EOF inside string" in said:
        return "a quotation mark in it is never closed"
    if "Expected" in said and "saw" in said:
        numbers = [word.strip(",") for word in said.split() if word.strip(",\n").isdigit()]
        if len(numbers) == 3:
            return f"line {numbers[1]} has {numbers[2].strip()} cells, more than the table has columns"
    return f"its text is no table ({printable(said)})"


def _columns(path: Path, frame: Any, layout: Layout, numeric: list[bool], begin: int) -> Columns:
    width = len(layout.names)
    beyond = frame[width].notna()
    if beyond.any():
        line = begin + int(np.argmax(beyond.to_numpy()))
        raise refused(path, f"about line {line} there are {width + 1} cells, but the table has {width} columns")
    found: dict[str, AnyColumn] = {}
    for place, name in enumerate(layout.names):
        cells = frame[place]
        found[name] = _numbers(cells, layout.text.decimal) if numeric[place] else _words(path, name, cells)
    return Columns(found)


def _numbers(cells: Any, decimal: str) -> Numbers:
    """The numbers of one column; a cell that is none, or far too large, is a gap and is counted."""
    import pandas

    unread = 0
    values: NDArray[np.float64]
    if cells.dtype.kind in "iuf":
        values = cells.to_numpy(np.float64)
    else:
        as_text = cells.astype("str").where(cells.notna())
        if decimal == ",":
            as_text = as_text.str.replace(",", ".", regex=False)
        read: Any = pandas.to_numeric(as_text, errors="coerce")
        unread = int((read.isna() & cells.notna()).sum())
        values = read.to_numpy(np.float64, na_value=np.nan)
    if not (np.fmax.reduce(values, initial=0) <= LARGEST and np.fmin.reduce(values, initial=0) >= -LARGEST):
        wild = np.abs(values) > LARGEST
        values = np.where(wild, np.nan, values)
        unread += int(wild.sum())
    return Numbers(values, unread=unread)


def _words(path: Path, name: str, cells: Any) -> Words:
    import pandas

    codes, different = pandas.factorize(cells)
    plain = [str(word).strip() for word in different]
    longest = max(map(len, plain), default=0)
    if longest > limits.CELL:
        raise refused(path, f"a cell of {printable(name)} has {longest} characters, which is too long for a table")
    shown = [printable(word, limits.CELL) for word in plain]
    return Words(*_renumbered(codes.astype(np.int32), shown, {}, None))


def _renumbered(
    codes: NDArray[np.int32], words: list[str], known: dict[str, int], most: int | None
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Codes by the numbers of the `known` words, to which new ones are added; empty ones are gaps."""
    numbers = [known.setdefault(word, len(known)) if word not in GAPS else -1 for word in words[:most]]
    return np.array([*numbers, -1], np.int32)[codes], tuple(known)


def whole(
    path: Path, layout: Layout, scan: Scan, words: frozenset[str] = frozenset(), threads: int = THREADS
) -> Generator[float, None, Columns]:
    """All rows as one table; yields how much is done, from 0 to 1. Raises `FileError`."""
    if scan.rows * len(layout.names) > limits.TABLE_CELLS:
        raise refused(
            path, f"it has about {scan.rows} rows of {len(layout.names)} columns, more than fit into memory here"
        )
    gathered = _Gathered(layout.names, scan.rows)
    for done, piece in pieces(path, layout, scan, words, threads=threads):
        gathered.add(piece)
        yield done
    wrong = gathered.misread()
    if wrong - words:
        del gathered
        return (yield from whole(path, layout, scan, words | wrong, threads))
    return gathered.columns()


class _Gathered:
    """The columns of all pieces so far."""

    def __init__(self, names: tuple[str, ...], rows: int) -> None:
        self._room = rows
        self._count = 0
        self._arrays: dict[str, NDArray[Any]] = {}
        self._known: dict[str, dict[str, int] | None] = {}
        self._unread = dict.fromkeys(names, 0)

    def add(self, piece: Columns) -> None:
        begin, end = self._count, self._count + len(piece)
        self._count = end
        if end > self._room:  # returns within quotes, say
            self._room = 2 * end
            for name, array in self._arrays.items():
                self._arrays[name] = np.resize(array, self._room)
        for name, column in piece.by_name.items():
            kind = np.float64 if isinstance(column, Numbers) else np.int32
            array = self._arrays.setdefault(name, np.empty(0, kind))
            if not len(array):
                array = self._arrays[name] = np.empty(self._room, kind)
            if isinstance(column, Numbers):
                array[begin:end] = column.values
                self._unread[name] += column.unread
            else:
                array[begin:end] = self._codes(name, column)

    def _codes(self, name: str, column: Words) -> NDArray[np.int32]:
        known = self._known.setdefault(name, {})
        if known is None:
            return np.minimum(column.codes, 0)
        codes, all_words = _renumbered(column.codes, list(column.words or ()), known, None)
        if len(all_words) > limits.WORDS:
            self._known[name] = None
        return codes

    def misread(self) -> frozenset[str]:
        """The columns of numbers in which too many cells are none."""
        allowed = UNREAD_SHARE * self._count
        return frozenset(name for name, unread in self._unread.items() if unread > allowed)

    def columns(self) -> Columns:
        found: dict[str, AnyColumn] = {}
        for name, array in self._arrays.items():
            values = array[: self._count]
            if name in self._known:
                known = self._known[name]
                found[name] = Words(values, None if known is None else tuple(known))
            else:
                found[name] = Numbers(values, unread=self._unread[name])
        return Columns(found)
