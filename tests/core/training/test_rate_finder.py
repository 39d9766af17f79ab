"""Which learning rate suits: on a quadratic whose limit is known, with every optimizer, and nothing else notices."""

from dataclasses import replace

import numpy as np
import pytest
from same_state import assert_same

from nnstudio.core.experiment import Experiment, with_optimizer
from nnstudio.core.experiment.choices import DatasetKind, LossKind, OptimizerKind, ScheduleKind
from nnstudio.core.experiment.layer_specs import DropoutSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.rate_finder import (
    BEGINNING,
    HIGHEST,
    KEPT,
    LOWEST,
    RangeTest,
    RateFinder,
    all_rates,
    first_state,
    rounded,
)
from nnstudio.core.training.trainer import Trainer

CIRCLE = default_experiment(DatasetKind.CIRCLE)
PLANE = default_experiment(DatasetKind.PLANE)


def found_by(finder: RateFinder) -> RangeTest:
    *_, last = finder.tests()
    return last


def quadratic() -> tuple[Trainer, float]:
    """A linear network under the mean squared error, all examples in one batch: L = (w − w*)ᵀ H (w − w*) / 2 + c with
    H = 2 XᵀX / n. Gradient descent contracts while η < 2 / λ, with λ the largest eigenvalue of H."""
    training = replace(PLANE.training, batch_size=10_000, optimizer=OptimizerKind.SGD, l1=0, l2=0)
    experiment = replace(PLANE, layers=(), training=replace(training, loss=LossKind.MEAN_SQUARED_ERROR))
    trainer = Trainer(experiment, dtype=np.float64)
    inputs = trainer.dataset.train.augmented
    return trainer, float(np.linalg.eigvalsh(2 * inputs.T @ inputs / len(inputs))[-1])


def test_on_a_quadratic_it_finds_the_limit_that_is_known() -> None:
    trainer, largest = quadratic()
    found, limit = found_by(RateFinder(trainer.state(), trainer.dataset)), 2 / largest
    assert found.lowest is not None
    assert found.tenth is not None
    assert found.steepest is not None
    assert limit / 10 < found.lowest < 2 * limit
    assert found.tenth == found.lowest / 10 < limit
    assert found.steepest < limit
    assert limit < found.rates[-1] < 30 * limit
    assert "4 times its lowest" in found.end
    # Each update by hand: the same gradient descent on the same quadratic.
    inputs, truth = trainer.dataset.train.augmented, trainer.dataset.train.targets
    w = trainer.network.params.reshape(-1, 1).copy()
    for rate, loss in zip(found.rates[:200], found.losses, strict=False):
        assert loss == pytest.approx(float(np.square(inputs @ w - truth).mean()), rel=1e-9)
        w -= rate * 2 * inputs.T @ (inputs @ w - truth) / len(inputs)
    # With the rate that is proposed it learns, beyond the limit it does not.
    for rate, learns in ((rounded(found.tenth), True), (1.05 * limit, False)):
        run = Trainer(replace(trainer.experiment, training=replace(trainer.experiment.training, learning_rate=rate)))
        before = run.evaluate().train_loss
        run.train(epochs=200)
        assert (run.evaluate().train_loss < before) is learns


def test_the_mean_is_corrected_for_its_beginning() -> None:
    trainer = Trainer(CIRCLE)
    found = found_by(RateFinder(trainer.state(), trainer.dataset))
    for count in (1, 2, 17, 100):
        weights = (1 - KEPT) * KEPT ** np.arange(count)[::-1] / (1 - KEPT**count)
        assert weights.sum() == pytest.approx(1)
        assert found.smoothed[count - 1] == pytest.approx(float(weights @ found.losses[:count]))
    assert np.allclose(found.rates[1:] / found.rates[:-1], 10 ** (1 / 50))
    assert found.rates[0] == LOWEST


@pytest.mark.parametrize("optimizer", OptimizerKind)
def test_the_run_does_not_notice_whatever_its_optimizer(optimizer: OptimizerKind) -> None:
    experiment = replace(
        CIRCLE,
        layers=(*CIRCLE.layers, DropoutSpec(rate=0.2)),
        training=replace(with_optimizer(CIRCLE.training, optimizer), schedule=ScheduleKind.COSINE),
    )
    alone, seen = Trainer(experiment), Trainer(experiment)
    for trainer in (alone, seen):
        for _ in range(30):
            trainer.step()
    state = seen.state()
    tests = RateFinder(state, seen.dataset).tests()
    for _ in range(40):
        next(tests)
        alone.step()
        seen.step()
    *_, found = tests
    assert found.share == 1
    assert_same(alone.state(), seen.state())
    again = found_by(RateFinder(state, seen.dataset))
    assert again.losses.tobytes() == found.losses.tobytes(), "the state has not been written to"
    # The first update is the one that the run would have made, up to the rate.
    assert np.isfinite(found.losses[0])


def test_long_batches_go_through_in_pieces() -> None:
    digits = default_experiment(DatasetKind.SKETCHED_DIGITS)
    experiment = replace(digits, training=replace(digits.training, batch_size=5_000))
    trainer = Trainer(experiment)
    assert trainer._batches_are_long
    tests = RateFinder(trainer.state(), trainer.dataset).tests()
    known = [len(next(tests).losses) for _ in range(8)]
    assert known[0] == 0
    assert known == sorted(known)


def falling_to(lowest: float, noise: float = 0.0) -> RangeTest:
    """Made by hand: 1 up to η = 0.001, then down to `lowest` at 0.1, then up."""
    rates = all_rates()
    place = np.log10(rates)
    losses = np.interp(place, [-3, -1, 0], [1, lowest, 3])
    if not noise:
        return RangeTest(rates, losses, losses, "The end.")
    losses = losses + noise * np.random.default_rng(2).standard_normal(len(rates))
    means = [(1 - KEPT) * KEPT ** np.arange(count)[::-1] / (1 - KEPT**count) for count in range(1, len(rates) + 1)]
    return RangeTest(rates, losses, np.array([mean @ losses[: len(mean)] for mean in means]), "The end.")


def test_both_proposals_by_hand() -> None:
    found = falling_to(0.5)
    assert found.before == 1
    assert found.lowest == pytest.approx(0.1, rel=0.1), "where the last fiftieth of the fall begins"
    assert found.tenth == pytest.approx(0.01, rel=0.1)
    assert found.steepest is not None
    assert 0.001 < found.steepest < 0.1
    assert found.loss_at(0.01) == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize("found", [falling_to(0.96), falling_to(0.9, noise=0.5)])
def test_a_loss_that_does_not_fall_or_only_by_chance_proposes_nothing(found: RangeTest) -> None:
    assert found.lowest is found.tenth is found.steepest is None


def test_before_there_is_enough_to_see_nothing_is_proposed() -> None:
    trainer = Trainer(CIRCLE)
    for found in RateFinder(trainer.state(), trainer.dataset).tests():
        if len(found.losses) < BEGINNING:
            assert np.isnan(found.before)
            assert found.tenth is None
            assert found.share < 0.1


@pytest.mark.parametrize(
    ("rate", "told"), [(0.0631, 0.05), (0.03, 0.03), (0.0299, 0.02), (0.0099, 0.005), (1e-9, LOWEST), (73, HIGHEST)]
)
def test_rates_are_rounded_down_to_1_2_3_or_5(rate: float, told: float) -> None:
    assert rounded(rate) == told


def test_from_the_first_weights() -> None:
    trainer = Trainer(CIRCLE)
    first = trainer.state()
    for _ in range(50):
        trainer.step()
    assert_same(first_state(trainer.state(), trainer.dataset), first)


def test_an_overflow_ends_it_with_a_sentence() -> None:
    training = replace(PLANE.training, optimizer=OptimizerKind.SGD, batch_size=10_000)
    trainer = Trainer(replace(PLANE, layers=(), training=training))
    state = replace(trainer.state(), params=trainer.network.params + np.float32(3e18))
    found = found_by(RateFinder(state, trainer.dataset))
    assert found.end
    assert found.share == 1


def experiment_of(finder: RateFinder) -> Experiment:
    return finder.experiment


def test_a_schedule_rests_meanwhile() -> None:
    trainer = Trainer(replace(CIRCLE, training=replace(CIRCLE.training, schedule=ScheduleKind.STEP)))
    finder = RateFinder(trainer.state(), trainer.dataset)
    for found in finder.tests():
        if found.end:
            break
        assert finder.learning_rate == found.rates[-1]
    assert experiment_of(finder).training.schedule is ScheduleKind.CONSTANT
