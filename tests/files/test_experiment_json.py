"""Experiments survive JSON there and back; anything else is refused with the name of the field."""

import json
import math
from dataclasses import MISSING, fields, is_dataclass, replace
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.core.data.plane import PLANE_KINDS
from nnstudio.core.experiment import (
    LAYER_KINDS,
    DenseSpec,
    Experiment,
    ImageSpec,
    InitializationSpec,
    PlaneSpec,
    TableSpec,
    TrainingSpec,
)
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, Feature, OptimizerKind, Scaling, Task
from nnstudio.core.experiment.setting import settings_of
from nnstudio.files import experiment_json, limits
from nnstudio.files.errors import FileError
from nnstudio.files.experiment_json import ExperimentError, experiment_from_json, experiment_to_json

UNUSUAL = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.SPIRALS, arms=3, noise=0.1, features=(Feature.SIN_X2, Feature.X1_SQUARED)),
    layers=(DenseSpec(units=1024, activation=ActivationKind.LEAKY_RELU), DenseSpec(units=1)),
    training=TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=math.pi / 100, l1=0.0),
    seed=2**32 - 1,
)


def refusal(text: str) -> ExperimentError:
    with pytest.raises(ExperimentError) as caught:
        experiment_from_json(text)
    assert isinstance(caught.value, FileError)
    assert "Nothing was changed" in str(caught.value)
    assert len(str(caught.value)) < 400
    assert caught.value.details == "", "the sentence says it all"
    return caught.value


@pytest.mark.parametrize("experiment", [Experiment(), UNUSUAL, Experiment(layers=())])
def test_there_and_back(experiment: Experiment) -> None:
    text = experiment_to_json(experiment)
    assert experiment_from_json(text) == experiment
    assert experiment_to_json(experiment_from_json(text)) == text


def spec_strategy(spec: type[Any]) -> st.SearchStrategy[Any]:
    return st.builds(spec, **{name: setting_strategy(setting) for name, setting in settings_of(spec).items()})


def setting_strategy(setting: Any) -> st.SearchStrategy[Any]:
    if setting.choice is not None:
        members = st.sampled_from(setting.choice)
        return st.none() | members if setting.none else members
    numbers = st.integers if setting.integer else st.floats
    values = numbers(setting.minimum, setting.maximum)
    return values | st.just(0) if setting.zero else values


def points_strategy() -> st.SearchStrategy[Any]:
    settings = {name: setting_strategy(setting) for name, setting in settings_of(PlaneSpec).items()}
    return st.builds(PlaneSpec, **settings | {"kind": st.sampled_from(list(PLANE_KINDS))})


def images_strategy() -> st.SearchStrategy[Any]:
    settings = {name: setting_strategy(setting) for name, setting in settings_of(ImageSpec).items()}
    kinds = st.sampled_from((DatasetKind.MNIST, DatasetKind.SKETCHED_DIGITS))
    return st.builds(ImageSpec, **settings | {"kind": kinds})


@settings(max_examples=40)
@given(st.data())
def test_every_legal_experiment_survives(data: st.DataObject) -> None:
    initialization = data.draw(
        st.builds(
            lambda drawn, ends: replace(drawn, low=min(ends), high=max(ends)),
            st.just(InitializationSpec()),
            st.tuples(st.floats(-10, 10), st.floats(-10, 10)),
        )
    )
    experiment = Experiment(
        dataset=data.draw(st.one_of(points_strategy(), images_strategy())),
        layers=tuple(data.draw(st.lists(st.one_of(*map(spec_strategy, LAYER_KINDS.values())), max_size=4))),
        initialization=initialization,
        training=data.draw(spec_strategy(TrainingSpec)),
        seed=data.draw(st.integers(0, 2**32 - 1)),
    )
    assert experiment_from_json(experiment_to_json(experiment)) == experiment


def test_text_is_for_people_and_saved_by_name() -> None:
    text = experiment_to_json(UNUSUAL)
    plain = json.loads(text)
    assert list(plain) == ["schema", *(field.name for field in fields(Experiment))]
    assert plain["schema"] == 2
    first = {"kind": "dense", "key": 1, "units": 1024, "activation": "leaky-relu", "initializer": None}
    assert plain["layers"][0] == first
    assert plain["dataset"]["features"] == ["sin(x2)", "x1^2"]
    assert text.startswith('{\n  "schema": 2,\n  "dataset": {\n    "kind": "spirals",')
    assert text.endswith("}\n")


def test_missing_fields_take_defaults() -> None:
    assert experiment_from_json('{"schema": 1}') == Experiment()
    text = '{"schema": 1, "layers": [{"kind": "dense"}], "training": {"learning_rate": 1}}'
    assert experiment_from_json(text) == Experiment(layers=(DenseSpec(),), training=TrainingSpec(learning_rate=1.0))


def test_every_kind_of_layer_can_be_saved() -> None:
    for kind, spec in LAYER_KINDS.items():
        experiment = Experiment(layers=(spec(),))
        assert json.loads(experiment_to_json(experiment))["layers"][0]["kind"] == kind
        assert experiment_from_json(experiment_to_json(experiment)) == experiment
        assert "kind" not in {field.name for field in fields(spec)}  # type: ignore[arg-type]


def test_every_field_has_a_default() -> None:
    for spec in (Experiment, PlaneSpec, ImageSpec, InitializationSpec, TrainingSpec, *LAYER_KINDS.values()):
        for field in fields(spec):  # type: ignore[arg-type]
            assert field.default is not MISSING, f"{spec.__name__}.{field.name}"


WRONG: list[tuple[str, str, str]] = [
    ('{"schema": 1, "trainig": {}}', "trainig", "not known"),
    ('{"schema": 1, "training": {"learning_rat": 1}}', "training.learning_rat", "not known"),
    ('{"schema": 1, "layers": [{"kind": "dense"}, {"kind": "dense", "unit": 1}]}', "layers[1].unit", "not known"),
    ('{"schema": 1, "training": {"learning_rate": 50}}', "training.learning_rate", "between 1e-05 and 10"),
    ('{"schema": 1, "training": {"learning_rate": "0.1"}}', "training.learning_rate", "must be a number"),
    ('{"schema": 1, "training": {"learning_rate": true}}', "training.learning_rate", "must be a number"),
    ('{"schema": 1, "training": {"learning_rate": null}}', "training.learning_rate", "must be a number"),
    ('{"schema": 1, "training": {"batch_size": 2.5}}', "training.batch_size", "whole number"),
    ('{"schema": 1, "training": {"optimizer": "adm"}}', "training.optimizer", "sgd, momentum"),
    ('{"schema": 1, "training": []}', "training", "braces"),
    ('{"schema": 1, "dataset": {"kind": 3}}', "dataset.kind", "spirals"),
    ('{"schema": 1, "dataset": {"features": ["x1", "x9"]}}', "dataset.features", "x9"),
    ('{"schema": 1, "dataset": {"features": []}}', "dataset.features", "empty"),
    ('{"schema": 1, "dataset": {"features": ["x1", "x1"]}}', "dataset.features", "twice"),
    ('{"schema": 1, "initialization": {"low": 2, "high": 1}}', "initialization.low", "above"),
    ('{"schema": 1, "layers": {}}', "layers", "brackets"),
    ('{"schema": 1, "layers": [3]}', "layers[0]", "is 3, but must be an object in braces"),
    ('{"schema": 1, "layers": [{}]}', "layers[0].kind", "missing"),
    ('{"schema": 1, "layers": [{"kind": "dens"}]}', "layers[0].kind", "one of: dense"),
    ('{"schema": 1, "layers": [{"kind": ["dense"]}]}', "layers[0].kind", "one of: dense"),
    ('{"schema": 1, "layers": [{"kind": "dense", "units": 2000}]}', "layers[0].units", "between 1 and 1024"),
    ('{"schema": 1, "layers": [{"kind": "dense", "activation": 1}]}', "layers[0].activation", "relu"),
    ('{"schema": 1, "layers": [' + ", ".join(['{"kind": "dense"}'] * 17) + "]}", "layers", "at most 16"),
    ('{"schema": 1, "layers": [{"kind": "dense", "label": "x"}]}', "layers[0].label", "not known"),
    ('{"schema": 1, "seed": -1}', "seed", "seed is -1"),
    ('{"schema": 1, "seed": 1' + "0" * 400 + "}", "seed", "too large"),
    ('{"schema": 1, "training": {"learning_rate": 1' + "0" * 400 + "}}", "training.learning_rate", "far too large"),
    ('{"schema": 1, "training": {"learning_rate": 1e999}}', "", "JSON"),
    ('{"schema": 1, "training": {"learning_rate": NaN}}', "", "JSON"),
    ('{"schema": 3}', "schema", "newer version"),
    ('{"schema": 0}', "schema", "is 0, but must be a whole number"),
    ('{"schema": true}', "schema", "whole number"),
    ('{"schema": "1"}', "schema", "is '1', but must be a whole number"),
    ("{}", "schema", "missing"),
    ("[]", "", "braces"),
    ("", "", "JSON"),
    ("hello", "", "JSON"),
    ("\ud800", "", "JSON"),
    ("[" * 100_000, "", "deeply"),
]


@pytest.mark.parametrize(("text", "field", "says"), WRONG, ids=[f"{index}" for index in range(len(WRONG))])
def test_wrong_experiments_name_the_field(text: str, field: str, says: str) -> None:
    error = refusal(text)
    assert error.field == field
    assert says in str(error)


@pytest.mark.parametrize("value", ["[" * 990 + "]" * 990, '"' + "x" * 100_000 + '"', "1" * 5000])
def test_monstrous_values_give_short_messages(value: str) -> None:
    refusal(f'{{"schema": 1, "seed": {value}}}')


def test_a_text_is_as_long_as_it_may_be() -> None:
    text = experiment_to_json(UNUSUAL)
    assert experiment_from_json(text.ljust(limits.EXPERIMENT)) == UNUSUAL
    assert "far too long" in str(refusal(text.ljust(limits.EXPERIMENT + 1)))


def wrong_values(spec: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for field in fields(spec):
        value = getattr(spec, field.name)
        found += wrong_values(value, (*path, field.name)) if is_dataclass(value) else [(*path, field.name)]
    return found


@pytest.mark.parametrize("path", wrong_values(Experiment()), ids=".".join)
def test_every_field_refuses_the_wrong_type(path: tuple[str, ...]) -> None:
    plain = json.loads(experiment_to_json(Experiment()))
    part = plain
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = {"surprise": [1]}
    assert refusal(json.dumps(plain)).field == ".".join(path)


@pytest.mark.slow
def test_truncated_and_damaged_text_never_raises_anything_else() -> None:
    text = experiment_to_json(UNUSUAL)
    for length in range(len(text) - 1):
        if text[:length].rstrip() != text.rstrip():
            refusal(text[:length])
    for position in range(len(text)):
        for character in '"{}[],:0x':
            damaged = text[:position] + character + text[position + 1 :]
            try:
                assert isinstance(experiment_from_json(damaged), Experiment)
            except ExperimentError:
                continue


LEAVES = st.none() | st.booleans() | st.floats() | st.integers() | st.text()
NAMES = st.sampled_from(["dataset", "layers", "training", "kind", "units", "seed", "features"])


@settings(max_examples=50)
@given(st.recursive(LEAVES, lambda parts: st.lists(parts) | st.dictionaries(NAMES, parts)))
def test_arbitrary_json_never_raises_anything_else(plain: Any) -> None:
    whole = {"schema": 1, **plain} if isinstance(plain, dict) else {"schema": 1, "layers": plain}
    try:
        assert isinstance(experiment_from_json(json.dumps(whole)), Experiment)
    except ExperimentError:
        return


def test_older_schemas_are_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(plain: dict[str, Any]) -> dict[str, Any]:
        return {{"random_seed": "seed"}.get(name, name): value for name, value in plain.items()}

    def shift(plain: dict[str, Any]) -> dict[str, Any]:
        return {**plain, "seed": plain["seed"] + 1}

    monkeypatch.setattr(experiment_json, "SCHEMA", 3)
    monkeypatch.setattr(experiment_json, "MIGRATIONS", {1: rename, 2: shift})
    assert experiment_from_json('{"schema": 1, "random_seed": 5}').seed == 6
    assert experiment_from_json('{"schema": 2, "seed": 5}').seed == 6
    assert experiment_from_json('{"schema": 3, "seed": 5}').seed == 5
    assert refusal('{"schema": 4}').field == "schema"


def test_every_schema_has_its_migration() -> None:
    assert set(experiment_json.MIGRATIONS) == set(range(1, experiment_json.SCHEMA))


def test_enumerations_are_saved_by_value() -> None:
    def leaves(value: Any) -> list[Any]:
        if isinstance(value, dict | list):
            return [leaf for part in (value.values() if isinstance(value, dict) else value) for leaf in leaves(part)]
        return [value]

    assert not any(isinstance(leaf, Enum) for leaf in leaves(json.loads(experiment_to_json(Experiment()))))
    assert '"glorot"' in experiment_to_json(Experiment())


# Older schemas --------------------------------------------------------------------------------------------------------

OLD = {
    "samples": 200,
    "noise": 0.1,
    "training_share": 0.7,
    "arms": 3,
    "classes": 4,
    "features": ["x2"],
    "images": 5000,
    "scaling": "standardise",
    "shift": 2,
    "seed": 9,
}
"""All that the data of schema 1 had, whatever its kind."""


def test_data_of_schema_1_keep_what_concerns_their_domain() -> None:
    points = experiment_from_json(json.dumps({"schema": 1, "dataset": {"kind": "spirals", **OLD}}))
    assert points.dataset == PlaneSpec(
        kind=DatasetKind.SPIRALS,
        samples=200,
        noise=0.1,
        training_share=0.7,
        arms=3,
        classes=4,
        features=(Feature.X2,),
        scaling=Scaling.STANDARDISE,
        seed=9,
    )
    images = experiment_from_json(json.dumps({"schema": 1, "dataset": {"kind": "mnist", **OLD}}))
    assert images.dataset == ImageSpec(
        kind=DatasetKind.MNIST, images=5000, scaling=Scaling.STANDARDISE, shift=2, seed=9
    )
    without_kind = experiment_from_json(json.dumps({"schema": 1, "dataset": OLD}))
    assert without_kind.dataset == replace(points.dataset, kind=DatasetKind.CIRCLE)


@pytest.mark.parametrize(
    ("dataset", "field"),
    [
        ({"kind": "mnist", "smples": 3}, "dataset.smples"),
        ({"kind": "mnits", "samples": 3}, "dataset.kind"),
        ({"kind": ["mnist"]}, "dataset.kind"),
        ({"kind": "circle", "noise": 3}, "dataset.noise"),
        (7, "dataset"),
    ],
)
def test_odd_data_of_schema_1_are_refused_by_name(dataset: Any, field: str) -> None:
    assert refusal(json.dumps({"schema": 1, "dataset": dataset})).field == field


# Domains --------------------------------------------------------------------------------------------------------------

TABLE = TableSpec(
    name="iris",
    digest="0123456789abcdef" * 4,
    task=Task.MULTICLASS,
    input_names=("length", "width"),
    target_names=("setosa", "virginica", "versicolor"),
    test_share=0.3,
)


def test_data_have_the_fields_of_their_domain_alone() -> None:
    of = {
        domain: json.loads(experiment_to_json(Experiment(dataset=domain)))["dataset"] for domain in (PlaneSpec(), TABLE)
    }
    assert "images" not in of[PlaneSpec()]
    assert "samples" not in of[TABLE]
    assert of[TABLE]["kind"] == "table"
    assert of[TABLE]["target_names"] == ["setosa", "virginica", "versicolor"]
    for domain, plain in of.items():
        assert experiment_from_json(json.dumps({"schema": 2, "dataset": plain})).dataset == domain


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"digest": "abc"}, "dataset.digest"),
        ({"digest": 5}, "dataset.digest"),
        ({"task": "guess"}, "dataset.task"),
        ({"task": "binary"}, "dataset.target_names"),
        ({"target_names": []}, "dataset.target_names"),
        ({"target_names": ["a", "a", "b"]}, "dataset.target_names"),
        ({"input_names": ["a", ""]}, "dataset.input_names"),
        ({"input_names": [1]}, "dataset.input_names"),
        ({"test_share": 1}, "dataset.test_share"),
        ({"samples": 10}, "dataset.samples"),
    ],
)
def test_wrong_tables_name_the_field(change: dict[str, Any], field: str) -> None:
    plain = json.loads(experiment_to_json(Experiment(dataset=TABLE)))
    assert refusal(json.dumps(plain | {"dataset": plain["dataset"] | change})).field == field


def test_a_table_must_say_which_one_it_is() -> None:
    assert refusal('{"schema": 2, "dataset": {"kind": "table"}}').field == "dataset.digest"
