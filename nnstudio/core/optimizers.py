"""How a gradient becomes a step.

Every optimizer works in place on the network's flat vectors and allocates nothing. Its hyperparameters may be replaced
between two steps; what it remembers (`memory`) stays. η is the learning rate, g the gradient, t the step from 1.
"""

from abc import ABC, abstractmethod

import numpy as np

from nnstudio.core.array import Array, DType, constant
from nnstudio.core.choices import OptimizerKind
from nnstudio.core.experiment import TrainingSpec

add, divide, multiply, sqrt, subtract = np.add, np.divide, np.multiply, np.sqrt, np.subtract


class Optimizer(ABC):
    """Base of all optimizers: `memories` vectors that live from step to step, and scratch space."""

    memories = 0

    def __init__(self, size: int, dtype: DType) -> None:
        self.memory = np.zeros((self.memories, size), dtype)
        self.steps = 0
        self._scratch = np.empty(size, dtype)
        self._rate = constant(0, dtype)

    @abstractmethod
    def configure(self, spec: TrainingSpec) -> None:
        """Take up new hyperparameters."""

    @abstractmethod
    def step(self, params: Array, grads: Array, rate: float) -> None:
        """Change params in place; may use grads up."""


class SGD(Optimizer):
    """Stochastic gradient descent (Robbins & Monro 1951).

    w ← w − η g
    """

    def configure(self, spec: TrainingSpec) -> None:
        pass

    def step(self, params: Array, grads: Array, rate: float) -> None:
        self._rate[...] = rate
        multiply(grads, self._rate, self._scratch)
        subtract(params, self._scratch, params)


class Momentum(Optimizer):
    """Heavy ball (Polyak 1964), in the variant whose velocity holds gradients, so that a new η acts at once.

    v ← μ v + g
    w ← w − η v
    """

    memories = 1

    def configure(self, spec: TrainingSpec) -> None:
        self._momentum = constant(spec.momentum, self.memory.dtype)

    def step(self, params: Array, grads: Array, rate: float) -> None:
        velocity = self.memory[0]
        self._rate[...] = rate
        multiply(velocity, self._momentum, velocity)
        add(velocity, grads, velocity)
        multiply(velocity, self._rate, self._scratch)
        subtract(params, self._scratch, params)


class RMSProp(Optimizer):
    """RMSProp (Hinton, lecture 6e, 2012), without centring, ε outside the root.

    s ← ρ s + (1 − ρ) g²
    w ← w − η g / (√s + ε)
    """

    memories = 1

    def configure(self, spec: TrainingSpec) -> None:
        dtype = self.memory.dtype
        self._rho, self._rest = constant(spec.rho, dtype), constant(1 - spec.rho, dtype)
        self._epsilon = constant(spec.epsilon, dtype)

    def step(self, params: Array, grads: Array, rate: float) -> None:
        square, scratch = self.memory[0], self._scratch
        self._rate[...] = rate
        multiply(square, self._rho, square)
        multiply(grads, grads, scratch)
        multiply(scratch, self._rest, scratch)
        add(square, scratch, square)
        sqrt(square, scratch)
        add(scratch, self._epsilon, scratch)
        divide(grads, scratch, scratch)
        multiply(scratch, self._rate, scratch)
        subtract(params, scratch, params)


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015, algorithm 1), with the corrections of m and v folded into η and ε.

    m ← β₁ m + (1 − β₁) g          m̂ = m / (1 − β₁ᵗ)
    v ← β₂ v + (1 − β₂) g²         v̂ = v / (1 − β₂ᵗ)
    w ← w − η m̂ / (√v̂ + ε)
    """

    memories = 2

    def __init__(self, size: int, dtype: DType) -> None:
        super().__init__(size, dtype)
        self._shifted_epsilon = constant(0, dtype)

    def configure(self, spec: TrainingSpec) -> None:
        dtype = self.memory.dtype
        self._beta1, self._beta2, self._epsilon = spec.beta1, spec.beta2, spec.epsilon
        self._keep1, self._take1 = constant(spec.beta1, dtype), constant(1 - spec.beta1, dtype)
        self._keep2, self._take2 = constant(spec.beta2, dtype), constant(1 - spec.beta2, dtype)

    def step(self, params: Array, grads: Array, rate: float) -> None:
        mean, square = self.memory
        scratch = self._scratch
        self.steps += 1
        root = (1 - self._beta2**self.steps) ** 0.5
        # η m̂ / (√v̂ + ε) = η √(1−β₂ᵗ)/(1−β₁ᵗ) · m / (√v + ε √(1−β₂ᵗ)): two vector operations fewer.
        self._rate[...] = rate * root / (1 - self._beta1**self.steps)
        self._shifted_epsilon[...] = self._epsilon * root
        multiply(mean, self._keep1, mean)
        multiply(grads, self._take1, scratch)
        add(mean, scratch, mean)
        multiply(square, self._keep2, square)
        multiply(grads, grads, scratch)
        multiply(scratch, self._take2, scratch)
        add(square, scratch, square)
        sqrt(square, scratch)
        add(scratch, self._shifted_epsilon, scratch)
        divide(mean, scratch, scratch)
        multiply(scratch, self._rate, scratch)
        subtract(params, scratch, params)


OPTIMIZERS: dict[OptimizerKind, type[Optimizer]] = {
    OptimizerKind.SGD: SGD,
    OptimizerKind.MOMENTUM: Momentum,
    OptimizerKind.RMSPROP: RMSProp,
    OptimizerKind.ADAM: Adam,
}

SETTINGS_OF_OPTIMIZER: dict[OptimizerKind, tuple[str, ...]] = {
    OptimizerKind.SGD: (),
    OptimizerKind.MOMENTUM: ("momentum",),
    OptimizerKind.RMSPROP: ("rho", "epsilon"),
    OptimizerKind.ADAM: ("beta1", "beta2", "epsilon"),
}
"""The fields of `TrainingSpec` that each optimizer reads, besides the learning rate."""
