"""What a neuron makes of its weighted sum: f and f′ side by side.

In the forward pass `forward(z, a)` writes f(z) into a. In the backward pass `backward(z, a, gradient, scratch)` turns
∂L/∂a into ∂L/∂z in place, by multiplying with f′(z), expressed through whichever of z and a is cheaper. All arrays have
the same shape; nothing is allocated.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.choices import ActivationKind

_HALF = {np.dtype(t): np.array(0.5, t) for t in (np.float32, np.float64)}
_ZERO = {np.dtype(t): np.array(0.0, t) for t in (np.float32, np.float64)}
_SLOPE = {np.dtype(t): np.array(0.01, t) for t in (np.float32, np.float64)}

multiply, subtract, add, maximum, tanh = np.multiply, np.subtract, np.add, np.maximum, np.tanh


@dataclass(frozen=True, slots=True)
class Activation:
    """f, and f′ applied to a gradient.

    low, high: the range that f approaches, if it is bounded on that side; used to scale pictures and to count saturated
    units
    dies: whether a unit can be zero, with a zero gradient, for every input
    keeps_z: whether `backward` reads z; if not, f may be computed in place
    """

    forward: Callable[[Array, Array], object]
    backward: Callable[[Array, Array, Array, Array], object]
    low: float | None = None
    high: float | None = None
    dies: bool = False
    keeps_z: bool = False


def linear(z: Array, a: Array) -> None:
    """a = z."""
    if a is not z:
        np.copyto(a, z)


def linear_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = 1."""


def relu(z: Array, a: Array) -> None:
    """a = max(0, z). Nair & Hinton 2010."""
    maximum(z, _ZERO[z.dtype], out=a)


def relu_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = 1 where a > 0, else 0 (0 at the kink)."""
    multiply(gradient, a > _ZERO[a.dtype], gradient)


def leaky_relu(z: Array, a: Array) -> None:
    """a = max(0.01 z, z). Maas et al. 2013."""
    multiply(z, _SLOPE[z.dtype], a)
    maximum(z, a, out=a)


def leaky_relu_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = 1 where a > 0, else 0.01."""
    multiply(gradient, _SLOPE[a.dtype], scratch)
    np.copyto(gradient, scratch, where=a <= 0)


def sigmoid(z: Array, a: Array) -> None:
    """a = 1 / (1 + e⁻ᶻ), as ½ tanh(z/2) + ½, which cannot overflow."""
    half = _HALF[z.dtype]
    multiply(z, half, a)
    tanh(a, a)
    multiply(a, half, a)
    add(a, half, a)


def sigmoid_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = a (1 − a)."""
    multiply(gradient, a, gradient)
    multiply(gradient, a, scratch)
    subtract(gradient, scratch, gradient)


def hyperbolic_tangent(z: Array, a: Array) -> None:
    """a = tanh z."""
    tanh(z, a)


def hyperbolic_tangent_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = 1 − a²."""
    multiply(a, a, scratch)
    multiply(scratch, gradient, scratch)
    subtract(gradient, scratch, gradient)


ACTIVATIONS: dict[ActivationKind, Activation] = {
    ActivationKind.LINEAR: Activation(linear, linear_gradient),
    ActivationKind.RELU: Activation(relu, relu_gradient, low=0.0, dies=True),
    ActivationKind.LEAKY_RELU: Activation(leaky_relu, leaky_relu_gradient, keeps_z=True),
    ActivationKind.SIGMOID: Activation(sigmoid, sigmoid_gradient, low=0.0, high=1.0),
    ActivationKind.TANH: Activation(hyperbolic_tangent, hyperbolic_tangent_gradient, low=-1.0, high=1.0),
}
