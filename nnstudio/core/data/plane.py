"""The plane: which generator draws which points, what there is to learn, and which part of the plane they fill."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data import classes, regression
from nnstudio.core.data.examples import Examples
from nnstudio.core.data.features import features_of
from nnstudio.core.data.points import Drawn, Points
from nnstudio.core.data.recipe import InputRecipe
from nnstudio.core.data.scaling import measure
from nnstudio.core.experiment.choices import DatasetKind, Domain, Feature, Scaling, Task
from nnstudio.core.experiment.dataset_spec import PlaneSpec

Generator = Callable[[PlaneSpec, np.random.Generator], Drawn]
Extent = tuple[float, float, float, float]
"""(left, right, bottom, top)."""

EXTENT: Extent = (-6.0, 6.0, -6.0, 6.0)
CORNERS: Extent = (-0.5, 1.5, -0.5, 1.5)
"""Around the four points of a truth table."""
TWO_CLASSES = ("orange", "blue")
"""Two classes are called by their colours, more by their numbers."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Examples are points. extent: the part of the plane they fill; features: what the network is told about them."""

    extent: Extent
    features: tuple[Feature, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example before the network."""
        return (len(self.features),)

    def recipe(self, scaling: Scaling, raw: NDArray[np.float64]) -> InputRecipe:
        """What is done to a point, measured on training points (n, 2)."""
        shift, scale = measure(scaling, features_of(raw, self.features))
        names = tuple(feature.label for feature in self.features)
        return InputRecipe(Domain.PLANE, (2,), names, scaling, shift, scale, self.features)

    def grid(self, resolution: int) -> Points:
        """The plane's pixel centres, (resolution², 2), row by row from the upper edge."""
        left, right, bottom, top = self.extent
        centres = (np.arange(resolution) + 0.5) / resolution
        x1, x2 = np.meshgrid(left + (right - left) * centres, top - (top - bottom) * centres)
        return np.column_stack((x1.ravel(), x2.ravel()))


@dataclass(frozen=True, slots=True)
class PlaneKind:
    """A generator and what it draws.

    count: the number of classes, a number or the setting that says it; 0 for values
    extent: the part of the plane it fills
    split: whether the points are split; if not, all of them train and test
    """

    generate: Generator
    count: int | str = 2
    extent: Extent = EXTENT
    split: bool = True

    def classes(self, spec: PlaneSpec) -> int:
        """How many classes there are; 0 for regression."""
        return getattr(spec, self.count) if isinstance(self.count, str) else self.count

    def task(self, spec: PlaneSpec) -> Task:
        """What there is to learn."""
        return {0: Task.REGRESSION, 2: Task.BINARY}.get(self.classes(spec), Task.MULTICLASS)

    def target_names(self, spec: PlaneSpec) -> tuple[str, ...]:
        """What the classes are called, or the value."""
        count = self.classes(spec)
        return {0: ("y",), 2: TWO_CLASSES}.get(count, tuple(map(str, range(count))))

    @property
    def settings(self) -> tuple[str, ...]:
        """The fields of `PlaneSpec` that the kind reads, besides kind, features and scaling."""
        drawn = ("noise", "training_share", "validation_share", "samples", "seed") if self.split else ()
        return (*drawn, self.count) if isinstance(self.count, str) else drawn

    def examples(self, spec: PlaneSpec) -> tuple[Examples, Examples]:
        """Training and test points; the same where they are not split."""
        random = np.random.default_rng((spec.seed, 0))
        points, drawn = self.generate(spec, random)
        everything = Examples(points, drawn if self.classes(spec) else drawn[:, None])
        if not self.split:
            return everything, everything
        order = random.permutation(len(points))
        count = min(max(round(spec.training_share * len(points)), 1), len(points) - 1)
        return everything[order[:count]], everything[order[count:]]


PLANE_KINDS: dict[DatasetKind, PlaneKind] = {
    DatasetKind.CIRCLE: PlaneKind(classes.circle),
    DatasetKind.XOR: PlaneKind(classes.xor),
    DatasetKind.AND4: PlaneKind(classes.and4, extent=CORNERS, split=False),
    DatasetKind.OR4: PlaneKind(classes.or4, extent=CORNERS, split=False),
    DatasetKind.XOR4: PlaneKind(classes.xor4, extent=CORNERS, split=False),
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
