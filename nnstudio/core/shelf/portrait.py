"""What a run on the shelf has learned, as a small picture.

Of the plane that is the output all over it; of anything else with classes the confusion matrix of the test examples,
and of values the predictions beside the truth.
"""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.training.evaluation import predict
from nnstudio.core.training.metrics import answers_of, confusion_matrix
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Trainer

RESOLUTION = 100
SHOWN = 500
"""Test examples whose values are shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """One of these, by what there is to see.

    output: the answers all over the plane (outputs, R, R), the upper left first
    confusion: how often a class (row) was answered with a class (column)
    truth, predicted: values of test examples (outputs, n)
    task: what the answers mean
    """

    task: Task
    output: Array | None = None
    confusion: Array | None = None
    truth: Array | None = None
    predicted: Array | None = None


@np.errstate(all="ignore")
def portrait(state: RunState, dataset: Dataset) -> Portrait:
    """The picture of a state with its data. Raises `ValueError` for a state that does not fit, and what building a
    trainer raises."""
    trainer, task = Trainer.resumed(state, dataset=dataset), dataset.task
    network, loss, domain = trainer.network, trainer.loss, dataset.domain
    if isinstance(domain, Plane):
        grid = dataset.encode(domain.grid(RESOLUTION)).astype(network.dtype, copy=False)
        output = predict(network, loss, grid).T.reshape(-1, RESOLUTION, RESOLUTION)
        return Portrait(task, output=np.ascontiguousarray(output))
    outputs = trainer.test.predict(loss)
    if task in (Task.BINARY, Task.MULTICLASS):
        return Portrait(task, confusion=confusion_matrix(dataset.test.labels, answers_of(outputs), dataset.classes))
    return Portrait(task, truth=dataset.test.targets[:SHOWN].T, predicted=outputs[:, :SHOWN])
