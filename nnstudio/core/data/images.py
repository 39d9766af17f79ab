"""Images as they come from a file: bytes, 0 is background, 255 is ink."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.examples import Examples
from nnstudio.core.data.recipe import InputRecipe
from nnstudio.core.data.scaling import Vector, measure
from nnstudio.core.experiment.choices import Domain, Scaling

WHITE = 255


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Labelled images: pixels (n, height, width) of bytes, labels (n,) from 0 to classes − 1."""

    train_pixels: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_pixels: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
    classes: int

    def examples(self, count: int) -> tuple[Examples, Examples]:
        """The first `count` training images, and all test images."""
        train = Examples(self.train_pixels[:count], self.train_labels[:count])
        return train, Examples(self.test_pixels, self.test_labels)


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Examples are images; `images` are all there are, unscaled, for showing."""

    images: ImageSet

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example before the network, (channels, height, width)."""
        return (1, *self.images.train_pixels.shape[1:])

    def recipe(self, scaling: Scaling, raw: NDArray[np.uint8]) -> InputRecipe:
        """What is done to an image, measured on training pixels (n, height, width): the same for every pixel, because
        one that is always background in training must not blow up in the test."""
        share = np.bincount(raw.ravel(), minlength=WHITE + 1) / raw.size
        values = np.arange(WHITE + 1) / WHITE
        if scaling is Scaling.STANDARDISE:
            mean = float(share @ values)
            shift, scale = mean, float(np.sqrt(share @ (values - mean) ** 2))
        else:
            shift, scale = (float(one[0]) for one in measure(scaling, values[share > 0][:, None]))
        size: int = raw.shape[1] * raw.shape[2]
        shifts: Vector = np.full(size, shift)
        scales: Vector = np.full(size, scale or 1.0)
        return InputRecipe(Domain.IMAGES, raw.shape[1:], (), scaling, shifts, scales, divisor=WHITE)
