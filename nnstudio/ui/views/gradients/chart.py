"""Two marks for each layer on one logarithmic axis: the gradient's norm, and how far the update moved the weights."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from nnstudio.core.run.frame import Frame, Status
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale, room_below
from nnstudio.ui.stage.legend import diamond
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import MISSING, decimal, tick

HINT = "Press Play or Step: the gradients\nof the last update appear here"
NEXT = "The gradients appear with the next update"
"""Older weights came back, and the gradients that led to them are not known."""
GRADIENT, STEP = "gradient", "step ÷ weight"
_DECADES_AT_LEAST = 3
_DECADES_AT_MOST = 12
_SLACK = 1.5
"""How many decades an end of the axis may be too far before it moves closer."""
_NAME = 12
_LOWEST_NAME = 14.0
_END = 16.0


class Values(NamedTuple):
    """What one layer shows: its gradient and its step, if known, and whether it is frozen."""

    name: str
    gradient: float | None
    step: float | None
    frozen: bool


class _Row(NamedTuple):
    """The items of one layer, and the middle of its row."""

    gradient: QGraphicsPathItem
    step: QGraphicsPathItem
    lock: QGraphicsPathItem
    zero: items.Words
    y: float


class GradientsChart(Stage):
    """Marks of every layer with parameters, readable one by one."""

    def __init__(self) -> None:
        super().__init__(
            "Gradient",
            "How strong the gradient is in each layer, and how far the last update moved its weights.",
            "<b>Gradient</b><p>● gradient: ‖∇W‖ = √Σ (∂L/∂w)², of the last update. ◇ step ÷ weight: ‖ΔW‖ / ‖W‖, the "
            "length of the update over that of the weights; about 0.001 is comfortable."
            " The axis is logarithmic. Where ● shrinks a thousandfold towards the first layer, the "
            "gradient vanishes on its way back; where it grows, it explodes. A lock: the layer is frozen.</p>"
            "<p><b>Example:</b> weights of length 2 that are moved by 0.002 have a share of 0.001.</p>"
            "<p><b>Source:</b> Bengio, Simard, Frasconi: Learning long-term dependencies with gradient descent is "
            "difficult, 1994.</p>",
        )
        self.values: list[Values] = []
        self._bottom, self._top = -3, 0
        self._run = -1
        self._hint = HINT
        self._rows: list[_Row] = []
        self.across = Scale(1e-3, 1.0, 0, 1, True)
        self.arrange()

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's layers."""
        frozen = {layer.name for layer in frame.model.layers if layer.wholly_frozen}
        values = [
            Values(layer.name, layer.gradient_norm, layer.update_ratio, layer.name in frozen)
            for layer in frame.readings
            if layer.gradient_norm is not None or layer.update_ratio is not None
        ]
        hint = HINT if frame.status is Status.READY else NEXT
        if (values, hint) == (self.values, self._hint):
            return
        names, ends = [value.name for value in self.values], (self._bottom, self._top)
        self.values, self._hint = values, hint
        self._fit(frame.run)
        if not values or names != [value.name for value in values] or ends != (self._bottom, self._top):
            self.arrange()
        else:
            self._draw()
        self.read()

    def _fit(self, run: int) -> None:
        """Ends of the axis, on whole decades; they move out at once, and in only when much too far."""
        numbers = [number for values in self.values for number in (values.gradient, values.step)]
        exponents = [math.log10(number) for number in numbers if number and math.isfinite(number)]
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

    # Items.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        self._chosen = items.path(root, brush=QColor(colors.field), z=-20)
        self._rows = []
        if not self.values:
            self._arrange_hint()
            return
        metrics = QFontMetricsF(text_font(_NAME))
        left = round(max(metrics.horizontalAdvance(values.name) for values in self.values)) + 20
        right = max(round(self.width() - _END), left + 30)
        area = QRectF(left, 2, right - left, max(self.height() - room_below() - 3, 20))
        self.across = Scale(10.0**self._bottom, 10.0**self._top, left, right, True)
        widest = QFontMetricsF(mono_font(11)).horizontalAdvance(tick(10.0**self._bottom)) + 16
        decades = self.across.ticks(max(int(area.width() / widest), 2))
        Axis(root, Qt.Edge.BottomEdge, tick).show(self.across, decades, area, self.ratio, right=self.width())
        height = area.height() / len(self.values)
        every = math.ceil(_LOWEST_NAME * theme.text_scale() / height)
        ink, radius = QColor(colors.text), min(4.5, height / 2)
        hollow = QPen(ink, 1.5)
        for place, values in enumerate(self.values):
            y = area.top() + (place + 0.5) * height
            if place % every == 0:
                items.Words(root, QPointF(0, y), text_font(_NAME), ink, values.name)
            gradient = _mark(root, _disc(radius), ink, z=2)
            step = _mark(root, diamond(QPointF(), radius + 0.5), QColor(colors.card), z=1)
            step.setPen(hollow)
            lock = _mark(root, _lock(), QColor(colors.dim), z=1)
            zero = items.Words(root, QPointF(left + 10, y), mono_font(11), colors.dim)
            self._rows.append(_Row(gradient, step, lock, zero, y))
        self._draw()

    def _arrange_hint(self) -> None:
        center, lines = Qt.AlignmentFlag.AlignHCenter, self._hint.split("\n")
        height = QFontMetricsF(text_font(13)).height() + 2
        for place, line in enumerate(lines):
            at = self.area.center() + QPointF(0, (place - (len(lines) - 1) / 2) * height)
            items.Words(self.root, at, text_font(13), theme.current().dim, line, center)

    def _draw(self) -> None:
        """Put the marks where they belong."""
        colors = theme.current()
        for row, values in zip(self._rows, self.values, strict=True):
            for mark, number in ((row.gradient, values.gradient), (row.step, None if values.frozen else values.step)):
                mark.setVisible(number is not None)
                if number is not None:
                    mark.setPos(self._x(number), row.y)
            finite = values.gradient is None or math.isfinite(values.gradient)
            row.gradient.setBrush(QColor(colors.text if finite else colors.bad))
            row.zero.say("0" if 0 in (values.gradient, None if values.frozen else values.step) else "")
            row.lock.setVisible(values.frozen)
            row.lock.setPos(self.across.start, row.y)

    def _x(self, number: float) -> float:
        """What has no place on the axis stands at its ends: zero at the left, what is not finite at the right."""
        if not math.isfinite(number):
            return self.across.end
        return min(max(self.across.at(number), self.across.start), self.across.end) if number > 0 else self.across.start

    def mark_of(self, layer: int) -> tuple[QGraphicsPathItem, QGraphicsPathItem]:
        """The marks of a layer: gradient and step."""
        return self._rows[layer].gradient, self._rows[layer].step

    def lock_of(self, layer: int) -> QGraphicsPathItem:
        """The lock of a layer, seen while it is frozen."""
        return self._rows[layer].lock

    # Exploring.

    def places(self) -> tuple[int, int]:
        return (1, len(self.values)) if self.values else (0, 0)

    def start(self) -> Spot:
        return Spot(0, 0)

    def _row(self, row: int) -> QRectF:
        height = (self.height() - room_below() - 3) / max(len(self.values), 1)
        return QRectF(0, 2 + row * height, self.width(), height)

    def spot_at(self, position: QPointF) -> Spot | None:
        row = next((row for row in range(len(self.values)) if self._row(row).contains(position)), None)
        return None if row is None else Spot(0, row)

    def anchor(self, spot: Spot) -> QRectF:
        row = self._row(spot.row)
        return QRectF(self.across.start - 8, row.top(), 16, row.height())

    def mark(self, spot: Spot | None) -> None:
        self._chosen.setVisible(spot is not None)
        if spot is not None:
            self._chosen.setPath(items.rounded(self._row(spot.row).adjusted(0, 1, 0, -1), 5))

    def reading(self, spot: Spot) -> Sequence[str]:
        values = self.values[spot.row]
        lines = [values.name]
        for name, number in ((GRADIENT, values.gradient), (STEP, values.step)):
            lines.append(f"{name:<14}{MISSING if number is None else decimal(number, 4)}")
        return [*lines, "frozen"] if values.frozen else lines

    def figure(self, spot: Spot) -> float | None:
        return self.values[spot.row].gradient

    def table(self) -> Table | None:
        rows = [
            (v.name, math.nan if v.gradient is None else v.gradient, math.nan if v.step is None else v.step)
            for v in self.values
        ]
        return Table("Gradient", ("layer", GRADIENT, STEP), rows) if rows else None

    def summary(self) -> str:
        parts = [", ".join(self.reading(Spot(0, layer))) for layer in range(len(self.values))]
        return "; ".join(parts) if parts else self._hint.replace("\n", " ")


def _mark(parent: QGraphicsItem, shape: QPainterPath, fill: QColor, z: float) -> QGraphicsPathItem:
    mark = items.path(parent, brush=fill, z=z)
    mark.setPath(shape)
    return mark


def _disc(radius: float) -> QPainterPath:
    disc = QPainterPath()
    disc.addEllipse(QPointF(), radius, radius)
    return disc


def _lock() -> QPainterPath:
    """A padlock, 9 pixels wide, with its middle at the origin."""
    lock = QPainterPath()
    lock.addRoundedRect(QRectF(-4.5, -1.5, 9, 7), 1.5, 1.5)
    bow = QPainterPath(QPointF(-3, -1))
    bow.arcTo(QRectF(-3, -6, 6, 7), 180, -180)
    bow.lineTo(1.6, -1)
    bow.arcTo(QRectF(-1.6, -4.6, 3.2, 5), 0, 180)
    bow.closeSubpath()
    return lock.united(bow)
