"""Painted points: begun from those that are there to the bit, dealt the same each time, never too few or too many."""

from dataclasses import replace
from math import hypot, inf, nan
from typing import Any

import numpy as np
import pytest

from nnstudio.core.data.dataset import DataError, Dataset, build
from nnstudio.core.data.painted import brushed, erased, painted
from nnstudio.core.data.plane import PLANE_KINDS, Plane
from nnstudio.core.experiment.choices import DatasetKind, Feature, Scaling, Task
from nnstudio.core.experiment.dataset_spec import MAXIMUM_PAINTED, ImageSpec, PaintedSpec, PlaneSpec
from nnstudio.core.experiment.setting import SettingError

CIRCLE = PlaneSpec(kind=DatasetKind.CIRCLE, samples=60, noise=0.2)
TWO = PaintedSpec(training=((0.0, 0.0, 0), (1.0, 1.0, 1)))
CLASSES = [kind for kind, row in PLANE_KINDS.items() if row.classes(PlaneSpec(kind=kind))]


def assert_same_data(a: Dataset, b: Dataset) -> None:
    for part in ("train", "test", "validation"):
        left, right = getattr(a, part), getattr(b, part)
        assert (left is None) == (right is None)
        for array in ("augmented", "targets", "labels", "raw") if left else ():
            one, other = getattr(left, array), getattr(right, array)
            assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes()), (part, array)
    assert (a.task, a.domain, a.target_names) == (b.task, b.domain, b.target_names)
    assert (a.test is a.train) == (b.test is b.train)


# How painting begins --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.value)
@pytest.mark.parametrize("share", [0.0, 0.2])
def test_it_begins_with_the_very_points_that_are_there(kind: DatasetKind, share: float) -> None:
    spec = PlaneSpec(
        kind=kind,
        samples=90,
        noise=0.3,
        training_share=0.7,
        validation_share=share,
        scaling=Scaling.STANDARDISE,
        seed=4,
        arms=3,
        features=(Feature.X2, Feature.SIN_X1),
    )
    assert_same_data(build(spec), build(painted(spec)))


def test_a_painted_set_is_painted_already() -> None:
    assert painted(TWO) is TWO


def test_what_is_painted_on_next_is_dealt_as_it_was() -> None:
    assert painted(replace(CIRCLE, training_share=0.8)).stroke_test_share == 0.2
    assert painted(PlaneSpec(kind=DatasetKind.XOR4)).stroke_test_share == 0


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (PlaneSpec(kind=DatasetKind.HILLS), "a brush paints classes alone"),
        (ImageSpec(), "MNIST cannot be painted on"),
        (replace(CIRCLE, samples=MAXIMUM_PAINTED + 1), "at most 5000 points"),
    ],
)
def test_what_cannot_be_painted_on_says_why(spec: Any, why: str) -> None:
    with pytest.raises(DataError, match=why):
        painted(spec)


def test_the_most_there_can_be() -> None:
    full = painted(replace(CIRCLE, samples=MAXIMUM_PAINTED))
    with pytest.raises(DataError, match="rub some out first"):
        brushed(full, ((0.0, 0.0),), 1)


# Brush and eraser -----------------------------------------------------------------------------------------------------


def test_a_stroke_adds_its_points_and_changes_no_other() -> None:
    before = painted(CIRCLE)
    after = brushed(before, ((0.12345, -2), (1, 1), (2, 2)), 1)
    assert after.training == (*before.training, (0.123, -2.0, 1), (2.0, 2.0, 1))
    assert after.test == (*before.test, (1.0, 1.0, 1))
    assert replace(after, training=before.training, test=before.test) == before


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.5, 0.75, 0.9])
def test_a_stroke_is_dealt_alike_however_it_comes_in(share: float) -> None:
    spec, places = replace(TWO, stroke_test_share=share), [(float(x), 0.0) for x in range(20)]
    at_once, bit_by_bit = brushed(spec, places, 0), spec
    for index, place in enumerate(places):
        bit_by_bit = brushed(bit_by_bit, (place,), 0, earlier=index)
    assert at_once == bit_by_bit
    assert len(at_once.test) == round(20 * share)
    assert at_once.training[2] == (0.0, 0.0, 0), "the first one trains"


def test_a_class_more() -> None:
    data = build(brushed(TWO, ((2.0, 2.0),), 2))
    assert (data.task, data.target_names) == (Task.MULTICLASS, ("0", "1", "2"))
    assert data.train.targets.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    with pytest.raises(SettingError, match=r"dataset.classes is 11"):
        brushed(TWO, ((2.0, 2.0),), 10)


def test_an_eraser_takes_what_is_within_its_reach() -> None:
    before = painted(CIRCLE)
    after = erased(before, (1.0, 1.0), (2.0, 3.0))
    for part in ("training", "test"):
        points = getattr(before, part)
        outside = [point for point in points if hypot((point[0] - 1) / 2, (point[1] - 1) / 3) > 1]
        assert 0 < len(outside) < len(points)
        assert list(getattr(after, part)) == outside
    assert replace(after, training=before.training, test=before.test) == before


def test_two_classes_have_to_stay() -> None:
    three = brushed(TWO, ((5.0, 5.0),), 1)
    assert erased(three, (5.0, 5.0), (1.0, 1.0)) == TWO
    for radius in (0.5, 9.0):
        with pytest.raises(DataError, match="at least two classes"):
            erased(TWO, (0.0, 0.0), (radius, radius))


def test_without_test_points_all_train_and_test() -> None:
    data = build(TWO)
    assert data.test is data.train
    assert data.task is Task.BINARY
    assert data.target_names == ("orange", "blue")
    assert isinstance(data.domain, Plane)
    both = build(replace(TWO, test=((3.0, 3.0, 1),)))
    assert both.test.raw.tolist() == [[3, 3]]
    assert both.train.raw.dtype == np.float64


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(
            ("training", (*TWO.training, point))
            for point in ((nan, 0.0, 0), (0.0, inf, 0), (0.0, 1001.0, 0), (0.0, 0.0, 2), (0.0, 0.0, -1))
        ),
        *(("test", (point,)) for point in ((0.0, nan, 0), (0.0, 0.0), (0.0, 0.0, True), (0.0, 0.0, 0.0), "abc", 1)),
        ("training", ()),
        ("training", TWO.training[:1]),
        ("training", ((0.0, 0.0, 1), (1.0, 1.0, 1))),
        ("training", TWO.training * 2501),
        ("classes", 1),
        ("classes", 11),
        ("stroke_test_share", nan),
        ("features", ()),
        ("features", (Feature.X1, Feature.X1)),
        *(
            ("extent", extent)
            for extent in ((6.0, -6.0, -6.0, 6.0), (-6.0, 6.0, 1.0, 1.0), (nan, 6.0, -6.0, 6.0), (-inf, 6.0, -6.0, 6.0))
        ),
    ],
)
def test_a_malformed_set_is_refused_in_a_sentence(field: str, value: Any) -> None:
    with pytest.raises(SettingError, match=rf"^dataset\.{field}.*\.$") as caught:
        replace(TWO, **{field: value})
    assert caught.value.field == f"dataset.{field}"
    assert len(str(caught.value)) < 200
