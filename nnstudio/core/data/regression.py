"""Values on the plane: what a network with a linear output learns.

Points lie evenly in a disc of radius 6 (the plane and the hills, as in the well-known web playground) or in the square
±6 (the sine). Noise moves a point before its value is read, as if its place had been measured badly.
"""

import numpy as np

from nnstudio.core.data.points import Drawn, Points, polar
from nnstudio.core.dataset_spec import DatasetSpec

HILLS = ((-4.0, 2.5, 1.0), (0.0, 2.5, -1.0), (4.0, 2.5, 1.0), (-4.0, -2.5, -1.0), (0.0, -2.5, 1.0), (4.0, -2.5, -1.0))
"""Centre (x₁, x₂) and height of each hill; a height falls to 0 at a distance of 2."""


def slope(spec: DatasetSpec, random: np.random.Generator) -> Drawn:
    """y = (x₁ + x₂) / 10, from −1 to 1 and a little beyond the corners of ±5."""
    points = _disc(spec, random)
    return points, _strayed(points, spec, random).sum(axis=1) / 10


def hills(spec: DatasetSpec, random: np.random.Generator) -> Drawn:
    """y = the tallest or deepest of the six hills here, max(0, 1 − d/2) times its height, d the distance."""
    points = _disc(spec, random)
    strayed = _strayed(points, spec, random)
    x1, x2, height = np.array(HILLS).T
    distance = np.hypot(strayed[:, :1] - x1, strayed[:, 1:] - x2)
    shares = np.clip(1 - distance / 2, 0, 1) * height
    return points, shares[np.arange(len(points)), np.abs(shares).argmax(axis=1)]


def sine(spec: DatasetSpec, random: np.random.Generator) -> Drawn:
    """y = sin(π x₁ / 3): two full waves from −6 to 6."""
    points = random.uniform(-6, 6, (spec.samples, 2))
    return points, np.sin(np.pi / 3 * _strayed(points, spec, random)[:, 0])


def _disc(spec: DatasetSpec, random: np.random.Generator) -> Points:
    return polar(6 * np.sqrt(random.uniform(0, 1, spec.samples)), random.uniform(0, 2 * np.pi, spec.samples))


def _strayed(points: Points, spec: DatasetSpec, random: np.random.Generator) -> Points:
    return points + random.uniform(-1, 1, points.shape) * 3 * spec.noise
