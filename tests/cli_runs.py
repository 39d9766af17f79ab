"""What the command line trained, and the same by hand."""

from pathlib import Path

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import Experiment
from nnstudio.core.presets import PRESETS
from nnstudio.core.training.trainer import Trainer

SPIRALS = PRESETS["spirals"].experiment


def walk(run: Trainer, updates: int) -> Trainer:
    for _ in range(updates):
        run.step()
    return run


def trained(experiment: Experiment, updates: int) -> Trainer:
    return walk(Trainer(experiment), updates)


def params_in(path: Path) -> Array:
    """The flat vector that was written, layer by layer."""
    with np.load(path) as arrays:
        names = [name for name in arrays.files if name.startswith("layer")]
        return np.concatenate([arrays[name].ravel() for name in names])
