"""One update phase by phase, for whoever wants to see it happen: forward, loss, backward, update."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.experiment.setting import Choice
from nnstudio.core.training.last_update import LayerUpdate


class Phase(Choice):
    """How far an update has come."""

    FORWARD = "forward", "Forward", "A mini-batch goes through the network, from layer to layer.", "a = f(W·x + b)"
    LOSS = "loss", "Loss", "What the network says is compared with what is right.", "L"
    BACKWARD = "backward", "Backward", "From the loss back to the first layer: who is to blame, and how much.", "∂L/∂W"
    UPDATE = "update", "Update", "Every weight takes a step against its gradient.", "W ← W − η ∂L/∂W"


@dataclass(frozen=True, slots=True, eq=False)
class PhasedUpdate:
    """Where an update stands that is made phase by phase; the arrays are copies.

    examples (n,): the mini-batch, as places in the training examples
    loss: the mean loss of the mini-batch before the update; from `Phase.LOSS` on
    gradient: flat, laid out like the parameters: of the mini-batch alone, without penalty and clipping; layers: its
    norms by the layer's key; from `Phase.BACKWARD` on
    change: flat: what the update did to the parameters; in `Phase.UPDATE`
    """

    phase: Phase
    examples: NDArray[np.int64]
    loss: float | None = None
    gradient: Array | None = None
    layers: Mapping[int, LayerUpdate] = field(default_factory=dict[int, LayerUpdate])
    change: Array | None = None


Result = TypeVar("Result")
Phases = Generator[Phase | None, None, Result]
"""Work that pauses at phases, and at None between the pieces of one."""
