"""Classes on the plane.

Each generator draws labelled points from its own random generator; the classes come as balanced as the count allows.
Distances are in units of the plane −6 … 6; `noise` is a share, 0 to 0.5. The circle, XOR, Gaussians and spirals follow
the well-known web playground, so that what a learner saw there looks the same here.
"""

import numpy as np

from nnstudio.core.data.points import Drawn, in_turn, polar
from nnstudio.core.experiment.dataset_spec import PlaneSpec


def circle(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """Positive points with radius below 2.5, negative ones from 3.5 to 5; noise moves a point before it is labelled by
    its distance from the centre, so that labels near the border are wrong, as they would be when measured badly."""
    labels = in_turn(spec.samples, 2)
    radius = np.where(labels == 1, random.uniform(0, 2.5, spec.samples), random.uniform(3.5, 5, spec.samples))
    points = polar(radius, random.uniform(0, 2 * np.pi, spec.samples))
    if spec.noise:
        strayed = points + random.uniform(-5, 5, points.shape) * spec.noise
        labels = (np.hypot(*strayed.T) < 2.5).astype(np.int64)
    return points, labels


def xor(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """Uniform in ±5 with a gap of 0.3 on either side of both axes; label 1 where x₁·x₂ ≥ 0, after the noise."""
    points = random.uniform(-5, 5, (spec.samples, 2))
    points += np.where(points > 0, 0.3, -0.3)
    strayed = points + random.uniform(-5, 5, points.shape) * spec.noise
    return points, (strayed.prod(axis=1) >= 0).astype(np.int64)


def gaussians(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """Normal clouds around (2, 2) and (−2, −2); their variance grows from 0.5 to 4 with the noise."""
    labels = in_turn(spec.samples, 2)
    centre = np.where(labels == 1, 2.0, -2.0)[:, None]
    return centre + random.normal(0, np.sqrt(0.5 + 7 * spec.noise), (spec.samples, 2)), labels


def spirals(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """Arm k: radius 5 t, angle 1.75·2π·t + 2π k / arms for t in 0 … 1, moved by up to the noise in each coordinate."""
    labels = in_turn(spec.samples, spec.arms)
    per_arm = -(-spec.samples // spec.arms)
    t = (np.arange(spec.samples) // spec.arms) / per_arm
    points = polar(5 * t, 1.75 * 2 * np.pi * t + 2 * np.pi * labels / spec.arms)
    return points + random.uniform(-1, 1, points.shape) * spec.noise, labels


def moons(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """Two half circles of radius 3, the lower one shifted by (3, −1.5), centred together; normal noise of 3 · noise."""
    labels = in_turn(spec.samples, 2)
    angle = random.uniform(0, np.pi, spec.samples)
    upper = np.column_stack((3 * np.cos(angle) - 1.5, 3 * np.sin(angle) - 0.75))
    lower = np.column_stack((1.5 - 3 * np.cos(angle), 0.75 - 3 * np.sin(angle)))
    points = np.where((labels == 1)[:, None], lower, upper)
    return points + random.normal(0, 3 * spec.noise, points.shape) if spec.noise else points, labels


def and4(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """The truth table of AND: 1 for (1, 1) alone. Samples, noise and share do not apply."""
    return _truth_table(0, 0, 0, 1)


def or4(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """The truth table of OR: 0 for (0, 0) alone."""
    return _truth_table(0, 1, 1, 1)


def xor4(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """The truth table of XOR: 1 for (0, 1) and (1, 0)."""
    return _truth_table(0, 1, 1, 0)


def _truth_table(*labels: int) -> Drawn:
    """(0, 0), (0, 1), (1, 0) and (1, 1), in the order of the textbooks."""
    return np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float64), np.array(labels)


def rings(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """Class k lies between the radii 5.5 k/classes and 5.5 (k + 0.7)/classes; noise moves points, not labels."""
    labels = in_turn(spec.samples, spec.classes)
    radius = (labels + random.uniform(0, 0.7, spec.samples)) * 5.5 / spec.classes
    points = polar(radius, random.uniform(0, 2 * np.pi, spec.samples))
    return points + random.normal(0, 2 * spec.noise, points.shape), labels


def checkerboard(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """A board of 4×4 squares of side 2.5 in ±5; noise moves a point before its square is read."""
    points = random.uniform(-5, 5, (spec.samples, 2))
    squares = np.floor((points + random.uniform(-2, 2, points.shape) * spec.noise) / 2.5).astype(np.int64)
    return points, squares.sum(axis=1) % 2


def blobs(spec: PlaneSpec, random: np.random.Generator) -> Drawn:
    """Normal clouds of deviation 0.5 + 2·noise, evenly placed on a circle of radius 4."""
    labels = in_turn(spec.samples, spec.classes)
    centre = polar(np.full(spec.samples, 4.0), 2 * np.pi * labels / spec.classes)
    return centre + random.normal(0, 0.5 + 2 * spec.noise, centre.shape), labels
