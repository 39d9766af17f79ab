"""The state of a run at one update, small enough to keep many of."""

from dataclasses import dataclass
from typing import Any

from nnstudio.core.array import Array
from nnstudio.core.experiment import Experiment
from nnstudio.core.network.network import Network
from nnstudio.core.training.stopping import StoppingState


@dataclass(frozen=True, slots=True)
class NetworkState:
    """All that training has made of a network: its parameters and what some layers remember besides."""

    params: Array
    layers: tuple[Any, ...]

    @classmethod
    def of(cls, network: Network) -> "NetworkState":
        """A copy of the network's state now."""
        return cls(network.params.copy(), network.state())

    def put_into(self, network: Network) -> None:
        """Bring the network back to this state."""
        network.params[...] = self.params
        network.restore(self.layers)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything needed to go on from one update as if nothing had happened since."""

    experiment: Experiment
    updates: int
    network: NetworkState
    optimizer: tuple[Any, ...]
    batches: Any
    schedule: tuple[float, ...]
    stopping: StoppingState

    @property
    def params(self) -> Array:
        """The network's parameters."""
        return self.network.params

    @property
    def memory(self) -> Array:
        """The optimizer's memory."""
        return self.optimizer[0]
