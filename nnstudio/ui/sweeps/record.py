"""A sweep as the window knows it: what was asked, what is in so far, and how it is going."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from time import perf_counter
from typing import Any

from PySide6.QtCore import QObject, Signal

from nnstudio.core.counting import counted
from nnstudio.core.data.plane import PLANE_KINDS
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.dataset_spec import PaintedSpec, PlaneSpec, TableSpec
from nnstudio.core.experiment.network_text import describe_layers
from nnstudio.core.experiment.setting import SettingError, in_a_phrase
from nnstudio.core.sweep.axis import LAYERS, Axis
from nnstudio.core.sweep.job import Ending, Result
from nnstudio.core.sweep.results import Results
from nnstudio.core.sweep.standing import Standing, standings
from nnstudio.core.sweep.sweep import Progress, Sweep
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.files.errors import FileError
from nnstudio.files.sweep_folder import SweepFolder
from nnstudio.files.sweep_library import call, name_in, read_spec, results_in
from nnstudio.ui.sweep_queue import SweepQueue, SweepWork

_PLAIN = 4
"""So many digits of a value are written."""


class State(Enum):
    """How it is going."""

    WAITING = "waits for its turn"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    BROKEN = "cannot be read"


@dataclass(slots=True)
class Pace:
    """How far the work of now has come: steps done, of how many, jobs done again, and when it began."""

    done: int = 0
    total: int = 0
    redone: int = 0
    begun_with: int = -1
    begun: float = 0.0
    seconds: float = 0.0

    @property
    def left(self) -> float | None:
        """Seconds, about; None while nobody knows."""
        made = self.done - self.begun_with
        if self.begun_with < 0 or made < 1 or not self.total:
            return None
        return (perf_counter() - self.begun) * (self.total - self.done) / made


class SweepRecord(QObject):
    """One sweep in its folder. Without `spec` what was asked is read there; where it is damaged, `trouble` says so.

    changed: something has come in, or it is going otherwise
    """

    changed = Signal()

    def __init__(self, path: Path, spec: SweepSpec | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.name = ""
        self.trouble = ""
        self.spec = spec
        self.results = Results(states=False)
        self.pace = Pace()
        self.where = ""
        self._work: SweepWork | None = None
        self._background: SweepQueue | None = None
        self._loaded = spec is not None  # a new one has nothing yet
        self._whole = False
        if spec is None:
            self.name = name_in(path)
            try:
                self.spec = read_spec(path)
            except FileError as error:
                self.trouble = str(error)

    # What it is.

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The settings that are varied."""
        return () if self.spec is None else self.spec.space.axes

    @property
    def title(self) -> str:
        """What somebody has called it, or else the settings that are varied, in words."""
        if self.name:
            return self.name
        if self.spec is None:
            return self.path.name
        labels = [axis.label for axis in self.axes]
        return " × ".join([*labels[:1], *map(in_a_phrase, labels[1:])]) or counted(self.spec.seeds, "seed")

    def call(self, name: str) -> None:
        """Give it this name; an empty one takes its own away. Raises `FileError`."""
        call(self.path, name)
        self.name = name
        self.changed.emit()

    @property
    def subtitle(self) -> str:
        """How many of what, on which data."""
        if self.spec is None:
            return ""
        candidates = self.spec.trials[-1].candidate + 1
        seeds = f" × {counted(self.spec.seeds, 'seed')}" if self.spec.seeds > 1 else ""
        parts = [self.spec.experiment.dataset.kind.label]
        if all(axis.name != LAYERS for axis in self.axes):
            parts.append(describe_layers(self.spec.experiment.layers) or "no hidden layers")
        return f"{counted(candidates, 'setting')}{seeds} on {', '.join(parts)}"

    @property
    def regression(self) -> bool:
        """Whether R² is what counts, and not an accuracy."""
        dataset = self.spec.experiment.dataset if self.spec is not None else None
        if isinstance(dataset, TableSpec):
            return dataset.task is Task.REGRESSION
        return isinstance(dataset, PlaneSpec) and not PLANE_KINDS[dataset.kind].classes(dataset)

    @property
    def on_plane(self) -> bool:
        """Whether its examples are points."""
        return self.spec is not None and isinstance(self.spec.experiment.dataset, PlaneSpec | PaintedSpec)

    @property
    def runs(self) -> int:
        """How many runs it has."""
        return 0 if self.spec is None else len(self.spec.trials)

    @property
    def made(self) -> int:
        """How many of them are in, or were stopped early."""
        if not self._loaded:
            return min(results_in(self.path), self.runs)
        return sum(result is not None for result in self.lasts())

    @property
    def state(self) -> State:
        """How it is going."""
        if self._work is not None:
            waits = self._background is not None and self._background.is_waiting(self._work)
            return State.WAITING if waits else State.RUNNING
        if self.spec is None:
            return State.BROKEN
        return State.FINISHED if self._whole else State.STOPPED

    @property
    def loaded(self) -> bool:
        """Whether it is known what is in, or cannot be known."""
        return self._loaded or self.spec is None or bool(self.trouble)

    @property
    def stops(self) -> tuple[float, ...]:
        """The updates at which the worse half stops, where that can be said."""
        if self.spec is None or not self.spec.rungs:
            return ()
        whole = [result.updates for result in self.lasts() if result is not None and result.ending is Ending.FINISHED]
        length = self.spec.experiment.stopping.updates or max(whole, default=0)
        return tuple(share * length for share in self.spec.rungs) if length else ()

    def lasts(self) -> list[Result | None]:
        """The last result of each run."""
        return [self.results.last(number) for number in range(self.runs)]

    def standings(self) -> tuple[Standing, ...]:
        """Of what is in."""
        return () if self.spec is None else standings(self.spec.trials, self.lasts(), self.spec.ranking)

    def load(self) -> None:
        """Read what is in, if that has not been done."""
        if self._loaded or self.spec is None or self._work is not None:
            return
        try:
            folder = SweepFolder(self.path, self.spec)
        except (FileError, SettingError) as error:
            self.trouble = str(error)
            self.changed.emit()
            return
        try:
            for step in folder.steps():
                result = folder.get(step)
                assert result is not None
                self.results.note(step, result)
        finally:
            folder.close()
        self._loaded = True
        self._see_whether_whole()
        self.changed.emit()

    def project(self, number: int) -> Path | None:
        """Where the state of a run lies."""
        step = self.results.last_step(number)
        if step is None:
            return None
        path = self.path / "runs" / f"{step.trial:04}{f'-{step.rung}' if step.rung else ''}.nns"
        return path if path.exists() else None

    # How it goes on.

    def go_on(self, background: SweepQueue, work: SweepWork, where: str) -> None:
        """Train what is missing."""
        self._background, self._work, self.where = background, work, where
        self.trouble, self.pace = "", Pace()
        work.progressed.connect(self._take)
        work.ended.connect(self._ended)
        background.changed.connect(self.changed)
        background.start(work)
        self.changed.emit()

    def cancel(self) -> None:
        """Stop; what is in stays."""
        if self._work is not None and self._background is not None:
            self._background.cancel(self._work)

    def _take(self, progress: Progress) -> None:
        for step, result in progress.arrived:
            self.results.note(step, result)
        self._loaded = True
        pace = self.pace
        if progress.total:
            pace.done, pace.total, pace.redone = progress.done, progress.total, progress.redone
            if pace.begun_with < 0:
                pace.begun_with, pace.begun = progress.done, perf_counter()
            pace.seconds = perf_counter() - pace.begun
        self.changed.emit()

    def _ended(self, whole: bool, sentence: str) -> None:
        if self._background is not None:
            self._background.changed.disconnect(self.changed)
        self._work = self._background = None
        self._whole, self.trouble = whole, sentence
        self.changed.emit()

    def _see_whether_whole(self) -> None:
        if self.spec is not None:
            spec = self.spec
            self._whole = Sweep(spec.trials, self.results, rungs=spec.rungs, ranking=spec.ranking).whole


def shown(value: Any) -> str:
    """A value of a setting for a person."""
    if isinstance(value, tuple):
        return describe_layers(value) or "no layers"  # pyright: ignore[reportUnknownArgumentType]
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:.{_PLAIN}g}"
    return str(getattr(value, "label", value))


def values_of(standing: Standing, axes: tuple[Axis, ...], but: str = "") -> str:
    """The values of a candidate in a phrase; `but`: of one setting not."""
    values: Mapping[str, Any] = standing.values
    return ", ".join(shown(values[axis.name]) for axis in axes if axis.name != but)
