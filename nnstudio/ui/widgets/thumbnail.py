"""The gallery of data sets: small square pictures, four a row, one of them chosen.

Points of the plane are drawn by the data set's own generator, so the picture is the thing itself. A kind that lies on
no plane shows a digit, drawn with a pen, or its name.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from nnstudio.core.choices import DatasetKind, Task
from nnstudio.core.data.plane import PLANE_KINDS
from nnstudio.core.dataset_spec import DatasetSpec
from nnstudio.ui import theme

COLUMNS = 4
GAP = 6
SAMPLES = 180
NOISE = 0.04
DOT = 2.2
MARGIN = 4.0


@cache
def _sample(kind: DatasetKind) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """A few points of the plane in 0 … 1, y downwards, and their classes; for regression two classes by sign."""
    plane = PLANE_KINDS[kind]
    points, labels = plane.generate(DatasetSpec(kind=kind, samples=SAMPLES, noise=NOISE), np.random.default_rng(1))
    if plane.task is Task.REGRESSION:
        labels = labels.ravel() > 0
    left, right, bottom, top = plane.extent
    return (points - (left, top)) / (right - left, bottom - top), labels.astype(np.int64)


def _draw_plane(painter: QPainter, kind: DatasetKind, area: QRectF) -> None:
    points, labels = _sample(kind)
    classes = int(labels.max()) + 1
    dot = DOT if len(points) > 10 else 3 * DOT
    for label in range(classes):
        chosen = points[labels == label]
        spots = QPolygonF([QPointF(area.x() + x * area.width(), area.y() + y * area.height()) for x, y in chosen])
        color = theme.class_color(label, classes)
        painter.setPen(QPen(color, dot, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(spots)


def _draw_digit(painter: QPainter, kind: DatasetKind, area: QRectF) -> None:
    five = QPainterPath(QPointF(0.74, 0.16))
    five.lineTo(0.42, 0.20)
    five.lineTo(0.36, 0.46)
    five.cubicTo(0.52, 0.38, 0.72, 0.46, 0.66, 0.64)
    five.cubicTo(0.60, 0.84, 0.36, 0.88, 0.24, 0.76)
    painter.translate(area.topLeft())
    painter.scale(area.width(), area.height())
    color = QColor(theme.current().text)
    painter.setPen(QPen(color, 0.1, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(five)


def _draw_name(painter: QPainter, kind: DatasetKind, area: QRectF) -> None:
    painter.setPen(QColor(theme.current().dim))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, kind.label)


_PICTURES: dict[DatasetKind, Callable[[QPainter, DatasetKind, QRectF], None]] = {
    **dict.fromkeys(PLANE_KINDS, _draw_plane),
    DatasetKind.MNIST: _draw_digit,
}


class Thumbnail(QToolButton):
    """The button of one data set. A click asks; whether it is chosen is decided, and shown, by its owner."""

    def __init__(self, kind: DatasetKind, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.setProperty("role", "tile")
        self.setCheckable(True)
        self.setToolTip(f"<b>{kind.label}</b><br>{kind.help}")
        formula = f"<p>{kind.formula}</p>" if kind.formula else ""
        self.setWhatsThis(f"<b>{kind.label}</b><p>{kind.help}</p>{formula}")
        self.setAccessibleName(kind.label)
        self.setAccessibleDescription(kind.help)

    def nextCheckState(self) -> None:
        """A click alone checks nothing."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        _PICTURES.get(self.kind, _draw_name)(painter, self.kind, area)


class Gallery(QWidget):
    """A thumbnail for every data set; `asked` gives the kind that was clicked."""

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.thumbnails = {kind: Thumbnail(kind, self) for kind in DatasetKind}
        for thumbnail in self.thumbnails.values():
            thumbnail.clicked.connect(self._clicked)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_current(self, kind: DatasetKind) -> None:
        """Outline the chosen data set; emits nothing."""
        for each, thumbnail in self.thumbnails.items():
            thumbnail.setChecked(each is kind)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        rows = -(-len(self.thumbnails) // COLUMNS)
        return round(rows * (self._side(width) + GAP) - GAP)

    def sizeHint(self) -> QSize:
        return QSize(182, self.heightForWidth(max(self.width(), 160)))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = self._side(self.width())
        edges = [round(column * (side + GAP)) for column in range(COLUMNS)]
        for index, thumbnail in enumerate(self.thumbnails.values()):
            row, column = divmod(index, COLUMNS)
            right = round(edges[column] + side)
            thumbnail.setGeometry(edges[column], round(row * (side + GAP)), right - edges[column], round(side))

    def _side(self, width: int) -> float:
        return (width - (COLUMNS - 1) * GAP) / COLUMNS

    @Slot()
    def _clicked(self) -> None:
        thumbnail = self.sender()
        if isinstance(thumbnail, Thumbnail):
            self.asked.emit(thumbnail.kind)
