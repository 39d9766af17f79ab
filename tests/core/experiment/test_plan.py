"""What an edit destroys, for every field of an experiment."""

from dataclasses import fields, replace
from enum import Enum
from typing import Any

import pytest

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import Feature, OptimizerKind
from nnstudio.core.experiment.plan import Change, plan
from nnstudio.core.experiment.setting import settings_of

PARTS = {
    "dataset": Change.DATA,
    "initialization": Change.NETWORK,
    "training": Change.HYPERPARAMETERS,
    "stopping": Change.HYPERPARAMETERS,
}
WHOLE = {"layers": Change.NETWORK, "seed": Change.NETWORK}


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
    result.append(("seed", replace(old, seed=7), Change.NETWORK))
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
    assert change == Change.DATA | Change.NETWORK | Change.OPTIMIZER | Change.HYPERPARAMETERS
    assert change.restarts


@pytest.mark.parametrize("change", Change)
def test_what_restarts(change: Change) -> None:
    assert change.restarts == (change in (Change.NETWORK, Change.DATA))
