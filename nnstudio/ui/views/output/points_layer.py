"""The examples on the plane, drawn once and kept.

A training point is a filled circle with a bright rim, a point that only tests or validates a ring with a hole: the
shape tells them apart, the colour their class. They change only with the data, so the layer is drawn again only when
something it shows changes.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from nnstudio.core.data.dataset import Dataset, Split
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.ui import theme

_FEW = 600


def to_plane(
    points: NDArray[np.float64], extent: tuple[float, float, float, float], area: QRectF
) -> NDArray[np.float64]:
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


def point_colors(dataset: Dataset, split: Split) -> list[QColor]:
    """The colour of each point: its class's, or its value's from orange to blue."""
    if dataset.task is not Task.REGRESSION:
        palette = [theme.class_color(label, dataset.classes) for label in range(dataset.classes)]
        return [palette[label] for label in split.labels]
    table = theme.heat_map_table(theme.current())
    index = np.clip(split.targets[:, 0] / value_scale(dataset), -1, 1) * 127.5 + 127.5
    return [QColor.fromRgb(int(table[int(i)])) for i in index]


class PointsLayer:
    """The points as a transparent pixmap of the plane's size."""

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._key: object = None
        self._dataset: Dataset | None = None

    def pixmap(self, dataset: Dataset, side: float, ratio: float, tests: bool) -> QPixmap:
        """The layer for a plane `side` wide on a screen with this many pixels a point."""
        key = (round(side), ratio, tests, theme.current())
        if self._dataset is not dataset or self._key != key:
            self._dataset, self._key = dataset, key
            self._pixmap = self._drawn(dataset, side, ratio, tests)
        return self._pixmap

    def _drawn(self, dataset: Dataset, side: float, ratio: float, tests: bool) -> QPixmap:
        pixmap = QPixmap(round(side * ratio), round(side * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        area = QRectF(0, 0, side, side)
        count = len(dataset.train) + (len(dataset.test) if tests else 0)
        radius = point_radius(side, count)
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if tests and dataset.test is not dataset.train:
                for split in (dataset.validation, dataset.test):
                    if split is not None:
                        _draw(painter, dataset, split, area, radius, hollow=True)
            _draw(painter, dataset, dataset.train, area, radius, hollow=False)
        return pixmap


def point_radius(side: float, count: int) -> float:
    """Radius of a point's filled part: larger on a larger plane, smaller in a crowd."""
    radius = min(max(side / 85, 2.2), 4.5)
    return radius if count <= _FEW else max(radius * (_FEW / count) ** 0.5, 1.2)


def _draw(painter: QPainter, dataset: Dataset, split: Split, area: QRectF, radius: float, hollow: bool) -> None:
    if not isinstance(dataset.domain, Plane):
        return
    rim = QColor(theme.current().card)
    width = 0.36 * radius
    for (x, y), color in zip(
        to_plane(split.raw, dataset.domain.extent, area).tolist(), point_colors(dataset, split), strict=True
    ):
        centre = QPointF(x, y)
        painter.setPen(QPen(rim, width))
        painter.setBrush(color)
        painter.drawEllipse(centre, radius + width / 2, radius + width / 2)
        if hollow:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(rim)
            painter.drawEllipse(centre, 0.5 * radius, 0.5 * radius)
