"""A drawing by hand as an image of the data set, scaled and placed as the data set does it with its own.

MNIST (LeCun, Bottou, Bengio & Haffner 1998, Gradient-Based Learning Applied to Document Recognition, section III.A):
the ink's box is scaled to fit 20×20 with its shape kept, edges get grey levels, and the whole is moved so that the
centre of mass lies in the middle of 28×28. As the published images show, it is moved by whole pixels, and the middle is
the *pixel* 14, 14, counted from 0; the sketched digits have theirs in between, at 13.5. An image of another size is
treated in proportion.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.data.images import WHITE
from nnstudio.core.experiment.choices import DatasetKind

SIZE, BOX = 28, 20
WIDEST = 4.0
"""Pixels of MNIST's that a line is wide at most: of its own digits one in fifty has a wider one. So something small,
drawn with a pen that is wide for it, does not become a blot."""


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """What a pen of this width draws until it is lifted: points (n, 2), x to the right, y downwards, in any unit that
    the strokes of a drawing share. A single point is a dot. Raises `ValueError` for what cannot be drawn."""

    points: Array
    width: float

    def __post_init__(self) -> None:
        if self.points.ndim != 2 or self.points.shape[1] != 2 or not np.isfinite(self.points).all():
            raise ValueError(f"the points of a stroke have the shape (n, 2) and are finite, not {self.points.shape}")
        if not 0 < self.width < np.inf:
            raise ValueError(f"a pen is wider than 0, not {self.width}")


def pixels_of(
    strokes: Iterable[Stroke], shape: tuple[int, int] = (SIZE, SIZE), kind: DatasetKind = DatasetKind.MNIST
) -> NDArray[np.uint8] | None:
    """The drawing as an image (height, width) of this data set, 0 background, 255 ink; None where there is no ink.

    With the ink's box from l to h (the points and half a pen around), n the image's size, s = min(20 n / 28 / (h − l))
    and m the middle of the image q = s · (p − (l + h) / 2) + m are the points in pixels, and the pen is s · width wide,
    `WIDEST` at most of 28 pixels, of others in proportion to the shorter side. Then whole
    pixels bring the centre of mass Σ i·v / Σ v to within ½ of the data set's middle, as far as no ink is lost.
    """
    drawn = [stroke for stroke in strokes if len(stroke.points)]
    if not drawn:
        return None
    low = np.min([stroke.points.min(axis=0) - stroke.width / 2 for stroke in drawn], axis=0)
    high = np.max([stroke.points.max(axis=0) + stroke.width / 2 for stroke in drawn], axis=0)
    unit = min(shape) / SIZE
    scale = float((BOX * (np.array(shape[::-1]) / SIZE) / (high - low)).min())
    middle = np.array(shape[::-1]) / 2
    ink = np.zeros(shape)
    for stroke in drawn:
        points = scale * (stroke.points - (low + high) / 2) + middle
        np.maximum(ink, _covered(points, min(scale * stroke.width, WIDEST * unit), shape), out=ink)
    between = kind is DatasetKind.SKETCHED_DIGITS
    return _centred(np.round(WHITE * ink).astype(np.uint8), [(n - 1) / 2 if between else n // 2 for n in shape])


def _covered(points: Array, width: float, shape: tuple[int, int]) -> Array:
    """How much of each pixel (height, width) lies under a line of this width through points (n, 2).

    At the distance d from a long line of the half width r that is the overlap of [d − ½, d + ½] with [−r, r].
    """
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    centres = np.stack((x.ravel(), y.ravel()), axis=1)
    starts, ways = (points[:-1], np.diff(points, axis=0)) if len(points) > 1 else (points, np.zeros((1, 2)))
    squares = np.maximum((ways**2).sum(axis=1), np.finfo(float).tiny)
    # |c − a − t w|² with t = (c − a) · w / |w|², from products of matrices: all centres times all pieces of the line.
    along = (centres @ ways.T - (starts * ways).sum(axis=1)) / squares
    nearest = np.clip(along, 0, 1, out=along)
    dx = centres[:, :1] - starts[:, 0] - nearest * ways[:, 0]
    dy = centres[:, 1:] - starts[:, 1] - nearest * ways[:, 1]
    distance = np.sqrt((dx**2 + dy**2).min(axis=1)).reshape(shape)
    radius = width / 2
    overlap: Array = np.minimum(radius, distance + 0.5) - np.maximum(-radius, distance - 0.5)
    return np.maximum(overlap, 0)


def _centred(image: NDArray[np.uint8], middle: Sequence[float]) -> NDArray[np.uint8] | None:
    """Moved until the centre of mass is as near to the `middle` (row, column) as whole pixels bring it. None where the
    ink is too thin to be seen."""
    if not image.any():
        return None
    for axis, size in enumerate((len(image), len(image[0]))):
        ink: NDArray[np.int64] = image.sum(axis=1 - axis, dtype=np.int64)
        rows = np.flatnonzero(ink)
        off = middle[axis] - float(ink @ np.arange(size)) / float(ink.sum())
        move = int(np.clip(np.ceil(off - 0.5), -rows[0], size - 1 - rows[-1]))
        image = np.roll(image, move, axis)
    return image
