"""Points painted on the plane by hand: how painting begins, and what a brush and an eraser make of them.

A painted set is a `PaintedSpec`, a value whole in itself: a stroke makes another one of it. Painting begins with the
points that are there, each of which goes on to train or to test as it did, so nothing jumps. Of the points of a stroke
every so manieth only tests, counted from its first, which always trains: the same stroke is always dealt alike.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import hypot

import numpy as np

from nnstudio.core.data.examples import DataError, Examples
from nnstudio.core.data.plane import PLANE_KINDS
from nnstudio.core.experiment.dataset_spec import MAXIMUM_PAINTED, DatasetSpec, PaintedSpec, PlaneSpec, Point

_DIGITS = 3
"""After the decimal point: finer than any hand, and short in a file."""


def painted(spec: DatasetSpec) -> PaintedSpec:
    """The same points as a painted set, to the bit and in their order; a painted set as it is. Raises `DataError` for
    data that cannot be painted on."""
    if isinstance(spec, PaintedSpec):
        return spec
    if not isinstance(spec, PlaneSpec):
        raise DataError(f"{spec.kind.label} cannot be painted on: only points of the plane can.")
    kind = PLANE_KINDS[spec.kind]
    if not kind.classes(spec):
        raise DataError(f"{spec.kind.label} has values instead of classes: a brush paints classes alone.")
    train, test = kind.examples(spec)
    if len(train) + (len(test) if kind.split else 0) > MAXIMUM_PAINTED:
        raise DataError(f"A brush works on at most {MAXIMUM_PAINTED} points: turn Samples down first.")
    return PaintedSpec(
        classes=kind.classes(spec),
        stroke_test_share=round(1 - spec.training_share, _DIGITS) if kind.split else 0.0,
        validation_share=spec.validation_share,
        scaling=spec.scaling,
        seed=spec.seed,
        features=spec.features,
        extent=kind.extent,
        training=_points(train),
        test=_points(test) if kind.split else (),
    )


def brushed(spec: PaintedSpec, places: Iterable[tuple[float, float]], label: int, earlier: int = 0) -> PaintedSpec:
    """With a point of the class `label` at each of these places; a class that is new is one more. `earlier`: how many
    points the same stroke has painted before. Raises `DataError` where there are too many."""
    share, training, test = spec.stroke_test_share, list(spec.training), list(spec.test)
    for place, (x1, x2) in enumerate(places, earlier):
        tests = _whole((place + 1) * share) > _whole(place * share)
        (test if tests else training).append((round(float(x1), _DIGITS), round(float(x2), _DIGITS), label))
    if len(training) + len(test) > MAXIMUM_PAINTED:
        raise DataError(f"There are {MAXIMUM_PAINTED} points already, as many as there may be: rub some out first.")
    return replace(spec, classes=max(spec.classes, label + 1), training=tuple(training), test=tuple(test))


def erased(spec: PaintedSpec, center: tuple[float, float], reach: tuple[float, float]) -> PaintedSpec:
    """Without the points in the ellipse around `center` with the half axes `reach`. Raises `DataError` where fewer than
    two classes to train on would be left."""

    def stays(point: Point) -> bool:
        return hypot((point[0] - center[0]) / reach[0], (point[1] - center[1]) / reach[1]) > 1

    training = tuple(filter(stays, spec.training))
    if len({label for _, _, label in training}) < 2:
        raise DataError("These points have to stay: the network needs training points of at least two classes.")
    return replace(spec, training=training, test=tuple(filter(stays, spec.test)))


def painted_examples(spec: PaintedSpec) -> tuple[Examples, Examples]:
    """Training and test points; the same where none only tests."""
    train = _examples(spec.training)
    return train, _examples(spec.test) if spec.test else train


def _whole(share: float) -> int:
    return int(share + 1e-9)  # ten times 0.1 is one


def _points(examples: Examples) -> tuple[Point, ...]:
    rows, labels = examples.raw.tolist(), examples.truth.tolist()
    return tuple((x1, x2, label) for (x1, x2), label in zip(rows, labels, strict=True))


def _examples(points: tuple[Point, ...]) -> Examples:
    table = np.array(points, np.float64)
    return Examples(np.ascontiguousarray(table[:, :2]), table[:, 2].astype(np.int64))
