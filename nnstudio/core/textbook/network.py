"""Backpropagation, the whole of it.

Forward: every layer makes of what arrives, x, a weighted sum z = x W + b and answers a = f(z), which is what arrives at
the next. At the end a loss L says how bad the last answer is.

Backward: ∂a is short for the derivative of L by a, how much worse it gets if a grows a little; it has the shape of a.
A layer is told its ∂a. Times the slope of f that is ∂z, from which follow ∂W and ∂b, by which the layer itself gets
better, and ∂x, which is the ∂a that the layer before is told. So the error travels from the loss to the first layer.

Update: W ← W − η ∂W. That is all. Examples stand in rows, nothing is quick, and nothing is overwritten, so that each
number can be looked at.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nnstudio.core.experiment.layer_specs as specs
from nnstudio.core.array import Array
from nnstudio.core.experiment import LayerSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.textbook import layers as kinds
from nnstudio.core.textbook.activations import ACTIVATIONS, softmax, softmax_back


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A kind of layer with its settings, and its numbers by name: `weight` W (inputs, units) or (channels, kernel,
    kernel, filters), `bias` b, `gain` γ, `shift` β, `running_mean`, `running_variance`, and dropout's `mask`."""

    spec: LayerSpec
    arrays: Mapping[str, Array]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A layer on its way forward with n examples: x (n, …) arrives, z is made of it, a = f(z) leaves."""

    layer: Layer
    x: Array
    z: Array
    a: Array
    training: bool


@dataclass(frozen=True, slots=True, eq=False)
class Gradient:
    """The same layer on its way back: ∂a arrives, ∂z = ∂a · f′(z), ∂x leaves. `slope` is f′(z), None for softmax;
    `arrays` are ∂W, ∂b … by the names of W, b …"""

    da: Array
    slope: Array | None
    dz: Array
    dx: Array
    arrays: Mapping[str, Array]


def dense(x: Array, weight: Array, bias: Array, **_: Any) -> Array:
    """z = x W + b: each unit weighs everything that arrives; an image is read as one row."""
    return x.reshape(len(x), -1) @ weight + bias


def dense_back(x: Array, dz: Array, weight: Array, **_: Any) -> kinds.Back:
    """∂W = xᵀ ∂z: a weight is to blame as far as something came through it. ∂b = Σ ∂z. ∂x = ∂z Wᵀ: the same weights
    carry the error back to where it came from."""
    dweight, dbias = x.reshape(len(x), -1).T @ dz, dz.sum(axis=0)
    return (dz @ weight.T).reshape(x.shape), {"weight": dweight, "bias": dbias}


KINDS: dict[type[LayerSpec], tuple[Callable[..., Array], Callable[..., kinds.Back]]] = {
    specs.DenseSpec: (dense, dense_back),
    specs.ActivationSpec: (kinds.unchanged, kinds.unchanged_back),
    specs.DropoutSpec: (kinds.dropout, kinds.dropout_back),
    specs.BatchNormSpec: (kinds.batch_norm, kinds.batch_norm_back),
    specs.LayerNormSpec: (kinds.layer_norm, kinds.layer_norm_back),
    specs.Conv2DSpec: (kinds.conv2d, kinds.conv2d_back),
    specs.MaxPool2DSpec: (kinds.max_pool2d, kinds.max_pool2d_back),
    specs.AvgPool2DSpec: (kinds.avg_pool2d, kinds.avg_pool2d_back),
    specs.FlattenSpec: (kinds.flatten, kinds.flatten_back),
}
"""For each kind of layer from x to z, and from ∂z to ∂x and ∂ of its numbers."""


def activation_of(layer: Layer) -> ActivationKind:
    """Which f the layer has; without one, f(z) = z."""
    return getattr(layer.spec, "activation", ActivationKind.LINEAR)


def forward(network: Sequence[Layer], x: Array, training: bool = False) -> list[Step]:
    """Every layer's step; the last one's z are the logits, which the loss makes its answer of."""
    steps: list[Step] = []
    for layer in network:
        there, _ = KINDS[type(layer.spec)]
        z = there(x, spec=layer.spec, training=training, **layer.arrays)
        kind = activation_of(layer)
        a = softmax(z) if kind is ActivationKind.SOFTMAX else ACTIVATIONS[kind][0](z)
        steps.append(Step(layer, x, z, a, training))
        x = a
    return steps


def backward(steps: Sequence[Step], da: Array) -> list[Gradient]:
    """Every layer's gradient, the first layer's first, from the error `da` of what the last one said."""
    gradients: list[Gradient] = []
    for step in reversed(steps):
        kind, slope = activation_of(step.layer), None
        if kind is ActivationKind.SOFTMAX:
            dz = softmax_back(step.a, da)
        else:
            slope = ACTIVATIONS[kind][1](step.z)
            dz = da * slope
        _, back = KINDS[type(step.layer.spec)]
        dx, arrays = back(step.x, dz, spec=step.layer.spec, training=step.training, **step.layer.arrays)
        gradients.append(Gradient(da, slope, dz, dx, arrays))
        da = dx
    return gradients[::-1]


def update(network: Sequence[Layer], gradients: Sequence[Gradient], rate: float) -> list[Layer]:
    """One step of gradient descent: W ← W − η ∂W, b ← b − η ∂b; what has no gradient stays."""
    return [
        Layer(
            layer.spec,
            {
                name: array - rate * gradient.arrays[name] if name in gradient.arrays else array
                for name, array in layer.arrays.items()
            },
        )
        for layer, gradient in zip(network, gradients, strict=True)
    ]
