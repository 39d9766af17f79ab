"""Predicted against true: for values, where a good network's points lie along the diagonal.

Each point is a test example, across by what is true and up by what the network says; several outputs have several
colours. Labels of which more than one may be true stand at 0 and 1, and a good network keeps the two apart.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from nnstudio.core.run.frame import FloatArray, Frame, TablePicture
from nnstudio.ui import theme
from nnstudio.ui.widgets.canvas import Canvas, Spot, mono_font, text_font
from nnstudio.ui.widgets.figures import decimal

_RADIUS = 2.5
_REACH = 8.0


class PredictionsCanvas(Canvas):
    """What the network says of test examples, over what is true."""

    def __init__(self) -> None:
        super().__init__(
            "Predicted against true",
            "Each point is a test example: across by what is true, up by what the network says.",
            "<b>Predicted against true</b><p>x = y, y = ŷ for each test example and output. On the diagonal ŷ = y; the "
            "distance from it is the error.</p>",
        )
        self._truth: FloatArray | None = None
        self._predicted: FloatArray = np.zeros((0, 0), np.float32)
        self._names: tuple[str, ...] = ()

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's predictions."""
        picture = frame.picture
        truth, predicted = (picture.truth, picture.predicted) if isinstance(picture, TablePicture) else (None, None)
        self._truth, self._names = truth, frame.dataset.output_names
        if predicted is not None:
            self._predicted = predicted
        self.update()

    def full_height(self, width: int) -> int:
        """The height beyond which the picture grows no more in this width."""
        return width

    def _area(self) -> QRectF:
        """The square between the axes, in the widget."""
        line = QFontMetricsF(mono_font(10)).height()
        left, below = 3.2 * line, line + 6
        side = max(min(self.width() - left - 4, self.height() - below - 4), 40.0)
        return QRectF(left + max((self.width() - left - 4 - side) // 2, 0), 4, side, side)

    def _range(self) -> tuple[float, float]:
        """What both axes cover: all that is true, and what is said of it unless it lies far out."""
        if self._truth is None:
            return 0.0, 1.0
        low, high = float(self._truth.min()), float(self._truth.max())
        room = 0.1 * (high - low) or 1.0
        return low - room, high + room

    def _positions(self) -> NDArray[np.float64]:
        """Where the points lie, (outputs, k, 2); what is out of range lies at the border."""
        if self._truth is None:
            return np.zeros((0, 0, 2))
        area, (low, high) = self._area(), self._range()
        x, y = (
            np.clip((np.nan_to_num(values.astype(np.float64), nan=low) - low) / (high - low), 0, 1)
            for values in (self._truth, self._predicted)
        )
        return np.stack((area.left() + x * area.width(), area.bottom() - y * area.height()), axis=-1)

    def places(self) -> tuple[int, int]:
        return (0, 0) if self._truth is None else (self._truth.shape[1], self._truth.shape[0])

    def spot_at(self, position: QPointF) -> Spot | None:
        distance = np.hypot(*np.moveaxis(self._positions() - (position.x(), position.y()), -1, 0))
        if not distance.size or distance.min() > _REACH:
            return None
        output, example = np.unravel_index(distance.argmin(), distance.shape)
        return Spot(int(example), int(output))

    def anchor(self, spot: Spot) -> QPointF:
        x, y = self._positions()[spot.row, spot.column].tolist()
        return QPointF(x, y)

    def reading(self, spot: Spot) -> Sequence[str]:
        if self._truth is None:
            return ()
        truth, said = float(self._truth[spot.row, spot.column]), float(self._predicted[spot.row, spot.column])
        return self._names[spot.row], f"true {decimal(truth, 4)}", f"predicted {decimal(said, 4)}"

    def summary(self) -> str:
        return "Nothing to see yet." if self._truth is None else "Arrow keys read the test examples one by one."

    def paint(self, painter: QPainter) -> None:
        if self._truth is None:
            return
        colors, area, (low, high) = theme.current(), self._area(), self._range()
        painter.setPen(QPen(QColor(colors.line), 1))
        painter.drawRect(area)
        painter.setPen(QPen(QColor(colors.dim), 1, Qt.PenStyle.DashLine))
        painter.drawLine(area.bottomLeft(), area.topRight())
        self._paint_axes(painter, area, low, high)
        painter.setPen(Qt.PenStyle.NoPen)
        for output, points in enumerate(self._positions().tolist()):
            count = len(self._names)
            color = QColor(colors.accent) if count == 1 else theme.class_color(output, count)
            color.setAlpha(170)
            painter.setBrush(color)
            for x, y in points:
                painter.drawEllipse(QPointF(x, y), _RADIUS, _RADIUS)
        if spot := self.spot:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colors.text), 1.5))
            painter.drawEllipse(self.anchor(spot), _RADIUS + 2, _RADIUS + 2)

    def _paint_axes(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        numbers = mono_font(10)
        line = QFontMetricsF(numbers).height()
        below = QRectF(area.left(), area.bottom() + 3, area.width(), line)
        painter.setPen(QColor(theme.current().dim))
        painter.setFont(numbers)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, decimal(low, 3))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, decimal(high, 3))
        beside = QRectF(0, area.top(), area.left() - 5, area.height())
        painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, decimal(high, 3))
        painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, decimal(low, 3))
        painter.setFont(text_font(10))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "true")
        painter.save()
        painter.translate(area.left() - line - 4, area.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-60, -line, 120, line), Qt.AlignmentFlag.AlignCenter, "predicted")
        painter.restore()

    def sizeHint(self) -> QSize:
        return QSize(290, 290)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 160)
