"""A network that looks at images: the image, what each unit looks for and answers, and the probabilities.

A unit that sees the pixels themselves is drawn as its weights, one for each pixel, with a bar for its activation; units
further on are tiles coloured by their activation. Without a hidden layer the output's own weights are such images: one
template for each class. There are too many weights for links, so soft bands lead from layer to layer.
"""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen

from nnstudio.core.frame import FloatArray, Frame
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import Theme, current, heat_map_table
from nnstudio.ui.views.network.bands import paint_band
from nnstudio.ui.views.network.column import Column, LinkSpot, Spot
from nnstudio.ui.views.network.gap_images import GapImages, gap_area
from nnstudio.ui.views.network.ink import ink_image
from nnstudio.ui.views.network.layout import ACTIVATION, WEIGHTS, image_columns, image_width
from nnstudio.ui.views.network.legend import scale_text
from nnstudio.ui.views.network.tiles import corner, paint_more
from nnstudio.ui.widgets.figures import decimal
from nnstudio.ui.widgets.heat_map import HeatMapAtlas, robust_scale

_MIDDLE = Qt.AlignmentFlag.AlignCenter


class ImageColumns:
    """Paints image networks. `take` a frame, `arrange` it in an area, `refresh` what shows, `paint` it."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._columns: tuple[Column, ...] = ()
        self._wants_weights = True
        self._atlas: HeatMapAtlas | None = None
        self._weight_scale = 1.0
        self._activation_scales: list[float] = []
        self._ink = QImage()
        self._images = GapImages()
        self._bands: dict[int, Theme] = {}
        self._drawn: Theme | None = None

    def take(self, frame: Frame) -> None:
        """Draw this frame from now on."""
        self._frame = frame
        self._drawn = None

    def want_weights(self, wanted: bool) -> None:
        """Show the first layer by its weights or by its activations; needs a new `arrange`."""
        self._wants_weights = wanted

    def counts(self) -> list[int]:
        """How many units each column has; the image is one."""
        assert self._frame is not None
        return [1, *(len(layer.biases) for layer in self._frame.layers)]

    @property
    def _weight_column(self) -> int | None:
        """The column that is drawn as images of its weights."""
        assert self._frame is not None
        assert self._frame.image is not None
        fits = len(self._frame.layers[0].weights) == self._frame.image.example.size
        only_output = len(self._frame.layers) == 1
        return 1 if fits and (self._wants_weights or only_output) else None

    def minimum_width(self, font: QFont, em: float) -> float:
        """The least width in which nothing clips or overlaps."""
        return image_width(len(self.counts()) - 2, em)

    def arrange(self, area: QRectF, firsts: Sequence[int], font: QFont, em: float) -> tuple[Column, ...]:
        """Where everything stands."""
        counts = self.counts()
        cells = [WEIGHTS if index == self._weight_column else ACTIVATION for index in range(1, len(counts) - 1)]
        self._columns = image_columns(area, cells, counts, firsts, em)
        self._bands.clear()
        self._drawn = None
        return self._columns

    def refresh(self) -> None:
        """Colour what shows, if the frame, the arrangement or the theme has changed since."""
        assert self._frame is not None
        assert self._frame.image is not None
        if self._drawn is current():
            return
        self._drawn = current()
        image = self._frame.image
        self._ink = ink_image(image.example)
        layers = self._frame.layers
        activations = image.activations or ()
        self._activation_scales = [
            robust_scale(values, layer.activation) for values, layer in zip(activations, layers, strict=False)
        ]
        if self._weight_column is not None:
            column, shape = self._columns[1], image.example.shape
            values = layers[0].weights[:, column.first : column.last].T.reshape(-1, *shape)
            if self._atlas is None or (self._atlas.count, self._atlas.rows, self._atlas.columns) != values.shape:
                self._atlas = HeatMapAtlas(*values.shape)
            self._weight_scale = robust_scale(layers[0].weights)
            self._atlas.fill(values, self._weight_scale)

    def link_at(self, point: QPointF) -> LinkSpot | None:
        """Image networks have bands, not links."""
        return None

    def paint(
        self, painter: QPainter, clip: QRectF, looked_at: Spot | LinkSpot | None, fonts: tuple[QFont, QFont]
    ) -> None:
        """Draw bands, then columns; only what `clip` shows. `fonts` are for words and for numbers."""
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        for index, (a, b) in enumerate(pairwise(self._columns)):
            if a.right < clip.right() and b.left > clip.left():
                stale = self._bands.get(index) is not current()
                self._bands[index] = current()
                self._images.paint(painter, index, gap_area(a, b, 4), stale, partial(paint_band, a, b))
        last = len(self._columns) - 1
        for index, column in enumerate(self._columns):
            if column.right < clip.left() or column.left > clip.right():
                continue
            if index == 0:
                self._paint_image(painter, column.tiles[0])
            elif index == last:
                self._paint_answers(painter, column, fonts)
            elif index == self._weight_column:
                self._paint_weights(painter, column)
            else:
                self._paint_activations(painter, index, column)
            paint_more(painter, column, fonts[0])

    def _paint_image(self, painter: QPainter, tile: QRectF) -> None:
        theme = current()
        painter.fillRect(tile, QColor(theme.card))
        painter.drawImage(tile.adjusted(1, 1, -1, -1), self._ink)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(tile)

    def _activations(self, index: int) -> FloatArray | None:
        assert self._frame is not None
        assert self._frame.image is not None
        activations = self._frame.image.activations
        return activations[index - 1] if activations is not None and index <= len(activations) else None

    def _paint_weights(self, painter: QPainter, column: Column) -> None:
        """Each unit's weights as an image, and beside it a bar for what it answers to the image at the left."""
        theme, activations = current(), self._activations(1)
        assert self._atlas is not None
        track, positive, negative = QColor(theme.field), QColor(theme.positive), QColor(theme.negative)
        for place, tile in enumerate(column.tiles):
            self._atlas.draw(painter, place, tile)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for place, tile in enumerate(column.tiles):
            width = max(2.0, round(tile.width() * 0.13))
            bar = QRectF(round(tile.right() + 2), tile.top(), width, tile.height())
            painter.fillRect(bar, track)
            if activations is None:
                continue
            value = float(activations[column.first + place]) / self._activation_scales[0]
            if np.isnan(value):
                painter.fillRect(bar, QColor(theme.bad))
            else:
                height = min(1.0, abs(value)) * bar.height()
                painter.fillRect(bar.adjusted(0, bar.height() - height, 0, 0), positive if value > 0 else negative)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_activations(self, painter: QPainter, index: int, column: Column) -> None:
        """A tile for each unit, coloured by its activation."""
        theme, values = current(), self._activations(index)
        if values is None:
            colors = [QColor(theme.zero)] * len(column.tiles)
        else:
            shares = values[column.first : column.last] / self._activation_scales[index - 1]
            places = np.clip(np.nan_to_num(shares) * 127.5 + 128, 0, 255).astype(int)
            codes = np.where(np.isnan(shares), QColor(theme.bad).rgb(), heat_map_table(theme)[places])
            colors = [QColor.fromRgb(code) for code in codes.tolist()]
        round_ = column.tiles[0].width() >= 14
        painter.setPen(QPen(QColor(mix(theme.card, theme.dim, 0.35)), 1))
        for tile, color in zip(column.tiles, colors, strict=True):
            if round_:
                painter.setBrush(color)
                painter.drawRoundedRect(tile, corner(tile.width()), corner(tile.width()))
            else:
                painter.fillRect(tile, color)

    def _paint_answers(self, painter: QPainter, column: Column, fonts: tuple[QFont, QFont]) -> None:
        """A row for each class: its digit, its template if it has one, a bar for its probability."""
        assert self._frame is not None
        assert self._frame.image is not None
        theme, image = current(), self._frame.image
        best = None if image.probabilities is None else int(np.argmax(image.probabilities))
        for label, row in enumerate(column.tiles):
            digit = QRectF(row.left(), row.top(), 16, row.height())
            painter.setFont(fonts[1])
            painter.setPen(QColor(theme.text if label == best else theme.dim))
            painter.drawText(digit, _MIDDLE, str(label))
            left = digit.right() + 4
            if len(self._columns) == 2 and self._weight_column == 1 and self._atlas is not None:
                template = QRectF(left, row.top(), row.height(), row.height())
                self._atlas.draw(painter, label, template)
                left = template.right() + 6
            high = min(20.0, row.height() * 0.62)
            bar = QRectF(left, row.center().y() - high / 2, row.right() - left, high)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.field))
            painter.drawRoundedRect(bar, 4, 4)
            if image.probabilities is None:
                continue
            share = float(image.probabilities[label])
            filled = QRectF(bar.left(), bar.top(), max(3.0, bar.width() * share), bar.height())
            strong = theme.bad if np.isnan(share) else theme.positive
            painter.setBrush(QColor(strong if label == best else mix(theme.field, strong, 0.55)))
            painter.drawRoundedRect(filled, min(4.0, filled.width() / 2), min(4.0, filled.width() / 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def caption(self, index: int) -> str:
        """The scale of a column, as printed below it."""
        assert self._frame is not None
        if index == self._weight_column:
            return f"±{decimal(self._weight_scale, 2)}"
        if 0 < index <= len(self._activation_scales):
            return scale_text(self._activation_scales[index - 1], self._frame.layers[index - 1].activation)
        return "0 … 1" if index else ""

    def has_picture(self, spot: Spot) -> bool:
        """Whether a unit can be drawn enlarged."""
        column = self._columns[spot.column]
        return spot.column == self._weight_column and self._atlas is not None and column.tile(spot.unit) is not None

    def draw_picture(self, spot: Spot, painter: QPainter, target: QRectF) -> None:
        """Draw a unit enlarged."""
        if self._atlas is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            self._atlas.draw(painter, spot.unit - self._columns[spot.column].first, target)
