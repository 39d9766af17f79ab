"""Sketched digits: as MNIST puts its own, the same for the same seed, quick, and learnable."""

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest

from nnstudio.core.array import Array
from nnstudio.core.data.images import ImageSet
from nnstudio.core.data.sketched_digits import BOX, SIZE, STROKES, TEST_IMAGES, sketched_digits
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.dataset_spec import ImageSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.trainer import Trainer

SPEC = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=1000)


@pytest.fixture(scope="module")
def digits() -> ImageSet:
    return sketched_digits(SPEC)


def extents(ink: Array) -> tuple[Array, Array]:
    """From the first to the last row, and column, that hold any ink; (n,) each."""
    sizes = []
    for axis in (2, 1):
        used = ink.any(axis=axis)
        sizes.append(SIZE - used[:, ::-1].argmax(axis=1) - used.argmax(axis=1))
    return sizes[0], sizes[1]


def test_shape_and_balance(digits: ImageSet) -> None:
    assert digits.train_pixels.shape == (1000, 28, 28)
    assert digits.test_pixels.shape == (TEST_IMAGES, 28, 28)
    assert digits.train_pixels.dtype == np.uint8
    assert np.bincount(digits.train_labels).tolist() == [100] * 10
    assert np.bincount(digits.test_labels).tolist() == [TEST_IMAGES // 10] * 10
    assert len(STROKES) == digits.classes == 10


def test_background_is_empty_and_ink_is_black(digits: ImageSet) -> None:
    pixels = digits.train_pixels
    assert (pixels.max(axis=(1, 2)) > 200).all()
    assert 0.05 < (pixels > 127).mean() < 0.25
    border = pixels[:, [0, -1], :].any(axis=(1, 2)) | pixels[:, :, [0, -1]].any(axis=(1, 2))
    assert border.mean() < 0.01


def test_each_fills_the_box_in_one_direction(digits: ImageSet) -> None:
    height, width = extents(digits.train_pixels > 0)
    longest = np.maximum(height, width)
    assert longest.max() == BOX
    assert longest.min() >= BOX - 2  # the faint edge of a thin line may round to nothing
    assert longest.mean() > BOX - 0.6


def test_centre_of_mass_is_in_the_middle(digits: ImageSet) -> None:
    ink = digits.train_pixels.astype(float)
    places = np.arange(SIZE)
    mass = ink.sum(axis=(1, 2))
    x, y = (ink.sum(axis=axis) @ places / mass for axis in (1, 2))
    off = np.abs(np.stack((x, y)) - (SIZE - 1) / 2)
    assert np.quantile(off, 0.99) < 0.51, "as near as whole pixels come"
    assert off.max() < 1, "and further off only where ink would leave the image"


def test_the_same_seed_draws_the_same(digits: ImageSet) -> None:
    again, other = sketched_digits(SPEC), sketched_digits(replace(SPEC, seed=2))
    assert np.array_equal(digits.train_pixels, again.train_pixels)
    assert np.array_equal(digits.test_pixels, again.test_pixels)
    assert not np.array_equal(digits.train_pixels, other.train_pixels)


def test_no_two_are_alike(digits: ImageSet) -> None:
    both = np.concatenate((digits.train_pixels, digits.test_pixels)).reshape(-1, SIZE * SIZE)
    assert len(np.unique(both, axis=0)) == len(both)


def test_pens_differ(digits: ImageSet) -> None:
    ones = digits.train_pixels[digits.train_labels == 1].astype(float).sum(axis=(1, 2)) / 255
    assert ones.max() > 1.5 * ones.min()


def test_drawing_is_quick() -> None:
    spec = replace(SPEC, images=100)
    seconds = []
    for _ in range(3):
        start = perf_counter()
        sketched_digits(spec)
        seconds.append(perf_counter() - start)
    assert min(seconds) / (100 + TEST_IMAGES) < 1e-3, "a millisecond an image, on a slow and busy machine"


def test_a_small_network_learns_them_and_has_to() -> None:
    experiment = default_experiment(DatasetKind.SKETCHED_DIGITS)
    run = Trainer(experiment)
    while run.epoch < 2:
        run.step()
    learned = run.evaluate().test_accuracy
    assert learned > 0.97
    # The nearest mean of a class is not enough.
    digits = sketched_digits(experiment.dataset)
    flat = digits.train_pixels.reshape(len(digits.train_pixels), -1).astype(float)
    means = np.stack([flat[digits.train_labels == digit].mean(axis=0) for digit in range(10)])
    test = digits.test_pixels.reshape(TEST_IMAGES, -1).astype(float)
    nearest = (test @ means.T - (means**2).sum(axis=1) / 2).argmax(axis=1)
    assert 0.8 < (nearest == digits.test_labels).mean() < learned - 0.01
