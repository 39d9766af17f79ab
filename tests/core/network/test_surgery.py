"""Operations by hand: what each does to the numbers, to the function, and in words."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from same_state import assert_same

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, LayerSpec, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, OptimizerKind, Task
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.network.surgery import Freeze, Negate, Redraw, SetParameter, Surgery, SurgeryError, Switch, Zero
from nnstudio.core.textbook import Layer, activate, forward, loss
from nnstudio.core.training.trainer import Trainer

PLANE = PlaneSpec(kind=DatasetKind.CIRCLE, samples=60)
IMAGES = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100)
TANH, LINEAR, RELU = ActivationKind.TANH, ActivationKind.LINEAR, ActivationKind.RELU
STACK = (
    DenseSpec(key=1, units=5, activation=TANH),
    BatchNormSpec(key=2),
    DropoutSpec(key=3),
    DenseSpec(key=4, units=4, activation=RELU),
)
CONVOLUTION = (
    Conv2DSpec(key=1, filters=3, kernel=3, activation=TANH),
    AvgPool2DSpec(key=2),
    LayerNormSpec(key=3),
    FlattenSpec(key=4),
    DenseSpec(key=5, units=6),
)


def trained(*layers: LayerSpec, data: Any = PLANE, dtype: Any = np.float32, updates: int = 7) -> Trainer:
    training = TrainingSpec(optimizer=OptimizerKind.ADAM, batch_size=20)
    run = Trainer(Experiment(dataset=data, layers=layers, training=training), dtype=dtype)
    for _ in range(updates):
        run.step()
    return run


def arrays(run: Trainer) -> dict[tuple[int, str], np.ndarray]:
    """Copies of all that it has learned, by key and name."""
    params, statistics = run.network.params.copy(), run.network.statistics.copy()
    return {(key, name): array for key, name, array in run.network.layout.views(params, statistics)}


def changed(before: dict[tuple[int, str], np.ndarray], run: Trainer) -> dict[tuple[int, str], np.ndarray]:
    """Where numbers are others now."""
    now = arrays(run)
    return {key: now[key] != array for key, array in before.items() if (now[key] != array).any()}


def answers(run: Trainer) -> np.ndarray:
    return run.predict(run.dataset.test.raw)


# A number by hand -----------------------------------------------------------------------------------------------------

BY_HAND = [
    SetParameter(1, "weight", (1, 3), -1.1),
    SetParameter(1, "bias", (0,), 2.5),
    SetParameter(2, "gain", (4,), -0.3),
    SetParameter(2, "shift", (2,), 7.0),
    SetParameter(4, "weight", (3, 2), 0.0),
    SetParameter(0, "weight", (1, 0), 4.25),
    SetParameter(0, "bias", (0,), -2.0),
]


@pytest.mark.parametrize("surgery", BY_HAND)
def test_one_number_is_set_and_no_other(surgery: SetParameter) -> None:
    run = trained(*STACK)
    before = arrays(run)
    run.operate(surgery)
    [(place, mask)] = changed(before, run).items()
    assert place == (surgery.layer, surgery.array)
    assert np.argwhere(mask).tolist() == [list(surgery.index)]
    assert arrays(run)[place][surgery.index] == np.float32(surgery.value)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-6)])
@pytest.mark.parametrize("surgery", [*BY_HAND, Zero(1, 2), Negate(4, 1), Redraw(1, 3), Switch(1, 2), Switch(2, 4)])
def test_the_loss_of_a_network_shaped_by_hand_is_the_textbooks(surgery: Surgery, dtype: Any, tolerance: float) -> None:
    run = trained(*STACK, dtype=dtype)
    run.evaluate()
    run.operate(surgery)
    network, data = run.network, run.dataset.train
    textbook = [Layer(spec=layer.spec) for layer in network.layers]
    for layer in textbook:
        for (key, name), array in arrays(run).items():
            if key == layer.spec.key:
                setattr(layer, name, array.astype(np.float64))
    x = data.inputs.astype(np.float64)
    for layer in textbook:
        forward([layer], x)
        x = layer.a * ~np.isin(np.arange(layer.a.shape[1]), network.off.get(layer.spec.key, ()))
    _, each, _ = loss(run.experiment.training, Task.BINARY, x, data.targets.astype(np.float64).reshape(-1, 1))
    assert run.evaluate(exact=True).train_loss == pytest.approx(float(each.mean()), rel=tolerance)


def test_only_what_is_changed_loses_its_memory() -> None:
    run = trained(*STACK)
    before = run.optimizer.state()
    run.operate(SetParameter(1, "weight", (0, 1), 0.5))
    place = run.network.layout.stretches[1].params[0]
    for name, array in run.optimizer.state().arrays.items():
        here = place.view(array)
        assert here[0, 1] == 0
        there = place.view(before.arrays[name].copy())
        there[0, 1] = 0
        np.testing.assert_array_equal(here, there)
    assert run.optimizer.state().numbers == before.numbers


# Units ----------------------------------------------------------------------------------------------------------------


def test_a_unit_set_to_zero_has_no_links_into_it() -> None:
    run = trained(*STACK)
    before = arrays(run)
    run.operate(Zero(1, 2))
    masks = changed(before, run)
    assert masks.keys() == {(1, "weight"), (1, "bias")}
    assert all(mask[..., 2].all() and mask.sum() == mask[..., 2].size for mask in masks.values())
    assert not arrays(run)[1, "weight"][:, 2].any()


def test_the_units_of_a_convolution_and_of_what_follows_are_channels() -> None:
    run = trained(*CONVOLUTION, data=IMAGES)
    for key, names in {1: ("weight", "bias"), 3: ("gain", "shift")}.items():
        before = arrays(run)
        run.operate(Zero(key, 1))
        masks = changed(before, run)
        assert masks.keys() == {(key, name) for name in names}
        for name in names:
            mask = masks[key, name]
            units = mask[..., 1] if key == 1 else mask.reshape(3, -1)[1]
            assert units.any()
            assert mask.sum() == units.sum()


NEGATED: dict[str, tuple[Any, tuple[LayerSpec, ...], int]] = {
    **{
        f"{kind.value} before dense": (PLANE, (DenseSpec(key=1, units=4, activation=kind), DenseSpec(key=2)), 1)
        for kind in ActivationKind
        if ACTIVATIONS[kind].odd
    },
    "before the output": (PLANE, (DenseSpec(key=1, units=4, activation=TANH),), 1),
    "through dropout and sine": (
        PLANE,
        (
            DenseSpec(key=1, units=4, activation=LINEAR),
            DropoutSpec(key=2),
            ActivationSpec(key=3, activation=ActivationKind.SINE),
            DenseSpec(key=4),
        ),
        1,
    ),
    "a normalisation": (PLANE, (DenseSpec(key=1), BatchNormSpec(key=2), DenseSpec(key=3)), 2),
    "a convolution through a mean": (
        IMAGES,
        (Conv2DSpec(key=1, filters=3, activation=TANH), AvgPool2DSpec(key=2), Conv2DSpec(key=3, filters=2)),
        1,
    ),
    "a convolution into a row": (
        IMAGES,
        (Conv2DSpec(key=1, filters=3, activation=TANH), FlattenSpec(key=2), DenseSpec(key=3)),
        1,
    ),
    "a convolution read as a row": (IMAGES, (Conv2DSpec(key=1, filters=3, activation=LINEAR), DenseSpec(key=2)), 1),
}


@pytest.mark.parametrize("case", NEGATED)
def test_a_negated_unit_with_an_odd_activation_leaves_the_function(case: str) -> None:
    data, layers, key = NEGATED[case]
    run = trained(*layers, data=data, dtype=np.float64)
    before, there = answers(run), arrays(run)
    run.operate(Negate(key, 1))
    assert len({place[0] for place in changed(there, run)}) == 2, "its own parameters, and those that hear it"
    np.testing.assert_allclose(answers(run), before, rtol=0, atol=1e-12)
    run.operate(Negate(key, 1))
    assert changed(there, run) == {}


@pytest.mark.parametrize(
    ("layers", "key"),
    [
        ((DenseSpec(key=1, activation=RELU), DenseSpec(key=2)), 1),
        ((DenseSpec(key=1, activation=TANH), BatchNormSpec(key=2), DenseSpec(key=3)), 1),
        ((DenseSpec(key=1, activation=LINEAR), ActivationSpec(key=2, activation=RELU), DenseSpec(key=3)), 1),
        ((DenseSpec(key=1, activation=TANH),), 0),
    ],
)
def test_elsewhere_a_negated_unit_turns_its_own_sum_alone(layers: tuple[LayerSpec, ...], key: int) -> None:
    run = trained(*layers, dtype=np.float64)
    before, there = answers(run), arrays(run)
    run.operate(Negate(key, 0))
    assert {place[0] for place in changed(there, run)} == {key}
    assert not np.allclose(answers(run), before, atol=1e-3)


def test_a_largest_pixel_is_no_odd_function() -> None:
    layers = (Conv2DSpec(key=1, filters=3, activation=TANH), MaxPool2DSpec(key=2), DenseSpec(key=3))
    run = trained(*layers, data=IMAGES)
    there = arrays(run)
    run.operate(Negate(1, 0))
    assert {place[0] for place in changed(there, run)} == {1}


def test_the_odd_activations_are_those_that_are() -> None:
    z = np.linspace(-3, 3, 61)[:, None] * np.ones((1, 2))
    odd = {kind for kind in ActivationKind if np.allclose(activate(kind, -z)[0], -activate(kind, z)[0])}
    assert odd == {kind for kind in ActivationKind if ACTIVATIONS[kind].odd}


@pytest.mark.parametrize("key", [1, 2, 4, 0])
def test_a_redrawn_unit_is_as_first_weights_are_and_the_same_each_time(key: int) -> None:
    run, other = trained(*STACK), trained(*STACK)
    before = arrays(run)
    run.operate(Redraw(key, 0, seed=3))
    other.operate(Redraw(key, 0, seed=3))
    assert_same(run.state(), other.state())
    masks = changed(before, run)
    assert {place[0] for place in masks} == {key}
    assert all(mask[..., 0].sum() == mask.sum() for mask in masks.values())
    if key != 2:
        drawn = arrays(run)[key, "weight"][:, 0].copy()
        run.operate(Redraw(key, 0, seed=4))
        assert (arrays(run)[key, "weight"][:, 0] != drawn).all()
    else:
        assert (arrays(run)[2, "gain"][0], arrays(run)[2, "shift"][0]) == (1, 0)


# What cannot be done --------------------------------------------------------------------------------------------------

REFUSED: list[tuple[Surgery, str]] = [
    (SetParameter(1, "weight", (0, 0), np.nan), "finite"),
    (SetParameter(1, "weight", (0, 0), np.inf), "finite"),
    (SetParameter(1, "weight", (0, 0), 1e39), "finite"),
    (SetParameter(1, "weight", (0, 5), 1.0), "shape (2, 5)"),
    (SetParameter(1, "weight", (-1, 0), 1.0), "shape"),
    (SetParameter(1, "weight", (0,), 1.0), "shape"),
    (SetParameter(1, "gain", (0,), 1.0), "Dense 1 has no gain"),
    (SetParameter(2, "running_variance", (0,), -1.0), "BatchNorm 1 has no running_variance"),
    (SetParameter(9, "weight", (0, 0), 1.0), "no longer there"),
    (Freeze(9), "no longer there"),
    (Freeze(3), "Dropout 1 has no parameters"),
    (Freeze(1, unit=5), "Dense 1 has 5 units: there is no unit 6"),
    (Freeze(1, unit=-1), "there is no unit 0"),
    (Freeze(1, array="bias", index=(7,)), "shape"),
    (Switch(0, 0), "hidden layer"),
    (Switch(3, 0), "only passes on"),
    (Switch(1, 5), "there is no unit 6"),
    (Zero(3, 0), "no parameters"),
    (Negate(1, 5), "there is no unit 6"),
    (Redraw(4, 4), "there is no unit 5"),
]


@pytest.mark.parametrize(("surgery", "why"), REFUSED)
def test_what_cannot_be_done_changes_nothing(surgery: Surgery, why: str) -> None:
    run = trained(*STACK)
    before = run.state()
    with pytest.raises(SurgeryError) as caught:
        run.operate(surgery)
    assert why in str(caught.value)
    assert_same(run.state(), before)


# In words -------------------------------------------------------------------------------------------------------------


def test_every_operation_has_a_name() -> None:
    experiment = Experiment(dataset=IMAGES, layers=(*CONVOLUTION, BatchNormSpec(key=6)))
    labels = {
        SetParameter(5, "weight", (2, 1), -1.1): "Set a weight of Dense 1 to −1.10",
        SetParameter(0, "bias", (2,), 1234.5): "Set a bias of Output to 1234.5",
        Freeze(5): "Freeze Dense 1",
        Freeze(5, frozen=False): "Unfreeze Dense 1",
        Freeze(1, unit=0): "Freeze filter 1 of Conv2D 1",
        Freeze(6, array="gain", index=(0,)): "Freeze a gain of BatchNorm 1",
        Negate(5, 2): "Negate neuron 3 of Dense 1",
        Zero(6, 2): "Zero unit 3 of BatchNorm 1",
        Redraw(0, 1): "Redraw neuron 2 of Output",
        Switch(5, 0): "Switch off neuron 1 of Dense 1",
        Switch(5, 0, on=True): "Switch on neuron 1 of Dense 1",
        Zero(9, 0): "Zero neuron 1 of a layer that is gone",
    }
    assert {surgery: surgery.label(experiment) for surgery in labels} == labels
    assert SetParameter(5, "weight", (2, 1), -1.1).mark(experiment) == "Set a weight of Dense 1"


def test_a_drag_leaves_one_mark_and_other_operations_one_each() -> None:
    run = trained(*STACK)
    updates = run.updates
    for value in (0.1, 0.2, 0.3):
        run.operate(SetParameter(1, "bias", (0,), value), merged=value > 0.1)
        run.step()
    run.operate(SetParameter(1, "bias", (0,), 1.0))
    run.operate(Freeze(1))
    texts = [(mark.updates - updates, mark.text) for mark in run.marks]
    assert texts == [(2, "Set a bias of Dense 1"), (3, "Set a bias of Dense 1"), (3, "Freeze Dense 1")]
    rows = run.history.prefix().update
    assert all(first < second for first, second in pairwise(rows)), "no point for a hand"


# What a model says of it ----------------------------------------------------------------------------------------------


def test_a_model_knows_what_is_frozen_and_off() -> None:
    run = trained(*STACK)
    assert all(not layer.frozen and not layer.off and not layer.wholly_frozen for layer in run.model().layers)
    run.operate(Freeze(1))
    run.operate(Freeze(4, unit=2))
    run.operate(Switch(2, 3))
    dense, norm, dropout, last, output = run.model().layers
    assert [layer.wholly_frozen for layer in (dense, norm, dropout, last, output)] == [True, *[False] * 4]
    assert last.frozen["weight"].all(axis=0).tolist() == [False, False, True, False]
    assert norm.off == (3,)
    with pytest.raises(ValueError, match="read-only"):
        last.frozen["bias"][0] = True
    earlier = run.model()
    run.operate(Freeze(1, frozen=False))
    assert earlier.layers[0].wholly_frozen, "it stays what it was"
    assert replace(earlier.layers[0]).frozen is earlier.layers[0].frozen
