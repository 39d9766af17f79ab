"""A drawing becomes an image as MNIST's own were made: scaled into its box, and its centre of mass in the middle."""

from pathlib import Path

import numpy as np
import pytest
from drawn_digits import NAMES, drawn_digit
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nnstudio.core.data.drawing import BOX, SIZE, Stroke, pixels_of
from nnstudio.core.data.sketched_digits import sketched_digits
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.dataset_spec import ImageSpec
from nnstudio.files.mnist import read_mnist

MNIST, SKETCHED = DatasetKind.MNIST, DatasetKind.SKETCHED_DIGITS


def of_hand(name: str, width: float = 0.08) -> list[Stroke]:
    return [Stroke(points, width) for points in drawn_digit(name)[1]]


def seen(strokes: list[Stroke], kind: DatasetKind = MNIST, side: int = SIZE) -> NDArray[np.uint8]:
    pixels = pixels_of(strokes, (side, side), kind)
    assert pixels is not None
    return pixels


def centre_of(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    ink = image.astype(float)
    return np.array([(ink.sum(axis=1 - axis) @ np.arange(image.shape[axis])) / ink.sum() for axis in (0, 1)])


def box_of(image: NDArray[np.uint8]) -> tuple[int, int]:
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def at_the_edge(image: NDArray[np.uint8]) -> bool:
    return any(image[edge].any() or image[:, edge].any() for edge in (0, -1))


scribbles = st.lists(
    st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=1, max_size=12).map(np.array),
    min_size=1,
    max_size=4,
)
pens = st.floats(0.5, 30)


@given(scribbles, pens)
def test_any_drawing_lies_in_the_box_with_its_centre_of_mass_in_the_middle(scribble: list, pen: float):
    strokes = [Stroke(points, pen) for points in scribble]
    # Two dots of a thin pen far apart slip through between the middles of pixels.
    assume(pixels_of(strokes, (SIZE, SIZE), MNIST) is not None)
    for kind, middle in ((MNIST, 14.0), (SKETCHED, 13.5)):
        image = seen(strokes, kind)
        assert max(box_of(image)) <= BOX
        off = np.abs(centre_of(image) - middle)
        assert off.max() <= 0.5 + 1e-9 or at_the_edge(image)


@given(scribbles, pens, st.floats(0.05, 20), st.tuples(st.floats(-300, 300), st.floats(-300, 300)))
def test_where_and_how_large_it_is_drawn_does_not_matter(scribble: list, pen: float, times: float, by: tuple):
    assume(pixels_of([Stroke(points, pen) for points in scribble], (SIZE, SIZE), MNIST) is not None)
    here = seen([Stroke(points, pen) for points in scribble])
    there = seen([Stroke(points * times + by, pen * times) for points in scribble])
    assert np.abs(here.astype(int) - there).max() <= 1


@pytest.mark.parametrize("name", NAMES)
def test_a_digit_fills_the_box_and_keeps_its_shape(name: str):
    strokes = of_hand(name)
    points = np.concatenate([stroke.points for stroke in strokes])
    width, height = np.ptp(points, axis=0) + 0.08
    image = seen(strokes)
    rows, columns = box_of(image)
    assert max(rows, columns) in (BOX - 1, BOX)
    assert columns / rows == pytest.approx(width / height, abs=2 / BOX)
    assert image.max() >= 240
    assert np.abs(centre_of(image) - 14).max() <= 0.5 + 1e-9
    assert np.count_nonzero((image > 0) & (image < 255)) > 0  # soft edges


def test_the_middle_is_where_each_data_set_has_it(mnist_folder: Path):
    sketched = sketched_digits(ImageSpec(kind=SKETCHED, images=500)).train_pixels
    for images, kind in ((read_mnist(mnist_folder).train_pixels[:500], MNIST), (sketched, SKETCHED)):
        theirs = np.mean([centre_of(image) for image in images], axis=0)
        ours = np.mean([centre_of(seen(of_hand(name), kind)) for name in NAMES], axis=0)
        assert np.abs(theirs - ours).max() < 0.25, kind
        assert {max(box_of(image)) for image in images} <= {BOX - 1, BOX}


def test_a_line_covers_its_width_of_each_row():
    """Lines of many widths through a box that a dot far away keeps as it is."""
    for width in (0.4, 1.0, 2.5, 3.7):
        line = Stroke(np.array([[0.0, 0.0], [0.0, BOX - width]]), width)
        image = seen([line]) / 255
        assert image[10:18].sum(axis=1) == pytest.approx(width, abs=0.01)


def test_nothing_drawn_is_no_image():
    assert pixels_of([]) is None
    assert pixels_of([Stroke(np.empty((0, 2)), 1.0)]) is None
    # One point far out is all there is to see of a hair.
    assert pixels_of([Stroke(np.array([[0.0, 0.0], [0.0, 1e9]]), 1e-9)]) is None


def test_a_dot_is_a_dot_and_no_blot():
    image = seen([Stroke(np.array([[3.0, 4.0]]), 10.0)])
    assert box_of(image) == (4, 4)
    shaken = seen([Stroke(np.array([[3.0, 4.0], [3.1, 4.0]]), 10.0)])
    assert max(box_of(shaken)) <= 6


@pytest.mark.parametrize("side", [8, 16, 56])
def test_other_sizes_are_in_proportion(side: int):
    image = seen(of_hand(NAMES[2]), side=side)
    assert image.shape == (side, side)
    assert max(box_of(image)) in range(round(BOX * side / SIZE) - 1, round(BOX * side / SIZE) + 2)
    assert np.abs(centre_of(image) - side // 2).max() <= 0.5 + 1e-9


def test_what_cannot_be_drawn_is_refused():
    for points, width in (([[0.0, np.nan]], 1.0), ([0.0, 1.0], 1.0), ([[0.0, 1.0]], 0.0), ([[0.0, 1.0]], np.inf)):
        with pytest.raises(ValueError, match=r"points|pen"):
            Stroke(np.array(points), width)


def test_what_is_symmetric_is_not_thrown_about_by_rounding():
    random = np.random.default_rng(1)
    angles = np.linspace(0, 2 * np.pi, 61)
    ring = np.stack((0.6 * np.cos(angles), np.sin(angles)), axis=1)
    sizes = random.uniform(1, 300, 100)
    images = [seen([Stroke(ring * size + random.uniform(-200, 200, 2), 0.1 * size)]) for size in sizes]
    assert len({tuple(np.round(centre_of(image), 1)) for image in images}) == 1
