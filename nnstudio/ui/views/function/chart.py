"""f and below it f′ over a common axis: z is dragged along them with its tangent, and a layer's own z lie on them."""

from collections.abc import Sequence
from math import ceil, hypot
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.spoken import Said
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stage.ticks import steady, tidy
from nnstudio.ui.views.function.curve import Values, pieces, value_and_slope
from nnstudio.ui.views.function.dragged import DraggedStage, key_step, snapped
from nnstudio.ui.views.function.panel import HANDLE, Panel, span
from nnstudio.ui.widgets.figures import decimal, tick

LEAST_REACH = 5.0
"""The axis goes so far at least, to both sides of 0."""
_SEEN = 0.98
"""This share of the dots has room; what lies further out does not make all others small."""
_START = 1.0
_TANGENT = 36.0
"""Pixels to each side, but hardly beyond the plot."""
_OVER = 3.0
_NEAR = 7.0
_SHARE = 0.6
"""Of the height, for f; the rest is for its slope."""
_HEADS = ("z", "f(z)", "f′(z)")
_ROWS = 41
_Z, _DOTS = 0, 1
"""The rows of places: the handle's, and the dots'."""


class Dots(NamedTuple):
    """A layer's own values: z (k,), and what each of them is called."""

    z: Values
    names: Sequence[str]


NO_DOTS = Dots(np.empty(0), ())


class FunctionChart(DraggedStage):
    """One activation, not softmax; `moved` tells that z is somewhere else."""

    moved = Signal()

    def __init__(self) -> None:
        super().__init__(
            "Function",
            "Drag z along the curve; ← and → move it, ↑ and ↓ go to the layer's next value.",
            "<b>f and f′</b><p>Above, what a neuron makes of its sum z: a = f(z). Below, the slope f′(z), by which the "
            "error is multiplied on its way back: ∂L/∂z = f′(z) · ∂L/∂a. The line is the tangent. Dots are the "
            "values of the layer that is chosen in the network, of the chosen example if there is one.</p>"
            "<p><b>Example:</b> tanh 1 = 0.762, with the slope 1 − 0.762² = 0.420.</p>"
            "<p><b>Source:</b> Goodfellow, Bengio &amp; Courville 2016, Deep Learning, chapter 6.5.</p>",
        )
        self.kind = ActivationKind.TANH
        self.z, self.reach = _START, LEAST_REACH
        self.dots = NO_DOTS
        self.panels: tuple[Panel, Panel] | None = None
        self.arrange()

    # What is shown.

    def show_kind(self, kind: ActivationKind) -> None:
        """Draw this function."""
        if kind is not self.kind:
            self.kind = kind
            self.explore(None)
            self.arrange()

    def show_dots(self, dots: Dots) -> None:
        """These values lie on the curve from now on."""
        self.dots = dots
        sizes = np.sort(np.abs(dots.z))
        wanted = float(sizes[ceil(_SEEN * len(sizes)) - 1]) if len(sizes) else 0.0
        reach = max(steady(self.reach, max(wanted, LEAST_REACH)), LEAST_REACH)
        if reach != self.reach:
            self.reach, self.z = reach, min(max(self.z, -reach), reach)
            self.arrange()
        else:
            self._draw_dots()
        self.read()

    @property
    def beyond(self) -> int:
        """How many dots lie beyond the axis."""
        return int((np.abs(self.dots.z) > self.reach).sum())

    def at(self, z: float) -> tuple[float, float]:
        """f(z) and f′(z)."""
        f, slope = value_and_slope(self.kind, np.array([z]))
        return float(f[0]), float(slope[0])

    def move_to(self, z: float) -> None:
        """Bring z here, or to the end of the axis that is nearer."""
        z = min(max(z, -self.reach), self.reach)
        if z != self.z:
            self.z = z
            self._draw_handle()
            self.moved.emit()

    # Items.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        parts = pieces(self.kind, -self.reach, self.reach)
        spans = span([part.f for part in parts], False), span([part.slope for part in parts], True)
        scales = [Scale(*ends, 1, 0) for ends in spans]
        left = room_beside([tick(value) for scale in scales for value in scale.ticks(3)]) + 2
        right = max(self.width() - HANDLE - 2, left + 20)
        top, bottom = self._head(root, left) + 6, self.height() - room_below()
        middle = top + _SHARE * max(bottom - top - 10, 40)
        bottom = max(bottom, middle + 20)
        self.across = Scale(-self.reach, self.reach, left, right)
        line = items.hairline(colors.dim, self.ratio)
        line.setDashPattern([3, 3])
        self._guide = items.path(root, line, z=1)
        self._tangent = items.path(root, QPen(QColor(colors.text), 2, c=Qt.PenCapStyle.RoundCap), z=5)
        at_zero = self.at(0.0)
        made: list[Panel] = []
        for which, (name, above, below) in enumerate((("f", top, middle), ("f′", middle + 10, bottom))):
            scale = Scale(*spans[which], below, above)
            curves = [(part.z, part[which + 1]) for part in parts]
            made.append(Panel(root, name, self.across, scale, curves, at_zero[which], self.ratio))
        whole = QRectF(left, top, right - left, bottom - top)
        Axis(root, Qt.Edge.BottomEdge, tick).show(self.across, self.across.ticks(5), whole, self.ratio)
        self.panels = made[0], made[1]
        self._draw_dots()
        self._draw_handle()

    def _head(self, root: QGraphicsItem, left: float) -> float:
        """Names and figures of where the handle is; returns where they end."""
        colors, name, figure = theme.current(), text_font(11), mono_font(14)
        high, low = (QFontMetricsF(font).height() for font in (name, figure))
        self.figures: list[items.Words] = []
        for place, head in enumerate(_HEADS):
            x = left + place * (self.width() - left) / len(_HEADS)
            items.Words(root, QPointF(x, high / 2), name, colors.dim, head)
            self.figures.append(items.Words(root, QPointF(x, high + low / 2), figure, colors.text))
        return high + low

    def _draw_dots(self) -> None:
        if self.panels is None:
            return
        z = self.dots.z
        f, slope = value_and_slope(self.kind, z)
        seen = np.abs(z) <= self.reach
        places = [
            panel.show_dots(z[seen], values[seen], f[seen] >= 0)
            for panel, values in zip(self.panels, (f, slope), strict=True)
        ]
        self._shown = np.flatnonzero(seen)
        self._places = np.concatenate(places)

    def _draw_handle(self) -> None:
        if self.panels is None:
            return
        f, slope = self.at(self.z)
        above, below = self.panels
        for words, value in zip(self.figures, (self.z, f, slope), strict=True):
            words.say(decimal(value))
        above.show_handle(self.z, f)
        below.show_handle(self.z, slope)
        point, foot = above.point(self.z, f), below.point(self.z, slope)
        guide = QPainterPath(QPointF(above.area.left(), point.y()))
        guide.lineTo(point)
        guide.lineTo(QPointF(point.x(), below.area.bottom()))
        guide.moveTo(foot)
        guide.lineTo(QPointF(below.area.left(), foot.y()))
        self._guide.setPath(guide)
        ahead = above.point(self.z + 1, f + slope) - point
        ahead *= _TANGENT / hypot(ahead.x(), ahead.y())
        up, down = point.y() - above.area.top() + _OVER, above.area.bottom() - point.y() + _OVER
        rise = abs(ahead.y()) or 1.0
        rightwards, leftwards = (up, down) if ahead.y() < 0 else (down, up)
        tangent = QPainterPath(point - ahead * min(1.0, leftwards / rise))
        tangent.lineTo(point + ahead * min(1.0, rightwards / rise))
        self._tangent.setPath(tangent)

    # The handle.

    def grasp(self, position: QPointF) -> bool:
        return self.panels is not None and self.across.start - HANDLE <= position.x() <= self.width()

    def drag(self, position: QPointF) -> None:
        step = tidy(2 * self.reach / (self.across.end - self.across.start))
        self.move_to(snapped(self.across.value(position.x()), step, self.reach))

    def press(self, key: Qt.Key, times: int) -> Spot:
        step = key_step(self.reach)
        match key:
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                way = times if key == Qt.Key.Key_Right else -times
                self.move_to(snapped((round(self.z / step) + way) * step, step, self.reach))
            case Qt.Key.Key_Home | Qt.Key.Key_End:
                self.move_to(self.reach if key == Qt.Key.Key_End else -self.reach)
            case _:
                self._go_to_next(key == Qt.Key.Key_Up)
        return Spot(min(round((self.z + self.reach) / step), self.places()[0] - 1), _Z)

    def _go_to_next(self, larger: bool) -> None:
        """To the layer's next larger value, or to the next smaller one."""
        z = self.dots.z[self._shown]
        there = z[z > self.z] if larger else z[z < self.z]
        if there.size:
            self.move_to(float(there.min() if larger else there.max()))

    # Reading.

    def places(self) -> tuple[int, int]:
        return max(round(2 * self.reach / key_step(self.reach)) + 1, len(self.dots.z)), 2

    def spot_at(self, position: QPointF) -> Spot | None:
        if not len(self._places):
            return None
        distances = np.hypot(*(self._places - (position.x(), position.y())).T)
        nearest = int(distances.argmin())
        if distances[nearest] > _NEAR:
            return None
        return Spot(int(self._shown[nearest % len(self._shown)]), _DOTS)

    def anchor(self, spot: Spot) -> QRectF:
        if self.panels is None:
            return super().anchor(spot)
        z = float(self.dots.z[spot.column]) if spot.row == _DOTS and spot.column < len(self.dots.z) else self.z
        point = self.panels[0].point(z, self.at(z)[0])
        return QRectF(point.x() - HANDLE, point.y() - HANDLE, 2 * HANDLE, 2 * HANDLE)

    def reading(self, spot: Spot) -> Sequence[str]:
        """Of the handle the figures above say all."""
        if spot.row != _DOTS or spot.column >= len(self.dots.z):
            return ()
        z = float(self.dots.z[spot.column])
        f, slope = self.at(z)
        return self.dots.names[spot.column], f"z {decimal(z)}", f"f(z) {decimal(f)}", f"f′(z) {decimal(slope)}"

    def said(self) -> Said | None:
        spot = self.spot
        if spot is None or spot.row != _Z:
            return super().said()
        f, slope = self.at(self.z)
        here = [name for name, z in zip(self.dots.names, self.dots.z.tolist(), strict=True) if z == self.z]
        details = ", ".join((f"slope {decimal(slope)}", *here))
        return Said(f"{self.kind.label} of z = {decimal(self.z)}", f, details, self.anchor(spot))

    def summary(self) -> str:
        f, slope = self.at(self.z)
        return (
            f"{self.kind.label}: z {decimal(self.z)}, f(z) {decimal(f)}, slope {decimal(slope)}. "
            "Left and right move z, up and down go to the layer's next value."
        )

    def table(self) -> Table:
        z = np.linspace(-self.reach, self.reach, _ROWS)
        rows = zip(z.tolist(), *(part.tolist() for part in value_and_slope(self.kind, z)), strict=True)
        return Table(self.kind.label, _HEADS, [*rows])

    def table_of_dots(self) -> Table | None:
        """The layer's own values."""
        z = self.dots.z
        columns = (z.tolist(), *(part.tolist() for part in value_and_slope(self.kind, z)))
        rows = [*zip(self.dots.names, *columns, strict=True)]
        return Table("Values of the layer", ("unit", *_HEADS), rows) if rows else None
