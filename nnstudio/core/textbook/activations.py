"""What a neuron makes of its weighted sum z: f and, beside it, its slope f′."""

from collections.abc import Callable
from math import pi, sqrt

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def log_sigmoid(z: Array) -> Array:
    """log σ(z) = −log(1 + e⁻ᶻ), which does not overflow."""
    return -np.logaddexp(0, -z)


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e⁻ᶻ)."""
    return np.exp(log_sigmoid(z))


def log_softmax(z: Array) -> Array:
    """log(eᶻ / Σ eᶻ) = z − log Σ eᶻ; the largest z is taken off both, which changes nothing and cannot overflow."""
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def softmax(z: Array) -> Array:
    """eᶻ / Σ eᶻ over the units of each example (the channels, in an image)."""
    return np.exp(log_softmax(z))


def softmax_back(a: Array, da: Array) -> Array:
    """∂z = a (∂a − Σ a ∂a): each unit's share is taken from all the others, so every z moves every a."""
    return a * (da - (a * da).sum(axis=1, keepdims=True))


def tail(z: Array) -> Array:
    """eᶻ below zero, 1 above."""
    return np.exp(np.minimum(z, 0))


def gelu(z: Array) -> Array:
    """½ z (1 + tanh u) with u = √(2/π) (z + 0.044715 z³)."""
    return z / 2 * (1 + np.tanh(sqrt(2 / pi) * (z + 0.044715 * z**3)))


def gelu_slope(z: Array) -> Array:
    """½ (1 + t) + ½ z (1 − t²) u′ with t = tanh u, by the rule for products."""
    t = np.tanh(sqrt(2 / pi) * (z + 0.044715 * z**3))
    return (1 + t) / 2 + z / 2 * (1 - t**2) * sqrt(2 / pi) * (1 + 3 * 0.044715 * z**2)


def silu_slope(z: Array) -> Array:
    """σ + z σ (1 − σ), by the rule for products."""
    return sigmoid(z) + z * sigmoid(z) * sigmoid(-z)


Function = Callable[[Array], Array]

ACTIVATIONS: dict[ActivationKind, tuple[Function, Function]] = {
    ActivationKind.LINEAR: (lambda z: z, lambda z: np.ones_like(z)),
    ActivationKind.RELU: (lambda z: np.maximum(z, 0), lambda z: np.where(z > 0, 1.0, 0.0)),
    ActivationKind.LEAKY_RELU: (lambda z: np.maximum(z, 0.01 * z), lambda z: np.where(z > 0, 1.0, 0.01)),
    ActivationKind.ELU: (lambda z: np.where(z > 0, z, tail(z) - 1), tail),
    ActivationKind.SELU: (
        lambda z: SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * (tail(z) - 1)),
        lambda z: SELU_SCALE * np.where(z > 0, 1.0, SELU_ALPHA * tail(z)),
    ),
    ActivationKind.GELU: (gelu, gelu_slope),
    ActivationKind.SILU: (lambda z: z * sigmoid(z), silu_slope),
    ActivationKind.SOFTPLUS: (lambda z: np.logaddexp(0, z), sigmoid),
    ActivationKind.SIGMOID: (sigmoid, lambda z: sigmoid(z) * sigmoid(-z)),
    ActivationKind.TANH: (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    ActivationKind.SINE: (np.sin, np.cos),
    ActivationKind.STEP: (lambda z: np.where(z >= 0, 1.0, 0.0), np.zeros_like),
}
"""f and f′, element by element. Softmax is not among them: it has a slope for each pair of units."""
