"""An activation as numbers: f and f′ at some places, as the engine computes them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.network.activations import ACTIVATIONS

Values = NDArray[np.float64]

_BESIDE = 1e-9
_JUMP = 1e-3
_POINTS = 121


class Piece(NamedTuple):
    """A part of the curve without a jump: z, f(z) and f′(z)."""

    z: Values
    f: Values
    slope: Values


def value_and_slope(kind: ActivationKind, z: Values) -> tuple[Values, Values]:
    """f(z) and f′(z), each like z. Softmax has neither: its values depend on each other."""
    row = ACTIVATIONS[kind]
    given, a, slope = z.copy(), np.empty_like(z), np.ones_like(z)
    row.forward(given, a)
    row.backward(given, a, slope, np.empty_like(z))
    return a, slope


def pieces(kind: ActivationKind, low: float, high: float) -> list[Piece]:
    """The curve between two places around 0, in two parts where f or f′ jumps there."""
    f, slope = value_and_slope(kind, np.array([-_BESIDE, _BESIDE]))
    if max(abs(f[1] - f[0]), abs(slope[1] - slope[0])) > _JUMP:
        return [_piece(kind, low, -_BESIDE), _piece(kind, _BESIDE, high)]
    return [_piece(kind, low, high)]


def _piece(kind: ActivationKind, low: float, high: float) -> Piece:
    z = np.linspace(low, high, _POINTS)
    return Piece(z, *value_and_slope(kind, z))


def shares(logits: Values) -> Values:
    """softmax of (k,) logits."""
    p = np.empty((len(logits), 1))
    ACTIVATIONS[ActivationKind.SOFTMAX].forward(logits[:, None].copy(), p)
    return p[:, 0]


def share_slopes(p: Values, of: int) -> Values:
    """∂pᵢ/∂z of the logit number `of`, for all i: what the backward pass makes of each share's own gradient."""
    columns = np.repeat(p[:, None], len(p), axis=1)
    gradient = np.eye(len(p))
    ACTIVATIONS[ActivationKind.SOFTMAX].backward(np.empty_like(columns), columns, gradient, np.empty_like(columns))
    return gradient[of]
