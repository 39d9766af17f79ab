"""`nnstudio worksheet EXPERIMENT --seed 7 --sheets 30 --out sheets.html`: sheets to be done by hand."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nnstudio.cli.arguments import BadInput, changed, load
from nnstudio.cli.output import Outlet, Parser
from nnstudio.core.counting import counted
from nnstudio.core.data.dataset import DataError, Dataset, build
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.trace.worksheet import MOST_SHEETS, SEEDS, NotByHand, check, sheets_of
from nnstudio.core.trace.worksheet_gaps import PHASES
from nnstudio.core.training.phases import Phase
from nnstudio.files.atomic import check_place
from nnstudio.files.errors import LONGEST_MESSAGE, FileError, printable
from nnstudio.files.library import library_of
from nnstudio.files.worksheet import save_worksheets

_ENDINGS = ".html", ".htm"


def worksheet(words: Sequence[str]) -> int:
    """Write the sheets; returns the exit code."""
    options = _parser().parse_args(words)
    try:
        experiment, dataset = _asked_for(options)
        seed = experiment.seed if options.seed is None else options.seed
        sheets = [*sheets_of(experiment, dataset, seed, options.sheets, options.example, Phase(options.until))]
        save_worksheets(options.out, sheets)
    except (BadInput, DataError, FileError, NotByHand, SettingError, ShapeError) as error:
        Outlet(sys.stderr).write(f"{printable(error, LONGEST_MESSAGE)}\n")
        return 2
    written = f"Wrote {counted(len(sheets), 'worksheet')} to {printable(options.out)}; the solutions are at the end."
    Outlet(sys.stdout).write(f"{written}\n")
    return 0


def _asked_for(options: argparse.Namespace) -> tuple[Experiment, Dataset]:
    """Everything is looked at before anything is made."""
    if options.out.suffix.lower() not in _ENDINGS:
        raise BadInput(
            f"{options.out.name} is no web page: give --out a name that ends in .html. PDF is written by the window, "
            "File › Worksheet…; or print the page from a browser."
        )
    if not 1 <= options.sheets <= MOST_SHEETS:
        raise BadInput(f"--sheets is {options.sheets}; give a number from 1 to {MOST_SHEETS}.")
    if options.seed is not None and not 0 <= options.seed < SEEDS:
        raise BadInput(f"--seed is {options.seed}; give a number from 0 to {SEEDS - 1}.")
    project = load(options.experiment)
    experiment = changed(project.experiment, options.set)
    check(experiment)
    dataset = build(experiment.dataset, library_of(project, Path(options.experiment)))
    check(experiment, dataset)
    if not 1 <= options.example <= len(dataset.train):
        raise BadInput(f"There is no training example {options.example}, only 1 to {len(dataset.train)}.")
    check_place(options.out)
    return experiment, dataset


def _parser() -> Parser:
    parser = Parser(
        prog="nnstudio worksheet",
        description="Write sheets to be done by hand, as one web page that prints well: a small network with first "
        "weights of each pupil's own seed, one training example, boxes for every number of its way forwards and back "
        "and of the update, and behind all sheets their solutions.",
        epilog="Exit codes: 0 written, 2 the input cannot be used, the network is too large to be done by hand, or the "
        "result cannot be written.",
    )
    parser.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        help="a name that `nnstudio presets` lists, an experiment as JSON, or a .nns project; of a project too the "
        "first weights are taken, not those that it has learned",
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="of the first sheet; each has the next (the experiment's)"
    )
    parser.add_argument("--sheets", type=int, default=1, metavar="N", help=f"how many, 1 to {MOST_SHEETS} (1)")
    parser.add_argument(
        "--example", type=int, default=1, metavar="N", help="of the first sheet, counted from 1; each has the next (1)"
    )
    phases = [phase.value for phase in PHASES]
    parser.add_argument("--until", choices=phases, default=phases[-1], help="the last phase that is asked for (update)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.html", help="where to write them")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting, as in `nnstudio train`"
    )
    return parser
