"""What becomes of images of somebody's own when they are read, whatever they were read from."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.counting import counted
from nnstudio.core.experiment.dataset_spec import LARGEST_SIDE
from nnstudio.files import limits
from nnstudio.files.errors import FileError

Size = tuple[int, int]
"""Height and width."""
Reading = Generator[float, None, "Pictures"]
"""Work that says after each piece how much is done, from 0 to 1; dropped, it is cancelled."""
USUAL_SIDE = 64
"""Pixels that larger images are scaled to, in height or width, unless somebody says otherwise: what a small network
can learn from."""


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Labelled images: pixels (n, height, width), labels (n,) by the number of the name.

    digest: the SHA-256 of all files; disk: their bytes
    original: the height and width that most of them have, and others: how many had another one than the most
    left_out: those that cannot be read, a few words for each
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    digest: str
    disk: int
    original: Size
    others: int = 0
    left_out: tuple[str, ...] = ()

    @property
    def size(self) -> Size:
        """Height and width of all of them, as they were read."""
        height, width = self.pixels.shape[1:]
        return height, width

    @property
    def sentence(self) -> str:
        """What was found."""
        height, width = self.size
        scaled = f", of which {self.others} had another size" if self.others else ""
        count = counted(len(self.pixels), "image")
        return f"{count} of {width}×{height} pixels in {len(self.names)} classes{scaled}."


def size_for(original: Size, wished: Size | None, count: int) -> Size:
    """The size that so many images are read in. Raises `FileError` where they do not fit into memory."""
    height, width = wished or original
    side = LARGEST_SIDE if wished else USUAL_SIDE
    if max(height, width) > side:  # the shape stays
        shrink = side / max(height, width)
        height, width = max(round(height * shrink), 1), max(round(width * shrink), 1)
    if count * height * width > limits.PIXELS:
        raise FileError(
            f"{counted(count, 'image')} of {width}×{height} pixels are more than fit into memory here. Nothing was "
            "changed; choose a smaller size."
        )
    return height, width


def scaled(image: Any, size: Size) -> NDArray[np.uint8]:
    """The pixels (height, width) of Pillow's grey image, scaled if it has another size."""
    from PIL import Image

    if image.size != size[::-1]:
        image = image.resize(size[::-1], Image.Resampling.BILINEAR)
    return np.asarray(image, np.uint8)
