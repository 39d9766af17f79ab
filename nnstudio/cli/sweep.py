"""`nnstudio sweep EXPERIMENT`: many settings and seeds, on this computer or on a cluster, into a folder."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nnstudio.cli.arguments import BadInput, load
from nnstudio.cli.output import Outlet, Parser
from nnstudio.cli.seeds import with_length
from nnstudio.cli.sweep_report import SweepReport
from nnstudio.cli.sweeping import count_in, finished, own_table, pool
from nnstudio.core.counting import counted
from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment.network_text import parse_layers
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.sweep.datasets import Own
from nnstudio.core.sweep.results import Results
from nnstudio.core.sweep.space import MOST_RUNS
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.core.sweep.workers import Workers, WorkersError
from nnstudio.files.cluster import Cluster
from nnstudio.files.errors import LONGEST_MESSAGE, FileError, printable
from nnstudio.files.library import library_of
from nnstudio.files.sweep_folder import SweepFolder


def sweep(words: Sequence[str]) -> int:
    """Sweep as the command line says; returns the exit code."""
    options = _parser().parse_args(words)
    try:
        return _sweep(options)
    except (BadInput, DataError, FileError, SettingError, ShapeError, WorkersError) as error:
        Outlet(sys.stderr).write(f"{printable(error, LONGEST_MESSAGE)}\n")
    return 2


def _sweep(options: argparse.Namespace) -> int:
    project = load(options.experiment)
    experiment = project.experiment
    if options.layers is not None:
        experiment = replace(experiment, layers=parse_layers(options.layers))
    spec = SweepSpec(
        experiment=with_length(experiment, options),
        settings=tuple(options.set),
        runs=None if options.runs is None else count_in("--runs", options.runs, MOST_RUNS),
        seeds=count_in("--seeds", options.seeds, MOST_RUNS),
        draw=count_in("--draw-seed", options.draw_seed, 2**32 - 1, 0),
        rungs=() if options.halve_at is None else _rungs(options.halve_at),
    )
    workers, where = _workers(options, own_table(spec, library_of(project, Path(options.experiment))))
    report = SweepReport(spec, options.quiet)
    folder = SweepFolder(options.out, spec)
    try:
        report.introduce(where)

        def conclude(results: Results) -> None:
            report.candidates(results)
            for path in folder.write_summary():
                report.wrote(path)

        return finished(spec, folder, workers, report, conclude)
    finally:
        folder.close()


def _workers(options: argparse.Namespace, datasets: tuple[Own, ...]) -> tuple[Workers, str]:
    if options.cluster is not None:
        return Cluster(options.cluster, datasets), f"on the cluster {options.cluster}"
    processes = pool(options.jobs, datasets)
    return processes, f"in {counted(processes.processes, 'process')}"


def _rungs(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(each.strip().removesuffix("%")) / (100 if "%" in each else 1) for each in text.split(","))
    except ValueError:
        raise BadInput(f"--halve-at is {printable(text)}, but must be shares such as 0.25,0.5.") from None


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="nnstudio sweep",
        description="Train an experiment with many settings, from several first weights each. Every result is in the "
        "folder as soon as it is made; the same command again goes on where it was stopped, however it was stopped.",
        epilog="Exit codes: 0 all is in, 1 every run diverged, 2 the input cannot be used, the workers are gone or a "
        "result cannot be written, 129, 130 or 143 stopped by a closed terminal, by Ctrl+C or by a request to end.",
    )
    parser.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        help="a name that `nnstudio presets` lists, an experiment as JSON, or a .nns project; every run begins anew",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUES",
        help="what a setting is to be: training.optimizer=sgd,adam each of these, training.learning_rate=0.001..0.1 at "
        "random between them (by powers of ten where that suits the setting), layers='4 tanh | 8 tanh, 8 tanh' whole "
        "networks; may be repeated, and all lists together make a grid",
    )
    parser.add_argument("--layers", metavar="TEXT", help="other hidden layers for all, such as '8 tanh, 8 tanh'")
    parser.add_argument("--runs", metavar="N", help="so many runs altogether; without it the whole grid of the lists")
    parser.add_argument("--seeds", default="1", metavar="N", help="from so many first weights each (default 1)")
    parser.add_argument(
        "--draw-seed", default="1", metavar="N", help="another one draws other random values (default 1)"
    )
    parser.add_argument(
        "--halve-at",
        metavar="SHARES",
        help="successive halving: at these shares of a run's length, such as 0.25,0.5, the worse half stops",
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--updates", metavar="N", help="train each run for so many updates")
    length.add_argument("--epochs", metavar="N", help="train each run for so many passes over the training data")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--jobs", metavar="N", help="in so many processes (default: one for each core)")
    where.add_argument(
        "--cluster", metavar="ADDRESS", help="on the dask cluster whose scheduler is at tcp://HOST:8786, say"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where all results go")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    return parser
