"""The recipe is all that is done to raw examples: applied by hand it gives the very inputs that were trained on."""

from typing import Any

import numpy as np
import pytest

from nnstudio.core.data.dataset import DataError, Dataset, build
from nnstudio.core.experiment.choices import DatasetKind, Domain, Feature, Scaling
from nnstudio.core.experiment.dataset_spec import ImageSpec, PlaneSpec


def data_of(domain: Domain, scaling: Scaling, dtype: type[np.floating] = np.float64) -> Dataset:
    if domain is Domain.PLANE:
        features = (Feature.SIN_X2, Feature.X1, Feature.X1_X2)
        return build(PlaneSpec(kind=DatasetKind.MOONS, features=features, scaling=scaling), dtype=dtype)
    if domain is Domain.IMAGES:
        return build(ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100, scaling=scaling), dtype=dtype)
    rows = np.random.default_rng(1).normal(4, 2, (60, 5))
    return Dataset.from_arrays(rows, np.arange(60) % 2, scaling=scaling, dtype=dtype)


EACH = [(domain, scaling) for domain in Domain for scaling in Scaling]


@pytest.mark.parametrize(("domain", "scaling"), EACH)
def test_it_gives_the_inputs_that_are_trained_on(domain: Domain, scaling: Scaling) -> None:
    data = data_of(domain, scaling)
    recipe = data.recipe
    assert (recipe.domain, recipe.scaling) == (domain, scaling)
    for split in (data.train, data.test):
        np.testing.assert_allclose(recipe.apply(split.raw), split.inputs, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(data.encode(split.raw), split.augmented)


@pytest.mark.parametrize(("domain", "scaling"), EACH)
def test_its_numbers_are_enough_for_a_check_by_hand(domain: Domain, scaling: Scaling) -> None:
    data = data_of(domain, scaling)
    raw, recipe = data.test.raw, data.recipe
    rows = raw.reshape(len(raw), -1).astype(float)
    if recipe.features:
        x1, x2 = rows.T
        rows = np.stack([{"sin(x2)": np.sin(x2), "x1": x1, "x1*x2": x1 * x2}[f.value] for f in recipe.features], axis=1)
    by_hand = (rows / recipe.divisor - recipe.shift) / recipe.scale
    np.testing.assert_allclose(data.test.inputs, by_hand, rtol=1e-12, atol=1e-12)
    assert len(recipe.names) == (0 if domain is Domain.IMAGES else rows.shape[1])


@pytest.mark.parametrize("domain", Domain)
def test_it_is_the_same_in_32_bits(domain: Domain) -> None:
    data = data_of(domain, Scaling.STANDARDISE, np.float32)
    assert data.encode(data.test.raw).dtype == np.float32
    np.testing.assert_array_equal(data.encode(data.test.raw), data.test.augmented)
    np.testing.assert_allclose(data.recipe.apply(data.test.raw), data.test.inputs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("domain", "raw", "sentence"),
    [
        (Domain.PLANE, np.zeros((3, 3)), r"the shape \(3, 3\), but the network was trained on \(examples, 2\)"),
        (Domain.PLANE, np.zeros(2), r"the shape \(2,\)"),
        (Domain.IMAGES, np.zeros((2, 784)), r"\(examples, 28, 28\)"),
        (Domain.TABLE, np.zeros((2, 5), complex), "of the type complex128, but must be numbers"),
        (Domain.TABLE, [[1.0] * 5, [1.0]], "rows differ in length"),
        (Domain.TABLE, "a", "must be numbers"),
    ],
)
def test_other_shapes_are_refused(domain: Domain, raw: Any, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        data_of(domain, Scaling.NONE).recipe.apply(raw)


def test_whole_numbers_and_lists_are_welcome() -> None:
    recipe = data_of(Domain.TABLE, Scaling.STANDARDISE).recipe
    np.testing.assert_array_equal(recipe.apply([[1, 2, 3, 4, 5]]), recipe.apply(np.arange(1.0, 6.0)[None]))
    assert recipe.apply(np.empty((0, 5))).shape == (0, 5)
