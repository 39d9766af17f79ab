"""One run of training.

`Trainer.step()` is one update: take a mini-batch, go forward, measure the loss, go backward, let the optimizer change
the parameters. Everything else here keeps that honest: what was measured, what can be taken back, and what was asked
for. There is no loop, no clock and no thread inside.
"""

from contextvars import copy_context
from functools import partial

import numpy as np

from nnstudio.core.array import Array, FloatType
from nnstudio.core.data.augmentation import Shift
from nnstudio.core.data.dataset import Dataset, ImageSource, build
from nnstudio.core.experiment import Experiment, TrainingSpec
from nnstudio.core.experiment.choices import ScheduleKind
from nnstudio.core.experiment.plan import Change, plan
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.generator import GeneratorState
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.network.weights import Weights
from nnstudio.core.training.batches import Batches
from nnstudio.core.training.clipping import Clipping
from nnstudio.core.training.divergence import Diverged, careful_step, harmless_gradient
from nnstudio.core.training.evaluation import Evaluation, Pieces, finished
from nnstudio.core.training.history import History
from nnstudio.core.training.losses import LossStage, loss_for
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.optimizers import OPTIMIZERS, Optimizer
from nnstudio.core.training.penalty import Penalty
from nnstudio.core.training.schedules import SCHEDULES, Schedule
from nnstudio.core.training.state import Mark, RunState
from nnstudio.core.training.stopping import Best, Stopping

__all__ = ["Diverged", "RunState", "Trainer"]

TRAINING_EXAMPLES_EVALUATED = 2_000
EVALUATION_SHARE = 0.05
"""The share of the work of training that regular evaluation may add."""


class Work:
    """The network, the loss and a mini-batch of a certain size, ready to be filled and trained on."""

    def __init__(self, trainer: "Trainer", examples: int) -> None:
        network, dataset = trainer.network, trainer.dataset
        self.inputs = np.ones((examples, dataset.train.augmented.shape[1]), network.dtype)
        self.targets = np.empty((examples, dataset.outputs), network.dtype)
        self.network = Pass(network, self.inputs, training=True)
        logits = self.network.logits
        self.loss = LossStage(trainer.loss, logits, self.targets.T, self.network.logits_gradient)


class Trainer:
    """A network, its data and its optimizer. Raises `SettingError`, `ShapeError` or `DataError` for an experiment that
    cannot be trained.

    images: reads image data, which the core cannot do by itself
    dtype: np.float32, or np.float64 for checking gradients
    evaluated: over how many of the training examples, spread evenly, `evaluate()` takes the mean unless it is to be
    exact; it looks at all test examples
    """

    def __init__(
        self,
        experiment: Experiment,
        images: ImageSource | None = None,
        dtype: FloatType = np.float32,
        dataset: Dataset | None = None,
        evaluated: int = TRAINING_EXAMPLES_EVALUATED,
    ) -> None:
        self.experiment = experiment
        spec = experiment.training
        self.dataset = dataset if dataset is not None else build(experiment.dataset, images, dtype)
        task = self.dataset.task
        self.loss = loss_for(spec, task)
        self.network = Network(experiment.layers, self.dataset.shape, self.dataset.outputs, np.dtype(dtype))
        self.network.initialize(experiment.initialization, experiment.seed)
        self._check_batch_size(spec)
        self.batches = Batches(len(self.dataset.train), spec.batch_size, experiment.seed, self.network.fewest_examples)
        self.history = History()
        self.marks: tuple[Mark, ...] = ()
        self.updates = 0
        self.seconds = 0.0
        """Of training so far; whoever holds the clock adds to it."""
        self.gradient_is_known = False
        """Whether `network.grads` belongs to the last update: with the penalty, clipped, as the optimizer saw it."""
        self.change: Array | None = None
        """What the last update did to the parameters, if `step` was asked to keep it."""
        self.stop_reason: str | None = None
        """A sentence, if the last update met a rule of `experiment.stopping`. The next update may be made all the
        same."""
        self._train = Evaluation(self.network, self.dataset.train, task, evaluated)
        self._whole_train: Evaluation | None = None
        self.test = Evaluation(self.network, self.dataset.test, task)
        self._metrics: Metrics | None = None
        self._measured: tuple[Array, ...] = ()
        self.evaluated_at = -1
        self.optimizer: Optimizer = self._new_optimizer()
        self.schedule: Schedule = SCHEDULES[spec.schedule](spec, self.batches.count)
        self.stopping = Stopping(experiment.stopping, self.batches.count)
        self._work: dict[int, Work] = {}
        self._inputs = self.dataset.train.augmented
        self._targets = self.loss.targets(self.dataset.train.targets)
        # Overflow is no news inside a step. A context of our own is entered in a tenth of the time of `np.errstate`.
        self._quiet = copy_context()
        self._quiet.run(partial(np.seterr, over="ignore", invalid="ignore", divide="ignore"))
        self._shift = Shift.of(self.dataset, experiment.seed)
        self._gathers = bool(self.network.noisy or self.network.statistics.size)
        self._configure()
        self._record(float("nan"))
        self._keep_the_best(self.last_metrics)

    @classmethod
    def resumed(cls, state: RunState, images: ImageSource | None = None, dataset: Dataset | None = None) -> "Trainer":
        """A trainer that goes on from `state`, in its precision, as if it had never stopped. Raises what building one
        raises, and `ValueError` for a state that does not fit its own experiment."""
        trainer = cls(state.experiment, images, state.params.dtype.type, dataset)
        trainer.restore(state)
        return trainer

    # One update -------------------------------------------------------------------------------------------------------

    def step(self, keep_change: bool = False) -> None:
        """One update. Raises `Diverged`, and then everything is as it was before."""
        self._quiet.run(self._step, keep_change)

    def _step(self, keep_change: bool) -> None:
        network = self.network
        update = self.updates + 1
        recorded = update >= self._next_record
        if self._scheduled:
            self._set_rate()

        # 1. Take a mini-batch.
        indices = self.batches.next()
        work = self._work.get(len(indices)) or self._new_work(len(indices))
        self._inputs.take(indices, 0, work.inputs, "clip")
        self._targets.take(indices, 0, work.targets, "clip")
        if self._shift is not None:
            self._shift(work.inputs, self.updates)

        # 2. Forward: what does the network say?
        before = self._gathered() if self._gathers else None
        work.network.forward()

        # 3. The loss: how bad is that, and how does it change with what was said?
        batch_loss = work.loss.value() if recorded else 0.0
        work.loss.backward()

        # 4. Backward: how does it change with each parameter?
        work.network.backward()
        grads = network.grads
        if self._penalty is not None:
            self._penalty.add_gradient(network.params, grads)

        # 5. Update: a step against that gradient. NaN and infinity would spread into its dot product.
        params = network.params.copy() if keep_change else None
        if float(grads.dot(grads)) < self._harmless:
            if self._clipping is not None:
                self._clipping.apply()
            self.optimizer.step(self.learning_rate)
        else:
            self._careful_step(update, work.network, len(indices), before)
        self.updates = update

        # What there is to know about it.
        self.change = None if params is None else np.subtract(network.params, params, params)
        self.gradient_is_known = True
        if recorded:
            self._record(batch_loss)
        if self._stops:
            self._look_for_the_end()

    def _set_rate(self) -> None:
        self.learning_rate = self.experiment.training.learning_rate * self.schedule.share(self.batches.seen)

    def _new_work(self, examples: int) -> Work:
        work = self._work[examples] = Work(self, examples)
        return work

    def _gathered(self) -> tuple[Array, dict[int, GeneratorState]]:
        """A copy of what a forward pass in training changes: running statistics, and where the noise stands."""
        return self.network.statistics.copy(), self.network.noise()

    def _careful_step(
        self, update: int, work: Pass, examples: int, before: tuple[Array, dict[int, GeneratorState]] | None
    ) -> None:
        try:
            careful_step(update, self.network, work, self._clipping, self.optimizer, self.learning_rate)
        except Diverged:
            self.batches.put_back(examples)
            if before is not None:
                self.network.statistics[...], noise = before
                self.network.set_noise(noise)
            self.gradient_is_known = False
            raise

    def _look_for_the_end(self) -> None:
        stopping, seen = self.stopping, self.batches.seen
        self.stop_reason = stopping.after_update(self.updates, seen)
        if self.evaluated_at != self.updates or self._metrics is None:
            return
        self._keep_the_best(self._metrics)
        self.stop_reason = self.stop_reason or stopping.after_evaluation(self.updates, self._metrics)
        if self.stop_reason is None and (reason := stopping.loses_patience(seen)):
            self.stop_reason = reason
            if stopping.best.weights is not None:
                self.network.take(stopping.best.weights)
                self.optimizer = self._new_optimizer()
                self._forget()
        self._look_ahead()  # a new best moves the moment at which patience runs out

    def _keep_the_best(self, metrics: Metrics) -> None:
        if self.stopping.improves(metrics):
            self.stopping.keep(Best(metrics.test_loss, self.updates, self.batches.seen, self.network.weights()))

    # What was asked for -----------------------------------------------------------------------------------------------

    def apply(self, experiment: Experiment) -> Change:
        """Go on with another experiment that needs neither new data nor a new network. Raises `ValueError` for one
        that does, and `SettingError`; then nothing has changed."""
        change = plan(self.experiment, experiment)
        if change.rebuilds:
            raise ValueError("another data set or network needs a new trainer")
        loss = loss_for(experiment.training, self.dataset.task)
        self._check_batch_size(experiment.training)
        old, new = self.experiment.training, experiment.training
        self.experiment = experiment
        if loss != self.loss:
            self.loss = loss
            self._targets = loss.targets(self.dataset.train.targets)
            self._work = {}
            self._metrics = None
        if new.batch_size != old.batch_size:
            self._work = {}
        if (new.l1, new.l2) != (old.l1, old.l2):
            self._metrics = None
        if new.schedule is not old.schedule:
            self.schedule = SCHEDULES[new.schedule](new, self.batches.count)
        if Change.OPTIMIZER in change:
            self.optimizer = self._new_optimizer()
        if change:
            self._configure()
        return change

    def _check_batch_size(self, spec: TrainingSpec) -> None:
        fewest = self.network.fewest_examples
        if min(spec.batch_size, len(self.dataset.train)) < fewest:
            raise SettingError(
                "training.batch_size",
                f"Batch normalisation compares the examples of a mini-batch, so it needs at least {fewest} of them. "
                "Choose a larger batch size and enough training examples, or layer normalisation.",
            )

    def _new_optimizer(self) -> Optimizer:
        spec = self.experiment.training
        optimizer = OPTIMIZERS[spec.optimizer](self.network.params, self.network.grads)
        optimizer.configure(spec)
        return optimizer

    def _configure(self) -> None:
        spec, network = self.experiment.training, self.network
        self.batches.size = spec.batch_size
        self.optimizer.configure(spec)
        self.schedule.configure(spec)
        self._scheduled = spec.schedule is not ScheduleKind.CONSTANT
        self._set_rate()
        self.stopping.configure(self.experiment.stopping)
        self._stops = bool(self.stopping)
        self.stop_reason = None
        penalized, count = network.penalized, len(self.dataset.train)
        self._penalty = Penalty(spec, penalized, count) if spec.l1 or spec.l2 else None
        self._clipping = Clipping(spec, network.grads) if spec.clip_norm or spec.clip_value else None
        self._harmless = harmless_gradient(spec)
        trained, evaluated = min(spec.batch_size, count), self._train.count + self.test.count
        # Calls into NumPy cost a small network as much as some thirty examples do.
        self._evaluation_interval = max(25, round((evaluated + 60) / (EVALUATION_SHARE * (3 * trained + 60))))
        self._look_ahead()

    # How good it is ---------------------------------------------------------------------------------------------------

    @property
    def epoch(self) -> float:
        """Passes over the training data so far."""
        return self.batches.seen / self.batches.count

    def evaluate(self, exact: bool = False) -> Metrics:
        """Loss and accuracy over all test examples and 2 000 of the training examples, or all of them, now."""
        return finished(self.evaluation(exact))

    def evaluation(self, exact: bool = False) -> Pieces[Metrics]:
        """The same in pieces of a few milliseconds. It must be dropped if anything changes in between."""
        if self._metrics is None or self.evaluated_at != self.updates or not self._is_as_measured():
            self._metrics = None
        if self._metrics is None or (exact and self._metrics.sampled):
            measured = self.network.params.copy(), self.network.statistics.copy()
            train = yield from self._training_evaluation(exact).pieces(self.loss)
            test = yield from self.test.pieces(self.loss)
            counts = self._training_evaluation(exact).count, len(self.dataset.train)
            self._metrics = Metrics(train[0], test[0], train[1], test[1], self.penalty(), *counts)
            self._measured = measured
            self.evaluated_at = self.updates
        return self._metrics

    def _training_evaluation(self, exact: bool) -> Evaluation:
        if not exact or self._train.count == len(self.dataset.train):
            return self._train
        if self._whole_train is None:
            self._whole_train = Evaluation(self.network, self.dataset.train, self.dataset.task)
        return self._whole_train

    def _is_as_measured(self) -> bool:
        """Whether the network is the one that was last evaluated; its arrays may be written by anybody."""
        return all(map(np.array_equal, (self.network.params, self.network.statistics), self._measured))

    @property
    def last_metrics(self) -> Metrics:
        """The metrics as they were last evaluated."""
        return self._metrics or self.evaluate()

    @property
    def evaluation_is_cheap(self) -> bool:
        """Whether an evaluation fits between two pictures."""
        return (self._train.count + self.test.count) * self.network.params.size < 2e6

    def penalty(self) -> float:
        """λ₁/N Σ|w| + λ₂/2N Σw², which training makes small together with the data loss."""
        return self._penalty.value(self.network.params) if self._penalty is not None else 0.0

    def _record(self, batch_loss: float) -> None:
        nan = float("nan")
        losses = (nan, nan, nan, nan, nan)
        if self.updates >= self._next_evaluation:
            m = self.evaluate()
            losses = (m.train_loss, m.test_loss, m.train_accuracy, m.test_accuracy, m.penalty)
            self.schedule.see(self.batches.seen, m.train_loss)
        if self.updates >= self._next_row:
            self.history.append(self.updates, self.epoch, batch_loss, *losses, self.learning_rate)
        self._look_ahead()

    def _look_ahead(self) -> None:
        """When the next row of the history and the next evaluation are due. Evaluations come also after 1, 2, 4, 8 …
        updates (1, 8, 64 … where they are dear), so that the curves begin at the beginning; and for those who watch the
        loss at the end of every epoch and when their patience runs out, without a row where rows lie further apart."""
        if not len(self.history):
            self._next_record = self._next_evaluation = self._next_row = 0
            return
        interval = self.history.interval
        regular = max(self._evaluation_interval, interval)
        following = (self.updates // regular + 1) * regular
        early = 1 << self.updates.bit_length()
        if not self.evaluation_is_cheap:
            early = 1 << -(-self.updates.bit_length() // 3) * 3
        self._next_evaluation = min(following, max(early, self.updates + 1))
        self._next_row = min(self._next_evaluation, (self.updates // interval + 1) * interval)
        deadlines = [time for time in (self.schedule.deadline, self.stopping.deadline) if time is not None]
        if deadlines or self.stopping.watches:
            watched = self.updates + self.batches.updates_until(min(deadlines, default=None))
            self._next_evaluation = min(self._next_evaluation, watched)
        self._next_record = min(self._next_row, self._next_evaluation)

    # Going back -------------------------------------------------------------------------------------------------------

    def state(self) -> RunState:
        """The whole state of the run now."""
        network = self.network
        return RunState(
            experiment=self.experiment,
            updates=self.updates,
            params=network.params.copy(),
            statistics=network.statistics.copy(),
            noise=network.noise(),
            optimizer=self.optimizer.state(),
            batches=self.batches.state(),
            schedule=self.schedule.state(),
            stopping=self.stopping.state,
            history=self.history.state(),
            marks=self.marks,
            seconds=self.seconds,
        )

    def restore(self, state: RunState) -> None:
        """Go on from this state of the same data and network. Raises `ValueError` for a state that does not fit, and
        then the trainer is of no further use."""
        self.apply(state.experiment)
        if (best := state.stopping.best.weights) is not None:
            self.network.take(best)  # patience will bring them back: they must fit as well
        self.network.take(Weights(state.params, state.statistics))
        self.network.set_noise(state.noise)
        self.optimizer.restore(state.optimizer)
        self.batches.restore(state.batches)
        self.schedule.restore(state.schedule)
        self.stopping.restore(state.stopping)
        self.stop_reason = None
        self.updates = state.updates
        self.history = History.of(state.history)
        if state.updates < state.history.rows.update[-1] or not 0 <= state.seconds < float("inf"):
            raise ValueError(f"{state.updates} updates in {state.seconds} seconds do not fit the history")
        self.marks = state.marks
        self.seconds = state.seconds
        self._set_rate()
        self._look_ahead()
        self._forget()

    def set_weights(self, weights: Weights) -> None:
        """Take other weights; the optimizer begins anew. Raises `ValueError` for what does not fit."""
        self.network.take(weights)
        self.optimizer = self._new_optimizer()
        self.stopping = Stopping(self.experiment.stopping, self.batches.count)
        self.stop_reason = None
        self._forget()

    def _forget(self) -> None:
        self._metrics = None
        self.gradient_is_known = False
        self.change = None
