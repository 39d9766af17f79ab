"""A switch behind a layer: units that are off give 0, to whoever listens.

What stands behind takes that 0 as any other value. No gradient comes back through it, and the links that lead on from
the unit get no gradient either. Where the units of a layer share out 1 (softmax), the others have got what the unit has
left over for them, and the layer before learns of that.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.network.layers.layer import Stage


class Switched(Stage):
    """Another stage with some units off; it works in that stage's own buffers."""

    def __init__(self, stage: Stage, off: Sequence[int]) -> None:
        super().__init__(stage.source, stage.output)
        self._stage = stage
        self._off = np.array(off, np.intp)
        self._said = np.empty(0)  # what the units would have given, with which their layer works out its gradient

    def forward(self) -> None:
        self._stage.forward()
        self._silence()

    def sums(self) -> Array | None:
        sums = self._stage.sums()
        self._silence()  # what is worked out anew may speak again
        return sums

    def backward(self) -> None:
        self._stop_gradient()
        self._stage.backward()

    def forward_together(self, parts: "Sequence[Any]") -> Iterator[None]:
        yield from self._stage.forward_together([part._stage for part in parts])
        for part in parts:
            part._silence()

    def backward_together(self, parts: "Sequence[Any]") -> Iterator[None]:
        for part in parts:
            part._stop_gradient()
        yield from self._stage.backward_together([part._stage for part in parts])

    def _silence(self) -> None:
        values = self.output.values
        self._said = values[self._off]
        values[self._off] = 0

    def _stop_gradient(self) -> None:
        self.output.values[self._off] = self._said
        if self.output.gradient is not None:
            self.output.gradient[self._off] = 0
