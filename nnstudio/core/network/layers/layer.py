"""What a layer is.

A *layer* knows its shapes and owns its part of the network's flat parameter vector. To compute, it is put to work on a
fixed number of examples as a *stage*: the stage holds every array it will ever need, so `forward()` and `backward()`
take no arguments and allocate nothing. Between two stages lies a *buffer*: the values that flow forward and the
gradient that flows back.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array, DType, Shape
from nnstudio.core.experiment import InitializationSpec, LayerSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.setting import settings_of


class ShapeError(ValueError):
    """A layer cannot work on what it is given; the message names the layer, the shape it got and the shape it needs."""


class Buffer:
    """What lies between two stages, for n examples of a shape.

    augmented (features + 1, n): the flattened values with a last row of ones, which makes a bias the weight of that row
    values (*shape, n): the same memory without the ones, in the examples' own shape
    gradient (*shape, n): ∂L/∂values, mean over the batch included; None where nothing flows back
    """

    def __init__(self, shape: Shape, augmented: Array, gradient: Array | None = None) -> None:
        self.shape = shape
        self.examples = augmented.shape[1]
        self.augmented = augmented
        self.values = augmented[:-1].reshape(*shape, self.examples)
        if not np.shares_memory(self.values, augmented):  # a copy would be written and never read
            raise AssertionError("the values of a buffer must be a view")
        self.gradient = gradient

    @classmethod
    def empty(cls, shape: Shape, examples: int, dtype: DType, with_gradient: bool) -> "Buffer":
        """A new buffer for so many examples."""
        gradient = np.empty((*shape, examples), dtype) if with_gradient else None
        return cls(shape, np.ones((prod(shape) + 1, examples), dtype), gradient)

    def like(self, with_gradient: bool) -> "Buffer":
        """A buffer of the same shape with values of its own, for a stage that turns the gradient over in place: the
        memory of the gradient is shared, and new only if it is wanted here although nothing flows further back."""
        dtype = self.augmented.dtype
        if self.gradient is None:
            return Buffer.empty(self.shape, self.examples, dtype, with_gradient)
        return Buffer(self.shape, np.ones((prod(self.shape) + 1, self.examples), dtype), self.gradient)

    def reshaped(self, shape: Shape) -> "Buffer":
        """The same memory for examples of another shape."""
        gradient = self.gradient
        return Buffer(shape, self.augmented, None if gradient is None else gradient.reshape(*shape, self.examples))


class Stage(ABC):
    """A layer at work on a fixed number of examples.

    frozen: whether every forward pass computes the same function, with the noise of the last pass and without a trace
    in running statistics, as comparing gradients with finite differences needs it
    """

    frozen = False

    def __init__(self, source: Buffer, output: Buffer) -> None:
        self.source = source
        self.output = output

    @abstractmethod
    def forward(self) -> None:
        """Read `source.values`, write `output.values`."""

    @abstractmethod
    def backward(self) -> None:
        """Read `output.gradient` (and use it up), write the parameters' gradient and, if wanted, `source.gradient`."""

    def settle(self) -> None:
        """From now on compute what predictions are made with, without noise and with gathered statistics, in a stage
        for training: so there is a way back through it."""
        self.frozen = True

    def sums(self) -> Array | None:
        """What the activation was given in the last forward pass, z, in an array of its own; None without one. Worked
        out anew, for most passes overwrite it."""
        return None

    def forward_together(self, parts: "Sequence[Any]") -> Iterator[None]:
        """`forward()` for a mini-batch in parts, each at a stage of its own (this is the first of these `parts`), with
        a pause after each. A layer that compares examples does so across all parts."""
        for part in parts:
            part.forward()
            yield

    def backward_together(self, parts: "Sequence[Any]") -> Iterator[None]:
        """`backward()` for such a mini-batch; at each pause the parameters' gradient is what came in since the last."""
        for part in parts:
            part.backward()
            yield


class Unchanged(Stage):
    """A stage that lets values and gradients through: its output is the memory of its source."""

    def forward(self) -> None:
        pass

    def backward(self) -> None:
        pass


class Layer(ABC):
    """One layer of a network; `shape` is what one example looks like behind it.

    formula: what it computes when the network predicts, in NumPy's words, for examples that lie one after the other
    key: the number that stays the layer's own from edit to edit; 0 for the output layer
    activation_kind: the activation that it has or is
    makes_rows: whether all it does is to read an image as one row
    reads_rows: whether it works as well on inputs that lie in memory example by example
    noisy, random: whether it needs noise in training, and the generator of that noise, its own
    held: of which columns of its block training leaves all numbers alone; None where it leaves none alone
    couples: whether in training it compares the examples of a mini-batch, so that these must go through as one
    """

    formula: ClassVar[str]
    activation_kind: ActivationKind | None = None
    makes_rows = False
    reads_rows = False
    noisy = False
    couples = False
    held: NDArray[np.bool_] | None = None
    random: np.random.Generator

    def __init__(self, name: str, spec: LayerSpec, input_shape: Shape) -> None:
        self.name = name
        self.spec = spec
        self.key = spec.key
        self.input_shape = input_shape
        self.shape: Shape = input_shape

    @property
    def parameter_shape(self) -> tuple[int, int]:
        """(inputs + 1, units): the weights, and the biases as the last row; (0, 0) for a layer without parameters."""
        return (0, 0)

    @property
    def arrays(self) -> Mapping[str, Shape]:
        """The parameters by name, in the order in which they lie in the layer's block."""
        return {}

    @property
    def running_arrays(self) -> Mapping[str, Shape]:
        """What predictions are made with besides the parameters, by name; empty for most layers."""
        return {}

    @property
    def fewest_examples(self) -> int:
        """How many examples a mini-batch must have at least for the layer to learn from it."""
        return 1

    @property
    def answers(self) -> bool:
        """Whether it gives out something of its own, and not only a part of what it gets."""
        return self.activation_kind is not None or bool(self.arrays)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The numbers of its own that the formula needs."""
        values = {name: getattr(self.spec, name) for name in settings_of(type(self.spec))}
        return {name: value for name, value in values.items() if isinstance(value, int | float)}

    @abstractmethod
    def note(self, given: str) -> tuple[str, ...]:
        """What a unit makes of what it is `given` (x or a), for a person, in a line or two."""

    @property
    def penalized_rows(self) -> int:
        """How many rows of the parameters, from the first, are weights that a penalty pulls towards zero."""
        return 0

    def stage_size(self, examples: int, training: bool) -> int:
        """How many numbers a stage for so many examples holds, at most: values before and behind the activation, and in
        training the gradient and room to work it out."""
        return (4 if training else 2) * (prod(self.shape) + 1) * examples

    def bind(self, params: Array, grads: Array, statistics: Array) -> None:
        """Take the layer's part of the network's flat vectors, the first two in `parameter_shape`."""
        self.params = params
        self.grads = grads

    def initialize(self, spec: InitializationSpec, random: np.random.Generator) -> None:
        """Draw the first parameters; a layer without any has nothing to draw."""

    @abstractmethod
    def stage(self, source: Buffer, training: bool) -> Stage:
        """The layer at work on `source.examples` examples, in training or to predict."""
