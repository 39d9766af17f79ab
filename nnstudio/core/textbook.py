"""Backpropagation, then all activations, losses and layers: the mathematics as plain NumPy, to be read first.

Forward: a layer makes of what arrives, x, a weighted sum z = x W + b and hands on a = f(z), the x of the next layer. A
loss L says how bad the last a is. Backward: ∂a is short for ∂L/∂a, how much worse it gets if a grows a little. Times
the slope f′(z) it is ∂z; from it follow ∂W and ∂b, by which the layer gets better, and ∂x, the ∂a of the layer before.
Update: W ← W − η ∂W. That is all. Examples stand in rows. A `Layer` holds its `spec`, its numbers (`weight`, `bias`, …)
and, as they pass, x z a slope, da dz dx and the `gradients` by name; arrays are replaced by new ones, never written to.
"""

from collections.abc import Generator
from types import SimpleNamespace as Layer
from typing import Any

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import TrainingSpec, layer_specs
from nnstudio.core.experiment.choices import ActivationKind, LossKind, Padding, Task


def forward(network: list[Layer], x: Array, training: bool = False) -> None:
    """Layer by layer to the last z, the logits. A layer's way is one function: it yields z, and waits there for ∂z."""
    for layer in network:
        layer.way = next(way(layer, x, training) for way, kinds in WAYS.items() if isinstance(layer.spec, kinds))
        layer.z = next(layer.way)
        layer.a, layer.slope = activate(getattr(layer.spec, "activation", ActivationKind.LINEAR), layer.z)
        layer.x, x = x, layer.a


def backward(network: list[Layer], da: Array) -> None:
    """∂z = ∂a f′(z), and the layer's way goes on to ∂x, ∂W, ∂b. Softmax has no slope: each z moves every a."""
    for layer in reversed(network):
        layer.dz = layer.a * (da - (layer.a * da).sum(1, keepdims=True)) if layer.slope is None else da * layer.slope
        layer.dx, layer.gradients = layer.way.send(layer.dz)
        layer.da, da = da, layer.dx


def update(network: list[Layer], rate: float) -> None:
    """W ← W − η ∂W, b ← b − η ∂b, and likewise whatever has a gradient."""
    for layer in network:
        for name, gradient in layer.gradients.items():
            setattr(layer, name, getattr(layer, name) - rate * gradient)


def dense(layer: Layer, x: Array, training: bool) -> Generator[Any, Array]:
    """z = x W + b, an image being read as one row. Then ∂W = xᵀ ∂z, ∂b = Σ ∂z over the examples, and ∂x = ∂z Wᵀ."""
    rows = x.reshape(len(x), -1)
    dz = yield rows @ layer.weight + layer.bias
    yield (dz @ layer.weight.T).reshape(x.shape), {"weight": rows.T @ dz, "bias": dz.sum(axis=0)}


def activate(kind: ActivationKind, z: Array) -> tuple[Array, Array | None]:
    """a = f(z) and, beside it, the slope f′(z). `high` and `low` are SELU's, the gate is GELU's ½ (1 + tanh …)."""
    high, low, tail = 1.0507009873554805, 1.0507009873554805 * 1.6732632423543772, np.exp(np.minimum(z, 0))
    sigmoid, gate = np.exp(-np.logaddexp(0, -z)), (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))) / 2
    return {
        ActivationKind.LINEAR: lambda: (z, np.ones_like(z)),
        ActivationKind.RELU: lambda: (np.maximum(z, 0), np.where(z > 0, 1.0, 0.0)),
        ActivationKind.LEAKY_RELU: lambda: (np.maximum(z, 0.01 * z), np.where(z > 0, 1.0, 0.01)),
        ActivationKind.ELU: lambda: (np.where(z > 0, z, tail - 1), tail),
        ActivationKind.SELU: lambda: (np.where(z > 0, high * z, low * (tail - 1)), np.where(z > 0, high, low * tail)),
        ActivationKind.GELU: lambda: (z * gate, gate + gate * (1 - gate) * np.sqrt(8 / np.pi) * (z + 0.134145 * z**3)),
        ActivationKind.SILU: lambda: (z * sigmoid, sigmoid + z * sigmoid * (1 - sigmoid)),
        ActivationKind.SOFTPLUS: lambda: (np.logaddexp(0, z), sigmoid),
        ActivationKind.SIGMOID: lambda: (sigmoid, sigmoid * (1 - sigmoid)),
        ActivationKind.TANH: lambda: (np.tanh(z), 1 - np.tanh(z) ** 2),
        ActivationKind.SINE: lambda: (np.sin(z), np.cos(z)),
        ActivationKind.STEP: lambda: (np.where(z >= 0, 1.0, 0.0), np.zeros_like(z)),
        ActivationKind.SOFTMAX: lambda: (np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True)), None),
    }[kind]()


def loss(spec: TrainingSpec, task: Task, z: Array, y: Array, counts: Array | float = 1.0) -> tuple[Array, Array, Array]:
    """The answer p to the logits z, what each example costs if y is true and it `counts` so much, and ∂z of the mean of
    that, L. p is z itself for values, softmax(z) where classes share out 1, and σ(z) for every yes or no."""
    shared = task is Task.MULTICLASS and spec.loss in (LossKind.CROSS_ENTROPY, LossKind.HINGE)
    p = z if task is Task.REGRESSION else activate(ActivationKind.SOFTMAX if shared else ActivationKind.SIGMOID, z)[0]
    d, slope = p - y, 1.0 if task is Task.REGRESSION else p * (1 - p)
    near = np.clip(d, -spec.huber_delta, spec.huber_delta)  # e = ½ d² for |d| ≤ δ, beyond that δ (|d| − ½ δ)
    excess = np.maximum(0, 1 - y + z - (y * z).sum(axis=1, keepdims=True) if shared else 1 + z - 2 * y * z)
    pull = np.sign(excess)  # hinge: whoever lacks a margin of 1 pulls, and all alike
    times, whole = (z.shape[1], np.logaddexp.reduce(z, axis=1, keepdims=True)) if shared else (1, np.logaddexp(0, z))
    smooth = y + spec.label_smoothing * (1 / max(times, 2) - y)  # a yes or no has 2 classes
    cost, dz = {
        LossKind.CROSS_ENTROPY: (whole - times * smooth * z, times * (p - smooth)),  # −Σ y log p
        LossKind.BINARY_CROSS_ENTROPY: (whole - smooth * z, p - smooth),
        LossKind.MEAN_SQUARED_ERROR: (d**2, 2 * d * slope),
        LossKind.HALF_SQUARED_ERROR: (d**2 / 2, d * slope),
        LossKind.MEAN_ABSOLUTE_ERROR: (abs(d), np.sign(d) * slope),
        LossKind.HUBER: (near * (d - near / 2), near * slope),
        LossKind.HINGE: (excess, pull - y * (pull.sum(axis=1, keepdims=True) if shared else 2 * pull)),
    }[spec.loss]
    return p, counts * cost.mean(axis=1), np.reshape(counts, (-1, 1)) * dz / z.size


def pass_on(layer: Layer, x: Array, training: bool) -> Generator[Any, Array]:
    """z = M x: in training dropout's M is 0 for what is forgotten, 1 / (1 − p) for the rest; else 1, or a `switch`."""
    mask = layer.mask if training and isinstance(layer.spec, layer_specs.DropoutSpec) else getattr(layer, "switch", 1.0)
    dz = yield (mask * x).reshape((len(x), -1) if isinstance(layer.spec, layer_specs.FlattenSpec) else x.shape)
    yield mask * dz.reshape(x.shape), {}


def normalise(layer: Layer, x: Array, training: bool) -> Generator[Any, Array]:
    """z = γ x̂ + β with x̂ = (x − mean) / √(variance + ε): layer norm measures each example over its features, batch norm
    each feature over the examples, a channel over its pixels too, or takes what was gathered in training to predict."""
    batch, gain = isinstance(layer.spec, layer_specs.BatchNormSpec), layer.gain[:, None]
    rows, over = x.reshape(len(x), len(gain), -1), (0, 2) if batch else (1, 2)
    mean, variance, count = rows.mean(over, keepdims=True), rows.var(over, keepdims=True), rows.size / len(gain)
    if batch and training:  # r ← μ r + (1 − μ) · batch, of the unbiased variance
        keep, unbiased = layer.spec.momentum, variance * count / max(count - 1, 1)
        layer.running_mean = keep * layer.running_mean + (1 - keep) * mean.ravel()
        layer.running_variance = keep * layer.running_variance + (1 - keep) * unbiased.ravel()
    elif batch:
        mean, variance = layer.running_mean[:, None], layer.running_variance[:, None]
    layer.mean, layer.variance, deviation = mean, variance, np.sqrt(variance + layer.spec.epsilon)
    layer.x_hat = x_hat = (rows - mean) / deviation
    dz = (yield (gain * x_hat + layer.shift[:, None]).reshape(x.shape)).reshape(rows.shape)
    dx = gain * dz
    if training or not batch:  # moving or stretching all x alike changes nothing: that part of the error is taken out
        dx = dx - dx.mean(over, keepdims=True) - x_hat * (x_hat * dx).mean(over, keepdims=True)
    yield (dx / deviation).reshape(x.shape), {"gain": (dz * x_hat).sum(axis=(0, 2)), "shift": dz.sum(axis=(0, 2))}


def slide(layer: Layer, x: Array, training: bool) -> Generator[Any, Array]:
    """z = Σ W · window + b at every place, W being (channels, kernel, kernel, filters); in a pool z = Σ share · window:
    a maximum gives all to the first largest, a mean to each the same. A pixel's ∂x adds up all windows that saw it."""
    spec, stride, convolves = layer.spec, layer.spec.stride, isinstance(layer.spec, layer_specs.Conv2DSpec)
    size, same = (spec.kernel, spec.padding is Padding.SAME) if convolves else (spec.size, False)
    zeros = [0, 0, *(same * max((side - 1) // stride * stride + size - side, 0) for side in x.shape[2:])]
    pixels = np.pad(np.arange(x.size).reshape(x.shape), [(n // 2, n - n // 2) for n in zeros], constant_values=x.size)
    places = np.lib.stride_tricks.sliding_window_view(pixels, (size, size), (2, 3))[:, :, ::stride, ::stride]
    window = np.append(x, 0)[places]
    if convolves:
        dz = yield np.einsum("ncrqij,cijf->nfrq", window, layer.weight) + layer.bias[:, None, None]
        gradients = {"weight": np.einsum("ncrqij,nfrq->cijf", window, dz), "bias": dz.sum(axis=(0, 2, 3))}
        seen = np.einsum("nfrq,cijf->ncrqij", dz, layer.weight)
    else:
        largest = np.eye(size**2)[window.reshape(*window.shape[:4], -1).argmax(axis=-1)].reshape(window.shape)
        share = largest if isinstance(spec, layer_specs.MaxPool2DSpec) else np.full(window.shape, 1 / size**2)
        dz = yield (share * window).sum(axis=(4, 5))
        seen, gradients = share * dz[..., None, None], {}
    yield np.bincount(places.ravel(), seen.ravel(), x.size + 1)[:-1].reshape(x.shape), gradients


WAYS = {
    dense: (layer_specs.DenseSpec,),
    pass_on: (layer_specs.ActivationSpec, layer_specs.DropoutSpec, layer_specs.FlattenSpec),
    normalise: (layer_specs.BatchNormSpec, layer_specs.LayerNormSpec),
    slide: (layer_specs.Conv2DSpec, layer_specs.MaxPool2DSpec, layer_specs.AvgPool2DSpec),
}
