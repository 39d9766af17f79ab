"""A network that looks at the plane: every neuron is a live map of its own activation over the plane. For a table there
is no plane to map, so its neurons are plain tiles, with the same names, biases and links.

The input column shows the features, each on its own scale; a hidden layer shares one scale, printed below it; the
output shows probabilities, for two classes orange at 0 and blue at 1, for more classes from the colour of zero to blue.
A layer without weights of its own is a column like the others, reached by thin lines from unit to unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import FloatArray, Frame, PlanePicture, TablePicture
from nnstudio.ui.theme import Theme, class_color, current, heat_map_table
from nnstudio.ui.views.network.column import Column, LinkSpot, Spot
from nnstudio.ui.views.network.layout import plane_columns, plane_width
from nnstudio.ui.views.network.legend import scale_text
from nnstudio.ui.views.network.links import Links, nearest_link
from nnstudio.ui.views.network.tiles import Corners, paint_more
from nnstudio.ui.widgets.figures import decimal
from nnstudio.ui.widgets.heat_map import HeatMapAtlas, robust_scale

_FINEST = 60
_WIDEST_NAME = 64.0
_DOT = 12.0
"""How much further from its tile the name of an output stands, behind the dot of its colour."""


@dataclass(slots=True)
class _Maps:
    """The maps of one column: of its visible units, ready to draw."""

    atlas: HeatMapAtlas
    caption: str


class PlaneColumns:
    """Paints plane networks. `take` a frame, `arrange` it in an area, `refresh` what shows, `paint` it."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._columns: tuple[Column, ...] = ()
        self._maps: list[_Maps | None] = []
        self._scales: list[float] = []
        self._drawn: Theme | None = None
        self._links = Links()
        self._corners = Corners()

    def take(self, frame: Frame) -> None:
        """Draw this frame from now on."""
        self._frame = frame
        self._drawn = None

    def counts(self) -> list[int]:
        """How many units each column has."""
        assert self._frame is not None
        return [self._frame.dataset.shape[0], *(layer.shape[0] for layer in self._frame.model.layers)]

    def _names_width(self, font: QFont) -> float:
        """The room that the names beside the tiles need, left and right."""
        assert self._frame is not None
        metrics, dataset = QFontMetricsF(font), self._frame.dataset
        widths = [metrics.horizontalAdvance(name) for name in dataset.input_names]
        if isinstance(self._frame.picture, TablePicture) and dataset.outputs > 1:
            widths += [metrics.horizontalAdvance(name) + _DOT for name in dataset.output_names]
        return min(max(widths), _WIDEST_NAME + _DOT)

    def minimum_width(self, font: QFont, em: float) -> float:
        """The least width in which nothing clips or overlaps."""
        return plane_width(len(self.counts()), self._names_width(font), em)

    def arrange(self, area: QRectF, firsts: Sequence[int], font: QFont, em: float) -> tuple[Column, ...]:
        """Where everything stands."""
        self._columns = plane_columns(area, self.counts(), firsts, self._names_width(font), em)
        self._links.arrange(self._columns)
        self._drawn = None
        return self._columns

    def refresh(self) -> None:
        """Colour the maps that show, if the frame, the arrangement or the theme has changed since."""
        assert self._frame is not None
        if self._drawn is current():
            return
        self._drawn = current()
        weights = (layer.weights for layer in self._frame.model.layers)
        self._scales = [1.0 if matrix is None else robust_scale(matrix) for matrix in weights]
        old = [*self._maps, *[None] * len(self._columns)]
        self._maps = [self._mapped(index, old[index]) for index in range(len(self._columns))]

    def _mapped(self, index: int, old: _Maps | None) -> _Maps | None:
        """The maps of one column, in the old buffers if they fit."""
        values, scale, caption = self._values(index)
        if values is None:
            return None
        column = self._columns[index]
        values = values[column.first : column.last]
        if isinstance(scale, np.ndarray):
            scale = scale[column.first : column.last]
        atlas = old.atlas if old else None
        if atlas is None or (atlas.count, atlas.rows, atlas.columns) != values.shape:
            atlas = HeatMapAtlas(*values.shape)
        atlas.fill(values, scale)
        return _Maps(atlas, caption)

    def _values(self, index: int) -> tuple[FloatArray | None, float | FloatArray, str]:
        """All maps of a column (units, r, r), the scale to show them on, and how to print it."""
        assert self._frame is not None
        plane, last = self._frame.picture, len(self._columns) - 1
        if not isinstance(plane, PlanePicture):
            return None, 1.0, ""
        if index == 0:
            if plane.inputs is None:
                return None, 1.0, ""
            ranges = np.abs(plane.inputs).max(axis=(1, 2))
            same = np.allclose(ranges, ranges[0], rtol=0.05)
            return plane.inputs, ranges, f"±{decimal(float(ranges[0]), 2)}" if same else "own scale"
        if index < last:
            if plane.neurons is None:
                return None, 1.0, ""
            bounds = self._frame.model.layers[index - 1].range
            scale = robust_scale(plane.neurons[index - 1], bounds)
            return plane.neurons[index - 1], scale, scale_text(scale, bounds)
        return self._output(plane)

    def _output(self, plane: PlanePicture) -> tuple[FloatArray | None, float, str]:
        assert self._frame is not None
        output = plane.output
        if output is None:
            return None, 1.0, ""
        step = -(-output.shape[-1] // _FINEST)
        output = output[:, ::step, ::step]
        if self._frame.dataset.task is Task.BINARY:
            return 2 * output - 1, 1.0, "0 … 1"
        bounds = self._frame.model.layers[-1].range
        scale = robust_scale(output, bounds)
        return output, scale, scale_text(scale, bounds)

    def link_at(self, point: QPointF) -> LinkSpot | None:
        """The link at a point."""
        assert self._frame is not None
        for index, (a, b) in enumerate(pairwise(self._columns)):
            weights = self._frame.model.layers[index].weights
            if weights is not None and a.right < point.x() < b.left and self._scales:
                found = nearest_link(a, b, weights, self._scales[index], point)
                return LinkSpot(index + 1, *found) if found else None
        return None

    @property
    def behind(self) -> bool:
        """Whether some links wait for their turn to be drawn."""
        return self._links.behind

    def paint(
        self, painter: QPainter, clip: QRectF, looked_at: Spot | LinkSpot | None, fonts: tuple[QFont, QFont]
    ) -> None:
        """Draw links, then tiles, then what is written; `fonts` are for words and for numbers."""
        assert self._frame is not None
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._links.begin()
        faded = looked_at is not None and looked_at.column > 0
        for gap, layer in enumerate(self._frame.model.layers):
            if self._columns[gap].right >= clip.right() or self._columns[gap + 1].left <= clip.left():
                continue
            weights = layer.weights
            if weights is None:
                self._links.paint_one_to_one(painter, gap, faded)
            else:
                self._links.paint(painter, gap, weights, self._scales[gap], faded)
        if looked_at is not None and faded:
            self._paint_looked_at(painter, looked_at)
        for index, column in enumerate(self._columns):
            if column.right + 60 > clip.left() and column.left - 60 < clip.right():
                self._paint_column(painter, index, column, fonts)

    def _paint_looked_at(self, painter: QPainter, looked_at: Spot | LinkSpot) -> None:
        assert self._frame is not None
        weights, scale = self._frame.model.layers[looked_at.column - 1].weights, self._scales[looked_at.column - 1]
        if weights is None:
            self._links.paint_passed_on(painter, looked_at.column, looked_at.unit)
        elif isinstance(looked_at, Spot):
            incoming = weights[:, looked_at.unit]
            self._links.paint_incoming(painter, looked_at.column, looked_at.unit, incoming, scale)
        else:
            strength = float(np.clip(weights[looked_at.source, looked_at.unit] / scale, -1, 1))
            self._links.paint_one(painter, looked_at.column, looked_at.source, looked_at.unit, strength)

    def _paint_column(self, painter: QPainter, index: int, column: Column, fonts: tuple[QFont, QFont]) -> None:
        theme, maps = current(), self._maps[index]
        outline = QColor(theme.line)
        for place, tile in enumerate(column.tiles):
            if maps is None:
                painter.fillRect(tile, QColor(theme.zero))
            else:
                maps.atlas.draw(painter, place, tile)
            self._corners.paint(painter, tile, outline)
        if index:
            self._paint_biases(painter, index, column)
        self._paint_names(painter, index, column, fonts[0])
        paint_more(painter, column, fonts[0])

    def _paint_biases(self, painter: QPainter, index: int, column: Column) -> None:
        """A small square at each tile's lower left, coloured by the bias on a scale of the layer's own."""
        assert self._frame is not None
        theme = current()
        biases = self._frame.model.layers[index - 1].biases
        if biases is None:
            return
        known = np.where(np.isfinite(biases), biases, 0)
        scale = max(float(np.abs(known).max()), 1e-3)
        table = heat_map_table(theme)
        places = np.clip(known[column.first : column.last] / scale * 127.5 + 128, 0, 255).astype(int)
        painter.setPen(QPen(QColor(theme.card), 1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for bias, place, tile in zip(biases[column.first : column.last], places, column.tiles, strict=True):
            size = max(4.0, round(tile.width() / 6))
            painter.setBrush(QColor(theme.bad) if np.isnan(bias) else QColor.fromRgb(int(table[place])))
            painter.drawRect(QRectF(tile.left() - 1, tile.bottom() - size + 1, size, size))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_names(self, painter: QPainter, index: int, column: Column, font: QFont) -> None:
        """x₁, x₂ … left of the inputs; right of several outputs the classes, each with its colour."""
        assert self._frame is not None
        dataset, theme = self._frame.dataset, current()
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        if index == 0:
            painter.setPen(QColor(theme.dim))
            names = dataset.input_names[column.first : column.last]
            for name, tile in zip(names, column.tiles, strict=False):
                name = _shortened(name, metrics)
                x = tile.left() - 7 - metrics.horizontalAdvance(name)
                painter.drawText(QPointF(x, tile.center().y() + metrics.capHeight() / 2), name)
        elif index == len(self._columns) - 1 and column.count > 1:
            for place, tile in enumerate(column.tiles):
                label = column.first + place
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(class_color(label, column.count))
                painter.drawEllipse(QPointF(tile.right() + 11, tile.center().y()), 4, 4)
                painter.setPen(QColor(theme.dim))
                name = _shortened(dataset.output_names[label], metrics)
                painter.drawText(QPointF(tile.right() + 19, tile.center().y() + metrics.capHeight() / 2), name)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def caption(self, index: int) -> str:
        """The scale of a column, as printed below it."""
        maps = self._maps[index]
        return maps.caption if maps else ""

    def has_picture(self, spot: Spot) -> bool:
        """Whether a unit can be drawn enlarged."""
        maps, column = self._maps[spot.column], self._columns[spot.column]
        return maps is not None and column.tile(spot.unit) is not None

    def draw_picture(self, spot: Spot, painter: QPainter, target: QRectF) -> None:
        """Draw a unit enlarged."""
        maps = self._maps[spot.column]
        if maps is not None:
            maps.atlas.draw(painter, spot.unit - self._columns[spot.column].first, target)


def _shortened(name: str, metrics: QFontMetricsF) -> str:
    return metrics.elidedText(name, Qt.TextElideMode.ElideRight, _WIDEST_NAME)
