"""A job is a function of its experiment: the bits of a trainer, wherever it was paused in between."""

from dataclasses import fields, replace

import numpy as np
import pytest
from same_state import assert_same

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment, StoppingSpec
from nnstudio.core.experiment.choices import ScheduleKind, Task
from nnstudio.core.experiment.network_text import parse_layers
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.presets import PRESETS, default_experiment
from nnstudio.core.sweep.curve import POINTS, thinned
from nnstudio.core.sweep.datasets import provide
from nnstudio.core.sweep.job import Ending, Job, ended, run_job
from nnstudio.core.sweep.learned import Target
from nnstudio.core.training.trainer import Trainer

CIRCLE = replace(PRESETS["circle"].experiment, stopping=StoppingSpec(updates=300))
NOISY = replace(
    CIRCLE,
    layers=parse_layers("8 tanh, batch norm, dropout 0.2, 8 ReLU"),
    dataset=replace(CIRCLE.dataset, validation_share=0.2),
    training=replace(CIRCLE.training, schedule=ScheduleKind.PLATEAU, schedule_period=1.0),
    stopping=StoppingSpec(epochs=12.5, patience=3),
)


def test_it_is_what_a_trainer_makes_of_it() -> None:
    outcome = run_job(Job(CIRCLE))
    trainer = Trainer(CIRCLE)
    while trainer.stop_reason is None:
        trainer.step()
    assert_same(outcome.state, trainer.state())
    assert_same(outcome.result.metrics, trainer.evaluate(exact=True))
    assert (outcome.result.ending, outcome.result.updates) == (Ending.FINISHED, 300)
    assert outcome.result.sentence == "Stopped after 300 updates, as asked."


@pytest.mark.parametrize("experiment", [CIRCLE, NOISY], ids=["plain", "noisy"])
def test_paused_and_gone_on_it_is_the_same(experiment: Experiment) -> None:
    whole, state = run_job(Job(experiment)), None
    for share in (0.1, 0.1, 0.5):
        part = run_job(Job(experiment, state, share))
        assert part.result.ending is Ending.PAUSED
        state = part.state
    last = run_job(Job(experiment, state))
    assert_same(last.state, whole.state)
    assert_same(last.result, whole.result)


def test_it_pauses_at_its_share_of_the_length() -> None:
    assert run_job(Job(CIRCLE, share=0.25)).result.updates == 75
    by_epochs = replace(CIRCLE, stopping=StoppingSpec(epochs=10))
    assert run_job(Job(by_epochs, share=0.25)).result.epoch == pytest.approx(2.5, abs=0.05)
    with pytest.raises(SettingError, match="length is known"):
        Job(replace(CIRCLE, stopping=StoppingSpec(patience=5)), share=0.5)


def test_no_clock_ends_it() -> None:
    with pytest.raises(SettingError, match="by the clock"):
        Job(replace(CIRCLE, stopping=StoppingSpec(updates=5, seconds=1)))
    assert ended(replace(CIRCLE, stopping=StoppingSpec(loss=0.1))).stopping == StoppingSpec(loss=0.1, epochs=100)
    assert ended(replace(CIRCLE, stopping=StoppingSpec(patience=1))).stopping == StoppingSpec(patience=1)


def test_it_stops_when_the_target_of_the_experiment_is_reached() -> None:
    result = run_job(Job(replace(CIRCLE, stopping=StoppingSpec(epochs=200, accuracy=0.9)))).result
    assert result.metrics.test_accuracy >= 0.9
    assert result.learned_at == result.updates < 200 * 25
    assert "accuracy reached" in result.sentence


def test_without_a_target_nineteen_of_twenty_must_be_right_at_the_end() -> None:
    long, short = (run_job(Job(replace(CIRCLE, stopping=StoppingSpec(epochs=epochs)))).result for epochs in (100, 2))
    assert long.metrics.test_accuracy >= 0.95
    assert long.learned_at is not None
    assert long.learned_at < long.updates == 2500
    curve = long.curve
    assert not (curve.test_accuracy[curve.update < long.learned_at] >= 0.95).any()
    assert short.metrics.test_accuracy < 0.95
    assert short.learned_at is None


def test_the_validation_examples_decide_where_there_are_some() -> None:
    spec = replace(CIRCLE.dataset, validation_share=0.3)
    result = run_job(Job(replace(CIRCLE, dataset=spec, stopping=StoppingSpec(epochs=200, loss=0.2)))).result
    assert result.metrics.validation_loss is not None
    assert result.metrics.validation_loss <= 0.2
    assert result.learned_at == result.updates


def test_the_target_in_words() -> None:
    assert Target.of(StoppingSpec()).words(Task.BINARY, "test") == "a test accuracy of at least 95 %"
    assert Target.of(StoppingSpec()).words(Task.REGRESSION, "validation") == "a validation R² of at least 0.95"
    both = Target.of(StoppingSpec(accuracy=1, loss=0.125))
    assert both.words(Task.BINARY, "test") == "a test accuracy of at least 100 % or a test loss of at most 0.125"
    assert Target.of(StoppingSpec(loss=0.1)) == Target(0, 0.1)


def test_what_diverges_keeps_its_last_finite_state_and_has_learned_nothing() -> None:
    hills = PRESETS["hills"].experiment
    wild = replace(
        hills, training=replace(PRESETS["circle"].experiment.training, loss=hills.training.loss, learning_rate=10.0)
    )
    outcome = run_job(Job(wild))
    assert outcome.result.ending is Ending.DIVERGED
    assert "diverged" in outcome.result.sentence
    assert outcome.result.learned_at is None
    assert outcome.state is not None
    assert np.isfinite(outcome.state.params).all()


@pytest.mark.parametrize(
    ("experiment", "said"),
    [
        (replace(CIRCLE, layers=parse_layers("conv 4 3x3 ReLU")), "image"),
        (PRESETS["mnist"].experiment, "read from files"),
    ],
    ids=["misfit", "no data"],
)
def test_what_cannot_be_trained_says_why(experiment: Experiment, said: str) -> None:
    outcome = run_job(Job(experiment))
    assert outcome.result.ending is Ending.FAILED
    assert said in outcome.result.sentence
    assert outcome.state is None
    assert np.isnan(outcome.result.metrics.test_loss)


def test_a_table_is_trained_on_where_it_was_provided() -> None:
    random = np.random.default_rng(1)
    inputs = random.normal(size=(80, 3))
    data = Dataset.from_arrays(inputs, (inputs[:, 0] > 0).astype(int))
    experiment = replace(default_experiment(data.spec), stopping=StoppingSpec(updates=20))
    assert run_job(Job(experiment)).result.ending is Ending.FAILED
    provide(data)
    outcome = run_job(Job(experiment))
    trainer = Trainer(experiment, dataset=data)
    while trainer.stop_reason is None:
        trainer.step()
    assert_same(outcome.state, trainer.state())


def test_the_curve_is_thin_and_has_both_ends() -> None:
    outcome = run_job(Job(replace(CIRCLE, stopping=StoppingSpec(updates=20_000))))
    assert outcome.state is not None
    rows, curve = outcome.state.history.rows, outcome.result.curve
    measured = rows.update[~np.isnan(rows.test_loss)]
    assert len(measured) > 2 * POINTS
    assert POINTS / 2 < len(curve) <= POINTS
    assert (curve.update[0], curve.update[-1]) == (measured[0], measured[-1])
    assert (np.diff(curve.update) > 0).all()
    places = np.searchsorted(rows.update, curve.update)
    for field in fields(rows):
        assert_same(getattr(curve, field.name), getattr(rows, field.name)[places])
    assert len(thinned(curve)) == len(curve)
