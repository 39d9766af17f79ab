"""What a neuron makes of its weighted sum: f and f′ side by side, and the table of all of them.

In the forward pass `forward(z, a)` writes f(z) into a. In the backward pass `backward(z, a, gradient, scratch)` turns
∂L/∂a into ∂L/∂z in place, by multiplying with f′(z), expressed through whichever of z and a is cheaper. All arrays have
the same shape (units, …, n); nothing is allocated. That is why z serves as scratch space once it has been read for the
last time: in the forward pass if f′ does not need it, in the backward pass always.
"""

from collections.abc import Callable
from dataclasses import dataclass

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.network.activations import piecewise, smooth
from nnstudio.core.network.activations.smooth import sigmoid

__all__ = ["ACTIVATIONS", "ActivationFunction", "sigmoid"]


@dataclass(frozen=True, slots=True)
class ActivationFunction:
    """f, and f′ applied to a gradient.

    low, high: the range that f approaches, if it is bounded on that side; used to scale pictures and to count saturated
    units
    dies: whether a unit can be zero, with a zero gradient, for every input
    in_place: whether z and a may be the same memory; if not, z belongs to f and may be used up
    odd: whether f(−z) = −f(z)
    """

    forward: Callable[[Array, Array], object]
    backward: Callable[[Array, Array, Array, Array], object]
    low: float | None = None
    high: float | None = None
    dies: bool = False
    in_place: bool = False
    odd: bool = False


ACTIVATIONS: dict[ActivationKind, ActivationFunction] = {
    ActivationKind.LINEAR: ActivationFunction(piecewise.linear, piecewise.linear_gradient, in_place=True, odd=True),
    ActivationKind.RELU: ActivationFunction(piecewise.relu, piecewise.relu_gradient, low=0.0, dies=True, in_place=True),
    ActivationKind.LEAKY_RELU: ActivationFunction(piecewise.leaky_relu, piecewise.leaky_relu_gradient),
    ActivationKind.ELU: ActivationFunction(piecewise.elu, piecewise.elu_gradient, low=-1.0),
    ActivationKind.SELU: ActivationFunction(
        piecewise.selu, piecewise.selu_gradient, low=-piecewise.SELU_SCALE * piecewise.SELU_ALPHA
    ),
    ActivationKind.GELU: ActivationFunction(smooth.gelu, smooth.gelu_gradient),
    ActivationKind.SILU: ActivationFunction(smooth.silu, smooth.silu_gradient),
    ActivationKind.SOFTPLUS: ActivationFunction(smooth.softplus, smooth.softplus_gradient, low=0.0),
    ActivationKind.SIGMOID: ActivationFunction(sigmoid, smooth.sigmoid_gradient, low=0.0, high=1.0, in_place=True),
    ActivationKind.TANH: ActivationFunction(
        smooth.hyperbolic_tangent, smooth.hyperbolic_tangent_gradient, low=-1.0, high=1.0, in_place=True, odd=True
    ),
    ActivationKind.SINE: ActivationFunction(smooth.sine, smooth.sine_gradient, low=-1.0, high=1.0, odd=True),
    ActivationKind.STEP: ActivationFunction(
        piecewise.step, piecewise.step_gradient, low=0.0, high=1.0, dies=True, in_place=True
    ),
    ActivationKind.SOFTMAX: ActivationFunction(smooth.softmax, smooth.softmax_gradient, low=0.0, high=1.0),
}
