"""Images as they come from a file: bytes, 0 is background, 255 is ink."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.scaling import InputScaling, Vector, measure
from nnstudio.core.experiment.choices import Scaling


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Labelled images: pixels (n, height, width) of bytes, labels (n,) from 0 to classes − 1."""

    train_pixels: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_pixels: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
    classes: int

    def scaling(self, kind: Scaling, count: int) -> InputScaling:
        """The scaling of pixels already divided by 255, the same for every pixel: a pixel that is always background in
        training must not blow up in the test. Measured on the first `count` training images."""
        pixels = self.train_pixels[:count]
        share = np.bincount(pixels.ravel(), minlength=256) / pixels.size
        values = np.arange(256) / 255
        if kind is Scaling.STANDARDISE:
            mean = float(share @ values)
            shift, scale = mean, float(np.sqrt(share @ (values - mean) ** 2))
        else:
            used = measure(kind, values[share > 0][:, None])
            shift, scale = float(used.shift[0]), float(used.scale[0])
        size: int = pixels.shape[1] * pixels.shape[2]
        shifts: Vector = np.full(size, shift)
        scales: Vector = np.full(size, scale or 1.0)
        return InputScaling(shifts, scales)
