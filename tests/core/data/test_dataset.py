"""From a request to examples: split, features, scaling, and one row of everything for each kind of data set."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from nnstudio.core.data.dataset import BUILDERS, DataError, Dataset, build
from nnstudio.core.data.features import FEATURES, features_of
from nnstudio.core.data.images import Images, ImageSet
from nnstudio.core.data.plane import PLANE_KINDS, Plane
from nnstudio.core.data.scaling import SCALINGS, measure
from nnstudio.core.experiment.choices import DatasetKind, Feature, Scaling, Task
from nnstudio.core.experiment.dataset_spec import (
    SPECS,
    DatasetSpec,
    ImageSpec,
    PaintedSpec,
    PictureSpec,
    PlaneSpec,
    TableSpec,
)
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.trainer import Trainer

ALL_FEATURES = tuple(Feature)


def images(train: int = 40, test: int = 10) -> ImageSet:
    """Random images; the upper left pixel is ink in the test alone."""
    random = np.random.default_rng(5)
    pixels = random.integers(0, 200, (train + test, 4, 3)).astype(np.uint8)
    pixels[:train, 0, 0] = 0
    pixels[train:, 0, 0] = 255
    labels = np.arange(train + test) % 3
    return ImageSet(pixels[:train], labels[:train], pixels[train:], labels[train:], 3)


def of_images(spec: DatasetSpec) -> Dataset:
    return build(spec, lambda _: images(train=120), dtype=np.float64)


MNIST = ImageSpec(kind=DatasetKind.MNIST, images=100)


# Every kind of data set -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", DatasetKind, ids=lambda kind: kind.value)
def test_every_kind_has_everything(kind: DatasetKind) -> None:
    assert kind.label
    assert kind.help.endswith(".")
    assert len(kind.help) < 100
    assert (kind in PLANE_KINDS) == (SPECS[kind] is PlaneSpec)
    assert SPECS[kind] in BUILDERS
    if SPECS[kind] not in (PaintedSpec, PictureSpec, TableSpec):
        assert type(default_experiment(kind).dataset) is SPECS[kind]
        assert default_experiment(kind).dataset.kind is kind


def test_every_setting_of_the_plane_concerns_some_kind() -> None:
    for_all = {"kind", "features", "scaling"}
    assert {field.name for field in fields(PlaneSpec)} - for_all == {
        name for kind in PLANE_KINDS.values() for name in kind.settings
    }


OTHER: dict[str, Any] = {
    "samples": 40,
    "noise": 0.5,
    "training_share": 0.7,
    "validation_share": 0.2,
    "seed": 2,
    "arms": 4,
    "classes": 5,
}
"""Values other than the defaults."""


@pytest.mark.parametrize("kind", PLANE_KINDS, ids=lambda k: k.value)
def test_a_kind_reads_the_settings_that_are_said_to_concern_it(kind: DatasetKind) -> None:
    spec = PlaneSpec(kind=kind, samples=60)
    plain = build(spec)
    for name, value in OTHER.items():
        other = build(replace(spec, **{name: value}))
        same = all(
            np.array_equal(getattr(getattr(plain, part), array), getattr(getattr(other, part), array))
            for part in ("train", "test")
            for array in ("augmented", "targets")
        )
        assert same == (name not in PLANE_KINDS[kind].settings), name


def test_every_feature_and_scaling_is_computed() -> None:
    assert set(FEATURES) == set(Feature)
    assert set(SCALINGS) == set(Scaling)


# Split ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.1, 0.25, 0.9])
def test_split(share: float) -> None:
    spec = PlaneSpec(kind=DatasetKind.MOONS, samples=200, training_share=share)
    data = build(spec)
    assert (len(data.train), len(data.test)) == (round(200 * share), 200 - round(200 * share))
    both = np.concatenate((data.train.raw, data.test.raw))
    assert len(np.unique(both, axis=0)) == 200, "each point is in one of both"
    labels = np.concatenate((data.train.labels, data.test.labels))
    assert np.bincount(labels).tolist() == [100, 100]
    again, other = build(spec), build(replace(spec, seed=2))
    assert np.array_equal(data.train.raw, again.train.raw)
    assert not np.array_equal(data.train.raw, other.train.raw)


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_neither_part_is_empty(share: float) -> None:
    data = build(PlaneSpec(samples=10, training_share=share))
    assert min(len(data.train), len(data.test)) == 1


def test_order_is_mixed() -> None:
    labels = build(PlaneSpec(kind=DatasetKind.SPIRALS, samples=200)).train.labels
    assert 30 < (labels[1:] != labels[:-1]).sum() < 70, "neither class by class nor in turn"


def test_truth_table_is_all_there_on_both_sides() -> None:
    data = build(PlaneSpec(kind=DatasetKind.XOR4))
    assert np.array_equal(data.train.raw, data.test.raw)
    assert sorted(data.train.labels.tolist()) == [0, 0, 1, 1]
    assert data.test is data.train
    assert isinstance(data.domain, Plane)
    assert data.domain.extent == (-0.5, 1.5, -0.5, 1.5)


def test_examples_are_read_only_and_end_in_one() -> None:
    data = build(PlaneSpec(kind=DatasetKind.BLOBS, classes=4), dtype=np.float64)
    for split in (data.train, data.test):
        assert (split.augmented[:, -1] == 1).all()
        assert np.shares_memory(split.inputs, split.augmented)
        for array in (split.augmented, split.targets, split.labels, split.raw):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0
    assert data.train.augmented.dtype == data.train.targets.dtype == np.float64
    assert build(PlaneSpec()).train.augmented.dtype == np.float32


def test_targets() -> None:
    binary, many = build(PlaneSpec()), build(PlaneSpec(kind=DatasetKind.BLOBS, classes=4))
    values = build(PlaneSpec(kind=DatasetKind.SINE))
    assert [data.task for data in (binary, many, values)] == [Task.BINARY, Task.MULTICLASS, Task.REGRESSION]
    assert [(data.outputs, data.classes) for data in (binary, many, values)] == [(1, 2), (4, 4), (1, 0)]
    assert np.array_equal(binary.train.targets[:, 0], binary.train.labels)
    assert np.array_equal(many.train.targets.argmax(axis=1), many.train.labels)
    assert (many.train.targets.sum(axis=1) == 1).all()
    expected = np.sin(np.pi * values.train.raw[:, 0] / 3)
    np.testing.assert_allclose(values.train.targets[:, 0], expected, atol=1e-6)
    assert values.train.labels.size == 0


# Features and scaling -------------------------------------------------------------------------------------------------


def test_features_in_the_order_asked_for() -> None:
    points = np.array([[2.0, -3.0], [0.5, 4.0]])
    x1, x2 = points.T
    columns = {
        Feature.X1: x1,
        Feature.X2: x2,
        Feature.X1_SQUARED: x1**2,
        Feature.X2_SQUARED: x2**2,
        Feature.X1_X2: x1 * x2,
        Feature.SIN_X1: np.sin(x1),
        Feature.SIN_X2: np.sin(x2),
    }
    for features in (ALL_FEATURES, ALL_FEATURES[::-1], (Feature.SIN_X2,)):
        np.testing.assert_allclose(
            features_of(points, features), np.stack([columns[each] for each in features], axis=1)
        )
    data = build(PlaneSpec(features=(Feature.X1_X2, Feature.X1)))
    assert data.input_names == ("x₁x₂", "x₁")
    assert data.shape == (2,)
    np.testing.assert_allclose(data.train.inputs[:, 0], data.train.raw.prod(axis=1), rtol=1e-6)


@pytest.mark.parametrize("scaling", Scaling, ids=lambda kind: kind.value)
def test_scaling_is_measured_on_the_training_points_alone(scaling: Scaling) -> None:
    spec = PlaneSpec(kind=DatasetKind.SPIRALS, samples=60, features=ALL_FEATURES, scaling=scaling, training_share=0.2)
    data = build(spec, dtype=np.float64)
    train, test = (features_of(split.raw, ALL_FEATURES) for split in (data.train, data.test))
    if scaling is Scaling.NONE:
        shift, scale = np.zeros(7), np.ones(7)
    elif scaling is Scaling.STANDARDISE:
        shift, scale = train.mean(axis=0), train.std(axis=0)
    else:
        shift, scale = (train.max(axis=0) + train.min(axis=0)) / 2, np.ptp(train, axis=0) / 2
        np.testing.assert_allclose(np.abs(data.train.inputs).max(axis=0), 1)
        assert np.abs(data.test.inputs).max() > 1, "the test was not looked at"
    np.testing.assert_allclose(data.train.inputs, (train - shift) / scale)
    np.testing.assert_allclose(data.test.inputs, (test - shift) / scale)
    np.testing.assert_allclose(data.encode(data.test.raw), data.test.augmented)


def test_an_input_that_never_varies_is_only_shifted() -> None:
    inputs = np.array([[3.0, 1.0], [3.0, 2.0]])
    for kind in (Scaling.STANDARDISE, Scaling.MIN_MAX):
        shift, scale = measure(kind, inputs)
        scaled = (inputs - shift) / scale
        assert scaled[:, 0].tolist() == [0, 0]
        assert scaled[:, 1].tolist() == [-1, 1]


def test_grid_is_seen_as_the_network_sees_points() -> None:
    data = build(PlaneSpec(features=(Feature.X1, Feature.X2, Feature.SIN_X1), scaling=Scaling.STANDARDISE))
    assert isinstance(data.domain, Plane)
    grid = data.encode(data.domain.grid(4))
    assert grid.shape == (16, 4)
    assert (grid[:, -1] == 1).all()
    corners = np.array([[-4.5, 4.5], [4.5, 4.5], [-4.5, -4.5], [4.5, -4.5]])  # upper left first, row by row
    np.testing.assert_allclose(grid[[0, 3, 12, 15], :-1], data.recipe.apply(corners), rtol=1e-6)


# Images ---------------------------------------------------------------------------------------------------------------


def test_images_become_rows() -> None:
    data = of_images(MNIST)
    source = images(train=120)
    assert (len(data.train), len(data.test)) == (100, 10)
    assert (data.shape, data.outputs, data.task) == ((1, 4, 3), 3, Task.MULTICLASS)
    np.testing.assert_allclose(data.train.inputs, source.train_pixels[:100].reshape(100, 12) / 255, atol=1e-15)
    assert np.array_equal(data.train.labels, source.train_labels[:100])
    assert isinstance(data.domain, Images)
    assert data.class_names == data.output_names == ("0", "1", "2")


@pytest.mark.parametrize("scaling", [Scaling.STANDARDISE, Scaling.MIN_MAX], ids=lambda kind: kind.value)
def test_images_are_scaled_alike_in_every_pixel(scaling: Scaling) -> None:
    data = of_images(replace(MNIST, scaling=scaling))
    assert len(set(data.recipe.shift.tolist())) == len(set(data.recipe.scale.tolist())) == 1
    train = data.train.inputs
    if scaling is Scaling.STANDARDISE:
        assert (train.mean(), train.std()) == (pytest.approx(0, abs=1e-9), pytest.approx(1))
    else:
        assert (train.min(), train.max()) == (pytest.approx(-1), pytest.approx(1))
    assert data.test.inputs[:, 0].max() < 4, "a pixel that was always background does not blow up"


def test_blank_images_are_no_trouble() -> None:
    blank = ImageSet(
        np.zeros((100, 2, 2), np.uint8), np.zeros(100, int), np.zeros((5, 2, 2), np.uint8), np.zeros(5, int), 2
    )
    for scaling in Scaling:
        data = build(replace(MNIST, scaling=scaling), lambda _: blank)
        assert (data.train.inputs == 0).all()


def test_images_from_files_need_somebody_who_reads_them() -> None:
    with pytest.raises(DataError, match="MNIST has to be read from files"):
        build(MNIST)
    with pytest.raises(DataError, match="MNIST"):
        Trainer(default_experiment(DatasetKind.MNIST))
