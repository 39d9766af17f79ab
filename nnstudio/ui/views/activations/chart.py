"""A histogram for each layer, one below the other over a common axis: as it is now, or side by side over time.

Saturated tanh units pile up at both ends, dead ReLU units at zero; the share of them stands beside.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsPixmapItem

from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import Frame, Histogram, LayerReading, Status
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Scale
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stage.ticks import steady
from nnstudio.ui.views.activations import pictures
from nnstudio.ui.views.activations.past import Past
from nnstudio.ui.widgets.figures import decimal, grouped, percent, tick

HINT = "The histograms appear with the next picture"
LOWEST_ROW = 17
"""A line of text, so that a network of six hidden layers needs no scrolling in the window as designed."""
_TWO_LINES = 28
_NAME, _SHARE = 12, 11
_ALARMING = 0.5
_SMALL = 0.25
"""Probabilities on a smaller share of the common axis than that have an axis of their own."""
_END = 16.0


def share_text(histogram: Histogram) -> str:
    """The share of dead units or of saturated activations, or nothing."""
    if histogram.dead is not None:
        return f"{percent(histogram.dead, 0)} dead"
    if histogram.saturated is not None:
        return f"{percent(histogram.saturated, 0)} saturated"
    return ""


class Row(NamedTuple):
    """The items of one layer, and where its histogram stands."""

    share: items.Words
    picture: QGraphicsPixmapItem
    area: QRectF


class ActivationsChart(Stage):
    """Rows of histograms, readable bin by bin, or moment by moment."""

    scale_changed = Signal()

    def __init__(self) -> None:
        super().__init__(
            "Activations",
            "How often each layer's neurons take which value over the examples.",
            "<b>Activations</b><p>A histogram of a = f(W·x + b) over all neurons of the layer and a sample of the "
            "examples; heights are square roots of counts. <i>Saturated</i> is the share of activations at the end of "
            "their range, where f′ is nearly 0 and the gradient is lost. "
            "<i>Dead</i> is the share of neurons that answer 0 to every example.</p><p>Over time: one histogram "
            "beside the other since the run began, values upwards, the stronger the colour the more often.</p>"
            "<p><b>Example:</b> at a = 0.99 tanh has the slope 1 − 0.99² = 0.02.</p>"
            "<p><b>Source:</b> Glorot, Bengio: Understanding the difficulty of training deep feedforward neural "
            "networks, 2010.</p>",
        )
        self._layers: list[tuple[LayerReading, Histogram]] = []
        self._activations: dict[str, str] = {}
        self._past = Past()
        self._over_time = False
        self._low, self._high, self._run = 0.0, 0.0, -1
        self._apart = -1
        self._turn = 0
        self.rows: list[Row] = []
        self._drawn: list[object] = []
        self.across = Scale(0, 1, 0, 1)
        self.arrange()

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's layers."""
        names, scale = [layer.name for layer, _ in self._layers], (self._low, self._high, self._apart)
        self._layers = [(layer, layer.histogram) for layer in frame.readings if layer.histogram is not None]
        self._activations = {layer.name: layer.activation.label for layer in frame.model.layers if layer.activation}
        self._past.add(frame)
        if frame.run != self._run:
            self._run, self._low, self._high = frame.run, 0.0, 0.0
        self._high = steady(self._high, max((h.high for _, h in self._layers), default=1.0))
        self._low = -steady(-self._low, max((-h.low for _, h in self._layers), default=0.0))
        self._apart = self._too_small(frame)
        self.setMinimumHeight(round(len(self._layers) * LOWEST_ROW * theme.text_scale()))
        if names != [layer.name for layer, _ in self._layers] or scale != (self._low, self._high, self._apart):
            self.arrange()
        else:
            self._draw(moving=frame.status is Status.LEARNING)
        self.read()

    def _too_small(self, frame: Frame) -> int:
        """The row of probabilities that would hardly be seen on the axis of all others; −1 for none."""
        if len(self._layers) < 2 or frame.dataset.task is Task.REGRESSION:
            return -1
        _, output = self._layers[-1]
        return len(self._layers) - 1 if output.high - output.low < _SMALL * (self._high - self._low) else -1

    def _ends(self, place: int) -> tuple[float, float]:
        """The values at the ends of a row's axis."""
        _, histogram = self._layers[place]
        return (histogram.low, histogram.high) if place == self._apart else (self._low, self._high)

    def scale_of(self, place: int) -> Scale:
        """Where the values of a row lie."""
        return Scale(*self._ends(place), self.across.start, self.across.end)

    def _words(self, place: int, histogram: Histogram) -> str:
        """What stands beside a row."""
        if place == self._apart:
            return f"axis {tick(histogram.low)} … {tick(histogram.high)}"
        return share_text(histogram)

    def set_over_time(self, over_time: bool) -> None:
        """Show what the histograms were, or what they are."""
        self._over_time = over_time
        self.explore(None)
        self.arrange()

    @property
    def over_time(self) -> bool:
        """Whether what they were is shown."""
        return self._over_time

    # Items.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        self._cross = items.path(root, QPen(QColor(colors.text), 1), z=2)
        self.rows, self._drawn = [], []
        if not self._layers:
            center = Qt.AlignmentFlag.AlignHCenter
            items.Words(root, self.area.center(), text_font(13), colors.dim, HINT, center)
            return
        name, share = QFontMetricsF(text_font(_NAME)), QFontMetricsF(text_font(_SHARE))
        height = self.height() / len(self._layers)
        apart = height < _TWO_LINES * theme.text_scale()
        widest = max(name.horizontalAdvance(layer.name) for layer, _ in self._layers)
        words = [self._words(place, _full(histogram)) for place, (_, histogram) in enumerate(self._layers)]
        shares = max(map(share.horizontalAdvance, words))
        left = round(widest + 8 + shares if apart else max(widest, shares)) + 16
        width = max(round(self.width() - _END) - left, 20)
        self.across = Scale(self._low, self._high, left, left + width)
        gap = min(max(0.16 * height, 2.0), 8.0)
        for place, (layer, _) in enumerate(self._layers):
            top, bottom = round(place * height + gap), round((place + 1) * height) - 1
            area = QRectF(left, top, width, max(bottom - top, 4))
            middle = area.center().y()
            y = middle if apart else middle - share.height() / 2 - 1
            items.Words(root, QPointF(0, y), text_font(_NAME), colors.text, layer.name)
            below = QPointF(widest + 8, middle) if apart else QPointF(0, middle + name.height() / 2)
            picture = items.pixmap(root, area.topLeft())
            base = QRectF(area.left(), area.bottom(), width, 1 / self.ratio)
            items.rectangle(root, base, QColor(colors.line), z=-1)
            self.rows.append(Row(items.Words(root, below, text_font(_SHARE), colors.dim), picture, area))
        self._drawn = [None] * len(self.rows)
        self._draw()
        self.scale_changed.emit()

    def _draw(self, moving: bool = False) -> None:
        """Tell the items of those layers that have changed. A past takes longer to draw and changes little: as long as
        it is `moving`, each time that of another layer."""
        colors = theme.current()
        self._turn = (self._turn + 1) % max(len(self.rows), 1)
        for place, (row, (_, histogram)) in enumerate(zip(self.rows, self._layers, strict=True)):
            shown = histogram.counts.tobytes(), histogram.low, histogram.high, histogram.dead, histogram.saturated
            if (moving and place != self._turn) if self._over_time else shown == self._drawn[place]:
                continue
            self._drawn[place] = shown
            alarming = max(histogram.dead or 0.0, histogram.saturated or 0.0) >= _ALARMING
            row.share.say(self._words(place, histogram))
            row.share.item.setBrush(QColor(colors.warning_text if alarming else colors.dim))
            picture = self._picture(place, row.area)
            picture.setDevicePixelRatio(self.ratio)
            row.picture.setPixmap(picture)
        if self._over_time and self._layers:
            updates = self._past.updates
            before, self.across = self.across, Scale(updates[0], updates[-1], self.across.start, self.across.end)
            if before != self.across:
                self.scale_changed.emit()

    def _picture(self, place: int, area: QRectF) -> QPixmap:
        layer, histogram = self._layers[place]
        width, height = round(area.width() * self.ratio), round(area.height() * self.ratio)
        if self._over_time:
            past = self._past.layers[layer.name]
            shown = [past[sample] for sample in self._past.samples(width).tolist()]
            strengths, spans = [moment.strength for moment in shown], [moment.span for moment in shown]
            return pictures.strip(strengths, spans, *self._ends(place), height)
        return pictures.bars(histogram, *self._ends(place), width, height)

    # Exploring.

    def places(self) -> tuple[int, int]:
        if not self._layers:
            return 0, 0
        bins = max(len(histogram.counts) for _, histogram in self._layers)
        return (len(self._past.updates) if self._over_time else bins), len(self._layers)

    def start(self) -> Spot:
        middle = super().start()
        return Spot(len(self._past.updates) - 1, middle.row) if self._over_time else middle

    def stride(self) -> int:
        return max(self.places()[0] // 100, 1)

    def spot_at(self, position: QPointF) -> Spot | None:
        row = next((at for at, row in enumerate(self.rows) if row.area.top() <= position.y() <= row.area.bottom()), -1)
        if row < 0 or not self.across.start <= position.x() <= self.across.end:
            return None
        if self._over_time:
            update = self.across.value(position.x() + 1)
            return Spot(max(bisect_right(self._past.updates, update) - 1, 0), row)
        value = self.scale_of(row).value(position.x())
        _, histogram = self._layers[row]
        share = (value - histogram.low) / ((histogram.high - histogram.low) or 1.0)
        bins = len(histogram.counts)
        return Spot(min(int(share * bins), bins - 1), row) if 0 <= share <= 1 else None

    def _bin(self, spot: Spot) -> tuple[int, float, float]:
        """A bin, and the values between which it lies."""
        _, histogram = self._layers[spot.row]
        count = len(histogram.counts)
        index = min(spot.column, count - 1)
        width = (histogram.high - histogram.low) / count
        return index, histogram.low + index * width, histogram.low + (index + 1) * width

    def anchor(self, spot: Spot) -> QRectF:
        area = self.rows[spot.row].area
        if self._over_time:
            x = self.across.at(self._past.updates[spot.column]) if self.across.high > self.across.low else area.right()
        else:
            _, low, high = self._bin(spot)
            x = self.scale_of(spot.row).at((low + high) / 2)
        return QRectF(x - 1, area.top(), 2, area.height())

    def mark(self, spot: Spot | None) -> None:
        self._cross.setVisible(spot is not None)
        if spot is not None:
            place = self.anchor(spot)
            x = place.center().x()
            self._cross.setPath(items.strokes((x, x), (place.top(), place.bottom())))

    def reading(self, spot: Spot) -> Sequence[str]:
        layer, histogram = self._layers[spot.row]
        lines = [" · ".join((layer.name, *filter(None, [self._activations.get(layer.name)])))]
        if self._over_time:
            histogram = self._past.layers[layer.name][spot.column].histogram
            lines.append(f"update {grouped(self._past.updates[spot.column])}")
        else:
            index, low, high = self._bin(spot)
            count, total = int(histogram.counts[index]), max(int(histogram.counts.sum()), 1)
            lines.append(f"{decimal(low)} … {decimal(high)}")
            lines.append(f"{grouped(count)} of {grouped(total)}, {percent(count / total)}")
        if histogram.saturated is not None:
            lines.append(f"saturated {percent(histogram.saturated)}")
        if histogram.dead is not None:
            lines.append(f"dead units {percent(histogram.dead)}")
        return lines

    def figure(self, spot: Spot) -> float | None:
        if self._over_time:
            return None
        return float(self._layers[spot.row][1].counts[self._bin(spot)[0]])

    def table(self) -> Table | None:
        rows: list[tuple[str, float, float, int]] = []
        for layer, histogram in self._layers:
            edges = np.linspace(histogram.low, histogram.high, len(histogram.counts) + 1).tolist()
            counts = histogram.counts.tolist()
            rows += [(layer.name, low, high, n) for (low, high), n in zip(pairwise(edges), counts, strict=True)]
        return Table("Activations", ("layer", "from", "to", "count"), rows) if rows else None

    def summary(self) -> str:
        parts = [
            f"{layer.name} {self._words(place, histogram)}".strip()
            for place, (layer, histogram) in enumerate(self._layers)
        ]
        return f"{', '.join(parts)}. Arrow keys read the histograms." if parts else HINT


def _full(histogram: Histogram) -> Histogram:
    """The same with the longest words that may stand beside it."""
    dead, saturated = (None if share is None else 1.0 for share in (histogram.dead, histogram.saturated))
    return Histogram(histogram.counts, histogram.low, histogram.high, dead, saturated)
