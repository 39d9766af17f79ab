"""Two bars for each layer on one logarithmic axis: the gradient's norm, and how far the update moved the weights."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from nnstudio.core.run.frame import Frame, Status
from nnstudio.ui import theme
from nnstudio.ui.stage.ticks import decade_ticks
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.widgets.canvas import Canvas, Spot, mono_font, text_font
from nnstudio.ui.widgets.figures import decimal, tick

HINT = "Press Play or Step: the gradients of the last update appear here"
NEXT = "The gradients appear with the next update"
"""After a divergence or a step back the weights are older ones, and the gradients that led to them are forgotten."""
GRADIENT, UPDATE = "‖∇W‖", "‖ΔW‖/‖W‖"
_DECADES_AT_LEAST = 3
_DECADES_AT_MOST = 12
_SLACK = 1.5
"""How many decades an end of the axis may be too far before it moves closer."""


class GradientsChart(Canvas):
    """Bars of every layer with parameters, readable one by one."""

    def __init__(self) -> None:
        super().__init__(
            "Gradient flow",
            "How strong the gradient is in each layer, and how far the last update moved its weights.",
            "<b>Gradient flow</b><p>Blue: ‖∇W‖ = √Σ (∂L/∂w)², the gradient of the last update. Orange: ‖ΔW‖ / ‖W‖, "
            "the length of the update over that of the weights; about 0.001 is comfortable. The axis is logarithmic. "
            "If the blue bars shrink a thousandfold towards the first layer, the gradient vanishes on its way back; "
            "if they grow, or an update moves a layer by more than half its size, it explodes.</p>",
        )
        self._names: list[str] = []
        self._values: list[tuple[float, float]] = []
        self._bottom, self._top = -3, 0
        self._run = -1
        self._hint = HINT

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's layers."""
        readings = [
            (layer.name, layer.gradient_norm, layer.update_ratio)
            for layer in frame.readings
            if layer.gradient_norm is not None and layer.update_ratio is not None
        ]
        self._names = [name for name, _, _ in readings]
        self._values = [(norm, ratio) for _, norm, ratio in readings if norm is not None and ratio is not None]
        self._hint = HINT if frame.status is Status.READY else NEXT
        self._fit(frame.run)
        self.update()

    def _fit(self, run: int) -> None:
        """Ends of the axis, on whole decades; they move out at once, and in only when much too far."""
        exponents = [math.log10(v) for pair in self._values for v in pair if math.isfinite(v) and v > 0]
        if not exponents:
            return
        low, high = min(exponents), max(exponents)
        fresh = run != self._run
        self._run = run
        if fresh or high > self._top or high < self._top - 1 - _SLACK:
            self._top = math.ceil(high + 0.05)
        if fresh or low < self._bottom or low > self._bottom + 1 + _SLACK:
            self._bottom = math.floor(low - 0.15)
        self._bottom = max(min(self._bottom, self._top - _DECADES_AT_LEAST), self._top - _DECADES_AT_MOST)

    def _area(self) -> QRectF:
        """The rectangle of the bars, in the widget."""
        metrics = QFontMetricsF(mono_font(10))
        left = metrics.horizontalAdvance("0.0001") + 8
        top = metrics.height() / 2 + 1
        return QRectF(
            left, top, max(self.width() - left - 4, 20.0), max(self.height() - top - metrics.height() - 5, 20)
        )

    def _y(self, value: float) -> float:
        area = self._area()
        exponent = math.log10(value) if value > 0 else -math.inf
        if math.isnan(value):
            exponent = -math.inf
        share = (min(max(exponent, self._bottom), self._top) - self._bottom) / (self._top - self._bottom)
        return area.bottom() - share * area.height()

    def _slot(self, layer: int) -> QRectF:
        area = self._area()
        width = area.width() / max(len(self._values), 1)
        return QRectF(area.left() + layer * width, area.top(), width, area.height())

    # Exploring.

    def places(self) -> tuple[int, int]:
        return (len(self._values), 1) if self._values else (0, 0)

    def spot_at(self, position: QPointF) -> Spot | None:
        area = self._area()
        if not self._values or not area.left() <= position.x() < area.right():
            return None
        return Spot(int((position.x() - area.left()) / area.width() * len(self._values)), 0)

    def anchor(self, spot: Spot) -> QPointF:
        slot = self._slot(spot.column)
        return QPointF(slot.center().x() + min(slot.width() / 2, 26) - 8, slot.center().y() - 20)

    def reading(self, spot: Spot) -> Sequence[str]:
        norm, ratio = self._values[spot.column]
        return (
            self._names[spot.column],
            f"{GRADIENT:<10}{decimal(norm, 4)}",
            f"{UPDATE:<10}{decimal(ratio, 4)}",
        )

    def summary(self) -> str:
        parts = [", ".join(self.reading(Spot(layer, 0))) for layer in range(len(self._values))]
        return "; ".join(parts) if parts else self._hint

    # Drawing.

    def paint(self, painter: QPainter) -> None:
        if not self._values:
            painter.setFont(text_font(13))
            painter.setPen(QColor(theme.current().dim))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint)
            return
        self._paint_axis(painter)
        if spot := self.spot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.current().field))
            painter.drawRoundedRect(self._slot(spot.column), 5, 5)
        self._paint_names(painter)
        for layer, values in enumerate(self._values):
            self._paint_bars(painter, layer, values)
        self._paint_legend(painter)

    def _paint_axis(self, painter: QPainter) -> None:
        area, colors, font = self._area(), theme.current(), mono_font(10)
        height = QFontMetricsF(font).height()
        painter.setFont(font)
        for exponent in decade_ticks(self._bottom, self._top, max(int(area.height() / (1.6 * height)), 2)):
            y = round(self._y(10.0**exponent)) + 0.5
            painter.setPen(QPen(QColor(mix(colors.card, colors.line, 0.65)), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colors.dim))
            beside = QRectF(0, y - height / 2, area.left() - 7, height)
            painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tick(10.0**exponent))

    def _paint_bars(self, painter: QPainter, layer: int, values: tuple[float, float]) -> None:
        colors, slot = theme.current(), self._slot(layer)
        width = min(0.34 * slot.width(), 23.0)
        gap = min(0.12 * width, 4.0)
        base = slot.bottom()
        painter.setPen(Qt.PenStyle.NoPen)
        for value, color, left in (
            (values[0], colors.accent, slot.center().x() - gap / 2 - width),
            (values[1], colors.negative, slot.center().x() + gap / 2),
        ):
            bar = QRectF(left, min(self._y(value), base - 2), width, max(base - self._y(value), 2.0))
            if not math.isfinite(value):
                bar, color = QRectF(left, slot.top(), width, slot.height()), colors.bad
            painter.setBrush(QColor(color))
            path = QPainterPath()
            radius = min(2.5, bar.height() / 2)
            path.addRoundedRect(bar, radius, radius)
            painter.drawPath(path)

    def _paint_names(self, painter: QPainter) -> None:
        font, area = mono_font(10), self._area()
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(QColor(theme.current().dim))
        room = self._slot(0).width() - 4
        short = any(metrics.horizontalAdvance(name) > room for name in self._names)
        every = max(math.ceil(metrics.horizontalAdvance("00") / max(room, 1)), 1) if short else 1
        for layer, name in enumerate(self._names):
            if layer % every == 0:
                slot = self._slot(layer).adjusted(-8, 0, 8, 0)
                below = QRectF(slot.left(), area.bottom() + 4, slot.width(), metrics.height())
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, _shortened(name) if short else name)

    def _paint_legend(self, painter: QPainter) -> None:
        """Both measures in their colours, at the upper right."""
        colors, font = theme.current(), text_font(11, bold=True)
        metrics = QFontMetricsF(font)
        area = self._area()
        words = ((GRADIENT, colors.accent), (UPDATE, colors.negative))
        x = area.right() - sum(metrics.horizontalAdvance(word) + 28 for word, _ in words) + 8
        ground = QColor(colors.card)
        ground.setAlpha(190)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(x - 5, area.top() + 1, area.right() - x + 2, metrics.height() + 6), 5, 5)
        painter.setFont(font)
        y = area.top() + metrics.height()
        for word, color in words:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(color))
            painter.drawRoundedRect(QRectF(x, y - 8, 8, 8), 2, 2)
            painter.setPen(QColor(color))
            painter.drawText(QPointF(x + 12, y), word)
            x += metrics.horizontalAdvance(word) + 28


def _shortened(name: str) -> str:
    """Dense 12 → 12, Output → out."""
    last = name.split()[-1]
    return last if last.isdigit() else last[:3].lower()
