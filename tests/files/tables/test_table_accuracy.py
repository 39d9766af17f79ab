"""From a file to what scikit-learn's own network reaches on the same rows, without a word but the target."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from real_tables import TABLES, write

from nnstudio.core.data.dataset import from_columns
from nnstudio.core.data.table_proposal import Survey, Wishes
from nnstudio.core.experiment.choices import Task
from nnstudio.core.presets import default_experiment
from nnstudio.core.sweep.job import DEFAULT_EPOCHS
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.tables.source import read_table

WITHIN = 0.01
SEEDS = range(1, 6)


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_as_good_as_scikit_learn(name: str, tmp_path: Path) -> None:
    networks = pytest.importorskip("sklearn.neural_network", reason="scikit-learn is an oracle, not a dependency")
    make, dialect, target = TABLES[name]
    table = read_table(write(make(), tmp_path, name, dialect))
    survey = Survey(table.columns)
    ours, theirs = [], []
    for seed in SEEDS:
        spec = survey.propose(Wishes(target=target, seed=seed), digest=table.digest, file=table.file).spec
        data = from_columns(spec, table.columns)
        trainer = Trainer(replace(default_experiment(spec), seed=seed), dataset=data)
        ours.append(trainer.train(DEFAULT_EPOCHS).test_accuracy)
        regression = data.task is Task.REGRESSION
        oracle = networks.MLPRegressor if regression else networks.MLPClassifier
        network = oracle(random_state=seed, max_iter=500)
        truths = [split.targets[:, 0] if regression else split.labels for split in (data.train, data.test)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged
            network.fit(data.train.inputs, truths[0])
        theirs.append(network.score(data.test.inputs, truths[1]))
    assert np.mean(ours) >= np.mean(theirs) - WITHIN, f"{np.mean(ours):.4f}, scikit-learn {np.mean(theirs):.4f}"
