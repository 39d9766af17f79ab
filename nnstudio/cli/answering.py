"""A trained project that answers for the rows of a table, piece by piece: what `predict` and `evaluate` share."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from nnstudio.cli.arguments import BadInput, load
from nnstudio.cli.output import Parser
from nnstudio.cli.tables import add_format_options, format_wishes
from nnstudio.cli.trainer import trainer_of
from nnstudio.core.array import Array
from nnstudio.core.counting import counted
from nnstudio.core.data.columns import Columns, Numbers
from nnstudio.core.data.table_encoding import Strangeness, encoded, strange
from nnstudio.core.experiment.choices import Domain, Task
from nnstudio.core.experiment.table_recipe import Column, TableRecipe
from nnstudio.core.network.model import Model
from nnstudio.core.network.predict import predict
from nnstudio.core.network.weights import Weights
from nnstudio.core.training.restored import restored
from nnstudio.files.project import Project
from nnstudio.files.tables.source import named_kinds, streaming

_AT_ONCE = 4096
"""Rows that go through the network together."""


@dataclass(slots=True)
class Heard:
    """What was odd about the rows so far, as sentences in the end."""

    rows: int = 0
    unanswered: int = 0
    unread: dict[str, int] = field(default_factory=dict[str, int])
    strange: dict[str, Strangeness] = field(default_factory=dict[str, Strangeness])

    def sentences(self) -> Iterator[str]:
        """One for each thing that a person should know."""
        if self.unanswered:
            lack = "lacks" if self.unanswered == 1 else "lack"
            yield f"{counted(self.unanswered, 'row')} {lack} a value that nothing stands in for: no answer."
        for name, count in self.unread.items():
            yield f"{counted(count, 'cell')} of {name} {'is' if count == 1 else 'are'} no number: counted as missing."
        yield from map(str, self.strange.values())

    def note(self, recipe: TableRecipe, columns: Columns) -> None:
        """Take up what is odd about a piece."""
        for one in strange(recipe, columns):
            before = self.strange.get(one.column, Strangeness(one.column, 0, ()))
            words = tuple(dict.fromkeys((*before.words, *one.words[:20])))[:20]
            self.strange[one.column] = Strangeness(one.column, before.rows + one.rows, words)
        for column in recipe.inputs:
            found = columns.by_name[column.name]
            if isinstance(found, Numbers) and found.unread:
                self.unread[column.name] = self.unread.get(column.name, 0) + found.unread


@dataclass(frozen=True, slots=True, eq=False)
class Answering:
    """A model, and the rows of a table that it is to answer for."""

    model: Model
    project: Project
    heard: Heard

    @property
    def recipe(self) -> TableRecipe:
        """How a row becomes inputs. Raises `BadInput` where the network learned from images."""
        return self.model.recipe.table or _of_numbers(self.model)

    def pieces(self, path: Path, options: argparse.Namespace) -> Iterator[tuple[Columns, Array]]:
        """The rows in pieces with the answers (n, outputs), NaN where there are none. Raises `FileError` and
        `DataError`."""
        recipe = self.recipe
        classes = () if self.model.task is Task.REGRESSION else self.model.target_names
        for _, columns in streaming(path, format_wishes(options), *named_kinds(recipe, classes)):
            self.heard.rows += len(columns)
            yield columns, self._answers(columns)

    def _answers(self, columns: Columns) -> Array:
        raw = encoded(self.recipe, columns)
        self.heard.note(self.recipe, columns)
        whole = np.flatnonzero(~np.isnan(raw).any(axis=1))
        answers = np.full((len(raw), self.model.outputs), np.nan)
        for begin in range(0, len(whole), _AT_ONCE):
            rows = whole[begin : begin + _AT_ONCE]
            answers[rows] = predict(self.model, raw[rows])
        self.heard.unanswered += len(raw) - len(whole)
        return answers


def answering(options: argparse.Namespace) -> Answering:
    """The model of the project that was named. Raises `BadInput` and what opening it raises."""
    project = load(str(options.project))
    if project.state is None and project.weights is None:
        raise BadInput(f"{options.project} was never trained, so it has no answers; train it first.")
    model = _model(project, str(options.project))
    return Answering(model, project, Heard())


def _model(project: Project, name: str) -> Model:
    state = project.state
    weights = project.weights if state is None else Weights(state.params, state.statistics, MappingProxyType(state.off))
    if project.recipe is None or weights is None:
        return trainer_of(project, project.experiment, name).model()
    try:
        return restored(project.experiment, project.recipe, weights)
    except ValueError as error:
        raise BadInput(f"{name} cannot be used: {error}.") from error


def _of_numbers(model: Model) -> TableRecipe:
    """The recipe of a network that learned from numbers: a column for each of them."""
    if model.recipe.domain is Domain.IMAGES:
        raise BadInput("This project learned from images, and a table has none; name a folder of images.")
    names = model.recipe.names if model.recipe.domain is Domain.TABLE else ("x1", "x2")
    target = next(name for name in ("y", "class", "target", "answer", "y of all") if name not in names)
    return TableRecipe(columns=tuple(Column(name=name) for name in names), target=target)


def answering_parser(program: str, description: str, epilog: str) -> Parser:
    """Reads which project is to answer for which table."""
    parser = Parser(prog=program, description=description, epilog=epilog)
    parser.add_argument("project", type=Path, metavar="PROJECT", help="a trained .nns project")
    parser.add_argument(
        "data", type=Path, metavar="DATA", help="a table (.csv, .tsv, .txt, .npy, .npz), or a folder of images"
    )
    add_format_options(parser.add_argument_group("how the table is written", "What is not said is found out."))
    return parser
