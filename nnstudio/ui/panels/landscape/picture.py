"""The slice as a picture: heights as colours and lines, the run's way, now, and the lowest place that was seen."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen, QTransform
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem

from nnstudio.core.landscape.contours import contour
from nnstudio.core.landscape.directions import Plane
from nnstudio.core.landscape.survey import Slice
from nnstudio.ui import theme
from nnstudio.ui.explanations.landscape import LANDSCAPE
from nnstudio.ui.panels.landscape.heights import FINE, SHADES, Heights, legend_picture
from nnstudio.ui.panels.landscape.words import axis_words
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import NUMBERS, Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.legend import diamond
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.widgets.figures import decimal, grouped, tick

_BAR, _APART = 12.0, 18.0
_DOT, _NOW, _LOWEST = 2.0, 5.0, 6.0
_MOST_DOTS = 60
_HINT = "The first places are being measured…"


class LandscapePicture(Stage):
    """Readable place by place, the lowest row of the plane at the foot."""

    def __init__(self) -> None:
        self._slice: Slice | None = None
        self._heights = Heights(0.1, 1.0)
        self.plot = QRectF()
        self._said = _HINT
        super().__init__(
            "Loss landscape",
            "The loss on a plane through the weights of now. Arrow keys read place by place.",
            LANDSCAPE["picture"].html("Loss landscape"),
        )

    def show_slice(self, found: Slice | None) -> None:
        """Show what is known of a plane; None for nothing yet."""
        if found is not None and self._slice is not None and found.losses is self._slice.losses:
            return
        self._slice, self._said = found, _HINT
        if found is not None and found.losses.size:
            self._heights = Heights.of(found.losses)
        self.arrange()
        self.read()

    def say(self, sentence: str) -> None:
        """Show a sentence where there is no picture yet."""
        self._said = sentence
        self.arrange()

    @property
    def _plane(self) -> Plane | None:
        return self._slice.plane if self._slice is not None else None

    @property
    def known(self) -> Slice | None:
        """The slice, once there is something to see."""
        return self._slice if self._slice is not None and self._slice.losses.size else None

    # Items.

    def arrange(self) -> None:
        root, plane, known = self.clear(), self._plane, self.known
        if plane is None or known is None:
            self._put_words(root)
            return
        self._place(root, plane, known)
        inside = QGraphicsRectItem(self.plot, root)
        inside.setPen(items.NO_PEN)
        inside.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape)
        picture = items.pixmap(inside, z=-5)
        picture.setPixmap(self._heights.picture(known.losses))
        picture.setTransformationMode(items.SMOOTH)
        picture.setTransform(
            QTransform(self.plot.width() / FINE, 0, 0, self.plot.height() / FINE, self.plot.left(), self.plot.top())
        )
        self._draw_contours(inside, known)
        self._draw_path(inside, plane)
        self._draw_signs(root, known)
        self._ring_here = items.path(root, QPen(QColor(theme.current().text), 2), z=9)

    def _put_words(self, root: QGraphicsItem) -> None:
        """In the middle, a sentence a line."""
        middle, lines, font = self.area.center(), self._said.replace("; ", ";\n").split("\n"), text_font(13)
        for place, line in enumerate(lines):
            at = QPointF(middle.x(), middle.y() + 1.6 * font.pixelSize() * (place - (len(lines) - 1) / 2))
            items.Words(root, at, font, theme.current().dim, line, Qt.AlignmentFlag.AlignHCenter)

    def _place(self, root: QGraphicsRectItem, plane: Plane, known: Slice) -> None:
        """Axes, their names, and the legend of the colours."""
        colors, levels, line = theme.current(), self._heights.levels(), mono_font(NUMBERS).pixelSize() * 1.7
        named = [decimal(level, 2) for level in levels]
        legend = _BAR + room_beside(named) + 4
        ends = known.up[0], known.up[-1]
        ticks = Scale(*ends, 1, 0).ticks(7)
        left, top = room_beside([tick(value) for value in ticks]) + 2, line + 4
        bottom = max(self.height() - room_below() - line - 2, top + 40)
        right = max(self.width() - legend - _APART, left + 40)
        self.plot = QRectF(left, top, right - left, bottom - top)
        self.across = Scale(float(known.across[0]), float(known.across[-1]), left, right)
        self.up = Scale(float(ends[0]), float(ends[1]), bottom, top)
        Axis(root, Qt.Edge.LeftEdge, tick).show(self.up, ticks, self.plot, self.ratio, lines=False)
        below = self.across.ticks(max(int(self.plot.width() / 70), 2))
        Axis(root, Qt.Edge.BottomEdge, tick).show(self.across, below, self.plot, self.ratio, lines=False)
        names = axis_words(plane)
        items.Words(root, QPointF(0, line / 2), text_font(NUMBERS), colors.dim, f"↑ {names[1]}")
        align, foot = Qt.AlignmentFlag.AlignRight, self.height() - line / 2
        items.Words(root, QPointF(right, foot), text_font(NUMBERS), colors.dim, f"→ {names[0]}", align)
        bar = items.pixmap(root, QPointF(right + _APART, top))
        bar.setPixmap(legend_picture())
        bar.setTransform(QTransform.fromScale(_BAR, self.plot.height() / SHADES))
        items.Words(root, QPointF(self.width(), line / 2), text_font(NUMBERS), colors.dim, "loss, log", align)
        scale = self._heights.scale(bottom, top)
        for level, word in zip(levels, named, strict=True):
            at = QPointF(right + _APART + _BAR + 6, scale.at(level))
            items.Words(root, at, mono_font(NUMBERS), colors.dim, word)

    def _draw_contours(self, inside: QGraphicsItem, known: Slice) -> None:
        colors, lines = theme.current(), QPainterPath()
        heights = self._heights.logarithms(known.losses)
        spread = [
            Scale(0, n - 1, *ends)
            for n, ends in (
                (len(known.across), (self.plot.left(), self.plot.right())),
                (len(known.up), (self.plot.bottom(), self.plot.top())),
            )
        ]
        for level in self._heights.levels():
            pieces = contour(heights, float(np.log10(level)))
            xs, ys = (scale.places(pieces[..., axis]).tolist() for axis, scale in enumerate(spread))
            for (x, to_x), (y, to_y) in zip(xs, ys, strict=True):
                lines.moveTo(x, y)
                lines.lineTo(to_x, to_y)
        pen = items.hairline(mix(colors.card, colors.text, 0.45), self.ratio)
        items.path(inside, pen, z=-4).setPath(lines)

    def _draw_path(self, inside: QGraphicsItem, plane: Plane) -> None:
        """The way of the run, with a rim, for it lies on all colours; a dot for each of a few states."""
        if len(plane.path) < 2:
            return
        colors = theme.current()
        xs, ys = self.across.places(plane.path[:, 0]).tolist(), self.up.places(plane.path[:, 1]).tolist()
        line, dots = items.strokes(xs, ys), QPainterPath()
        dots.setFillRule(Qt.FillRule.WindingFill)
        for x, y in [*zip(xs, ys, strict=True)][:: max(len(xs) // _MOST_DOTS, 1)]:
            dots.addEllipse(QPointF(x, y), _DOT, _DOT)
        for color, width, z in ((colors.card, 4.0, 0), (colors.text, 1.75, 1)):
            pen = QPen(QColor(color), width, c=Qt.PenCapStyle.RoundCap)
            items.path(inside, pen, z=z).setPath(line)
        items.path(inside, brush=QColor(colors.text), z=2).setPath(dots)

    def _draw_signs(self, root: QGraphicsItem, known: Slice) -> None:
        colors, now, lowest = theme.current(), QPainterPath(), known.lowest
        now.addEllipse(self.point(0, 0), _NOW, _NOW)
        items.path(root, QPen(QColor(colors.card), 2), QColor(colors.text), z=5).setPath(now)
        if lowest is not None:
            column, row = lowest
            sign = diamond(self.point(float(known.across[column]), float(known.up[row])), _LOWEST)
            items.path(root, QPen(QColor(colors.card), 4), z=3).setPath(sign)
            items.path(root, QPen(QColor(colors.text), 1.75), QColor(colors.card), z=4).setPath(sign)

    def point(self, across: float, up: float) -> QPointF:
        """Where a place of the plane lies."""
        return QPointF(self.across.at(across), self.up.at(up))

    # Exploring.

    def places(self) -> tuple[int, int]:
        return (len(self.known.across), len(self.known.up)) if self.known is not None else (0, 0)

    def start(self) -> Spot:
        known = self.known
        assert known is not None
        return Spot(int(np.abs(known.across).argmin()), len(known.up) - 1 - int(np.abs(known.up).argmin()))

    def spot_at(self, position: QPointF) -> Spot | None:
        known = self.known
        if known is None or not self.plot.contains(position):
            return None
        column = round((position.x() - self.plot.left()) / self.plot.width() * (len(known.across) - 1))
        return Spot(column, round((position.y() - self.plot.top()) / self.plot.height() * (len(known.up) - 1)))

    def _at(self, spot: Spot) -> tuple[float, float, float]:
        """Where a place lies on the plane, and the loss there."""
        known = self.known
        assert known is not None
        row = len(known.up) - 1 - spot.row
        return float(known.across[spot.column]), float(known.up[row]), float(known.losses[row, spot.column])

    def anchor(self, spot: Spot) -> QRectF:
        across, up, _ = self._at(spot)
        point = self.point(across, up)
        return QRectF(point.x() - _NOW, point.y() - _NOW, 2 * _NOW, 2 * _NOW)

    def reading(self, spot: Spot) -> Sequence[str]:
        known, plane = self.known, self._plane
        if known is None or plane is None:
            return ()
        across, up, loss = self._at(spot)
        lines = [f"loss {decimal(loss)}", f"→ {decimal(across)}  ↑ {decimal(up)}", f"now {decimal(known.centre)}"]
        steps = np.array([known.across[1] - known.across[0], known.up[1] - known.up[0]])
        near = np.flatnonzero((np.abs(plane.path - (across, up)) <= steps / 2).all(axis=1))
        if near.size:
            first, last = (grouped(int(plane.updates[place])) for place in (near[0], near[-1]))
            lines.append(f"above it update {first}" if first == last else f"above it updates {first} to {last}")
        return lines

    def figure(self, spot: Spot) -> float | None:
        return self._at(spot)[2]

    def mark(self, spot: Spot | None) -> None:
        if self.known is None:
            return
        self._ring_here.setVisible(spot is not None)
        if spot is not None:
            self._ring_here.setPath(items.rounded(self.anchor(spot), _NOW))

    def summary(self) -> str:
        known = self.known
        if known is None or known.lowest is None:
            return _HINT
        column, row = known.lowest
        low = decimal(float(known.losses[row, column]))
        place = f"→ {decimal(float(known.across[column]))}, ↑ {decimal(float(known.up[row]))}"
        return f"Loss landscape: now {decimal(known.centre)}; the lowest loss on the plane is {low}, at {place}."

    def table(self) -> Table | None:
        known, plane = self.known, self._plane
        if known is None or plane is None:
            return None
        rows = [
            (float(across), float(up), float(loss))
            for up, losses in zip(known.up, known.losses, strict=True)
            for across, loss in zip(known.across, losses, strict=True)
        ]
        return Table("Losses on the plane", (*axis_words(plane, short=True), "loss"), rows)

    def table_of_path(self) -> Table | None:
        """The way of the run, as it is seen on the plane."""
        plane = self._plane
        if plane is None:
            return None
        rows = [(int(update), float(x), float(y)) for update, (x, y) in zip(plane.updates, plane.path, strict=True)]
        return Table("The run's way", ("update", *axis_words(plane, short=True)), rows)

    def sizeHint(self) -> QSize:
        return QSize(620, 460)
