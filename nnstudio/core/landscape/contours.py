"""Lines of one height through a grid of values."""

import numpy as np
from numpy.typing import NDArray

_TRIANGLES = np.array([[(0, 0), (1, 0), (1, 1)], [(0, 0), (1, 1), (0, 1)]])
"""The corners (column, row) of the two triangles that a cell of the grid is cut into."""


def contour(values: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Where `values` (h, w) pass a level, as straight pieces (k, 2 ends, 2) in columns and rows of the grid: marching
    triangles, for through a triangle runs one piece or none. None run through what is no finite number."""
    height, width = values.shape
    if height < 2 or width < 2:
        return np.empty((0, 2, 2))
    rows, columns = (place.reshape(-1, 1, 1) for place in np.mgrid[: height - 1, : width - 1])
    corners = np.stack((columns + _TRIANGLES[..., 0].reshape(1, 2, 3), rows + _TRIANGLES[..., 1].reshape(1, 2, 3)), -1)
    corners = corners.reshape(-1, 3, 2)
    heights = values[corners[..., 1], corners[..., 0]] - level
    above = heights > 0
    crossed = np.isin(above.sum(axis=1), (1, 2)) & np.isfinite(heights).all(axis=1)
    corners, heights, above = corners[crossed].astype(np.float64), heights[crossed], above[crossed]
    # One corner lies alone on its side of the level; the piece cuts it off.
    alone = np.argmax(above == (above.sum(axis=1) == 1)[:, None], axis=1)
    each = np.arange(len(alone))
    ends = [
        _between(corners[each, alone], corners[each, other], heights[each, alone], heights[each, other])
        for other in ((alone + 1) % 3, (alone + 2) % 3)
    ]
    return np.stack(ends, axis=1)


def _between(
    p: NDArray[np.float64], q: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where a height that is a at p and b at q is 0."""
    return p + (q - p) * (a / (a - b))[:, None]
