"""Frozen means unchanged to the bit, whatever optimizer and penalty do; a unit that is off says and learns nothing."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from same_state import assert_same

from nnstudio.core.data.dataset import build
from nnstudio.core.experiment import DenseSpec, Experiment, LayerSpec, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, Feature, OptimizerKind
from nnstudio.core.experiment.layer_specs import ActivationSpec, BatchNormSpec, DropoutSpec, LayerNormSpec
from nnstudio.core.network.surgery import Freeze, Negate, SetParameter, Surgery, Switch, Zero
from nnstudio.core.training import descent
from nnstudio.core.training.gradient_check import gradient_check
from nnstudio.core.training.trainer import Trainer
from nnstudio.core.training.transfer import carried

FIRST, NORM, DROPOUT, LAYER_NORM, LAST = STACK = (
    DenseSpec(key=1, units=6, activation=ActivationKind.TANH),
    BatchNormSpec(key=2),
    DropoutSpec(key=3),
    LayerNormSpec(key=4),
    DenseSpec(key=5, units=4, activation=ActivationKind.RELU),
)
EXPERIMENT = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=100),
    layers=STACK,
    training=TrainingSpec(
        l1=0.3,
        l2=0.3,
        momentum=0.9,
        weight_decay=0.4,
        clip_norm=0.2,
        clip_value=0.05,
        batch_size=20,
        learning_rate=0.05,
    ),
)
LOCKS: dict[str, tuple[Surgery, ...]] = {
    "weights": (
        Freeze(1, array="weight", index=(1, 2)),
        Freeze(5, array="bias", index=(3,)),
        Freeze(2, array="gain", index=(0,)),
        Freeze(0, array="weight", index=(2, 0)),
    ),
    "units": (Freeze(1, unit=4), Freeze(2, unit=1), Freeze(4, unit=0), Freeze(5, unit=2), Freeze(0, unit=0)),
    "layers": (Freeze(1), Freeze(2), Freeze(5)),
    "all layers": (Freeze(1), Freeze(2), Freeze(4), Freeze(5), Freeze(0)),
}


def trainer(
    *surgeries: Surgery, experiment: Experiment = EXPERIMENT, dtype: Any = np.float32, **training: Any
) -> Trainer:
    """A run that has been trained for a while, and operated on then."""
    run = Trainer(replace(experiment, training=replace(experiment.training, **training)), dtype=dtype)
    walk(run, 7)
    for surgery in surgeries:
        run.operate(surgery)
    return run


def walk(run: Trainer, updates: int) -> None:
    for _ in range(updates):
        run.step()


@pytest.mark.parametrize("locks", LOCKS)
@pytest.mark.parametrize("kind", OptimizerKind)
@pytest.mark.parametrize("in_parts", [False, True])
def test_frozen_means_unchanged_to_the_bit(
    monkeypatch: pytest.MonkeyPatch, kind: OptimizerKind, locks: str, in_parts: bool
) -> None:
    if in_parts:
        monkeypatch.setattr(descent, "examples_at_once", lambda layers: 8)
    run = trainer(*LOCKS[locks], optimizer=kind)
    frozen, before = run.network.frozen, run.network.params.copy()
    assert frozen is not None
    walk(run, 30)
    assert run.network.params[frozen].tobytes() == before[frozen].tobytes()
    assert np.count_nonzero(run.network.params[~frozen] != before[~frozen]) >= 0.9 * np.count_nonzero(~frozen)
    assert not run.network.grads[frozen].any(), "the gradient as the optimizer saw it"
    assert np.isfinite(run.evaluate().train_loss)


@pytest.mark.parametrize("kind", OptimizerKind)
def test_what_is_thawed_learns_on(kind: OptimizerKind) -> None:
    run = trainer(Freeze(1), Freeze(5, unit=0), optimizer=kind)
    walk(run, 5)
    run.operate(Freeze(1, frozen=False))
    run.operate(Freeze(5, frozen=False, unit=0))
    assert run.network.frozen is None
    assert run.state().frozen is None
    before = run.network.params.copy()
    walk(run, 5)
    assert (run.network.params != before).mean() > 0.9


def test_frozen_weights_do_not_count_when_the_gradient_is_clipped() -> None:
    free, run = (trainer(clip_norm=1e-3, clip_value=0.0, l1=0.0, l2=0.0) for _ in range(2))
    run.operate(Freeze(0))
    walk(free, 1)
    walk(run, 1)
    lengths = [float(np.linalg.norm(each.network.grads)) for each in (free, run)]
    assert lengths == pytest.approx([1e-3, 1e-3])


def test_the_statistics_of_a_frozen_normalisation_stand_still() -> None:
    run = trainer(Freeze(2, unit=3))
    running = run.network.statistics.reshape(2, -1)
    before = running.copy()
    walk(run, 9)
    moved = running != before
    assert not moved[:, 3].any()
    assert moved[:, [0, 1, 2, 4, 5]].all()
    run.operate(Freeze(2))
    before = running.copy()
    walk(run, 9)
    assert running.tobytes() == before.tobytes()


def test_early_stopping_brings_back_nothing_from_before_a_lock() -> None:
    stopping = StoppingSpec(patience=2.0)
    run = trainer(experiment=replace(EXPERIMENT, stopping=stopping), optimizer=OptimizerKind.ADAM, learning_rate=0.5)
    run.operate(SetParameter(1, "weight", (0, 0), 3.5))
    run.operate(Freeze(1))
    before = run.network.layers[0].params.tobytes()
    run.train(epochs=100)
    assert run.stop_reason is not None
    assert run.network.layers[0].params.tobytes() == before


# Off ------------------------------------------------------------------------------------------------------------------

PLAIN = (
    DenseSpec(key=1, units=5, activation=ActivationKind.TANH),
    DenseSpec(key=2, units=4, activation=ActivationKind.RELU),
)


def without(run: Trainer, unit: int) -> Trainer:
    """The same network without that unit of its first layer."""
    first, *rest = run.experiment.layers
    assert isinstance(first, DenseSpec)
    smaller = Trainer(replace(run.experiment, layers=(replace(first, units=first.units - 1), *rest)), dtype=np.float64)
    arrays = smaller.network.layout.by_layer(smaller.network.params)
    for key, name, array in run.network.layout.views(run.network.params):
        if key == first.key:
            array = np.delete(array, unit, axis=-1)
        elif name == "weight" and key == rest[0].key:
            array = np.delete(array, unit, axis=0)
        arrays[key][name][...] = array
    return smaller


def test_a_unit_that_is_off_is_as_good_as_gone() -> None:
    experiment = replace(EXPERIMENT, layers=PLAIN, training=TrainingSpec(batch_size=20))
    run = trainer(Switch(1, 3), experiment=experiment, dtype=np.float64)
    gone = without(run, 3)
    gone.batches.restore(run.batches.state())
    for _ in range(20):
        assert run.evaluate().train_loss == pytest.approx(gone.evaluate().train_loss, rel=1e-12)
        run.step()
        gone.step()
    points = np.random.default_rng(0).uniform(-6, 6, (30, 2))
    np.testing.assert_allclose(run.predict(points), gone.predict(points), rtol=1e-9)


@pytest.mark.parametrize("layer", [FIRST, NORM, LAYER_NORM, LAST])
@pytest.mark.parametrize("in_parts", [False, True])
def test_a_unit_that_is_off_learns_nothing_of_its_own(
    monkeypatch: pytest.MonkeyPatch, layer: LayerSpec, in_parts: bool
) -> None:
    if in_parts:
        monkeypatch.setattr(descent, "examples_at_once", lambda layers: 8)
    run = trainer(Switch(layer.key, 1), optimizer=OptimizerKind.ADAMW)
    place = list(STACK).index(layer)
    block = run.network.layers[place].params
    before, state = block.copy(), run.state()
    walk(run, 12)
    assert block[:, 1].tobytes() == before[:, 1].tobytes()
    assert (np.delete(block, 1, 1) != np.delete(before, 1, 1)).any()
    assert state.off == run.state().off == {layer.key: (1,)}
    run.operate(Switch(layer.key, 1, on=True))
    walk(run, 2)
    assert run.network.off == {}
    assert block[:, 1].tobytes() != before[:, 1].tobytes()


def test_the_gradient_is_right_with_units_off() -> None:
    last = replace(LAST, activation=ActivationKind.SIGMOID)  # with a slope at 0
    stack = (*STACK[:2], ActivationSpec(key=3, activation=ActivationKind.SOFTMAX), *STACK[3:4], last)
    off = [Switch(1, 0), Switch(2, 1), Switch(3, 2), Switch(4, 3), Switch(5, 1)]
    run = trainer(*off, experiment=replace(EXPERIMENT, layers=stack))
    before = gradient_check(run)
    assert {name: error for name, error in before.items() if error > 1e-6} == {}
    run.operate(SetParameter(5, "bias", (1,), 9.0))
    run.operate(SetParameter(0, "weight", (1, 0), 9.0))
    assert gradient_check(run)["Dense 1"] == before["Dense 1"], "nobody hears the unit"


def test_the_parts_of_a_batch_add_up_with_units_off(monkeypatch: pytest.MonkeyPatch) -> None:
    last = replace(LAST, activation=ActivationKind.SIGMOID)
    experiment = replace(EXPERIMENT, layers=(*STACK[:2], LAYER_NORM, last))
    off = (Switch(1, 0), Switch(2, 1), Switch(4, 2), Switch(5, 3))
    whole = trainer(*off, experiment=experiment, dtype=np.float64)
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: 8)
    parted = Trainer.resumed(whole.state(), dataset=whole.dataset)
    walk(whole, 5)
    walk(parted, 5)
    np.testing.assert_allclose(parted.network.params, whole.network.params, rtol=1e-9)
    np.testing.assert_allclose(parted.network.grads, whole.network.grads, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(parted.network.statistics, whole.network.statistics, rtol=1e-9)


def test_whoever_looked_before_sees_the_switch() -> None:
    """Passes that were laid out earlier are wired anew."""
    run = trainer()
    points = np.random.default_rng(0).uniform(-6, 6, (30, 2))
    loss, answers = run.evaluate().train_loss, run.predict(points)
    run.operate(Switch(5, 2))
    assert run.evaluate().train_loss != loss
    assert (run.predict(points) != answers).any()
    run.operate(Switch(5, 2, on=True))
    assert run.evaluate().train_loss == loss
    assert run.predict(points).tobytes() == answers.tobytes()


# The state ------------------------------------------------------------------------------------------------------------

OPERATIONS = (
    Freeze(1, unit=2),
    SetParameter(5, "weight", (1, 1), -1.1),
    Switch(5, 0),
    Freeze(2),
    Zero(1, 0),
    Switch(1, 4),
    Negate(5, 3),
)


def test_a_run_with_locks_goes_on_to_the_same_bits() -> None:
    run = trainer(*OPERATIONS, optimizer=OptimizerKind.ADAM)
    other = Trainer.resumed(run.state())
    assert_same(other.state(), run.state())
    walk(run, 20)
    walk(other, 20)
    assert_same(other.state(), run.state())
    fresh = Trainer(run.experiment)
    fresh.restore(trainer(optimizer=OptimizerKind.ADAM).state())
    assert fresh.network.frozen is None
    run.restore(fresh.state())
    assert_same(run.state(), fresh.state())


def test_a_state_whose_locks_do_not_fit_is_refused() -> None:
    run = trainer(*OPERATIONS)
    state = run.state()
    assert state.frozen is not None
    for wrong in (
        replace(state, frozen=state.frozen[1:]),
        replace(state, frozen=state.frozen.astype(np.int8)),
        replace(state, off={1: ()}),
        replace(state, off={1: (6,)}),
        replace(state, off={1: (-1,)}),
        replace(state, off={1: (2, 1)}),
        replace(state, off={1: (1, 1)}),
        replace(state, off={0: (0,)}),
        replace(state, off={3: (0,)}),
        replace(state, off={9: (0,)}),
    ):
        with pytest.raises(ValueError, match=r"locks do not fit|cannot have the units"):
            Trainer(run.experiment).restore(wrong)


# Edits ----------------------------------------------------------------------------------------------------------------


def edited(run: Trainer, *layers: LayerSpec) -> Trainer:
    return carried(run, replace(run.experiment, layers=layers), run.dataset)


def masks(run: Trainer) -> dict[int, dict[str, np.ndarray]]:
    assert run.network.frozen is not None
    return run.network.layout.by_layer(run.network.frozen)


def test_a_frozen_layer_stays_frozen_with_its_new_neurons() -> None:
    run = trainer(Freeze(1), Freeze(5, unit=1), Freeze(0, array="weight", index=(0, 0)))
    more = masks(edited(run, replace(FIRST, units=8), NORM, DROPOUT, LAYER_NORM, replace(LAST, units=5)))
    assert all(mask.all() for mask in more[1].values())
    np.testing.assert_array_equal(more[5]["weight"], [[False, True, False, False, False]] * 8)
    assert more[0]["weight"].ravel().tolist() == [True, False, False, False, False]
    less = masks(edited(run, replace(FIRST, units=2), NORM, DROPOUT, LAYER_NORM, replace(LAST, units=1)))
    assert all(mask.all() for mask in less[1].values())
    assert not less[5]["weight"].any()


def test_units_stay_off_where_there_still_are_such_units() -> None:
    run = trainer(Switch(1, 1), Switch(1, 5), Switch(5, 0), Switch(2, 2))
    after = edited(run, replace(FIRST, units=4), DenseSpec(key=2), DROPOUT, LAST)
    assert after.network.off == {1: (1,), 5: (0,)}
    moved = edited(run, LAST, FIRST)
    assert moved.network.off == {1: (1, 5), 5: (0,)}


def test_inputs_that_are_off_are_told_apart_by_their_names() -> None:
    features = (Feature.X1, Feature.X2, Feature.X1_X2)
    data = replace(EXPERIMENT.dataset, features=features)
    run = trainer(Switch(2, 1), Switch(2, 2), experiment=replace(EXPERIMENT, dataset=data, layers=(NORM, LAST)))
    fewer = replace(run.experiment, dataset=replace(data, features=features[1:]))
    assert carried(run, fewer, build(fewer.dataset)).network.off == {2: (0, 1)}


def test_one_unit_is_switched_on_and_the_others_stay_off() -> None:
    run = trainer(Switch(1, 4), Switch(1, 1), Switch(1, 2), Switch(1, 4, on=True))
    assert run.network.off == {1: (1, 2)}


def test_what_is_new_in_front_of_units_that_are_off_begins_without_a_jump() -> None:
    run = trainer(Switch(5, 0))
    points = np.random.default_rng(0).uniform(-6, 6, (30, 2))
    after = edited(run, *STACK, BatchNormSpec(key=6))
    np.testing.assert_allclose(after.predict(points), run.predict(points), atol=1e-5)
