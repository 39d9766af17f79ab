"""Values on the plane: what a network with a linear output learns.

Points lie evenly in the square ±6. Noise moves a point by up to 6 · noise before its value is read, as if its place had
been measured badly. The slope and the hills follow the well-known web playground.
"""

import numpy as np

from nnstudio.core.data.points import Drawn, Points
from nnstudio.core.experiment.dataset_spec import PlaneSpec

HILLS = ((-4.0, 2.5, 1.0), (0.0, 2.5, -1.0), (4.0, 2.5, 1.0), (-4.0, -2.5, -1.0), (0.0, -2.5, 1.0), (4.0, -2.5, -1.0))
"""Centre (x₁, x₂) and height of each hill; a height falls to 0 at a distance of 2."""


def slope(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """y = (x₁ + x₂) / 10, from −1.2 to 1.2."""
    points = _square(spec, random)
    return points, _strayed(points, spec, random).sum(axis=1) / 10


def hills(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """y = the tallest or deepest of the six hills here, max(0, 1 − d/2) times its height, d the distance."""
    points = _square(spec, random)
    strayed = _strayed(points, spec, random)
    x1, x2, height = np.array(HILLS).T
    distance = np.hypot(strayed[:, :1] - x1, strayed[:, 1:] - x2)
    shares = np.clip(1 - distance / 2, 0, 1) * height
    return points, shares[np.arange(len(points)), np.abs(shares).argmax(axis=1)]


def sine(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """y = sin(π x₁ / 3): two full waves from −6 to 6."""
    points = _square(spec, random)
    return points, np.sin(np.pi / 3 * _strayed(points, spec, random)[:, 0])


def _square(spec: PlaneSpec, random: np.random.Generator) -> Points:
    return random.uniform(-6, 6, (spec.samples, 2))


def _strayed(points: Points, spec: PlaneSpec, random: np.random.Generator) -> Points:
    return points + random.uniform(-6, 6, points.shape) * spec.noise
