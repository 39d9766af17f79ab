"""What an optimizer is.

After the backward pass the gradient lies in one flat vector beside the parameters; an optimizer turns it into a step,
in place, allocating nothing. In every class η is the learning rate, g the gradient, w the parameters.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array, constant
from nnstudio.core.experiment import TrainingSpec

add, divide, multiply, sqrt, subtract = np.add, np.divide, np.multiply, np.sqrt, np.subtract


@dataclass(frozen=True, slots=True, eq=False)
class OptimizerState:
    """What an optimizer remembers from step to step: vectors like the parameters, and numbers, by name."""

    arrays: Mapping[str, Array]
    numbers: Mapping[str, float]


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

    def state(self) -> OptimizerState:
        """A copy of what it remembers."""
        arrays = {f"memory{place}": row.copy() for place, row in enumerate(self.memory)}
        return OptimizerState(arrays, {f"number{place}": value for place, value in enumerate(self.numbers)})

    def restore(self, state: OptimizerState) -> None:
        """Go back to what `state()` gave."""
        self.numbers = tuple(state.numbers.values())
        for row, array in zip(self.memory, state.arrays.values(), strict=True):
            row[...] = array

    def _constant(self, value: float) -> Array:
        return constant(value, self._dtype)
