"""What a run without a window says: a line of progress, and a table in the end.

Progress goes to standard error, the table to standard output. A terminal gets one line that is drawn anew ten times a
second; a file or a pipe gets a line now and then.
"""

import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import TextIO

from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.experiment.choices import Task
from nnstudio.core.training.trainer import Trainer

BAR = 20
"""Characters."""
TERMINAL_INTERVAL, PLAIN_INTERVAL, FIRST_LINE = 0.1, 5.0, 1.0
"""Seconds between two lines of progress, and to the first one."""


class Report:
    """Tells about one run. `due` is the time, in seconds of training, at which `progress` wants to be called."""

    def __init__(
        self,
        trainer: Trainer,
        results: TextIO,
        progress: TextIO,
        quiet: bool = False,
        limit: StoppingSpec | None = None,
    ) -> None:
        self._trainer = trainer
        self._results = results
        self._progress = progress
        self._quiet = quiet
        self._limit, self._start = limit, (trainer.updates, trainer.epoch)
        self._terminal = progress.isatty()
        self._interval = TERMINAL_INTERVAL if self._terminal else PLAIN_INTERVAL
        self._begin = perf_counter()
        self.due = float("inf") if quiet else min(self._interval, FIRST_LINE)

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
            line = f"{share:4.0%}  {line}  {_clock(left)} left"
        if not self._terminal:
            self._progress.write(f"{line}\n")
        else:
            done = round(BAR * (share or 0))
            bar = "█" * done + "░" * (BAR - done) if share is not None else ""
            width = shutil.get_terminal_size().columns - 1
            self._progress.write(f"\r{f'{bar} {line}'[:width]}\x1b[K")
        self._progress.flush()

    def finish(self, sentence: str = "") -> None:
        """The table, and why training ended."""
        if self._quiet:
            return
        if self._terminal:
            self._progress.write("\r\x1b[K")
            self._progress.flush()
        seconds = perf_counter() - self._begin
        for row in self._rows(seconds):
            name, train, test = (*row, "")[:3]
            self._results.write(f"{name:10}{train:>12}{test:>12}".rstrip() + "\n")
        if sentence:
            self._results.write(f"{sentence}\n")

    def _rows(self, seconds: float) -> Iterator[tuple[str, ...]]:
        trainer = self._trainer
        m = trainer.evaluate(exact=True)
        regression = trainer.dataset.task is Task.REGRESSION
        score, form = ("R²", ".4f") if regression else ("accuracy", ".2%")
        yield "", "training", "test"
        yield "loss", f"{m.train_loss:.6g}", f"{m.test_loss:.6g}"
        yield score, f"{m.train_accuracy:{form}}", f"{m.test_accuracy:{form}}"
        if m.penalty:
            yield "penalty", f"{m.penalty:.6g}"
        yield "updates", f"{trainer.updates}"
        yield "epochs", f"{trainer.epoch:.6g}"
        yield "seconds", f"{seconds:.2f}"

    def wrote(self, path: Path) -> None:
        """Say that a file was written."""
        if not self._quiet:
            self._results.write(f"Wrote {path}\n")

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


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
