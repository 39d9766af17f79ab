"""When to stop.

The count of updates and epochs is looked at after every update, what depends on the loss whenever the trainer has
measured it; the clock belongs to whoever runs the trainer. Each rule stops a run once: whoever goes on after it has
been met means to go on. The validation examples decide
when enough is learned; where there are none, the test examples have to.
"""

from dataclasses import dataclass, replace

from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.network.weights import Weights
from nnstudio.core.training.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Best:
    """The lowest loss so far of the examples that are watched, where it was, and the weights of then."""

    loss: float = float("inf")
    updates: int = 0
    epoch: float = 0.0
    weights: Weights | None = None


@dataclass(frozen=True, slots=True)
class StoppingState:
    """What the rules remember: which of them have been met, and the best so far."""

    met: frozenset[str] = frozenset()
    best: Best = Best()


class Stopping:
    """The rules at work on one run. Both `after_…` methods return a sentence when it is time to stop."""

    def __init__(self, spec: StoppingSpec) -> None:
        self._spec = spec
        self.state = StoppingState()

    def configure(self, spec: StoppingSpec) -> None:
        """Take up other rules; all of them may stop the run anew."""
        if spec != self._spec:
            self._spec = spec
            self.state = replace(self.state, met=frozenset())

    def __bool__(self) -> bool:
        return self._spec != StoppingSpec()

    @property
    def best(self) -> Best:
        """The best so far."""
        return self.state.best

    def after_update(self, updates: int, epoch: float) -> str | None:
        """Whether the run is long enough."""
        spec = self._spec
        if spec.updates and updates >= spec.updates and self._meets("updates"):
            return f"Stopped after {updates} updates, as asked."
        # An epoch is a sum of fractions.
        if spec.epochs and epoch >= spec.epochs * (1 - 1e-12) and self._meets("epochs"):
            return f"Stopped after {epoch:g} epochs, as asked."
        return None

    def after_seconds(self, seconds: float) -> str | None:
        """Whether the run has taken long enough, in seconds of training."""
        if self._spec.seconds and seconds >= self._spec.seconds and self._meets("seconds"):
            return f"Stopped after {seconds:.3g} seconds, as asked."
        return None

    def after_evaluation(self, updates: int, epoch: float, metrics: Metrics) -> str | None:
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

    def loses_patience(self, epoch: float) -> str | None:
        """Whether the best is too long ago; if training goes on, the patience begins anew."""
        best, patience = self.state.best, self._spec.patience
        if not patience or epoch - best.epoch <= patience:
            return None
        self.keep(replace(best, epoch=epoch))
        return f"Stopped: no better than at update {best.updates} for {patience:g} epochs; those weights are back."

    def _meets(self, rule: str) -> bool:
        """Note that a rule is met; whether it is for the first time."""
        if rule in self.state.met:
            return False
        self.state = replace(self.state, met=self.state.met | {rule})
        return True
