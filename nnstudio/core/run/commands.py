"""What the interface may ask of the worker; each is one immutable value in its queue."""

from dataclasses import dataclass

from nnstudio.core.experiment import Experiment
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.frame import Probe


@dataclass(frozen=True, slots=True)
class Play:
    """Train until told otherwise."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop between two updates."""


@dataclass(frozen=True, slots=True)
class Step:
    """Pause, and make this many updates."""

    updates: int = 1


@dataclass(frozen=True, slots=True)
class StepEpoch:
    """Pause, and train to the end of the epoch."""


@dataclass(frozen=True, slots=True)
class Back:
    """Pause, and go one update back."""


@dataclass(frozen=True, slots=True)
class Restart:
    """Begin again from the same first weights."""


@dataclass(frozen=True, slots=True)
class Recover:
    """After a divergence: back to the newest state that is no worse than the beginning."""


@dataclass(frozen=True, slots=True)
class Apply:
    """Take up another experiment; what that destroys is for `plan` to say."""

    experiment: Experiment


@dataclass(frozen=True, slots=True)
class SetWeights:
    """Take other weights, laid out like the network's."""

    weights: Weights


@dataclass(frozen=True, slots=True)
class Watch:
    """These costly parts of a frame are looked at."""

    probes: Probe


@dataclass(frozen=True, slots=True)
class LookAt:
    """Show this test image."""

    image: int


Command = Play | Pause | Step | StepEpoch | Back | Restart | Recover | Apply | SetWeights | Watch | LookAt
