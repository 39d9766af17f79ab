"""A data set as a small picture with its name below.

Points of the plane are drawn by the data set's own generator, so the picture is the thing itself. Images show digits
drawn with a pen; a kind that has no picture shows its name.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPixmapCache,
    QPolygonF,
)
from PySide6.QtWidgets import QToolButton, QWidget

from nnstudio.core.data.plane import PLANE_KINDS
from nnstudio.core.data.sketched_digits import STROKES
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.dataset_spec import PlaneSpec
from nnstudio.ui import fonts, theme
from nnstudio.ui.explanations.data_sets import DATA_SETS
from nnstudio.ui.stage.items import drawn

TILE = QSize(40, 36)
NAME_PIXELS = 11
SMALLEST_PIXELS = 8
NAME_HEIGHT = 17
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
    return QColor.fromRgb(int(theme.heat_map_table(theme.current())[round(theme.ZERO * (1 + np.clip(value, -1, 1)))]))


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


def _picture(kind: DatasetKind, size: QSize, ratio: float) -> QPixmap:
    """Painted once for each size and theme: two hundred points take 2 ms."""
    key = f"{kind.value} {size.width()} {size.height()} {ratio} {theme.current().dark}"
    picture = QPixmap()
    if not QPixmapCache.find(key, picture):
        area = QRectF(0, 0, size.width(), size.height())
        picture = drawn(area, ratio, lambda painter: _PICTURES[kind](painter, kind, area))
        QPixmapCache.insert(key, picture)
    return picture


class Thumbnail(QToolButton):
    """The button of one data set, a picture above its name. A click asks; whether it is chosen is decided, and shown,
    by its owner."""

    def __init__(self, kind: DatasetKind, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.setText(kind.short)
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip(f"<b>{kind.label}</b><br>{kind.help}<br>Choosing it starts training again.")
        self.setWhatsThis(DATA_SETS[kind].html(kind.label, kind.help))
        self.setAccessibleName(kind.label)
        self.setAccessibleDescription(kind.help)

    def nextCheckState(self) -> None:
        """A click alone checks nothing."""

    def tile(self) -> QRectF:
        """Where the picture is."""
        scale = theme.text_scale()
        width, height = min(TILE.width() * scale, self.width() - 2), TILE.height() * scale
        return QRectF((self.width() - width) / 2, 0, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, tile = theme.current(), self.tile()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter, tile, colors)
        side = min(tile.width(), tile.height()) - 2 * MARGIN
        area = QRectF(tile.center().x() - side / 2, tile.center().y() - side / 2, side, side)
        if self.kind in _PICTURES:
            picture = _picture(self.kind, area.size().toSize(), self.devicePixelRatioF())
            painter.drawPixmap(area.topLeft().toPoint(), picture)
        else:
            _draw_name(painter, self.kind, area)
        painter.setFont(self._name_font())
        painter.setPen(QColor(colors.text if self.isChecked() else colors.dim))
        below = QRectF(0, tile.bottom() + 1, self.width(), NAME_HEIGHT * theme.text_scale())
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, self.text())

    def _name_font(self) -> QFont:
        """Smaller where the name would not fit."""
        pixels = NAME_PIXELS * theme.text_scale()
        while True:
            font = fonts.text(pixels)
            font.setWeight(QFont.Weight.DemiBold if self.isChecked() else QFont.Weight.Normal)
            if pixels <= SMALLEST_PIXELS or QFontMetricsF(font).horizontalAdvance(self.text()) <= self.width() - 2:
                return font
            pixels -= 1

    def _paint_frame(self, painter: QPainter, tile: QRectF, colors: theme.Theme) -> None:
        """Accent around the chosen one; a second line, inside, where the keyboard is."""
        width = 2.0 if self.isChecked() else 1.0
        edge = colors.accent if self.isChecked() else colors.dim if self.underMouse() else colors.line
        painter.setBrush(QColor(colors.card))
        painter.setPen(QPen(QColor(edge), width))
        painter.drawRoundedRect(tile.adjusted(width / 2, width / 2, -width / 2, -width / 2), 6, 6)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colors.text), 1.5))
            painter.drawRoundedRect(tile.adjusted(3, 3, -3, -3), 4, 4)
