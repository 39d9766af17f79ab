"""What a run without a window says: a line of progress, and a table in the end.

Progress goes to standard error, the table to standard output. A terminal gets one line that is drawn anew ten times a
second; a file or a pipe gets a line now and then. That nobody listens any more ends no training.
"""

import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import TextIO

from nnstudio.cli.output import Outlet
from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.errors import LONGEST_MESSAGE, printable

BAR = 20
"""Characters."""
TERMINAL_INTERVAL, PLAIN_INTERVAL, FIRST_LINE = 0.1, 5.0, 1.0
"""Seconds between two lines of progress, and to the first one."""


class Report:
    """Tells about one run. `due` is the time, in seconds of training, at which `progress` wants to be called: never
    if it is `quiet`, or if `lines` are printed instead."""

    def __init__(
        self,
        trainer: Trainer,
        results: TextIO,
        progress: TextIO,
        quiet: bool = False,
        limit: StoppingSpec | None = None,
        lines: bool = False,
    ) -> None:
        self._trainer = trainer
        self._results = Outlet(results)
        self._progress = Outlet(progress)
        self._quiet = quiet
        self._limit, self._start = limit, (trainer.updates, trainer.epoch)
        self._terminal = self._progress.isatty()
        self._interval = TERMINAL_INTERVAL if self._terminal else PLAIN_INTERVAL
        self._begin = perf_counter()
        self._headed = False
        self.due = float("inf") if quiet or lines else min(self._interval, FIRST_LINE)

    def introduce(self, title: str, text: str) -> None:
        """Say what is trained and what to notice."""
        if not self._quiet:
            self._progress.write(f"{title}\n{textwrap.fill(text, 100)}\n\n")

    def progress(self, seconds: float) -> None:
        """Say how far training has come after so many seconds."""
        self.due = seconds + self._interval
        trainer, share = self._trainer, self._share(seconds)
        metrics = trainer.last_metrics
        about = "~" if metrics.sampled else ""
        line = f"update {trainer.updates}  epoch {trainer.epoch:.1f}  loss {about}{metrics.train_loss:.4g}"
        if share is not None:
            left = seconds * (1 - share) / share
            line = f"{share:4.0%}  {line}  {clock(left)} left"
        if not self._terminal:
            self._progress.write(f"{line}\n")
        else:
            done = round(BAR * (share or 0))
            bar = "█" * done + "░" * (BAR - done) if share is not None else ""
            width = shutil.get_terminal_size().columns - 1
            self._progress.write(f"\r{f'{bar} {line}'[:width]}\x1b[K")

    def line(self) -> None:
        """Keep a row for this update, and print it below the ones before."""
        trainer, m = self._trainer, self._trainer.record()
        if self._quiet:
            return
        score, form = _score(trainer)
        if not self._headed:
            heads = ("update", "epoch", "training loss", score, "test loss")
            self._results.write("".join(f"{head:>15}" for head in heads) + "\n")
            self._headed = True
        values = (f"{m.train_loss:.6g}", f"{m.train_accuracy:{form}}", f"{m.test_loss:.6g}")
        row = (f"{trainer.updates}", f"{trainer.epoch:.6g}", *values)
        self._results.write("".join(f"{value:>15}" for value in row) + "\n")

    def finish(self, sentence: str = "") -> None:
        """The table, and why training ended."""
        if self._quiet:
            return
        if self._terminal:
            self._progress.write("\r\x1b[K")
        seconds = perf_counter() - self._begin
        for row in self._rows(seconds):
            name, *figures = row
            self._results.write(f"{name:10}{''.join(f'{figure:>12}' for figure in figures)}\n")
        if sentence:
            self._results.write(f"{sentence}\n")

    def advise(self) -> None:
        """Say what is wrong with a network that does not learn, and what to try."""
        if self._quiet:
            return
        diagnosis = Observer(self._trainer, 1).frame(Probe.GRADIENTS).diagnosis
        if diagnosis is None or diagnosis.cause.well:
            return
        remedy = f" Try: {diagnosis.remedy.label}." if diagnosis.remedy is not None else ""
        self._progress.write(f"{diagnosis.title}. {diagnosis.sentence}{remedy}\n")

    def complain(self, sentence: str) -> None:
        """Say what went wrong; this is said even if nothing else is."""
        self._progress.write(f"{sentence}\n")

    def _rows(self, seconds: float) -> Iterator[tuple[str, ...]]:
        trainer = self._trainer
        m = trainer.evaluate(exact=True)
        score, form = _score(trainer)
        splits, losses, scores = ["training", "test"], [m.train_loss, m.test_loss], [m.train_accuracy, m.test_accuracy]
        if m.validation_loss is not None and m.validation_accuracy is not None:
            splits.insert(1, "validation")
            losses.insert(1, m.validation_loss)
            scores.insert(1, m.validation_accuracy)
        yield "", *splits
        yield "loss", *(f"{loss:.6g}" for loss in losses)
        yield score, *(f"{share:{form}}" for share in scores)
        if m.penalty:
            yield "penalty", f"{m.penalty:.6g}"
        yield "updates", f"{trainer.updates}"
        yield "epochs", f"{trainer.epoch:.6g}"
        yield "seconds", f"{seconds:.2f}"

    def wrote(self, path: Path) -> None:
        """Say that a file was written."""
        if not self._quiet:
            self._results.write(f"Wrote {printable(path, LONGEST_MESSAGE)}\n")

    def _share(self, seconds: float) -> float | None:
        """How much of the way is done, where a rule says how long it is."""
        trainer, limit = self._trainer, self._limit
        rules, (updates, epoch) = (trainer.experiment.stopping, (0, 0.0)) if limit is None else (limit, self._start)
        ways = (
            (trainer.updates - updates, rules.updates),
            (trainer.epoch - epoch, rules.epochs),
            (seconds, rules.seconds),
        )
        shares = [done / whole for done, whole in ways if whole]
        return min(max(shares), 1.0) if shares else None


def _score(trainer: Trainer) -> tuple[str, str]:
    """What counts beside the loss, and how it is written."""
    return ("R²", ".4f") if trainer.dataset.task is Task.REGRESSION else ("accuracy", ".2%")


def clock(seconds: float) -> str:
    """A time as a clock shows it: 1:02:03."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
