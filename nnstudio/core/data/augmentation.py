"""Training images moved by a few pixels, differently every time they are seen.

A digit is the same digit a little further left. Moving each image at random tells the network so, and makes a small
data set behave like a larger one. The shifts of an update depend on nothing but the seed and the update's number, so a
run that is repeated moves its images the same way.
"""

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment.dataset_spec import ImageSpec


class Shift:
    """Moves images by up to `maximum` pixels in either direction; what comes in from outside is `background`."""

    def __init__(self, maximum: int, height: int, width: int, background: float, seed: int) -> None:
        self._seed = seed
        self._background = background
        moves = [(dy, dx) for dy in range(-maximum, maximum + 1) for dx in range(-maximum, maximum + 1)]
        self._sources = np.stack([_sources(height, width, dy, dx) for dy, dx in moves])

    @classmethod
    def of(cls, dataset: Dataset, seed: int) -> "Shift | None":
        """The shifts that a data set asks for, if it does."""
        spec, recipe = dataset.spec, dataset.recipe
        if not isinstance(spec, ImageSpec) or not spec.shift:
            return None
        height, width = recipe.shape
        return cls(spec.shift, height, width, float(-recipe.shift[0] / recipe.scale[0]), seed)

    def __call__(self, inputs: Array, update: int, first: int = 0) -> None:
        """Move the rows of `inputs` (n, pixels + 1) in place; the last column stays. `first`: the place of the first of
        them in its mini-batch."""
        random = np.random.default_rng((self._seed, 4, update))
        sources = self._sources[random.integers(0, len(self._sources), first + len(inputs))[first:]]
        # The last column stands for every pixel outside of the image; it is put back to 1 afterwards.
        inputs[:, -1] = self._background
        inputs[:, :-1] = np.take_along_axis(inputs, sources, axis=1)
        inputs[:, -1] = 1


def _sources(height: int, width: int, dy: int, dx: int) -> Array:
    """For each pixel of the moved image, where it comes from: a pixel, or the column behind the last one."""
    y, x = np.mgrid[:height, :width]
    inside = (y - dy >= 0) & (y - dy < height) & (x - dx >= 0) & (x - dx < width)
    return np.where(inside, (y - dy) * width + (x - dx), height * width).ravel()
