"""How the gradient has flowed: a band of |∂L/∂w| for each layer on one logarithmic axis, and beside it how it lies now.

From the first layer, in the colour of the accent, to the output, in ink. Where the gradient vanishes on its way back
the bands fan out, and the boxes of now are steps that lead down to the left.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from nnstudio.core.run.frame import Frame, Status
from nnstudio.core.run.spread import MEDIAN, PERCENTILES, BandsPrefix, Column, LayerBand
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import NUMBERS, Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stage.ticks import end_of, spread
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.views.bands.band import Band
from nnstudio.ui.views.bands.beginning import Beginning, said_since
from nnstudio.ui.views.bands.pieces import measured, pieces, since
from nnstudio.ui.widgets.figures import decimal, grouped, tick

HINT = "Press Play or Step: the gradients\nappear here, update by update"
NEXT = "The bands begin with the next update"
VANISHING = 1e-3
"""A layer whose median is below this share of the largest one's hardly learns."""
_DECADES_AT_LEAST, _DECADES_AT_MOST = 3, 12
_PALE, _STRONG, _FADED = 0.10, 0.20, 0.25
_BOX, _BETWEEN, _APART = 7.0, 4.0, 8.0
_NARROWEST = 110.0
"""The plot has at least that, in pixels; the boxes of now come after it."""
_NAME, _LINE = 11, 14.0
_TOP = 8.0
_REACH = 6.0
_WARNING = "▲ "


class Layer(NamedTuple):
    """One layer with weights: its key and name, how its gradient lies now, and whether it is frozen."""

    key: int
    name: str
    now: Column | None
    frozen: bool


class Part(NamedTuple):
    band: Band
    box: QGraphicsPathItem
    middle: QGraphicsPathItem
    name: items.Words


class GradientsOverTime(Stage):
    """Bands of all layers, readable row by row of the record; the last column is now.

    plot: where the bands lie; across, up: updates and sizes of the gradient in it; now: where the boxes stand
    """

    def __init__(self) -> None:
        super().__init__(
            "Gradient over time",
            "How strong the gradient of each layer's weights is, update by update, and beside it now.",
            "<b>Gradient over time</b><p>For each layer the 10th, 25th, 50th, 75th and 90th percentile of |∂L/∂w| over "
            "its weights: half of them lie in the strong band, four fifths in the pale one, the line is the median. "
            "The axis is logarithmic. The boxes at the right are the last update's, from the first layer to the "
            "output. The record is made while this card is seen; where nobody looked there is a gap.</p>"
            "<p>▲ the median is below a thousandth of the largest layer's: the gradient vanishes on its way back, and "
            "this layer hardly learns.</p>"
            "<p><b>Example:</b> five sigmoid layers, each with a slope of at most 1/4, leave (1/4)⁵ ≈ 1/1000.</p>"
            "<p><b>Source:</b> Glorot, Bengio: Understanding the difficulty of training deep feedforward neural "
            "networks, 2010, figure 7.</p>",
        )
        self.layers: list[Layer] = []
        self._bands: BandsPrefix | None = None
        self._frame: Frame | None = None
        self.parts: list[Part] = []
        self._hint = HINT
        self._drawn: object = None
        self._bottom, self._top = -3, 0
        self.plot, self.now = QRectF(), QRectF()
        self.across, self.up = Scale(0, 1, 0, 1), Scale(1e-3, 1, 1, 0, True)
        self.arrange()

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's bands."""
        before = [(layer.key, layer.name) for layer in self.layers], (self._bottom, self._top), self._hint
        self._frame, self._bands = frame, frame.bands
        self._hint = HINT if frame.status is Status.READY else NEXT
        weights = {layer.key: layer for layer in frame.model.layers if "weight" in layer.arrays}
        readings = zip(frame.model.layers, frame.readings, strict=True)
        layers = [
            Layer(layer.key, layer.name, reading.gradients, layer.wholly_frozen)
            for layer, reading in readings
            if layer.key in weights
        ]
        self.layers = layers if any(self._known(layer).any() for layer in layers) else []
        self._fit()
        if before != ([(layer.key, layer.name) for layer in self.layers], (self._bottom, self._top), self._hint):
            self.arrange()
        else:
            self._draw()
        self.read()

    def _band(self, layer: Layer) -> LayerBand | None:
        return self._bands.layers.get(layer.key) if self._bands is not None else None

    def _known(self, layer: Layer) -> np.ndarray:
        band = self._band(layer)
        rows = len(self._bands) if self._bands is not None else 0
        return np.zeros(rows, bool) if band is None else measured(band.gradients)

    @property
    def since(self) -> int | None:
        """From which update on the record goes, if not from the beginning."""
        known = [self._known(layer) for layer in self.layers]
        return since(self._bands, np.logical_or.reduce(known)) if self._bands is not None and known else None

    def median(self, layer: Layer) -> float:
        """The median of a layer's last update, or of the last row of the record; NaN for none."""
        if layer.now is not None:
            return float(layer.now[MEDIAN])
        band, rows = self._band(layer), np.flatnonzero(self._known(layer))
        return float(band.gradients[rows[-1], MEDIAN]) if band is not None and len(rows) else math.nan

    def vanishing(self) -> list[bool]:
        """Which layers hardly learn, though nobody has frozen them."""
        medians = [self.median(layer) for layer in self.layers]
        largest = max((median for median in medians if math.isfinite(median)), default=0.0)
        return [
            not layer.frozen and median <= VANISHING * largest
            for layer, median in zip(self.layers, medians, strict=True)
        ]

    def _fit(self) -> None:
        """Whole decades: all medians with a decade below them, and what lies above."""
        tables = [band.gradients for layer in self.layers if (band := self._band(layer)) is not None]
        tables += [layer.now[None] for layer in self.layers if layer.now is not None]
        numbers = np.concatenate(tables) if tables else np.empty((0, len(PERCENTILES)))
        with np.errstate(divide="ignore", invalid="ignore"):
            exponents = np.log10(numbers)
        finite = np.isfinite(exponents)
        middle = exponents[:, MEDIAN][finite[:, MEDIAN]]
        if not finite.any():
            return
        top = math.ceil(float(exponents[finite].max()))
        bottom = math.floor(float(middle.min()) - 0.5) if len(middle) else top
        self._top, self._bottom = top, max(min(bottom, top - _DECADES_AT_LEAST), top - _DECADES_AT_MOST)

    # Items.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        self.parts, self._drawn = [], None
        self._cross = items.path(root, QPen(QColor(colors.text), 1), z=8)
        if not self.layers:
            self._arrange_hint()
            return
        count, scale = len(self.layers), theme.text_scale()
        names = QFontMetricsF(text_font(_NAME))
        named = math.ceil(max(names.horizontalAdvance(_WARNING + layer.name) for layer in self.layers)) + 6
        top, bottom = _TOP, max(self.height() - room_below() - 2, 40.0)
        self.up = Scale(10.0**self._bottom, 10.0**self._top, bottom, top, True)
        sizes = self.up.ticks(max(int((bottom - top) / (22 * scale)), 2))
        left, right = round(room_beside([tick(size) for size in sizes])), self.width() - named
        self._names_at = right + 4
        step = min(_BOX + _BETWEEN, 90.0 / count)
        boxes = step * count + _APART
        shows_now = right - boxes - left >= _NARROWEST * scale
        self.now = QRectF(right - boxes + _APART, top, boxes - _APART, bottom - top) if shows_now else QRectF()
        end = max(right - (boxes if shows_now else 0) - 4, left + 30)
        self.plot = QRectF(left, top, end - left, bottom - top)
        self._sizes, self._updates = Axis(root, Qt.Edge.LeftEdge, tick), Axis(root, Qt.Edge.BottomEdge, grouped)
        self._sizes.show(self.up, sizes, self.plot, self.ratio)
        if shows_now:
            at = QPointF(self.now.center().x(), bottom + room_below() / 2 + 2)
            items.Words(root, at, text_font(NUMBERS), colors.dim, "now", Qt.AlignmentFlag.AlignHCenter)
        for place, (layer, color) in enumerate(zip(self.layers, self.colors(), strict=True)):
            band = Band(root, _veil(color, _PALE), _veil(color, _STRONG), QPen(QColor(color), 1.5), z=1 + 0.01 * place)
            box = items.path(root, brush=_veil(color, 2 * _STRONG), z=2)
            middle = items.path(root, QPen(QColor(color), 2), z=3)
            name = items.Words(root, QPointF(right, top), text_font(_NAME), color, layer.name)
            self.parts.append(Part(band, box, middle, name))
        self.beginning = Beginning(root)
        self._draw()

    def colors(self) -> list[str]:
        """The colour of each layer, from the first to the output."""
        ground, last = theme.current(), max(len(self.layers) - 1, 1)
        return [mix(ground.accent, ground.text, place / last) for place in range(len(self.layers))]

    def _arrange_hint(self) -> None:
        self.plot = self.now = QRectF()
        center, lines = Qt.AlignmentFlag.AlignHCenter, self._hint.split("\n")
        height = QFontMetricsF(text_font(13)).height() + 2
        for place, line in enumerate(lines):
            at = self.area.center() + QPointF(0, (place - (len(lines) - 1) / 2) * height)
            items.Words(self.root, at, text_font(13), theme.current().dim, line, center)

    def _draw(self) -> None:
        """Tell the items that have changed."""
        frame, bands = self._frame, self._bands
        if frame is None or bands is None or not self.layers:
            return
        self.beginning.show_time(frame.updates if frame.visit is not None else None)
        now = tuple(None if layer.now is None else layer.now.tobytes() for layer in self.layers)
        end = end_of(frame.now[1])
        drawn = frame.run, len(bands), bands.updates[-1:].tobytes(), end, frame.marks, now
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self.across = Scale(0, end, self.plot.left(), self.plot.right())
        beyond = self.now.left() - _APART if not self.now.isEmpty() else self.plot.right() + 4
        ticks = self.across.ticks(max(int(self.plot.width() / 48), 2))
        self._updates.show(self.across, ticks, self.plot, self.ratio, unit="update", right=beyond, lines=False)
        x = self.across.places(bands.updates.astype(np.float64))
        for place, (layer, shown) in enumerate(zip(self.layers, self.parts, strict=True)):
            band = self._band(layer)
            if band is not None:
                shown.band.show(pieces(bands, self._known(layer), x, self._heights(band.gradients), end))
            self._draw_box(place, layer, shown)
        self._draw_names()
        self.beginning.show(self.since, frame.marks, self.across, self.plot)

    def _heights(self, sizes: Column) -> Column:
        """What is zero, or too small for the axis, lies on its lower edge."""
        return np.clip(self.up.places(sizes), self.plot.top(), self.plot.bottom())

    def _draw_box(self, place: int, layer: Layer, shown: Part) -> None:
        box, middle = QPainterPath(), QPainterPath()
        if layer.now is not None and not self.now.isEmpty() and np.isfinite(layer.now).all():
            step = self.now.width() / len(self.layers)
            left, width = self.now.left() + place * step, step - min(_BETWEEN, 0.3 * step)
            lowest, low, median, high, highest = self._heights(layer.now).tolist()
            box.addRect(QRectF(left + 0.3 * width, highest, 0.4 * width, lowest - highest))
            box.addRect(QRectF(left, high, width, low - high))
            box.setFillRule(Qt.FillRule.WindingFill)
            middle.moveTo(left, median)
            middle.lineTo(left + width, median)
        shown.box.setPath(box)
        shown.middle.setPath(middle)

    def _draw_names(self) -> None:
        colors, ground = self.colors(), theme.current()
        medians = [self.median(layer) for layer in self.layers]
        wanted = self._heights(np.array([median if math.isfinite(median) else 0.0 for median in medians])).tolist()
        line = min(_LINE * theme.text_scale(), (self.plot.height() + _LINE) / len(wanted))
        top, bottom = self.plot.top() - _LINE / 2, self.plot.bottom() + _LINE / 2
        # Of layers at the same height the output stands above the one before it.
        middles = spread(wanted[::-1], [line] * len(wanted), top, bottom)[::-1]
        rows = zip(self.layers, self.parts, middles, colors, self.vanishing(), strict=True)
        for layer, shown, middle, color, vanishes in rows:
            shown.name.say((_WARNING if vanishes else "") + layer.name)
            shown.name.item.setBrush(QColor(ground.warning_text if vanishes else color))
            shown.name.move(QPointF(self._names_at, middle))

    # Exploring.

    def places(self) -> tuple[int, int]:
        return (len(self._bands) + 1, len(self.layers)) if self._bands is not None and self.layers else (0, 0)

    def start(self) -> Spot:
        return Spot(max(self.places()[0] - 1, 0), 0)

    def stride(self) -> int:
        return max(self.places()[0] // 100, 1)

    def spot_at(self, position: QPointF) -> Spot | None:
        bands, x, y = self._bands, position.x(), position.y()
        if bands is None or not self.layers:
            return None
        if not self.now.isEmpty() and self.now.left() - 2 <= x <= self.now.right():
            place = int((x - self.now.left()) / self.now.width() * len(self.layers))
            return Spot(len(bands), min(max(place, 0), len(self.layers) - 1))
        if x > self.plot.right() + 4:
            heights = [shown.name.box.center().y() for shown in self.parts]
            return Spot(len(bands), int(np.abs(np.array(heights) - y).argmin()))
        if not self.plot.adjusted(-2, -4, 4, 4).contains(position) or not len(bands):
            return None
        places = self.across.places(bands.updates.astype(np.float64))
        row = int(np.abs(places - x).argmin())
        step = self.across.at(bands.interval) - self.across.start
        if abs(places[row] - x) > max(_REACH, step):
            return None
        found = [band.gradients[row, MEDIAN] if (band := self._band(layer)) else math.nan for layer in self.layers]
        away = np.abs(self._heights(np.array(found)) - y)
        return Spot(row, int(np.nanargmin(away))) if np.isfinite(away).any() else None

    def _values(self, spot: Spot) -> Column | None:
        """The percentiles at a place; None where nothing was measured."""
        layer = self.layers[spot.row]
        band = self._band(layer)
        if self._bands is None or spot.column >= len(self._bands):
            return layer.now
        return band.gradients[spot.column] if band is not None and self._known(layer)[spot.column] else None

    def anchor(self, spot: Spot) -> QRectF:
        values, bands = self._values(spot), self._bands
        y = float(self._heights(values)[MEDIAN]) if values is not None else self.plot.center().y()
        if bands is None or spot.column >= len(bands):
            step = self.now.width() / len(self.layers)
            x = self.plot.right() if self.now.isEmpty() else self.now.left() + (spot.row + 0.4) * step
        else:
            x = self.across.at(float(bands.updates[spot.column]))
        return QRectF(x - 2, y - 2, 4, 4)

    def mark(self, spot: Spot | None) -> None:
        if not self.parts:
            return
        for row, shown in enumerate(self.parts):
            for item in (*shown.band.parts, shown.box, shown.middle):
                item.setOpacity(_FADED if spot is not None and spot.row != row else 1.0)
        self._cross.setVisible(spot is not None)
        if spot is not None:
            place = self.anchor(spot).center()
            cross = QPainterPath()
            if self._bands is not None and spot.column < len(self._bands):
                cross.addPath(items.strokes((place.x(), place.x()), (self.plot.top(), self.plot.bottom())))
            cross.addEllipse(place, 3.5, 3.5)
            self._cross.setPath(cross)

    def reading(self, spot: Spot) -> Sequence[str]:
        layer, bands, values = self.layers[spot.row], self._bands, self._values(spot)
        updates = self._frame.updates if self._frame is not None else 0
        when, now = f"now, update {grouped(updates)}", True
        if bands is not None and spot.column < len(bands):
            when, now = f"update {grouped(int(bands.updates[spot.column]))}", False
        lines = [layer.name, when]
        if values is None:
            return [*lines, "not measured"]
        lowest, low, median, high, highest = map(decimal, values.tolist())
        lines += ["|∂L/∂w|", f"80 %    {lowest} … {highest}", f"half    {low} … {high}", f"median  {median}"]
        if now and layer.frozen:
            lines.append("frozen")
        elif now and self.vanishing()[spot.row]:
            lines.append("below 1/1000 of the largest")
        return lines

    def figure(self, spot: Spot) -> float | None:
        values = self._values(spot)
        return None if values is None else float(values[MEDIAN])

    def table(self) -> Table | None:
        rows: list[tuple[str | float | int, ...]] = []
        for layer in self.layers:
            band = self._band(layer)
            if band is not None and self._bands is not None:
                pairs = zip(self._bands.updates.tolist(), band.gradients.tolist(), strict=True)
                rows += [(layer.name, update, *values) for update, values in pairs]
        headers = ("layer", "update", *(f"{percentile} %" for percentile in PERCENTILES))
        return Table("Gradient over time", headers, rows) if rows else None

    def summary(self) -> str:
        if not self.layers:
            return self._hint.replace("\n", " ")
        parts = [
            f"{layer.name} median {decimal(self.median(layer))}{', vanishing' if vanishes else ''}"
            for layer, vanishes in zip(self.layers, self.vanishing(), strict=True)
        ]
        beginning = f" {said_since(self.since).capitalize()}." if self.since is not None else ""
        return f"Size of the gradient: {'; '.join(parts)}.{beginning} Arrow keys read earlier updates."


def _veil(color: str, strength: float) -> QBrush:
    shade = QColor(color)
    shade.setAlphaF(strength)
    return QBrush(shade)
