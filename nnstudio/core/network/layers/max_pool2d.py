"""MaxPool2D: the largest value of each window.

Forward  y = max x over the window;  backward  ∂x = ∂y where x is the largest, and 0 elsewhere. Of several equal ones
the first takes it all. Weng et al. 1992.
"""

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.network.layers.layer import Buffer, Stage
from nnstudio.core.network.layers.pooling import Pooling, PoolingStage


class MaxPool2D(Pooling):
    """Max pooling of images (channels, height, width)."""

    formula = "y[n, d, r, c] = max of x[n, d, r*stride : r*stride + size, c*stride : c*stride + size]"

    def note(self, given: str) -> tuple[str, ...]:
        return (f"a = largest of {self.spec.size}×{self.spec.size}",)

    def stage(self, source: Buffer, training: bool) -> Stage:
        return MaxPool2DStage(self, source, training)


class MaxPool2DStage(PoolingStage):
    """Maxima pair by pair: each position of the window against the largest so far, at all places at once."""

    def forward(self) -> None:
        y = self.y
        np.copyto(y, self.x[0])
        for x in self.x[1:]:
            np.maximum(x, y, out=y)

    def distribute(self, dy: Array) -> None:
        share = self.scratch
        for x, dx in zip(self.x[:-1], self.dx[:-1], strict=True):
            np.equal(x, self.y, share)
            np.multiply(share, dy, share)
            np.add(dx, share, dx)
            np.subtract(dy, share, dy)
        np.add(self.dx[-1], dy, self.dx[-1])
