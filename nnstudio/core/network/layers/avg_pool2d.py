"""AvgPool2D: the mean of each window.

Forward  y = Σ x / k²  over the window of k × k pixels;  backward  ∂x = ∂y / k². LeCun et al. 1989, without weights.
"""

import numpy as np

from nnstudio.core.array import Array, constant
from nnstudio.core.network.layers.layer import Buffer, Stage
from nnstudio.core.network.layers.pooling import Pooling, PoolingStage


class AvgPool2D(Pooling):
    """Average pooling of images (channels, height, width)."""

    formula = "y[n, d, r, c] = mean of x[n, d, r*stride : r*stride + size, c*stride : c*stride + size]"

    def note(self, given: str) -> tuple[str, ...]:
        return (f"a = mean of {self.spec.size}×{self.spec.size}",)

    def stage(self, source: Buffer, training: bool) -> Stage:
        return AvgPool2DStage(self, source, training)


class AvgPool2DStage(PoolingStage):
    """Sums pair by pair, at all places at once."""

    def __init__(self, layer: AvgPool2D, source: Buffer, training: bool) -> None:
        super().__init__(layer, source, training)
        self.share = constant(1 / len(self.x), self.y.dtype)

    def forward(self) -> None:
        y = self.y
        np.copyto(y, self.x[0])
        for x in self.x[1:]:
            np.add(x, y, y)
        np.multiply(y, self.share, y)

    def distribute(self, dy: Array) -> None:
        np.multiply(dy, self.share, dy)
        for dx in self.dx:
            np.add(dx, dy, dx)
