"""The loss curves to be read: a pane of glass before the plot, with the curves' names and an update's exact values.

The plot behind it draws axes and curves. Whatever the mouse and the keys do, they do on the glass.
"""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QResizeEvent

from nnstudio.core.training.history import HistoryPrefix
from nnstudio.core.training.state import Mark
from nnstudio.core.training.trainer import TRAINING_EXAMPLES_EVALUATED
from nnstudio.ui import theme
from nnstudio.ui.views.loss.curves import Line, has_curve, lines_of, loss_range
from nnstudio.ui.views.loss.plot import Extent, LossPlot, curve_color
from nnstudio.ui.views.loss.thinning import Column
from nnstudio.ui.widgets.canvas import Canvas, Spot, mono_font, text_font
from nnstudio.ui.widgets.figures import MISSING, decimal, grouped

HINT = "Press Play: the loss appears here"
_NAMES = {"train": "train", "validation": "validation", "test": "test", "batch": "mini-batch", "penalty": "penalty"}
_DIGITS = 5
_NARROW = 360
_HEADROOM = 1.06
_PIXELS_A_POINT = 1.5
_REACH = 5.0
"""How far, in pixels, the pointer is drawn to a row at which everything was measured."""


class LossChart(Canvas):
    """What is read on a plot of loss curves, row by row. It lies exactly over the plot."""

    opaque = False

    def __init__(self, plot: LossPlot) -> None:
        super().__init__(
            "Loss curves",
            "How wrong the network is, update by update: over the training examples and over the test examples.",
            "<b>Loss</b><p>Data loss L = 1/n Σ ℓ(yᵢ, ŷᵢ), the mean over the training examples (blue; of very many, "
            "over a sample spread evenly), over the validation examples (green, if any), over the test examples "
            "(orange), and over each mini-batch before its update (pale). The penalty λ₁/N Σ|w| + λ₂/2N Σw² comes on "
            "top and has its own line. When train falls and test rises, the network learns by heart. "
            "A dotted line stands where the network or the data were edited.</p>",
        )
        self._plot = plot
        self._history: HistoryPrefix | None = None
        self._lines: dict[str, Line] = {}
        self._sample = ""
        self._marks: tuple[Mark, ...] = ()
        self._run = -1
        self._end = 0.0
        self._logarithmic = True
        self._smoothing = True

    def show_history(self, history: HistoryPrefix, run: int, examples: int = 0, marks: Sequence[Mark] = ()) -> None:
        """Draw these rows of this run, which trains on so many examples and was edited at these marks."""
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self.update()
        sampled = examples > TRAINING_EXAMPLES_EVALUATED
        self._sample = f"{grouped(TRAINING_EXAMPLES_EVALUATED)} of {grouped(examples)}" if sampled else ""
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
        self.update()
        history = self._history
        if history is None:
            self._lines = {}
            self._plot.draw({}, None)
            return
        last = float(history.update[-1])
        if last > self._end or last * _HEADROOM**4 < self._end:
            self._end = max(last * _HEADROOM, 1.0)
        points = max(int(self._plot.area.width() / _PIXELS_A_POINT), 50)
        self._lines = lines_of(history, points, self._logarithmic, self._smoothing)
        low, high = loss_range(self._lines, self._logarithmic)
        self._plot.draw(self._lines, Extent(self._end, low, high, self._logarithmic))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._renew()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._plot.restyle()
        super().changeEvent(event)

    # Exploring.

    def places(self) -> tuple[int, int]:
        return (len(self._history), 1) if self._history is not None else (0, 0)

    def start(self) -> Spot:
        return Spot(self.places()[0] - 1, 0)

    def stride(self) -> int:
        return max(self.places()[0] // 200, 1)

    def spot_at(self, position: QPointF) -> Spot | None:
        history, plot = self._history, self._plot
        if history is None or not plot.area.adjusted(-4, -8, 8, 8).contains(position):
            return None
        wanted = plot.update_at(position.x())
        measured = np.flatnonzero(np.isfinite(history.train_loss))
        if len(measured):
            row = int(measured[_nearest(history.update[measured], wanted)])
            if abs(plot.x_at(float(history.update[row])) - position.x()) <= _REACH:
                return Spot(row, 0)
        return Spot(_nearest(history.update, wanted), 0)

    def anchor(self, spot: Spot) -> QPointF:
        if self._history is None:
            return super().anchor(spot)
        return QPointF(self._plot.x_at(float(self._history.update[spot.column])), self._plot.area.top() + 14)

    def reading(self, spot: Spot) -> Sequence[str]:
        history, row = self._history, spot.column
        if history is None:
            return ()
        lines = [f"Update {grouped(history.update[row])}, epoch {history.epoch[row]:.2f}"]
        columns = {name: column for name, column in _measured(history).items() if name in self._lines}
        lines += [f"{name:<11}{self._last(column, row)}" for name, column in columns.items()]
        if np.isfinite(history.batch_loss[row]):
            lines.append(f"{'mini-batch':<11}{decimal(float(history.batch_loss[row]), _DIGITS)}")
        if self._sample:
            lines.append(f"train: {self._sample} examples")
        lines += [f"edited here: {mark.text}" for mark in self._marks_near(float(history.update[row]))]
        return lines

    def _marks_near(self, update: float) -> list[Mark]:
        """The edits as near to an update as a pointer can tell."""
        x = self._plot.x_at(update)
        return [mark for mark in self._marks if abs(self._plot.x_at(mark.updates) - x) <= _REACH]

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
        if self._history is None:
            painter.setFont(text_font(13))
            painter.setPen(QColor(theme.current().dim))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, HINT)
            return
        area = self._plot.area
        painter.setFont(mono_font(10))
        painter.setPen(QColor(theme.current().dim))
        corner = QRectF(0, area.bottom() + 5, area.left() - 9, QFontMetricsF(painter.font()).height())
        painter.drawText(corner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "update")
        self._paint_marks(painter, area)
        if spot := self.spot:
            self._paint_row(painter, self._history, spot.column)
        self._paint_names(painter, area)

    def _paint_names(self, painter: QPainter, area: QRectF) -> None:
        """The curves' names in their colours, at the upper right, where there is room with a stroke."""
        font = text_font(11, bold=True)
        metrics = QFontMetricsF(font)
        names = [name for name in _NAMES if name in self._lines]
        stroke = 16 if area.width() > _NARROW else 0
        gap = stroke + (16 if stroke else 10)
        texts = {**_NAMES, "train": f"train ({self._sample})"} if self._sample else _NAMES
        width = sum(metrics.horizontalAdvance(texts[name]) + gap for name in names) - gap + stroke
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
            painter.drawText(QPointF(x + stroke, y), texts[name])
            x += metrics.horizontalAdvance(texts[name]) + gap

    def _paint_marks(self, painter: QPainter, area: QRectF) -> None:
        """A dotted line and a small square on the axis where the run was edited; reading a row there says how."""
        color = QColor(theme.current().dim)
        for mark in self._marks:
            x = self._plot.x_at(mark.updates)
            painter.setPen(QPen(color, 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.fillRect(QRectF(x - 3, area.bottom() - 3, 6, 6), color)

    def _paint_row(self, painter: QPainter, history: HistoryPrefix, row: int) -> None:
        """A vertical line at the row that is read, with a dot on each curve measured there."""
        colors, update, area = theme.current(), float(history.update[row]), self._plot.area
        x = self._plot.x_at(update)
        painter.setPen(QPen(QColor(colors.dim), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for name, column in _measured(history).items():
            if name == "penalty":
                continue
            if point := self._plot.position(update, float(column[row])):
                painter.setPen(QPen(QColor(colors.card), 1.5))
                painter.setBrush(curve_color(name))
                painter.drawEllipse(point, 4, 4)


def _measured(history: HistoryPrefix) -> dict[str, Column]:
    """The columns of what is measured now and then, by the names of their curves."""
    return {
        "train": history.train_loss,
        "validation": history.validation_loss,
        "test": history.test_loss,
        "penalty": history.penalty,
    }


def _nearest(column: Column, value: float) -> int:
    """The row of a rising column that lies nearest to a value."""
    row = int(np.searchsorted(column, value))
    if row == 0 or row == len(column):
        return max(row - 1, 0)
    return row if column[row] - value < value - column[row - 1] else row - 1
