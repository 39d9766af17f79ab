"""Work in pieces: whoever waits for a long computation may do something else between two of them, or drop it.

How much is done at once depends on the shapes alone, never on a clock, so that the same experiment gives the same bits
on every machine.
"""

from collections.abc import Generator, Sequence
from math import prod
from typing import TypeVar

from nnstudio.core.network.layers.layer import Layer

OPERATIONS_AT_ONCE = 2**28
"""Multiplications of one forward pass: a few milliseconds of training."""
OPERATIONS_OF_AN_ELEMENT = 64
"""What is computed element by element, forwards and backwards, takes the time of so many in a matrix product."""
FEWEST_EXAMPLES = 16

Result = TypeVar("Result")
Pieces = Generator[None, None, Result]
"""Work that pauses between its pieces, to be gone on with or dropped; its result is what it returns."""


def finished(pieces: Pieces[Result]) -> Result:
    """The result, in one go."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            return end.value


def examples_at_once(layers: Sequence[Layer]) -> int:
    """How many examples, a power of two, go through these layers in one piece."""
    each = sum((layer.parameter_shape[0] + OPERATIONS_OF_AN_ELEMENT) * prod(layer.shape) for layer in layers)
    fitting = max(OPERATIONS_AT_ONCE // each, FEWEST_EXAMPLES)
    return 1 << fitting.bit_length() - 1
