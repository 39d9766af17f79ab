"""Arrays from somebody's own script: what becomes of them, and what is refused in a sentence."""

from typing import Any

import numpy as np
import pytest

from nnstudio.core.data.dataset import DataError, Dataset
from nnstudio.core.data.table import Table
from nnstudio.core.experiment.choices import Domain, Scaling, Task
from nnstudio.core.experiment.dataset_spec import TableSpec
from nnstudio.core.experiment.setting import SettingError

RANDOM = np.random.default_rng(4)
X = RANDOM.normal(3, 2, (100, 5))
LABELS = np.arange(100) % 4


def made(y: Any, inputs: Any = X, **arguments: Any) -> Dataset:
    return Dataset.from_arrays(inputs, y, **arguments)


# What there is to learn -----------------------------------------------------------------------------------------------

WORDS = np.array(["ash", "birch", "cedar"])[np.arange(100) % 3]


@pytest.mark.parametrize(
    ("y", "arguments", "task", "names", "outputs"),
    [
        (LABELS, {}, Task.MULTICLASS, ("0", "1", "2", "3"), 4),
        (LABELS + 7, {}, Task.MULTICLASS, ("7", "8", "9", "10"), 4),
        (LABELS.reshape(-1, 1), {}, Task.MULTICLASS, ("0", "1", "2", "3"), 4),
        (LABELS.tolist(), {}, Task.MULTICLASS, ("0", "1", "2", "3"), 4),
        (LABELS.astype(np.uint8), {}, Task.MULTICLASS, ("0", "1", "2", "3"), 4),
        (LABELS.astype(float), {"task": Task.MULTICLASS}, Task.MULTICLASS, ("0", "1", "2", "3"), 4),
        (np.eye(4)[LABELS], {"task": Task.MULTICLASS}, Task.MULTICLASS, ("0", "1", "2", "3"), 4),
        (LABELS % 2, {}, Task.BINARY, ("0", "1"), 1),
        (2 * (LABELS % 2) - 1, {}, Task.BINARY, ("-1", "1"), 1),
        (LABELS % 2 == 0, {}, Task.BINARY, ("False", "True"), 1),
        (LABELS % 2, {"task": Task.MULTICLASS}, Task.MULTICLASS, ("0", "1"), 2),
        (LABELS % 2, {"class_names": ["no", "yes"]}, Task.BINARY, ("no", "yes"), 1),
        (WORDS, {}, Task.MULTICLASS, ("ash", "birch", "cedar"), 3),
        (WORDS.astype(object), {}, Task.MULTICLASS, ("ash", "birch", "cedar"), 3),
        (LABELS[:] % 2 * 2, {"class_names": ["a", "b", "c"]}, Task.MULTICLASS, ("a", "b", "c"), 3),
        (X[:, 0], {}, Task.REGRESSION, ("y",), 1),
        (X[:, :1], {}, Task.REGRESSION, ("y",), 1),
        (X[:, :3], {}, Task.REGRESSION, ("y1", "y2", "y3"), 3),
        (X[:, :2].astype(np.float32), {"class_names": ["u", "v"]}, Task.REGRESSION, ("u", "v"), 2),
        (LABELS, {"task": Task.REGRESSION}, Task.REGRESSION, ("y",), 1),
        (X[:, :3] > 3, {}, Task.MULTILABEL, ("0", "1", "2"), 3),
        ((X[:, :3] > 3).astype(int), {"class_names": ["A", "C", "B"]}, Task.MULTILABEL, ("A", "C", "B"), 3),
        ((X[:, :3] > 3).astype(float), {"task": Task.MULTILABEL}, Task.MULTILABEL, ("0", "1", "2"), 3),
    ],
)  # fmt: skip
def test_the_task_is_read_off_y(
    y: Any, arguments: dict[str, Any], task: Task, names: tuple[str, ...], outputs: int
) -> None:
    data = made(y, **arguments)
    assert (data.task, data.target_names, data.outputs) == (task, names, outputs)
    assert data.classes == (0 if task is Task.REGRESSION else len(names))
    assert data.class_names == (() if task is Task.REGRESSION else names)
    assert data.output_names == (names[1:] if task is Task.BINARY else names)
    assert data.train.targets.shape == (80, outputs)
    assert data.test.targets.shape == (20, outputs)
    assert data.train.targets.dtype == np.float32
    assert len(data.train.labels) == (80 if task in (Task.BINARY, Task.MULTICLASS) else 0)


def test_every_example_keeps_its_inputs_and_its_truth() -> None:
    numbered = np.column_stack((np.arange(100), X))
    data = made(WORDS, numbered)
    for split in (data.train, data.test):
        rows = split.raw[:, 0].astype(int)
        assert [data.class_names[label] for label in split.labels] == WORDS[rows].tolist()
        assert (split.targets.argmax(axis=1) == split.labels).all()
        np.testing.assert_array_equal(split.raw, numbered[rows])
    values = made(X[:, :2], numbered)
    np.testing.assert_allclose(values.test.targets, X[values.test.raw[:, 0].astype(int), :2], rtol=1e-6)


def test_the_spec_knows_the_table_and_holds_no_array() -> None:
    data = made(WORDS, name="trees", input_names=list("abcde"), seed=3)
    spec = data.spec
    assert isinstance(spec, TableSpec)
    assert (spec.name, spec.task, spec.input_names, spec.seed) == ("trees", Task.MULTICLASS, tuple("abcde"), 3)
    assert spec.target_names == ("ash", "birch", "cedar")
    assert data.domain == Table(tuple("abcde"))
    assert data.recipe.domain is Domain.TABLE
    assert hash(spec) == hash(made(WORDS, name="trees", input_names=list("abcde"), seed=3).spec)


def test_the_digest_tells_tables_apart() -> None:
    others = [
        made(LABELS),
        made(LABELS[::-1]),
        made(LABELS, X + 1e-9),
        made(LABELS, X[:, :4]),
        made(LABELS, X[:, ::-1]),
        made(LABELS.astype(float)),
    ]
    assert len({data.spec.digest for data in others if isinstance(data.spec, TableSpec)}) == len(others)
    again = made(LABELS.copy(), np.asfortranarray(X))
    assert again.spec == others[0].spec


def test_the_arrays_are_copied() -> None:
    inputs = X.copy()
    data = made(LABELS, inputs, test_share=0)
    inputs[:] = 0
    np.testing.assert_array_equal(data.train.raw, X)
    inputs[0, 0] = 1  # and stay writeable


# Split and scaling ----------------------------------------------------------------------------------------------------


def test_the_test_share_is_stratified_and_repeatable() -> None:
    rare = np.array([0] * 150 + [1] * 40 + [2] * 10)
    inputs = RANDOM.normal(size=(200, 2))
    data = made(rare, inputs, test_share=0.3)
    assert abs(np.bincount(data.test.labels) - [45, 12, 3]).max() <= 1
    assert len(data.test) == 60
    np.testing.assert_array_equal(made(rare, inputs, test_share=0.3).test.raw, data.test.raw)
    assert not np.array_equal(made(rare, inputs, test_share=0.3, seed=2).test.raw, data.test.raw)


def test_a_class_with_a_single_example_is_trained_on() -> None:
    data = made([0] * 5 + [1] * 5 + [2], X[:11], test_share=0.9)
    assert set(data.train.labels) == {0, 1, 2}
    assert len(data.test) == 8


def test_without_a_test_share_all_examples_train_and_test() -> None:
    data = made(LABELS, test_share=0)
    assert data.test is data.train
    assert len(data.train) == 100


@pytest.mark.parametrize("scaling", Scaling)
def test_scaling_is_measured_on_the_training_examples(scaling: Scaling) -> None:
    data = made(LABELS, scaling=scaling, dtype=np.float64)
    train = data.train.raw
    if scaling is Scaling.STANDARDISE:
        expected = (data.test.raw - train.mean(axis=0)) / train.std(axis=0)
    elif scaling is Scaling.MIN_MAX:
        expected = 2 * (data.test.raw - train.min(axis=0)) / np.ptp(train, axis=0) - 1
    else:
        expected = data.test.raw
    np.testing.assert_allclose(data.test.inputs, expected)
    np.testing.assert_allclose(data.recipe.apply(data.test.raw), expected)


def test_a_constant_column_stays_calm_although_its_deviation_is_a_rounding_error() -> None:
    inputs = np.column_stack((np.full(100, 0.1), X))
    assert inputs[:, 0].std() > 0, "or this test proves nothing"
    data = made(LABELS, inputs)
    assert np.abs(data.train.inputs[:, 0]).max() < 1e-6
    assert data.recipe.scale[0] == 1


# What is refused ------------------------------------------------------------------------------------------------------

HOLE = X.copy()
HOLE[17, 3] = np.nan


@pytest.mark.parametrize(
    ("inputs", "y", "sentence"),
    [
        (HOLE, LABELS, "X is missing or infinite in row 17, column 3 (from 0), and in 1 places"),
        (np.where(np.isnan(HOLE), np.inf, X), LABELS, "X is missing or infinite in row 17, column 3"),
        (np.where(np.isnan(HOLE), -1e200, X), LABELS, "X is too large to learn in row 17, column 3"),
        (X, LABELS[:99], "X has 100 examples, but y has 99"),
        (X, np.zeros(100, int), "y has a single class, 0"),
        (X, np.full(100, "a"), "y has a single class, a"),
        (np.empty((0, 5)), np.empty(0, int), "X has the shape (0, 5), so there is nothing"),
        (np.empty((100, 0)), LABELS, "X has the shape (100, 0), so there is nothing"),
        ([], [], "X is a single row of 0 numbers"),
        (X[:, 0], LABELS, "X.reshape(-1, 1)"),
        (X.reshape(100, 5, 1), LABELS, "X.reshape(len(X), -1)"),
        (X.astype(object), LABELS, "X holds objects"),
        (X.astype(str), LABELS, "X holds text"),
        (X + 1j, LABELS, "X holds complex numbers"),
        (np.full((100, 1), np.datetime64("2020-01-01")), LABELS, "X holds dates"),
        ([[1, 2], [3]], [0, 1], "X is no array of numbers: its rows differ"),
        (np.ma.masked_array(X, X > 3), LABELS, "X has masked values"),
        (None, LABELS, "X is NoneType"),
        (5, LABELS, "X is int"),
        (X, None, "y is NoneType"),
        (X, "abc", "y is str"),
        (X, {1: 2}, "y is dict"),
        (X, np.array([1, "a"] * 50, object), "y is of the type object"),
        (X, np.array(["", "a"] * 50), "y has an empty label"),
        (X, LABELS + 1j, "y is of the type complex128"),
        (X, np.where(LABELS == 0, np.nan, 1.0), "y is missing or infinite in row 0"),
        (X, np.full((100, 3), 2), "y has several columns and holds 2"),
        (X, np.empty((100, 0), int), "y has no columns"),
        (X, np.zeros((100, 2, 2)), "y has the shape (100, 2, 2)"),
        (np.zeros((3000, 1)), np.arange(3000), "y has 3000 different labels"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(inputs: Any, y: Any, sentence: str) -> None:
    with pytest.raises(DataError) as caught:
        made(y, inputs)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("y", "arguments", "sentence"),
    [
        (LABELS, {"task": Task.BINARY}, "y has 4 classes"),
        (X[:, 0], {"task": Task.MULTICLASS}, "y holds fractions"),
        (LABELS, {"class_names": ["a", "b"]}, "class_names has 2 names for 4 classes"),
        (LABELS, {"class_names": ["a", "b", "c", "a"]}, "name each of the classes differently"),
        (LABELS, {"class_names": ["a", "b", "c", ""]}, "name each of the classes differently"),
        (LABELS, {"class_names": "abcd"}, "class_names is the text 'abcd'"),
        (LABELS, {"input_names": ["a"]}, "input_names has 1 names for 5 inputs"),
        (LABELS, {"test_share": 0, "validation_share": 0.1}, "none are left to validate with"),
        (np.ones((100, 2), int), {"task": Task.MULTICLASS}, "not a single 1 in each row"),
        (WORDS, {"task": Task.REGRESSION}, "y holds text"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(y: Any, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError) as caught:
        made(y, **arguments)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [{"test_share": 1.5}, {"validation_share": -0.1}, {"seed": -1}, {"scaling": "none"}, {"test_share": "a"}],
)
def test_settings_out_of_range_are_refused_by_name(arguments: dict[str, Any]) -> None:
    with pytest.raises(SettingError) as caught:
        made(LABELS, **arguments)
    assert caught.value.field == f"dataset.{next(iter(arguments))}"


def test_too_few_examples_to_split_are_refused() -> None:
    with pytest.raises(DataError, match="none can be split off"):
        made([0, 1], X[:2])
