"""What an optimizer is.

After the backward pass the gradient lies in one flat vector beside the parameters; an optimizer turns it into a step,
in place, allocating nothing. In every class η is the learning rate, g the gradient, w the parameters.
"""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from nnstudio.core.array import Array, constant
from nnstudio.core.experiment import TrainingSpec

add, divide, multiply, sqrt, subtract = np.add, np.divide, np.multiply, np.sqrt, np.subtract


class Optimizer(ABC):
    """Base of all optimizers. Its hyperparameters may be replaced between two steps; what it remembers stays.

    memories, scratches: how many vectors like the parameters it keeps from step to step, and needs within one
    numbers: what else lives from step to step
    """

    memories = 0
    scratches = 1
    first_numbers: tuple[float, ...] = ()

    def __init__(self, params: Array, grads: Array) -> None:
        size, dtype = params.size, params.dtype
        self.memory = np.zeros((self.memories, size), dtype)
        self.numbers: tuple[float, ...] = self.first_numbers
        self._dtype = dtype
        self._rate = constant(0, dtype)
        scratch = np.empty((self.scratches, size), dtype)
        self._vectors: tuple[Array, ...] = (params, grads, *self.memory, *scratch)

    def configure(self, spec: TrainingSpec) -> None:
        """Take up new hyperparameters."""
        return

    def step(self, rate: float) -> None:
        """Change the parameters in place; the gradient stays as it is."""
        self._prepare(rate)
        self._update(*self._vectors)

    def _prepare(self, rate: float) -> None:
        """Work out the numbers of this step, outside the long vectors."""
        self._rate[()] = rate

    @abstractmethod
    def _update(self, *vectors: Array) -> None:
        """Change w; the vectors are w, g, each memory, each scratch."""

    def state(self) -> tuple[Any, ...]:
        """A copy of what it remembers."""
        return self.memory.copy(), self.numbers

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to what `state()` gave."""
        memory, self.numbers = state
        self.memory[...] = memory

    def _constant(self, value: float) -> Array:
        return constant(value, self._dtype)
