"""The whole request: one frozen, comparable value that is legal or does not exist."""

from dataclasses import FrozenInstanceError, fields, is_dataclass, replace

import pytest

from nnstudio.core.experiment import (
    LAYER_KINDS,
    MAXIMUM_HIDDEN_LAYERS,
    DenseSpec,
    Experiment,
    InitializationSpec,
    LayerSpec,
    PlaneSpec,
)
from nnstudio.core.experiment.setting import SettingError


def test_experiments_are_values() -> None:
    assert Experiment() == Experiment()
    assert hash(Experiment()) == hash(Experiment())
    assert replace(Experiment(), seed=2) != Experiment()
    with pytest.raises(FrozenInstanceError):
        Experiment().seed = 3  # type: ignore[misc]


@pytest.mark.parametrize("part", [field.name for field in fields(Experiment) if is_dataclass(field.default)])
def test_every_part_is_frozen(part: str) -> None:
    spec = getattr(Experiment(), part)
    with pytest.raises(FrozenInstanceError):
        setattr(spec, fields(spec)[0].name, None)


def test_layers_are_limited() -> None:
    Experiment(layers=(DenseSpec(),) * MAXIMUM_HIDDEN_LAYERS)
    with pytest.raises(SettingError, match="There are 17 hidden layers, but at most 16") as caught:
        Experiment(layers=(DenseSpec(),) * (MAXIMUM_HIDDEN_LAYERS + 1))
    assert caught.value.field == "layers"


def test_features_are_needed_and_different() -> None:
    feature = PlaneSpec().features[0]
    for features, words in (((), "is empty"), ((feature, feature), "twice")):
        with pytest.raises(SettingError, match=words) as caught:
            PlaneSpec(features=features)
        assert caught.value.field == "dataset.features"


def test_ends_of_the_uniform_distribution() -> None:
    with pytest.raises(SettingError, match="lies above") as caught:
        InitializationSpec(low=2.0, high=1.0)
    assert caught.value.field == "initialization.low"


def test_every_kind_of_layer_has_a_name() -> None:
    waiting, kinds = [LayerSpec], set()
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        kinds.update(below)
    parents = {parent.__name__ for kind in kinds for parent in kind.__mro__[1:]}
    assert {kind.__name__ for kind in kinds} - parents == {kind.__name__ for kind in LAYER_KINDS.values()}
