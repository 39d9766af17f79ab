"""The results of a sweep as a table that any spreadsheet opens: one row a run, what is not known is empty."""

import csv
import io
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from nnstudio.core.sweep.axis import Axis, written
from nnstudio.core.sweep.job import Result
from nnstudio.core.sweep.space import Trial
from nnstudio.core.training.metrics import Metrics
from nnstudio.files.atomic import write_atomically

_METRICS = tuple(field.name for field in fields(Metrics) if field.name not in ("train_examples", "train_total"))


def export_results(path: Path, axes: Sequence[Axis], trials: Sequence[Trial], results: Sequence[Result | None]) -> None:
    """Write the runs that are in to `path`. Numbers come back to the last bit. Raises `FileError`.

    run, candidate: their numbers, from 0; seed: of the first weights and the batches; then the value of each setting
    learned: 1 or 0; learned_at: after how many updates that was first seen
    """
    names = [axis.name for axis in axes]
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    seed = ["seed"] if "seed" not in names else []
    head = "run", "candidate", *seed, *names, "ending", "learned", "learned_at", "updates", "epochs", *_METRICS, "why"
    writer.writerow(head)
    for number, (trial, result) in enumerate(zip(trials, results, strict=True)):
        if result is None:
            continue
        figures = [getattr(result.metrics, name) for name in _METRICS]
        values = [written_exactly(trial.values[name]) for name in names]
        row = [number, trial.candidate, *([trial.experiment.seed] if seed else []), *values, result.ending.value]
        row += [int(result.learned_at is not None), _cell(result.learned_at), result.updates, repr(result.epoch)]
        writer.writerow([*row, *map(_cell, figures), result.sentence])
    write_atomically(path, table.getvalue().encode())


def written_exactly(value: object) -> str:
    """A value as it is typed, a number to the last bit."""
    return repr(value) if isinstance(value, float) else written(value)


def _cell(value: float | None) -> str:
    return "" if value is None or value != value else repr(value)
