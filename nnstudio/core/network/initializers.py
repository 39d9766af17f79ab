"""How the first weights are drawn.

Before the first step every weight needs a value. Too small and the signal dies on its way, too large and it saturates;
the good initialisers keep its variance from layer to layer. The bad ones are here as well, to be seen failing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import InitializationSpec
from nnstudio.core.experiment.choices import BiasKind, InitializerKind


@dataclass(frozen=True, slots=True)
class Draw:
    """What an initialiser knows.

    shape: of the weights, (inputs, units)
    fan_in, fan_out: how many inputs feed a unit, and how many units of the layer an input feeds; a filter of a
    convolution has size² · channels and size² · filters
    """

    random: np.random.Generator
    shape: tuple[int, int]
    fan_in: int
    fan_out: int
    spec: InitializationSpec

    def normal(self, variance: float) -> Array:
        """Weights from N(0, variance)."""
        return self.random.normal(0, np.sqrt(variance), self.shape)

    def uniform(self, variance: float) -> Array:
        """Weights from the uniform distribution around 0 with this variance: U(±√(3 · variance))."""
        limit = np.sqrt(3 * variance)
        return self.random.uniform(-limit, limit, self.shape)


def he(draw: Draw) -> Array:
    """N(0, 2 / fan in). He et al. 2015, the normal variant."""
    return draw.normal(2 / draw.fan_in)


def he_uniform(draw: Draw) -> Array:
    """U(±√(6 / fan in)). He et al. 2015, the uniform variant."""
    return draw.uniform(2 / draw.fan_in)


def glorot(draw: Draw) -> Array:
    """U(±√(6 / (fan in + fan out))). Glorot & Bengio 2010, the normalised uniform variant."""
    return draw.uniform(2 / (draw.fan_in + draw.fan_out))


def glorot_normal(draw: Draw) -> Array:
    """N(0, 2 / (fan in + fan out)). Glorot & Bengio 2010, the normal variant."""
    return draw.normal(2 / (draw.fan_in + draw.fan_out))


def lecun(draw: Draw) -> Array:
    """N(0, 1 / fan in). LeCun et al. 1998, the normal variant; Klambauer et al. 2017 want it for SELU."""
    return draw.normal(1 / draw.fan_in)


def lecun_uniform(draw: Draw) -> Array:
    """U(±√(3 / fan in)). LeCun et al. 1998, the uniform variant."""
    return draw.uniform(1 / draw.fan_in)


def orthogonal(draw: Draw) -> Array:
    """A random matrix with orthonormal columns, or rows where there are fewer of them. Saxe et al. 2014, gain 1.

    Q of the QR decomposition of normal numbers; with the signs of R's diagonal moved into Q every rotation is equally
    likely (Mezzadri 2007).
    """
    inputs, units = draw.shape
    q, r = np.linalg.qr(draw.random.normal(0, 1, (max(inputs, units), min(inputs, units))))
    q *= np.sign(np.diag(r))
    return q if inputs >= units else q.T


def normal(draw: Draw) -> Array:
    """N(0, σ²), whatever the layer's size."""
    return draw.random.normal(0, draw.spec.sigma, draw.shape)


def uniform(draw: Draw) -> Array:
    """U(a, b)."""
    high = draw.spec.high + 0.0  # −0 − 0 is −0, which NumPy takes for a range below zero
    return draw.random.uniform(draw.spec.low, high, draw.shape)


def constant(draw: Draw) -> Array:
    """c: every unit of a layer computes the same and learns the same, so the layer is as wide as one unit."""
    return np.full(draw.shape, draw.spec.constant)


def zeros(draw: Draw) -> Array:
    """0: as with any constant, and behind ReLU or tanh not even the first step moves a hidden layer."""
    return np.zeros(draw.shape)


INITIALIZERS: dict[InitializerKind, Callable[[Draw], Array]] = {
    InitializerKind.HE: he,
    InitializerKind.HE_UNIFORM: he_uniform,
    InitializerKind.GLOROT: glorot,
    InitializerKind.GLOROT_NORMAL: glorot_normal,
    InitializerKind.LECUN: lecun,
    InitializerKind.LECUN_UNIFORM: lecun_uniform,
    InitializerKind.ORTHOGONAL: orthogonal,
    InitializerKind.NORMAL: normal,
    InitializerKind.UNIFORM: uniform,
    InitializerKind.CONSTANT: constant,
    InitializerKind.ZEROS: zeros,
}
"""Functions from what is known to the weights, as float64."""

SETTINGS_OF_INITIALIZER: dict[InitializerKind, tuple[str, ...]] = {
    InitializerKind.NORMAL: ("sigma",),
    InitializerKind.UNIFORM: ("low", "high"),
    InitializerKind.CONSTANT: ("constant",),
}
"""The fields of `InitializationSpec` that some initialisers read for the weights."""

SETTINGS_OF_BIAS: dict[BiasKind, tuple[str, ...]] = {BiasKind.CONSTANT: ("bias",)}
"""Those that are read for the biases."""


def initialize(params: Array, fan_in: int, fan_out: int, spec: InitializationSpec, random: np.random.Generator) -> None:
    """Fill the weights and, in the last row, the biases of params (inputs + 1, units) in place."""
    inputs, units = params.shape[0] - 1, params.shape[1]
    draw = INITIALIZERS[spec.kind]
    params[:-1] = draw(Draw(random, (inputs, units), fan_in, fan_out, spec))
    if spec.bias_kind is BiasKind.LIKE_WEIGHTS:
        params[-1] = draw(Draw(random, (1, units), fan_in, fan_out, spec))[0]
    else:
        params[-1] = spec.bias
