"""What happens when a number leaves the finite world.

A gradient whose squares add up to a moderate number is finite in every component, and so is the step it leads to: that
one sum guards every update. Only when it fails is the update made carefully: everything is looked at, and if a number
is infinite or NaN, parameters and optimizer are put back and the layer where it happened is named.
"""

import numpy as np

from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.training.clipping import Clipping
from nnstudio.core.training.optimizers import SETTINGS_OF_OPTIMIZER, Optimizer

HARMLESS = 1e30
"""A gradient with ‖g‖² below this, in 32 bits, cannot make a finite parameter infinite in one step."""


class Diverged(ArithmeticError):
    """A number became infinite or NaN in this update; the parameters are those before it, all finite."""

    kept = "The last finite weights are kept."

    def __init__(self, update: int, layer: str, what: str) -> None:
        super().__init__(update, layer, what)  # all of them, so that the error survives pickling
        self.update = update
        self.layer = layer

    @property
    def when(self) -> str:
        """After which update, in words."""
        return f"after update {self.update - 1}" if self.update > 1 else "in the first update"

    @property
    def what(self) -> str:
        """What became infinite or undefined, in words."""
        return f"{self.args[2]} of {self.layer}"

    def __str__(self) -> str:
        return f"Training diverged {self.when}: {self.what} became infinite or undefined."


def harmless_gradient(spec: TrainingSpec) -> float:
    """The ‖g‖² below which an update needs no care. Decoupled decay by more than the whole weight makes it grow without
    any gradient, so then no update is trusted."""
    decays = "weight_decay" in SETTINGS_OF_OPTIMIZER[spec.optimizer]
    return -1.0 if decays and spec.learning_rate * spec.weight_decay > 1 else HARMLESS


def check_finite(update: int, network: Network, work: Pass | None) -> None:
    """Raise `Diverged` if a value that went forward, or the gradient that came back, is infinite or undefined."""
    for layer, stage in zip(network.layers, work.stages if work is not None else (), strict=False):
        if not np.isfinite(stage.output.values).all():
            raise Diverged(update, layer.name, "the activations")
    for layer, block in reversed(network.blocks(network.grads)):
        if not np.isfinite(block).all():
            raise Diverged(update, layer.name, "the gradient")


def careful_step(
    update: int, network: Network, work: Pass | None, clipping: Clipping | None, optimizer: Optimizer, rate: float
) -> None:
    """Clip and step, or raise `Diverged` and leave parameters and optimizer as they were."""
    check_finite(update, network, work)
    params, state = network.params.copy(), optimizer.state()
    if clipping is not None:
        clipping.apply()
    optimizer.step(rate)
    memory = [(vector, "the optimiser's memory") for vector in optimizer.memory.values()]
    for vector, what in ((network.params, "the weights"), *memory):
        for layer, block in network.blocks(vector):
            if not np.isfinite(block).all():
                network.params[...] = params
                optimizer.restore(state)
                raise Diverged(update, layer.name, what)
