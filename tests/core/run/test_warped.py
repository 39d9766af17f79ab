"""Where each layer puts the points is what its passes say, and the components are those of a singular value
decomposition."""

import numpy as np
import pytest

from nnstudio.core.data.plane import EXTENT, Plane
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.experiment.dataset_spec import ImageSpec, PlaneSpec
from nnstudio.core.experiment.layer_specs import BatchNormSpec, Conv2DSpec, DropoutSpec, LayerSpec, MaxPool2DSpec
from nnstudio.core.network.network import Pass
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.warped import LINES, STEPS, WarpedReading, grid_lines, principal_components
from nnstudio.core.training.trainer import Trainer

CHOSEN = Chosen(SplitName.TEST, 5)


def plane(*layers: LayerSpec, kind: DatasetKind = DatasetKind.MOONS) -> Trainer:
    trainer = Trainer(Experiment(dataset=PlaneSpec(kind=kind, samples=120), layers=layers))
    trainer.train(epochs=2)
    return trainer


def warped(trainer: Trainer, chosen: Chosen | None = None) -> WarpedReading:
    reading = Observer(trainer, 1).frame(Probe.WARPED, chosen=chosen).warped
    assert reading is not None
    return reading


def values(trainer: Trainer, inputs: np.ndarray) -> list[np.ndarray]:
    """(n, units) behind every layer."""
    work = Pass(trainer.network, inputs.astype(trainer.network.dtype))
    work.forward()
    return [stage.output.values.reshape(-1, len(inputs)).T for stage in work.stages]


@pytest.mark.parametrize(
    "layers",
    [(DenseSpec(units=4), DenseSpec(units=2)), (DenseSpec(units=3), BatchNormSpec(), DropoutSpec()), ()],
    ids=["dense", "norms", "perceptron"],
)
def test_points_grid_and_example_are_where_a_pass_puts_them(layers: tuple[LayerSpec, ...]) -> None:
    trainer = plane(*layers)
    data, reading = trainer.dataset, warped(trainer, CHOSEN)
    assert reading.grid is not None
    assert reading.answers is not None
    assert reading.example is not None
    lines = data.encode(grid_lines(EXTENT).reshape(-1, 2))
    chosen = data.test.augmented[5:6]
    there = (values(trainer, inputs) for inputs in (data.train.augmented, lines, chosen))
    for place, (points, grid, example) in enumerate(zip(*there, strict=True)):
        np.testing.assert_allclose(reading.points[place], points, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(reading.grid[place].reshape(grid.shape), grid, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(reading.example[place], example[0], rtol=1e-5, atol=1e-6)
    answers = trainer.predict(grid_lines(EXTENT).reshape(-1, 2))
    np.testing.assert_allclose(reading.answers.reshape(-1, 1), answers, rtol=1e-5, atol=1e-6)
    assert reading.answers.shape == (2 * LINES, STEPS, 1)
    assert len(reading.points) == len(layers) + 1


def test_nobody_chosen_is_nowhere() -> None:
    assert warped(plane(DenseSpec(units=2))).example is None


def test_the_grid_lies_across_the_plane_and_along_it() -> None:
    lines = grid_lines(EXTENT)
    assert lines.shape == (2 * LINES, STEPS, 2)
    for line, (axis, ends) in [(0, (1, (6.0, 6.0))), (LINES - 1, (1, (-6.0, -6.0))), (LINES, (0, (-6.0, -6.0)))]:
        assert (lines[line, 0, axis], lines[line, -1, axis]) == ends
    assert lines[0, :, 0].tolist() == sorted(lines[0, :, 0])
    assert (lines[2, 0, 0], lines[2, -1, 0]) == (-6.0, 6.0)
    assert (lines[LINES + 2, 0, 1], lines[LINES + 2, -1, 1]) == (6.0, -6.0)
    # Where two lines meet they are the same point.
    side = (STEPS - 1) // (LINES - 1)
    assert lines[4, 6 * side].tolist() == lines[LINES + 6, 4 * side].tolist()


def test_images_have_points_and_no_grid() -> None:
    layers = Conv2DSpec(filters=2), MaxPool2DSpec(), DenseSpec(units=3)
    spec = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=200)
    trainer = Trainer(Experiment(dataset=spec, layers=layers))
    reading = warped(trainer)
    assert not isinstance(trainer.dataset.domain, Plane)
    assert (reading.grid, reading.answers) == (None, None)
    count = len(reading.points[0])
    assert 64 <= count <= 200
    for found, expected in zip(reading.points, values(trainer, trainer.dataset.train.augmented[:count]), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


# Components


@pytest.mark.parametrize("shape", [(200, 2), (200, 8), (60, 500), (30, 30), (5, 3)])
def test_components_are_those_of_a_singular_value_decomposition(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(3)
    points = random.normal(0, 1, shape) @ np.diag(np.linspace(3, 0.5, shape[1])) + random.normal(0, 5, shape[1])
    found = principal_components(points)
    centred = points - points.mean(axis=0)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs((found.axes * axes[:2]).sum(axis=1)), 1, atol=1e-9)
    np.testing.assert_allclose(found.explained, (singular**2 / (singular**2).sum())[:2], atol=1e-9)
    np.testing.assert_allclose(found.mean, points.mean(axis=0))
    np.testing.assert_allclose(np.abs(found.of(points)), np.abs(centred @ axes[:2].T), atol=1e-8)
    largest = np.abs(found.axes).argmax(axis=1)
    assert (found.axes[[0, 1], largest] > 0).all()


def test_a_picture_does_not_flip_while_its_points_turn() -> None:
    """Through a whole turn the largest entry changes and its sign with it; the direction goes on steadily."""
    random = np.random.default_rng(5)
    points, before, steps = random.normal(0, 1, (100, 2)) * (4, 1), None, list[float]()
    for angle in np.linspace(0, 2 * np.pi, 200):
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        now = principal_components(points @ turn, before)
        if before is not None:
            steps.extend((now.axes * before.axes).sum(axis=1).tolist())
        before = now
    assert min(steps) > 0.99


def test_one_unit_has_one_component_and_no_spread_has_no_share() -> None:
    one = principal_components(np.arange(6.0)[:, None])
    assert one.axes.tolist() == [[1.0]]
    assert one.explained.tolist() == [1.0]
    same = principal_components(np.ones((7, 3)))
    assert same.explained.tolist() == [0, 0]
    assert (same.of(np.ones((7, 3))) == 0).all()
    broken = principal_components(np.array([[np.nan, 1], [np.inf, 2], [0, 3]]))
    assert np.isfinite(broken.axes).all()


def test_a_reading_stays_as_it_is() -> None:
    trainer = plane(DenseSpec(units=3, activation=ActivationKind.RELU))
    observer = Observer(trainer, 1)
    first = observer.frame(Probe.WARPED).warped
    assert first is not None
    kept = first.points[0].copy()
    trainer.train(epochs=3)
    second = observer.frame(Probe.WARPED).warped
    assert second is not None
    np.testing.assert_array_equal(first.points[0], kept)
    assert (second.points[0] != kept).any()
