"""A number leaves the finite world: the run stops there, names the place, and nothing is lost."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec, Experiment, InitializationSpec, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, InitializerKind, LossKind, OptimizerKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, LayerSpec
from nnstudio.core.training.trainer import Diverged, Trainer

SPIRALS = PlaneSpec(kind=DatasetKind.SPIRALS, samples=100, arms=3)


def trainer(layers: tuple[LayerSpec, ...] | None = None, sigma: float = 0.5, **training: Any) -> Trainer:
    linear = (DenseSpec(units=8, activation=ActivationKind.LINEAR),) * 2
    return Trainer(
        Experiment(
            dataset=SPIRALS,
            layers=linear if layers is None else layers,
            initialization=InitializationSpec(kind=InitializerKind.NORMAL, sigma=sigma),
            training=TrainingSpec(**{"loss": LossKind.HINGE, "learning_rate": 10.0, "batch_size": 16} | training),
        )
    )


def diverge(run: Trainer, limit: int = 5000) -> tuple[Diverged, np.ndarray, Any]:
    """What was raised, and parameters and optimizer before the update that raised it."""
    for _ in range(limit):
        params, state = run.network.params.copy(), run.optimizer.state()
        try:
            run.step()
        except Diverged as divergence:
            return divergence, params, state
    pytest.fail("it did not diverge")


@pytest.mark.parametrize("optimizer", [OptimizerKind.SGD, OptimizerKind.MOMENTUM, OptimizerKind.NESTEROV])
def test_everything_is_as_before_the_update(optimizer: OptimizerKind) -> None:
    run = trainer(optimizer=optimizer, l2=10.0)
    divergence, params, state = diverge(run)
    assert divergence.update == run.updates + 1
    assert divergence.layer in {layer.name for layer in run.network.layers}
    assert f"diverged after update {run.updates}: " in str(divergence)
    assert divergence.layer in str(divergence)
    assert np.array_equal(run.network.params, params)
    np.testing.assert_equal(run.optimizer.memory, state.arrays)
    assert run.optimizer.state().numbers == state.numbers
    assert np.isfinite(run.network.params).all()
    assert all(np.isfinite(array).all() for array in run.optimizer.memory.values())
    assert not run.gradient_is_known


def test_the_same_update_diverges_again_and_a_smaller_rate_goes_on() -> None:
    run = trainer()
    divergence, _, _ = diverge(run)
    epoch = run.epoch
    with pytest.raises(Diverged) as again:
        run.step()
    assert (again.value.update, again.value.layer) == (divergence.update, divergence.layer)
    assert run.epoch == epoch
    start = Trainer(run.experiment)
    run.set_weights(start.network.weights())
    run.apply(replace(run.experiment, training=replace(run.experiment.training, learning_rate=1e-3)))
    run.step()
    assert run.updates == divergence.update


def test_a_learning_rate_of_ten_explodes() -> None:
    layers = (DenseSpec(units=16, activation=ActivationKind.RELU),) * 3
    divergence, params, _ = diverge(trainer(layers, sigma=1.0))
    assert divergence.update < 1000
    assert np.isfinite(params).all()


def test_names_the_first_layer_whose_activations_overflow() -> None:
    layers = (DenseSpec(units=4, activation=ActivationKind.LINEAR),) * 3
    run = trainer(layers)
    for layer, block in run.network.blocks(run.network.params):
        block[...] = 1e15 if layer.name != "Dense 1" else 1.0
    with pytest.raises(Diverged, match=r"in the first update: the activations of Output became infinite") as caught:
        run.step()
    assert caught.value.layer == "Output"
    run.network.params[...] = 1e38
    with pytest.raises(Diverged, match="the activations of Dense 1"):
        run.step()


def test_names_the_layer_whose_gradient_overflows() -> None:
    """Inputs tiny, so nothing overflows forwards; the last weights huge, so the gradient does backwards."""
    run = trainer((DenseSpec(units=4, activation=ActivationKind.LINEAR),) * 3)
    blocks = {layer.name: block for layer, block in run.network.blocks(run.network.params)}
    for name, block in blocks.items():
        block[...] = 0 if name == "Dense 1" else np.random.default_rng(0).normal(0, 1e15, block.shape)
        block[-1] = 0
    with pytest.raises(Diverged, match="the gradient of Dense 1"):
        run.step()


def test_an_overflow_in_the_step_itself_is_taken_back() -> None:
    run = trainer(optimizer=OptimizerKind.MOMENTUM, momentum=0.9)
    run.step()
    run.optimizer.memory["v"][...] = 3.4e38
    run.network.params[...] = 1e10
    params, state = run.network.params.copy(), run.optimizer.state()
    with pytest.raises(Diverged, match="the weights of Dense 1"):
        run.step()
    assert np.array_equal(run.network.params, params)
    np.testing.assert_equal(run.optimizer.memory, state.arrays)


def test_an_overflow_in_the_memory_is_taken_back() -> None:
    """√∞ in the denominator gives a step of 0, so the weights look innocent."""
    run = trainer((), optimizer=OptimizerKind.RMSPROP, learning_rate=1e-3, l2=10.0)
    run.step()
    run.network.params[...] *= 1e21
    params, state = run.network.params.copy(), run.optimizer.state()
    with pytest.raises(Diverged, match="the optimiser's memory of Output"):
        run.step()
    assert np.array_equal(run.network.params, params)
    np.testing.assert_equal(run.optimizer.memory, state.arrays)


@pytest.mark.parametrize("optimizer", [OptimizerKind.ADAMW, OptimizerKind.LION])
def test_weight_decay_that_overshoots_is_noticed_without_a_gradient(optimizer: OptimizerKind) -> None:
    """Saturated tanh units have no gradient, and yet their weights grow a hundredfold at every step."""
    layers = (DenseSpec(units=4, activation=ActivationKind.TANH),)
    run = trainer(layers, optimizer=optimizer, weight_decay=10.0)
    divergence, params, _ = diverge(run, 100)
    assert np.isfinite(params).all()
    assert np.array_equal(run.network.params, params)
    assert divergence.update > 10


def test_running_statistics_are_taken_back() -> None:
    layers = (DenseSpec(units=4, activation=ActivationKind.LINEAR), BatchNormSpec())
    run = trainer(layers)
    run.step()
    statistics = run.network.statistics.copy()
    run.network.params[...] = 3e38
    with pytest.raises(Diverged):
        run.step()
    assert np.isfinite(statistics).all()
    np.testing.assert_array_equal(run.network.statistics, statistics)


def test_a_merely_long_gradient_goes_on() -> None:
    """Squares that overflow in 32 bits are looked at twice: the gradient itself is finite."""
    run = trainer((), learning_rate=1e-5, l2=10.0)
    run.network.params[...] = np.where(run.network.penalized, 1e25, 0)
    run.step()
    assert np.isfinite(run.network.params).all()
    assert run.updates == 1


def test_clipping_keeps_a_long_gradient_at_bay() -> None:
    run = trainer((), learning_rate=0.1, l2=10.0, clip_norm=1.0)
    run.network.params[...] = np.where(run.network.penalized, 1e25, 0)
    run.step()
    assert float(np.linalg.norm(run.network.grads)) == pytest.approx(1, rel=1e-5)


def test_squared_error_on_a_linear_network_at_rate_ten() -> None:
    spec = Experiment(
        dataset=PlaneSpec(kind=DatasetKind.SINE, samples=100),
        layers=(DenseSpec(units=4, activation=ActivationKind.LINEAR),),
        training=TrainingSpec(loss=LossKind.MEAN_SQUARED_ERROR, learning_rate=10.0),
    )
    divergence, params, _ = diverge(Trainer(spec), 200)
    assert divergence.update < 100
    assert np.isfinite(params).all()
