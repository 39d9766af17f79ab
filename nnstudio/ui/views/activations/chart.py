"""A histogram for each layer, one below the other over a common axis, as it is now.

Saturated tanh units pile up at both ends, dead ReLU units at zero; the share of them stands beside.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsPixmapItem

from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Scale
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.activations import pictures
from nnstudio.ui.views.activations.rows import LayerRows
from nnstudio.ui.widgets.figures import decimal, grouped, percent


class ActivationsChart(LayerRows):
    """Rows of histograms, readable bin by bin."""

    hint = "The histograms appear with the next picture"

    def __init__(self) -> None:
        self.pictures: list[QGraphicsPixmapItem] = []
        self._drawn: list[object] = []
        super().__init__(
            "Activations",
            "How often each layer's neurons take which value over the examples.",
            "<b>Activations</b><p>A histogram of a = f(W·x + b) over all neurons of the layer and a sample of the "
            "examples; heights are square roots of counts. <i>Saturated</i> is the share of activations at the end of "
            "their range, where f′ is nearly 0 and the gradient is lost. "
            "<i>Dead</i> is the share of neurons that answer 0 to every example.</p>"
            "<p><b>Example:</b> at a = 0.99 tanh has the slope 1 − 0.99² = 0.02.</p>"
            "<p><b>Source:</b> Glorot, Bengio: Understanding the difficulty of training deep feedforward neural "
            "networks, 2010.</p>",
        )

    def scale_of(self, place: int) -> Scale:
        """Where the values of a row lie."""
        return Scale(*self.ends(place), self.across.start, self.across.end)

    # Items.

    def fill(self, left: float, right: float) -> None:
        colors = theme.current()
        self._cross = items.path(self.root, QPen(QColor(colors.text), 1), z=2)
        self.across = Scale(self._low, self._high, left, right)
        self.pictures = []
        for row in self.rows:
            area = row.area
            base = QRectF(area.left(), area.bottom(), area.width(), 1 / self.ratio)
            items.rectangle(self.root, base, QColor(colors.line), z=-1)
            self.pictures.append(items.pixmap(self.root, area.topLeft()))
        self._drawn = [None] * len(self.rows)

    def draw(self) -> None:
        for place, (row, layer, item) in enumerate(zip(self.rows, self.layers, self.pictures, strict=True)):
            histogram = layer.histogram
            shown = histogram.counts.tobytes(), histogram.low, histogram.high
            if shown == self._drawn[place]:
                continue
            self._drawn[place] = shown
            width, height = round(row.area.width() * self.ratio), round(row.area.height() * self.ratio)
            picture = pictures.bars(histogram, *self.ends(place), width, height)
            picture.setDevicePixelRatio(self.ratio)
            item.setPixmap(picture)

    # Exploring.

    def places(self) -> tuple[int, int]:
        return max((len(layer.histogram.counts) for layer in self.layers), default=0), len(self.layers)

    def spot_at(self, position: QPointF) -> Spot | None:
        row = self.row_at(position.y())
        if row < 0 or not self.across.start <= position.x() <= self.across.end:
            return None
        value, histogram = self.scale_of(row).value(position.x()), self.layers[row].histogram
        share = (value - histogram.low) / ((histogram.high - histogram.low) or 1.0)
        bins = len(histogram.counts)
        return Spot(min(int(share * bins), bins - 1), row) if 0 <= share <= 1 else None

    def _bin(self, spot: Spot) -> tuple[int, float, float]:
        """A bin, and the values between which it lies."""
        histogram = self.layers[spot.row].histogram
        count = len(histogram.counts)
        index = min(spot.column, count - 1)
        width = (histogram.high - histogram.low) / count
        return index, histogram.low + index * width, histogram.low + (index + 1) * width

    def anchor(self, spot: Spot) -> QRectF:
        area = self.rows[spot.row].area
        _, low, high = self._bin(spot)
        return QRectF(self.scale_of(spot.row).at((low + high) / 2) - 1, area.top(), 2, area.height())

    def mark(self, spot: Spot | None) -> None:
        if not self.rows:
            return
        self._cross.setVisible(spot is not None)
        if spot is not None:
            place = self.anchor(spot)
            x = place.center().x()
            self._cross.setPath(items.strokes((x, x), (place.top(), place.bottom())))

    def reading(self, spot: Spot) -> Sequence[str]:
        layer = self.layers[spot.row]
        histogram = layer.histogram
        index, low, high = self._bin(spot)
        count, total = int(histogram.counts[index]), max(int(histogram.counts.sum()), 1)
        lines = [self.heading(layer), f"{decimal(low)} … {decimal(high)}"]
        lines.append(f"{grouped(count)} of {grouped(total)}, {percent(count / total)}")
        if histogram.saturated is not None:
            lines.append(f"saturated {percent(histogram.saturated)}")
        if histogram.dead is not None:
            lines.append(f"dead units {percent(histogram.dead)}")
        return lines

    def figure(self, spot: Spot) -> float | None:
        return float(self.layers[spot.row].histogram.counts[self._bin(spot)[0]])

    def table(self) -> Table | None:
        rows: list[tuple[str, float, float, int]] = []
        for layer in self.layers:
            histogram = layer.histogram
            edges = np.linspace(histogram.low, histogram.high, len(histogram.counts) + 1).tolist()
            counts = histogram.counts.tolist()
            rows += [(layer.name, low, high, n) for (low, high), n in zip(pairwise(edges), counts, strict=True)]
        return Table("Activations", ("layer", "from", "to", "count"), rows) if rows else None

    def summary(self) -> str:
        parts = [
            f"{layer.name} {self.words(place, layer.histogram)}".strip() for place, layer in enumerate(self.layers)
        ]
        return f"{', '.join(parts)}. Arrow keys read the histograms." if parts else self.hint
