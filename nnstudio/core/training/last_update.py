"""What the last update did in each layer, in two numbers: small enough to be part of every state.

They lead to no further update. They are there for whoever looks at a run that rests: after the end, a divergence, a way
back, in a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.network.network import Network


@dataclass(frozen=True, slots=True)
class LayerUpdate:
    """gradient: ‖∇W‖, as the optimizer saw it; NaN or infinite where training diverged
    ratio: ‖ΔW‖ / ‖W‖, of the last update whose change was kept; None if there was none"""

    gradient: float
    ratio: float | None = None


NOTHING: Mapping[int, LayerUpdate] = {}


@np.errstate(over="ignore")
def layer_updates(
    network: Network, change: Array | None, before: Mapping[int, LayerUpdate] = NOTHING
) -> Mapping[int, LayerUpdate]:
    """For each layer with weights, by its key, what its gradient is now and how far `change`, laid out like the
    parameters, moved it; without one, what is known of that from `before`."""
    ratios = {key: update.ratio for key, update in before.items()}
    if change is not None:
        moved, weights = weights_of(network, change), weights_of(network, network.params)
        ratios |= {key: _ratio(length(moved[key]), length(weights[key])) for key in moved}
    gradients = weights_of(network, network.grads)
    return {key: LayerUpdate(length(gradient), ratios.get(key)) for key, gradient in gradients.items()}


def weights_of(network: Network, vector: Array) -> dict[int, Array]:
    """The weights of each layer that has any, by its key, in a vector laid out like the parameters."""
    return {key: array for key, name, array in network.layout.views(vector) if name == "weight"}


def length(array: Array) -> float:
    """√Σ x², also where the squares of a finite array are infinite in 32 bits."""
    norm = float(np.linalg.norm(array))
    return norm if np.isfinite(norm) else float(np.linalg.norm(array.astype(np.float64)))


def _ratio(moved: float, size: float) -> float:
    """Weights of zero that stay zero have not moved."""
    if moved == 0:
        return 0.0
    return moved / size if size else float("inf")
