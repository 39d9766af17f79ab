"""One run of training.

`Trainer.step()` is one update, made as a `Descent` makes it. What is added here keeps that honest: what was measured,
can be taken back, was asked for. No clock, no thread.
"""

import numpy as np
from numpy.typing import ArrayLike

from nnstudio.core.array import Array, FloatType
from nnstudio.core.data.dataset import Dataset, ImageSource, build
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import ScheduleKind
from nnstudio.core.experiment.plan import Change, plan
from nnstudio.core.network.model import Model
from nnstudio.core.network.predict import in_units
from nnstudio.core.network.surgery import Surgery
from nnstudio.core.network.weights import Weights
from nnstudio.core.training.agenda import Due, due_after, evaluation_interval
from nnstudio.core.training.batches import check_batch_size
from nnstudio.core.training.divergence import Diverged
from nnstudio.core.training.evaluation import predict
from nnstudio.core.training.footprint import check_memory
from nnstudio.core.training.history import History
from nnstudio.core.training.interruptible import NEVER, InterruptibleDescent
from nnstudio.core.training.losses import loss_on
from nnstudio.core.training.measures import Measures
from nnstudio.core.training.metrics import NOTHING_MEASURED, Metrics
from nnstudio.core.training.phases import Phases
from nnstudio.core.training.pieces import Pieces, finished
from nnstudio.core.training.schedules import SCHEDULES, Schedule
from nnstudio.core.training.state import WEIGHT, Mark, RunState, marked
from nnstudio.core.training.stopping import Best, Stopping

__all__ = ["Diverged", "RunState", "Trainer"]

TRAINING_EXAMPLES_EVALUATED = 2_000


class Trainer(InterruptibleDescent):
    """A network, its data and its optimizer. Raises `SettingError`, `ShapeError` or `DataError` for an experiment that
    cannot be trained.

    images: reads image data, which the core cannot do by itself
    dtype: np.float32, or np.float64 for checking gradients
    evaluated: over how many of the training examples, spread evenly, `evaluate()` takes the mean unless it is to be
    exact; it looks at all test examples
    begins: whether the curves begin with how good the first weights are; if not, `restore()` has to follow
    """

    def __init__(
        self,
        experiment: Experiment,
        images: ImageSource | None = None,
        dtype: FloatType = np.float32,
        dataset: Dataset | None = None,
        evaluated: int = TRAINING_EXAMPLES_EVALUATED,
        begins: bool = True,
    ) -> None:
        dataset = dataset if dataset is not None else build(experiment.dataset, images, dtype)
        check_memory(experiment, dataset, np.dtype(dtype), evaluated)
        super().__init__(experiment, dataset, dtype)
        spec = experiment.training
        self.history = History()
        self.marks: tuple[Mark, ...] = ()
        self.seconds = 0.0
        """Of training so far; whoever holds the clock adds to it."""
        self._measures = Measures(self.network, dataset, evaluated)
        self.training, self.test = self._measures.training, self._measures.test
        self.schedule: Schedule = SCHEDULES[spec.schedule](spec, self.batches.count)
        self.stopping = Stopping(experiment.stopping, self.batches.count)
        self._configure()
        if begins:
            finished(self._look(float("nan")))
            self._keep_the_best(self.last_metrics)

    @classmethod
    def resumed(cls, state: RunState, images: ImageSource | None = None, dataset: Dataset | None = None) -> "Trainer":
        """A trainer that goes on from `state`, in its precision, as if it had never stopped. Raises what building one
        raises, and `ValueError` for a state that does not fit its own experiment."""
        trainer = cls(state.experiment, images, state.params.dtype.type, dataset, begins=False)
        trainer.restore(state)
        return trainer

    # One update -------------------------------------------------------------------------------------------------------

    def step(self, keep_change: bool = False) -> None:
        """One update. Raises `Diverged`, and then everything is as it was before."""
        update = self.updates + 1
        if update >= self._next_long:
            while not self.advance(keep_change):
                pass
            return
        if self._scheduled:
            self._set_rate()
        recorded = update >= self._next_record
        keep_change = keep_change or update >= self._due.evaluation
        batch_loss = self._quietly(self._descend, keep_change, recorded)
        if recorded:
            finished(self._look(batch_loss))
        if self._stops:
            self._look_for_the_end()

    def _step_in_pieces(self, in_parts: bool, phased: bool) -> Phases[None]:
        if self._scheduled:
            self._set_rate()
        descent = self._descend_in_parts(phased) if in_parts else self._descend_in_phases()
        batch_loss = yield from descent
        yield from self._look(batch_loss)
        if self._stops:
            self._look_for_the_end()

    def _set_rate(self) -> None:
        self.learning_rate = self.experiment.training.learning_rate * self.schedule.share(self.batches.seen)

    def _look_for_the_end(self) -> None:
        stopping, seen = self.stopping, self.batches.seen
        self.stop_reason = stopping.after_update(self.updates, seen)
        metrics = self._measures.metrics
        if self.evaluated_at != self.updates or metrics is None:
            return
        self._keep_the_best(metrics)
        self.stop_reason = self.stop_reason or stopping.after_evaluation(self.updates, metrics)
        if self.stop_reason is None and (reason := stopping.loses_patience(seen)):
            self.stop_reason = reason
            if stopping.best.weights is not None:
                self._last_update, self.gradient_is_known, self.change = self.last_update, False, None
                self.network.take(stopping.best.weights)
                self.optimizer = self._new_optimizer(self.experiment.training)
                self._measures.metrics = None
        self._look_ahead()  # a new best moves the moment at which patience runs out

    def _keep_the_best(self, metrics: Metrics) -> None:
        if self.stopping.improves(metrics):
            self.stopping.keep(Best(metrics.watched_loss, self.updates, self.batches.seen, self.network.weights()))

    def train(self, epochs: float) -> Metrics:
        """So many passes over the training data, or fewer if a rule of the experiment stops them; how good the network
        is then. Raises `Diverged`."""
        self.take_back()
        end, self.stop_reason = self.epoch + epochs, None
        while self.epoch < end * (1 - 1e-12) and self.stop_reason is None:
            self.step()
        return self.evaluate()

    def predict(self, raw: ArrayLike) -> Array:
        """What the network says of raw examples (n, …), before features and scaling: (n, outputs). A probability for
        each class, for two classes that of the second alone, for each label, or values. Raises `DataError`."""
        with np.errstate(over="ignore", invalid="ignore"):
            inputs = self.dataset.encode(raw).astype(self.network.dtype, copy=False)
            return in_units(predict(self.network, self.loss, inputs), self.dataset.recipe)

    # What was asked for -----------------------------------------------------------------------------------------------

    def apply(self, experiment: Experiment) -> Change:
        """Go on with another experiment that needs neither new data nor a new network. Raises `ValueError` for one
        that does, `SettingError` and `MemoryError`; then nothing has changed."""
        self.take_back()
        change = plan(self.experiment, experiment)
        if change.rebuilds:
            raise ValueError("another data set or network needs a new trainer")
        loss = loss_on(experiment.training, self.dataset)
        check_batch_size(experiment.training.batch_size, self.batches.count, self.network.fewest_examples)
        old, new = self.experiment.training, experiment.training
        if new.batch_size > old.batch_size or Change.OPTIMIZER in change:
            check_memory(experiment, self.dataset, self.network.dtype, self._measures.sample, self.experiment)
        optimizer = self._new_optimizer(new) if Change.OPTIMIZER in change else self.optimizer
        targets = loss.targets(self.dataset.train.targets) if loss != self.loss else self._targets
        self.experiment, self.optimizer = experiment, optimizer
        if loss != self.loss or new.batch_size != old.batch_size:
            self._work = {}
        if loss != self.loss:
            self.loss, self._targets, self._measures.latest = loss, targets, None
            self.stopping.keep(Best(seen=self.batches.seen))
            self.schedule.look_anew()
        self._measures.metrics = None  # loss and penalty may be others
        if new.schedule is not old.schedule:
            self.schedule = SCHEDULES[new.schedule](new, self.batches.count)
        if change:
            self._configure()
        return change

    def _configure(self) -> None:
        super()._configure()
        spec = self.experiment.training
        self.schedule.configure(spec)
        self._scheduled = spec.schedule is not ScheduleKind.CONSTANT
        self._set_rate()
        self.stopping.configure(self.experiment.stopping)
        self._stops = bool(self.stopping)
        self.stop_reason = None
        trained = min(spec.batch_size, self.batches.count)
        self._batches_are_long = trained > self.examples_at_once
        fewest = 1 if self._batches_are_long else 25
        self._evaluation_interval = evaluation_interval(trained, self._measures.count, fewest)
        self._look_ahead()

    def model(self) -> Model:
        """What the network is now, as a value that stays so."""
        return self.network.model(self.dataset, self.loss.activation.kind)

    # How good it is ---------------------------------------------------------------------------------------------------

    @property
    def epoch(self) -> float:
        """Passes over the training data so far."""
        return self.batches.seen / self.batches.count

    def evaluate(self, exact: bool = False) -> Metrics:
        """Loss and accuracy over 2 000 of the training examples, or all of them, and over all validation and all test
        examples, now."""
        return finished(self.evaluation(exact))

    def evaluation(self, exact: bool = False) -> Pieces[Metrics]:
        """The same in pieces of a few milliseconds. It must be dropped if anything changes in between."""
        if self.evaluated_at != self.updates:
            self._measures.metrics = None
        metrics = yield from self._measures.pieces(self.loss, self.penalty(), exact)
        self.evaluated_at = self.updates
        return metrics

    @property
    def last_metrics(self) -> Metrics:
        """As they were last evaluated."""
        return self._measures.latest or self.evaluate()

    @property
    def measured(self) -> bool:
        """Whether the metrics of now, over all training examples, are known or take no time to find out."""
        known = self._measures.metrics if self.evaluated_at == self.updates else None
        if known is None:
            return self.evaluation_is_cheap and self._measures.sample == self.batches.count
        return not known.sampled

    @property
    def evaluation_is_cheap(self) -> bool:
        """Whether an evaluation fits between two pictures."""
        return self._measures.count * self.network.params.size < 2e6

    def penalty(self) -> float:
        """λ₁/N Σ|w| + λ₂/2N Σw², which training makes small together with the data loss."""
        return self._penalty.value(self.network.params) if self._penalty is not None else 0.0

    def record(self) -> Metrics:
        """Measure now, and see to a row in the history for this update. Training goes on as if nobody had asked."""
        self.history.ask(*self._row(float("nan"), metrics := self.evaluate()))
        return metrics

    def _look(self, batch_loss: float) -> Pieces[None]:
        """Measure and write down what is due."""
        metrics = None
        if self.updates >= self._due.evaluation:
            metrics = yield from self.evaluation()
            self.schedule.see(self.batches.seen, metrics.plateau_loss)
        if self.updates >= self._due.row:
            self.history.append(*self._row(batch_loss, metrics))
        self._look_ahead()

    def _row(self, batch_loss: float, metrics: Metrics | None) -> tuple[float, ...]:
        """One value for each column of the history."""
        measured, validation = NOTHING_MEASURED if metrics is None else metrics.columns
        return self.updates, self.epoch, batch_loss, *measured, self.learning_rate, *validation

    def _look_ahead(self) -> None:
        """When the next row of the history and the next evaluation are due."""
        self._due, watched = Due(), None
        if self._scheduled or self._stops:
            deadlines = [time for time in (self.schedule.deadline, self.stopping.deadline) if time is not None]
            if deadlines or self.stopping.watches:
                watched = self.updates + self.batches.updates_until(min(deadlines, default=None))
        if len(self.history):
            interval, regular = self.history.interval, self._evaluation_interval
            self._due = due_after(self.updates, interval, regular, self.evaluation_is_cheap, watched)
        self._next_record = self._due.next
        # What takes longer than a moment is better done in pieces.
        dear = NEVER if self.evaluation_is_cheap else self._due.evaluation
        self._next_long = 0 if self._batches_are_long else dear

    # Going back -------------------------------------------------------------------------------------------------------

    def state(self) -> RunState:
        """The whole state of the run now; while an update is under way, as it was before it."""
        if self._before is not None:
            return self._before.state
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
            frozen=network.frozen,
            off=network.off,
            last_update=self.last_update,
        )

    def restore(self, state: RunState) -> None:
        """Go on from this state of the same data and network. Raises `ValueError` for a state that does not fit, and
        then the trainer is of no further use."""
        self.take_back()
        self.apply(state.experiment)
        if (best := state.stopping.best.weights) is not None:
            self.network.take(best)  # patience will bring them back: they must fit as well
        self.network.take(Weights(state.params, state.statistics))
        self.network.lock(state.frozen, state.off)
        self.network.set_noise(state.noise)
        self.optimizer.restore(state.optimizer)
        self.batches.restore(state.batches)
        self.schedule.restore(state.schedule)
        self.stopping.restore(state.stopping)
        self.stop_reason = None
        self.history = History.of(state.history)
        if state.updates < state.history.rows.update[-1] or not 0 <= state.seconds < float("inf"):
            raise ValueError(f"{state.updates} updates in {state.seconds} seconds do not fit the history")
        self.updates, self.marks, self.seconds = state.updates, state.marks, state.seconds
        self._set_rate()
        self._look_ahead()
        self._forget()
        self._last_update = state.last_update
        self._measures.take_up(state.history.rows)

    def set_weights(self, weights: Weights) -> None:
        """Take other weights; the optimizer begins anew. Raises `ValueError` for a misfit."""
        self.take_back()
        self.network.take(weights)
        self.optimizer = self._new_optimizer(self.experiment.training)
        self.stopping = Stopping(self.experiment.stopping, self.batches.count)
        self.stopping.keep(Best(seen=self.batches.seen))
        self.stop_reason = None
        self._look_ahead()
        self._forget()
        self._measures.latest = None

    def operate(self, surgery: Surgery, merged: bool = False) -> None:
        """Operate on the network by hand. What is changed begins with no memory in the optimizer, and what early
        stopping would bring back is looked for anew. `merged`: it goes on with a drag, which leaves one mark. Raises
        `SurgeryError`, and then nothing has changed."""
        self.take_back()
        before, text, last = self.network.params.copy(), surgery.mark(self.experiment), self.last_update
        surgery.perform(self.network, self.experiment)
        changed = self.network.params != before
        for memory in self.optimizer.memory.values():
            memory[changed] = 0
        self.stopping.keep(Best(seen=self.batches.seen))
        self.stop_reason = None
        self.marks = marked(self.marks, Mark(self.updates, text, WEIGHT), merged)
        self._look_ahead()
        self._forget()
        self._last_update = last  # of the weights before; the mark says so

    def _forget(self) -> None:
        self._measures.metrics = None
        self._forget_the_last_update()
