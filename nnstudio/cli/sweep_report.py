"""What a sweep without a window says: a bar while it runs, and a table in the end.

Progress goes to standard error, tables to standard output. A terminal gets one line that is drawn anew, a file or a
pipe a line now and then.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from nnstudio.cli.output import Outlet
from nnstudio.cli.report import BAR, FIRST_LINE, PLAIN_INTERVAL, TERMINAL_INTERVAL, clock
from nnstudio.core.counting import counted
from nnstudio.core.experiment.choices import Task
from nnstudio.core.sweep.axis import written
from nnstudio.core.sweep.datasets import dataset_of
from nnstudio.core.sweep.job import Ending, Result
from nnstudio.core.sweep.learned import Target
from nnstudio.core.sweep.results import Results
from nnstudio.core.sweep.sweep import Progress
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.files.errors import LONGEST_MESSAGE, printable
from nnstudio.files.jobs import library

ROWS = 20
"""Of the final table of a sweep; the file has all."""
_LONGEST_VALUE = 40


class SweepReport:
    """Tells about one sweep. Raises `DataError` where its data are not there."""

    def __init__(self, spec: SweepSpec, quiet: bool) -> None:
        self._spec, self._quiet = spec, quiet
        dataset = dataset_of(spec.trials[0].experiment.dataset, library())
        self._watched = "test" if dataset.validation is None else "validation"
        regression = dataset.task is Task.REGRESSION
        self._score, self._form = ("R²", ".4f") if regression else ("accuracy", ".2%")
        self._target = Target.of(spec.trials[0].experiment.stopping).words(dataset.task, self._watched)
        self._results, self._progress = Outlet(sys.stdout), Outlet(sys.stderr)
        self._terminal = self._progress.isatty()
        self._interval = TERMINAL_INTERVAL if self._terminal else PLAIN_INTERVAL
        self._begin = perf_counter()
        self._due = FIRST_LINE if not self._terminal else 0.0
        self._first = -1
        """How many steps were in already."""

    def introduce(self, workers: str) -> None:
        """Say what is about to be done."""
        if self._quiet:
            return
        trials = self._spec.trials
        candidates = trials[-1].candidate + 1
        seeds = f" from {counted(self._spec.seeds, 'seed')} each" if self._spec.seeds > 1 else ""
        self._progress.write(f"{counted(candidates, 'candidate')}{seeds}, {counted(len(trials), 'run')}, {workers}\n")

    def progress(self, progress: Progress) -> None:
        """Say how far it is, if it is time to."""
        seconds = perf_counter() - self._begin
        if self._first < 0:
            self._first = progress.done
        if self._quiet or seconds < self._due:
            return
        self._due = seconds + self._interval
        share = progress.done / max(progress.total, 1)
        line = f"{share:4.0%}  {progress.done} of {progress.total}  learned {progress.learned}"
        if progress.redone:
            line += f"  {progress.redone} done again"
        made = progress.done - self._first
        if made and progress.done < progress.total:
            line += f"  {clock(seconds * (progress.total - progress.done) / made)} left"
        if not self._terminal:
            self._progress.write(f"{line}\n")
            return
        done, width = round(BAR * share), shutil.get_terminal_size().columns - 1
        bar = "█" * done + "░" * (BAR - done)
        self._progress.write(f"\r{f'{bar} {line}'[:width]}\x1b[K")

    def clear(self) -> None:
        """Take the bar away."""
        if self._terminal and not self._quiet:
            self._progress.write("\r\x1b[K")

    def seeds(self, results: Results) -> None:
        """The table of one experiment's seeds."""
        rows = [("seed", "learned at", "updates", "training loss", f"{self._watched} loss", self._score)]
        for number, trial in enumerate(self._spec.trials):
            if (result := results.last(number)) is not None:
                m = result.metrics
                learned = "—" if result.learned_at is None else str(result.learned_at)
                score = f"{m.watched_accuracy:{self._form}}"
                score = score if result.ending is Ending.FINISHED else result.ending.value
                figures = f"{m.train_loss:.6g}", f"{m.watched_loss:.6g}", score
                rows.append((str(trial.experiment.seed), learned, str(result.updates), *figures))
        self._table(rows, 0)
        self._learned(results)

    def candidates(self, results: Results) -> None:
        """The table of the candidates that are ahead."""
        spec, by = self._spec, results
        lasts = [by.last(number) for number in range(len(spec.trials))]
        of: dict[int, list[int]] = {}
        for number, trial in enumerate(spec.trials):
            of.setdefault(trial.candidate, []).append(number)
        axes = [axis for axis in spec.space.axes if axis.range is not None or len(axis.values) > 1]
        heads = (*(axis.name.rpartition(".")[2] for axis in axes), "learned", f"{self._watched} loss", "best")
        rows: list[Sequence[str]] = [("", *heads, self._score, "updates")]
        order = [each for each in spec.ranking.candidates(spec.trials, lasts) if any(lasts[n] for n in of[each])]
        for place, candidate in enumerate(order[:ROWS], start=1):
            runs = [result for number in of[candidate] if (result := lasts[number]) is not None]
            values = spec.trials[of[candidate][0]].values
            shown = [printable(written(values[axis.name]) or "no layers", _LONGEST_VALUE) for axis in axes]
            rows.append((str(place), *shown, *self._figures(runs)))
        self._table(rows, len(axes) + 1)
        if len(order) > ROWS and not self._quiet:
            self._results.write(f"and {len(order) - ROWS} more\n")
        self._learned(results)

    def wrote(self, path: Path) -> None:
        """Say that a file was written."""
        if not self._quiet:
            self._results.write(f"Wrote {printable(path, LONGEST_MESSAGE)}\n")

    def interrupted(self, results: Results) -> None:
        """Say that not all is in."""
        if not self._quiet:
            trials = len(self._spec.trials)
            made = sum(results.last(number) is not None for number in range(trials))
            self._results.write(f"Interrupted with {made} of {counted(trials, 'run')}.\n")

    def complain(self, sentence: str) -> None:
        """Say what went wrong; this is said even if nothing else is."""
        self._progress.write(f"{printable(sentence, LONGEST_MESSAGE)}\n")

    def _figures(self, runs: Sequence[Result]) -> tuple[str, ...]:
        sound = [run.metrics for run in runs if run.ending in (Ending.FINISHED, Ending.PAUSED)]
        learned = f"{sum(run.learned_at is not None for run in runs)}/{len(runs)}"
        updates = str(max(run.updates for run in runs))
        if any(run.ending is Ending.PAUSED for run in runs):
            updates += " stopped"
        if not sound:
            return learned, runs[0].ending.value, "", "", updates
        losses = [metrics.watched_loss for metrics in sound]
        score = median(metrics.watched_accuracy for metrics in sound)
        return learned, f"{median(losses):.4g}", f"{min(losses):.4g}", f"{score:{self._form}}", updates

    def _table(self, rows: Sequence[Sequence[str]], left: int) -> None:
        """Columns as wide as they must be; the first `left` of them are text."""
        if self._quiet or len(rows) < 2:
            return
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (
                cell.ljust(width) if place < left else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            self._results.write(f"{'  '.join(cells).rstrip()}\n")

    def _learned(self, results: Results) -> None:
        lasts = [result for number in range(len(self._spec.trials)) if (result := results.last(number)) is not None]
        if self._quiet or not lasts:
            return
        learned = sum(result.learned_at is not None for result in lasts)
        self._results.write(f"Learned in {learned} of {len(lasts)}: {self._target}.\n")
