"""What a run is on its way to.

There is one loop that trains, and it makes one step towards a goal at a time. Playing, a number of updates, the end of
an epoch, a way back through the past and a recovery are all goals; so between any two updates whoever wants something
gets in, whatever was begun before.
"""

from abc import ABC, abstractmethod
from math import isfinite
from typing import TYPE_CHECKING

from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.experiment.training_spec import TrainingSpec
from nnstudio.core.run.beats import Beats
from nnstudio.core.run.present import Refused
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer

if TYPE_CHECKING:
    from nnstudio.core.run.run import Run
    from nnstudio.core.run.timeline import Replay
    from nnstudio.core.training.state import RunState

STEPS_AHEAD = 3
"""So many updates that take long may wait to be made: a key that is held asks for far more."""
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

    @classmethod
    def further(cls, run: "Run", goal: Goal | None, updates: int) -> "Until":
        """So many updates beyond this goal, or beyond now. Raises `Refused` where too many wait."""
        begin = goal.target if isinstance(goal, Until) else run.trainer.updates
        if run.under_way and begin - run.trainer.updates > STEPS_AHEAD:
            raise Refused("The updates that were asked for before are still being made.")
        return cls(begin + updates)

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
            self._replay = run.present.replay(self.target)
        if self._replay.step():
            return False
        run.arrive(self.ticket, self._replay)
        return True

    @property
    def progress(self) -> str:
        share = self._replay.share if self._replay is not None else 0
        return f"Going back to update {self.target}: {share:.0%}"


def slower(learning_rate: float) -> float:
    """The rate to go on with after a divergence: a tenth, rounded, as far as a setting allows."""
    return float(f"{max(learning_rate / 10, settings_of(TrainingSpec)['learning_rate'].minimum):.3g}")


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
            self._tried = run.present.trainer_at(self._state)
            self._pieces = self._tried.evaluation()
            return False
        run.recovered(self.ticket, self._tried, self._state, self._rate)
        return True

    @property
    def progress(self) -> str:
        return "Looking for weights that were good"


class Level(Goal):
    """Lets the companions come to where the run stands."""

    trains = False

    def advance(self, run: "Run") -> bool:
        return run.companions.follow(run.trainer.updates)


class Measurement(Goal):
    """The metrics over all training examples, piece by piece; from the last piece on the pictures show them."""

    trains = False

    def __init__(self, trainer: Trainer) -> None:
        self._pieces = trainer.evaluation(exact=True)

    def advance(self, run: "Run") -> bool:
        return next(self._pieces, self) is self


def at_rest(run: "Run") -> Goal | None:
    """What is left to do while nothing is asked for: all come to stand at one update, and are measured there."""
    if not run.companions.stand_at(run.trainer.updates):
        return Level()
    trainers = (run.trainer, *run.companions.trainers)
    return next((Measurement(each) for each in trainers if not (each.under_way or each.measured)), None)
