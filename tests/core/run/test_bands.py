"""How layers have lain over time: what a row says, when one is made, and what becomes of it."""

from dataclasses import replace

import numpy as np
import pytest
from driven import PLANE, Driven
from same_state import assert_same

from nnstudio.core.experiment import DenseSpec, Experiment, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, OptimizerKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, DropoutSpec
from nnstudio.core.network.network import Pass
from nnstudio.core.network.surgery import Freeze
from nnstudio.core.presets import default_experiment
from nnstudio.core.run import commands
from nnstudio.core.run.bands import ROWS, Bands
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.spread import PERCENTILES, VALUES, BandsPrefix, spread
from nnstudio.core.training.trainer import Trainer

BOTH = Probe.ACTIVATIONS | Probe.GRADIENTS
TWO = replace(PLANE, layers=(DenseSpec(units=4, key=1), DenseSpec(units=3, key=2)))


def bands_of(driven: Driven) -> BandsPrefix:
    bands = driven.run.frame().bands
    assert bands is not None
    return bands


def known(column: np.ndarray) -> list[bool]:
    return np.isfinite(column[:, 2]).tolist()


# What a row says.


@pytest.mark.parametrize("count", [1, 2, 3, 7, 100, 4097, VALUES])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_spread_is_numpys(count: int, dtype: type) -> None:
    values = np.random.default_rng(count).normal(0, 3, count).astype(dtype)
    exact = values.astype(np.float64)
    np.testing.assert_allclose(spread(values), np.percentile(exact, PERCENTILES), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(spread(values, sizes=True), np.percentile(np.abs(exact), PERCENTILES), rtol=1e-13)


def test_of_very_many_numbers_some_are_taken_evenly() -> None:
    values = np.random.default_rng(1).normal(0, 1, (1024, 128)) * np.linspace(0.1, 1, 128)
    np.testing.assert_allclose(spread(values), np.percentile(values, PERCENTILES), atol=0.02)


def test_what_is_not_a_number_has_no_spread() -> None:
    assert np.isnan(spread(np.array([1.0, np.nan, 2.0]))).all()
    assert np.isnan(spread(np.array([]))).all()
    assert spread(np.array([1.0, 1.0, 2.0, np.inf]))[:3].tolist() == [1.0, 1.0, 1.5]
    assert spread(np.array([np.inf] * 3)).tolist() == [np.inf] * 5


def test_a_row_has_the_percentiles_of_the_layers_answers_and_gradients() -> None:
    kinds = ActivationKind.RELU, ActivationKind.SIGMOID
    layers = tuple(DenseSpec(units=4, activation=kind, key=key) for key, kind in enumerate(kinds, start=1))
    trainer, bands = Trainer(replace(PLANE, layers=layers)), Bands()
    for _ in range(3):
        trainer.step()
    trainer.network.layers[0].params[-1, 0] = -100.0  # a dead unit
    bands.note(trainer, BOTH)
    inputs = trainer.dataset.train.augmented
    done = Pass(trainer.network, inputs)
    done.forward()
    prefix = bands.prefix()
    assert prefix.updates.tolist() == [3]
    for layer, stage in zip(trainer.network.layers[:2], done.stages, strict=False):
        band, values = prefix.layers[layer.key], stage.output.values
        np.testing.assert_allclose(band.activations[0], np.percentile(values, PERCENTILES), rtol=1e-5, atol=1e-7)
    probabilities = 1 / (1 + np.exp(-done.logits))
    np.testing.assert_allclose(
        prefix.layers[0].activations[0], np.percentile(probabilities, PERCENTILES), rtol=1e-5, atol=1e-7
    )
    assert prefix.layers[1].dead[0] == 0.25
    assert np.isnan(prefix.layers[1].saturated[0])
    assert prefix.layers[2].saturated[0] == pytest.approx((np.abs(done.stages[1].output.values - 0.5) > 0.485).mean())
    assert np.isnan([prefix.layers[0].dead[0], prefix.layers[0].saturated[0]]).all(), "a sure answer is no fault"
    blocks = {layer.key: block for layer, block in trainer.network.blocks(trainer.network.grads)}
    for key, block in blocks.items():
        wanted = np.percentile(np.abs(block[:-1]), PERCENTILES)
        np.testing.assert_allclose(prefix.layers[key].gradients[0], wanted, rtol=1e-5, atol=1e-9)


def test_a_frozen_layer_has_no_gradient() -> None:
    driven = Driven(TWO)
    driven(commands.Watch(BOTH))
    driven(commands.Operate(Freeze(1)))
    driven(commands.Step(1))
    assert bands_of(driven).layers[1].gradients[-1].tolist() == [0.0] * 5
    assert bands_of(driven).layers[2].gradients[-1].min() > 0


# When one is made.


def test_a_row_at_every_update_from_the_first_look_on() -> None:
    driven = Driven(TWO)
    driven(commands.Step(3))
    assert driven.run.frame().bands is None, "nobody looks"
    driven(commands.Watch(BOTH))
    assert bands_of(driven).updates.tolist() == [3], "and a picture of what rests has one as well"
    driven(commands.Step(4))
    bands = bands_of(driven)
    assert bands.updates.tolist() == [3, 4, 5, 6, 7]
    assert [*bands.layers] == [1, 2, 0]
    for band in bands.layers.values():
        assert known(band.activations) == known(band.gradients) == [True] * 5


def test_before_the_first_update_there_are_activations_and_no_gradients() -> None:
    driven = Driven(TWO)
    driven(commands.Watch(Probe.GRADIENTS))
    assert bands_of(driven).updates.tolist() == []
    driven(commands.Watch(BOTH))
    driven(commands.Step(1))
    bands = bands_of(driven)
    assert bands.updates.tolist() == [1]
    driven(commands.Back(1))
    bands = bands_of(driven)
    assert bands.updates.tolist() == [0]
    assert (known(bands.layers[1].activations), known(bands.layers[1].gradients)) == ([True], [False])


def test_in_the_middle_of_an_update_no_row_is_made_of_what_is_half_done() -> None:
    driven = Driven(TWO)
    driven(commands.Step(3))
    for _ in range(3):
        driven(commands.StepPhase())
    driven(commands.Watch(BOTH))
    assert bands_of(driven).updates.tolist() == []
    driven(commands.StepPhase())
    assert bands_of(driven).updates.tolist() == [4]


def test_while_nobody_looks_there_is_a_gap() -> None:
    driven = Driven(TWO)
    for probes in (BOTH, Probe.OUTPUT, BOTH):
        driven(commands.Watch(probes))
        driven(commands.Step(2))
    assert bands_of(driven).updates.tolist() == [1, 2, 5, 6]


def test_what_one_card_alone_looked_at_is_not_known_of_the_other() -> None:
    driven = Driven(TWO)
    for probes in (Probe.ACTIVATIONS, Probe.GRADIENTS, BOTH):
        driven(commands.Watch(probes))
        driven(commands.Step(2))
    band = bands_of(driven).layers[1]
    assert known(band.activations) == [True, True, False, False, True, True]
    assert known(band.gradients) == [False, False, True, True, True, True]


def test_whoever_begins_to_look_while_it_rests_completes_the_row() -> None:
    driven = Driven(TWO)
    driven(commands.Watch(Probe.GRADIENTS))
    driven(commands.Step(2))
    before = bands_of(driven)
    driven(commands.Watch(BOTH))
    after = bands_of(driven)
    assert after.updates.tolist() == [1, 2]
    assert known(after.layers[1].activations) == [False, True]
    assert known(before.layers[1].activations) == [False, False], "what was handed out stays as it was"


def test_a_long_run_thins_out_in_order_and_within_bounds() -> None:
    trainer, bands, most = Trainer(TWO), Bands(), 0
    early = None
    for _ in range(5 * ROWS):
        bands.note(trainer, BOTH)
        most = max(most, len(bands))
        early = bands.prefix() if trainer.updates == 100 else early
        trainer.step()
    prefix = bands.prefix()
    assert most < ROWS
    assert (prefix.interval, len(prefix)) == (8, 5 * ROWS // 8)
    assert np.diff(prefix.updates).tolist() == [8] * (len(prefix) - 1)
    assert early is not None
    assert early.updates.tolist() == list(range(101)), "cells once written never change"
    shared = [row for row in range(101) if row % 8 == 0]
    for key, band in early.layers.items():
        np.testing.assert_array_equal(band.gradients[shared], prefix.layers[key].gradients[: len(shared)])
    assert not any(column.flags.writeable for column in (prefix.updates, prefix.layers[1].activations))


def test_the_rows_know_no_clock() -> None:
    """The same run gives the same rows, however often pictures are made of it."""
    runs = Driven(TWO), Driven(TWO)
    for driven in runs:
        driven(commands.Watch(BOTH))
    runs[0](commands.Step(600))
    for _ in range(60):
        runs[1](commands.Step(10))
        runs[1].run.frame()
    first, second = map(bands_of, runs)
    assert first.updates.tolist()[-1] == second.updates.tolist()[-1] == 600
    rows = np.isin(second.updates, first.updates)
    for key, band in first.layers.items():
        np.testing.assert_array_equal(band.activations, second.layers[key].activations[rows])


# What becomes of them.


def test_back_cuts_them_off() -> None:
    driven = Driven(TWO)
    driven(commands.Watch(BOTH))
    driven(commands.Step(10))
    there = bands_of(driven)
    driven(commands.Back(4))
    assert bands_of(driven).updates.tolist() == [1, 2, 3, 4, 5, 6]
    driven(commands.Step(4))
    again = bands_of(driven)
    assert again.updates.tolist() == there.updates.tolist()
    np.testing.assert_array_equal(again.layers[1].gradients, there.layers[1].gradients)


def test_back_to_the_beginning_begins_dense_again() -> None:
    driven = Driven(TWO)
    driven(commands.Watch(BOTH))
    driven(commands.Step(3 * ROWS))
    assert bands_of(driven).interval == 4
    driven(commands.Back(3 * ROWS))
    assert bands_of(driven).updates.tolist() == [0]
    driven(commands.Step(2))
    assert bands_of(driven).updates.tolist() == [0, 1, 2]


def test_an_edit_keeps_the_layers_that_stay() -> None:
    driven = Driven(TWO)
    driven(commands.Watch(BOTH))
    driven(commands.Step(3))
    driven(
        commands.Edit(driven.layers(DenseSpec(units=6, key=1), DenseSpec(units=2, key=3), DenseSpec(units=3, key=2)))
    )
    driven(commands.Step(2))
    bands = bands_of(driven)
    assert [*bands.layers] == [1, 3, 2, 0]
    assert bands.updates.tolist() == [1, 2, 3, 4, 5]
    assert [known(band.gradients).index(True) for band in bands.layers.values()] == [0, 3, 0, 0]
    driven(commands.Edit(driven.layers(DenseSpec(units=6, key=1))))
    driven(commands.Step(1))
    assert [*bands_of(driven).layers] == [1, 0]


def test_an_edit_without_new_layers_and_an_operation_go_on() -> None:
    driven = Driven(TWO)
    driven(commands.Watch(BOTH))
    driven(commands.Step(2))
    driven(commands.Edit(driven.training(learning_rate=0.5)))
    driven(commands.Step(2))
    driven(commands.Operate(Freeze(1)))
    driven(commands.Step(2))
    assert bands_of(driven).updates.tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "anew",
    [commands.Begin(TWO), commands.Edit(replace(TWO, layers=(DenseSpec(units=9, key=1),)), keep=False)],
)
def test_a_restart_begins_anew(anew: commands.Command) -> None:
    driven = Driven(TWO)
    driven(commands.Watch(BOTH))
    driven(commands.Step(5))
    driven(anew)
    assert bands_of(driven).updates.tolist() == [0]
    driven(commands.Step(2))
    assert bands_of(driven).updates.tolist() == [0, 1, 2]


def test_undo_cuts_what_came_later_and_what_belongs_to_another_run_begins_anew() -> None:
    driven = Driven(TWO)
    driven(commands.Watch(BOTH))
    driven(commands.Step(3))
    driven(commands.Edit(driven.layers(DenseSpec(units=4, key=1))))
    ticket = max(driven.answers)
    driven(commands.Step(3))
    driven(commands.PutBack(ticket))
    bands = bands_of(driven)
    assert bands.updates.tolist() == [1, 2, 3]
    assert known(bands.layers[1].gradients) == [True] * 3
    driven(commands.Begin(TWO))
    begun = max(driven.answers)
    driven(commands.Step(2))
    driven(commands.PutBack(begun))
    assert bands_of(driven).updates.tolist() == [3]


def test_a_recovery_cuts_what_led_astray() -> None:
    driven = Driven(TWO)
    driven(commands.Watch(BOTH))
    driven(commands.Step(5))
    driven(commands.SetWeights(driven.run.trainer.network.weights()))
    driven.run.trainer.network.params[...] = 50
    driven(commands.Step(3))
    assert bands_of(driven).updates[-1] == 8
    driven(commands.Recover(0.001))
    assert driven.run.trainer.updates == 5
    driven(commands.Pause())
    assert bands_of(driven).updates.tolist() == [1, 2, 3, 4, 5]


# It never touches the run.


NOISY = replace(
    PLANE,
    layers=(
        DenseSpec(units=6, activation=ActivationKind.RELU),
        BatchNormSpec(),
        DropoutSpec(rate=0.3),
        DenseSpec(units=4),
    ),
)


@pytest.mark.parametrize("experiment", [default_experiment(DatasetKind.SPIRALS), NOISY, TWO])
def test_a_run_that_is_watched_goes_on_to_the_same_bits(experiment: Experiment) -> None:
    watched, alone = Driven(experiment), Driven(experiment)
    watched(commands.Watch(BOTH))
    for driven in (watched, alone):
        driven(commands.Step(40))
        driven(commands.StepPhase())
        driven.run.frame()
        driven(commands.StepPhase())
        driven(commands.Step(30))
        driven(commands.Back(20))
        driven(commands.Edit(driven.training(learning_rate=0.02)))
        driven(commands.Step(30))
    assert len(bands_of(watched)) == 80
    assert_same(replace(watched.state(), seconds=0), replace(alone.state(), seconds=0))


def test_a_run_that_diverges_keeps_what_it_was() -> None:
    driven = Driven(replace(TWO, layers=(DenseSpec(units=4, activation=ActivationKind.RELU, key=1),)))
    driven(commands.Watch(BOTH))
    driven(commands.Step(5))
    driven(commands.Edit(replace(driven.experiment, training=TrainingSpec(optimizer=OptimizerKind.SGD, batch_size=10))))
    weights = driven.run.trainer.network.params
    weights *= np.float32(1e19)
    driven(commands.Step(50))
    bands = bands_of(driven)
    assert bands.updates[-1] == driven.run.trainer.updates
    assert (np.diff(bands.updates) == 1).all()
