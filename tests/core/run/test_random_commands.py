"""Two thousand random commands, seeded: what is shown is what is trained, and whatever is undone comes back whole.

The machine keeps a list of moments as the interface does, and a copy of the state that each command left behind.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf

import numpy as np
import pytest

from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, InitializationSpec, LayerSpec, PlaneSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, Feature, OptimizerKind, ScheduleKind
from nnstudio.core.experiment.layer_specs import ActivationSpec, BatchNormSpec, DropoutSpec, LayerNormSpec
from nnstudio.core.experiment.plan import plan
from nnstudio.core.network.weights import Weights
from nnstudio.core.presets import default_experiment
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Probe, Status
from nnstudio.core.run.run import Run
from nnstudio.core.training.state import RunState
from nnstudio.ui.undo import Moment, UndoStack

FIRST = Experiment(dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=40))
NEW: tuple[Callable[[int], LayerSpec], ...] = (
    lambda n: DenseSpec(units=n),
    lambda n: DenseSpec(units=n, activation=ActivationKind.RELU),
    lambda n: DropoutSpec(rate=0.3),
    lambda n: BatchNormSpec(),
    lambda n: LayerNormSpec(),
    lambda n: ActivationSpec(),
)


def no_images(_: ImageSpec) -> None:
    raise DataError("There are no images here.")


def edit(experiment: Experiment, random: np.random.Generator) -> Experiment:
    """A random edit of an experiment, legal or refused only later."""
    layers, training, dataset = list(experiment.layers), experiment.training, experiment.dataset
    match random.integers(12):
        case 0 if len(layers) < 6:
            layers.insert(
                int(random.integers(len(layers) + 1)), NEW[random.integers(len(NEW))](int(random.integers(1, 7)))
            )
        case 1 if layers:
            layers.pop(int(random.integers(len(layers))))
        case 2 | 3 if any(isinstance(layer, DenseSpec) for layer in layers):
            place = next(i for i, layer in enumerate(layers) if isinstance(layer, DenseSpec))
            layers[place] = replace(layers[place], units=int(random.integers(1, 9)))  # type: ignore[call-arg]
        case 4 if len(layers) > 1:
            layers.append(layers.pop(0))
        case 5:
            training = replace(training, optimizer=list(OptimizerKind)[random.integers(len(OptimizerKind))])
        case 6:
            training = replace(training, schedule=list(ScheduleKind)[random.integers(len(ScheduleKind))])
        case 7:
            dataset = replace(dataset, noise=float(random.integers(3)) / 10)
        case 8:
            dataset = replace(dataset, features=tuple(Feature)[: random.integers(1, 5)])
        case 9:
            return replace(experiment, initialization=InitializationSpec(sigma=float(random.uniform(0.01, 1))))
        case 10 if random.random() < 0.2:
            dataset = default_experiment(DatasetKind.MNIST).dataset  # which cannot be had
        case _:
            rate = float(f"{10 ** random.uniform(-4, 0):.2g}")
            training = replace(training, learning_rate=rate, batch_size=int(random.integers(2, 20)))
    return replace(experiment, layers=tuple(layers), training=training, dataset=dataset)


class Machine:
    """A run, the list of moments beside it, and what each command left behind."""

    def __init__(self, seed: int, trains: bool) -> None:
        self.random = np.random.default_rng(seed)
        self.trains = trains
        self.answers: dict[int, commands.Answer] = {}
        self.run = Run(no_images, self.hear)  # type: ignore[arg-type]
        self.ticket = 0
        self.stack = UndoStack(FIRST)
        self.left: dict[int, RunState] = {}
        self.send(commands.Begin(FIRST))
        self.first = self.run.trainer.state()

    def hear(self, answer: commands.Answer) -> None:
        assert answer.ticket not in self.answers, "each command is answered once"
        self.answers[answer.ticket] = answer

    def send(self, command: commands.Command) -> int:
        self.ticket += 1
        if self.run.number:
            self.left[self.ticket] = self.run.trainer.state()
        self.run.obey(command, self.ticket)
        return self.ticket

    def work(self) -> None:
        while self.run.busy and not self.run.playing:
            self.run.work(inf, lambda: False)

    def change(self, experiment: Experiment, command: commands.Command) -> None:
        ticket = self.send(command)
        self.stack.push(Moment(experiment), ticket)
        self.settle(ticket)

    def settle(self, ticket: int) -> None:
        answer = self.answers[ticket]
        self.stack.settle(ticket, answer.done, answer.experiment)

    def act(self) -> None:
        here, random = self.stack.current, self.random
        match random.integers(14):
            case 0 | 1 | 2 | 3 | 4:
                new = edit(here, random)
                if plan(here, new):
                    self.change(new, commands.Edit(new, bool(random.random() < 0.8)))
            case 5:
                self.change(here, commands.Begin(here))
            case 6:
                weights = self.run.trainer.network.weights()
                wrong = random.random() < 0.3
                params = weights.params[1:] if wrong else weights.params / 2
                self.change(here, commands.SetWeights(Weights(params, weights.statistics)))
            case 7 | 8:
                self.travel(-1)
            case 9:
                self.travel(1)
            case 10 if self.trains:
                self.send(commands.Step(int(random.integers(1, 40))))
                self.work()
            case 11 if self.trains:
                self.send(commands.StepEpoch())
                if random.random() < 0.5:
                    self.work()
            case 12 if self.trains:
                self.back(int(random.integers(1, 30)))
            case _:
                self.send(commands.Watch(Probe(int(random.integers(32)))))

    def back(self, updates: int) -> None:
        before = self.run.trainer
        ticket = self.send(commands.Back(updates))
        if self.run.busy and self.random.random() < 0.3:
            self.send(commands.Pause())
            assert self.answers[ticket].refusal, "something else came in between"
            assert self.run.trainer is before
            return
        self.work()
        answer = self.answers[ticket]
        assert answer.done
        if answer.experiment != self.stack.current:
            self.stack.push(Moment(answer.experiment), ticket)
            self.settle(ticket)

    def travel(self, by: int) -> None:
        target = self.stack.before if by < 0 else self.stack.after
        if target is None:
            return
        ticket = self.send(commands.PutBack(target.left))
        self.stack.go(by, ticket)
        self.settle(ticket)
        assert self.answers[ticket].done
        expected = self.left[target.left]
        assert self.run.trainer.network.params.tobytes() == expected.params.tobytes()
        assert self.run.trainer.updates == expected.updates
        np.testing.assert_array_equal(self.run.trainer.history.prefix().train_loss, expected.history.rows.train_loss)

    def check(self) -> None:
        frame = self.run.frame(self.ticket)
        assert frame.experiment == self.stack.current == self.run.trainer.experiment
        assert frame.status is not Status.FAILED
        assert frame.params.tobytes() == self.run.trainer.network.params.tobytes()


@pytest.fixture
def quiet() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


@pytest.mark.parametrize("trains", [True, False])
@pytest.mark.parametrize("seed", range(10))
def test_what_is_shown_is_what_is_trained(seed: int, trains: bool, quiet: None) -> None:
    machine = Machine(seed, trains)
    for action in range(100):
        machine.act()
        if action % 7 == 0:
            machine.check()
    machine.work()
    assert len(machine.answers) == machine.ticket, "every command is answered"
    while machine.stack.before is not None:
        machine.travel(-1)
    machine.check()
    assert machine.stack.current == FIRST
    if trains:
        return
    state = machine.run.trainer.state()
    assert state.params.tobytes() == machine.first.params.tobytes()
    assert (state.updates, state.batches.random) == (0, machine.first.batches.random)
    for name, array in machine.first.optimizer.arrays.items():
        assert state.optimizer.arrays[name].tobytes() == array.tobytes()
