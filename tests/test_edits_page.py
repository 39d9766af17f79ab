"""What `docs/edits.md` says is so: every row is an edit, made in mid-training, and every cell is compared."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstudio.core.data.painted import brushed, erased, painted
from nnstudio.core.experiment import DenseSpec, Experiment, LayerSpec, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import (
    ActivationKind,
    ClassWeights,
    DatasetKind,
    Feature,
    InitializerKind,
    LossKind,
    OptimizerKind,
    Scaling,
    ScheduleKind,
    Shuffle,
)
from nnstudio.core.experiment.layer_specs import BatchNormSpec, DropoutSpec, LayerNormSpec
from nnstudio.core.experiment.network_text import parse_layers
from nnstudio.core.network.layer_edits import DuplicateLayer, TakeNetwork
from nnstudio.core.network.network import Pass
from nnstudio.core.network.surgery import Freeze, Switch
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.commands import Answer, Begin, Command, Edit, Operate, SetWeights, Step
from nnstudio.core.run.run import Run
from nnstudio.core.training.stopping import Best
from nnstudio.core.training.trainer import Trainer

PAGE = Path(__file__).resolve().parents[1] / "docs/edits.md"
UPDATES = 67
POINTS = np.random.default_rng(0).uniform(-6, 6, (100, 2))
BASE = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=200, noise=0.1),
    layers=(
        DenseSpec(units=6, activation=ActivationKind.RELU),
        BatchNormSpec(),
        DropoutSpec(rate=0.2),
        DenseSpec(units=6, activation=ActivationKind.RELU),
    ),
    training=TrainingSpec(
        optimizer=OptimizerKind.ADAM, learning_rate=0.01, schedule=ScheduleKind.PLATEAU, schedule_period=1.0
    ),
    stopping=StoppingSpec(patience=500.0),
)
DENSE, NORM, DROPOUT, LAST = BASE.layers


def layers(*specs: LayerSpec) -> Experiment:
    return replace(BASE, layers=specs)


def part(name: str, **fields: Any) -> Experiment:
    return replace(BASE, **{name: replace(getattr(BASE, name), **fields)})


def training(**fields: Any) -> Experiment:
    return part("training", **fields)


def data(**fields: Any) -> Experiment:
    return part("dataset", **fields)


@cache
def weights() -> Weights:
    trainer = Trainer(replace(BASE, seed=9))
    trainer.train(epochs=2)
    return trainer.network.weights()


EDITS: dict[str, tuple[Experiment | Command, ...]] = {
    "a neuron or filter more": (
        layers(replace(DENSE, units=7), NORM, DROPOUT, LAST),
        layers(replace(DENSE, units=30), NORM, DROPOUT, replace(LAST, units=9)),
    ),
    "a neuron or filter less": (layers(replace(DENSE, units=5), NORM, DROPOUT, LAST),),
    "one more layer that can hand on what it gets": (
        layers(DENSE, DenseSpec(units=6, activation=ActivationKind.RELU), NORM, DROPOUT, LAST),
        layers(DENSE, NORM, DenseSpec(units=8, activation=ActivationKind.LINEAR), DROPOUT, LAST),
        layers(DENSE, NORM, DROPOUT, LAST, BatchNormSpec()),
        layers(DropoutSpec(), DENSE, NORM, DROPOUT, LAST),
    ),
    "a layer of ReLU duplicated": (DuplicateLayer(1)(BASE), DuplicateLayer(4)(BASE)),
    "any other layer more": (
        layers(DENSE, NORM, DROPOUT, LAST, DenseSpec(units=6, activation=ActivationKind.TANH)),
        layers(DENSE, NORM, DROPOUT, LAST, DenseSpec(units=3, activation=ActivationKind.RELU)),
        layers(DENSE, LayerNormSpec(), NORM, DROPOUT, LAST),
    ),
    "a layer removed": (layers(DENSE, NORM, DROPOUT), layers(DENSE, DROPOUT, LAST), layers(NORM, DROPOUT, LAST)),
    "a layer moved": (layers(DENSE, LAST, NORM, DROPOUT), layers(LAST, DROPOUT, DENSE, NORM)),
    "another kind of layer in its place": (layers(DENSE, LayerNormSpec(key=NORM.key), DROPOUT, LAST),),
    "another network, as text or to start from": (
        TakeNetwork(parse_layers("6 ReLU, 3 tanh, dropout 0.2, 6 ReLU"))(BASE),
        TakeNetwork(parse_layers("9 ReLU, batch norm, dropout 0.2, 3 tanh"))(BASE),
    ),
    "another activation": (layers(replace(DENSE, activation=ActivationKind.TANH), NORM, DROPOUT, LAST),),
    "the rate of a dropout": (layers(DENSE, NORM, replace(DROPOUT, rate=0.5), LAST),),
    "a feature more": (data(features=(Feature.X1, Feature.X2, Feature.X1_X2)),),
    "a feature less": (data(features=(Feature.X1,)),),
    "noise, amount, shares or seed of the data": (
        *(data(noise=0.2), data(samples=300), data(training_share=0.6), data(validation_share=0.2), data(seed=2)),
    ),
    "points painted or rubbed out": (
        replace(BASE, dataset=brushed(painted(BASE.dataset), ((0.0, 0.0), (3.0, 1.0)), 1)),
        replace(BASE, dataset=erased(painted(BASE.dataset), (0.0, 0.0), (2.0, 2.0))),
    ),
    "scaling": (data(scaling=Scaling.STANDARDISE),),
    "another data set": (data(kind=DatasetKind.MOONS), data(kind=DatasetKind.GAUSSIANS)),
    "learning rate and the like": (training(learning_rate=0.02), training(beta1=0.5)),
    "batch size": (training(batch_size=1 + 32), training(batch_size=60_000)),
    "shuffle": (training(shuffle=Shuffle.NEVER),),
    "optimizer": (training(optimizer=OptimizerKind.LION),),
    "another schedule": (training(schedule=ScheduleKind.STEP), training(schedule=ScheduleKind.CONSTANT)),
    "period and the like of the schedule": (training(schedule_period=3.0), training(schedule_factor=0.1)),
    "loss, label smoothing, class weights": (
        training(loss=LossKind.MEAN_SQUARED_ERROR),
        training(label_smoothing=0.1),
        training(class_weights=ClassWeights.BALANCED),
    ),
    "penalty, clipping": (training(l1=0.1), training(l2=0.1), training(clip_norm=1.0)),
    "rules for stopping, with patience before and after": (part("stopping", patience=400.0, updates=9000),),
    "imported weights": (SetWeights(weights()),),
    "first weights, of all layers or of one": (
        part("initialization", kind=InitializerKind.HE),
        layers(replace(DENSE, initializer=InitializerKind.HE), NORM, DROPOUT, LAST),
    ),
    "seed": (replace(BASE, seed=2),),
    "restart": (Begin(BASE),),
}


@cache
def table() -> dict[str, dict[str, str]]:
    """The rows of the page's table by their edit, each with its cells by their column."""
    rows = [
        re.findall(r"(?<=\| )[^|]+(?= \|)", line) for line in PAGE.read_text("utf-8").splitlines() if line[:1] == "|"
    ]
    head, _, *body = rows
    return {edit: dict(zip(head[1:], cells, strict=True)) for edit, *cells in body}


class Trained:
    """A run as it stands: its state, its network's arrays by name, and its sums before the output for some points."""

    def __init__(self, run: Run) -> None:
        self.trainer = trainer = run.trainer
        self.state, self.network, self.epoch = trainer.state(), trainer.network, trainer.epoch
        self.rows = trainer.history.prefix()
        work = Pass(trainer.network, trainer.dataset.encode(POINTS).astype(np.float32))
        work.forward()
        self.logits = work.logits.copy()

    def arrays(self, params: np.ndarray) -> dict[tuple[type, int, str], np.ndarray]:
        views = self.network.layout.views(params)
        kinds = {layer.key: type(layer) for layer in self.network.layers}
        return {(kinds[key], key, name): array for key, name, array in views}

    def statistics(self) -> dict[tuple[int, str], np.ndarray]:
        arrays = self.network.layout.views(self.state.params, self.state.statistics)
        return {(key, name): array for key, name, array in arrays if name.startswith("running")}


def edited(edit: Experiment | Command) -> tuple[Trained, Trained, Trained]:
    """Before the edit, after it, and how the edited experiment begins by itself."""
    answers: list[Answer] = []
    run = Run(outbox=answers.append)
    run.obey(Begin(BASE))
    for operation in (Freeze(DENSE.key, unit=1), Freeze(NORM.key, unit=0), Switch(LAST.key, 2), Switch(DENSE.key, 3)):
        run.obey(Operate(operation))
    run.obey(Step(UPDATES))
    run.work(float("inf"), lambda: not run.busy)
    before = Trained(run)
    run.obey(Edit(edit) if isinstance(edit, Experiment) else edit)
    fresh = Run(outbox=answers.append)
    fresh.obey(Begin(run.trainer.experiment))
    assert all(answer.done for answer in answers)
    return before, Trained(run), Trained(fresh)


CASES = [(name, place) for name, edits in EDITS.items() for place in range(len(edits))]


@pytest.mark.parametrize(("name", "place"), CASES)
def test_a_row_is_true(name: str, place: int) -> None:
    before, after, fresh = edited(EDITS[name][place])
    for column, claim in table()[name].items():
        COLUMNS[column](claim, before, after, fresh)


def test_the_page_and_the_edits_here_name_each_other() -> None:
    assert list(table()) == list(EDITS)
    assert all(list(cells) == list(COLUMNS) for cells in table().values())


def test_there_is_something_to_lose() -> None:
    """Every column has something in it that a run does not begin with; or nothing would be proven here."""
    before, _, fresh = edited(BASE)
    for column in COLUMNS:
        claim = "jumps" if column == "Function" else "new"
        with pytest.raises(AssertionError):
            COLUMNS[column](claim, before, before, fresh)


# Columns --------------------------------------------------------------------------------------------------------------


def in_place(before: dict[Any, np.ndarray], after: dict[Any, np.ndarray]) -> None:
    """Units and inputs that are in both keep their numbers; the arrays here lose and gain at their ends alone."""
    both = before.keys() & after.keys()
    assert both
    for key in both:
        common = tuple(slice(min(pair)) for pair in zip(before[key].shape, after[key].shape, strict=True))
        np.testing.assert_array_equal(before[key][common], after[key][common], str(key))


def params(claim: str, before: Trained, after: Trained, fresh: Trained) -> None:
    match claim:
        case "stays":
            assert after.state.params.tobytes() == before.state.params.tobytes()
        case "in place":
            in_place(before.arrays(before.state.params), after.arrays(after.state.params))
        case "new" if before.trainer is after.trainer:
            np.testing.assert_array_equal(after.state.params, weights().params)
        case _:
            assert claim == "new"
            assert after.state.params.tobytes() == fresh.state.params.tobytes()


def memory(claim: str, before: Trained, after: Trained, fresh: Trained) -> None:
    old, now = before.state.optimizer, after.state.optimizer
    if claim == "new":
        assert now.numbers == fresh.state.optimizer.numbers
        assert not any(array.any() for array in now.arrays.values())
        return
    assert now.numbers == old.numbers
    for name, array in now.arrays.items():
        if claim == "stays":
            assert array.tobytes() == old.arrays[name].tobytes()
        else:
            assert claim == "in place"
            there, here = before.arrays(old.arrays[name]), after.arrays(array)
            in_place(there, here)
            for key, values in here.items():
                known = there.get(key, np.empty((0,) * values.ndim))
                rest = values.copy()
                rest[tuple(slice(min(pair)) for pair in zip(known.shape, values.shape, strict=True))] = 0
                assert not rest.any(), key


def statistics(claim: str, before: Trained, after: Trained, fresh: Trained) -> None:
    match claim:
        case "stays":
            assert after.state.statistics.tobytes() == before.state.statistics.tobytes()
        case "in place":
            old, now = before.statistics(), after.statistics()
            if old.keys() & now.keys():
                in_place(old, now)
        case "new" if before.trainer is after.trainer:
            np.testing.assert_array_equal(after.state.statistics, weights().statistics)
        case _:
            assert claim == "new"
            assert after.state.statistics.tobytes() == fresh.state.statistics.tobytes()


def noise(claim: str, before: Trained, after: Trained, fresh: Trained) -> None:
    old = before.state.noise if claim == "stays" else fresh.state.noise
    assert claim in ("stays", "new")
    assert old[DROPOUT.key] == after.state.noise[DROPOUT.key]


def order(claim: str, before: Trained, after: Trained, fresh: Trained) -> None:
    old, now = before.state.batches, after.state.batches
    if claim == "stays":
        assert (now.seen, now.position, now.random) == (old.seen, old.position, old.random)
        np.testing.assert_array_equal(now.order, old.order)
    else:
        assert claim == "new"
        assert (now.position, now.random) == (0, fresh.state.batches.random)
        assert not len(now.order)


def record(claim: str, before: Trained, after: Trained, fresh: Trained) -> None:
    source = before if claim == "stays" else fresh
    assert claim in ("stays", "new")
    assert after.state.updates == source.state.updates
    assert after.epoch == pytest.approx(source.epoch, abs=0.01)
    for column in ("update", "train_loss"):
        rows = [getattr(trained.rows, column) for trained in (source, after)]
        np.testing.assert_array_equal(*rows)


def schedule(claim: str, before: Trained, after: Trained, fresh: Trained) -> None:
    if claim == "looks anew":
        share, loss, _ = after.state.schedule
        assert (share, loss) == (before.state.schedule[0], np.inf)
    else:
        assert claim in ("stays", "new")
        assert after.state.schedule == (before if claim == "stays" else fresh).state.schedule


def best(claim: str, before: Trained, after: Trained, fresh: Trained) -> None:
    if claim == "stays":
        assert after.state.stopping.best == before.state.stopping.best
    else:
        assert claim == "new"
        found: Best = after.state.stopping.best
        assert found.updates == 0
        assert found.weights is None or after.state.updates == 0


def frozen(claim: str, before: Trained, after: Trained, fresh: Trained) -> None:
    old, now = before.state.frozen, after.state.frozen
    assert old is not None
    if claim == "new":
        assert now is None
        return
    assert now is not None
    if claim == "stays":
        assert now.tobytes() == old.tobytes()
    else:
        assert claim == "in place"
        in_place(before.arrays(old), after.arrays(now))


def off(claim: str, before: Trained, after: Trained, fresh: Trained) -> None:
    old, now = before.state.off, after.state.off
    if claim == "in place":
        there = {(layer.key, type(layer)) for layer in before.network.layers}
        units = {layer.key: layer.shape[0] for layer in after.network.layers if (layer.key, type(layer)) in there}
        left = {key: tuple(unit for unit in those if unit < units.get(key, 0)) for key, those in old.items()}
        assert now == {key: those for key, those in left.items() if those}
    else:
        assert claim in ("stays", "new")
        assert now == (old if claim == "stays" else {})


def function(claim: str, before: Trained, after: Trained, fresh: Trained) -> None:
    difference, largest = np.abs(after.logits - before.logits).max(), np.abs(before.logits).max()
    if claim == "same":
        assert difference <= 1e-6 * max(1, largest)
    else:
        assert claim == "jumps"
        assert difference > 1e-3 * largest


COLUMNS: dict[str, Callable[[str, Trained, Trained, Trained], None]] = {
    "Parameters": params,
    "Optimizer's memory": memory,
    "Running statistics": statistics,
    "Noise": noise,
    "Order": order,
    "Updates, curves": record,
    "Schedule": schedule,
    "Best weights": best,
    "Frozen": frozen,
    "Off": off,
    "Function": function,
}
