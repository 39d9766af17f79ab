"""What is brought to the processes of many runs: data of somebody's own, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.data.dataset import DataError, Dataset
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.sweep.datasets import own_data

OWN = Dataset.from_arrays(np.random.default_rng(1).normal(size=(40, 3)), np.arange(40) % 2)


def test_what_every_computer_can_make_stays_at_home() -> None:
    assert own_data([default_experiment(DatasetKind.SPIRALS).dataset], None, OWN) == ()


def test_what_is_at_hand_is_not_read_again() -> None:
    (brought,) = own_data([OWN.spec, OWN.spec], None, OWN)
    assert brought is OWN


def test_what_is_at_hand_is_not_brought_for_another() -> None:
    with pytest.raises(DataError):  # numbers from a script cannot be made again
        own_data([replace(OWN.spec, name="another")], None, OWN)
