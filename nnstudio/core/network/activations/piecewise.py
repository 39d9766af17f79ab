"""Activations with a kink or a jump at zero: two simple pieces side by side.

What each function is given and may use up is said in the package's docstring.
"""

import numpy as np

from nnstudio.core.array import Array, constants

LEAK = 0.01
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805

_ZERO = constants(0)
_ONE = constants(1)
_LEAK = constants(LEAK)
_SCALE = constants(SELU_SCALE)
_SCALED_ALPHA = constants(SELU_SCALE * SELU_ALPHA)
_SELU_JUMP = constants(SELU_SCALE - SELU_SCALE * SELU_ALPHA)

add, copyto, expm1, maximum, minimum, multiply, sign = (
    np.add,
    np.copyto,
    np.expm1,
    np.maximum,
    np.minimum,
    np.multiply,
    np.sign,
)


def linear(z: Array, a: Array) -> None:
    """a = z."""
    if a is not z:
        copyto(a, z)


def linear_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = 1."""


def relu(z: Array, a: Array) -> None:
    """a = max(0, z). Nair & Hinton 2010."""
    maximum(z, _ZERO[z.dtype], out=a)


def relu_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = 1 where a > 0, else 0 (0 at the kink): the sign of a, which is never negative."""
    sign(a, scratch)
    multiply(gradient, scratch, gradient)


def leaky_relu(z: Array, a: Array) -> None:
    """a = max(0.01 z, z). Maas et al. 2013."""
    multiply(z, _LEAK[z.dtype], a)
    maximum(z, a, out=a)


def leaky_relu_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = 1 where a > 0, else 0.01."""
    sign(a, scratch)
    maximum(scratch, _LEAK[a.dtype], out=scratch)
    multiply(gradient, scratch, gradient)


def elu(z: Array, a: Array) -> None:
    """a = z where z > 0, else eᶻ − 1; both at once as max(z, e^min(z, 0) − 1). Clevert et al. 2016 with α = 1."""
    minimum(z, _ZERO[z.dtype], out=a)
    expm1(a, a)
    maximum(z, a, out=a)


def elu_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = 1 where a > 0, else a + 1."""
    minimum(a, _ZERO[a.dtype], out=scratch)
    add(scratch, _ONE[a.dtype], scratch)
    multiply(gradient, scratch, gradient)


def selu(z: Array, a: Array) -> None:
    """a = λ z where z > 0, else λ α (eᶻ − 1). Klambauer et al. 2017; keeps mean 0 and variance 1 with LeCun weights."""
    zero = _ZERO[z.dtype]
    minimum(z, zero, out=a)
    expm1(a, a)
    multiply(a, _SCALED_ALPHA[z.dtype], a)
    maximum(z, zero, out=z)
    multiply(z, _SCALE[z.dtype], z)
    add(a, z, a)


def selu_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = λ where a > 0, else a + λ α."""
    zero = _ZERO[a.dtype]
    sign(a, scratch)
    maximum(scratch, zero, out=scratch)
    multiply(scratch, _SELU_JUMP[a.dtype], scratch)
    minimum(a, zero, out=z)
    add(scratch, z, scratch)
    add(scratch, _SCALED_ALPHA[a.dtype], scratch)
    multiply(gradient, scratch, gradient)


def step(z: Array, a: Array) -> None:
    """a = 1 where z ≥ 0, else 0. McCulloch & Pitts 1943."""
    np.heaviside(z, _ONE[z.dtype], a)


def step_gradient(z: Array, a: Array, gradient: Array, scratch: Array) -> None:
    """f′ = 0 wherever it exists: no layer before a hard step learns, which is why nobody trains with it."""
    gradient.fill(0)
