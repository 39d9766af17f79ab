"""Every kind of layer but the dense one: there, from what arrives to z, and back, from ∂z to ∂x and ∂ of its numbers.

Examples come first: rows of numbers (n, features) or images (n, channels, height, width). A function takes the arrays
it needs by name; `spec` and `training` are handed to everybody.
"""

from typing import Any

import numpy as np

from nnstudio.core.array import Array, Shape
from nnstudio.core.experiment.choices import Padding
from nnstudio.core.experiment.layer_specs import BatchNormSpec, Conv2DSpec, LayerNormSpec, PoolSpec

Back = tuple[Array, dict[str, Array]]
"""∂x, and ∂ of each of the layer's numbers by name."""


def unchanged(x: Array, **_: Any) -> Array:
    """z = x: the activation that follows is all there is."""
    return x


def unchanged_back(x: Array, dz: Array, **_: Any) -> Back:
    """∂x = ∂z."""
    return dz, {}


def flatten(x: Array, **_: Any) -> Array:
    """An image as one row: channel by channel, row by row."""
    return x.reshape(len(x), -1)


def flatten_back(x: Array, dz: Array, **_: Any) -> Back:
    """The same numbers as an image again."""
    return dz.reshape(x.shape), {}


def dropout(x: Array, training: bool, mask: Array | None = None, **_: Any) -> Array:
    """z = M x in training, M (like x) being 0 for what is forgotten and 1 / (1 − p) for the rest; else z = x."""
    return x * mask if training and mask is not None else x


def dropout_back(x: Array, dz: Array, training: bool, mask: Array | None = None, **_: Any) -> Back:
    """∂x = M ∂z: what was forgotten is not to blame."""
    return dropout(dz, training, mask), {}


# Normalisation --------------------------------------------------------------------------------------------------------


def normalise(x: Array, axis: tuple[int, ...], epsilon: float) -> Array:
    """x̂ = (x − mean) / √(variance + ε), both measured along `axis`."""
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + epsilon)


def normalise_back(x: Array, dx_hat: Array, axis: tuple[int, ...], epsilon: float) -> Array:
    """∂x = (∂x̂ − mean ∂x̂ − x̂ mean(x̂ ∂x̂)) / √(variance + ε): moving or stretching all x alike changes nothing, so
    that part of the error is taken out."""
    x_hat = normalise(x, axis, epsilon)
    moved, stretched = dx_hat.mean(axis, keepdims=True), (x_hat * dx_hat).mean(axis, keepdims=True)
    return (dx_hat - moved - x_hat * stretched) / np.sqrt(x.var(axis, keepdims=True) + epsilon)


def over_examples(x: Array) -> tuple[int, ...]:
    """The axes along which a feature is measured: the examples and, in an image, all pixels of the channel."""
    return (0, 2, 3)[: x.ndim - 1]


def by_feature(values: Array, x: Array) -> Array:
    """One value for each feature or channel, shaped so that it meets x."""
    return values.reshape(-1, *(1,) * (x.ndim - 2))


def batch_norm(x: Array, spec: BatchNormSpec, training: bool, gain: Array, shift: Array, **running: Array) -> Array:
    """z = γ x̂ + β: in training with the mean and variance of the batch, to predict with the running ones."""
    if training:
        x_hat = normalise(x, over_examples(x), spec.epsilon)
    else:
        mean, variance = by_feature(running["running_mean"], x), by_feature(running["running_variance"], x)
        x_hat = (x - mean) / np.sqrt(variance + spec.epsilon)
    return by_feature(gain, x) * x_hat + by_feature(shift, x)


def batch_norm_back(
    x: Array, dz: Array, spec: BatchNormSpec, training: bool, gain: Array, shift: Array, **running: Array
) -> Back:
    """∂γ = Σ ∂z x̂ and ∂β = Σ ∂z over the examples; ∂x̂ = γ ∂z."""
    x_hat = batch_norm(x, spec, training, np.ones_like(gain), np.zeros_like(shift), **running)
    axis, dx_hat = over_examples(x), by_feature(gain, x) * dz
    if training:
        dx = normalise_back(x, dx_hat, axis, spec.epsilon)
    else:
        dx = dx_hat / np.sqrt(by_feature(running["running_variance"], x) + spec.epsilon)
    return dx, {"gain": (dz * x_hat).sum(axis), "shift": dz.sum(axis)}


def running_statistics(x: Array, spec: BatchNormSpec, running_mean: Array, running_variance: Array) -> dict[str, Array]:
    """r ← μ r + (1 − μ) · batch: what predictions will be made with, after a step on x; the variance is unbiased."""
    axis, keep = over_examples(x), spec.momentum
    count = x.size / x.shape[1]
    variance = x.var(axis) * count / max(count - 1, 1)
    return {
        "running_mean": keep * running_mean + (1 - keep) * x.mean(axis),
        "running_variance": keep * running_variance + (1 - keep) * variance,
    }


def layer_norm(x: Array, spec: LayerNormSpec, gain: Array, shift: Array, **_: Any) -> Array:
    """z = γ x̂ + β with the mean and variance of each example by itself, over all its features."""
    return (gain * normalise(flatten(x), (1,), spec.epsilon) + shift).reshape(x.shape)


def layer_norm_back(x: Array, dz: Array, spec: LayerNormSpec, gain: Array, **_: Any) -> Back:
    """As for the batch: ∂γ and ∂β are sums over the examples, ∂x goes back example by example."""
    rows, dz = flatten(x), flatten(dz)
    dx = normalise_back(rows, gain * dz, (1,), spec.epsilon)
    d_gain = (dz * normalise(rows, (1,), spec.epsilon)).sum(axis=0)
    return dx.reshape(x.shape), {"gain": d_gain, "shift": dz.sum(axis=0)}


# Images ---------------------------------------------------------------------------------------------------------------


def windows(x: Array, size: int, stride: int) -> Array:
    """What a window sees at each of its places: (n, channels, rows, columns, size, size)."""
    everywhere = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    return everywhere[:, :, ::stride, ::stride]


def windows_back(dseen: Array, shape: Shape, stride: int) -> Array:
    """∂x of the images of this shape: a pixel gets the sum of the errors from all windows that have seen it."""
    dx, size = np.zeros(shape), dseen.shape[-1]
    for row, column in np.ndindex(dseen.shape[2:4]):
        top, left = row * stride, column * stride
        dx[:, :, top : top + size, left : left + size] += dseen[:, :, row, column]
    return dx


def margins(spec: Conv2DSpec, x: Array) -> list[tuple[int, int]]:
    """How many zeros stand before and after each axis of x: none, or as many as give ⌈pixels / stride⌉ places."""
    if spec.padding is Padding.VALID:
        return [(0, 0)] * 4
    missing = [max((-(-pixels // spec.stride) - 1) * spec.stride + spec.kernel - pixels, 0) for pixels in x.shape[2:]]
    return [(0, 0), (0, 0), *((count // 2, count - count // 2) for count in missing)]


def conv2d(x: Array, spec: Conv2DSpec, weight: Array, bias: Array, **_: Any) -> Array:
    """z = Σ W · window + b at every place, for each filter; W is (channels, kernel, kernel, filters)."""
    seen = windows(np.pad(x, margins(spec, x)), spec.kernel, spec.stride)
    return np.einsum("ncrqij,cijf->nfrq", seen, weight) + by_feature(bias, x)


def conv2d_back(x: Array, dz: Array, spec: Conv2DSpec, weight: Array, **_: Any) -> Back:
    """A dense layer that was used at every place: ∂W and ∂b add up over the places, and so does ∂x where windows
    overlap."""
    padded = np.pad(x, margins(spec, x))
    dweight = np.einsum("ncrqij,nfrq->cijf", windows(padded, spec.kernel, spec.stride), dz)
    dx = windows_back(np.einsum("nfrq,cijf->ncrqij", dz, weight), padded.shape, spec.stride)
    (top, _bottom), (left, _right) = margins(spec, x)[2:]
    height, width = x.shape[2:]
    dx = dx[:, :, top : top + height, left : left + width]
    return dx, {"weight": dweight, "bias": dz.sum(axis=(0, 2, 3))}


def max_pool2d(x: Array, spec: PoolSpec, **_: Any) -> Array:
    """z = the largest of each window."""
    return windows(x, spec.size, spec.stride).max(axis=(4, 5))


def max_pool2d_back(x: Array, dz: Array, spec: PoolSpec, **_: Any) -> Back:
    """All of the error goes to the largest, the first of them if there are several."""
    seen = windows(x, spec.size, spec.stride)
    largest = seen.reshape(*dz.shape, -1).argmax(axis=-1)
    chosen = np.eye(spec.size**2)[largest].reshape(seen.shape)
    return windows_back(chosen * dz[..., None, None], x.shape, spec.stride), {}


def avg_pool2d(x: Array, spec: PoolSpec, **_: Any) -> Array:
    """z = the mean of each window."""
    return windows(x, spec.size, spec.stride).mean(axis=(4, 5))


def avg_pool2d_back(x: Array, dz: Array, spec: PoolSpec, **_: Any) -> Back:
    """Each of the window's pixels gets the same share of the error."""
    share = np.full((spec.size, spec.size), 1 / spec.size**2)
    return windows_back(dz[..., None, None] * share, x.shape, spec.stride), {}
