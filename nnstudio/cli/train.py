"""`nnstudio train EXPERIMENT`: training without a window.

The same experiment gives the same bits as behind the window: here, too, a `Trainer` makes one update after the other
until a rule of the experiment stops it. Ctrl+C is looked at between two updates, so whatever ends a run, its state is
whole and can be written.
"""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from time import perf_counter
from types import FrameType, TracebackType
from typing import Any

from nnstudio.cli.arguments import BadInput, changed, load
from nnstudio.cli.every import Every
from nnstudio.cli.output import Outlet, Parser
from nnstudio.cli.products import check_places, write_somewhere
from nnstudio.cli.report import Report
from nnstudio.cli.trainer import trainer_of
from nnstudio.core.counting import counted
from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import Experiment, StoppingSpec
from nnstudio.core.experiment.network_text import parse_layers
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layer_edits import TakeNetwork
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.presets import PRESETS
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.stopping import Stopping
from nnstudio.core.training.trainer import Diverged, Trainer
from nnstudio.files.array_files import array_format
from nnstudio.files.errors import LONGEST_MESSAGE, FileError, printable
from nnstudio.files.history_csv import export_history
from nnstudio.files.project import SUFFIX, Project, save_project
from nnstudio.files.weights import export_weights

DIVERGED = 1
LENGTHS = frozenset({"updates", "epochs", "seconds"})
"""The rules that stop a run for its length alone."""
DEFAULT_EPOCHS = 100
"""How long to train if nothing says so."""
LESS_MEMORY = "Make the layers or the batches smaller."
HANGUP = {signal.SIGHUP} if hasattr(signal, "SIGHUP") else set[signal.Signals]()
"""The signal of a terminal that was closed; Windows has none."""


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
    except (BadInput, DataError, FileError, SettingError, ShapeError) as error:
        Outlet(sys.stderr).write(f"{printable(error, LONGEST_MESSAGE)}\n")
    except MemoryError:
        Outlet(sys.stderr).write(f"There is not enough memory to train this. {LESS_MEMORY}\n")
    return 2


def _train(options: argparse.Namespace) -> int:
    project = load(options.experiment)
    started = project.experiment
    if options.layers is not None:
        started = TakeNetwork(parse_layers(options.layers))(started)
    experiment = changed(started, options.set)
    limit = _limit(project, experiment, options)
    every = Every(options.every) if options.every is not None else None
    places = {name: path for name in PRODUCTS if (path := getattr(options, name)) is not None}
    if options.weights is not None:
        array_format(options.weights)
    if options.save is not None and options.save.suffix.lower() != SUFFIX:
        raise BadInput(f"{printable(str(options.save))} is no name of a project; choose one that ends in {SUFFIX}.")
    check_places(places)
    trainer = trainer_of(project, experiment, options.experiment)
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
        codes = [_write(path, partial(PRODUCTS[name], trainer), report) for name, path in places.items()]
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


def _project(trainer: Trainer, path: Path) -> None:
    save_project(path, Project(trainer.experiment, trainer.state()))


def _history(trainer: Trainer, path: Path) -> None:
    export_history(path, trainer.history.prefix())


PRODUCTS: dict[str, Callable[[Trainer, Path], None]] = {"weights": _weights, "save": _project, "history": _history}
"""How to write what an option names a file for."""


def _learn(
    trainer: Trainer, report: Report, interruption: "Interruption", limit: StoppingSpec | None, every: Every | None
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


class Interruption:
    """Inside its `with`, Ctrl+C, a request to end and a closed terminal are only noted in `signal`. A second Ctrl+C or
    request ends the program; a closed terminal may say so more than once. What the program was started to ignore, as
    `nohup` does, stays ignored."""

    def __init__(self) -> None:
        self.signal = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Interruption":
        for number in (signal.SIGINT, signal.SIGTERM, *HANGUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.signal = number
        for each in self._before.keys() - HANGUP:
            signal.signal(each, self._before[each])


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
        f"for {DEFAULT_EPOCHS} epochs. Ctrl+C, a request to end (SIGTERM) and a closed terminal (SIGHUP) stop after "
        "the current update; what was asked for is written all the same.",
        epilog="Exit codes: 0 trained, 1 diverged, 2 the input cannot be used or a result cannot be written where it "
        "was asked for, 129, 130 or 143 stopped by a closed terminal, by Ctrl+C or by a request to end.",
    )
    parser.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        help="a name that `nnstudio presets` lists, an experiment as JSON (see `nnstudio show`), or a .nns project, "
        "whose training goes on where it stands",
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
    parser.add_argument("--weights", type=Path, metavar="OUT", help="write the weights to OUT.npz or OUT.safetensors")
    parser.add_argument(
        "--save", type=Path, metavar="OUT.nns", help="write the project with the whole state, to go on from to the bit"
    )
    parser.add_argument("--history", type=Path, metavar="OUT.csv", help="write the curves as a table")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    return parser
