"""Painted points in files: in JSON and in projects they come back to the bit, and what is malformed is refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from same_state import assert_same

from nnstudio.core.data.dataset import build
from nnstudio.core.data.painted import brushed, painted
from nnstudio.core.experiment import DenseSpec, Experiment, PaintedSpec, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind, Feature, Scaling
from nnstudio.core.experiment.dataset_spec import FARTHEST, MAXIMUM_PAINTED
from nnstudio.core.training.trainer import Trainer
from nnstudio.files import limits
from nnstudio.files.experiment_json import ExperimentError, experiment_from_json, experiment_to_json
from nnstudio.files.project import Project, load_project, save_project

SPEC = brushed(painted(PlaneSpec(kind=DatasetKind.SPIRALS, samples=80, noise=0.2)), [(0.1, 0.2), (3.0, -0.0)], 1)
EXPERIMENT = Experiment(dataset=SPEC, layers=(DenseSpec(units=3),))

numbers = st.floats(-FARTHEST, FARTHEST)


def points(classes: int, least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(st.tuples(numbers, numbers, st.integers(0, classes - 1)), min_size=least, max_size=20).map(tuple)


@st.composite
def paintings(draw: st.DrawFn) -> PaintedSpec:
    classes = draw(st.integers(2, 10))
    return PaintedSpec(
        classes=classes,
        stroke_test_share=draw(st.floats(0, 0.9)),
        scaling=draw(st.sampled_from(Scaling)),
        features=draw(st.lists(st.sampled_from(Feature), min_size=1, unique=True).map(tuple)),
        training=((0.0, 0.0, 0), (0.5, 1e-300, 1), *draw(points(classes))),
        test=draw(points(classes)),
    )


@settings(max_examples=60)
@given(paintings())
def test_json_there_and_back_to_the_bit(spec: PaintedSpec) -> None:
    text = experiment_to_json(Experiment(dataset=spec))
    back = experiment_from_json(text)
    assert back == Experiment(dataset=spec)
    assert experiment_to_json(back) == text
    assert isinstance(back.dataset, PaintedSpec)
    for part in ("training", "test"):
        assert_same(getattr(back.dataset, part), getattr(spec, part))
    there, here = (build(replace(each, scaling=Scaling.NONE)) for each in (spec, back.dataset))
    assert there.train.augmented.tobytes() == here.train.augmented.tobytes()
    assert there.test.raw.tobytes() == here.test.raw.tobytes()


def test_a_point_stands_in_one_line() -> None:
    text = experiment_to_json(replace(EXPERIMENT, dataset=brushed(SPEC, [(1.25, -3)], 0)))
    assert "\n      [1.25, -3.0, 0]" in text
    assert '"extent": [-6.0, 6.0, -6.0, 6.0],' in text
    assert '"features": [\n      "x1",' in text


def test_a_project_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    trainer = Trainer(EXPERIMENT)
    trainer.train(epochs=3)
    path = tmp_path / "painted.nns"
    save_project(path, Project(EXPERIMENT, trainer.state()))
    project = load_project(path)
    assert project.experiment == EXPERIMENT
    assert project.state is not None
    again = Trainer.resumed(project.state)
    for each in (trainer, again):
        each.train(epochs=2)
    assert_same(trainer.state().params, again.state().params)


def test_the_longest_there_can_be_is_read() -> None:
    worst = -1.2345678901234567e-101
    spec = PaintedSpec(training=((worst, worst, 0), (worst, worst, 1)) * (MAXIMUM_PAINTED // 2))
    text = experiment_to_json(Experiment(dataset=spec))
    assert 2 * len(text) < limits.EXPERIMENT
    assert experiment_from_json(text).dataset == spec


def refused(**dataset: Any) -> str:
    plain = json.loads(experiment_to_json(EXPERIMENT))
    plain["dataset"] |= dataset
    with pytest.raises(ExperimentError) as caught:
        experiment_from_json(json.dumps({name: value for name, value in plain.items() if value is not None}))
    assert "Nothing was changed" in str(caught.value)
    assert len(str(caught.value)) < 400
    assert caught.value.field.startswith("dataset")
    return str(caught.value)


@pytest.mark.parametrize(
    ("training", "why"),
    [
        ([[0, 0, 0], [1, 1, 2]], r"dataset.training[1] is (1.0, 1.0, 2), but must be two numbers"),
        ([[0, 0, 0], [1e9, 1, 1]], "within ±1000"),
        ([[0, 0, 0], [1, 1, 0]], "at least two classes"),
        ([], "at least two classes"),
        ([[0, 0, 0], [1, 1, 1]] * MAXIMUM_PAINTED, "5000 are allowed"),
        ([[0, 0, 0], [1, 1]], "Expected `array` of length 3"),
        ([[0, 0, 0], [1, None, 1]], "Expected `float`"),
        ([[0, 0, 0], [1, 1, 0.5]], "Expected `int`"),
        ([[0, 0, 0], [1, 1, 2**80]], "dataset.training"),
        ("points", "Expected `array`"),
        (7, "Expected `array`"),
    ],
)
def test_malformed_points_are_refused(training: Any, why: str) -> None:
    assert why in refused(training=training)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_what_is_no_number_is_refused(number: str) -> None:
    text = experiment_to_json(EXPERIMENT).replace("[3.0, -0.0, 1]", f"[{number}, 0.0, 1]")
    assert number in text
    with pytest.raises(ExperimentError):
        experiment_from_json(text)


def test_other_fields_are_refused() -> None:
    assert "dataset.samples is not known" in refused(samples=10)
    assert "dataset.extent" in refused(extent=[1, 0, 0, 1])
    plain = json.loads(experiment_to_json(EXPERIMENT))
    del plain["dataset"]["training"]
    with pytest.raises(ExperimentError, match=r"dataset.training is missing"):
        experiment_from_json(json.dumps(plain))
