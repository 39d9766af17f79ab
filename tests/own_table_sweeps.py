"""A sweep over what becomes of a table that lies nowhere any more where its spec says."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from same_state import assert_same

from nnstudio import Experiment, StoppingSpec, default_experiment
from nnstudio.core.data.columns import Columns
from nnstudio.core.data.dataset import from_columns
from nnstudio.core.data.table_proposal import Survey, Wishes
from nnstudio.core.experiment.dataset_spec import TableSpec
from nnstudio.core.sweep.datasets import Own, OwnColumns, own_data
from nnstudio.core.sweep.job import Ending
from nnstudio.core.sweep.sweep import Sweep
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.core.sweep.workers import Workers
from nnstudio.core.training.trainer import Trainer
from nnstudio.files import jobs
from nnstudio.files.library import DataLibrary
from nnstudio.files.tables.source import TableLibrary, read_table

AXES = "dataset.test_share=0.1,0.4", "dataset.scaling=none,standardise"


def assert_each_has_its_own_recipe(folder: Path, workers: Callable[[tuple[Own, ...]], Workers]) -> None:
    """Every run is equal to the bit to one that is trained here on what its own spec makes of the table."""
    random, path = np.random.default_rng(1), folder / "table.csv"
    rows = [f"{a:.3f},{b:.3f},{'yes' if a + b > 0 else 'no'}" for a, b in random.normal(size=(80, 2)) * (1, 50)]
    path.write_text("\n".join(["a,b,sum", *rows]))
    table = read_table(path)
    data = Survey(table.columns).propose(Wishes(), name="sums", digest=table.digest, file=table.file).spec
    experiment = replace(default_experiment(data), stopping=StoppingSpec(updates=20))
    spec = SweepSpec(experiment=experiment, settings=AXES)
    moved = path.rename(folder / "moved.csv")
    library = DataLibrary(tables=TableLibrary(given=[moved]))
    own = own_data([trial.experiment.dataset for trial in spec.trials], library)
    assert [type(each) for each in own] == [OwnColumns]
    moved.unlink()
    sweep = Sweep(spec.trials, workers=workers(own), run=jobs.run)
    assert sweep.run()
    for number, trial in enumerate(spec.trials):
        step = sweep.results.last_step(number)
        assert step is not None
        result, state = sweep.results.get(step), sweep.results.state(step)
        assert result is not None
        assert result.ending is Ending.FINISHED, result.sentence
        assert state is not None
        assert_same(state.params, _trained(trial.experiment, table.columns).state().params)


def _trained(experiment: Experiment, columns: Columns) -> Trainer:
    assert isinstance(experiment.dataset, TableSpec)
    trainer = Trainer(experiment, dataset=from_columns(experiment.dataset, columns))
    while trainer.stop_reason is None:
        trainer.step()
    return trainer
