"""The two axes of the loss curves: updates to the right, the loss upwards, linear or logarithmic."""

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from nnstudio.ui import theme
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.views.loss.thinning import Column
from nnstudio.ui.widgets.canvas import mono_font
from nnstudio.ui.widgets.figures import grouped, tick
from nnstudio.ui.widgets.ticks import decade_ticks, linear_ticks


@dataclass(frozen=True, slots=True)
class LossAxes:
    """Where updates 0 … `end` and losses `bottom` … `top` lie in a widget."""

    area: QRectF
    end: float
    bottom: float
    top: float
    logarithmic: bool

    def points(self, updates: Column, losses: Column) -> list[QPointF]:
        """The points of a line, in the widget; a loss far below the axis stays just below it."""
        x, y = self._x(updates), np.clip(self._y(losses), -1e4, self.area.bottom() + 50)
        return [QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]

    def position(self, update: float, loss: float) -> QPointF | None:
        """Where a point lies, in the widget; None if it has no place on the axes."""
        if not math.isfinite(loss) or not self.bottom <= loss <= self.top:
            return None
        return QPointF(self.x(update), float(self._y(np.array([loss]))[0]))

    def x(self, update: float) -> float:
        """The horizontal position of an update."""
        return self.area.left() + update / self.end * self.area.width()

    def update_at(self, x: float) -> float:
        """The update under a horizontal position."""
        return (x - self.area.left()) / self.area.width() * self.end

    def _x(self, updates: Column) -> Column:
        return self.area.left() + updates * (self.area.width() / self.end)

    def _y(self, losses: Column) -> Column:
        if self.logarithmic:
            low, high = math.log10(self.bottom), math.log10(self.top)
            share = (np.log10(losses) - low) / (high - low)
        else:
            share = (losses - self.bottom) / (self.top - self.bottom)
        return self.area.bottom() - share * self.area.height()

    def paint(self, painter: QPainter) -> None:
        """Hair lines and numbers, and what the horizontal axis counts."""
        colors, font = theme.current(), mono_font(10)
        metrics = QFontMetricsF(font)
        height = metrics.height()
        painter.setFont(font)
        for loss in self._loss_ticks(max(int(self.area.height() / (1.7 * height)), 2)):
            y = round(float(self._y(np.array([loss]))[0])) + 0.5
            painter.setPen(QPen(QColor(mix(colors.card, colors.line, 0.65)), 1))
            painter.drawLine(QPointF(self.area.left(), y), QPointF(self.area.right(), y))
            painter.setPen(QColor(colors.dim))
            beside = QRectF(0, y - height / 2, self.area.left() - 7, height)
            painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tick(loss))
        below = self.area.bottom() + 5
        for update in linear_ticks(0, self.end, max(int(self.area.width() / 75), 2)):
            if update == round(update):
                place = QRectF(self.x(update) - 60, below, 120, height)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, grouped(update))
        corner = QRectF(0, below, self.area.left() - 9, height)
        painter.drawText(corner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "update")

    def _loss_ticks(self, at_most: int) -> list[float]:
        """Powers of ten, or round numbers where no two of them are in sight."""
        if not self.logarithmic:
            return linear_ticks(self.bottom, self.top, min(at_most, 6))
        decades = decade_ticks(math.log10(self.bottom), math.log10(self.top), at_most)
        if len(decades) > 1:
            return [10.0**exponent for exponent in decades]
        steps = [m * 10.0**e for e in range(-12, 13) for m in (1, 2, 5)]
        return [step for step in steps if self.bottom * 0.999 <= step <= self.top * 1.001]
