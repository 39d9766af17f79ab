"""What was known before an update that takes long, to be taken back to."""

from typing import NamedTuple

from nnstudio.core.array import Array
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.state import RunState


class Before(NamedTuple):
    """The state of the run, and what a trainer knows beside it."""

    state: RunState
    grads: Array
    gradient: tuple[bool, Array | None, Array | None]
    metrics: Metrics | None
    latest: Metrics | None
    evaluated_at: int
    learning_rate: float
    stop_reason: str | None
