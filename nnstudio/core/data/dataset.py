"""A data set, ready for training: split, scaled, read-only.

Inputs are kept with one more column that holds the constant 1. Every dense layer multiplies such an augmented matrix
with its weights and reads the bias as the weight of that 1, so a mini-batch is a single `take` away from the first
matrix product.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.features import features_of
from nnstudio.core.data.images import ImageSet
from nnstudio.core.data.plane import PLANE_KINDS
from nnstudio.core.data.scaling import InputScaling, measure
from nnstudio.core.data.sketched_digits import sketched_digits
from nnstudio.core.experiment import DatasetSpec
from nnstudio.core.experiment.choices import DatasetKind, Task

ImageSource = Callable[[DatasetSpec], ImageSet]


class DataError(Exception):
    """The data cannot be had; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Split:
    """Examples for training or for the test.

    augmented (n, inputs + 1): scaled inputs, last column 1
    targets (n, outputs): what the outputs should be: 0 or 1, one-hot, or a value
    labels (n,): the class as a number; for regression empty
    points (n, 2): where the points lie on the plane, before features and scaling; for images empty
    """

    augmented: NDArray[np.floating]
    targets: NDArray[np.floating]
    labels: NDArray[np.int64]
    points: NDArray[np.float64]

    @property
    def inputs(self) -> NDArray[np.floating]:
        """The inputs alone, (n, inputs)."""
        return self.augmented[:, :-1]

    def __len__(self) -> int:
        return len(self.augmented)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Training and test examples and what is known about them.

    shape: the shape of one example, (features,) on the plane, (channels, height, width) for images
    outputs: how many numbers the network gives back
    classes: how many classes there are; 0 for regression
    input_names: what to call each input on the plane; empty for images
    extent: (left, right, bottom, top) of the plane; None for images
    images: the unscaled images, for showing; None on the plane
    """

    spec: DatasetSpec
    task: Task
    shape: tuple[int, ...]
    outputs: int
    classes: int
    train: Split
    test: Split
    scaling: InputScaling
    input_names: tuple[str, ...] = ()
    extent: tuple[float, float, float, float] | None = None
    images: ImageSet | None = None

    def encode(self, points: NDArray[np.float64]) -> NDArray[np.floating]:
        """The network's inputs for points (n, 2) of the plane; shape (n, features)."""
        return self.scaling(features_of(points, self.spec.features))

    def grid(self, resolution: int) -> NDArray[np.floating]:
        """Augmented inputs (resolution², features + 1) of the plane's pixel centres, row by row from the upper edge."""
        if self.extent is None:
            raise DataError("Images do not lie on a plane.")
        left, right, bottom, top = self.extent
        centres = (np.arange(resolution) + 0.5) / resolution
        x1, x2 = np.meshgrid(left + (right - left) * centres, top - (top - bottom) * centres)
        return augment(self.encode(np.column_stack((x1.ravel(), x2.ravel()))), self.train.augmented.dtype)


def augment(inputs: NDArray[np.floating], dtype: np.dtype[np.floating]) -> NDArray[np.floating]:
    """The inputs with a last column of ones, contiguous and of this type."""
    augmented = np.ones((len(inputs), inputs.shape[1] + 1), dtype)
    augmented[:, :-1] = inputs
    return augmented


def build(spec: DatasetSpec, images: ImageSource | None = None, dtype: type[np.floating] = np.float32) -> Dataset:
    """Draw, or load through `images`, the data that `spec` asks for. Raises `DataError`."""
    if spec.kind in PLANE_KINDS:
        return _on_the_plane(spec, np.dtype(dtype))
    if spec.kind is DatasetKind.SKETCHED_DIGITS:
        return _from_images(spec, sketched_digits(spec), np.dtype(dtype))
    if images is None:
        raise DataError(f"{spec.kind.label} has to be read from files: pass a function that reads it.")
    return _from_images(spec, images(spec), np.dtype(dtype))


def _on_the_plane(spec: DatasetSpec, dtype: np.dtype[np.floating]) -> Dataset:
    kind = PLANE_KINDS[spec.kind]
    random = np.random.default_rng((spec.seed, 0))
    points, drawn = kind.generate(spec, random)
    classes, task = kind.classes(spec), kind.task(spec)
    order = random.permutation(len(points))
    count = min(max(round(spec.training_share * len(points)), 1), len(points) - 1)
    train, test = (order[:count], order[count:]) if kind.split else (np.arange(len(points)),) * 2
    inputs = features_of(points, spec.features)
    scaling = measure(spec.scaling, inputs[train])
    scaled = scaling(inputs)
    labels = drawn.astype(np.int64) if classes else np.empty(0, np.int64)
    targets = (np.eye(classes)[labels] if task is Task.MULTICLASS else drawn[:, None]).astype(dtype)

    def split(chosen: NDArray[np.int64]) -> Split:
        chosen_labels = labels[chosen] if classes else labels
        return _frozen(Split(augment(scaled[chosen], dtype), targets[chosen], chosen_labels, points[chosen]))

    return Dataset(
        spec=spec,
        task=task,
        shape=(len(spec.features),),
        outputs=targets.shape[1],
        classes=classes,
        train=split(train),
        test=split(test),
        scaling=scaling,
        input_names=tuple(feature.label for feature in spec.features),
        extent=kind.extent,
    )


def _from_images(spec: DatasetSpec, images: ImageSet, dtype: np.dtype[np.floating]) -> Dataset:
    count = min(spec.images, len(images.train_labels))
    scaling = images.scaling(spec.scaling, count)

    def split(pixels: NDArray[np.uint8], labels: NDArray[np.int64]) -> Split:
        flat = pixels.reshape(len(pixels), -1)
        # x′ = (x/255 − shift) / scale, straight into the augmented matrix: MNIST leaves no room for two copies.
        augmented = np.ones((len(flat), flat.shape[1] + 1), dtype)
        np.multiply(flat, dtype.type(1 / 255), out=augmented[:, :-1], casting="unsafe")
        augmented[:, :-1] -= scaling.shift.astype(dtype)
        augmented[:, :-1] /= scaling.scale.astype(dtype)
        targets = np.eye(images.classes, dtype=dtype)[labels]
        return _frozen(Split(augmented, targets, labels, np.empty((0, 2))))

    return Dataset(
        spec=spec,
        task=Task.MULTICLASS,
        shape=(1, *images.train_pixels.shape[1:]),
        outputs=images.classes,
        classes=images.classes,
        train=split(images.train_pixels[:count], images.train_labels[:count]),
        test=split(images.test_pixels, images.test_labels),
        scaling=scaling,
        images=images,
    )


def _frozen(split: Split) -> Split:
    for array in (split.augmented, split.targets, split.labels, split.points):
        array.flags.writeable = False
    return split
