"""What is held is what the run does next: every number against the engine, in 64 bits."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.array import Array
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, LayerSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, LossKind, OptimizerKind, ScheduleKind, Task
from nnstudio.core.experiment.layer_specs import (
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.network import Pass
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.textbook import loss
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.loss_terms import loss_terms
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.losses import losses_for
from nnstudio.core.training.trainer import Trainer

TANH = ActivationKind.TANH


def trained(experiment: Experiment, updates: int = 7) -> Trainer:
    trainer = Trainer(experiment, dtype=np.float64)
    for _ in range(updates):
        trainer.step()
    return trainer


def spirals(*layers: LayerSpec, **training: object) -> Experiment:
    experiment = default_experiment(DatasetKind.SPIRALS)
    return replace(experiment, layers=layers, training=replace(experiment.training, batch_size=24, **training))


def digits(*layers: LayerSpec) -> Experiment:
    experiment = default_experiment(DatasetKind.SKETCHED_DIGITS)
    assert isinstance(experiment.dataset, ImageSpec)
    return replace(experiment, layers=layers, dataset=replace(experiment.dataset, shift=2))


def assert_next_update(trainer: Trainer) -> Held:
    """The update that is held is made, and gives the same numbers."""
    held = Held(trainer.state(), trainer.dataset)
    rows, loss = held.update, held.way.loss
    assert np.array_equal(rows[-1].values, held.update[-1].values)
    before = trainer.network.params.copy()
    trainer.step()
    assert held.rate == trainer.learning_rate
    equal(rows[-1].values, trainer.network.params)
    equal(rows[-2].values if rows[-2].name == "step" else before - rows[-1].values, before - trainer.network.params)
    shaped = next(row.values for row in reversed(rows) if row.name == "g")
    equal(shaped, trainer.network.grads)
    assert np.isfinite(loss)
    return held


def equal(ours: Array | float, theirs: Array) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-13)


NETWORKS = {
    "dense": spirals(DenseSpec(units=5, activation=TANH), DenseSpec(units=3)),
    "dropout": spirals(DenseSpec(units=6), DropoutSpec(rate=0.5), DenseSpec(units=6), DropoutSpec(rate=0.2)),
    "batch": spirals(DenseSpec(units=6), BatchNormSpec(), DenseSpec(units=4)),
    "layer": spirals(DenseSpec(units=6), LayerNormSpec(), DenseSpec(units=4)),
    "images": digits(Conv2DSpec(filters=3, kernel=3), MaxPool2DSpec(), BatchNormSpec(), DropoutSpec(rate=0.3)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_held_update_is_the_next_one(name: str) -> None:
    trainer = trained(NETWORKS[name])
    for _ in range(3):
        assert_next_update(trainer)


@pytest.mark.parametrize("kind", OptimizerKind, ids=lambda kind: kind.value)
@pytest.mark.parametrize(
    "shaping", [{"l2": 0.0}, {"l1": 0.7, "l2": 3.0, "clip_value": 0.03, "clip_norm": 0.05}], ids=str
)
def test_every_optimizer_term_by_term(kind: OptimizerKind, shaping: dict[str, float]) -> None:
    layers = DenseSpec(units=5, activation=TANH), DenseSpec(units=3, activation=TANH)
    trainer = trained(spirals(*layers, optimizer=kind, weight_decay=0.1, **shaping))
    held = assert_next_update(trainer)
    names = [row.name for row in held.update]
    assert ("L1" in names, "L2" in names, "clip" in names) == (len(shaping) > 1,) * 3
    assert names[-2:] == ["step", "w"]


@pytest.mark.parametrize("kind", ScheduleKind, ids=lambda kind: kind.value)
def test_the_rate_is_that_of_the_schedule(kind: ScheduleKind) -> None:
    layers = (DenseSpec(units=5, activation=TANH),)
    held = assert_next_update(trained(spirals(*layers, schedule=kind, schedule_period=0.3), 11))
    eta = next(row for row in held.update if row.name == "η")
    assert eta.values == held.rate
    assert ("schedule" in eta.formula) == (held.share != 1)


@pytest.mark.parametrize("name", ["dense", "batch", "images"])
def test_what_is_frozen_or_off_stays_where_it_is(name: str) -> None:
    trainer = trained(NETWORKS[name])
    frozen = np.zeros(trainer.network.params.shape, np.bool_)
    frozen[3:9] = True
    key = trainer.network.layers[0].key
    trainer.network.lock(frozen, {key: (1,)})
    held = assert_next_update(trainer)
    assert np.array_equal(np.asarray(held.update[-1].values)[3:9], held.state.params[3:9])
    first = held.way.example(0)[0]
    assert first.off == (1,)
    assert not first.a[1].any()
    assert not first.da[1].any()


@pytest.mark.parametrize("name", NETWORKS)
def test_parts_of_the_examples_together_are_the_gradient_of_the_batch(name: str) -> None:
    trainer = trained(NETWORKS[name])
    way = Held(trainer.state(), trainer.dataset).way
    every = [way.example(row) for row in range(len(way.y))]
    for place, layer in enumerate(every[0]):
        for array in layer.gradients:
            mean = np.mean([layers[place].gradients[array] for layers in every], axis=0)
            equal(mean, way.gradients[layer.key][array])
            if (of_each := way.of_each(layer.key, array, (0,) * layer.gradients[array].ndim)) is not None:
                equal(of_each, np.array([layers[place].gradients[array].flat[0] for layers in every]))
    assert len(every[0]) == len(trainer.network.layers)


@pytest.mark.parametrize("name", NETWORKS)
def test_an_example_that_is_no_part_of_the_batch_is_predicted(name: str) -> None:
    """Its answer is the network's, and its gradient the slope of its own loss."""
    trainer = trained(NETWORKS[name])
    held, test = Held(trainer.state(), trainer.dataset), trainer.dataset.test
    way = held.predict(test.inputs[3:4], test.targets[3:4])
    expected = trainer.predict(test.raw[3:4])
    equal(way.p, expected.reshape(way.p.shape))
    layers = way.example(0)
    *_, output = layers
    weight = trainer.network.layout.by_layer(trainer.network.params)[0]["weight"]
    value, h = float(weight[1, 0]), 1e-5
    losses: list[float] = []
    for there in (value + h, value - h):
        weight[1, 0] = there
        again = Held(trainer.state(), trainer.dataset).predict(test.inputs[3:4], test.targets[3:4])
        losses.append(again.loss)
    assert output.gradients["weight"][1, 0] == pytest.approx((losses[0] - losses[1]) / (2 * h), rel=1e-5, abs=1e-9)


def test_a_large_batch_meets_the_noise_in_the_same_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    from nnstudio.core.training import pieces

    monkeypatch.setattr(pieces, "OPERATIONS_AT_ONCE", 2**10)
    experiment = spirals(DenseSpec(units=64), DropoutSpec(rate=0.5), DenseSpec(units=4))
    experiment = replace(experiment, training=replace(experiment.training, batch_size=100))
    trainer = trained(experiment)
    assert trainer.examples_at_once < 100
    assert_next_update(trainer)


def test_looking_changes_nothing() -> None:
    """The run's next updates are the same to the bit whether or not somebody looked."""
    quiet, watched = (Trainer(replace(NETWORKS["images"], stopping=StoppingSpec())) for _ in range(2))
    for _ in range(3):
        quiet.step()
        watched.step()
        held = Held(watched.state(), watched.dataset)
        assert len(held.update) > 2
        held.predict(watched.dataset.test.inputs[:1], watched.dataset.test.targets[:1])
    assert np.array_equal(quiet.network.params, watched.network.params)
    assert quiet.network.noise() == watched.network.noise()


@pytest.mark.parametrize(("task", "kind"), [(task, kind) for task in Task for kind in losses_for(task)], ids=str)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_terms_of_a_loss_add_up(task: Task, kind: LossKind, smoothing: float) -> None:
    random = np.random.default_rng(3)
    spec = TrainingSpec(loss=kind, label_smoothing=smoothing, huber_delta=0.4)
    outputs = 1 if task is Task.BINARY else 4
    z = random.normal(0, 2, (6, outputs))
    y = np.eye(4)[random.integers(0, 4, 6)] if task is Task.MULTICLASS else random.integers(0, 2, z.shape).astype(float)
    p, costs, _ = loss(spec, task, z, y)
    for row in range(6):
        terms = loss_terms(spec, task, z[row], p[row], y[row])
        assert terms.values.shape == (outputs,)
        assert terms.loss == pytest.approx(costs[row], rel=1e-12)
        assert terms.formula


@pytest.mark.parametrize("name", ["dropout", "images"])
def test_two_threads_may_ask_at_the_same_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the noise of the mini-batch is made, the network that others predict with stays as it is."""
    trainer = trained(NETWORKS[name])
    held = Held(trainer.state(), trainer.dataset)
    seen: list[tuple[bytes, str]] = []

    class Watched(Pass):
        def forward(self) -> None:
            super().forward()
            seen.append((held.network.statistics.tobytes(), str(held.network.noise())))

    monkeypatch.setattr("nnstudio.core.trace.held.Pass", Watched)
    before = held.network.statistics.tobytes(), str(held.network.noise())
    assert held.way
    assert seen
    assert set(seen) == {before}


@pytest.mark.parametrize("name", NETWORKS)
def test_an_example_goes_alone_to_the_same_numbers_unless_it_is_compared(name: str) -> None:
    trainer = trained(NETWORKS[name])
    alone, held = (Held(trainer.state(), trainer.dataset) for _ in range(2))
    chosen = Chosen(SplitName.TRAINING, int(held.batch[3]))
    assert Trace.waits(alone, chosen) == alone.compares == ("batch" in name or "images" in name)
    assert held.update
    assert not Trace.waits(held, chosen)
    ours, theirs = Trace.of(alone, chosen), Trace.of(held, chosen)
    assert (ours.row, alone.worked_out) == (3, False)
    assert ("way" in alone.__dict__) == alone.compares
    equal(ours.terms.loss, np.array(theirs.terms.loss))
    for mine, his in zip(ours.layers, theirs.layers, strict=True):
        for quantity in ("x", "z", "a", "da", "dz", "dx"):
            equal(getattr(mine, quantity), getattr(his, quantity))
        for array in his.gradients:
            equal(mine.gradients[array], his.gradients[array])
        assert mine.alongside.keys() == his.alongside.keys()
