"""`nnstudio evaluate PROJECT DATA`: the answers of a trained network held against a table that has the truth."""

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnstudio.cli.answering import Answering, answering, answering_parser
from nnstudio.cli.arguments import BadInput
from nnstudio.cli.output import Outlet
from nnstudio.cli.pictures import labelled_pictures
from nnstudio.core.array import Array
from nnstudio.core.counting import counted
from nnstudio.core.data.columns import AnyColumn
from nnstudio.core.data.dataset import DataError
from nnstudio.core.data.table_encoding import labels_of, numbers_of
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.training.class_figures import class_figures
from nnstudio.core.training.metrics import answers_of, confusion_matrix
from nnstudio.files.errors import LONGEST_MESSAGE, FileError, printable
from nnstudio.files.pictures.source import are_pictures


def evaluate(words: Sequence[str]) -> int:
    """Print the figures; returns the exit code."""
    parser = answering_parser(
        "nnstudio evaluate",
        "Hold the answers of a trained project against a table that has the column it learned: accuracy, and for each "
        "class precision, recall, F1 and support; for values R², the root of the mean squared error and the mean "
        "absolute error. A folder with a folder of images for each class is held against their names.",
        "Exit codes: 0 evaluated, 2 the input cannot be used or the result cannot be printed, 130 stopped by Ctrl+C.",
    )
    options = parser.parse_args(words)
    errors = Outlet(sys.stderr)
    try:
        asked = answering(options)
        score = _score(asked, options)
        lines = list(score.lines())
    except (BadInput, DataError, FileError, SettingError, ShapeError) as error:
        errors.write(f"{printable(error, LONGEST_MESSAGE)}\n")
        return 2
    except MemoryError:
        errors.write("There is not enough memory for this.\n")
        return 2
    Outlet(sys.stdout).write("\n".join(lines) + "\n")
    for sentence in (*asked.heard.sentences(), *score.sentences()):
        errors.write(f"{printable(sentence, LONGEST_MESSAGE)}\n")
    return 0


def _score(asked: Answering, options: argparse.Namespace) -> "ClassScore | ValueScore":
    if are_pictures(options.data):
        return _picture_score(asked, options.data)
    model, target = asked.model, asked.recipe.target
    if model.task is Task.MULTILABEL:
        raise BadInput("A network for several labels at once cannot be held against a table with one target.")
    score = ValueScore(target) if model.task is Task.REGRESSION else ClassScore(target, model.target_names)
    for columns, answers in asked.pieces(options.data, options):
        if target not in columns.by_name:
            raise DataError(f"The table has no column {target}, so there is no truth to hold the answers against.")
        score.add(columns.by_name[target], answers)
    if not score.rows:
        raise DataError("No row has both an answer and a known truth, so there is nothing to evaluate.")
    return score


def _picture_score(asked: Answering, path: Path) -> "ClassScore":
    pictures, truth, answers = labelled_pictures(asked.model, asked.project, path)
    score = ClassScore("the folders", asked.model.target_names, "image")
    score.add(truth, answers)
    score.left_out = pictures.left_out
    if not score.rows:
        raise DataError("None of the folders is called like a class that was learned, so there is nothing to evaluate.")
    return score


class ClassScore:
    """How often which class was taken for which."""

    def __init__(self, target: str, names: tuple[str, ...], noun: str = "row") -> None:
        self._target, self._names, self._noun = target, names, noun
        self._confusion = np.zeros((len(names), len(names)), np.int64)
        self._unknown = 0
        self.left_out: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many were counted."""
        return int(self._confusion.sum())

    def add(self, truth: AnyColumn, answers: Array) -> None:
        labels = labels_of(truth, self._names)
        answered = ~np.isnan(answers).any(axis=1)
        self._unknown += int((answered & (labels < 0)).sum())
        counts = answered & (labels >= 0)
        found: NDArray[np.int64] = answers_of(answers[counts].T)
        self._confusion += confusion_matrix(labels[counts], found, len(self._names))

    def lines(self) -> Iterator[str]:
        right = int(self._confusion.trace())
        yield f"accuracy {right / self.rows:.2%} of {counted(self.rows, self._noun)}"
        figures = class_figures(self._confusion)
        width = max(len("mean"), *(len(printable(name)) for name in self._names))
        yield ""
        yield f"{'':{width}}  precision     recall         F1    support"
        for name, each in zip(self._names, figures, strict=True):
            line = _line(printable(name), width, (each.precision, each.recall, each.f1), each.support)
            yield f"{line}  {each.missing}".rstrip()
        means = [_mean([getattr(each, name) for each in figures]) for name in ("precision", "recall", "f1")]
        yield _line("mean", width, means, self.rows)

    def sentences(self) -> Iterator[str]:
        if self._unknown:
            yield f"{counted(self._unknown, self._noun)} without a known class of {self._target} left aside."
        yield from (f"Left out: {each}." for each in self.left_out)


class ValueScore:
    """How far the values are off. Means and sums of squares are gathered piece by piece (Chan, Golub and LeVeque
    1983), so that large values lose no digits."""

    def __init__(self, target: str) -> None:
        self._target = target
        self.rows = self._unknown = 0
        self._mean = self._spread = self._squares = self._absolute = 0.0

    def add(self, truth: AnyColumn, answers: Array) -> None:
        values = numbers_of(truth)
        answered = ~np.isnan(answers[:, 0])
        self._unknown += int((answered & np.isnan(values)).sum())
        counts = answered & ~np.isnan(values)
        y, p = values[counts], answers[counts, 0].astype(np.float64)
        if not len(y):
            return
        mean, rows = float(y.mean()), self.rows + len(y)
        off = mean - self._mean
        self._spread += float(((y - mean) ** 2).sum()) + off * off * self.rows * len(y) / rows
        self._mean += off * len(y) / rows
        self._squares += float(((p - y) ** 2).sum())
        self._absolute += float(np.abs(p - y).sum())
        self.rows = rows

    def lines(self) -> Iterator[str]:
        r2 = 1 - self._squares / self._spread if self._spread else float(self._squares == 0)
        yield f"R² {r2:.4f} of {counted(self.rows, 'row')}"
        yield f"root of the mean squared error {math.sqrt(self._squares / self.rows):.6g}"
        yield f"mean absolute error {self._absolute / self.rows:.6g}"

    def sentences(self) -> Iterator[str]:
        if self._unknown:
            yield f"{counted(self._unknown, 'row')} without a value of {self._target} left aside."


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _line(name: str, width: int, shares: Sequence[float], support: int) -> str:
    cells = "".join(f"{'–' if math.isnan(share) else f'{share:.3f}':>11}" for share in shares)
    return f"{name:{width}}{cells}{support:>11}"
