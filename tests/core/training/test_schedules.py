"""Schedules against PyTorch's, stepped once an update."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from nnstudio.core.experiment import Experiment, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import ScheduleKind
from nnstudio.core.experiment.setting import settings_of
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
    schedule = SCHEDULES[kind](spec)
    return [RATE * schedule.share(update / PER_EPOCH) for update in range(UPDATES)]


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
    torch = pytest.importorskip("torch", reason="needs PyTorch as the reference (extra `oracle`)")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.7, patience=PERIOD, min_lr=0.1 * RATE)
    schedule = SCHEDULES[ScheduleKind.PLATEAU](SPEC)
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
    schedule = SCHEDULES[kind](spec)
    shares = []
    for epoch in range(60):
        schedule.see(epoch, 1.0)
        shares.append(schedule.share(epoch + 0.5))
    return shares


@pytest.mark.parametrize("kind", ScheduleKind, ids=lambda kind: kind.value)
def test_reads_exactly_the_settings_it_names(kind: ScheduleKind) -> None:
    others = {"schedule_period": 7.0, "schedule_factor": 0.2, "schedule_floor": 0.4, "schedule_growth": 3.0}
    before = _shares(kind, SPEC)
    for name, value in others.items():
        changed = _shares(kind, replace(SPEC, **{name: value})) != before
        assert changed == (name in SETTINGS_OF_SCHEDULE[kind]), name


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
