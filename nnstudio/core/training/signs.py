"""What a run shows to whoever looks for the cause of trouble: layer by layer, measured, not yet judged."""

from dataclasses import dataclass
from math import inf

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.training.divergence import Diverged

MOST = 0.5
"""A layer is called dead or saturated when more than half of its units are: the others carry it on."""
HARDLY_EVER = 0.8
"""A unit is called saturated when it is for at least so many of the examples: of five it learns from one at most."""
HARDLY_MOVING = 3e-4
"""‖ΔW‖ / ‖W‖ of a layer that takes thousands of updates to become another."""
RESTING = 1e-3
"""‖ΔW‖ / ‖W‖ of a network at rest: what mini-batches that differ still push to and fro."""
FLAT = 1e-2
"""‖∇W‖ ‖W‖ / L: by how many per cent the loss would change with a per cent of the weights."""


@dataclass(frozen=True, slots=True)
class Saturation:
    """One unit: for which share of the examples its activation is near an end of its range, and its mean slope f′."""

    unit: int
    share: float
    slope: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSigns:
    """What one layer shows.

    noun: what its units are called, such as neuron; units: how many there are
    gradient, ratio: ‖∇W‖ and ‖ΔW‖ / ‖W‖ of the last update; None for layers without weights and before the first
    size: ‖W‖; 0 without weights
    dead: which units are zero for every example that was looked at
    saturated: the share of each unit's answers that are near an end of its range, empty without one; worst: the unit
    with the largest
    alike: whether all units have the same weights, those into them and those out of them
    zero: whether all weights into it, and all out of it, are zero
    frozen: whether it is not to learn
    """

    key: int
    name: str
    noun: str = "neuron"
    activation: ActivationKind | None = None
    units: int = 1
    gradient: float | None = None
    ratio: float | None = None
    size: float = 0.0
    dead: tuple[int, ...] = ()
    saturated: tuple[float, ...] = ()
    worst: Saturation | None = None
    alike: bool = False
    zero: bool = False
    frozen: bool = False

    @property
    def hardly_learning(self) -> int:
        """How many units are saturated for so many examples that they learn from hardly any."""
        return sum(share >= HARDLY_EVER for share in self.saturated)

    @property
    def is_saturated(self) -> bool:
        """Whether most of its units are, or at least one in a layer most of whose answers are and that hardly moves."""
        count, share = self.hardly_learning, sum(self.saturated) / self.units
        return count > MOST * self.units or (count > 0 and share > MOST and (self.ratio or 0.0) < HARDLY_MOVING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a run shows.

    layers: from the first to the output
    loss, constant_loss: of the training examples, now and for the best answer that is the same for all of them
    epoch, updates: passes over the training examples, and updates, so far
    diverged: how the last update led out of the finite numbers, if it did and that is known
    """

    layers: tuple[LayerSigns, ...]
    experiment: Experiment
    loss: float
    constant_loss: float
    epoch: float
    updates: int
    diverged: Diverged | None = None

    @property
    def learning(self) -> tuple[LayerSigns, ...]:
        """The layers with weights that an update may move."""
        return tuple(layer for layer in self.layers if layer.ratio is not None and not layer.frozen)

    @property
    def ratios(self) -> tuple[float, ...]:
        """‖ΔW‖ / ‖W‖ of those layers."""
        return tuple(layer.ratio for layer in self.learning if layer.ratio is not None)

    @property
    def share(self) -> float:
        """The loss as a share of that of the best constant answer."""
        return self.loss / self.constant_loss if self.constant_loss > 0 else inf

    @property
    def ends(self) -> tuple[LayerSigns, LayerSigns] | None:
        """The first and the last layer with a gradient that learn, if there are two."""
        layers = [layer for layer in self.layers if layer.gradient is not None and not layer.frozen]
        return (layers[0], layers[-1]) if len(layers) > 1 else None

    @property
    def flat(self) -> bool:
        """Whether the loss hardly depends on the weights where they are."""
        return max(((layer.gradient or 0.0) * layer.size for layer in self.learning), default=0.0) < FLAT * self.loss
