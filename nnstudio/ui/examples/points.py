"""The examples on the plane: where they lie, how they are drawn, which one is nearest.

A training point is filled, a point that only tests or validates is a ring: the shape tells them apart, the colour their
class. A darker rim keeps a point in sight where the network is right about it and the ground has its very colour.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from nnstudio.core.data.dataset import Dataset, Split
from nnstudio.core.data.plane import Extent, Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.ui import theme

LEGIBLE = 3.0
"""The contrast between a point's rim and the ground of its own colour."""
_CROWD, _FEW = 600, 8


def to_plane(points: NDArray[np.float64], extent: Extent, area: QRectF) -> NDArray[np.float64]:
    """Points (n, 2) of the plane as positions (n, 2) in `area`, whose upper edge is the plane's top."""
    left, right, bottom, top = extent
    x = area.left() + (points[:, 0] - left) / (right - left) * area.width()
    y = area.top() + (top - points[:, 1]) / (top - bottom) * area.height()
    return np.column_stack((x, y))


def value_scale(dataset: Dataset) -> float:
    """For regression, the value that has the full colour; 1 for classes."""
    if dataset.task is not Task.REGRESSION:
        return 1.0
    return float(np.abs(dataset.train.targets).max()) or 1.0


def splits_in_sight(dataset: Dataset, tests: bool) -> Iterator[tuple[SplitName, Split]]:
    """What lies on the plane, the undermost first; `tests`: also what the network never trains on."""
    if tests and dataset.test is not dataset.train:
        if dataset.validation is not None:
            yield SplitName.VALIDATION, dataset.validation
        yield SplitName.TEST, dataset.test
    yield SplitName.TRAINING, dataset.train


def nearest(
    dataset: Dataset, extent: Extent, plane: QRectF, tests: bool, position: QPointF
) -> tuple[Chosen, float] | None:
    """The example that lies nearest to a position in the plane's area, and how far off it is, in pixels."""
    best: tuple[Chosen, float] | None = None
    for name, split in splits_in_sight(dataset, tests):
        distance = np.hypot(*(to_plane(split.raw, extent, plane) - (position.x(), position.y())).T)
        index = int(distance.argmin())
        if best is None or distance[index] <= best[1]:
            best = Chosen(name, index), float(distance[index])
    return best


def point_radius(side: float, count: int) -> float:
    """Radius of a point: larger on a larger plane and where there are few, smaller in a crowd."""
    radius = min(max(side / (75 if count > _FEW else 40), 2.6), 5.0)
    return radius if count <= _CROWD else max(radius * (_CROWD / count) ** 0.5, 1.3)


def draw_points(painter: QPainter, dataset: Dataset, plane: QRectF, tests: bool) -> None:
    """All points over the plane's area."""
    if not isinstance(dataset.domain, Plane):
        return
    splits = list(splits_in_sight(dataset, tests))
    radius = point_radius(plane.width(), sum(len(split) for _, split in splits))
    hole = QColor(theme.current().card)
    for name, split in splits:
        positions = to_plane(split.raw, dataset.domain.extent, plane).tolist()
        for (x, y), (color, rim) in zip(positions, point_colors(dataset, split), strict=True):
            painter.setPen(QPen(rim, 0.3 * radius))
            painter.setBrush(color)
            painter.drawEllipse(QPointF(x, y), 0.85 * radius, 0.85 * radius)
            if name is not SplitName.TRAINING:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(hole)
                painter.drawEllipse(QPointF(x, y), 0.38 * radius, 0.38 * radius)


def point_colors(dataset: Dataset, split: Split) -> list[tuple[QColor, QColor]]:
    """The colour of each point, its class's, or its value's from orange to blue; and that of its rim."""
    colors = theme.current()
    if dataset.task is Task.REGRESSION:
        shades = np.clip(split.targets[:, 0] / value_scale(dataset), -1, 1) * theme.ZERO + theme.ZERO
        pairs = [(color, rim_of(color)) for color in map(int, theme.heat_map_table(colors))]
        return [(QColor.fromRgb(color), QColor.fromRgb(rim)) for color, rim in (pairs[int(shade)] for shade in shades)]
    palette = [theme.class_color(label, dataset.classes) for label in range(dataset.classes)]
    rims = [QColor.fromRgb(rim_of(color.rgb())) for color in palette]
    if dataset.task is Task.BINARY:
        rims = [QColor(colors.rim_negative), QColor(colors.rim_positive)]
    return [(palette[label], rims[label]) for label in split.labels]


@cache
def rim_of(color: int) -> int:
    """A darker shade of a colour 0xffRRGGBB that stands out from it; a lighter one of those that are too dark."""
    ground = QColor.fromRgb(color)
    for end in (0, 255):
        for share in np.linspace(0.3, 1, 15).tolist():
            channels = (round(part + (end - part) * share) for part in (ground.red(), ground.green(), ground.blue()))
            rim = QColor(*channels)
            if contrast(rim, ground) >= LEGIBLE:
                return rim.rgb()
    raise AssertionError("black or white stands out from every colour")


def contrast(a: QColor, b: QColor) -> float:
    """How much two colours differ in brightness, from 1 to 21, as WCAG 2 counts it."""
    bright, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    parts = color.redF(), color.greenF(), color.blueF()
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
