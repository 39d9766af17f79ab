"""A histogram for each layer, one below the other over a common axis.

Heights are square roots of the counts (Tukey's rootogram), so that a pile at one value does not hide all others, and
each layer's highest bin fills its row: shapes compare, not counts. Saturated tanh units pile up at both ends,
dead ReLU units at zero; the share of them stands beside.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.core.run.frame import Frame, Histogram, LayerReading
from nnstudio.ui import theme
from nnstudio.ui.stage.ticks import linear_ticks
from nnstudio.ui.widgets.canvas import Canvas, Spot, mono_font, text_font
from nnstudio.ui.widgets.figures import decimal, grouped, percent, tick

HINT = "The histograms appear with the next picture"
_LOWEST_ROW = 22
_TWO_LINES = 30
_TOO_WIDE = 0.4
_ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
_ALARMING = 0.5


def share_text(histogram: Histogram) -> str:
    """The share of dead units or of saturated activations, or nothing."""
    if histogram.dead is not None:
        return f"dead {percent(histogram.dead, 0)}".replace("\u00a0", "")
    if histogram.saturated is not None:
        return f"sat {percent(histogram.saturated, 0)}".replace("\u00a0", "")
    return ""


class ActivationsChart(Canvas):
    """Rows of histograms, readable bin by bin."""

    def __init__(self) -> None:
        super().__init__(
            "Activations per layer",
            "How often each layer's neurons take which value over the examples.",
            "<b>Activations per layer</b><p>A histogram of a = f(W·x + b) over all neurons of the layer and a sample "
            "of the examples; heights are square roots of counts. <i>sat</i> is the share of activations at the end "
            "of their range, where f′ is nearly 0 and the gradient is lost; <i>dead</i> is the share of neurons that "
            "answer 0 to every example.</p>",
        )
        self._layers: tuple[LayerReading, ...] = ()
        self._activations: dict[str, str] = {}
        self._low, self._high = 0.0, 0.0
        self._left = 30.0
        self._run = -1

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's layers."""
        self._layers = tuple(layer for layer in frame.readings if layer.histogram is not None)
        self._activations = {layer.name: layer.activation.label for layer in frame.model.layers if layer.activation}
        if frame.run != self._run:
            self._run, self._low, self._high = frame.run, 0.0, 0.0
        histograms = [layer.histogram for layer in self._layers if layer.histogram is not None]
        self._high = steady(self._high, max((h.high for h in histograms), default=1.0))
        self._low = -steady(-self._low, max((-h.low for h in histograms), default=0.0))
        self.setMinimumHeight(round(len(self._layers) * _LOWEST_ROW * theme.text_scale()))
        self._make_room()
        self.update()

    def span(self) -> tuple[float, float, float, float]:
        """(left, right) in the widget and the values (low, high) that lie there."""
        return self._left, max(self.width() - 6.0, self._left + 20), self._low, self._high

    def _make_room(self) -> None:
        """Start the histograms to the right of the widest word."""
        name, number = QFontMetricsF(text_font(10.5)), QFontMetricsF(mono_font(9.5))
        widths = [30.0]
        for layer in self._layers:
            share = share_text(layer.histogram) if layer.histogram else ""
            if self._row_height() < _TWO_LINES:
                widths.append(number.horizontalAdvance(f"{layer.name}  {share}"))
            else:
                widths += [name.horizontalAdvance(layer.name), number.horizontalAdvance(share)]
        self._left = max(widths) + 12

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._make_room()
        super().resizeEvent(event)

    def _row_height(self) -> float:
        return self.height() / max(len(self._layers), 1)

    def _row(self, row: int) -> QRectF:
        left, right, _, _ = self.span()
        height = self._row_height()
        gap = min(max(0.14 * height, 3.0), 9.0)
        return QRectF(left, row * height + gap, right - left, height - gap - 1)

    def _x(self, value: float) -> float:
        left, right, low, high = self.span()
        return left + (value - low) / ((high - low) or 1.0) * (right - left)

    # Exploring.

    def places(self) -> tuple[int, int]:
        bins = [len(layer.histogram.counts) for layer in self._layers if layer.histogram is not None]
        return (max(bins), len(bins)) if bins else (0, 0)

    def spot_at(self, position: QPointF) -> Spot | None:
        row = int(position.y() / self._row_height())
        if not 0 <= row < len(self._layers):
            return None
        histogram = self._layers[row].histogram
        if histogram is None:
            return None
        left, right = self._x(histogram.low), self._x(histogram.high)
        share = (position.x() - left) / ((right - left) or 1.0)
        bins = len(histogram.counts)
        return Spot(min(int(share * bins), bins - 1), row) if 0 <= share <= 1 else None

    def _bin(self, spot: Spot) -> tuple[Histogram | None, int, float, float]:
        """The histogram at a spot, the bin, and the values between which it lies."""
        histogram = self._layers[spot.row].histogram
        if histogram is None:
            return None, 0, 0.0, 0.0
        count = len(histogram.counts)
        index = min(spot.column, count - 1)
        width = (histogram.high - histogram.low) / count
        return histogram, index, histogram.low + index * width, histogram.low + (index + 1) * width

    def anchor(self, spot: Spot) -> QPointF:
        _, _, low, high = self._bin(spot)
        return QPointF(self._x((low + high) / 2), self._row(spot.row).center().y())

    def reading(self, spot: Spot) -> Sequence[str]:
        layer = self._layers[spot.row]
        histogram, index, low, high = self._bin(spot)
        if histogram is None:
            return ()
        count, total = int(histogram.counts[index]), max(int(histogram.counts.sum()), 1)
        named = " · ".join((layer.name, *filter(None, [self._activations.get(layer.name)])))
        lines = [named, f"{decimal(low)} … {decimal(high)}"]
        lines.append(f"{grouped(count)} of {grouped(total)}, {percent(count / total)}")
        if histogram.saturated is not None:
            lines.append(f"saturated {percent(histogram.saturated)}")
        if histogram.dead is not None:
            lines.append(f"dead units {percent(histogram.dead)}")
        return lines

    def summary(self) -> str:
        parts = [f"{layer.name} {share_text(layer.histogram)}".strip() for layer in self._layers if layer.histogram]
        return f"{', '.join(parts)}. Arrow keys read the histograms." if parts else HINT

    # Drawing.

    def paint(self, painter: QPainter) -> None:
        if not self._layers:
            painter.setFont(text_font(13))
            painter.setPen(QColor(theme.current().dim))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, HINT)
            return
        visible = QRectF(self.visibleRegion().boundingRect())
        for row, layer in enumerate(self._layers):
            if layer.histogram is not None and visible.intersects(self._row(row)):
                self._paint_label(painter, self._row(row), layer, layer.histogram)
                self._paint_histogram(painter, self._row(row), layer.histogram)
        if spot := self.spot:
            place, area = self.anchor(spot), self._row(spot.row)
            painter.setPen(QPen(QColor(theme.current().text), 1.5))
            painter.drawLine(QPointF(place.x(), area.top()), QPointF(place.x(), area.bottom()))

    def _paint_label(self, painter: QPainter, area: QRectF, layer: LayerReading, histogram: Histogram) -> None:
        colors, share = theme.current(), share_text(histogram)
        # A saturated output is a sure answer and no cause for alarm.
        alarming = layer is not self._layers[-1] and max(histogram.dead or 0.0, histogram.saturated or 0.0) >= _ALARMING
        name, number = text_font(10.5), mono_font(9.5)
        metrics = QFontMetricsF(number)
        painter.setFont(number)
        painter.setPen(QColor(colors.warning if alarming else colors.dim))
        if self._row_height() < _TWO_LINES:
            right = area.left() - 12 - metrics.horizontalAdvance(share)
            painter.drawText(QPointF(right, area.bottom()), share)
            painter.setPen(QColor(colors.dim))
            painter.drawText(QPointF(0, area.bottom()), layer.name)
            return
        below = area.bottom() - metrics.descent() + 1
        painter.drawText(QPointF(0, below), share)
        painter.setFont(name)
        painter.setPen(QColor(colors.dim))
        painter.drawText(QPointF(0, below - (metrics.height() if share else 0)), layer.name)

    def _paint_histogram(self, painter: QPainter, area: QRectF, histogram: Histogram) -> None:
        colors = theme.current()
        base, left, right = area.bottom(), self._x(histogram.low), self._x(histogram.high)
        count = len(histogram.counts)
        heights = np.sqrt(histogram.counts / max(int(histogram.counts.max()), 1)) * (area.height() - 1)
        x = left + (np.arange(count) + 0.5) / count * (right - left)
        x[0], x[-1] = left, right
        outline = [QPointF(*point) for point in zip(x.tolist(), (base - heights).tolist(), strict=True)]
        fill = QColor(colors.accent)
        fill.setAlpha(66)
        corners = [QPointF(left, base), *outline, QPointF(right, base)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF(corners))
        # Single strokes: Qt takes many times as long for the same outline in one piece.
        painter.setPen(QPen(QColor(colors.accent), 1.3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
        painter.drawLines([QLineF(start, end) for start, end in pairwise([*corners, corners[0]])])


class ValueAxis(QWidget):
    """The common axis below the histograms."""

    def __init__(self, chart: ActivationsChart) -> None:
        super().__init__()
        self._chart = chart
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, round(QFontMetricsF(mono_font(10)).height()) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        left, right, low, high = self._chart.span()
        if high <= low or not self._chart.places()[1]:
            return
        with QPainter(self) as painter:
            painter.setFont(mono_font(10))
            painter.setPen(QColor(theme.current().dim))
            for value in linear_ticks(low, high, 5 if right - left > 250 else 3):
                x = left + (value - low) / (high - low) * (right - left)
                width = QFontMetricsF(painter.font()).horizontalAdvance(tick(value))
                start = min(max(x - width / 2, 0), self.width() - width)
                painter.drawText(QPointF(start, self.height() - 3), tick(value))


def steady(shown: float, wanted: float) -> float:
    """The end of an axis, at a round number: it grows at once, and shrinks only when far too large."""
    if wanted <= 0:
        return 0.0
    if _TOO_WIDE * shown <= wanted <= shown:
        return shown
    power = 10.0 ** math.floor(math.log10(wanted) + 1e-9)
    return float(f"{next(m * power for m in _ROUND if m * power >= wanted * (1 - 1e-9)):.6g}")
