"""What an optimizer is.

After the backward pass the gradient lies in one flat vector beside the parameters; an optimizer turns it into a step,
in place, allocating nothing. In every class η is the learning rate, g the gradient, w the parameters.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nnstudio.core.array import Array, constant
from nnstudio.core.experiment import TrainingSpec

add, divide, multiply, sqrt, subtract = np.add, np.divide, np.multiply, np.sqrt, np.subtract


@dataclass(frozen=True, slots=True, eq=False)
class OptimizerState:
    """What an optimizer remembers from step to step, by the names of its formulas.

    arrays: vectors laid out like the parameters, such as `m` and `v`
    numbers: what else it counts
    """

    arrays: Mapping[str, Array]
    numbers: Mapping[str, float]


class Optimizer(ABC):
    """Base of all optimizers. Its hyperparameters may be replaced between two steps; what it remembers stays.

    arrays: names of the vectors that it keeps from step to step; they begin with zeros
    numbers: names and first values of what else lives from step to step
    scratches: names of the vectors that it needs within one step
    Each is an attribute of that name, beside the parameters `w` and their gradient `g`.
    """

    arrays: ClassVar[tuple[str, ...]] = ()
    numbers: ClassVar[Mapping[str, float]] = {}
    scratches: ClassVar[tuple[str, ...]] = ("scratch",)
    scratch: Array

    def __init__(self, params: Array, grads: Array) -> None:
        self.w, self.g = params, grads
        self._rate = self._constant(0)
        for name in self.arrays:
            setattr(self, name, np.zeros_like(params))
        for name in self.scratches:
            setattr(self, name, np.empty_like(params))
        for name, value in self.numbers.items():
            setattr(self, name, value)

    def configure(self, spec: TrainingSpec) -> None:
        """Take up new hyperparameters."""
        return

    def step(self, rate: float) -> None:
        """Change the parameters in place; the gradient stays as it is."""
        self._prepare(rate)
        self._update()

    def _prepare(self, rate: float) -> None:
        """Work out the numbers of this step, outside the long vectors."""
        self._rate[()] = rate

    @abstractmethod
    def _update(self) -> None:
        """Change w, and what is remembered."""

    @property
    def memory(self) -> dict[str, Array]:
        """What `arrays` names, by name: the vectors themselves."""
        return {name: getattr(self, name) for name in self.arrays}

    def state(self) -> OptimizerState:
        """A copy of what it remembers."""
        arrays = {name: array.copy() for name, array in self.memory.items()}
        return OptimizerState(arrays, {name: getattr(self, name) for name in self.numbers})

    def restore(self, state: OptimizerState) -> None:
        """Go back to what `state()` gave. Raises `ValueError` for the state of another kind of optimizer or of other
        parameters, and then nothing has changed."""
        memory, kind = self.memory, type(self).__name__
        if set(state.arrays) != set(memory) or set(state.numbers) != set(self.numbers):
            names = ", ".join((*self.arrays, *self.numbers)) or "nothing"
            raise ValueError(f"{kind} remembers {names}, not {', '.join((*state.arrays, *state.numbers)) or 'nothing'}")
        for name, array in state.arrays.items():
            if array.shape != self.w.shape:
                raise ValueError(f"{name} of {kind} has shape {array.shape}, but the parameters have {self.w.shape}")
        for name, array in state.arrays.items():
            memory[name][...] = array
        for name, value in state.numbers.items():
            setattr(self, name, value)

    def _constant(self, value: float) -> Array:
        return constant(value, self.w.dtype)
