"""What the last update did is there whenever somebody looks: when a run rests, has ended, has failed, is opened."""

from dataclasses import replace

import numpy as np
import pytest
from trainers import trainer, walk

from nnstudio.core.experiment import PlaneSpec, StoppingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, LossKind
from nnstudio.core.network.surgery import SetParameter
from nnstudio.core.training.last_update import LayerUpdate
from nnstudio.core.training.trainer import Diverged, Trainer


def test_before_the_first_update_there_is_none() -> None:
    run = trainer()
    assert run.last_update == run.state().last_update == {}


def test_norms_and_ratios_are_those_of_the_weights() -> None:
    run = walk(trainer(np.float64), 3)
    run.step(keep_change=True)
    assert run.change is not None
    assert [*run.last_update] == [1, 2, 0]
    start = 0
    for layer, update in zip(run.network.layers, run.last_update.values(), strict=True):
        weights = slice(start, start + layer.parameter_shape[1] * (layer.parameter_shape[0] - 1))
        start += layer.parameter_shape[0] * layer.parameter_shape[1]
        assert update.gradient == pytest.approx(np.sqrt(np.sum(run.network.grads[weights] ** 2)))
        moved, size = (np.sqrt(np.sum(vector[weights] ** 2)) for vector in (run.change, run.network.params))
        assert update.ratio == pytest.approx(moved / size)


def test_weights_of_zero_that_stay_have_not_moved() -> None:
    run = trainer()
    run.network.params[...] = 0
    run.step(keep_change=True)
    assert run.last_update[1] == LayerUpdate(0.0, 0.0)


def test_a_resumed_run_knows_what_its_last_update_did() -> None:
    run = walk(trainer(), 40)
    state = run.state()
    again = Trainer.resumed(state)
    assert again.last_update == state.last_update == again.state().last_update == run.last_update
    assert not again.gradient_is_known
    again.step()
    assert again.last_update[1].gradient != state.last_update[1].gradient
    assert again.last_update[1].ratio is not None, "the one before, until an update keeps its change"


def test_a_state_of_another_time_brings_back_what_was_then() -> None:
    run = walk(trainer(), 10)
    then = run.state()
    walk(run, 10)
    assert run.last_update != then.last_update
    run.restore(then)
    assert run.last_update == then.last_update


def test_other_weights_have_no_last_update() -> None:
    run = walk(trainer(), 10)
    run.set_weights(run.network.weights())
    assert run.last_update == {}


def test_a_hand_on_the_weights_leaves_what_the_last_update_did() -> None:
    run = walk(trainer(), 10)
    run.step(keep_change=True)
    before = run.last_update
    run.operate(SetParameter(1, "weight", (0, 0), 40.0))
    assert before
    assert run.last_update == before, "and not against the length of the weights of now"
    assert Trainer.resumed(run.state()).last_update == before
    assert not run.gradient_is_known
    run.step()
    assert run.last_update[1].gradient != before[1].gradient


def test_of_a_divergence_the_gradient_that_was_its_end_is_kept() -> None:
    run = trainer(layers=(8,) * 4, learning_rate=10.0, loss=LossKind.MEAN_SQUARED_ERROR)
    linear = tuple(replace(layer, activation=ActivationKind.LINEAR) for layer in run.experiment.layers)
    run = Trainer(replace(run.experiment, layers=linear, dataset=PlaneSpec(kind=DatasetKind.HILLS, samples=60)))
    with pytest.raises(Diverged):
        walk(run, 200)
    assert not run.gradient_is_known
    assert not all(np.isfinite(update.gradient) for update in run.last_update.values())
    assert None not in [update.ratio for update in run.last_update.values()], "of the update before"
    assert repr(Trainer.resumed(run.state()).last_update) == repr(run.last_update)


def test_who_loses_patience_takes_the_best_weights_and_keeps_the_last_gradients() -> None:
    run = trainer(learning_rate=3.0)
    run.apply(replace(run.experiment, stopping=StoppingSpec(patience=2)))
    while run.stop_reason is None:
        run.step()
    assert "no better" in run.stop_reason
    assert all(update.gradient > 0 and update.ratio for update in run.last_update.values())
