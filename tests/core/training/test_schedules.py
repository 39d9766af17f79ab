"""Schedules against PyTorch's, stepped once an update."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import cos, pi
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.core.experiment import Experiment, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import ScheduleKind
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.training.batches import Batches
from nnstudio.core.training.schedules import SCHEDULES, SETTINGS_OF_SCHEDULE, Schedule
from nnstudio.core.training.trainer import Trainer

UPDATES = 200
PER_EPOCH = 8
PERIOD = 5
"""Epochs; 40 updates."""
N = PERIOD * PER_EPOCH
RATE = 0.3
SPEC = TrainingSpec(learning_rate=RATE, schedule_period=PERIOD, schedule_factor=0.7, schedule_floor=0.1)


def ours(kind: ScheduleKind, spec: TrainingSpec = SPEC) -> list[float]:
    schedule = SCHEDULES[kind](spec, PER_EPOCH)
    return [RATE * schedule.share(update) for update in range(UPDATES)]


@dataclass(frozen=True)
class Reference:
    """PyTorch's scheduler for ours, and the updates over which they mean the same."""

    make: Callable[[Any, Any], Any]
    spec: TrainingSpec = SPEC
    updates: int = UPDATES


REFERENCES: dict[str, tuple[ScheduleKind, Reference]] = {
    "constant": (ScheduleKind.CONSTANT, Reference(lambda s, o: s.ConstantLR(o, factor=1.0))),
    "step": (ScheduleKind.STEP, Reference(lambda s, o: s.StepLR(o, N, gamma=0.7))),
    "exponential": (ScheduleKind.EXPONENTIAL, Reference(lambda s, o: s.ExponentialLR(o, gamma=0.7 ** (1 / N)))),
    "cosine": (
        ScheduleKind.COSINE,
        Reference(lambda s, o: s.CosineAnnealingLR(o, N, eta_min=0.1 * RATE), updates=N + 1),
    ),
    "restarts": (
        ScheduleKind.COSINE_RESTARTS,
        Reference(lambda s, o: s.CosineAnnealingWarmRestarts(o, N, eta_min=0.1 * RATE)),
    ),
    "growing restarts": (
        ScheduleKind.COSINE_RESTARTS,
        Reference(
            lambda s, o: s.CosineAnnealingWarmRestarts(o, N, T_mult=2, eta_min=0.1 * RATE),
            replace(SPEC, schedule_growth=2),
        ),
    ),
    "warm-up": (ScheduleKind.WARM_UP, Reference(lambda s, o: s.LinearLR(o, 0.1, 1.0, total_iters=N))),
    # PyTorch's cycle of n updates ends at n − 1 and turns at 0.3 n − 1; ours at N and at 0.3 N.
    "one-cycle": (
        ScheduleKind.ONE_CYCLE,
        Reference(
            lambda s, o: s.OneCycleLR(o, RATE, total_steps=N + 1, pct_start=(0.3 * N + 1) / (N + 1)), updates=N + 1
        ),
    ),
    "1/t": (ScheduleKind.INVERSE_TIME, Reference(lambda s, o: s.LambdaLR(o, lambda k: 1 / (1 + k / N)))),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_follows_pytorch(name: str) -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch as the reference (extra `oracle`)")
    kind, reference = REFERENCES[name]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
    scheduler = reference.make(torch.optim.lr_scheduler, optimizer)
    theirs = []
    for _ in range(reference.updates):
        theirs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    np.testing.assert_allclose(ours(kind, reference.spec)[: reference.updates], theirs, rtol=1e-9, atol=1e-15)


def test_plateau_follows_pytorch() -> None:
    """Whose patience is one evaluation longer than its name says."""
    torch = pytest.importorskip("torch", reason="needs PyTorch as the reference (extra `oracle`)")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.7, patience=PERIOD - 1, min_lr=0.1 * RATE)
    schedule = SCHEDULES[ScheduleKind.PLATEAU](SPEC, 1)
    random = np.random.default_rng(0)
    rates = set()
    for epoch in range(1, 201):
        loss = 1 / min(epoch, 60) + 0.01 * random.random()
        theirs.step(loss)
        schedule.see(epoch, loss)
        assert RATE * schedule.share(epoch) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)
        rates.add(schedule.share(epoch))
    assert len(rates) > 5
    assert min(rates) == 0.1


def test_after_their_end_cosine_and_one_cycle_stay_low() -> None:
    assert ours(ScheduleKind.COSINE)[N:] == pytest.approx([0.1 * RATE] * (UPDATES - N))
    assert ours(ScheduleKind.ONE_CYCLE)[N:] == pytest.approx([RATE / 25e4] * (UPDATES - N))
    assert ours(ScheduleKind.WARM_UP)[N:] == pytest.approx([RATE] * (UPDATES - N))


@pytest.mark.parametrize("kind", ScheduleKind, ids=lambda kind: kind.value)
def test_never_exceeds_the_learning_rate(kind: ScheduleKind) -> None:
    rates = ours(kind)
    assert max(rates) <= RATE * (1 + 1e-12)
    assert min(rates) >= 0


def test_every_schedule_is_in_every_table() -> None:
    assert set(SCHEDULES) == set(SETTINGS_OF_SCHEDULE) == set(ScheduleKind)
    assert {kind for kind, _ in REFERENCES.values()} | {ScheduleKind.PLATEAU} == set(ScheduleKind)
    for kind in ScheduleKind:
        assert kind.label
        assert kind.help.endswith(".")
        assert SCHEDULES[kind].__doc__ != Schedule.__doc__
        assert set(SETTINGS_OF_SCHEDULE[kind]) <= set(settings_of(TrainingSpec))


def _shares(kind: ScheduleKind, spec: TrainingSpec) -> list[float]:
    schedule = SCHEDULES[kind](spec, 2)
    shares = []
    for epoch in range(60):
        schedule.see(2 * epoch, 1.0)
        shares.append(schedule.share(2 * epoch + 1))
    return shares


@pytest.mark.parametrize("kind", ScheduleKind, ids=lambda kind: kind.value)
def test_reads_exactly_the_settings_it_names(kind: ScheduleKind) -> None:
    others = {"schedule_period": 7.0, "schedule_factor": 0.2, "schedule_floor": 0.4, "schedule_growth": 3.0}
    before = _shares(kind, SPEC)
    for name, value in others.items():
        changed = _shares(kind, replace(SPEC, **{name: value})) != before
        assert changed == (name in SETTINGS_OF_SCHEDULE[kind]), name


# Exact times ----------------------------------------------------------------------------------------------------------

COUNTS = st.integers(1, 150)
SIZES = st.integers(1, 40)
PERIODS = st.one_of(st.integers(1, 60).map(lambda tenths: tenths / 10), st.decimals("0.1", 5, places=3).map(float))
GROWTHS = st.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0, 4.0])


def times(count: int, size: int) -> list[int]:
    """The examples seen before each of the updates of 12 epochs."""
    batches, seen = Batches(count, size, 0), [0]
    while seen[-1] < 12 * count:
        batches.next()
        seen.append(batches.seen)
    return seen


@settings(max_examples=40)
@given(COUNTS, SIZES, PERIODS)
def test_steps_fall_when_their_periods_end(count: int, size: int, period: float) -> None:
    schedule = SCHEDULES[ScheduleKind.STEP](replace(SPEC, schedule_period=period), count)
    for seen in times(count, size):
        assert schedule.share(seen) == 0.7 ** (Fraction(seen, count) // Fraction(str(period)))


@settings(max_examples=40)
@given(COUNTS, SIZES, PERIODS, GROWTHS)
def test_restarts_come_when_their_periods_end(count: int, size: int, period: float, growth: float) -> None:
    spec = replace(SPEC, schedule_period=period, schedule_growth=growth)
    schedule = SCHEDULES[ScheduleKind.COSINE_RESTARTS](spec, count)
    begin, length = Fraction(0), Fraction(str(period))
    for seen in times(count, size):
        while Fraction(seen, count) >= begin + length:
            begin, length = begin + length, length * Fraction(str(growth))
        x = float((Fraction(seen, count) - begin) / length)
        assert schedule.share(seen) == pytest.approx(0.1 + 0.9 * (1 + cos(pi * x)) / 2, abs=1e-7)


# In training ----------------------------------------------------------------------------------------------------------


def trainer(**training: Any) -> Trainer:
    """80 training examples in batches of 10: 8 updates an epoch."""
    return Trainer(Experiment(dataset=PlaneSpec(samples=160), training=TrainingSpec(batch_size=10, **training)))


def test_the_history_holds_the_rate_really_used() -> None:
    run = trainer(schedule=ScheduleKind.STEP, schedule_period=2.0, schedule_factor=0.5, learning_rate=0.08)
    used = []
    for _ in range(50):
        before = run.network.params.copy()
        run.step()
        step = (before - run.network.params).astype(np.float64)
        used.append(float(step @ run.network.grads / (run.network.grads @ run.network.grads)))
    expected = [0.08 * 0.5 ** (update // 16) for update in range(50)]
    assert run.history.prefix().learning_rate[1:] == pytest.approx(expected)
    assert used == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("kind", ScheduleKind, ids=lambda kind: kind.value)
def test_a_new_learning_rate_acts_at_once(kind: ScheduleKind) -> None:
    run = trainer(schedule=kind, learning_rate=0.01)
    for _ in range(20):
        run.step()
    share = run.learning_rate / 0.01
    run.apply(replace(run.experiment, training=replace(run.experiment.training, learning_rate=0.02)))
    run.step()
    assert run.learning_rate / 0.02 == pytest.approx(share, rel=0.2)
    assert run.history.prefix().learning_rate[-1] == run.learning_rate


@pytest.mark.parametrize("batch_size", [1, 7, 10, 80])
def test_plateau_falls_after_exactly_its_period(batch_size: int) -> None:
    """With steps of 1e-8 at most the loss never falls by a ten-thousandth."""
    run = trainer(schedule=ScheduleKind.PLATEAU, schedule_period=3.0, learning_rate=1e-5, clip_norm=1e-3)
    run.apply(replace(run.experiment, training=replace(run.experiment.training, batch_size=batch_size)))
    falls, share = [], 1.0
    while run.epoch < 13:
        run.step()
        if run.schedule.share(0) != share:
            falls.append(run.epoch)
            share = run.schedule.share(0)
    assert falls == [3, 6, 9, 12]


def test_plateau_in_training_and_in_snapshots() -> None:
    """At learning rate 1e-5 nothing moves: the rate falls, and a run restored in between falls at the same updates."""
    run = trainer(schedule=ScheduleKind.PLATEAU, schedule_period=3.0, learning_rate=1e-5, schedule_factor=0.5)
    for _ in range(60):
        run.step()
    snapshot = run.state()

    def walk() -> list[float]:
        rates = []
        for _ in range(200):
            run.step()
            rates.append(run.learning_rate)
        return rates

    there = walk()
    assert len(set(there)) > 3
    run.restore(snapshot)
    assert walk() == there
