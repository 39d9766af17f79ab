"""The data sets of the plane: where the points lie, which class or value they have, what noise does to them."""

import operator
from collections.abc import Callable
from math import pi

import numpy as np
import pytest

from nnstudio.core.array import Array
from nnstudio.core.data import classes, regression
from nnstudio.core.data.plane import EXTENT, PLANE_KINDS
from nnstudio.core.experiment.choices import DatasetKind, Task
from nnstudio.core.experiment.dataset_spec import PlaneSpec

N = 2000
KINDS = [kind for kind in PLANE_KINDS if PLANE_KINDS[kind].split]


def draw(kind: DatasetKind, samples: int = N, seed: int = 0, **settings: float) -> tuple[Array, Array]:
    spec = PlaneSpec(kind=kind, samples=samples, **settings)  # type: ignore[arg-type]
    points, drawn = PLANE_KINDS[kind].generate(spec, np.random.default_rng(seed))
    return points, drawn


def radius(points: Array) -> Array:
    return np.hypot(points[:, 0], points[:, 1])


# What holds for all of them -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
@pytest.mark.parametrize("samples", [10, 11, 501])
def test_draws_as_many_as_asked_and_the_same_again(kind: DatasetKind, samples: int) -> None:
    points, drawn = draw(kind, samples, noise=0.2)
    assert points.shape == (samples, 2)
    assert drawn.shape == (samples,)
    again, other = draw(kind, samples, noise=0.2), draw(kind, samples, seed=1, noise=0.2)
    assert np.array_equal(points, again[0])
    assert np.array_equal(drawn, again[1])
    assert not np.array_equal(points, other[0])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_without_noise_points_lie_in_the_plane(kind: DatasetKind) -> None:
    points, _ = draw(kind)
    left, right, bottom, top = EXTENT
    inside = (points >= [left, bottom]).all(axis=1) & (points <= [right, top]).all(axis=1)
    assert inside.mean() > 0.998  # a cloud has no edge


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_noise_changes_the_data(kind: DatasetKind) -> None:
    clean, noisy = draw(kind), draw(kind, noise=0.3)
    assert not (np.array_equal(clean[0], noisy[0]) and np.array_equal(clean[1], noisy[1]))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_classes_are_balanced_and_all_there(kind: DatasetKind) -> None:
    row = PLANE_KINDS[kind]
    spec = PlaneSpec(kind=kind, arms=4, classes=7)
    count = row.classes(spec)
    _, drawn = draw(kind, arms=4, classes=7)
    if row.task(spec) is Task.REGRESSION:
        assert count == 0
        assert -1.3 < drawn.min() < -0.9
        assert 0.9 < drawn.max() < 1.3
        return
    shares = np.bincount(drawn, minlength=count) / N
    assert len(shares) == count
    assert row.task(spec) is (Task.BINARY if count == 2 else Task.MULTICLASS)
    drawn_at_random = kind in {DatasetKind.XOR, DatasetKind.CHECKERBOARD}
    np.testing.assert_allclose(shares, 1 / count, atol=0.04 if drawn_at_random else 1 / N)


# As the well-known web playground draws them --------------------------------------------------------------------------


def test_circle() -> None:
    points, labels = draw(DatasetKind.CIRCLE)
    inner, outer = radius(points)[labels == 1], radius(points)[labels == 0]
    assert inner.max() < 2.5
    assert 3.5 <= outer.min() < 3.55
    assert 4.95 < outer.max() <= 5
    assert inner.mean() == pytest.approx(1.25, abs=0.1), "the radius is uniform, so the middle is denser"


def test_noise_on_the_circle_spoils_labels_near_the_border() -> None:
    points, labels = draw(DatasetKind.CIRCLE, noise=0.2)
    assert np.array_equal(points, draw(DatasetKind.CIRCLE)[0]), "the points stay"
    wrong = labels != (radius(points) < 2.5)
    assert 0.02 < wrong.mean() < 0.3
    # A stray of at most 5 · noise in each coordinate
    assert (np.abs(radius(points)[wrong] - 2.5) <= 5 * 0.2 * np.sqrt(2)).all()


def test_xor_has_a_gap_along_the_axes() -> None:
    points, labels = draw(DatasetKind.XOR)
    assert 0.3 <= np.abs(points).min() < 0.35
    assert 5.25 < np.abs(points).max() <= 5.3
    assert np.array_equal(labels == 1, points.prod(axis=1) >= 0)
    noisy_points, noisy = draw(DatasetKind.XOR, noise=0.1)
    wrong = (noisy == 1) != (noisy_points.prod(axis=1) >= 0)
    assert 0 < wrong.mean() < 0.1
    assert (np.abs(noisy_points[wrong]).min(axis=1) <= 0.5).all()


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.25, 2.25), (0.5, 4.0)])
def test_gaussians(noise: float, variance: float) -> None:
    points, labels = draw(DatasetKind.GAUSSIANS, noise=noise)
    for label, centre in ((1, 2.0), (0, -2.0)):
        cloud = points[labels == label]
        np.testing.assert_allclose(cloud.mean(axis=0), centre, atol=4 * np.sqrt(variance / (N / 2)))
        np.testing.assert_allclose(cloud.var(axis=0), variance, rtol=0.2)


@pytest.mark.parametrize("arms", [2, 3, 5])
def test_spirals(arms: int) -> None:
    points, labels = draw(DatasetKind.SPIRALS, 30 * arms, arms=arms)
    for arm in range(arms):
        share = np.arange(30) / 30
        angle = 1.75 * 2 * pi * share + 2 * pi * arm / arms
        expected = np.column_stack((5 * share * np.sin(angle), 5 * share * np.cos(angle)))
        np.testing.assert_allclose(points[labels == arm], expected, atol=1e-12)
    noisy, _ = draw(DatasetKind.SPIRALS, 30 * arms, arms=arms, noise=0.4)
    assert 0.3 < np.abs(noisy - points).max() <= 0.4


def test_slope() -> None:
    points, values = draw(DatasetKind.PLANE)
    np.testing.assert_allclose(values, points.sum(axis=1) / 10)
    assert (np.abs(points).max(axis=0) > 5.9).all()
    assert np.abs(points).max() <= 6
    points, values = draw(DatasetKind.PLANE, noise=0.1)
    assert 0.08 < np.abs(values - points.sum(axis=1) / 10).max() <= 0.12


@pytest.mark.parametrize(("x1", "x2", "height"), regression.HILLS)
def test_hills(x1: float, x2: float, height: float) -> None:
    points, values = draw(DatasetKind.HILLS, 20_000)
    distance = np.hypot(*(points - [x1, x2]).T)
    others = [np.hypot(*(points - hill[:2]).T) for hill in regression.HILLS if hill[:2] != (x1, x2)]
    alone = (distance < 2) & (np.min(others, axis=0) > 2)
    np.testing.assert_allclose(values[alone], height * (1 - distance[alone] / 2))
    assert (np.abs(values) <= 1).all()


def test_between_hills_the_ground_is_flat() -> None:
    points, values = draw(DatasetKind.HILLS, 20_000)
    nearest = np.min([np.hypot(*(points - hill[:2]).T) for hill in regression.HILLS], axis=0)
    assert (values[nearest >= 2] == 0).all()
    assert (values[nearest < 2] != 0).all()


# Of our own -----------------------------------------------------------------------------------------------------------


def test_sine() -> None:
    points, values = draw(DatasetKind.SINE)
    np.testing.assert_allclose(values, np.sin(np.pi * points[:, 0] / 3))
    assert abs(np.corrcoef(points[:, 1], values)[0, 1]) < 0.1


def test_moons_reach_into_each_other() -> None:
    points, labels = draw(DatasetKind.MOONS)
    upper, lower = points[labels == 0], points[labels == 1]
    np.testing.assert_allclose(np.hypot(*(upper - [-1.5, -0.75]).T), 3)
    np.testing.assert_allclose(np.hypot(*(lower - [1.5, 0.75]).T), 3)
    assert (upper[:, 1] >= -0.75).all()
    assert (lower[:, 1] <= 0.75).all()
    assert lower[:, 0].min() < upper[:, 0].max()
    assert upper[:, 1].min() < lower[:, 1].max()


@pytest.mark.parametrize(
    ("kind", "truth"),
    [(DatasetKind.AND4, operator.and_), (DatasetKind.OR4, operator.or_), (DatasetKind.XOR4, operator.xor)],
)
def test_truth_tables(kind: DatasetKind, truth: Callable[[int, int], int]) -> None:
    points, labels = draw(kind, samples=100, noise=0.5)
    rows = [(*map(int, point), int(label)) for point, label in zip(points, labels, strict=True)]
    assert rows == [(x1, x2, truth(x1, x2)) for x1 in (0, 1) for x2 in (0, 1)]


@pytest.mark.parametrize("count", [2, 3, 10])
def test_rings_do_not_touch(count: int) -> None:
    points, labels = draw(DatasetKind.RINGS, classes=count)
    for ring in range(count):
        there = radius(points)[labels == ring] * count / 5.5
        assert ring <= there.min()
        assert there.max() <= ring + 0.7
    noisy, same = draw(DatasetKind.RINGS, classes=count, noise=0.5)
    assert np.array_equal(labels, same), "noise moves points, not labels"
    assert radius(noisy - points).mean() == pytest.approx(np.sqrt(pi / 2), rel=0.1)


def test_checkerboard() -> None:
    points, labels = draw(DatasetKind.CHECKERBOARD)
    column, row = (np.searchsorted([-2.5, 0, 2.5], points[:, axis], "right") for axis in (0, 1))
    assert np.array_equal(labels, (column + row) % 2)
    assert len(set(zip(column.tolist(), row.tolist(), strict=True))) == 16
    noisy_points, noisy = draw(DatasetKind.CHECKERBOARD, noise=0.1)
    column, row = (np.searchsorted([-2.5, 0, 2.5], noisy_points[:, axis], "right") for axis in (0, 1))
    wrong = noisy != (column + row) % 2
    assert 0.05 < wrong.mean() < 0.3
    border = np.abs(noisy_points[:, :, None] - [-5, -2.5, 0, 2.5, 5]).min(axis=(1, 2))
    assert (border[wrong] <= 0.2).all()


@pytest.mark.parametrize("count", [2, 5, 10])
def test_blobs(count: int) -> None:
    points, labels = draw(DatasetKind.BLOBS, classes=count, noise=0.1)
    for label in range(count):
        angle = 2 * pi * label / count
        cloud = points[labels == label]
        np.testing.assert_allclose(cloud.mean(axis=0), (4 * np.sin(angle), 4 * np.cos(angle)), atol=0.25)
        np.testing.assert_allclose(cloud.std(axis=0), 0.7, rtol=0.2)


def test_every_generator_has_a_row() -> None:
    generators = {row.generate for row in PLANE_KINDS.values()}
    public = {
        each
        for module in (classes, regression)
        for name, each in vars(module).items()
        if callable(each) and getattr(each, "__module__", "") == module.__name__ and not name.startswith("_")
    }
    assert generators == public
