"""Activations without a kink.

What each function is given and may use up is said in the package's docstring.
"""

from math import pi, sqrt

import numpy as np

from nnstudio.core.array import Array, constant, constants

_SINGLE, _DOUBLE = np.dtype(np.float32), np.dtype(np.float64)
_ZERO = constants(0)
_HALF = constants(0.5)
_LOWEST = {_SINGLE: constant(-87, _SINGLE), _DOUBLE: constant(-708, _DOUBLE)}
"""Where σ is still a normal number, and e⁻ᶻ does not overflow."""
_ONE = constants(1)
_THREE = constants(3)
_GELU_LINEAR = constants(sqrt(2 / pi))
_GELU_CUBIC = constants(sqrt(2 / pi) * 0.044715)
_GELU_SLOPE = constants(-sqrt(2 / pi) * 2 / 3)

add, divide, exp, maximum, multiply, negative, reciprocal, subtract, tanh = (
    np.add,
    np.divide,
    np.exp,
    np.maximum,
    np.multiply,
    np.negative,
    np.reciprocal,
    np.subtract,
    np.tanh,
)


def sigmoid(z: Array, a: Array) -> None:
    """a = 1 / (1 + e⁻ᶻ). Not ½ tanh(z/2) + ½, although in 32 bits that is quicker for many units: it is zero where
    z < −17, and what is left of a small probability has no digits."""
    maximum(z, _LOWEST[z.dtype], out=a)
    negative(a, a)
    exp(a, a)
    add(a, _ONE[z.dtype], a)
    reciprocal(a, a)


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


def gelu(z: Array, a: Array) -> None:
    """a = ½ z (1 + tanh u) with u = √(2/π) (z + 0.044715 z³): z times the chance that a normal number is smaller.

    Hendrycks & Gimpel 2016, in their tanh form: it differs from the exact one, z Φ(z), by less than 0.0005.
    """
    _gelu_argument(z, a)
    tanh(a, a)
    add(a, _ONE[z.dtype], a)
    multiply(a, z, a)
    multiply(a, _HALF[z.dtype], a)


def gelu_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = ½ (1 + t) + ½ z (1 − t²) u′ with t = tanh u, as (1 − ½ d)(1 + z u′ d) with d = 1 − t, and
    z u′ = 3 (u − ⅔ √(2/π) z)."""
    dtype = z.dtype
    _gelu_argument(z, scratch)
    multiply(z, _GELU_SLOPE[dtype], z)
    add(z, scratch, z)
    multiply(z, _THREE[dtype], z)
    tanh(scratch, scratch)
    subtract(_ONE[dtype], scratch, scratch)
    multiply(z, scratch, z)
    add(z, _ONE[dtype], z)
    multiply(scratch, _HALF[dtype], scratch)
    subtract(_ONE[dtype], scratch, scratch)
    multiply(gradient, z, gradient)
    multiply(gradient, scratch, gradient)


def _gelu_argument(z: Array, u: Array) -> None:
    multiply(z, z, u)
    multiply(u, _GELU_CUBIC[z.dtype], u)
    add(u, _GELU_LINEAR[z.dtype], u)
    multiply(u, z, u)


def silu(z: Array, a: Array) -> None:
    """a = z σ(z), also called Swish. Elfwing et al. 2018; Ramachandran et al. 2017 with β = 1."""
    sigmoid(z, a)
    multiply(a, z, a)


def silu_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = s + a (1 − s) with s = σ(z)."""
    sigmoid(z, scratch)
    multiply(a, scratch, z)
    subtract(scratch, z, scratch)
    add(scratch, a, scratch)
    multiply(gradient, scratch, gradient)


def softplus(z: Array, a: Array) -> None:
    """a = log(1 + eᶻ), as max(z, 0) + log(1 + e^−|z|), which cannot overflow. Dugas et al. 2001."""
    np.absolute(z, a)
    negative(a, a)
    exp(a, a)
    np.log1p(a, a)
    maximum(z, _ZERO[z.dtype], out=z)
    add(a, z, a)


def softplus_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = σ(z) = 1 − e⁻ᵃ."""
    negative(a, scratch)
    np.expm1(scratch, scratch)
    negative(scratch, scratch)
    multiply(gradient, scratch, gradient)


def sine(z: Array, a: Array) -> None:
    """a = sin z. Sitzmann et al. 2020, without their frequency factor."""
    np.sin(z, a)


def sine_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = cos z."""
    np.cos(z, scratch)
    multiply(gradient, scratch, gradient)


def softmax(z: Array, a: Array) -> None:
    """a = eᶻ / Σ eᶻ over the units (channels, in an image), shifted by the largest z so that nothing overflows."""
    np.maximum.reduce(z, 0, None, a[0])
    subtract(z, a[0], z)
    exp(z, a)
    add.reduce(a, 0, None, z[0])
    divide(a, z[0], a)


def softmax_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """∂L/∂z = a (g − Σ a g) with g = ∂L/∂a: every unit feels every other, so f′ is a matrix for each example."""
    multiply(gradient, a, scratch)
    add.reduce(scratch, 0, None, z[0])
    subtract(gradient, z[0], gradient)
    multiply(gradient, a, gradient)
