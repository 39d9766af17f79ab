"""When to stop.

The count of updates and epochs is looked at after every update, what depends on the loss whenever the trainer has
measured it, which it does at the end of every epoch and when patience runs out if a rule looks at it; the clock belongs
to whoever runs the trainer. Each rule stops a run once: whoever goes on after it has been met means to go on. The
validation examples decide when enough is learned; where there are none, the test examples have to.
"""

from dataclasses import dataclass, fields, replace
from math import ceil, isnan

from nnstudio.core.counting import counted
from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.network.weights import Weights
from nnstudio.core.training.epochs import examples_in
from nnstudio.core.training.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Best:
    """The lowest loss so far of the examples that are watched, after how many updates and seen examples, and the
    weights of then."""

    loss: float = float("inf")
    updates: int = 0
    seen: int = 0
    weights: Weights | None = None


@dataclass(frozen=True, slots=True)
class StoppingState:
    """What the rules remember: which of them have been met, and the best so far."""

    met: frozenset[str] = frozenset()
    best: Best = Best()


class Stopping:
    """The rules at work on a run over `count` training examples. The `after_…` methods and `loses_patience` return a
    sentence when it is time to stop."""

    def __init__(self, spec: StoppingSpec, count: int) -> None:
        self._count = count
        self.state = StoppingState()
        self._take(spec)

    def restore(self, state: StoppingState) -> None:
        """Go back to what `state` was. Raises `ValueError` for rules that there are not and a best that is none."""
        if unknown := state.met - {field.name for field in fields(StoppingSpec)}:
            raise ValueError(f"there is no rule for stopping called {min(unknown)}")
        if isnan(state.best.loss):
            raise ValueError("an undefined loss cannot be the best")
        self.state = state

    def configure(self, spec: StoppingSpec) -> None:
        """Take up other rules; all of them may stop the run anew. A best from before patience was asked for is none."""
        if spec != self._spec:
            self.state = StoppingState(best=self.state.best if self._spec.patience else Best())
            self._take(spec)

    def _take(self, spec: StoppingSpec) -> None:
        self._spec = spec
        self._examples = ceil(examples_in(spec.epochs, self._count))
        self._patience = ceil(examples_in(spec.patience, self._count))

    def __bool__(self) -> bool:
        return self._spec != StoppingSpec()

    @property
    def best(self) -> Best:
        """The best so far."""
        return self.state.best

    @property
    def watches(self) -> bool:
        """Whether a rule looks at the loss or the accuracy."""
        return bool(self._spec.patience or self._spec.accuracy or self._spec.loss)

    @property
    def deadline(self) -> int | None:
        """After how many examples patience runs out, if the network gets no better until then."""
        return self.state.best.seen + self._patience if self._patience else None

    def after_update(self, updates: int, seen: int) -> str | None:
        """Whether the run is long enough after so many updates with so many examples."""
        spec = self._spec
        if spec.updates and updates >= spec.updates and self._meets("updates"):
            return f"Stopped after {counted(updates, 'update')}, as asked."
        if spec.epochs and seen >= self._examples and self._meets("epochs"):
            return f"Stopped after {counted(seen / self._count, 'epoch')}, as asked."
        return None

    def after_seconds(self, seconds: float) -> str | None:
        """Whether the run has taken long enough, in seconds of training."""
        if self._spec.seconds and seconds >= self._spec.seconds and self._meets("seconds"):
            return f"Stopped after {counted(round(seconds, 1), 'second')}, as asked."
        return None

    def after_evaluation(self, updates: int, metrics: Metrics) -> str | None:
        """Whether the network is good enough."""
        spec = self._spec
        loss, accuracy = metrics.watched_loss, metrics.watched_accuracy
        if spec.accuracy and accuracy >= spec.accuracy and self._meets("accuracy"):
            return f"Stopped: the {metrics.watched} accuracy reached {accuracy:.4g} at update {updates}."
        if spec.loss and loss <= spec.loss and self._meets("loss"):
            return f"Stopped: the {metrics.watched} loss fell to {loss:.4g} at update {updates}."
        return None

    def improves(self, metrics: Metrics) -> bool:
        """Whether early stopping is asked for and the network is better than ever."""
        return bool(self._spec.patience) and metrics.watched_loss < self.state.best.loss

    def keep(self, best: Best) -> None:
        """Remember this as the best so far."""
        self.state = replace(self.state, best=best)

    def loses_patience(self, seen: int) -> str | None:
        """Whether the best is too long ago; if training goes on, the patience begins anew."""
        best, deadline = self.state.best, self.deadline
        if deadline is None or seen < deadline:
            return None
        self.keep(replace(best, seen=seen))
        patience = counted(self._spec.patience, "epoch")
        return f"Stopped: no better than at update {best.updates} for {patience}; those weights are back."

    def _meets(self, rule: str) -> bool:
        """Note that a rule is met; whether it is for the first time."""
        if rule in self.state.met:
            return False
        self.state = replace(self.state, met=self.state.met | {rule})
        return True
