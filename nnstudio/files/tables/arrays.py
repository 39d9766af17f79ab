"""Tables that are numbers already: .npy and .npz files, arrays of a script, data frames.

A .npy file holds one array (rows, columns), of which the last column is what is learned unless another is named. A .npz
file holds a matrix of inputs and a row of truths under whichever names; vectors become columns by their own.
"""

from collections.abc import Generator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.columns import AnyColumn, Columns, Numbers, Words
from nnstudio.core.data.examples import DataError
from nnstudio.files import limits
from nnstudio.files.archive import open_archive, open_member
from nnstudio.files.errors import check_file, printable, reason
from nnstudio.files.npy import BrokenArrayError, StoredArray, stored_npy
from nnstudio.files.tables.scan import refused
from nnstudio.files.tables.text_reader import LARGEST

SUFFIXES = (".npy", ".npz")
_LARGEST_ITEM = 64 * 4
"""Bytes of one value: a text of 64 letters."""
_DAY = np.timedelta64(1, "D")


def digesting(path: Path) -> Generator[float, None, str]:
    """The SHA-256 of a file; yields how much is done. Raises `FileError`."""
    try:
        check_file(path)
        size, done, digest = max(path.stat().st_size, 1), 0, sha256()
        with path.open("rb") as stream:
            while block := stream.read(2**20):
                digest.update(block)
                done += len(block)
                yield min(done / size, 1.0)
        return digest.hexdigest()
    except OSError as error:
        raise refused(path, reason(error), str(error)) from error


def read_arrays(path: Path) -> Columns:
    """The columns of a .npy or .npz file. Raises `FileError`."""
    try:
        if path.suffix.lower() == ".npy":
            check_file(path)
            with path.open("rb") as stream:
                arrays = {"x": _array(path, "its array", stored_npy(stream), path.stat().st_size)}
        else:
            with open_archive(path) as archive:
                arrays = {
                    name.removesuffix(".npy"): _array(
                        path, printable(name), stored_npy(open_member(archive, name)), archive.getinfo(name).file_size
                    )
                    for name in archive.namelist()[: limits.COLUMNS]
                }
    except OSError as error:
        raise refused(path, reason(error), str(error)) from error
    except BrokenArrayError as error:
        raise refused(path, f"it is broken or another kind of file ({error})", str(error)) from error
    try:
        return columns_of(arrays)
    except DataError as error:
        raise refused(path, str(error).rstrip(".")) from error


def _array(path: Path, name: str, stored: StoredArray, size: int) -> NDArray[Any]:
    """An array that a file holds, if it can be part of a table."""
    if len(stored.shape) not in (1, 2) or stored.kind[1:2] not in "biufU" or not 2 <= len(stored.kind) <= 8:
        raise refused(path, f"{name} has the shape {stored.shape} and the type {stored.kind}, which is no table")
    if np.prod(np.maximum(stored.shape, 1), dtype=np.float64) > limits.TABLE_CELLS:
        raise refused(path, f"{name} has the shape {stored.shape}, more than fits into memory here")
    try:
        item = np.dtype(stored.kind).itemsize
    except TypeError as error:
        raise refused(path, f"{name} has an unknown type", str(error)) from error
    if item > _LARGEST_ITEM or item * float(np.prod(stored.shape, dtype=np.float64)) > size:
        raise refused(path, f"{name} announces more numbers than the file holds")
    return stored.read()


def columns_of(arrays: Mapping[str, Any]) -> Columns:
    """A table of arrays by name, each (n,) or (n, columns); a matrix called x becomes x1, x2, …. Raises `DataError`."""
    found: dict[str, AnyColumn] = {}
    length: int | None = None
    for name, values in arrays.items():
        array = np.asarray(values)
        if array.ndim not in (1, 2) or not array.size:
            continue
        if length not in (None, len(array)):
            raise DataError(f"its arrays have {length} and {len(array)} rows, but a table has as many in each")
        length = len(array)
        if array.ndim == 2 and array.shape[1] > limits.COLUMNS:
            raise DataError(f"{name} has {array.shape[1]} columns; a table may have {limits.COLUMNS}")
        parts = (
            {f"{name.lower()}{place + 1}": array[:, place] for place in range(array.shape[1])}
            if array.ndim == 2
            else {name: array}
        )
        for part, column in parts.items():
            found[printable(part, limits.NAME)] = column_of(column)
    if not found:
        raise DataError("it holds no array with a row for each example")
    return Columns(found)


def column_of(array: NDArray[Any]) -> AnyColumn:
    """One column (n,) from an array of numbers, booleans, dates or texts. Raises `DataError`."""
    if array.dtype.kind == "M":
        since = (array - np.datetime64("1970-01-01")) / _DAY
        return Numbers(np.where(np.isnat(array), np.nan, since), date_format="iso")
    if array.dtype.kind in "iuf":
        with np.errstate(over="ignore", invalid="ignore"):
            values = array.astype(np.float64)
            wild = np.abs(values) > LARGEST
        return Numbers(np.where(wild, np.nan, values), unread=int(wild.sum()))
    if array.dtype.kind in "bUOTS":
        words = ["" if _is_gap(each) else str(each).strip() for each in array.tolist()]
        known: dict[str, int] = {}
        codes = [known.setdefault(word, len(known)) if word else -1 for word in words]
        plain = tuple(printable(word, limits.CELL) for word in known)
        return Words(np.array(codes, np.int32), plain if len(plain) <= limits.WORDS else None)
    raise DataError(f"a column of the type {array.dtype} can be no part of a table")


def first_cells(columns: Columns) -> tuple[tuple[str, ...], ...]:
    """The first rows in words, to be looked at."""
    rows = min(len(columns), limits.BEGINNING // max(len(columns.names), 1))
    return tuple(zip(*(_in_words(column, rows) for column in columns.by_name.values()), strict=True))


def _in_words(column: AnyColumn, rows: int) -> list[str]:
    if isinstance(column, Words):
        codes: list[int] = column.codes[:rows].tolist()
        return ["" if code < 0 else column.words[code] if column.words is not None else "…" for code in codes]
    values = column.values[:rows]
    if column.date_format:
        days = [
            np.datetime64("1970-01-01") + np.timedelta64(round(value * 86_400), "s") for value in np.nan_to_num(values)
        ]
        return ["" if np.isnan(value) else str(day) for value, day in zip(values, days, strict=True)]
    return ["" if np.isnan(value) else f"{value:.6g}" for value in values.tolist()]


def _is_gap(value: Any) -> bool:
    # pandas' own NA cannot even be compared with itself.
    return value is None or str(value) in ("<NA>", "NaT", "nan")


def columns_of_frame(frame: Any) -> Columns:
    """The columns of a pandas data frame; its index is left. Raises `DataError`."""
    found: dict[str, AnyColumn] = {}
    if not len(frame.columns) or not len(frame):
        raise DataError("The data frame is empty.")
    for place, name in enumerate(frame.columns):
        series = frame.iloc[:, place]
        plain = printable(name, limits.NAME)
        if plain in found:
            raise DataError(f"The data frame has two columns called {plain}; give each a name of its own.")
        kind = series.dtype.kind if isinstance(getattr(series.dtype, "kind", None), str) else "O"
        if kind in "iuf":
            found[plain] = column_of(series.to_numpy(np.float64, na_value=np.nan))
        else:
            found[plain] = column_of(
                series.to_numpy() if kind in "bM" and not series.isna().any() else _objects(series)
            )
    return Columns(found)


def _objects(series: Any) -> NDArray[Any]:
    if series.dtype.kind == "M":
        return series.to_numpy("datetime64[ns]")
    return series.to_numpy(object)
