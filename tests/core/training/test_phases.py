"""An update phase by phase: each says what is known then, and it ends with the same bits as in one go."""

from dataclasses import replace

import numpy as np
import pytest
from same_state import assert_same

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind, ScheduleKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, DropoutSpec
from nnstudio.core.training import descent
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Diverged, Trainer

PLANE = Experiment(
    layers=(DenseSpec(key=1, units=5), DropoutSpec(key=2), BatchNormSpec(key=3), DenseSpec(key=4, units=3)),
    training=TrainingSpec(
        optimizer=OptimizerKind.ADAM, learning_rate=0.01, l2=0.1, clip_norm=0.5, schedule=ScheduleKind.PLATEAU
    ),
    stopping=StoppingSpec(patience=50),
)
DIGITS = replace(
    PLANE,
    dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=200, shift=2),
    training=replace(PLANE.training, batch_size=100),
)


def in_phases(trainer: Trainer) -> list[Phase]:
    """Make one update; the phases that it came to."""
    phases: list[Phase] = []
    while not phases or trainer.under_way:
        phase = trainer.advance_phase()
        phases += [phase] if phase is not None else []
    return phases


@pytest.fixture(params=[False, True], ids=["in one go", "in parts"])
def in_parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param:
        monkeypatch.setattr(descent, "examples_at_once", lambda layers: 32)
    return request.param


@pytest.mark.parametrize("kind", OptimizerKind)
def test_the_bits_are_those_of_a_plain_update(kind: OptimizerKind) -> None:
    experiment = replace(PLANE, training=replace(PLANE.training, optimizer=kind))
    plain, phased = Trainer(experiment), Trainer(experiment)
    for number in range(71):
        plain.step(keep_change=True)
        if number % 3:
            assert in_phases(phased) == list(Phase)
        else:
            phased.step()
        assert_same(phased.state(), plain.state())
    assert phased.last_update == plain.last_update


def test_images_in_parts_too(in_parts: bool) -> None:
    plain, phased = Trainer(DIGITS), Trainer(DIGITS)
    for _ in range(6):
        plain.step(keep_change=True)
        assert in_phases(phased) == list(Phase)
        assert_same(phased.state(), plain.state())
        assert_same(phased.change, plain.change)


def test_each_phase_says_what_is_known_then(in_parts: bool) -> None:
    trainer, plain = Trainer(DIGITS), Trainer(DIGITS)
    for each in (trainer, plain):
        each.step()
    before, seen = trainer.state(), []
    for phase in Phase:
        while trainer.advance_phase() is not phase:
            pass
        stand = trainer.phased
        assert stand is not None
        seen.append(stand)
        assert stand.phase is phase
        assert (stand.loss is not None) == (phase is not Phase.FORWARD)
        assert (stand.gradient is not None) == (phase in (Phase.BACKWARD, Phase.UPDATE)) == bool(stand.layers)
        assert (stand.change is not None) == (phase is Phase.UPDATE) == (not trainer.under_way)
        if trainer.under_way:
            assert_same(trainer.state(), before)
    expected = before.batches.order[before.batches.position : before.batches.position + 100]
    assert all(np.array_equal(stand.examples, expected) for stand in seen)
    plain.step(keep_change=True)
    last = seen[-1]
    assert last.gradient is not None
    assert last.change is not None
    assert last.loss == plain.history.prefix().batch_loss[-1]
    np.testing.assert_array_equal(last.change, plain.network.params - before.params)
    weights = slice(0, 28 * 28 * 5)
    assert last.layers[1].gradient == pytest.approx(float(np.linalg.norm(last.gradient[weights])), rel=1e-6)
    assert not np.array_equal(last.gradient, plain.network.grads), "that one has the penalty in it and is clipped"
    assert trainer.advance_phase() is Phase.FORWARD
    assert trainer.phased is not None
    assert (trainer.phased.loss, trainer.phased.gradient, trainer.phased.change) == (None, None, None)


@pytest.mark.parametrize("after", list(Phase)[:-1])
def test_an_update_is_taken_back_from_any_phase_or_made_in_one_go(after: Phase, in_parts: bool) -> None:
    trainer, plain = Trainer(DIGITS), Trainer(DIGITS)
    for each in (trainer, plain):
        each.step(keep_change=True)
    while trainer.advance_phase() is not after:
        pass
    trainer.take_back()
    assert not trainer.under_way
    assert_same(trainer.state(), plain.state())
    assert_same((trainer.network.grads, trainer.change), (plain.network.grads, plain.change))
    assert trainer.last_update == plain.last_update
    while trainer.advance_phase() is not after:
        pass
    trainer.step()
    plain.step(keep_change=True)
    assert_same(trainer.state(), plain.state())


def test_a_divergence_is_one_in_phases_too() -> None:
    wild = replace(PLANE, layers=(), training=TrainingSpec(learning_rate=0.5))
    trainer = Trainer(wild)
    trainer.step()
    dataset = trainer.dataset
    dataset.train.augmented.flags.writeable = True
    inputs = dataset.train.augmented.copy()
    dataset.train.augmented[:] = np.inf
    before = trainer.state()
    with pytest.raises(Diverged):
        in_phases(trainer)
    dataset.train.augmented[:] = inputs
    assert not trainer.under_way
    assert_same(trainer.state(), before)
    assert not np.isfinite(trainer.last_update[0].gradient)
