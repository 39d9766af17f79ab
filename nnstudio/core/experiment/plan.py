"""What an edit destroys.

Nothing decides for itself whether a changed slider needs a new network: `plan(old, new)` compares two experiments and
says what has to be made anew. Everything else goes on.
"""

from dataclasses import replace
from enum import Flag, auto

from nnstudio.core.experiment.experiment import Experiment


class Change(Flag):
    """What has to be made anew."""

    NOTHING = 0
    HYPERPARAMETERS = auto()  # how to learn, when to stop: taken up by the next update; nothing is lost
    OPTIMIZER = auto()  # the optimizer's memory is lost, the weights stay
    NETWORK = auto()  # new first weights, training starts again
    DATA = auto()  # new data, and with it all of the above

    @property
    def restarts(self) -> bool:
        """Whether training starts again from its first weights."""
        return bool(self & (Change.NETWORK | Change.DATA))


def plan(old: Experiment, new: Experiment) -> Change:
    """What going from `old` to `new` changes."""
    change = Change.NOTHING
    if old.dataset != new.dataset:
        change |= Change.DATA
    if (old.layers, old.initialization, old.seed) != (new.layers, new.initialization, new.seed):
        change |= Change.NETWORK
    if old.training.optimizer != new.training.optimizer:
        change |= Change.OPTIMIZER
    if (replace(old.training, optimizer=new.training.optimizer), old.stopping) != (new.training, new.stopping):
        change |= Change.HYPERPARAMETERS
    return change
