"""A band for each layer over the updates, and beside it how its values lie now.

Values go upwards. Half of a layer's activations lie in the strong band, four fifths in the pale one, the line is their
median. A layer that dies shrinks to zero, one that saturates stretches to the ends of its range: a line of the colour
of warning runs below where half of it has.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QColor, QPen
from PySide6.QtWidgets import QGraphicsPixmapItem

from nnstudio.core.run.frame import Frame
from nnstudio.core.run.spread import MEDIAN, PERCENTILES, BandsPrefix, LayerBand
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Scale
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stage.ticks import end_of
from nnstudio.ui.views.activations import pictures
from nnstudio.ui.views.activations.rows import ALARMING, LayerRows
from nnstudio.ui.views.bands.band import Band
from nnstudio.ui.views.bands.beginning import Beginning, said_since
from nnstudio.ui.views.bands.pieces import measured, pieces, since
from nnstudio.ui.widgets.figures import decimal, grouped, percent

_NOW_SHARE, _NOW_MOST, _APART = 0.24, 60.0, 8.0
_ROOM_FOR_NOW = 90.0
"""In rows narrower than that the bands have all the room."""
_PALE, _STRONG = 0.42, 1.0
_ALARM, _BELOW = 2.0, 1.0
_REACH = 6.0
"""So far from a row, in pixels, the pointer still reads it."""


class Part(NamedTuple):
    band: Band
    alarm: items.Bars
    now: QGraphicsPixmapItem


class ActivationsOverTime(LayerRows):
    """Rows of bands, readable row by row of the record; the last column is now."""

    hint = "The bands begin with the next update"
    unit = "update"
    narrowest = 120.0

    def __init__(self) -> None:
        self._bands: BandsPrefix | None = None
        self.parts: list[Part] = []
        self._drawn: object = None
        self._drawn_now: list[object] = []
        self.now = QRectF()
        super().__init__(
            "Activations over time",
            "Between which values each layer's activations lie, update by update, and beside it how they lie now.",
            "<b>Activations over time</b><p>For each layer the 10th, 25th, 50th, 75th and 90th percentile of a over "
            "a sample of the examples: half of all activations lie in the strong band, four fifths in the pale one, "
            "the line is the median. At the right: the histogram of now, with the same values upwards. The record is "
            "made while this card is seen; where nobody looked there is a gap. A line below the band: half of the "
            "units or more are dead, or half of the activations saturated.</p>"
            "<p><b>Example:</b> a band of tanh from −1 to 1 that was −0.3 to 0.3: the layer saturates.</p>"
            "<p><b>Source:</b> Glorot, Bengio: Understanding the difficulty of training deep feedforward neural "
            "networks, 2010, figures 2 and 3.</p>",
        )

    def reach(self, frame: Frame) -> tuple[float, float]:
        self._bands = frame.bands
        low, high = super().reach(frame)
        for layer in self.layers:
            band = self._band(layer.key)
            if band is not None and np.isfinite(band.activations).any():
                low = min(low, float(np.nanmin(band.activations[:, 0])))
                high = max(high, float(np.nanmax(band.activations[:, -1])))
        return low, high

    def _band(self, key: int) -> LayerBand | None:
        return self._bands.layers.get(key) if self._bands is not None else None

    @property
    def since(self) -> int | None:
        """From which update on the record goes, if not from the beginning."""
        if self._bands is None or not self.layers:
            return None
        known = [measured(band.activations) for layer in self.layers if (band := self._band(layer.key)) is not None]
        return since(self._bands, np.logical_or.reduce(known)) if known else None

    # Items.

    def fill(self, left: float, right: float) -> None:
        colors, root = theme.current(), self.root
        shows_now = right - left > _ROOM_FOR_NOW * theme.text_scale()
        width = min(_NOW_SHARE * (right - left), _NOW_MOST * theme.text_scale())
        end = right - round(width + _APART) if shows_now else right
        self.now = QRectF(end + _APART, 0, right - end - _APART, self.height()) if shows_now else QRectF()
        self.across = Scale(0, self._end(), left, end)
        self._cross = items.path(root, QPen(QColor(colors.text), 1), z=5)
        self.parts = []
        for place in range(len(self.rows)):
            (low, high), area, up = self.ends(place), self._area(place), self.up(place)
            ground = QRectF(left, area.top(), end - left, area.height())
            items.rectangle(root, ground, QColor(colors.field), z=-5)
            zero = min(max(up.at(0), area.top()), area.bottom()) if low <= 0 <= high else area.bottom()
            items.rectangle(root, QRectF(left, zero, end - left, 1 / self.ratio), QColor(colors.line), z=-4)
            pale, strong = (
                QBrush(pictures.by_value(low, high, area.bottom(), area.top(), strength))
                for strength in (_PALE, _STRONG)
            )
            band = Band(root, pale, strong, QPen(QColor(colors.text), 1.25))
            now = items.pixmap(root, QPointF(self.now.left(), area.top()))
            if shows_now:
                edge = QRectF(self.now.left() - 1 / self.ratio, area.top(), 1 / self.ratio, area.height())
                items.rectangle(root, edge, QColor(colors.line), z=-4)
            self.parts.append(Part(band, items.Bars(root, z=3), now))
        self.beginning = Beginning(root)
        self._drawn, self._drawn_now = None, [None] * len(self.rows)

    def _end(self) -> float:
        return end_of(self.frame.now[1] if self.frame is not None else 1)

    def up(self, place: int) -> Scale:
        """Where the values of a row lie."""
        area = self._area(place)
        return Scale(*self.ends(place), area.bottom(), area.top())

    def _area(self, place: int) -> QRectF:
        """Where the values of a row are drawn, with room for a line below."""
        return self.rows[place].area.adjusted(0, 0, 0, -_ALARM - _BELOW)

    def draw(self) -> None:
        frame, bands = self.frame, self._bands
        if frame is None:
            return
        self._draw_now()
        if self.across.high != self._end():
            self.across = Scale(0, self._end(), self.across.start, self.across.end)
            self.scale_changed.emit()
        if bands is None:
            return
        self.beginning.show_time(frame.updates if frame.visit is not None else None)
        drawn = frame.run, len(bands), bands.updates[-1:].tobytes(), self.across, frame.marks
        if drawn == self._drawn:
            return
        self._drawn = drawn
        x = self.across.places(bands.updates.astype(np.float64))
        for place, (layer, shown) in enumerate(zip(self.layers, self.parts, strict=True)):
            band = self._band(layer.key)
            if band is None:
                continue
            area, known = self._area(place), measured(band.activations)
            y = np.clip(self.up(place).places(band.activations), area.top(), area.bottom())
            shown.band.show(pieces(bands, known, x, y, self.across.high))
            shown.alarm.show(self._alarms(bands, band, x.tolist(), area), QColor(theme.current().warning))
        top, bottom = self._area(0), self._area(len(self.rows) - 1)
        over = QRectF(top.left(), top.top(), top.width(), bottom.bottom() - top.top())
        self.beginning.show(self.since, frame.marks, self.across, over)

    def _draw_now(self) -> None:
        for place, (layer, shown) in enumerate(zip(self.layers, self.parts, strict=True)):
            histogram, area = layer.histogram, self._area(place)
            known = histogram.counts.tobytes(), histogram.low, histogram.high
            if known == self._drawn_now[place] or self.now.isEmpty():
                continue
            self._drawn_now[place] = known
            width, height = round(self.now.width() * self.ratio), round(area.height() * self.ratio)
            picture = pictures.sideways(histogram, *self.ends(place), width, height)
            picture.setDevicePixelRatio(self.ratio)
            shown.now.setPixmap(picture)

    def _alarms(self, bands: BandsPrefix, band: LayerBand, x: Sequence[float], area: QRectF) -> list[QRectF]:
        """Where half of the layer or more is dead or saturated."""
        alarming = (band.dead >= ALARMING) | (band.saturated >= ALARMING)
        steps = np.flatnonzero(np.diff(np.concatenate(([False], alarming, [False]))))
        width = self.across.at(bands.interval) - self.across.start
        top = area.bottom() + _BELOW
        return [
            QRectF(x[first], top, max(min(x[last - 1] + width, self.across.end) - x[first], 1.0), _ALARM)
            for first, last in zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True)
        ]

    # Exploring.

    def places(self) -> tuple[int, int]:
        return (len(self._bands) + 1, len(self.layers)) if self._bands is not None and self.layers else (0, 0)

    def start(self) -> Spot:
        columns, rows = self.places()
        return Spot(columns - 1, (rows - 1) // 2)

    def stride(self) -> int:
        return max(self.places()[0] // 100, 1)

    def spot_at(self, position: QPointF) -> Spot | None:
        row, x, bands = self.row_at(position.y()), position.x(), self._bands
        if row < 0 or bands is None:
            return None
        if self.now.left() <= x <= self.now.right() and not self.now.isEmpty():
            return Spot(len(bands), row)
        if not (self.across.start <= x <= self.across.end and len(bands)):
            return None
        places = self.across.places(bands.updates.astype(np.float64))
        nearest = int(np.abs(places - x).argmin())
        return Spot(nearest, row) if abs(places[nearest] - x) <= max(_REACH, self._step()) else None

    def _step(self) -> float:
        """How far apart, in pixels, two rows of the record stand."""
        interval = self._bands.interval if self._bands is not None else 1
        return self.across.at(interval) - self.across.start

    def anchor(self, spot: Spot) -> QRectF:
        area, bands = self._area(spot.row), self._bands
        if bands is None or spot.column >= len(bands):
            x = self.across.end if self.now.isEmpty() else self.now.left()
            return QRectF(x, area.top(), self.now.width(), area.height())
        return QRectF(self.across.at(float(bands.updates[spot.column])) - 1, area.top(), 2, area.height())

    def mark(self, spot: Spot | None) -> None:
        if not self.rows:
            return
        self._cross.setVisible(spot is not None)
        if spot is not None:
            place = self.anchor(spot)
            if self._bands is not None and spot.column >= len(self._bands):
                self._cross.setPath(items.rounded(place.adjusted(-1, -1, 1, 1), 2))
            else:
                x = place.center().x()
                self._cross.setPath(items.strokes((x, x), (place.top(), place.bottom())))

    def reading(self, spot: Spot) -> Sequence[str]:
        layer, bands = self.layers[spot.row], self._bands
        band = self._band(layer.key)
        if bands is None or band is None or spot.column >= len(bands):
            shares = layer.histogram.saturated, layer.histogram.dead
            updates = self.frame.updates if self.frame is not None else 0
            return [self.heading(layer), f"now, update {grouped(updates)}", *_shares(*shares)]
        row = spot.column
        lines = [self.heading(layer), f"update {grouped(int(bands.updates[row]))}"]
        values = band.activations[row].tolist()
        if not np.isfinite(values[0]):
            return [*lines, "not measured"]
        return [*lines, *_spread_text(values), *_shares(float(band.saturated[row]), float(band.dead[row]))]

    def figure(self, spot: Spot) -> float | None:
        band = self._band(self.layers[spot.row].key)
        if band is None or spot.column >= len(band.activations):
            return None
        return float(band.activations[spot.column, MEDIAN])

    def table(self) -> Table | None:
        rows: list[tuple[str | float | int, ...]] = []
        bands = self._bands
        for layer in self.layers if bands is not None else ():
            band = self._band(layer.key)
            if band is not None and bands is not None:
                columns = band.activations.tolist(), band.dead.tolist(), band.saturated.tolist()
                for update, values, dead, saturated in zip(bands.updates.tolist(), *columns, strict=True):
                    rows.append((layer.name, update, *values, dead, saturated))
        headers = ("layer", "update", *(f"{percentile} %" for percentile in PERCENTILES), "dead", "saturated")
        return Table("Activations over time", headers, rows) if rows else None

    def summary(self) -> str:
        if not self.places()[0]:
            return self.hint
        last = self.places()[0] - 2
        parts = [", ".join(self.reading(Spot(max(last, 0), row))) for row in range(len(self.layers))]
        beginning = f" {said_since(self.since).capitalize()}." if self.since is not None else ""
        return f"{'; '.join(parts)}.{beginning} Arrow keys read earlier updates."


def _spread_text(values: Sequence[float]) -> list[str]:
    lowest, low, median, high, highest = map(decimal, values)
    return [f"80 %    {lowest} … {highest}", f"half    {low} … {high}", f"median  {median}"]


def _shares(saturated: float | None, dead: float | None) -> list[str]:
    lines = [] if saturated is None or np.isnan(saturated) else [f"saturated {percent(saturated)}"]
    return lines if dead is None or np.isnan(dead) else [*lines, f"dead units {percent(dead)}"]
