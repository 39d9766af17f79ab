"""What the two kinds of pooling share: windows without parameters, each channel by itself."""

from abc import abstractmethod

import numpy as np

from nnstudio.core.array import Array, Shape
from nnstudio.core.experiment.layer_specs import PoolSpec
from nnstudio.core.network.layers.layer import Buffer, Layer, Stage
from nnstudio.core.network.layers.windows import check_fit, image_shape, places, windows


class Pooling(Layer):
    """One number for each window: (channels, height, width) becomes (channels, rows, columns). Pixels that fill no
    whole window are left out. Raises `ShapeError` for inputs that are no images, or smaller than the window."""

    spec: PoolSpec

    def __init__(self, name: str, spec: PoolSpec, input_shape: Shape) -> None:
        super().__init__(name, spec, input_shape)
        channels, height, width = image_shape(name, input_shape)
        check_fit(name, (height, width), spec.size)
        self.shape = (channels, places(height, spec.size, spec.stride), places(width, spec.size, spec.stride))


class PoolingStage(Stage):
    """x: for each position in the window, what it sees at every place (channels, rows, columns, n); dx beside it."""

    def __init__(self, layer: Pooling, source: Buffer, training: bool) -> None:
        wants_gradient = training and source.gradient is not None
        super().__init__(source, Buffer.empty(layer.shape, source.examples, source.augmented.dtype, wants_gradient))
        size, stride = layer.spec.size, layer.spec.stride
        self.y = self.output.values
        self.x = self._views(source.values, size, stride)
        self.dx: list[Array] = []
        if source.gradient is not None:
            self.dx = self._views(source.gradient, size, stride)
            self.scratch = np.empty_like(self.y)

    @staticmethod
    def _views(images: Array, size: int, stride: int) -> list[Array]:
        view = windows(images, size, stride)
        return [view[:, i, j] for i, j in np.ndindex(size, size)]

    def backward(self) -> None:
        dx, dy = self.source.gradient, self.output.gradient
        if dx is not None and dy is not None:
            dx.fill(0)
            self.distribute(dy)

    @abstractmethod
    def distribute(self, dy: Array) -> None:
        """Add to each of `dx` its share of dy, which may be used up."""
