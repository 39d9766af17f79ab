"""What a run is on its way to.

There is one loop that trains, and it makes one step towards a goal at a time. Playing, a number of updates, the end of
an epoch, a way back through the past and a recovery are all goals; so between any two updates whoever wants something
gets in, whatever was begun before.
"""

from abc import ABC, abstractmethod
from math import isfinite
from typing import TYPE_CHECKING

from nnstudio.core.run.beats import Beats
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer

if TYPE_CHECKING:
    from nnstudio.core.run.run import Run
    from nnstudio.core.run.timeline import Replay
    from nnstudio.core.training.state import RunState

PHASED_BELOW = 10.0
"""Updates a second below which each is made phase by phase: there is time to see them."""


class Goal(ABC):
    """trains: whether the run itself moves on meanwhile, and its time counts as training
    ticket: of the command that is answered when the goal is reached; 0 if it has been answered already
    due: when there is something to do towards it, by `perf_counter()`; 0 at any time"""

    trains = True
    ticket = 0
    due = 0.0

    @abstractmethod
    def advance(self, run: "Run") -> bool:
        """One step towards the goal; whether it is reached now."""

    @property
    def progress(self) -> str:
        """How far it has come, for a person; empty where the run itself shows it."""
        return ""


class Endless(Goal):
    """Play: there is always another update; at a pace, not before its time."""

    def __init__(self, pace: float | None = None) -> None:
        self.paced, self._phased, self._beats = pace is not None, False, None
        if pace is not None:
            self._phased = pace < PHASED_BELOW
            self._beats = Beats(pace * len(Phase) if self._phased else pace)

    def advance(self, run: "Run") -> bool:
        if not self.paced:
            run.update(burst=run.burst)
            return False
        made = run.phase() if self._phased else run.update(keep_change=True)
        if made and self._beats is not None:
            self.due = self._beats.next()
        return False


class OnePhase(Goal):
    """The next phase of an update."""

    def advance(self, run: "Run") -> bool:
        return run.phase()


class Until(Goal):
    """Up to this update. The last one keeps what it changed, for the pictures of it."""

    def __init__(self, target: int) -> None:
        self.target = target

    def advance(self, run: "Run") -> bool:
        made = run.update(keep_change=run.trainer.updates + 1 >= self.target)
        return made and run.trainer.updates >= self.target


class EndOfEpoch(Goal):
    """To the end of the epoch, or through a whole one if an epoch has just ended; so many times."""

    def __init__(self, times: int = 1) -> None:
        self.times = times

    def advance(self, run: "Run") -> bool:
        if run.update(keep_change=True):
            self.times -= run.trainer.batches.at_epoch_end
        return self.times == 0


class Past(Goal):
    """Replays an update of the past beside the run, which stays as it is until the very end."""

    trains = False

    def __init__(self, ticket: int, target: int) -> None:
        self.ticket = ticket
        self.target = target
        self._replay: Replay | None = None

    def advance(self, run: "Run") -> bool:
        if self._replay is None:
            self._replay = run.replay(self.target)
        if self._replay.step():
            return False
        run.arrive(self.ticket, self._replay)
        return True

    @property
    def progress(self) -> str:
        share = self._replay.share if self._replay is not None else 0
        return f"Going back to update {self.target}: {share:.0%}"


class Recovery(Goal):
    """Tries the states of the past, the newest first, until one is no worse than the beginning. The last finite weights
    themselves come first; often they are already far out."""

    trains = False

    def __init__(self, ticket: int, run: "Run", learning_rate: float, states: "list[RunState]") -> None:
        self.ticket = ticket
        self._rate = learning_rate
        self._states = states
        first = run.trainer.history.prefix().train_loss[0]
        self._limit = float(first) if isfinite(first) else float("inf")
        self._tried: Trainer = run.trainer
        self._state: RunState | None = None
        self._pieces = self._tried.evaluation()

    def advance(self, run: "Run") -> bool:
        if next(self._pieces, self) is not self:
            return False
        loss = self._tried.last_metrics.train_loss
        if not (isfinite(loss) and loss <= self._limit) and self._states:
            self._state = self._states.pop()
            self._tried = run.trainer_at(self._state)
            self._pieces = self._tried.evaluation()
            return False
        run.recovered(self.ticket, self._tried, self._state, self._rate)
        return True

    @property
    def progress(self) -> str:
        return "Looking for weights that were good"


class Measurement(Goal):
    """The metrics over all training examples, piece by piece; from the last piece on the pictures show them."""

    trains = False

    def __init__(self, trainer: Trainer) -> None:
        self._pieces = trainer.evaluation(exact=True)

    def advance(self, run: "Run") -> bool:
        return next(self._pieces, self) is self
