"""Where a generator of random numbers stands, as a value.

Batches and noise are drawn by generators of their own; to go on to the same bits, each is put back to where it stood.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

GeneratorState = Mapping[str, Any]
"""As NumPy's bit generator gives it: the name of the algorithm and whole numbers, some of 128 bits."""


def put_back(generator: np.random.Generator, state: GeneratorState) -> None:
    """Let the generator go on from `state`. Raises `ValueError` for one that it cannot take."""
    try:
        generator.bit_generator.state = dict(state)
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"a generator of random numbers cannot stand there ({error})") from error
