"""Windows that slide over images: where convolution and pooling look.

An image batch has shape (channels, height, width, n). Its windows are one view of it, without a copy, in which
[:, i, j] is what position (i, j) of every window sees: (channels, rows, columns, n) with one row and column for each
place of the window.
"""

import numpy as np

from nnstudio.core.array import Array, Shape
from nnstudio.core.counting import counted
from nnstudio.core.network.layers.layer import ShapeError


def windows(images: Array, size: int, stride: int) -> Array:
    """The windows of `images`, (channels, size, size, rows, columns, n); a writeable view."""
    view = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2), writeable=True)
    return view[:, ::stride, ::stride].transpose(0, 4, 5, 1, 2, 3)


class Padded:
    """Images (channels, height, width, n) among zeros; without margins, the images themselves.

    margins: zeros above and below, left and right
    """

    def __init__(self, images: Array, margins: tuple[tuple[int, int], tuple[int, int]]) -> None:
        self.images = self.inner = self.outer = images
        (top, bottom), (left, right) = margins
        if top or bottom or left or right:
            channels, height, width, n = images.shape
            self.outer = np.zeros((channels, top + height + bottom, left + width + right, n), images.dtype)
            self.inner = self.outer[:, top : top + height, left : left + width]

    def load(self) -> None:
        """Bring the images among the zeros."""
        if self.inner is not self.images:
            np.copyto(self.inner, self.images)

    def unload(self) -> None:
        """Bring what stands among the zeros back to the images."""
        if self.inner is not self.images:
            np.copyto(self.images, self.inner)


def places(length: int, size: int, stride: int) -> int:
    """At how many places along `length` pixels a window fits."""
    return (length - size) // stride + 1


def same_padding(length: int, size: int, stride: int) -> tuple[int, int]:
    """How many zeros before and after `length` pixels give ⌈length / stride⌉ places; the odd one stands behind."""
    rows = -(-length // stride)
    total = max((rows - 1) * stride + size - length, 0)
    return total // 2, total - total // 2


def image_shape(name: str, shape: Shape) -> tuple[int, int, int]:
    """(channels, height, width) of what the layer `name` gets. Raises `ShapeError` if it is no image."""
    if len(shape) != 3:
        raise ShapeError(
            f"{name} gets {counted(shape[0], 'number')} in a row, but needs images (channels, height, width). "
            "Put it before the layers that make rows of numbers, or choose image data."
        )
    return shape[0], shape[1], shape[2]


def check_fit(name: str, pixels: tuple[int, int], size: int) -> None:
    """Raise `ShapeError` unless a window of size × size pixels fits into images of this height and width."""
    height, width = pixels
    if size > min(height, width):
        raise ShapeError(
            f"{name} gets images of {height}×{width} pixels, but needs at least {size}×{size} for its window. "
            "Choose a smaller window, or shrink the images less before it."
        )
