"""The numbers of a network as tables for spreadsheets: one file for each matrix, and one that says what they are.

A matrix has a row for each input and a column for each neuron; of a convolution, a column for each filter and a row for
each number of its window, channel by channel, row by row. Numbers alone, so that everything reads them.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.network.model import ModelLayer
from nnstudio.files.exports.by_the_textbook import prove_numbers
from nnstudio.files.exports.format import Files, Format, Group, Proof
from nnstudio.files.exports.literals import number
from nnstudio.files.exports.subject import Subject
from nnstudio.files.history_csv import history_csv
from nnstudio.files.weights_format import with_arrays

_HEADINGS: tuple[str, ...] = "file", "layer", "array", "rows", "columns"


def csv_tables(subject: Subject, name: str) -> Files:
    """A table for each array and for the check, and last the list of them, called `name`."""
    stem, files, rows = Path(name).stem, dict[str, bytes](), [_HEADINGS]
    for layer, array, matrix in _matrices(subject):
        file = f"{stem}-{array.replace('/', '-')}.csv"
        files[file] = "".join(f"{','.join(map(number, row))}\n" for row in matrix).encode()
        rows.append((f'"{file}"' if "," in file else file, layer, array, *map(str, matrix.shape)))
    return {**files, name: "".join(f"{','.join(row)}\n" for row in rows).encode()}


def _matrices(subject: Subject) -> Iterator[tuple[str, str, Array]]:
    for prefix, layer in with_arrays(subject.model):
        for name, values in layer.arrays.items():
            yield layer.name, f"{prefix}/{name}", _matrix(layer, values)
    count = len(subject.inputs)
    yield "check", "check/inputs", subject.inputs.reshape(count, -1).astype(np.float64)
    yield "check", "check/answers", subject.answers.reshape(count, -1)


def _matrix(layer: ModelLayer, values: Array) -> Array:
    return values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values[None, :]


def _prove(subject: Subject, path: Path) -> Proof:
    begin, stored = perf_counter(), dict[str, Array]()
    for prefix, layer in with_arrays(subject.model):
        for name, values in layer.arrays.items():
            file = path.with_name(f"{path.stem}-{prefix}-{name}.csv")
            with file.open(newline="") as stream:
                rows = [[float(cell) for cell in row] for row in csv.reader(stream)]
            stored[f"{prefix}/{name}"] = np.array(rows, values.dtype).reshape(values.shape)
    return prove_numbers(subject, stored, begin)


FORMAT = Format(
    key="csv",
    name="CSV tables",
    group=Group.WEIGHTS,
    ending=".csv",
    purpose="one file for each matrix",
    needs="any spreadsheet",
    make=csv_tables,
    prove=_prove,
)
HISTORY = Format(
    key="history",
    name="Curves",
    group=Group.WORDS,
    ending="_history.csv",
    purpose="what was measured at which update",
    needs="any spreadsheet",
    make=lambda subject, name: {name: history_csv(subject.frame.history)},
)
