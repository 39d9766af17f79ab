"""A switch behind a layer: units that are off give 0, to whoever listens.

What stands behind takes that 0 as any other value. No gradient comes back through it, so of the unit's own parameters
nothing is learned, and the links that lead on from it get no gradient either.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from nnstudio.core.network.layers.layer import Stage


class Switched(Stage):
    """Another stage with some units off; it works in that stage's own buffers."""

    def __init__(self, stage: Stage, off: Sequence[int]) -> None:
        super().__init__(stage.source, stage.output)
        self._stage = stage
        self._off = list(off)

    def forward(self) -> None:
        self._stage.forward()
        self.output.values[self._off] = 0

    def backward(self) -> None:
        self._silence()
        self._stage.backward()

    def forward_together(self, parts: "Sequence[Any]") -> Iterator[None]:
        yield from self._stage.forward_together([part._stage for part in parts])
        for part in parts:
            part.output.values[self._off] = 0

    def backward_together(self, parts: "Sequence[Any]") -> Iterator[None]:
        for part in parts:
            part._silence()
        yield from self._stage.backward_together([part._stage for part in parts])

    def _silence(self) -> None:
        if self.output.gradient is not None:
            self.output.gradient[self._off] = 0
