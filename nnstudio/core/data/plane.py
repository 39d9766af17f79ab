"""The data sets of the plane: which generator draws them, what there is to learn, and which part they fill."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnstudio.core.data import classes, regression
from nnstudio.core.data.points import Drawn
from nnstudio.core.experiment.choices import DatasetKind, Task
from nnstudio.core.experiment.dataset_spec import DatasetSpec

Generator = Callable[[DatasetSpec, np.random.Generator], Drawn]

EXTENT = (-6.0, 6.0, -6.0, 6.0)


@dataclass(frozen=True, slots=True)
class PlaneKind:
    """A generator and what it draws.

    count: the number of classes, a number or the setting that says it; 0 for values
    extent: (left, right, bottom, top) of the part of the plane it fills
    split: whether the points are split; if not, all of them train and test
    """

    generate: Generator
    count: int | str = 2
    extent: tuple[float, float, float, float] = EXTENT
    split: bool = True

    def classes(self, spec: DatasetSpec) -> int:
        """How many classes there are; 0 for regression."""
        return getattr(spec, self.count) if isinstance(self.count, str) else self.count

    def task(self, spec: DatasetSpec) -> Task:
        """What there is to learn."""
        return {0: Task.REGRESSION, 2: Task.BINARY}.get(self.classes(spec), Task.MULTICLASS)


PLANE_KINDS: dict[DatasetKind, PlaneKind] = {
    DatasetKind.CIRCLE: PlaneKind(classes.circle),
    DatasetKind.XOR: PlaneKind(classes.xor),
    DatasetKind.XOR4: PlaneKind(classes.xor4, extent=(-0.5, 1.5, -0.5, 1.5), split=False),
    DatasetKind.GAUSSIANS: PlaneKind(classes.gaussians),
    DatasetKind.SPIRALS: PlaneKind(classes.spirals, "arms"),
    DatasetKind.MOONS: PlaneKind(classes.moons),
    DatasetKind.RINGS: PlaneKind(classes.rings, "classes"),
    DatasetKind.CHECKERBOARD: PlaneKind(classes.checkerboard),
    DatasetKind.BLOBS: PlaneKind(classes.blobs, "classes"),
    DatasetKind.PLANE: PlaneKind(regression.slope, 0),
    DatasetKind.HILLS: PlaneKind(regression.hills, 0),
    DatasetKind.SINE: PlaneKind(regression.sine, 0),
}
