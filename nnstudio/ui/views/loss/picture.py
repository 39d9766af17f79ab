"""What the loss curves are drawn with: native items, told only what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsRectItem

from nnstudio.core.training.state import Mark
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, room_below, room_beside
from nnstudio.ui.views.loss.curves import MEASURED, Line, curve_colors
from nnstudio.ui.views.loss.ends import Ends, room_for
from nnstudio.ui.views.loss.extent import Extent
from nnstudio.ui.views.loss.ghost import GhostPicture
from nnstudio.ui.views.loss.pane import Pane
from nnstudio.ui.widgets.figures import grouped, tick
from nnstudio.ui.widgets.history_track import outline

_NARROW = 340.0
_BESIDE = 10.0
_FAR = 10.0
"""How many heights of the axis a line goes on beyond it."""
_DOT = 3.0
_VEIL = 0.68
"""How much what came later than the moment that is shown fades."""
_CROWDED = 9.0
"""A dot this near to the last one is left out."""


class LossPicture:
    """Curves over axes, their names at their ends, and the row that is read.

    plot: the rectangle between the axes; across, up: where updates and losses lie in it; pane: what lies there
    """

    def __init__(self, root: QGraphicsItem, size: QSize, ratio: float, pane: Pane) -> None:
        self._size, self._ratio, self._pane = size, ratio, pane
        self._stacked = size.width() < _NARROW * theme.text_scale()
        self._all = QGraphicsRectItem(root)
        inside = pane.renew(self._all)
        self.losses = Axis(self._all, Qt.Edge.LeftEdge, tick)
        self.updates = Axis(self._all, Qt.Edge.BottomEdge, grouped)
        shades, dim = curve_colors(), QColor(theme.current().dim)
        pens = {name: _pen(shade, 2 * ratio) for name, shade in shades.items()}
        thin, dotted, dashed, fine = (_pen(color, 1) for color in (shades["batch"], dim, dim, dim))
        dotted.setStyle(Qt.PenStyle.DotLine)
        dashed.setDashPattern([4 * ratio, 4 * ratio])
        pens |= {"batch": thin, "penalty": dashed}
        self.curves = {name: items.Curve(inside, pen, z) for z, (name, pen) in enumerate(pens.items())}
        self.ghost = GhostPicture(self._all, inside, ratio)
        self.dots = items.path(self._all, brush=QColor(shades["test"]), z=6)
        self._dotted: list[tuple[float, float]] = []
        self._edits = items.path(inside, dotted, z=-1)
        self._edit_signs = items.path(self._all, brush=dim, z=-1)
        self.row, self.level = items.path(inside, fine, z=7), items.path(inside, dotted, z=7)
        veil = QColor(theme.current().card)
        veil.setAlphaF(_VEIL)
        self.later = items.path(inside, brush=veil, z=8.5)
        self.time = items.path(inside, _pen(theme.current().accent, 2 * ratio), z=9)
        self.rings = {name: _ring(self._all, color) for name, color in shades.items() if name in MEASURED}
        self.ends = Ends(self._all, {name: shades[name] for name in MEASURED}, self._stacked)
        self._standing = Extent(0, 1, 0, 1, False), MEASURED
        self._place(*self._standing)
        self.leave_row()
        self.show_time(None)

    def set_visible(self, visible: bool) -> None:
        """Whether any of it is seen."""
        self._all.setVisible(visible)

    def draw(self, lines: Mapping[str, Line], extent: Extent, marks: Sequence[Mark]) -> None:
        """Show these lines and no others, and where the run was edited."""
        standing = extent, tuple(name for name in MEASURED if name in lines)
        if standing != self._standing:
            self._standing = standing
            self._place(*standing)
        ends: dict[str, tuple[float, float]] = {}
        for name, curve in self.curves.items():
            line = lines.get(name)
            if line is None:
                curve.show((), ())
            else:
                shares = np.clip(replace(self.up, start=0.0, end=1.0).places(line.y), -_FAR, 1 + _FAR)
                curve.show(line.x.tolist(), shares.tolist())
                last = max(int(np.searchsorted(line.x, extent.end, "right")) - 1, 0)
                value = float(line.y[last])
                ends[name] = min(max(self.up.at(value), self.plot.top()), self.plot.bottom()), value
        ends.pop("batch", None)
        self.ends.show(ends, self.plot.right() + _BESIDE, self.plot)
        self._draw_dots(lines.get("test"), extent)
        self._draw_edits(marks)

    def _place(self, extent: Extent, names: Sequence[str]) -> None:
        """Axes for what is in sight, and room for the names."""
        top, bottom = 10.0, max(self._size.height() - room_below() - 2, 40.0)
        _, up = extent.scales(QRectF(0, top, 1, bottom - top))
        losses = up.ticks(max(int((bottom - top) / 24), 2))
        left = round(room_beside([tick(loss) for loss in losses]))
        right = max(round(self._size.width() - room_for(names, self._stacked) - _BESIDE - 2), left + 40)
        self.plot = QRectF(left, top, right - left, bottom - top)
        self._pane.place(self.plot)
        self.across, self.up = extent.scales(self.plot)
        self.losses.show(self.up, losses, self.plot, self._ratio)
        updates = [update for update in self.across.ticks(max(int(self.plot.width() / 62), 2)) if update.is_integer()]
        end = self._size.width() - 2.0
        self.updates.show(self.across, updates, self.plot, self._ratio, unit="update", right=end, lines=False)

    def _draw_dots(self, line: Line | None, extent: Extent) -> None:
        points: list[tuple[float, float]] = []
        if line is not None:
            places = np.flatnonzero(line.dots & (line.x >= extent.start) & (line.x <= extent.end))
            xs, ys = self.across.places(line.x[places]).tolist(), self.up.places(line.y[places]).tolist()
            points = [(x, y) for x, y in zip(xs, ys, strict=True) if x == xs[-1] or x < xs[-1] - _CROWDED]
        if points == self._dotted:
            return
        self._dotted = points
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)  # two that overlap leave no hole
        for x, y in points:
            path.addEllipse(QPointF(x, y), _DOT, _DOT)
        self.dots.setPath(path)

    def _draw_edits(self, marks: Sequence[Mark]) -> None:
        """A dotted line, and on the axis a sign of its kind, where the run was edited; reading a row there says how."""
        lines, signs = QPainterPath(), QPainterPath()
        for mark in marks:
            lines.addPath(_upright(mark.updates))
            if self.across.low <= mark.updates <= self.across.high:
                signs.addPolygon(outline(mark.kind, QPointF(self.across.at(mark.updates), self.plot.bottom())))
                signs.closeSubpath()
        self._edits.setPath(lines)
        self._edit_signs.setPath(signs)

    def show_row(self, update: float, values: Mapping[str, float]) -> None:
        """A line at an update, with a ring on each of these values that is in sight."""
        self.row.setPath(_upright(update))
        self.row.show()
        for name, ring in self.rings.items():
            point = self.position(update, values.get(name, float("nan")))
            ring.setVisible(point is not None)
            if point is not None:
                ring.setPos(point)

    def show_level(self, y: float) -> None:
        """The other line of the cross, at the height of the pointer: what it meets has the same loss."""
        share = (self.plot.bottom() - y) / self.plot.height()
        self.level.setPath(items.strokes((self.across.low, self.across.high), (share, share)))
        self.level.setVisible(0 <= share <= 1)

    def show_time(self, update: float | None) -> None:
        """A line at the update that everything else shows, with what came later pale behind it; None for none."""
        self.time.setVisible(update is not None)
        self.later.setVisible(update is not None)
        if update is not None:
            self.time.setPath(_upright(update))
            later = QPainterPath()
            later.addRect(QRectF(update, -_FAR, max(self.across.high - update, 0.0) + self.across.high, 1 + 2 * _FAR))
            self.later.setPath(later)

    def leave_row(self) -> None:
        """Read no row any more."""
        for item in (self.row, self.level, *self.rings.values()):
            item.hide()

    def position(self, update: float, loss: float) -> QPointF | None:
        """Where a point lies; None if it is not in sight."""
        across, up = self.across, self.up
        seen = across.low <= update <= across.high and up.low <= loss <= up.high
        return QPointF(across.at(update), up.at(loss)) if seen else None


def _pen(color: QColor | str, width: float) -> QPen:
    """A pen so many pixels of the screen wide, whatever the view box makes of the plane."""
    pen = QPen(QColor(color), width)
    pen.setCosmetic(True)
    return pen


def _upright(update: float) -> QPainterPath:
    """A line over the whole height."""
    return items.strokes((update, update), (0.0, 1.0))


def _ring(parent: QGraphicsItem, color: str) -> QGraphicsPathItem:
    """A dot that stands out from the curve below it."""
    ring = items.path(parent, QPen(QColor(theme.current().card), 1.5), QColor(color), z=8)
    disc = QPainterPath()
    disc.addEllipse(QPointF(), 4, 4)
    ring.setPath(disc)
    return ring
