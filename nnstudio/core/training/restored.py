"""A trained network without its data: all that is needed to use it."""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.data.recipe import InputRecipe
from nnstudio.core.experiment import Experiment, PictureSpec, TableSpec
from nnstudio.core.experiment.choices import Task
from nnstudio.core.network.model import Model
from nnstudio.core.network.network import Network
from nnstudio.core.network.weights import Weights
from nnstudio.core.training.losses import loss_for


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    recipe: InputRecipe
    task: Task
    target_names: tuple[str, ...]


def restored(experiment: Experiment, recipe: InputRecipe, weights: Weights) -> Model:
    """The model that an experiment on a table, or on images of somebody's own, has become. Raises `SettingError`,
    `ShapeError`, and `ValueError` for weights that do not fit."""
    spec = experiment.dataset
    match spec:
        case TableSpec():
            known, shape = _Known(recipe, spec.task, spec.target_names), recipe.shape
        case PictureSpec():
            known, shape = _Known(recipe, Task.MULTICLASS, spec.class_names), (1, *recipe.shape)
        case _:
            raise ValueError("the experiment is not on somebody's own data")
    outputs = 1 if known.task is Task.BINARY else len(known.target_names)
    network = Network(experiment.layers, shape, outputs, np.dtype(weights.params.dtype))
    network.take(weights)
    loss = loss_for(experiment.training, known.task)
    return network.model(known, loss.activation.kind)
