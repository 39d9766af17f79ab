"""What a layer is.

A *layer* knows its shapes and owns its part of the network's flat parameter vector. To compute, it is put to work on a
fixed number of examples as a *stage*: the stage holds every array it will ever need, so `forward()` and `backward()`
take no arguments and allocate nothing. Between two stages lies a *buffer*: the values that flow forward and the
gradient that flows back.
"""

from abc import ABC, abstractmethod
from math import prod

import numpy as np

from nnstudio.core.array import Array, DType, Shape
from nnstudio.core.experiment import InitializationSpec, LayerSpec


class ShapeError(ValueError):
    """A layer cannot work on what it is given; the message names the layer, the shape it got and the shape it needs."""


class Buffer:
    """What lies between two stages, for n examples of a shape.

    augmented (features + 1, n): the flattened values with a last row of ones, which makes a bias the weight of that row
    values (*shape, n): the same memory without the ones, in the examples' own shape
    gradient (*shape, n): ∂L/∂values, mean over the batch included; None where nothing flows back
    """

    def __init__(self, shape: Shape, augmented: Array, with_gradient: bool) -> None:
        self.shape = shape
        self.rows = augmented.shape[1]
        self.augmented = augmented
        self.values = augmented[:-1].reshape(*shape, self.rows)
        if not np.shares_memory(self.values, augmented):  # a copy would be written and never read
            raise AssertionError("the values of a buffer must be a view")
        self.gradient = np.empty((*shape, self.rows), augmented.dtype) if with_gradient else None

    @classmethod
    def empty(cls, shape: Shape, rows: int, dtype: DType, with_gradient: bool) -> "Buffer":
        """A new buffer for `rows` examples."""
        return cls(shape, np.ones((prod(shape) + 1, rows), dtype), with_gradient)


class Stage(ABC):
    """A layer at work on a fixed number of examples."""

    def __init__(self, source: Buffer, output: Buffer) -> None:
        self.source = source
        self.output = output

    @abstractmethod
    def forward(self) -> None:
        """Read `source.values`, write `output.values`."""

    @abstractmethod
    def backward(self) -> None:
        """Read `output.gradient` (and use it up), write the parameters' gradient and, if wanted, `source.gradient`."""


class Layer(ABC):
    """One layer of a network; `shape` is what one example looks like behind it."""

    def __init__(self, name: str, spec: LayerSpec, input_shape: Shape) -> None:
        self.name = name
        self.spec = spec
        self.input_shape = input_shape
        self.shape: Shape = input_shape

    @property
    def parameter_shape(self) -> tuple[int, int]:
        """(inputs + 1, units): the weights, and the biases as the last row; (0, 0) for a layer without parameters."""
        return (0, 0)

    def bind(self, params: Array, grads: Array) -> None:
        """Take views of the network's flat vectors, of shape `parameter_shape`."""
        self.params = params
        self.grads = grads

    def initialize(self, spec: InitializationSpec, random: np.random.Generator) -> None:
        """Draw the first parameters; a layer without any has nothing to draw."""
        return

    @property
    def state(self) -> tuple[Array, ...]:
        """Arrays that training changes besides the parameters, such as running statistics."""
        return ()

    @abstractmethod
    def stage(self, source: Buffer, training: bool) -> Stage:
        """The layer at work on `source.rows` examples, in training or to predict."""
