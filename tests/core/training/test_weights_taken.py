"""Weights go out of a network and into another, running statistics included; what does not fit changes nothing."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec, Experiment, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import OptimizerKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec
from nnstudio.core.network.weights import Weights
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Probe, Status
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.run import Run
from nnstudio.core.training.trainer import Trainer

EXPERIMENT = Experiment(layers=(DenseSpec(units=4), BatchNormSpec(), DenseSpec(units=3), BatchNormSpec()))


def trained(updates: int = 20) -> Trainer:
    trainer = Trainer(EXPERIMENT)
    for _ in range(updates):
        trainer.step()
    return trainer


def test_another_network_predicts_the_same() -> None:
    trainer = trained()
    weights = trainer.network.weights()
    assert weights.statistics is not None
    assert weights.statistics.shape == (2 * 4 + 2 * 3,)
    other = Trainer(EXPERIMENT)
    other.set_weights(weights)
    assert other.evaluate() == trainer.evaluate()
    again = other.network.weights()
    assert again.params.tobytes() == weights.params.tobytes()
    assert again.statistics is not None
    assert again.statistics.tobytes() == weights.statistics.tobytes()


def test_without_statistics_they_begin_anew() -> None:
    trainer = trained()
    trainer.set_weights(Weights(trainer.network.weights().params))
    statistics = trainer.network.weights().statistics
    assert statistics is not None
    assert statistics.tolist() == [0] * 4 + [1] * 4 + [0] * 3 + [1] * 3


def test_a_frame_keeps_its_statistics_while_training_goes_on() -> None:
    trainer = trained()
    frame = Observer(trainer, 1).frame(Probe.NOTHING)
    gathered = ["running_mean" in layer.arrays for layer in frame.model.layers]
    assert gathered == [False, True, False, True, False]
    then = trainer.network.weights().statistics
    trainer.step()
    assert frame.weights.statistics is not None
    np.testing.assert_array_equal(frame.weights.statistics, then)
    with pytest.raises(ValueError, match="read-only"):
        frame.model.layers[1].arrays["running_mean"][0] = 1


def statistics(place: int, value: float) -> np.ndarray:
    vector = np.ones(14, np.float32)
    vector[place] = value
    return vector


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.ones(13), "13 running means and variances do not fit a network with 14"),
        (np.ones((2, 7)), "do not fit"),
        (statistics(0, np.nan), "BatchNorm 1 needs 4 finite"),
        (statistics(2, 1).astype(np.float64) * 1e300, "BatchNorm 1 needs 4 finite"),
        (statistics(5, -0.5), "BatchNorm 1 needs 4 finite"),
        (statistics(13, -0.5), "BatchNorm 2 needs 3 finite"),
    ],
    ids=["size", "shape", "NaN", "too large", "negative", "second"],
)
def test_what_does_not_fit_is_refused_whole(wrong: np.ndarray, says: str) -> None:
    answers: list[commands.Answer] = []
    run = Run(outbox=answers.append)
    run.obey(commands.Begin(EXPERIMENT))
    run.obey(commands.Step(5))
    while run.busy:
        run.work(inf, lambda: False)
    network = run.trainer.network
    before = network.weights()
    run.obey(commands.SetWeights(Weights(before.params + 1, wrong)))
    assert says in answers[-1].refusal
    assert run.frame().status is Status.PAUSED
    after = network.weights()
    np.testing.assert_array_equal(after.params, before.params)
    assert before.statistics is not None
    np.testing.assert_array_equal(after.statistics, before.statistics)


def test_running_means_may_be_negative() -> None:
    trainer = Trainer(EXPERIMENT)
    trainer.set_weights(Weights(trainer.network.params.copy(), statistics(3, -0.5)))
    assert np.isfinite(trainer.evaluate().train_loss)


def test_a_dense_network_has_no_statistics_and_takes_none() -> None:
    trainer = Trainer(Experiment())
    weights = trainer.network.weights()
    assert weights.statistics is not None
    assert weights.statistics.size == 0
    trainer.set_weights(weights)
    with pytest.raises(ValueError, match="14 running means and variances do not fit a network with 0"):
        trainer.set_weights(Weights(weights.params, np.ones(14)))


def test_the_optimizer_begins_anew_as_it_was_asked_for() -> None:
    spec = TrainingSpec(optimizer=OptimizerKind.MOMENTUM, momentum=0.3, learning_rate=0.1)
    fresh, other = Trainer(Experiment(training=spec)), Trainer(Experiment(training=spec))
    other.set_weights(fresh.network.weights())
    for _ in range(3):
        fresh.step()
        other.step()
    assert other.network.params.tobytes() == fresh.network.params.tobytes()


def test_rules_for_stopping_begin_anew_with_other_weights() -> None:
    trainer = Trainer(replace(EXPERIMENT, stopping=StoppingSpec(patience=5.0, updates=3)))
    for _ in range(3):
        trainer.step()
    assert trainer.stop_reason
    trainer.set_weights(trainer.network.weights())
    assert trainer.stopping.best.weights is None
    trainer.step()
    assert trainer.stop_reason, "the rule is met once more"


@pytest.mark.parametrize("updates", range(30, 40))
def test_patience_begins_with_other_weights_and_a_saved_run_has_as_much_of_it(updates: int) -> None:
    trainer = Trainer(replace(EXPERIMENT, stopping=StoppingSpec(patience=0.3)))
    for _ in range(updates):
        trainer.step()
    trainer.set_weights(trainer.network.weights())
    again = Trainer.resumed(trainer.state())
    assert trainer.stopping.best.seen == trainer.batches.seen
    for _ in range(20):
        trainer.step()
        again.step()
        assert again.stopping.best.updates == trainer.stopping.best.updates


def test_another_penalty_is_measured_at_once() -> None:
    trainer = trained()
    assert trainer.evaluate().penalty == 0
    trainer.apply(replace(EXPERIMENT, training=replace(EXPERIMENT.training, l2=1.0)))
    assert trainer.evaluate().penalty > 0
