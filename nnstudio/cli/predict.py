"""`nnstudio predict PROJECT DATA`: what a trained network says of the rows of a new table."""

import argparse
import csv
import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from nnstudio.cli.answering import Answering, answering, answering_parser
from nnstudio.cli.arguments import BadInput
from nnstudio.cli.output import Outlet, Parser
from nnstudio.cli.pictures import picture_lines
from nnstudio.core.array import Array
from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.training.metrics import answers_of
from nnstudio.files.atomic import check_place, write_atomically
from nnstudio.files.errors import LONGEST_MESSAGE, FileError, printable


def predict(words: Sequence[str]) -> int:
    """Print or write the answers; returns the exit code."""
    options = _parser().parse_args(words)
    errors = Outlet(sys.stderr)
    try:
        asked = answering(options)
        if os.path.isdir(options.data):
            lines = picture_lines(asked.model, asked.project, options.data)
        else:
            lines = _lines(asked, options)
        if options.out is None:
            outlet = Outlet(sys.stdout)
            for line in lines:
                outlet.write(line)
        else:
            if os.path.realpath(options.out) == os.path.realpath(options.data):
                raise BadInput("--out names the table itself; give the answers a file of their own.")
            check_place(options.out)
            write_atomically(options.out, (line.encode() for line in lines))
    except (BadInput, DataError, FileError, SettingError, ShapeError) as error:
        errors.write(f"{printable(error, LONGEST_MESSAGE)}\n")
        return 2
    except MemoryError:
        errors.write("There is not enough memory for this.\n")
        return 2
    for sentence in asked.heard.sentences():
        errors.write(f"{printable(sentence, LONGEST_MESSAGE)}\n")
    return 0


def _lines(asked: Answering, options: argparse.Namespace) -> Iterator[str]:
    """The answers as CSV, piece by piece: what is predicted, then how probable each class is."""
    begun = False
    for _, answers in asked.pieces(options.data, options):
        if not begun:
            begun = True
            yield _written([_header(asked)])
        yield _written(_rows(asked, answers))


def _header(asked: Answering) -> list[str]:
    target, names = asked.recipe.target, asked.model.target_names
    if asked.model.task is Task.REGRESSION:
        return list(names)
    probable = [f"P({name})" for name in names]
    return probable if asked.model.task is Task.MULTILABEL else [target, *probable]


def _rows(asked: Answering, answers: Array) -> Iterator[list[object]]:
    model = asked.model
    gaps: list[bool] = np.any(np.isnan(answers), axis=1).tolist()
    if model.task is Task.BINARY:
        answers = np.column_stack((1 - answers, answers))
    named = model.task in (Task.BINARY, Task.MULTICLASS)
    classes = answers_of(np.nan_to_num(answers.T)).tolist() if named else [0] * len(answers)
    for gap, best, numbers in zip(gaps, classes, answers.tolist(), strict=True):
        cells: list[object] = ["" if gap else float(np.float32(number)) for number in numbers]
        if named:
            cells.insert(0, "" if gap else model.target_names[best])
        yield cells


def _written(rows: Sequence[Sequence[object]] | Iterator[list[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _parser() -> Parser:
    parser = answering_parser(
        "nnstudio predict",
        "Let a trained project answer for the rows of a table, found by the names of its columns. Printed as CSV, a "
        "row for each row of the table in the same order: the class and how probable each one is, or the value. A row "
        "that lacks what nothing stands in for gets empty cells. For the images in a folder, and in its folders: a "
        "row for each of them.",
        "Exit codes: 0 answered, 2 the input cannot be used or the result cannot be written, 130 stopped by Ctrl+C.",
    )
    parser.add_argument("--out", type=Path, metavar="OUT.csv", help="write the answers to a file, whole or not at all")
    return parser
