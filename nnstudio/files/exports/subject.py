"""What is exported: a trained network at one moment, with sample inputs and the engine's own answers to them.

The same subject goes into every format, so that all carry the same check: a hundred raw examples as people have them,
before features and scaling, and what the network says of them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.counting import counted, grouped
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.dataset_spec import DatasetSpec, OwnSpec
from nnstudio.core.network.model import Model, ModelLayer
from nnstudio.core.network.predict import predict
from nnstudio.core.run.frame import Frame
from nnstudio.files.errors import printable

SAMPLES = 100
THRESHOLD = 0.5
"""The probability from which on the answer to a yes or no is yes: above it, not at it."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A network to take away.

    frame: the moment, with experiment, data, model, metrics and history
    inputs (n, …): raw examples; answers (n, outputs): the engine's, probabilities for classes, else values
    """

    frame: Frame
    inputs: NDArray[Any]
    answers: Array

    @classmethod
    def of(cls, frame: Frame, samples: int = SAMPLES, inputs: NDArray[Any] | None = None) -> "Subject":
        """With so many sample inputs, as far as the data have them, or with these."""
        raw = _examples(frame, samples) if inputs is None else inputs
        return cls(frame, raw, predict(frame.model, raw))

    @property
    def model(self) -> Model:
        """The network."""
        return self.frame.model

    @property
    def experiment(self) -> Experiment:
        """What was asked for."""
        return self.frame.experiment

    @property
    def title(self) -> str:
        """What the data are called."""
        return title_of(self.experiment.dataset)

    @property
    def dtype(self) -> str:
        """The network's type of numbers, float32 or float64."""
        return self.model.params.dtype.name

    @property
    def classes(self) -> tuple[str, ...]:
        """What the classes or labels are called; empty where there are values."""
        return () if self.model.task is Task.REGRESSION else tuple(map(printable, self.model.target_names))

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the numbers of a raw example are called; empty for pixels."""
        if self.model.recipe.features:
            return "x1", "x2"
        return tuple(map(printable, self.model.recipe.names))

    @property
    def answer(self) -> str:
        """What the network says, in words."""
        names = tuple(map(printable, self.model.target_names))
        if self.model.task is Task.BINARY:
            return f"the probability of {names[-1]} (the other class is {names[0]})"
        few = ", ".join(names) if len(names) <= 12 else f"{', '.join(names[:11])} and {len(names) - 11} more"
        if self.model.task is Task.REGRESSION:
            return few
        return f"a probability for each of {few}"

    @property
    def summary(self) -> str:
        """What was trained, and for how long."""
        layers = " - ".join(spoken(layer) for layer in self.model.layers)
        numbers = counted(self.model.params.size, "number", grouped(self.model.params.size))
        updates = counted(self.frame.updates, "update", grouped(self.frame.updates))
        plain = f"{layers}. {numbers[0].upper()}{numbers[1:]}, learned in {updates}."
        return plain.replace("\N{NO-BREAK SPACE}", " ")


def title_of(spec: DatasetSpec) -> str:
    """What data are called."""
    return printable(spec.name) if isinstance(spec, OwnSpec) else spec.kind.label


def spoken(layer: ModelLayer) -> str:
    """A layer in a few words."""
    shape = " x ".join(map(str, layer.shape))
    if layer.activation is None:
        return f"{layer.name} ({shape})"
    return f"{layer.name} ({shape}, {layer.activation.value})"


def _examples(frame: Frame, count: int) -> NDArray[Any]:
    """Examples that test, then such that train; of the plane, where these are few, points from all over it."""
    dataset = frame.dataset
    splits = [dataset.test] if dataset.test is dataset.train else [dataset.test, dataset.train]
    raw = np.concatenate([split.raw[:count] for split in splits])[:count]
    if isinstance(dataset.domain, Plane) and len(raw) < count:
        grid = dataset.domain.grid(int(np.ceil(np.sqrt(count - len(raw)))))
        raw = np.concatenate([raw, grid])[:count]
    return raw
