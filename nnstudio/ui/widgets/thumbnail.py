"""The gallery of data sets: small square pictures, four a row, one of them chosen.

Points of the plane are drawn by the data set's own generator, so the picture is the thing itself. Images show digits
drawn with a pen; a kind that has no picture shows its name.
"""

import html
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from nnstudio.core.data.plane import PLANE_KINDS
from nnstudio.core.data.sketched_digits import STROKES
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.dataset_spec import PlaneSpec
from nnstudio.core.presets.defaults import DEFAULTS
from nnstudio.ui import theme

COLUMNS = 4
GAP = 6
SAMPLES = 180
NOISE = 0.04
MARGIN = 4.0


@cache
def _sample(kind: DatasetKind) -> tuple[NDArray[np.float64], NDArray[np.float64] | NDArray[np.int64], int]:
    """A few points of the plane in 0 … 1, y downwards, their labels or values, and the number of classes."""
    plane, spec = PLANE_KINDS[kind], PlaneSpec(kind=kind, samples=SAMPLES, noise=NOISE)
    points, labels = plane.generate(spec, np.random.default_rng(1))
    left, right, bottom, top = plane.extent
    return (points - (left, top)) / (right - left, bottom - top), labels, plane.classes(spec)


def _draw_plane(painter: QPainter, kind: DatasetKind, area: QRectF) -> None:
    points, labels, classes = _sample(kind)
    dot = area.width() / (15 if len(points) > 10 else 5)
    for (x, y), label in zip(points, labels, strict=True):
        color = theme.class_color(int(label), classes) if classes else _value_color(float(label))
        painter.setPen(QPen(color, dot, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoint(QPointF(area.x() + x * area.width(), area.y() + y * area.height()))


def _value_color(value: float) -> QColor:
    """The heat map's colour for −1 … 1."""
    return QColor.fromRgb(int(theme.heat_map_table(theme.current())[round(np.clip(127.5 * (1 + value), 0, 255))]))


def _draw_digit(painter: QPainter, kind: DatasetKind, area: QRectF) -> None:
    five = QPainterPath(QPointF(0.74, 0.16))
    five.lineTo(0.42, 0.20)
    five.lineTo(0.36, 0.46)
    five.cubicTo(0.52, 0.38, 0.72, 0.46, 0.66, 0.64)
    five.cubicTo(0.60, 0.84, 0.36, 0.88, 0.24, 0.76)
    painter.translate(area.topLeft())
    painter.scale(area.width(), area.height())
    painter.setPen(_ink(0.1))
    painter.drawPath(five)


def _draw_sketches(painter: QPainter, kind: DatasetKind, area: QRectF) -> None:
    painter.translate(area.topLeft())
    painter.scale(area.width(), area.height())
    painter.setPen(_ink(0.05))
    for digit, (x, y) in zip((2, 4, 3, 8), ((0.12, 0.08), (0.56, 0.08), (0.12, 0.56), (0.56, 0.56)), strict=True):
        for stroke in STROKES[digit]:
            painter.drawPolyline(QPolygonF([QPointF(x + 0.32 * right, y + 0.36 * down) for right, down in stroke]))


def _ink(width: float) -> QPen:
    color = QColor(theme.current().text)
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _draw_name(painter: QPainter, kind: DatasetKind, area: QRectF) -> None:
    painter.setPen(QColor(theme.current().dim))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, kind.label)


_PICTURES: dict[DatasetKind, Callable[[QPainter, DatasetKind, QRectF], None]] = {
    **dict.fromkeys(PLANE_KINDS, _draw_plane),
    DatasetKind.MNIST: _draw_digit,
    DatasetKind.SKETCHED_DIGITS: _draw_sketches,
}


class Thumbnail(QToolButton):
    """The button of one data set. A click asks; whether it is chosen is decided, and shown, by its owner."""

    def __init__(self, kind: DatasetKind, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.setProperty("role", "tile")
        self.setCheckable(True)
        self.setToolTip(f"<b>{kind.label}</b><br>{kind.help}<br>Choosing it starts training again.")
        formula = f"<p>{html.escape(kind.formula, quote=False)}</p>" if kind.formula else ""
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
        self.thumbnails = {kind: Thumbnail(kind, self) for kind in DEFAULTS}
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
