"""Conv2D: filters slide over the image.

Forward  Z[f, r, c] = Σ W[d, i, j, f] X[d, r·s + i, c·s + j] + b[f],  A = f(Z);  X is (channels, height, width, n), Z
and A (filters, rows, columns, n), s the stride. As in every library this is a correlation: the filters are not turned
over. LeCun et al. 1989.

What the filters see is written out as *columns* (channels · k · k + 1, places · n) with a last row of ones and the
examples innermost (im2col, Chellapilla et al. 2006): the layer becomes a dense one, Z = Wᵀ X̃, whose result lies as the
next layer wants it. Only the columns of a few image rows exist at a time, so that they stay in the processor's cache.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from nnstudio.core.array import Array, Shape
from nnstudio.core.experiment import InitializationSpec
from nnstudio.core.experiment.choices import Padding
from nnstudio.core.experiment.layer_specs import Conv2DSpec
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.network.initializers import initialize
from nnstudio.core.network.layers.layer import Buffer, Layer, Stage
from nnstudio.core.network.layers.windows import Padded, check_fit, image_shape, places, same_padding, windows

CACHE = 2**19
"""Bytes of columns to work on at a time: about half of a core's own cache."""


class Conv2D(Layer):
    """A convolution; its block of parameters (channels · k · k + 1, filters) holds one filter in each column.

    Raises `ShapeError` for inputs that are no images, or too small for the kernel.
    """

    spec: Conv2DSpec
    formula = (
        "y[n, g, r, c] = f(sum over d, i, j of x[n, d, r*stride + i, c*stride + j] * weight[d, i, j, g] + bias[g]), "
        "with zeros around x: padding [[above, below], [left, right]]"
    )

    def __init__(self, name: str, spec: Conv2DSpec, input_shape: Shape) -> None:
        super().__init__(name, spec, input_shape)
        _, height, width = image_shape(name, input_shape)
        size, stride = spec.kernel, spec.stride
        self.margins = ((0, 0), (0, 0))
        """Zeros above and below, left and right."""
        if spec.padding is Padding.SAME:
            self.margins = (same_padding(height, size, stride), same_padding(width, size, stride))
        height, width = height + sum(self.margins[0]), width + sum(self.margins[1])
        check_fit(name, (height, width), size)
        self.padded_shape = (input_shape[0], height, width)
        self.shape = (spec.filters, places(height, size, stride), places(width, size, stride))
        self.activation_kind = spec.activation
        self.activation = ACTIVATIONS[spec.activation]

    @property
    def parameter_shape(self) -> tuple[int, int]:
        return (self.penalized_rows + 1, self.spec.filters)

    @property
    def arrays(self) -> Mapping[str, Shape]:
        kernel = self.spec.kernel
        return {"weight": (self.input_shape[0], kernel, kernel, self.spec.filters), "bias": (self.spec.filters,)}

    @property
    def settings(self) -> Mapping[str, Any]:
        return {**super().settings, "padding": self.margins}

    def note(self, given: str) -> tuple[str, ...]:
        return (f"a = {self.spec.activation.of('w ∗ x + b')}",)

    @property
    def penalized_rows(self) -> int:
        return self.input_shape[0] * self.spec.kernel**2

    def stage_size(self, examples: int, training: bool) -> int:
        row = self.parameter_shape[0] * self.shape[2] * examples
        columns = max(row, CACHE // 4)  # at least one row of the output at a time
        among_zeros = 2 * prod(self.padded_shape) * examples if self.padded_shape != self.input_shape else 0
        return super().stage_size(examples, training) + columns + among_zeros + prod(self.parameter_shape)

    def initialize(self, spec: InitializationSpec, random: np.random.Generator) -> None:
        initialize(
            self.params,
            self.penalized_rows,
            self.spec.filters * self.spec.kernel**2,
            spec.of_layer(self.spec.initializer),
            random,
        )

    def stage(self, source: Buffer, training: bool) -> Stage:
        return Conv2DStage(self, source, training)


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of the output: the windows that they look at (channels, k, k, rows, columns, n), their part of Z and of
    ∂Z (filters, rows · columns · n), and the windows of ∂X beside the columns that are added to them."""

    seen: Array
    z: Array
    dz: Array
    returns: list[tuple[Array, Array]]


class Conv2DStage(Stage):
    """Windows written out, a product, and the same way back."""

    def __init__(self, layer: Conv2D, source: Buffer, training: bool) -> None:
        super().__init__(source, Buffer.empty(layer.shape, source.examples, source.augmented.dtype, training))
        self.activation = layer.activation
        self.a = self.output.values
        self.z = self.a if self.activation.in_place else np.empty_like(self.a)
        self.dz = self.a if self.output.gradient is None else self.output.gradient
        self.scratch = np.empty_like(self.dz) if training else self.dz
        self.weights_and_biases = layer.params.T
        self.weights = layer.params[:-1]
        self.grads = layer.grads
        self.share = np.empty_like(layer.grads)
        self.images = Padded(source.values, layer.margins)
        self.d_images = None if source.gradient is None else Padded(source.gradient, layer.margins)
        self.blocks = self._blocks(layer)

    def _blocks(self, layer: Conv2D) -> list[Block]:
        size, stride = layer.spec.kernel, layer.spec.stride
        filters, rows, columns = layer.shape
        row = columns * self.source.examples
        together = rows_together(rows, layer.parameter_shape[0] * row * self.a.itemsize)
        self.columns = np.ones((layer.parameter_shape[0], together * row), self.a.dtype)
        self.columns_seen = self.columns[:-1].reshape(-1, size, size, together, columns, self.source.examples)
        seen = windows(self.images.outer, size, stride)
        z, dz = self.z.reshape(filters, -1), self.dz.reshape(filters, -1)
        blocks: list[Block] = []
        for start in range(0, rows, together):
            part, flat = slice(start, start + together), slice(start * row, (start + together) * row)
            returns: list[tuple[Array, Array]] = []
            if self.d_images is not None:
                d_seen = windows(self.d_images.outer, size, stride)[:, :, :, part]
                returns = [(d_seen[:, i, j], self.columns_seen[:, i, j]) for i, j in np.ndindex(size, size)]
            blocks.append(Block(seen[:, :, :, part], z[:, flat], dz[:, flat], returns))
        return blocks

    def forward(self) -> None:
        self.images.load()
        self._convolve()
        self.activation.forward(self.z, self.a)

    def _convolve(self) -> None:
        for block in self.blocks:
            np.copyto(self.columns_seen, block.seen)
            np.matmul(self.weights_and_biases, self.columns, out=block.z)

    def sums(self) -> Array:
        self._convolve()
        z = self.z.copy()
        self.activation.forward(self.z, self.a)
        return z

    def backward(self) -> None:
        self.activation.backward(self.z, self.a, self.dz, self.scratch)
        self.grads.fill(0)
        if self.d_images is not None:
            self.d_images.outer.fill(0)
        for block in self.blocks:
            np.copyto(self.columns_seen, block.seen)
            np.matmul(self.columns, block.dz.T, out=self.share)
            np.add(self.grads, self.share, self.grads)
            if block.returns:
                np.matmul(self.weights, block.dz, out=self.columns[:-1])
                for place, part in block.returns:
                    np.add(place, part, place)
        if self.d_images is not None:
            self.d_images.unload()


def rows_together(rows: int, row_bytes: int) -> int:
    """How many rows of the output to compute at a time: as many as fit into the cache and divide `rows`."""
    fitting = max(1, CACHE // row_bytes)
    return max(count for count in range(1, min(rows, fitting) + 1) if rows % count == 0)
