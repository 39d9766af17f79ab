"""Digits drawn by the program: images for a machine without a network.

Each digit is a few strokes in the unit square. For every image they are slanted, stretched and wobbled at random, gone
over with a round pen of random thickness, and put where MNIST puts its digits: scaled into a box of 20×20, and moved by
whole pixels until the centre of mass is in the middle of 28×28 (LeCun et al. 1998).
"""

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment.dataset_spec import ImageSpec

SIZE, BOX = 28, 20
TEST_IMAGES = 1000
_POINTS = 56  # along the strokes of one digit
_PEN = 7  # dabs of the pen at each of them
_CHUNK = 2000

Stroke = tuple[tuple[float, float], ...]


def _arc(x: float, y: float, width: float, height: float, start: float, end: float) -> Stroke:
    """Part of an ellipse; angles in degrees, clockwise from three o'clock, y downwards."""
    angles = np.radians(np.linspace(start, end, 16))
    return tuple(zip((x + width * np.cos(angles)).tolist(), (y + height * np.sin(angles)).tolist(), strict=True))


STROKES: tuple[tuple[Stroke, ...], ...] = (
    (_arc(0.5, 0.5, 0.32, 0.5, -90, 270),),
    (((0.3, 0.2), (0.52, 0.0), (0.52, 1.0)),),
    ((*_arc(0.5, 0.28, 0.32, 0.28, -170, 40), (0.15, 1.0), (0.85, 1.0)),),
    (_arc(0.45, 0.25, 0.32, 0.25, -150, 90), _arc(0.45, 0.74, 0.36, 0.26, -90, 150)),
    (((0.62, 0.0), (0.12, 0.66), (0.88, 0.66)), ((0.66, 0.35), (0.66, 1.0))),
    (((0.8, 0.0), (0.28, 0.0), (0.24, 0.42)), _arc(0.46, 0.68, 0.34, 0.32, -130, 140)),
    (((0.66, 0.0), (0.3, 0.38), (0.19, 0.68)), _arc(0.5, 0.71, 0.31, 0.29, -180, 180)),
    (((0.14, 0.0), (0.86, 0.0), (0.42, 1.0)),),
    (_arc(0.5, 0.25, 0.27, 0.25, 90, 450), _arc(0.5, 0.75, 0.33, 0.25, -90, 270)),
    (_arc(0.5, 0.3, 0.3, 0.3, 0, 360), ((0.8, 0.3), (0.76, 0.62), (0.6, 1.0))),
)
"""The strokes of 0 to 9; x to the right, y downwards."""


def sketched_digits(spec: ImageSpec) -> ImageSet:
    """`spec.images` training and 1 000 test images, the classes in turn; the same seed draws the same images."""
    random = np.random.default_rng((spec.seed, 0))
    labels = np.arange(spec.images + TEST_IMAGES) % 10
    pixels = np.concatenate([_draw(part, random) for part in np.array_split(labels, -(-len(labels) // _CHUNK))])
    count = spec.images
    return ImageSet(pixels[:count], labels[:count], pixels[count:], labels[count:], 10)


def _draw(labels: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.uint8]:
    """Images (n, 28, 28) of these digits."""
    points = _OUTLINES[labels] - 0.5
    points = points + _wobble(len(labels), random)
    slant, stretch = random.normal(0, 0.22, (len(labels), 1)), random.uniform(0.75, 1.25, (len(labels), 1))
    x, y = points[..., 0] * stretch - slant * points[..., 1], points[..., 1]
    turn = random.normal(0, 0.08, (len(labels), 1))
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    pen = random.uniform(0.5, 1.4, (len(labels), 1))
    x, y = _in_box(x, y, pen)
    return _centred(_ink(x, y, pen))


def _along(strokes: tuple[Stroke, ...]) -> Array:
    """Points (_POINTS, 2) evenly along the strokes of one digit."""
    parts: list[Array] = []
    lengths = [_lengths(stroke) for stroke in strokes]
    total = sum(float(length[-1]) for length in lengths)
    counts = [round(_POINTS * float(length[-1]) / total) for length in lengths]
    counts[0] += _POINTS - sum(counts)
    for stroke, length, count in zip(strokes, lengths, counts, strict=True):
        places = np.linspace(0, float(length[-1]), count)
        corners = np.array(stroke)
        x: Array = np.interp(places, length, corners[:, 0])
        y: Array = np.interp(places, length, corners[:, 1])
        parts.append(np.stack((x, y), axis=1))
    return np.concatenate(parts)


def _lengths(stroke: Stroke) -> Array:
    """How far each corner of a stroke lies from its beginning."""
    steps = np.diff(np.array(stroke), axis=0)
    return np.concatenate(([0.0], np.hypot(steps[:, 0], steps[:, 1]).cumsum()))


_OUTLINES = np.stack([_along(strokes) for strokes in STROKES])


def _wobble(count: int, random: np.random.Generator) -> Array:
    """Slow waves along the strokes, different in both directions; (count, _POINTS, 2)."""
    along = np.linspace(0, 2 * np.pi, _POINTS)[None, :, None]
    waves = np.arange(1, 4)[:, None, None, None]
    phase = random.uniform(0, 2 * np.pi, (3, count, 1, 2))
    size = random.normal(0, 0.03, (3, count, 1, 2))
    return (size * np.sin(waves * along + phase)).sum(axis=0)


def _in_box(x: Array, y: Array, pen: Array) -> tuple[Array, Array]:
    """Scaled so that the ink just fills the box in one direction, and put into the middle of the image."""
    width, height = _extent(x), _extent(y)
    factor = (BOX - 1 - 2 * pen) / np.maximum(width, height)
    low_x, low_y = x.min(axis=1, keepdims=True), y.min(axis=1, keepdims=True)
    return (x - low_x) * factor + _edge(width * factor, pen), (y - low_y) * factor + _edge(height * factor, pen)


def _extent(places: Array) -> Array:
    return np.ptp(places, axis=1)[:, None]


def _edge(extent: Array, pen: Array) -> Array:
    """Where outlines of this extent begin, in the middle of the image. The edge of their ink lies on a whole pixel, or
    a box of 20 would touch 21."""
    return np.round((SIZE - 1 - extent) / 2 - pen) + pen


def _centred(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Each image moved by whole pixels until its centre of mass is as near to the middle as it can be."""
    rows = _sources(images.sum(axis=2, dtype=np.int64))
    columns = _sources(images.sum(axis=1, dtype=np.int64))
    return images[np.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]


def _sources(ink: Array) -> Array:
    """From which row (or column) of an image each is taken; `ink` (n, 28) is how much of it there is in each."""
    places, margin = np.arange(SIZE), (SIZE - BOX) // 2  # no ink may leave the image
    middle: Array = ink @ places / ink.sum(axis=1)
    move = np.clip(np.round((SIZE - 1) / 2 - middle), -margin, margin).astype(np.int64)
    return (places - move[:, None]) % SIZE


def _ink(x: Array, y: Array, pen: Array) -> NDArray[np.uint8]:
    """Dabs of the pen, each shared among the four pixels around it; ink saturates at black."""
    angles = np.arange(_PEN - 1) * 2 * np.pi / (_PEN - 1)
    ring_x, ring_y = np.append(np.cos(angles), 0), np.append(np.sin(angles), 0)
    x, y = x[..., None] + pen[..., None] * ring_x, y[..., None] + pen[..., None] * ring_y
    left, top = x.astype(np.int64), y.astype(np.int64)
    right_share, bottom_share = x - left, y - top
    place = (np.arange(len(x))[:, None, None] * SIZE + top) * SIZE + left
    total = np.zeros(len(x) * SIZE * SIZE)
    for down, right in ((0, 0), (0, 1), (1, 0), (1, 1)):
        share = np.where(down, bottom_share, 1 - bottom_share) * np.where(right, right_share, 1 - right_share)
        total += np.bincount((place + down * SIZE + right).ravel(), share.ravel(), len(total))
    darkness = np.minimum(total * 0.6, 1).reshape(-1, SIZE, SIZE)
    return (darkness * 255).astype(np.uint8)
