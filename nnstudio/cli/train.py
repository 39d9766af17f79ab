"""`nnstudio train EXPERIMENT`: training without a window.

The same experiment gives the same bits as behind the window: here, too, a `Trainer` makes one update after the other
until a rule of the experiment stops it. Ctrl+C is looked at between two updates, so whatever ends a run, its state is
whole and can be written.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from time import perf_counter

from nnstudio.cli.arguments import BadInput, changed, load
from nnstudio.cli.every import Every
from nnstudio.cli.interruption import Interruption
from nnstudio.cli.output import Outlet, Parser
from nnstudio.cli.pictures import TakenPictures, add_picture_options, is_pictures, take_pictures
from nnstudio.cli.products import check_places, write_somewhere
from nnstudio.cli.report import Report
from nnstudio.cli.seeds import train_seeds
from nnstudio.cli.tables import TakenTable, add_table_options, is_table, take_table
from nnstudio.cli.trainer import trainer_of
from nnstudio.core.counting import counted
from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import Experiment, StoppingSpec, TableSpec
from nnstudio.core.experiment.dataset_spec import OwnSpec
from nnstudio.core.experiment.network_text import parse_layers
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layer_edits import TakeNetwork
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.presets import PRESETS
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.sweep.job import DEFAULT_EPOCHS
from nnstudio.core.sweep.workers import WorkersError
from nnstudio.core.training.stopping import Stopping
from nnstudio.core.training.trainer import Diverged, Trainer
from nnstudio.files.array_files import array_format
from nnstudio.files.errors import LONGEST_MESSAGE, FileError, printable
from nnstudio.files.history_csv import export_history
from nnstudio.files.library import DataLibrary, library_of, table_for
from nnstudio.files.pictures.source import are_pictures
from nnstudio.files.project import SUFFIX, Project, save_project
from nnstudio.files.tables.source import stored_content
from nnstudio.files.weights import export_weights

DIVERGED = 1
LENGTHS = frozenset({"updates", "epochs", "seconds"})
"""The rules that stop a run for its length alone."""
LESS_MEMORY = "Make the layers or the batches smaller."


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended: the exit code and a sentence."""

    code: int
    sentence: str


def train(words: Sequence[str]) -> int:
    """Train as the command line says; returns the exit code."""
    options = _parser().parse_args(words)
    try:
        return _train(options)
    except (BadInput, DataError, FileError, SettingError, ShapeError, WorkersError) as error:
        Outlet(sys.stderr).write(f"{printable(error, LONGEST_MESSAGE)}\n")
    except MemoryError:
        Outlet(sys.stderr).write(f"There is not enough memory to train this. {LESS_MEMORY}\n")
    return 2


def _library(options: argparse.Namespace, project: Project) -> DataLibrary:
    return library_of(project, Path(options.experiment), () if options.data is None else (options.data,))


def _taken(options: argparse.Namespace) -> TakenTable | TakenPictures | None:
    """Somebody's own data, if that is what was named."""
    if is_table(options) and not are_pictures(Path(options.experiment)):
        return take_table(options)
    return take_pictures(options) if is_pictures(options) else None


def _train(options: argparse.Namespace) -> int:
    taken = _taken(options)
    project = load(options.experiment) if taken is None else taken.project
    started = project.experiment
    if options.layers is not None:
        started = TakeNetwork(parse_layers(options.layers))(started)
    experiment = changed(started, options.set)
    if options.seeds is not None or options.jobs is not None:
        return train_seeds(experiment, options, _library(options, project) if taken is None else taken.library)
    limit = _limit(project, experiment, options)
    every = Every(options.every) if options.every is not None else None
    places = {name: path for name in PRODUCTS if (path := getattr(options, name)) is not None}
    if options.weights is not None:
        array_format(options.weights)
    if options.save is not None and options.save.suffix.lower() != SUFFIX:
        raise BadInput(f"{printable(str(options.save))} is no name of a project; choose one that ends in {SUFFIX}.")
    check_places(places)
    if taken is not None and not options.quiet:
        taken.introduce()
    library = _library(options, project) if taken is None else taken.library
    trainer = trainer_of(project, experiment, options.experiment, library, options.data)
    report = Report(trainer, sys.stdout, sys.stderr, options.quiet, limit, lines=every is not None)
    if preset := PRESETS.get(options.experiment):
        report.introduce(preset.title, preset.text)
    with Interruption() as interruption:
        ending = _learn(trainer, report, interruption, limit, every)
        if ending.code == DIVERGED:
            report.finish()
            report.complain(f"{ending.sentence} The last finite weights are kept; try a smaller learning rate.")
        else:
            report.finish(ending.sentence)
            report.advise()
        products = PRODUCTS | {"save": partial(_project, library)}
        codes = [_write(path, partial(products[name], trainer), report) for name, path in places.items()]
    return max(codes, default=0) or ending.code


def _write(path: Path, product: Callable[[Path], object], report: Report) -> int:
    """Write a file that was asked for; returns the exit code."""
    place, complaint = write_somewhere(path, product)
    if place == path:
        report.wrote(path)
        return 0
    report.complain(complaint)
    return 2


def _weights(trainer: Trainer, path: Path) -> None:
    export_weights(path, Observer(trainer, 1).frame(Probe.NOTHING))


def _project(library: DataLibrary | None, trainer: Trainer, path: Path) -> None:
    spec = trainer.dataset.spec
    if not isinstance(spec, OwnSpec):
        save_project(path, Project(trainer.experiment, trainer.state()))
        return
    table = table_for(library, spec)
    if table is None and isinstance(spec, TableSpec) and spec.file is not None:
        table = stored_content(spec.file)
    save_project(path, Project(trainer.experiment, trainer.state(), recipe=trainer.dataset.recipe, table=table))


def _history(trainer: Trainer, path: Path) -> None:
    export_history(path, trainer.history.prefix())


PRODUCTS: dict[str, Callable[[Trainer, Path], None]] = {
    "weights": _weights,
    "save": partial(_project, None),
    "history": _history,
}
"""How to write what an option names a file for."""


def _learn(
    trainer: Trainer, report: Report, interruption: Interruption, limit: StoppingSpec | None, every: Every | None
) -> Ending:
    """One update after the other, to the end. A limit counts from here, and lengths of the experiment's own count no
    more beside it."""
    begin = perf_counter()
    updates, seen, before = trainer.updates, trainer.batches.seen, trainer.seconds
    met, stopping = trainer.stopping.state.met & LENGTHS, Stopping(limit or StoppingSpec(), trainer.batches.count)
    if every is not None and every.due(trainer, 0.0):
        report.line()
    while True:
        try:
            while not trainer.advance() and not interruption.signal:
                pass
        except Diverged as divergence:
            return Ending(DIVERGED, str(divergence))
        except MemoryError:
            return Ending(2, f"Stopped after {trainer.updates} updates: there is no memory left. {LESS_MEMORY}")
        trainer.take_back()  # what was interrupted in the middle
        seconds = perf_counter() - begin
        trainer.seconds = before + seconds
        if every is not None and every.due(trainer, seconds):
            report.line()
        reason = trainer.stop_reason
        if limit is None:
            reason = reason or trainer.stopping.after_seconds(trainer.seconds)
        else:
            long_since, met = met, trainer.stopping.state.met & LENGTHS
            reason = reason if met == long_since else None
            reason = reason or stopping.after_update(trainer.updates - updates, trainer.batches.seen - seen)
            reason = reason or stopping.after_seconds(seconds)
        if reason is not None:
            return Ending(0, reason)
        if interruption.signal:
            return Ending(128 + interruption.signal, f"Interrupted after {counted(trainer.updates, 'update')}.")
        if seconds >= report.due:
            report.progress(seconds)


def _limit(project: Project, experiment: Experiment, options: argparse.Namespace) -> StoppingSpec | None:
    """What --updates, --epochs or --seconds ask for; a default if no rule of the experiment is left to stop the run."""
    for rule in sorted(LENGTHS):
        value: str | None = getattr(options, rule)
        if value is None:
            continue
        length = getattr(changed(experiment, [f"stopping.{rule}={value}"]).stopping, rule)
        if not length:
            raise BadInput(f"--{rule} is {value}, which would never end; give a number above 0.")
        return StoppingSpec(**{rule: length})
    met = project.state.stopping.met if project.state is not None else frozenset[str]()
    if all(field.name in met or not getattr(experiment.stopping, field.name) for field in fields(StoppingSpec)):
        return StoppingSpec(epochs=DEFAULT_EPOCHS)
    return None


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="nnstudio train",
        description="Train without a window. The rules of the experiment say when to stop; without any it is trained "
        f"for {DEFAULT_EPOCHS:g} epochs. Ctrl+C, a request to end (SIGTERM) and a closed terminal (SIGHUP) stop after "
        "the current update; what was asked for is written all the same.",
        epilog="Exit codes: 0 trained, 1 diverged, 2 the input cannot be used or a result cannot be written where it "
        "was asked for, 129, 130 or 143 stopped by a closed terminal, by Ctrl+C or by a request to end.",
    )
    parser.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        help="a name that `nnstudio presets` lists, an experiment as JSON (see `nnstudio show`), a .nns project, whose "
        "training goes on where it stands, or your own data: a table (.csv, .tsv, .txt, .npy, .npz), or images (a "
        "folder that holds a folder of them for each class, IDX, or .npz)",
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--updates", metavar="N", help="stop after so many more updates")
    length.add_argument("--epochs", metavar="N", help="stop after so many more passes over the training data")
    length.add_argument("--seconds", metavar="S", help="stop after so many seconds of training")
    parser.add_argument(
        "--layers",
        metavar="TEXT",
        help="other hidden layers, such as '8 tanh, dropout 0.2, 8 tanh' or 'conv 16 3x3 ReLU, max pool 2, 64 ReLU'",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a setting, such as training.learning_rate=0.01 or layers[0].units=16; may be repeated; what a "
        "project has learned stays where it still has a place",
    )
    parser.add_argument(
        "--every",
        metavar="PERIOD",
        help="print a line, and keep a row of the curves, exactly every 100epochs, 500updates or 2s, say",
    )
    parser.add_argument(
        "--seeds",
        metavar="N",
        help="train from so many first weights, in processes of their own, and say from how many it was learned",
    )
    parser.add_argument("--jobs", metavar="N", help="for --seeds: so many processes (default: one for each core)")
    parser.add_argument("--weights", type=Path, metavar="OUT", help="write the weights to OUT.npz or OUT.safetensors")
    parser.add_argument(
        "--save", type=Path, metavar="OUT.nns", help="write the project with the whole state, to go on from to the bit"
    )
    parser.add_argument("--history", type=Path, metavar="OUT.csv", help="write the curves as a table")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.add_argument(
        "--data", type=Path, metavar="FILE", help="where the table or images of a project are now, if they were moved"
    )
    add_table_options(parser)
    add_picture_options(parser)
    return parser
