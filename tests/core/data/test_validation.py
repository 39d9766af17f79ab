"""Examples that decide when to stop: split off the training examples, class by class, by the seed alone."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.data.dataset import DataError, Dataset, build
from nnstudio.core.data.examples import Examples
from nnstudio.core.data.sketched_digits import sketched_digits
from nnstudio.core.experiment.choices import DatasetKind, Scaling
from nnstudio.core.experiment.dataset_spec import DatasetSpec, ImageSpec, PlaneSpec

POINTS = PlaneSpec(kind=DatasetKind.BLOBS, classes=4, samples=400, validation_share=0.2)
DIGITS = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=200, validation_share=0.25)
RANDOM = np.random.default_rng(1)
TABLE = RANDOM.normal(size=(200, 3)), np.arange(200) % 4


def table(validation_share: float) -> Dataset:
    return Dataset.from_arrays(*TABLE, validation_share=validation_share)


def of(spec: DatasetSpec) -> tuple[Dataset, Dataset]:
    """The data with and without validation examples."""
    return build(spec), build(replace(spec, validation_share=0.0))


@pytest.mark.parametrize("domain", ["plane", "images", "table"])
def test_they_are_split_off_the_training_examples_class_by_class(domain: str) -> None:
    pairs = {"plane": of(POINTS), "images": of(DIGITS), "table": (table(0.2), table(0.0))}
    data, whole = pairs[domain]
    assert whole.validation is None
    assert data.validation is not None
    share = data.spec.validation_share
    assert len(data.validation) == round(share * len(whole.train))
    assert len(data.train) + len(data.validation) == len(whole.train)
    np.testing.assert_array_equal(data.test.raw, whole.test.raw)
    wanted = share * np.bincount(whole.train.labels)
    assert np.abs(np.bincount(data.validation.labels) - wanted).max() <= 1
    old = {row.tobytes() for row in whole.train.raw}
    parts = [{row.tobytes() for row in split.raw} for split in (data.train, data.validation)]
    assert parts[0] | parts[1] == old
    assert not parts[0] & parts[1]


def test_the_seed_decides_which() -> None:
    given = sketched_digits(DIGITS)
    files = replace(DIGITS, kind=DatasetKind.MNIST)  # the seed does not draw them
    first, again, other = (build(replace(files, seed=seed), lambda _: given) for seed in (1, 1, 7))
    assert first.validation is not None
    assert again.validation is not None
    assert other.validation is not None
    np.testing.assert_array_equal(first.validation.raw, again.validation.raw)
    assert not np.array_equal(first.validation.raw, other.validation.raw)


def test_the_training_examples_stay_in_their_order() -> None:
    data, whole = of(POINTS)
    places = [int(np.flatnonzero((whole.train.raw == row).all(axis=1))[0]) for row in data.train.raw]
    assert places == sorted(places)


def test_the_scaling_does_not_look_at_them() -> None:
    data = build(replace(POINTS, scaling=Scaling.STANDARDISE), dtype=np.float64)
    np.testing.assert_allclose(data.train.inputs.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(data.recipe.shift, data.train.raw.mean(axis=0))


def test_values_are_split_too() -> None:
    data = build(PlaneSpec(kind=DatasetKind.HILLS, samples=100, validation_share=0.3))
    assert data.validation is not None
    assert (len(data.train), len(data.validation)) == (35, 15)


def test_a_truth_table_has_none() -> None:
    assert build(PlaneSpec(kind=DatasetKind.XOR4, validation_share=0.5)).validation is None


def test_where_nothing_can_be_spared_it_is_said() -> None:
    with pytest.raises(DataError, match="none can be split off"):
        build(PlaneSpec(samples=10, training_share=0.1, validation_share=0.1))


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_one_of_every_class_stays(share: float) -> None:
    labels = np.array([0] * 30 + [1] * 2 + [2])
    kept, taken = Examples(np.arange(33), labels).split(share, np.random.default_rng(0))
    assert set(kept.truth.tolist()) == {0, 1, 2}
    assert len(taken) == max(round(33 * share), 1)
    assert sorted([*kept.raw, *taken.raw]) == list(range(33))
