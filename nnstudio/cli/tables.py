"""Somebody's own table on the command line: how it is to be read, and what becomes of its columns."""

import argparse
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from nnstudio.cli.arguments import BadInput
from nnstudio.cli.output import Outlet
from nnstudio.core.counting import counted
from nnstudio.core.data.table_proposal import Proposal, Survey, Wishes
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.setting import Choice
from nnstudio.core.experiment.table_recipe import Missing, Separator, Use
from nnstudio.core.presets import default_experiment
from nnstudio.files.errors import printable
from nnstudio.files.library import DataLibrary
from nnstudio.files.project import Project
from nnstudio.files.tables.source import Reading, ReadTable, Result, TableLibrary, reading
from nnstudio.files.tables.text_format import FormatWishes

SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".npy", ".npz"})
_SEPARATORS = {"tab": Separator.TAB, "\\t": Separator.TAB, "space": Separator.SPACE}
_TASKS = {"classes": None, "regression": Task.REGRESSION}
_DECIMALS = {"comma": ",", "point": "."}
Chosen = TypeVar("Chosen", bound=Choice)


@dataclass(frozen=True, slots=True)
class TakenTable:
    """An experiment on a table, and the library that has the table at hand."""

    project: Project
    library: DataLibrary
    proposal: Proposal
    table: ReadTable

    def introduce(self) -> None:
        """Say how the table was read and what was decided, a sentence a line."""
        columns = self.table.columns
        count = f"{counted(len(columns), 'row')}, {counted(len(columns.names), 'column')}"
        lines = [f"{self.proposal.spec.name}: {count}", self.table.sentence]
        lines += [finding.plain for finding in self.proposal.findings]
        Outlet(sys.stderr).write("\n  ".join(lines) + "\n\n")


def is_table(options: argparse.Namespace) -> bool:
    """Whether what is to be trained is a table."""
    return options.target is not None or Path(options.experiment).suffix.lower() in SUFFIXES


def take_table(options: argparse.Namespace) -> TakenTable:
    """Read the table that the words name, and decide what they leave open. Raises `BadInput`, `FileError`, `DataError`
    and `SettingError`."""
    wishes = Wishes(
        target=options.target,
        task=None if options.task is None else _task(options.task),
        uses=_by_column("--use", options.use, Use),
        missing=_by_column("--missing", options.missing, Missing),
        test_share=share("--test-share", options.test_share, 0.2),
        validation_share=share("--validation-share", options.validation_share, 0.0),
        seed=options.split_seed,
        stratified=not options.not_stratified,
    )
    path = Path(options.experiment)
    table = watched(path, reading(path, format_wishes(options)), options.quiet)
    file = table.file
    proposal = Survey(table.columns).propose(wishes, name=printable(path.name), digest=table.digest, file=file)
    tables = TableLibrary((path,))
    tables.hand_over(table)
    project = Project(default_experiment(proposal.spec))
    return TakenTable(project, DataLibrary(tables=tables), proposal, table)


def watched(path: Path, work: Reading[Result], quiet: bool) -> Result:
    """The result of reading; a terminal sees how far it has come."""
    outlet = Outlet(sys.stderr)
    shown, terminal = -1, outlet.isatty() and not quiet
    while True:
        try:
            done = int(next(work) * 100)
        except StopIteration as stop:
            if shown >= 0:
                outlet.write("\r\x1b[K")
            return stop.value
        if terminal and done > shown:
            shown = done
            outlet.write(f"\rReading {printable(path.name)} {done:3} %\x1b[K")


def add_table_options(parser: argparse.ArgumentParser) -> None:
    """What `train` may be told of a table."""
    group = parser.add_argument_group("a table of your own", "What is not said is found out, and told.")
    group.add_argument("--target", metavar="COLUMN", help="the column to be learned")
    group.add_argument("--task", choices=list(_TASKS), help="whether the target's numbers are classes or values")
    group.add_argument(
        "--use",
        action="append",
        default=[],
        metavar="COLUMN=USE",
        help=f"what a column is for: {', '.join(use.value for use in Use)}; may be repeated",
    )
    group.add_argument(
        "--missing",
        action="append",
        default=[],
        metavar="COLUMN=WHAT",
        help=f"what is done about its gaps: {', '.join(what.value for what in Missing)}; may be repeated",
    )
    group.add_argument("--test-share", metavar="SHARE", help="the share of the rows, or images, that only tests (0.2)")
    group.add_argument("--validation-share", metavar="SHARE", help="of the others, the share that only validates (0)")
    group.add_argument("--split-seed", type=int, default=1, metavar="N", help="the seed that deals them out (1)")
    group.add_argument("--not-stratified", action="store_true", help="deal them out whatever their class")
    add_format_options(group)


def add_format_options(group: argparse._ArgumentGroup) -> None:
    """How the text of a table is to be read."""
    group.add_argument("--delimiter", metavar="SIGN", help="what stands between cells: , ; | tab or space")
    group.add_argument("--decimal", choices=list(_DECIMALS), help="the decimal sign")
    group.add_argument("--header", type=int, metavar="LINE", help="the line with the names, from 1; 0 for none")
    group.add_argument("--encoding", metavar="NAME", help="such as utf-8, utf-16, cp1252 or latin-1")


def format_wishes(options: argparse.Namespace) -> FormatWishes:
    """What the words say about the text. Raises `BadInput`."""
    separator: Separator | None = None
    if options.delimiter is not None:
        separator = _SEPARATORS.get(options.delimiter) or next(
            (each for each in Separator if each.value == options.delimiter), None
        )
        if separator is None:
            raise BadInput(f"--delimiter is {printable(options.delimiter)}, but must be one of , ; | tab or space.")
    decimal = None if options.decimal is None else _DECIMALS[options.decimal]
    return FormatWishes(separator=separator, decimal=decimal, header=options.header, encoding=options.encoding)


def _task(name: str) -> Task:
    # Two classes are binary and more are not; which, the table itself says.
    return _TASKS[name] or Task.MULTICLASS


def share(option: str, text: str | None, default: float) -> float:
    """The share that an option was given, as a number or in per cent. Raises `BadInput`."""
    if text is None:
        return default
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise BadInput(f"{option} is {printable(text)}, but must be a share such as 0.2 or 20%.") from None


def _by_column(option: str, words: Iterable[str], kind: type[Chosen]) -> Mapping[str, Chosen]:
    found: dict[str, Chosen] = {}
    for word in words:
        column, equals, name = word.rpartition("=")
        if not (column and equals and name in {member.value for member in kind}):
            names = ", ".join(member.value for member in kind)
            raise BadInput(f"{option} {printable(word)} is not understood; write COLUMN= and one of: {names}.")
        found[column] = kind(name)
    return found
