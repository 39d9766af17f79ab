"""What a number is and where it stands: the vocabulary of a calculation."""

from dataclasses import dataclass
from enum import Enum
from math import prod

Index = tuple[int, ...]


def place_of(number: int, shape: Index) -> Index:
    """The place in an array of this shape that has this number when it is read as one row."""
    found: list[int] = []
    for side in reversed(shape):
        number, part = divmod(number, side)
        found.append(part)
    return tuple(reversed(found))


class Quantity(Enum):
    """One kind of number on the way of an example. The value is how it is written where no unit is meant."""

    X = "x"
    """What arrives at a layer."""
    WEIGHT = "w"
    BIAS = "b"
    GAIN = "γ"
    SHIFT = "β"
    X_HAT = "x̂"
    MEAN = "mean"
    VARIANCE = "variance"
    DEVIATION = "√(variance + ε)"
    MASK = "mask"
    """What dropout multiplies by: 0, or 1 / (1 − p)."""
    SHARE = "share"
    """What a pool takes of a value of its window: 1 of the largest, or the same of each."""
    SWITCH = "switch"
    """0 where somebody switched a unit off."""
    Z = "z"
    SLOPE = "f′(z)"
    A = "a"
    P = "p"
    TARGET = "t"
    LOSS = "L"
    DA = "∂L/∂a"
    """The error that arrives at a unit."""
    DZ = "∂L/∂z"
    """The error that it passes on."""
    DX = "∂L/∂x"
    DW = "∂L/∂w"
    PRODUCT = "x · w"
    """One input of a unit times its weight."""
    TERM = "Lᵢ"
    """What one output costs."""
    G = "g"
    """The gradient that the optimizer gets, the mean over the mini-batch."""
    NEW = "new w"
    """A weight after the update."""
    MEAN_ERROR = "mean of γ · ∂L/∂z"
    MEAN_PRODUCT = "mean of x̂ · γ · ∂L/∂z"


@dataclass(frozen=True, slots=True)
class Place:
    """A number of the network: what it is, at which layer (0 is the output), and where there.

    array: for weights and their gradients the name of the layer's array
    """

    quantity: Quantity
    layer: int
    at: Index
    array: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """A number in a calculation, and the place it comes from."""

    place: Place
    value: float


@dataclass(frozen=True, slots=True)
class Term:
    """A product, which is added, or with `sign` −1 taken away."""

    factors: tuple[Factor, ...]
    sign: int = 1

    @property
    def value(self) -> float:
        return self.sign * prod(factor.value for factor in self.factors)


@dataclass(frozen=True, slots=True)
class Calculation:
    """A number as a sum of products, over a divisor where there is one, with the rule in algebra."""

    result: Factor
    rule: str
    terms: tuple[Term, ...]
    divisor: Factor | None = None

    @property
    def value(self) -> float:
        """What the terms give; the result but for rounding."""
        total = sum(term.value for term in self.terms)
        return total if self.divisor is None else total / self.divisor.value
