"""The picture of the loss curves: axes, lines, their names, and the exact values of the update that is read."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from nnstudio.core.history import HistoryPrefix
from nnstudio.ui import theme
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.views.loss.axes import LossAxes
from nnstudio.ui.views.loss.curves import Line, has_curve, lines_of, loss_range
from nnstudio.ui.views.loss.thinning import Column
from nnstudio.ui.widgets.canvas import Canvas, Spot, mono_font, text_font
from nnstudio.ui.widgets.figures import MISSING, decimal, grouped

HINT = "Press Play: the loss appears here"
_NAMES = {"train": "train", "test": "test", "batch": "mini-batch", "penalty": "penalty"}
_WIDTHS = {"batch": 0.0, "smoothed": 1.5, "penalty": 1.2, "train": 1.7, "test": 1.7}
_DIGITS = 5
_NARROW = 360
_HEADROOM = 1.06
_PIXELS_A_POINT = 1.5
_REACH = 5.0
"""How far, in pixels, the pointer is drawn to a row at which everything was measured."""


def curve_color(curve: str) -> QColor:
    """The colour of a curve."""
    colors = theme.current()
    shades = {
        "batch": mix(colors.card, colors.accent, 0.32),
        "smoothed": mix(colors.card, colors.accent, 0.7),
        "penalty": colors.dim,
        "train": colors.accent,
        "test": colors.negative,
    }
    return QColor(shades[curve])


class LossChart(Canvas):
    """Loss curves over updates, readable row by row."""

    def __init__(self) -> None:
        super().__init__(
            "Loss curves",
            "How wrong the network is, update by update: over the training examples and over the test examples.",
            "<b>Loss</b><p>Data loss L = 1/n Σ ℓ(yᵢ, ŷᵢ), the mean over the training examples (blue), over the test "
            "examples (orange), and over each mini-batch before its update (pale). The penalty λ₁/N Σ|w| + λ₂/2N Σw² "
            "comes on top and has its own line. When train falls and test rises, the network learns by heart.</p>",
        )
        self._history: HistoryPrefix | None = None
        self._lines: dict[str, Line] = {}
        self._axes: LossAxes | None = None
        self._run = -1
        self._end = 0.0
        self._logarithmic = True
        self._smoothing = True

    def show_history(self, history: HistoryPrefix, run: int) -> None:
        """Draw these rows of this run."""
        if run == self._run and self._history is not None and len(history) == len(self._history):
            return
        if run != self._run:
            self._run, self._end = run, 0.0
        self._history = history if has_curve(history) else None
        self._renew()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Whether equal steps upwards are equal ratios."""
        self._logarithmic = logarithmic
        self._renew()

    def set_smoothing(self, smoothing: bool) -> None:
        """Whether a calm line runs through the mini-batches' noise."""
        self._smoothing = smoothing
        self._renew()

    def _renew(self) -> None:
        """Lines and axes for what there is now. The axis of updates grows in leaps, so that it seldom moves."""
        self._lines, self._axes = {}, None
        self.update()
        history = self._history
        if history is None:
            return
        last = float(history.update[-1])
        if last > self._end or last * _HEADROOM**4 < self._end:
            self._end = max(last * _HEADROOM, 1.0)
        area = self._area()
        self._lines = lines_of(
            history, max(int(area.width() / _PIXELS_A_POINT), 50), self._logarithmic, self._smoothing
        )
        self._axes = LossAxes(area, self._end, *loss_range(self._lines, self._logarithmic), self._logarithmic)

    def _area(self) -> QRectF:
        """The rectangle of the curves, in the widget."""
        metrics = QFontMetricsF(mono_font(10))
        left = metrics.horizontalAdvance("update") + 9
        return QRectF(left, 8, max(self.width() - left - 8, 20.0), max(self.height() - metrics.height() - 14, 20.0))

    def resizeEvent(self, event: object) -> None:
        self._renew()

    # Exploring.

    def places(self) -> tuple[int, int]:
        return (len(self._history), 1) if self._history is not None else (0, 0)

    def start(self) -> Spot:
        return Spot(self.places()[0] - 1, 0)

    def stride(self) -> int:
        return max(self.places()[0] // 200, 1)

    def spot_at(self, position: QPointF) -> Spot | None:
        history, axes = self._history, self._axes
        if history is None or axes is None or not axes.area.adjusted(-4, -8, 8, 8).contains(position):
            return None
        wanted = axes.update_at(position.x())
        measured = np.flatnonzero(np.isfinite(history.train_loss))
        if len(measured):
            row = int(measured[_nearest(history.update[measured], wanted)])
            if abs(axes.x(float(history.update[row])) - position.x()) <= _REACH:
                return Spot(row, 0)
        return Spot(_nearest(history.update, wanted), 0)

    def anchor(self, spot: Spot) -> QPointF:
        if self._history is None or self._axes is None:
            return super().anchor(spot)
        return QPointF(self._axes.x(float(self._history.update[spot.column])), self._axes.area.top() + 14)

    def reading(self, spot: Spot) -> Sequence[str]:
        history, row = self._history, spot.column
        if history is None:
            return ()
        lines = [f"Update {grouped(history.update[row])}, epoch {history.epoch[row]:.2f}"]
        columns = {"train": history.train_loss, "test": history.test_loss, "penalty": history.penalty}
        lines += [f"{name:<11}{self._last(column, row)}" for name, column in columns.items() if name in self._lines]
        if np.isfinite(history.batch_loss[row]):
            lines.append(f"{'mini-batch':<11}{decimal(float(history.batch_loss[row]), _DIGITS)}")
        return lines

    def _last(self, column: Column, row: int) -> str:
        """The value at this row, or the last one before it with its update."""
        before = np.flatnonzero(np.isfinite(column[: row + 1]))
        if self._history is None or not len(before):
            return MISSING
        last = int(before[-1])
        when = "" if last == row else f" (at {grouped(self._history.update[last])})"
        return decimal(float(column[last]), _DIGITS) + when

    def summary(self) -> str:
        if self._history is None:
            return HINT
        return f"{', '.join(self.reading(self.start()))}. Arrow keys read earlier updates."

    # Drawing.

    def paint(self, painter: QPainter) -> None:
        if self._axes is None:
            painter.setFont(text_font(13))
            painter.setPen(QColor(theme.current().dim))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, HINT)
            return
        self._axes.paint(painter)
        painter.save()
        painter.setClipRect(self._axes.area.adjusted(-1, -3, 1, 2))
        for name, (updates, losses) in self._lines.items():
            _paint_curve(painter, name, self._axes.points(updates, losses))
        painter.restore()
        if spot := self.spot:
            self._paint_row(painter, self._axes, spot.column)
        self._paint_names(painter, self._axes.area)

    def _paint_names(self, painter: QPainter, area: QRectF) -> None:
        """The curves' names in their colours, at the upper right, where there is room with a stroke."""
        font = text_font(11, bold=True)
        metrics = QFontMetricsF(font)
        names = [name for name in _NAMES if name in self._lines]
        stroke = 16 if area.width() > _NARROW else 0
        gap = stroke + (16 if stroke else 10)
        width = sum(metrics.horizontalAdvance(_NAMES[name]) + gap for name in names) - gap + stroke
        x, y = area.right() - width - 6, area.top() + metrics.height()
        ground = QColor(theme.current().card)
        ground.setAlpha(190)
        painter.setFont(font)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(x - 5, area.top() + 1, width + 10, metrics.height() + 6), 5, 5)
        for name in names:
            color = curve_color("smoothed" if name == "batch" else name)
            if stroke:
                style = Qt.PenStyle.DotLine if name == "penalty" else Qt.PenStyle.SolidLine
                painter.setPen(QPen(color, 1.2 if name in ("batch", "penalty") else 2.2, style))
                painter.drawLine(QPointF(x, y - 4), QPointF(x + 12, y - 4))
            painter.setPen(color)
            painter.drawText(QPointF(x + stroke, y), _NAMES[name])
            x += metrics.horizontalAdvance(_NAMES[name]) + gap

    def _paint_row(self, painter: QPainter, axes: LossAxes, row: int) -> None:
        """A vertical line at the row that is read, with a dot on each curve measured there."""
        if self._history is None:
            return
        colors, update = theme.current(), float(self._history.update[row])
        painter.setPen(QPen(QColor(colors.dim), 1))
        painter.drawLine(QPointF(axes.x(update), axes.area.top()), QPointF(axes.x(update), axes.area.bottom()))
        for name, column in (("train", self._history.train_loss), ("test", self._history.test_loss)):
            if point := axes.position(update, float(column[row])):
                painter.setPen(QPen(QColor(colors.card), 1.5))
                painter.setBrush(curve_color(name))
                painter.drawEllipse(point, 4, 4)


def _paint_curve(painter: QPainter, name: str, points: list[QPointF]) -> None:
    """A curve as single strokes: a wide polyline through noise takes Qt fifty times as long. Dashes and the finest
    line, which is a pixel wide on any screen, are drawn in one go."""
    pen = QPen(curve_color(name), _WIDTHS[name], Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap)
    if name == "penalty":
        pen.setDashPattern([4, 4])
    painter.setPen(pen)
    if name in ("batch", "penalty"):
        painter.drawPolyline(QPolygonF(points))
    else:
        painter.drawLines([QLineF(start, end) for start, end in pairwise(points)])


def _nearest(column: Column, value: float) -> int:
    """The row of a rising column that lies nearest to a value."""
    row = int(np.searchsorted(column, value))
    if row == 0 or row == len(column):
        return max(row - 1, 0)
    return row if column[row] - value < value - column[row - 1] else row - 1
