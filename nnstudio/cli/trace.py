"""`nnstudio trace EXPERIMENT --example 3`: every number of one example on its way forwards and back, and of the update
that comes next."""

import argparse
import sys
from collections.abc import Sequence

import msgspec

from nnstudio.cli.arguments import BadInput, changed, load
from nnstudio.cli.output import Outlet, Parser
from nnstudio.cli.trainer import trainer_of
from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.trace.document import document
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.text import lines_of
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.trainer import Diverged, Trainer
from nnstudio.files.errors import LONGEST_MESSAGE, FileError, printable

MOST_UPDATES = 100_000_000


def trace(words: Sequence[str]) -> int:
    """Print the numbers; returns the exit code."""
    options = _parser().parse_args(words)
    trainer = trained(options)
    if isinstance(trainer, int):
        return trainer
    try:
        found = Trace.of(Held(trainer.state(), trainer.dataset), _chosen(trainer, options))
    except BadInput as error:
        Outlet(sys.stderr).write(f"{error}\n")
        return 2
    listing = Outlet(sys.stdout)
    if options.json:
        listing.write(msgspec.json.format(msgspec.json.encode(document(found))).decode() + "\n")
    else:
        listing.write("\n".join(lines_of(found)) + "\n")
    return 0


def _chosen(trainer: Trainer, options: argparse.Namespace) -> Chosen:
    split = SplitName(options.split)
    examples = split.of(trainer.dataset)
    if examples is None:
        raise BadInput("No examples were split off for validation; choose --split training or test.")
    if not 1 <= options.example <= len(examples):
        raise BadInput(f"There is no {split.value} example {options.example}, only 1 to {len(examples)}.")
    return Chosen(split, options.example - 1)


def trained(options: argparse.Namespace) -> Trainer | int:
    """The run that was asked for, at that update; or, where it cannot be had, the exit code, and why is said."""
    try:
        if not 0 <= options.updates <= MOST_UPDATES:
            raise BadInput(f"--updates is {options.updates}; give a number from 0 to {MOST_UPDATES}.")
        project = load(options.experiment)
        trainer = trainer_of(project, changed(project.experiment, options.set), options.experiment)
        for _ in range(options.updates):
            trainer.step()
    except (BadInput, DataError, FileError, SettingError, ShapeError) as error:
        Outlet(sys.stderr).write(f"{printable(error, LONGEST_MESSAGE)}\n")
        return 2
    except MemoryError:
        Outlet(sys.stderr).write("There is not enough memory for this. Make the layers or the batches smaller.\n")
        return 2
    except Diverged as divergence:
        Outlet(sys.stderr).write(f"{divergence} Ask for fewer updates, or take a smaller learning rate.\n")
        return 1
    return trainer


def _parser() -> Parser:
    parser = moment_parser(
        "nnstudio trace",
        "Follow one example through the network and back, number by number, and the update that comes next: forward, "
        "loss, backward, update. An example of the next mini-batch is seen as that update sees it, any other as the "
        "network predicts.",
        "Exit codes: 0 printed, 1 diverged on the way there, 2 the input cannot be used or the result cannot be "
        "printed.",
    )
    parser.add_argument("--example", type=int, default=1, metavar="N", help="which example, counted from 1 (1)")
    splits = [split.value for split in SplitName]
    parser.add_argument("--split", choices=splits, default=splits[0], help="of which examples (training)")
    parser.add_argument("--json", action="store_true", help="print all numbers, in full precision, as JSON")
    return parser


def moment_parser(program: str, description: str, epilog: str) -> Parser:
    """Reads which run is meant, and at which update."""
    parser = Parser(prog=program, description=description, epilog=epilog)
    parser.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        help="a name that `nnstudio presets` lists, an experiment as JSON, or a .nns project, where it stands",
    )
    parser.add_argument("--updates", type=int, default=0, metavar="N", help="train for so many updates before")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting, as in `nnstudio train`"
    )
    return parser
