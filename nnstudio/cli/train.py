"""`nnstudio train EXPERIMENT`: training without a window.

The same experiment gives the same bits as behind the window: here, too, a `Trainer` makes one update after the other
until a rule of the experiment stops it. Ctrl+C is looked at between two updates, so whatever ends a run, its state is
whole and can be written.
"""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from nnstudio.core.counting import counted
from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import Experiment, StoppingSpec
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.presets import PRESETS
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Diverged, Trainer
from nnstudio.files.array_files import array_format
from nnstudio.files.errors import LONGEST_MESSAGE, FileError, printable
from nnstudio.files.history_csv import export_history
from nnstudio.files.images import ImageLibrary
from nnstudio.files.weights import export_weights

DIVERGED = 1
LENGTHS = ("updates", "epochs", "seconds")
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
    experiment, weights = load(options.experiment)
    experiment = _limited(changed(experiment, options.set), options)
    every = Every(options.every) if options.every is not None else None
    places = {name: path for name in PRODUCTS if (path := getattr(options, name)) is not None}
    if options.weights is not None:
        array_format(options.weights)
    check_places(places)
    trainer = Trainer(experiment, ImageLibrary(_nowhere_else))
    if weights is not None:
        try:
            trainer.set_weights(weights)
        except ValueError as error:
            raise BadInput(f"{options.experiment} cannot be trained on: {error}.") from error
    report = Report(trainer, sys.stdout, sys.stderr, options.quiet, lines=every is not None)
    if preset := PRESETS.get(options.experiment):
        report.introduce(preset.title, preset.text)
    with Interruption() as interruption:
        ending = _learn(trainer, report, interruption, every)
        if ending.code == DIVERGED:
            report.finish()
            report.complain(f"{ending.sentence} The last finite weights are kept; try a smaller learning rate.")
        else:
            report.finish(ending.sentence)
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


def _history(trainer: Trainer, path: Path) -> None:
    export_history(path, trainer.history.prefix())


PRODUCTS: dict[str, Callable[[Trainer, Path], None]] = {"weights": _weights, "history": _history}
"""How to write what an option names a file for."""


def _learn(trainer: Trainer, report: Report, interruption: "Interruption", every: Every | None) -> Ending:
    """One update after the other, to the end."""
    begin = perf_counter()
    if every is not None and every.due(trainer, 0.0):
        report.line()
    while True:
        try:
            trainer.step()
        except Diverged as divergence:
            return Ending(DIVERGED, str(divergence))
        except MemoryError:
            return Ending(2, f"Stopped after {trainer.updates} updates: there is no memory left. {LESS_MEMORY}")
        seconds = perf_counter() - begin
        if every is not None and every.due(trainer, seconds):
            report.line()
        reason = trainer.stop_reason or trainer.stopping.after_seconds(seconds)
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


def _limited(experiment: Experiment, options: argparse.Namespace) -> Experiment:
    """The experiment with --updates, --epochs or --seconds in place of its own length."""
    for rule in LENGTHS:
        value: str | None = getattr(options, rule)
        if value is None:
            continue
        wanted = changed(experiment, [f"stopping.{each}={value if each == rule else 0}" for each in LENGTHS])
        if not getattr(wanted.stopping, rule):
            raise BadInput(f"--{rule} is {value}, which would never end; give a number above 0.")
        return wanted
    if experiment.stopping == StoppingSpec():
        return changed(experiment, [f"stopping.epochs={DEFAULT_EPOCHS}"])
    return experiment


def _nowhere_else() -> None:
    """MNIST is looked for where NNSTUDIO_DATA says and in the user's data folder only."""


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
        "whose weights are trained on",
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--updates", metavar="N", help="stop after so many updates")
    length.add_argument("--epochs", metavar="N", help="stop after so many passes over the training data")
    length.add_argument("--seconds", metavar="S", help="stop after so many seconds of training")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a setting, such as training.learning_rate=0.01 or layers[0].units=16; may be repeated",
    )
    parser.add_argument(
        "--every",
        metavar="PERIOD",
        help="print a line, and keep a row of the curves, exactly every 100epochs, 500updates or 2s, say",
    )
    parser.add_argument("--weights", type=Path, metavar="OUT", help="write the weights to OUT.npz or OUT.safetensors")
    parser.add_argument("--history", type=Path, metavar="OUT.csv", help="write the curves as a table")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    return parser
