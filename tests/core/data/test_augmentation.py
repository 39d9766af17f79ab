"""Moving images: by whole pixels, with background coming in, the same way in every run."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.array import Array
from nnstudio.core.data.augmentation import Shift
from nnstudio.core.data.dataset import build
from nnstudio.core.experiment.choices import DatasetKind, Scaling
from nnstudio.core.experiment.dataset_spec import ImageSpec, PlaneSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.trainer import Trainer

HEIGHT, WIDTH = 5, 4


def rows(count: int) -> Array:
    """Images in which every pixel has a value of its own, none of them the background's."""
    pixels = np.arange(count * HEIGHT * WIDTH, dtype=float).reshape(count, -1) + 1
    return np.column_stack((pixels, np.ones(count))).astype(np.float32)


def moved(image: Array, dy: int, dx: int, background: float) -> Array:
    """The image further down by dy and to the right by dx, pixel by pixel."""
    result = np.full_like(image, background)
    for y in range(HEIGHT):
        for x in range(WIDTH):
            if 0 <= y - dy < HEIGHT and 0 <= x - dx < WIDTH:
                result[y, x] = image[y - dy, x - dx]
    return result


def shifts_found(before: Array, after: Array, background: float, reach: int) -> set[tuple[int, int]]:
    found = set()
    for old, new in zip(before[:, :-1], after[:, :-1], strict=True):
        moves = [
            (dy, dx)
            for dy in range(-reach, reach + 1)
            for dx in range(-reach, reach + 1)
            if np.array_equal(moved(old.reshape(HEIGHT, WIDTH), dy, dx, background), new.reshape(HEIGHT, WIDTH))
        ]
        assert len(moves) == 1, "each image is moved as a whole"
        found.add(moves[0])
    return found


@pytest.mark.parametrize("maximum", [1, 2])
def test_moves_each_image_and_uses_every_direction(maximum: int) -> None:
    before = rows(400)
    after = before.copy()
    Shift(maximum, HEIGHT, WIDTH, -0.5, seed=1)(after, update=7)
    assert (after[:, -1] == 1).all()
    assert len(shifts_found(before, after, -0.5, maximum)) == (2 * maximum + 1) ** 2


def test_depends_on_seed_and_update_alone() -> None:
    def after(seed: int, update: int) -> Array:
        images = rows(20)
        Shift(2, HEIGHT, WIDTH, 0.0, seed)(images, update)
        return images

    assert np.array_equal(after(1, 3), after(1, 3))
    assert not np.array_equal(after(1, 3), after(1, 4))
    assert not np.array_equal(after(1, 3), after(2, 3))


def test_only_images_are_moved_and_only_when_asked() -> None:
    digits = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100)
    assert Shift.of(build(digits), 1) is None
    assert Shift.of(build(PlaneSpec()), 1) is None
    assert Shift.of(build(replace(digits, shift=1)), 1) is not None


@pytest.mark.parametrize("scaling", Scaling, ids=lambda kind: kind.value)
def test_what_comes_in_is_background_as_the_network_sees_it(scaling: Scaling) -> None:
    data = build(ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100, shift=4, scaling=scaling))
    background = data.train.inputs[data.train.raw.reshape(100, -1) == 0][0]
    shift = Shift.of(data, 1)
    assert shift is not None
    inputs = np.full_like(data.train.augmented, 99)
    shift(inputs, 1)
    came_in = inputs[:, :-1][inputs[:, :-1] != 99]
    assert came_in.size > 1000
    np.testing.assert_allclose(came_in, background, rtol=1e-5, atol=1e-6)


def test_training_moves_copies_and_the_same_way_again() -> None:
    experiment = default_experiment(DatasetKind.SKETCHED_DIGITS)
    experiment = replace(experiment, dataset=replace(experiment.dataset, images=200))
    moving = replace(experiment, dataset=replace(experiment.dataset, shift=2))
    runs = [Trainer(each) for each in (experiment, moving, moving)]
    for run in runs:
        images = run.dataset.train.augmented.copy()
        for _ in range(4):
            run.step()
        assert np.array_equal(run.dataset.train.augmented, images), "the data themselves stay"
    still, one, other = (run.network.params for run in runs)
    assert np.array_equal(one, other)
    assert not np.array_equal(still, one)
