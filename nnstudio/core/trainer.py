"""One run of training.

`Trainer.step()` is one update: take a mini-batch, go forward, measure the loss, go backward, let the optimizer change
the parameters. Everything else here keeps that honest: what was measured, what can be taken back, and what happens when
a number leaves the finite world. There is no loop, no clock and no thread inside.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from nnstudio.core.array import Array, FloatType, constant
from nnstudio.core.batches import Batches
from nnstudio.core.data.dataset import Dataset, ImageSource, build
from nnstudio.core.evaluation import Evaluation
from nnstudio.core.experiment import Experiment
from nnstudio.core.frame import Metrics
from nnstudio.core.history import History
from nnstudio.core.losses import LOSSES, LossStage
from nnstudio.core.network import Network, Pass
from nnstudio.core.optimizers import OPTIMIZERS, Optimizer
from nnstudio.core.plan import Change, plan
from nnstudio.core.setting import SettingError

TRAINING_EXAMPLES_EVALUATED = 10_000
EVALUATION_SHARE = 0.1
"""The share of the work of training that regular evaluation may add."""


class Diverged(ArithmeticError):
    """A number became infinite or NaN; the parameters are those before the update, all finite."""

    def __init__(self, update: int, layer: str, what: str) -> None:
        super().__init__(f"Training diverged at update {update}: {what} of {layer} became infinite or undefined.")
        self.update = update
        self.layer = layer


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything needed to go on from one update as if nothing had happened since."""

    experiment: Experiment
    updates: int
    params: Array
    memory: Array
    optimizer_steps: int
    batches: Any
    layers: tuple[Any, ...]


class Trainer:
    """A network, its data and its optimizer. Raises `SettingError`, `ShapeError` or `DataError` for an experiment that
    cannot be trained.

    images: reads image data, which the core cannot do by itself
    dtype: np.float32, or np.float64 for checking gradients
    """

    def __init__(
        self,
        experiment: Experiment,
        images: ImageSource | None = None,
        dtype: FloatType = np.float32,
        dataset: Dataset | None = None,
    ) -> None:
        self.experiment = experiment
        self.dataset = dataset if dataset is not None else build(experiment.dataset, images, dtype)
        self.network = Network(experiment.layers, self.dataset.shape, self.dataset.outputs, np.dtype(dtype))
        self.network.initialize(experiment.initialization, experiment.seed)
        self.batches = Batches(len(self.dataset.train), experiment.training.batch_size, experiment.seed)
        self.history = History()
        self.updates = 0
        self.gradient_is_known = False
        """Whether `network.grads` belongs to the last update."""
        self.change: Array | None = None
        """What the last update did to the parameters, if `step` was asked to keep it."""
        task = self.dataset.task
        self._train = Evaluation(self.network, self.dataset.train, task, TRAINING_EXAMPLES_EVALUATED)
        self.test = Evaluation(self.network, self.dataset.test, task)
        self._metrics: Metrics | None = None
        self.evaluated_at = -1
        self.optimizer: Optimizer = self._new_optimizer()
        self._configure()
        self._record(float("nan"))

    # One update -------------------------------------------------------------------------------------------------------

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def step(self, keep_change: bool = False) -> None:
        """One update. Raises `Diverged`, with parameters and optimizer as they were before."""
        indices = self.batches.next()
        work, loss = self._passes.get(len(indices)) or self._new_pass(len(indices))
        train = self.dataset.train
        train.augmented.take(indices, 0, work.inputs, "clip")
        train.targets.take(indices, 0, self._targets[len(indices)], "clip")
        work.forward()
        batch_loss = loss.value() if self.updates % self.history.interval == 0 else None
        loss.backward()
        work.backward()
        network = self.network
        params, grads = network.params, network.grads
        if self._penalty is not None:
            self._penalty(params, grads)
        # One number tells of any NaN or infinity: it would spread into this sum. A sum that merely overflows is looked
        # at twice.
        size = float(grads.dot(grads))
        before = params.copy() if keep_change else None
        if size < 1e30:
            self.optimizer.step(params, grads, self.learning_rate)
        else:
            self._careful_step(work)
        if before is not None:
            self.change = np.subtract(params, before, before)
        self.gradient_is_known = True
        self.updates += 1
        if batch_loss is not None or self._evaluation_due():
            self._record(batch_loss if batch_loss is not None else float("nan"))

    def _careful_step(self, work: Pass) -> None:
        """A step with gradients that are suspiciously large: taken back if anything is not finite afterwards."""
        network, optimizer = self.network, self.optimizer
        for layer, stage in zip(network.layers, work.stages, strict=True):
            if not np.isfinite(stage.output.values).all():
                raise Diverged(self.updates + 1, layer.name, "the activations")
        for layer, block in reversed(network.blocks(network.grads)):
            if not np.isfinite(block).all():
                raise Diverged(self.updates + 1, layer.name, "the gradient")
        params, memory, steps = network.params.copy(), optimizer.memory.copy(), optimizer.steps
        optimizer.step(network.params, network.grads, self.learning_rate)
        if np.isfinite(network.params).all() and np.isfinite(optimizer.memory).all():
            return
        bad = [layer.name for layer, block in network.blocks(network.params) if not np.isfinite(block).all()]
        network.params[...] = params
        optimizer.memory[...] = memory
        optimizer.steps = steps
        raise Diverged(self.updates + 1, bad[0] if bad else "the optimiser", "the weights")

    def _new_pass(self, rows: int) -> tuple[Pass, LossStage]:
        dataset, network = self.dataset, self.network
        work = Pass(network, np.ones((rows, dataset.train.augmented.shape[1]), network.dtype), training=True)
        targets = np.empty((rows, dataset.outputs), network.dtype)
        self._targets[rows] = targets
        self._passes[rows] = work, LossStage(self.loss, work.logits, targets.T, work.logits_gradient)
        return self._passes[rows]

    # What was asked for -----------------------------------------------------------------------------------------------

    def apply(self, experiment: Experiment) -> Change:
        """Go on with another experiment that needs neither new data nor a new network. Raises `ValueError` for one
        that does, and `SettingError`; then nothing has changed."""
        change = plan(self.experiment, experiment)
        if change.restarts:
            raise ValueError("another data set or network needs a new trainer")
        self._loss_of(experiment)
        self.experiment = experiment
        if Change.OPTIMIZER in change:
            self.optimizer = self._new_optimizer()
        if change:
            self._configure()
        return change

    def _new_optimizer(self) -> Optimizer:
        kind = OPTIMIZERS[self.experiment.training.optimizer]
        return kind(self.network.params.size, self.network.dtype)

    def _loss_of(self, experiment: Experiment) -> Any:
        kind = experiment.training.loss
        loss = LOSSES.get((kind, self.dataset.task))
        if loss is None:
            raise SettingError("training.loss", f"{kind.label} does not fit {self.dataset.task.value} data.")
        return loss

    def _configure(self) -> None:
        spec = self.experiment.training
        self.loss = self._loss_of(self.experiment)
        self.learning_rate = spec.learning_rate
        self.batches.size = spec.batch_size
        self.optimizer.configure(spec)
        self._passes: dict[int, tuple[Pass, LossStage]] = {}
        self._targets: dict[int, Array] = {}
        self._penalty = self._penalty_gradient()
        rows = min(spec.batch_size, len(self.dataset.train))
        examples = self._train.count + self.test.count
        # Calls into NumPy cost a small network as much as some thirty examples do.
        self._evaluation_interval = max(1, round((examples + 60) / (EVALUATION_SHARE * (3 * rows + 60))))
        self._metrics = None

    def _penalty_gradient(self) -> Callable[[Array, Array], None] | None:
        """What adds the gradient of λ₁/N Σ|w| + λ₂/2N Σw² to the gradients; N is the number of training examples."""
        spec, network = self.experiment.training, self.network
        count = len(self.dataset.train)
        if not spec.l1 and not spec.l2:
            return None
        shrink = network.penalized * constant(spec.l2 / count, network.dtype)
        pull = network.penalized * constant(spec.l1 / count, network.dtype)
        scratch = np.empty_like(network.params)

        def add(params: Array, grads: Array) -> None:
            if spec.l2:
                np.multiply(params, shrink, scratch)
                np.add(grads, scratch, grads)
            if spec.l1:
                np.sign(params, scratch)
                np.multiply(scratch, pull, scratch)
                np.add(grads, scratch, grads)

        return add

    # How good it is ---------------------------------------------------------------------------------------------------

    @property
    def epoch(self) -> float:
        """Passes over the training data so far."""
        return self.batches.seen / self.batches.count

    def evaluate(self) -> Metrics:
        """Loss and accuracy over the training examples (the first 10 000) and all test examples, now."""
        if self._metrics is None or self.evaluated_at != self.updates:
            with np.errstate(over="ignore", invalid="ignore"):
                train_loss, train_accuracy = self._train.run(self.loss)
                test_loss, test_accuracy = self.test.run(self.loss)
            self._metrics = Metrics(train_loss, test_loss, train_accuracy, test_accuracy, self.penalty())
            self.evaluated_at = self.updates
        return self._metrics

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
        spec = self.experiment.training
        if not spec.l1 and not spec.l2:
            return 0.0
        weights = (self.network.params * self.network.penalized).astype(np.float64)
        total = spec.l1 * np.abs(weights).sum() + spec.l2 / 2 * (weights @ weights)
        return float(total) / len(self.dataset.train)

    def _evaluation_due(self) -> bool:
        interval = max(self._evaluation_interval, self.history.interval)
        # Also after 1, 2, 4, 8 … updates, so that the curves begin at the beginning.
        return self.updates % interval == 0 or (self.updates < interval and self.updates & (self.updates - 1) == 0)

    def _record(self, batch_loss: float) -> None:
        nan = float("nan")
        losses = (nan, nan, nan, nan, nan)
        if self._evaluation_due():
            m = self.evaluate()
            losses = (m.train_loss, m.test_loss, m.train_accuracy, m.test_accuracy, m.penalty)
        self.history.append(self.updates, self.epoch, batch_loss, *losses, self.learning_rate)

    # Going back -------------------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The state of the run now."""
        return Snapshot(
            experiment=self.experiment,
            updates=self.updates,
            params=self.network.params.copy(),
            memory=self.optimizer.memory.copy(),
            optimizer_steps=self.optimizer.steps,
            batches=self.batches.state(),
            layers=self.network.state(),
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot of this run, with the experiment of that time; the curves lose what came later."""
        self.apply(snapshot.experiment)
        self.network.params[...] = snapshot.params
        self.optimizer.memory[...] = snapshot.memory
        self.optimizer.steps = snapshot.optimizer_steps
        self.batches.restore(snapshot.batches)
        self.network.restore(snapshot.layers)
        self.updates = snapshot.updates
        self.history = self.history.truncated(self.updates)
        self._forget()

    def set_parameters(self, params: Array) -> None:
        """Take other parameters, laid out like `network.params`; the optimizer begins anew. Raises `ValueError`."""
        if params.shape != self.network.params.shape or not all(isfinite(value) for value in params):
            raise ValueError(f"{params.size} parameters do not fit a network with {self.network.params.size}")
        self.network.params[...] = params
        self.optimizer = self._new_optimizer()
        self._configure()
        self._forget()

    def _forget(self) -> None:
        self._metrics = None
        self.gradient_is_known = False
        self.change = None
