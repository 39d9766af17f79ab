"""One run of many, as a function: an experiment in, figures, a curve and the final state out.

`run_job` knows no clock, no screen and no other run. Its outcome depends on the job alone, so it is the same to the bit
in this process, in another one and on a cluster of like machines; and whatever was lost can be made again.
"""

from dataclasses import dataclass, field, replace
from enum import Enum
from math import ceil

from nnstudio.core.data.dataset import DataError, ImageSource
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.sweep.curve import NO_CURVE, thinned
from nnstudio.core.sweep.datasets import dataset_of
from nnstudio.core.sweep.learned import Target
from nnstudio.core.training.epochs import examples_in
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.core.training.metrics import NAN, Metrics
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Diverged, Trainer

DEFAULT_EPOCHS = 100.0
"""How long a run is whose experiment has no rule that ends it."""
UNMEASURED = Metrics(NAN, NAN, NAN, NAN, NAN)
NO_MEMORY = "There is not enough memory to train this. Make the layers or the batches smaller."


class Ending(Enum):
    """How a run came to where it is."""

    FINISHED = "finished"
    PAUSED = "paused"  # at its share of the length, to go on perhaps
    DIVERGED = "diverged"
    FAILED = "failed"  # it cannot be trained at all


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What to train. Raises `SettingError` for an experiment that only a clock would end, and for a share of a length
    that it has not.

    experiment: its rules say when to stop; without any it is trained for so many epochs
    state: to go on from, of this very experiment; None begins
    share: of its length, in updates or epochs, after which it pauses; 1 does not
    """

    experiment: Experiment
    state: RunState | None = None
    share: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "experiment", ended(self.experiment))
        rules = self.experiment.stopping
        if self.share < 1 and not rules.updates and not rules.epochs:
            raise SettingError(
                "stopping", "A run can pause only where its length is known: set stopping.updates or stopping.epochs."
            )


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What became of a run, small enough to keep those of thousands.

    sentence: why it ended, for a person
    metrics: of the network at the end, over all examples; NaN where it could not be trained
    learned_at: after how many updates it was first seen to be good enough; None unless it still is at the end
    """

    ending: Ending
    sentence: str
    updates: int = 0
    epoch: float = 0.0
    metrics: Metrics = UNMEASURED
    learned_at: int | None = None
    curve: HistoryPrefix = field(default=NO_CURVE, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A result with the final state, after divergence the last finite one; None where it could not be trained."""

    result: Result
    state: RunState | None = None


def ended(experiment: Experiment) -> Experiment:
    """The experiment with a rule that ends it. Raises `SettingError` for one that goes by the clock, which is another
    on every machine."""
    rules = experiment.stopping
    if rules.seconds:
        raise SettingError(
            "stopping.seconds",
            "stopping.seconds ends a run by the clock, so its result would depend on the machine. Set it to 0, and "
            "stopping.updates or stopping.epochs to the length that is meant.",
        )
    if rules.updates or rules.epochs or rules.patience:
        return experiment
    return replace(experiment, stopping=replace(rules, epochs=DEFAULT_EPOCHS))


def run_job(job: Job, images: ImageSource | None = None) -> Outcome:
    """Train it to its end, or to its share. `images` reads image data."""
    try:
        dataset = dataset_of(job.experiment.dataset, images)
        if job.state is None:
            trainer = Trainer(job.experiment, dataset=dataset)
        else:
            trainer = Trainer.resumed(job.state, dataset=dataset)
        ending, sentence = _train(trainer, job)
        metrics = trainer.evaluate(exact=True)
    except (DataError, SettingError, ShapeError) as error:
        return Outcome(Result(Ending.FAILED, str(error)))
    except MemoryError:
        return Outcome(Result(Ending.FAILED, NO_MEMORY))
    state = replace(trainer.state(), last_update={})  # pictures alone need it
    rows, learned_at = state.history.rows, None
    target = Target.of(job.experiment.stopping)
    if ending is not Ending.DIVERGED and target.met(metrics):
        learned_at = target.first(rows, dataset.validation is not None) or trainer.updates
    result = Result(ending, sentence, trainer.updates, trainer.epoch, metrics, learned_at, thinned(rows))
    return Outcome(result, state)


def _train(trainer: Trainer, job: Job) -> tuple[Ending, str]:
    rules, count, share = job.experiment.stopping, trainer.batches.count, job.share
    updates = ceil(rules.updates * share) if rules.updates and share < 1 else float("inf")
    seen = ceil(examples_in(rules.epochs, count) * share) if rules.epochs and share < 1 else float("inf")
    while trainer.updates < updates and trainer.batches.seen < seen:
        try:
            trainer.step()
        except Diverged as divergence:
            return Ending.DIVERGED, str(divergence)
        if trainer.stop_reason is not None:
            return Ending.FINISHED, trainer.stop_reason
    return Ending.PAUSED, f"Paused at update {trainer.updates}."
