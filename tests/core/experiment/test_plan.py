"""What an edit touches, for every field of an experiment, and what it is called."""

from dataclasses import fields, replace
from enum import Enum
from typing import Any

import pytest

from nnstudio.core.experiment import DenseSpec, Experiment, InitializationSpec, LayerSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, Feature, InitializerKind, OptimizerKind
from nnstudio.core.experiment.layer_specs import DropoutSpec
from nnstudio.core.experiment.plan import Change, can_carry, describe, plan
from nnstudio.core.experiment.setting import settings_of

PARTS = {
    "dataset": Change.DATA,
    "initialization": Change.WEIGHTS,
    "training": Change.HYPERPARAMETERS,
    "stopping": Change.HYPERPARAMETERS,
}
WHOLE = {"layers": Change.NETWORK, "seed": Change.WEIGHTS}


def another(spec: Any, name: str) -> Any:
    """A legal value for this field that is not its value now."""
    value, setting = getattr(spec, name), settings_of(type(spec)).get(name)
    if isinstance(value, Enum):
        return next(member for member in type(value) if member is not value)
    if setting is None:
        return (Feature.X1_X2,)
    bound = setting.maximum if value == setting.minimum or name == "high" else setting.minimum
    return int(bound) if setting.integer else bound


def edits() -> list[tuple[str, Experiment, Change]]:
    old = Experiment()
    result = []
    for part, change in PARTS.items():
        spec = getattr(old, part)
        for field in fields(spec):
            new = replace(spec, **{field.name: another(spec, field.name)})
            expected = Change.OPTIMIZER if (part, field.name) == ("training", "optimizer") else change
            result.append((f"{part}.{field.name}", replace(old, **{part: new}), expected))
    result.append(("layers", replace(old, layers=(DenseSpec(units=3),)), Change.NETWORK))
    others = tuple(replace(layer, initializer=InitializerKind.HE) for layer in old.layers)
    result.append(("initializer", replace(old, layers=others), Change.NETWORK | Change.WEIGHTS))
    result.append(("seed", replace(old, seed=7), Change.WEIGHTS))
    return result


@pytest.mark.parametrize(("name", "new", "change"), edits(), ids=[edit[0] for edit in edits()])
def test_each_field(name: str, new: Experiment, change: Change) -> None:
    assert new != Experiment()
    assert plan(Experiment(), new) == change
    assert plan(new, Experiment()) == change


def test_every_part_is_looked_at() -> None:
    assert {field.name for field in fields(Experiment)} == {*PARTS, *WHOLE}


def test_nothing_changes_nothing() -> None:
    assert plan(Experiment(), Experiment()) is Change.NOTHING
    assert not plan(Experiment(), Experiment())


def test_changes_add_up() -> None:
    old = Experiment()
    new = replace(
        old,
        seed=2,
        training=replace(old.training, optimizer=OptimizerKind.ADAM, learning_rate=0.1),
        dataset=replace(old.dataset, seed=9),
    )
    change = plan(old, new)
    assert change == Change.DATA | Change.WEIGHTS | Change.OPTIMIZER | Change.HYPERPARAMETERS
    assert change.rebuilds


@pytest.mark.parametrize("change", Change)
def test_what_is_built_anew(change: Change) -> None:
    assert change.rebuilds == (change in (Change.NETWORK, Change.DATA, Change.WEIGHTS))


def test_what_was_learned_stays_with_its_kind_of_data_and_its_first_weights() -> None:
    old = Experiment()
    assert can_carry(old, replace(old, layers=(DenseSpec(units=3),)))
    assert can_carry(old, replace(old, dataset=replace(old.dataset, noise=0.3)))
    assert not can_carry(old, replace(old, dataset=replace(old.dataset, kind=DatasetKind.XOR)))
    assert not can_carry(old, replace(old, seed=2))
    first, second = old.layers
    drawn = replace(first, initializer=InitializerKind.HE)
    assert not can_carry(old, replace(old, layers=(drawn, second)))
    assert can_carry(old, replace(old, layers=(first, replace(drawn, key=9), second)))
    assert not can_carry(old, replace(old, initialization=InitializationSpec(sigma=1.0)))


LAYERS = Experiment().layers
FIRST, SECOND = LAYERS


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ((FIRST, DropoutSpec(), SECOND), "Add dropout layer"),
        ((FIRST,), "Remove dense layer"),
        ((SECOND, FIRST), "Move layer"),
        ((replace(FIRST, units=9), SECOND), "Neurons"),
        ((FIRST, replace(SECOND, activation=ActivationKind.RELU)), "Activation"),
        ((replace(FIRST, units=9, activation=ActivationKind.RELU), SECOND), "Layers"),
        ((replace(FIRST, initializer=InitializerKind.HE), SECOND), "Initialiser"),
        ((DropoutSpec(key=FIRST.key), SECOND), "Kind of layer"),
        ((), "Layers"),
    ],
)
def test_an_edit_of_the_layers_has_a_name(layers: tuple[LayerSpec, ...], words: str) -> None:
    assert describe(Experiment(), replace(Experiment(), layers=layers)) == words


@pytest.mark.parametrize("new", [edit[1] for edit in edits()], ids=[edit[0] for edit in edits()])
def test_every_edit_has_a_name(new: Experiment) -> None:
    assert describe(Experiment(), new) not in ("", "Experiment")


def test_a_setting_is_called_what_its_control_is_called() -> None:
    old = Experiment()
    assert describe(old, replace(old, training=replace(old.training, learning_rate=1.0))) == "Learning rate"
    assert describe(old, replace(old, training=replace(old.training, learning_rate=1.0, l2=1.0))) == "Training"
    assert describe(old, replace(old, dataset=replace(old.dataset, kind=DatasetKind.XOR, noise=0.1))) == "Data set"
    assert describe(old, replace(old, seed=3)) == "New weights"
    adam = replace(old.training, optimizer=OptimizerKind.ADAM, learning_rate=0.01)
    assert describe(old, replace(old, training=adam)) == "Optimiser"
