"""How the first weights are drawn.

Before the first step every weight needs a value. Too small and the signal dies on its way, too large and it saturates;
the good initialisers keep its variance from layer to layer. The bad ones are here as well, to be seen failing.
"""

from collections.abc import Callable

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.choices import BiasKind, InitializerKind
from nnstudio.core.experiment import InitializationSpec

Initializer = Callable[[np.random.Generator, tuple[int, int], int, int, InitializationSpec], Array]
"""(random, shape of the weights, fan in, fan out, settings) → weights as float64."""


def he(random: np.random.Generator, shape: tuple[int, int], fan_in: int, fan_out: int, _: InitializationSpec) -> Array:
    """N(0, 2 / fan in). He et al. 2015, the normal variant."""
    return random.normal(0, np.sqrt(2 / fan_in), shape)


def glorot(
    random: np.random.Generator, shape: tuple[int, int], fan_in: int, fan_out: int, _: InitializationSpec
) -> Array:
    """U(±√(6 / (fan in + fan out))). Glorot & Bengio 2010, the normalised uniform variant."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return random.uniform(-limit, limit, shape)


def normal(
    random: np.random.Generator, shape: tuple[int, int], fan_in: int, fan_out: int, spec: InitializationSpec
) -> Array:
    """N(0, σ²), whatever the layer's size."""
    return random.normal(0, spec.sigma, shape)


def uniform(
    random: np.random.Generator, shape: tuple[int, int], fan_in: int, fan_out: int, spec: InitializationSpec
) -> Array:
    """U(a, b)."""
    return random.uniform(spec.low, spec.high, shape)


def zeros(
    random: np.random.Generator, shape: tuple[int, int], fan_in: int, fan_out: int, _: InitializationSpec
) -> Array:
    """0: every unit of a layer computes the same and learns the same, so the layer is as wide as one unit."""
    return np.zeros(shape)


INITIALIZERS: dict[InitializerKind, Initializer] = {
    InitializerKind.HE: he,
    InitializerKind.GLOROT: glorot,
    InitializerKind.NORMAL: normal,
    InitializerKind.UNIFORM: uniform,
    InitializerKind.ZEROS: zeros,
}


def initialize(
    weights: Array,
    biases: Array,
    fan_in: int,
    fan_out: int,
    spec: InitializationSpec,
    random: np.random.Generator,
) -> None:
    """Fill weights (inputs, units) and biases (units,) in place."""
    draw = INITIALIZERS[spec.kind]
    weights[...] = draw(random, (weights.shape[0], weights.shape[1]), fan_in, fan_out, spec)
    if spec.bias_kind is BiasKind.LIKE_WEIGHTS:
        biases[...] = draw(random, (1, len(biases)), fan_in, fan_out, spec)[0]
    else:
        biases[...] = spec.bias
