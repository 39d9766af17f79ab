"""A plane through the inputs of a table: two of them, or the two directions in which the examples differ most.

All other inputs stay what they are on the plane: at their mean, or as the chosen example has them. The examples are
drawn where they fall on it, though most of them lie beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Dataset, Split
from nnstudio.core.data.plane import Extent, Plane
from nnstudio.core.data.table import Table
from nnstudio.core.network.network import Pass
from nnstudio.core.run.example import ExampleReading, SplitName
from nnstudio.core.run.warped import principal_components
from nnstudio.core.training.evaluation import sample
from nnstudio.core.training.trainer import Trainer

EXAMPLES = 500
"""So many of a split are drawn, spread evenly."""
_ROOM = 0.08
"""Beside the outermost examples, as a share of the way between them."""
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Section:
    """Which plane: across and upwards two inputs by their numbers, or None for the first two principal components;
    at_example: whether it goes through the chosen example, not through the mean."""

    inputs: tuple[int, int] | None = (0, 1)
    at_example: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SectionAxes:
    """How places on the plane and inputs x (inputs,), as the network sees them, belong together.

    base (inputs,), readers (2, inputs): the coordinates of x are readers · (x − base); of an input they are its own
    numbers, before it was scaled
    directions (2, inputs): one coordinate more moves x by so much
    explained (2,): the share of the variance along each principal component; None for inputs
    """

    base: Vector
    readers: Vector
    directions: Vector
    explained: Vector | None = None

    def coordinates(self, inputs: Array) -> Vector:
        """Where inputs (n, inputs) fall on the plane, (n, 2)."""
        return (inputs - self.base) @ self.readers.T

    def through(self, inputs: Vector) -> Vector:
        """The inputs (inputs,) at (0, 0) of the plane through these."""
        return inputs - self.coordinates(inputs[None])[0] @ self.directions


@dataclass(frozen=True, slots=True, eq=False)
class SectionReading:
    """What the network answers on the plane.

    section: which one was asked for; at_example: whether an example was there for it to go through
    axes, origin (inputs,): the inputs at (a, b) are origin + a · directions[0] + b · directions[1]
    dataset: the data as points of the plane; examples: by split, the numbers (n,) that these have in it
    output (outputs, R, R): probabilities for classifiers, values for regression, the upper left first
    """

    section: Section
    at_example: bool
    axes: SectionAxes
    origin: Vector
    dataset: Dataset
    examples: Mapping[SplitName, NDArray[np.int64]]
    output: Array

    def inputs_at(self, across: float, upwards: float) -> Vector:
        """The inputs (inputs,), as the network sees them, of a place."""
        return self.origin + np.array((across, upwards)) @ self.axes.directions


class SectionReader:
    """Sends planes through one trainer's network; keeps where the examples fall on the last one, and its pass."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._known: tuple[object, SectionAxes, Dataset, Mapping[SplitName, NDArray[np.int64]]] | None = None
        self._pass: Pass | None = None
        self._mean: Vector | None = None

    def read(self, section: Section, example: ExampleReading | None, resolution: int) -> SectionReading | None:
        """The plane now; None where the data have no two such inputs."""
        data = self._trainer.dataset
        count = data.train.inputs.shape[1]
        if not isinstance(data.domain, Table) or count < 2 or (section.inputs and max(section.inputs) >= count):
            return None
        mean: Vector = data.train.inputs.mean(axis=0, dtype=np.float64) if self._mean is None else self._mean
        self._mean = mean
        if self._known is None or self._known[0] != section.inputs:
            axes = self._axes(section, mean)
            self._known = section.inputs, axes, *_on_plane(data, axes)
        _, axes, dataset, examples = self._known
        at_example = section.at_example and example is not None
        origin = axes.through(example.inputs.astype(np.float64) if at_example and example else mean)
        plane = dataset.domain
        assert isinstance(plane, Plane)
        inputs = origin + plane.grid(resolution) @ axes.directions
        output = self._forward(inputs).reshape(-1, resolution, resolution)
        return SectionReading(section, at_example, axes, origin, dataset, examples, output)

    def _axes(self, section: Section, mean: Vector) -> SectionAxes:
        data = self._trainer.dataset
        if section.inputs is None:
            found = principal_components(data.train.inputs[sample(data.train, EXAMPLES)])
            axes = np.zeros((2, len(mean)))
            axes[: len(found.axes)] = found.axes
            return SectionAxes(mean, axes, axes, np.append(found.explained, 0.0)[:2])
        scale, chosen = data.recipe.scale, list(section.inputs)
        readers = np.zeros((2, len(mean)))
        readers[(0, 1), chosen] = scale[chosen]
        directions = np.zeros((2, len(mean)))
        directions[(0, 1), chosen] = 1 / scale[chosen]
        return SectionAxes(-data.recipe.shift / scale, readers, directions)

    def _forward(self, inputs: Vector) -> Array:
        trainer = self._trainer
        if self._pass is None or len(self._pass.inputs) != len(inputs):
            self._pass = Pass(trainer.network, np.ones((len(inputs), inputs.shape[1] + 1), trainer.network.dtype))
        self._pass.inputs[:, :-1] = inputs
        self._pass.forward()
        output = np.empty_like(self._pass.logits)
        trainer.loss.output(self._pass.logits, output)
        return output


def _on_plane(data: Dataset, axes: SectionAxes) -> tuple[Dataset, Mapping[SplitName, NDArray[np.int64]]]:
    """The data as points of the plane, and their numbers in each split."""
    chosen = {name: sample(split, EXAMPLES) for name in SplitName if (split := name.of(data)) is not None}
    points = {name: _points(split, axes, chosen[name]) for name in chosen if (split := name.of(data)) is not None}
    train, test = points[SplitName.TRAINING], points[SplitName.TEST]
    plane = Plane(_extent(train.raw), ())
    test = train if data.test is data.train else test
    return replace(data, domain=plane, train=train, test=test, validation=points.get(SplitName.VALIDATION)), chosen


def _points(split: Split, axes: SectionAxes, chosen: NDArray[np.int64]) -> Split:
    labels = split.labels[chosen] if len(split.labels) else split.labels
    return Split(split.augmented[chosen], split.targets[chosen], labels, axes.coordinates(split.inputs[chosen]))


def _extent(points: Vector) -> Extent:
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.where(high > low, _ROOM * (high - low), 0.5)
    (left, bottom), (right, top) = (low - room).tolist(), (high + room).tolist()
    return left, right, bottom, top
