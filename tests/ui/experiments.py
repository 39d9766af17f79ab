"""The experiment that most tests of the session begin with, and edits of it."""

from dataclasses import replace

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment

CIRCLE = default_experiment(DatasetKind.CIRCLE)


def rate(experiment: Experiment, learning_rate: float) -> Experiment:
    return replace(experiment, training=replace(experiment.training, learning_rate=learning_rate))


def wider(experiment: Experiment) -> Experiment:
    first, *others = experiment.layers
    return replace(experiment, layers=(replace(first, units=first.units + 1), *others))
