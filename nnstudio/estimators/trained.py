"""What has become of an estimator: the examples it learned from, and a run that can go on.

Other examples go through the recipe that was measured on the first, so that what was learned of those still holds. The
same ones again take up the run where it stood, to the bit. Pickled, it is the examples and the state of the run.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from nnstudio.core.data.columns import AnyColumn, Columns, Numbers, Words
from nnstudio.core.data.dataset import Dataset, from_columns, with_columns
from nnstudio.core.experiment import Experiment, TableSpec
from nnstudio.core.training.batches import BatchesState
from nnstudio.core.training.state import RunState
from nnstudio.core.training.stopping import StoppingState
from nnstudio.core.training.trainer import Trainer
from nnstudio.estimators.table import file_of, kept_in
from nnstudio.files import limits
from nnstudio.files.atomic import write_atomically
from nnstudio.files.project import Project, save_project


class Trained:
    """A run on the examples in `columns`; losses: over the training examples, after each pass."""

    def __init__(self, experiment: Experiment, columns: Columns) -> None:
        assert isinstance(experiment.dataset, TableSpec)
        self._first = self._current = columns
        self._dataset = from_columns(experiment.dataset, columns)
        self.trainer = Trainer(experiment, dataset=self._dataset)
        self.losses: list[float] = []

    @property
    def dataset(self) -> Dataset:
        """The examples that the recipe was measured on."""
        return self._dataset

    def learn(self) -> bool:
        """One more pass over the examples; whether the rules for stopping let another follow. Raises `Diverged`."""
        trainer, start = self.trainer, perf_counter()
        trainer.train(epochs=1)
        self.losses.append(trainer.record().train_loss)
        trainer.seconds += perf_counter() - start
        return not (trainer.stop_reason or trainer.stopping.after_seconds(trainer.seconds))

    def turn_to(self, columns: Columns) -> None:
        """Go on with these examples. Raises `DataError`, and `SettingError` for too few."""
        if _same(columns, self._current):
            return
        dataset = with_columns(self._dataset, columns)
        trainer = Trainer(self.trainer.experiment, dataset=dataset, begins=False)
        trainer.restore(_over(self.trainer, dataset))
        self._current, self.trainer = columns, trainer

    def save(self, path: Path) -> None:
        """Write a project with the run and the examples that its recipe was measured on; the file of a large table
        lies beside it. Raises `FileError`."""
        content = file_of(self._first)
        beside = path.with_name(f"{path.stem}-examples.npz")
        spec = self.trainer.experiment.dataset
        assert isinstance(spec, TableSpec)
        experiment = replace(self.trainer.experiment, dataset=kept_in(spec, content, beside))
        state = self.trainer.state() if self._current is self._first else _over(self.trainer, self._dataset)
        kept = len(content) <= limits.STORED_TABLE
        if not kept:
            write_atomically(beside, content)
        project = Project(experiment, replace(state, experiment=experiment), recipe=self._dataset.recipe)
        save_project(path, replace(project, table=content if kept else None))

    def __getstate__(self) -> dict[str, Any]:
        current = None if self._current is self._first else self._current
        return {"first": self._first, "current": current, "state": self.trainer.state(), "losses": self.losses}

    def __setstate__(self, kept: Mapping[str, Any]) -> None:
        state: RunState = kept["state"]
        assert isinstance(state.experiment.dataset, TableSpec)
        self._first = self._current = kept["first"]
        self._dataset = dataset = from_columns(state.experiment.dataset, self._first)
        if kept["current"] is not None:
            self._current = kept["current"]
            dataset = with_columns(dataset, self._current)
        self.trainer = Trainer.resumed(state, dataset=dataset)
        self.losses = kept["losses"]


def _over(trainer: Trainer, dataset: Dataset) -> RunState:
    """The state of the run, about to begin a pass over another data set; the passes go on counting."""
    state = trainer.state()
    seen = round(trainer.epoch * len(dataset.train))
    batches = BatchesState(seen, np.empty(0, np.int64), 0, state.batches.random)
    return replace(state, batches=batches, stopping=StoppingState())


def _same(columns: Columns, others: Columns) -> bool:
    return all(map(_alike, columns.by_name.values(), others.by_name.values())) and len(columns) == len(others)


def _alike(column: AnyColumn, other: AnyColumn) -> bool:
    match column, other:
        case Numbers(), Numbers():
            return np.array_equal(column.values, other.values)
        case Words(), Words():
            return np.array_equal(column.codes, other.codes)
        case _:
            return False
