"""What may be asked of a run, and how it is answered.

Every command is one immutable value and one whole: all of it happens, or nothing does and the run goes on as before.
Each is answered exactly once, done or refused with a reason. What takes long (a way back, a recovery) is answered when
it is done, or refused when something else came in between.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment
from nnstudio.core.network.surgery import Surgery
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.example import AnyExample, SplitName
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.hardest import Hardest
from nnstudio.core.run.section import Section
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.state import RunState


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin this experiment, paused or playing: from its first weights, or from where a state or weights stand."""

    experiment: Experiment
    start: RunState | Weights | None = None
    playing: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """Go on with another experiment. `keep`: what was learned stays where it still has a place; otherwise, and where
    other first weights or another kind of data were asked for, training begins again. `merged`: this edit takes the
    place of the one sent just before, as in a drag."""

    experiment: Experiment
    keep: bool = True
    merged: bool = False


@dataclass(frozen=True, slots=True)
class PutBack:
    """Undo or redo: go on from the state that the command with the ticket `left` left behind."""

    left: int


@dataclass(frozen=True, slots=True)
class SetWeights:
    """Take other weights, laid out like the network's."""

    weights: Weights


@dataclass(frozen=True, slots=True)
class Operate:
    """Operate on the network by hand. `merged`: this operation takes the place of the one sent just before, as in a
    drag."""

    surgery: Surgery
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Save:
    """Answer with the whole state of the run as it is now; `shown`: of the moment of its past, while one is shown."""

    shown: bool = False


@dataclass(frozen=True, slots=True)
class Play:
    """Train until told otherwise."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop between two updates."""


@dataclass(frozen=True, slots=True)
class Step:
    """Make this many updates and pause."""

    updates: int = 1


@dataclass(frozen=True, slots=True)
class StepPhase:
    """Make the next phase of an update and rest there. To step, or to play, completes the update; whatever changes what
    is trained takes it back."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Play no faster than this, evenly; below ten updates a second phase by phase. None: as fast as it goes. Raises
    `ValueError` for what is no pace."""

    updates_per_second: float | None

    def __post_init__(self) -> None:
        pace = self.updates_per_second
        if pace is not None and not (isfinite(pace) and pace > 0):
            raise ValueError(f"{pace} updates a second are no pace")


@dataclass(frozen=True, slots=True)
class StepEpoch:
    """Train to the end of the epoch and pause."""


@dataclass(frozen=True, slots=True)
class Back:
    """Pause, and go so many updates back; answered when the run is there."""

    updates: int = 1


@dataclass(frozen=True, slots=True)
class Recover:
    """After a divergence: go back to the newest state that is no worse than the beginning, take this learning rate, and
    train on; answered when the state is found."""

    learning_rate: float


@dataclass(frozen=True, slots=True)
class Watch:
    """These costly parts of a frame are looked at; `section`: which plane through the inputs."""

    probes: Probe
    section: Section | None = None


@dataclass(frozen=True, slots=True)
class LookAt:
    """Show this example on its way through the network; None lets go of it."""

    example: AnyExample | None


@dataclass(frozen=True, slots=True)
class FindHardest:
    """Look through a split for the examples that cost most; answered when they are found, while the run goes on."""

    split: SplitName


@dataclass(frozen=True, slots=True)
class Visit:
    """Let the pictures show the run as it was at this update, while it goes on with what it does: the state that is
    kept nearest to it, at once; `exact`: then that very update, replayed to the bit, and answered when it is there.
    None: show it as it is now. Whatever trains or begins shows that, too; an edit is refused meanwhile."""

    update: int | None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """Let these train beside the run, in step with it: whoever is behind trains on first until it stands where the run
    stands. Those that were begun alike before go on, all others end; without any the run trains alone."""

    others: tuple[Begin, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """Pause, and make the moment that is visited, at this update, the present one, with the settings of that time."""

    update: int


@dataclass(frozen=True, slots=True)
class Recall:
    """Answer with the run as it is now and with the states that are kept of its past, while it goes on."""


@dataclass(frozen=True, slots=True)
class Remember:
    """The states of the past may take so many bytes; but three are always kept."""

    maximum: int


Change = Begin | Edit | PutBack | SetWeights | Operate | Branch
"""What replaces or edits what is trained, and leaves the state before it behind."""
Dragged = Edit | Operate
"""Of which only where a drag has come to counts."""
First = Begin | Watch | LookAt | Pace | Remember
"""What may be asked before anything has begun."""
Beside = Watch | LookAt | Save | Pace | FindHardest | Visit | Remember | Recall | Compare
"""What lets a run go on with what it does."""
Command = Change | Beside | Play | Pause | Step | StepPhase | StepEpoch | Back | Recover


@dataclass(frozen=True, slots=True, eq=False)
class Recalled:
    """A run for somebody who calculates with it on another thread: values that nobody writes any more.

    now, past: its state, and those that are kept of its past, oldest first; dataset: what it learns from
    """

    now: RunState
    past: tuple[RunState, ...]
    dataset: Dataset


Found = Hardest | Recalled | None
"""What a search may find."""


@dataclass(frozen=True, slots=True, eq=False)
class Departed:
    """A run that was left for another one: its state, and how good it was after `measured_at` updates, which is most
    often at its end."""

    state: RunState
    metrics: Metrics
    measured_at: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command.

    ticket: the number that `Worker.send` gave for it
    refusal: why nothing was done, a sentence for a person; empty if it was done
    experiment: the one in force afterwards
    state: the whole state of the run, for `Save`; found: by `FindHardest` and `Recall`
    departed: the run that was left, if another one is trained now; one that was edited has not been left
    """

    ticket: int
    refusal: str
    experiment: Experiment
    state: RunState | None = None
    found: Found = None
    departed: Departed | None = None

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return not self.refusal


Outbox = Callable[[Answer], object]
"""Where answers go."""


def unheard(answer: Answer) -> None:
    """Nobody waits for answers."""
