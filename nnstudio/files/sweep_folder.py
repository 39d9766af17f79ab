"""A sweep on disk: every result is there as soon as it is in, and a sweep that was stopped goes on where it was.

    sweep.json        what was asked
    runs/0007.json    figures and curve of a run; runs/0007-1.json those of its next rung
    runs/0007.nns     its final state, a project to open; only the last rung's is kept
    results.csv       all figures as a table
    best.nns          the best run
    name.txt          what somebody has called it in the window

The state of a run is written before its figures, each whole or not at all, and a result counts when its figures are
there: whatever kills the program in between, the run is made again, to the same bits. Figures carry the digest of their
experiment, so none is ever taken for another run's. A run that failed is not kept: what was missing may be there the
next time.
"""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from nnstudio.core.experiment import Experiment
from nnstudio.core.sweep.job import Ending, Outcome, Result
from nnstudio.core.sweep.results import Results, Step
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.state import RunState
from nnstudio.files.atomic import check_place, write_atomically
from nnstudio.files.errors import FileError, printable, reason
from nnstudio.files.experiment_json import experiment_to_json
from nnstudio.files.locks import take_lock
from nnstudio.files.project import SUFFIX, Project, load_project, save_project
from nnstudio.files.results_csv import export_results
from nnstudio.files.sweep_library import ASKED, NAME

_RUNS, _LOCK, _TABLE, _BEST = "runs", "lock", "results.csv", f"best{SUFFIX}"
_FIGURES = re.compile(r"(\d{4,6})(?:-(\d{1,3}))?\.json")
_MOST_FIGURES = 2**18
"""Bytes of the figures of one run; they have some 15 000."""

Number = int | float | str
"""JSON has no NaN and no infinity; those are texts."""


class _Figures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    experiment: str
    ending: Ending
    sentence: str
    updates: int
    epoch: float
    learned_at: int | None
    metrics: dict[str, Number | None]
    curve: dict[str, list[Number]]


class SweepFolder(Results):
    """The results of a sweep in a folder, which is made if it is not there. Raises `FileError` for a folder that holds
    anything else, that another program is sweeping in, or that cannot be written to.

    It holds figures alone in memory. `close()` gives the folder free for others.
    """

    def __init__(self, path: Path, spec: SweepSpec) -> None:
        super().__init__(states=False)
        self.path, self._spec = path, spec
        self._digests: dict[int, str] = {}
        try:
            (path / _RUNS).mkdir(parents=True, exist_ok=True)
            self._lock = self._locked()
        except OSError as error:
            raise FileError(
                f"{printable(path)} cannot hold a sweep: {reason(error)}. {_ANOTHER}", str(error)
            ) from error
        try:
            self._take_possession()
            self._read()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let others have the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def keep(self, step: Step, outcome: Outcome) -> None:
        """Write it down, and then count it. Raises `FileError`."""
        if outcome.result.ending is not Ending.FAILED:
            trial = self._spec.trials[step.trial]
            if outcome.state is not None:
                save_project(self._file(step, SUFFIX), Project(trial.experiment, outcome.state))
            write_atomically(self._file(step, ".json"), _encoded(outcome.result, self._digest(step.trial)))
            if step.rung:
                with suppress(OSError):
                    self._file(Step(step.trial, step.rung - 1), SUFFIX).unlink()
        super().keep(step, outcome)

    def state(self, step: Step) -> RunState | None:
        """The state after a step, read from its project; None where that is gone or broken."""
        try:
            project = load_project(self._file(step, SUFFIX))
        except FileError:
            return None
        fits = project.experiment == self._spec.trials[step.trial].experiment
        return project.state if fits else None

    def write_summary(self) -> tuple[Path, ...]:
        """Write the table of all results, and the best run as a project; what was written. Raises `FileError`."""
        trials = self._spec.trials
        results = [self.last(number) for number in range(len(trials))]
        order = self._spec.ranking.runs(trials, results)
        export_results(table := self.path / _TABLE, self._spec.space.axes, trials, results)
        step = self.last_step(order[0]) if order else None
        state = self.state(step) if step is not None else None
        if state is None:
            return (table,)
        save_project(best := self.path / _BEST, Project(state.experiment, state))
        return table, best

    def project(self, trial: int) -> Path | None:
        """Where the final state of a run lies, if it is there."""
        step = self.last_step(trial)
        path = self._file(step, SUFFIX) if step is not None else None
        return path if path is not None and path.exists() else None

    def _file(self, step: Step, suffix: str) -> Path:
        rung = f"-{step.rung}" if step.rung else ""
        return self.path / _RUNS / f"{step.trial:04}{rung}{suffix}"

    def _locked(self) -> int | None:
        lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            take_lock(lock)
        except OSError as error:
            os.close(lock)
            raise FileError(
                f"{printable(self.path)} is in use: another program is sweeping there. Wait for it, or choose another "
                "folder."
            ) from error
        return lock

    def _take_possession(self) -> None:
        asked, mine = self.path / ASKED, _asked(self._spec)
        try:
            there: object = msgspec.json.decode(asked.read_bytes())
        except FileNotFoundError:
            foreign = [
                entry for entry in os.listdir(self.path) if entry not in (_RUNS, _LOCK, NAME) and entry[0] != "."
            ]
            if foreign or os.listdir(self.path / _RUNS):
                raise FileError(f"{printable(self.path)} holds other files and no sweep. {_ANOTHER}") from None
            write_atomically(asked, msgspec.json.format(msgspec.json.encode(mine), indent=1))
            return
        except (OSError, msgspec.DecodeError, RecursionError) as error:
            raise FileError(f"{printable(asked)} cannot be read ({error}). {_ANOTHER}") from error
        if not isinstance(there, dict) or there | {"runs": None} != mine | {"runs": None}:  # pyright: ignore
            raise FileError(
                f"{printable(self.path)} holds another sweep, of other settings. Choose another folder, or ask for the "
                "same again to go on with it."
            )
        check_place(asked)

    def _read(self) -> None:
        """Take up what is in."""
        for name in sorted(os.listdir(self.path / _RUNS)):
            found = _FIGURES.fullmatch(name)
            step = Step(int(found[1]), int(found[2] or 0)) if found else None
            if step is None or step.trial >= len(self._spec.trials) or step.rung > len(self._spec.rungs):
                continue
            result = self._result(self.path / _RUNS / name, step)
            if result is not None:
                self.note(step, result)

    def _result(self, path: Path, step: Step) -> Result | None:
        """The figures in a file; None if they are none, or another experiment's. They are made again."""
        try:
            with path.open("rb") as stream:
                figures = msgspec.json.decode(stream.read(_MOST_FIGURES), type=_Figures)
            if figures.experiment == self._digest(step.trial):
                return _decoded(figures)
        except (OSError, msgspec.MsgspecError, RecursionError, TypeError, ValueError):
            pass
        return None

    def _digest(self, trial: int) -> str:
        if trial not in self._digests:
            self._digests[trial] = digest_of(self._spec.trials[trial].experiment)
        return self._digests[trial]


_ANOTHER = "Nothing was changed; choose another folder."


def digest_of(experiment: Experiment) -> str:
    """The SHA-256 of an experiment as text."""
    return sha256(experiment_to_json(experiment).encode()).hexdigest()


def _asked(spec: SweepSpec) -> dict[str, Any]:
    """As it comes back from JSON."""
    asked = {field.name: getattr(spec, field.name) for field in fields(spec)}
    experiment = msgspec.Raw(experiment_to_json(spec.experiment).encode())
    return msgspec.json.decode(msgspec.json.encode(asked | {"experiment": experiment}))


def _encoded(result: Result, experiment: str) -> bytes:
    curve = {field.name: _numbers(getattr(result.curve, field.name).tolist()) for field in fields(HistoryPrefix)}
    metrics = {name: None if value is None else _number(value) for name, value in asdict(result.metrics).items()}
    figures = _Figures(
        experiment,
        result.ending,
        result.sentence,
        result.updates,
        float(result.epoch),
        result.learned_at,
        metrics,
        curve,
    )
    return msgspec.json.encode(figures)


def _decoded(figures: _Figures) -> Result:
    metrics: dict[str, Any] = {
        name: float(value) if isinstance(value, str) else value for name, value in figures.metrics.items()
    }
    curve = HistoryPrefix(**{name: np.array(values, np.float64) for name, values in figures.curve.items()})
    if len({len(getattr(curve, field.name)) for field in fields(curve)}) != 1:
        raise ValueError("the columns of the curve have different lengths")
    place = figures.updates, figures.epoch
    return Result(figures.ending, figures.sentence, *place, Metrics(**metrics), figures.learned_at, curve)


def _numbers(values: Sequence[float]) -> list[Number]:
    return [_number(value) for value in values]


def _number(value: float) -> Number:
    return value if np.isfinite(value) else str(float(value))
