"""Which way a plane through the weights lies.

Random directions are made as long as the weights themselves, filter by filter: a network may scale one layer up and
the next one down without computing anything else, and a step of one length means something else in each of them. (Li,
Xu, Taylor, Studer, Goldstein: Visualizing the Loss Landscape of Neural Nets, 2018, section 4.)
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.landscape.path import Path, Vector
from nnstudio.core.network.layout import Layout

MARGIN = 0.25
"""So much of the path's own extent is seen around it."""
NARROWEST = 0.1
"""Of a path that hardly goes along one of the axes, so much of the other's extent."""


class Lie(Enum):
    """How the two directions are chosen."""

    RANDOM = "random"
    PRINCIPAL = "principal"


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A plane through the weights of now, and what of the run's way lies on it.

    first, second: the directions, laid out like the parameters; one step along a random one is as long as the weights
    themselves, along a principal one it has the length 1
    shares: of the path's variance that each of them explains, where they are principal ones
    path (n, 2): where the run's states lie, seen at right angles to the plane, the last one, now, at (0, 0)
    updates (n,): when it stood there
    captured: how much of the path's variance lies in the plane; NaN where there is no path yet
    across, up: from where to where it is looked at along each direction; now, 0, lies in between
    """

    lie: Lie
    first: Vector
    second: Vector
    shares: tuple[float, float] | None
    path: NDArray[np.float64]
    updates: NDArray[np.int64]
    captured: float
    across: tuple[float, float]
    up: tuple[float, float]

    @property
    def degrees(self) -> float:
        """The angle between the directions. Random ones are nearly at right angles where there are many weights."""
        lengths = float(np.linalg.norm(self.first) * np.linalg.norm(self.second))
        cosine = float(self.first @ self.second) / lengths if lengths else 0.0
        return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def random_plane(path: Path, layout: Layout, frozen: NDArray[np.bool_] | None = None, seed: int = 0) -> Plane:
    """Two random directions, one step from −1 to 1 each way."""
    random, now = np.random.default_rng((seed, 5)), path.params[-1]
    first, second = (filter_normalised(random.standard_normal(now.size), now, layout, frozen) for _ in range(2))
    places, captured = path.projected(first, second)
    return Plane(Lie.RANDOM, first, second, None, places, path.updates, captured, (-1.0, 1.0), (-1.0, 1.0))


def principal_plane(path: Path) -> Plane:
    """The plane in which the run has moved most. Raises `ShortPath` for one that has not gone far enough."""
    first, second, shares = path.components()
    places, captured = path.projected(first, second)
    reach = float(np.ptp(places, axis=0).max())
    across, up = (_around(places[:, axis], NARROWEST * reach) for axis in (0, 1))
    return Plane(Lie.PRINCIPAL, first, second, shares, places, path.updates, captured, across, up)


def filter_normalised(
    direction: Vector, params: Array, layout: Layout, frozen: NDArray[np.bool_] | None = None
) -> Vector:
    """d ← d / ‖d‖ · ‖w‖ for the weights w of each filter or unit by themselves. Biases, and what scales and shifts a
    normalised value, get no direction (as in the paper's own plots), nor do weights that are frozen: they stay."""
    result, weights = np.zeros(params.size), params.astype(np.float64)
    moved = np.where(frozen, 0.0, direction) if frozen is not None else direction
    if frozen is not None:
        weights = np.where(frozen, 0.0, weights)
    for stretch in layout.stretches.values():
        for place in stretch.params:
            if place.name != "weight":
                continue
            d, w = (place.view(vector).reshape(-1, place.shape[-1]) for vector in (moved, weights))
            lengths = np.linalg.norm(d, axis=0)
            factors = np.divide(np.linalg.norm(w, axis=0), lengths, np.zeros_like(lengths), where=lengths > 0)
            place.view(result)[...] = (d * factors).reshape(place.shape)
    return result


def _around(values: NDArray[np.float64], least: float) -> tuple[float, float]:
    """From below the lowest to above the highest of values, one of which is 0."""
    low, high = float(values.min()), float(values.max())
    margin = max(MARGIN * (high - low), least)
    return low - margin, high + margin
