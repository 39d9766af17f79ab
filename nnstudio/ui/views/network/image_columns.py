"""A network that looks at images: the image, what each unit looks for and answers, and the probabilities.

A neuron that sees the pixels themselves is drawn as its weights, one for each pixel, with a bar for its activation; a
filter as its kernel with its feature map beside it. Layers further on show feature maps, or a tile for each neuron; an
image that is read as one row is a slim band. Without a hidden layer with weights the output's own weights are images:
one template for each class. There are too many weights for links, so soft bands lead from layer to layer.
"""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QImage, QPainter

from nnstudio.core.network.model import ModelLayer
from nnstudio.core.run.frame import FloatArray, Frame, ImagePicture
from nnstudio.ui.theme import Theme, current
from nnstudio.ui.views.network.answers import paint_answers
from nnstudio.ui.views.network.bands import paint_band
from nnstudio.ui.views.network.column import Column, LinkSpot, Spot
from nnstudio.ui.views.network.gap_images import GapImages, gap_area
from nnstudio.ui.views.network.image_tiles import (
    paint_activations,
    paint_bars,
    paint_image,
    paint_maps,
    paint_outlines,
    thinned,
)
from nnstudio.ui.views.network.ink import ink_image
from nnstudio.ui.views.network.layout import (
    ACTIVATION,
    FEATURE_MAP,
    KERNEL,
    ROW,
    WEIGHTS,
    Cell,
    image_columns,
    image_width,
)
from nnstudio.ui.views.network.legend import scale_text
from nnstudio.ui.views.network.tiles import paint_more
from nnstudio.ui.widgets.figures import decimal
from nnstudio.ui.widgets.heat_map import HeatMapAtlas, robust_scale

_FINEST_ROW = 200


class ImageColumns:
    """Paints image networks. `take` a frame, `arrange` it in an area, `refresh` what shows, `paint` it."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._columns: tuple[Column, ...] = ()
        self._cells: list[Cell] = []
        self._wants_weights = True
        self._weights: HeatMapAtlas | None = None
        self._maps: dict[int, HeatMapAtlas] = {}
        self._weight_scale = 1.0
        self._scales: list[float] = []
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

    @property
    def _layers(self) -> tuple[ModelLayer, ...]:
        assert self._frame is not None
        return self._frame.model.layers

    @property
    def _picture(self) -> ImagePicture:
        assert self._frame is not None
        assert isinstance(self._frame.picture, ImagePicture)
        return self._frame.picture

    def counts(self) -> list[int]:
        """How many units each column has; the image is one, and so is a row."""
        counts = [1 if self._is_row(index) else layer.shape[0] for index, layer in enumerate(self._layers, start=1)]
        return [1, *counts]

    def _is_row(self, column: int) -> bool:
        return column > 0 and self._layers[column - 1].makes_rows

    @property
    def _first_with_weights(self) -> int | None:
        """The first column with weights, if what they look at is a plain image."""
        for column, layer in enumerate(self._layers, start=1):
            if layer.weights is not None:
                return column if layer.patch is not None and layer.patch[0] == 1 else None
        return None

    @property
    def offers_weights(self) -> bool:
        """Whether there is a hidden column to show by its weights or by its activations."""
        first = self._first_with_weights
        return first is not None and first < len(self._layers)

    @property
    def _weight_column(self) -> int | None:
        """The column that is drawn as images of its weights."""
        return self._first_with_weights if self._wants_weights or not self.offers_weights else None

    def _cell(self, column: int) -> Cell:
        maps = len(self._layers[column - 1].shape) == 3
        if self._is_row(column):
            return ROW
        if column == self._weight_column:
            return KERNEL if maps else WEIGHTS
        return FEATURE_MAP if maps else ACTIVATION

    def minimum_width(self, font: QFont, em: float) -> float:
        """The least width in which nothing clips or overlaps."""
        return image_width(len(self._layers) - 1, em)

    def arrange(self, area: QRectF, firsts: Sequence[int], font: QFont, em: float) -> tuple[Column, ...]:
        """Where everything stands."""
        self._cells = [self._cell(column) for column in range(1, len(self._layers))]
        self._columns = image_columns(area, self._cells, self.counts(), firsts, em)
        self._bands.clear()
        self._drawn = None
        return self._columns

    # Colours ----------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Colour what shows, if the frame, the arrangement or the theme has changed since."""
        if self._drawn is current():
            return
        self._drawn = current()
        self._ink = ink_image(self._picture.example)
        activations = self._picture.activations or ()
        shown_by = zip(activations, self._layers, strict=False)
        self._scales = [robust_scale(values, layer.range) for values, layer in shown_by]
        old, self._maps = self._maps, {}
        for column, (cell, values) in enumerate(zip(self._cells, activations, strict=False), start=1):
            if cell in (FEATURE_MAP, KERNEL):
                shown = values[self._columns[column].first : self._columns[column].last]
                self._maps[column] = _filled(old.get(column), shown, self._scales[column - 1])
            elif cell is ROW:
                row = thinned(values, _FINEST_ROW).reshape(1, -1, 1)
                self._maps[column] = _filled(old.get(column), row, self._scales[column - 1])
        if self._weight_column is not None:
            column, layer = self._columns[self._weight_column], self._layers[self._weight_column - 1]
            weights, images = layer.weights, layer.weight_images
            assert weights is not None
            assert images is not None
            self._weight_scale = robust_scale(weights)
            self._weights = _filled(self._weights, images[column.first : column.last, 0], self._weight_scale)

    def link_at(self, point: QPointF) -> LinkSpot | None:
        """Image networks have bands, not links."""
        return None

    # Painting ---------------------------------------------------------------------------------------------------------

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
                paint_image(painter, column.tiles[0], self._ink)
            elif index == last:
                template = self._weights.draw if self._weights is not None and self._weight_column == last else None
                paint_answers(painter, column, self._picture.probabilities, fonts[1], template)
            else:
                self._paint_hidden(painter, index, column)
            paint_more(painter, column, fonts[0])

    def _paint_hidden(self, painter: QPainter, index: int, column: Column) -> None:
        """A hidden layer: weights, feature maps or tiles, whatever its cells are."""
        cell, maps = self._cells[index - 1], self._maps.get(index)
        scale = self._scales[index - 1] if self._scales else 1.0
        if cell in (WEIGHTS, KERNEL) and self._weights is not None:
            # A kernel has so few pixels that each should show.
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, cell is WEIGHTS)
            paint_maps(painter, column, self._weights)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if cell is WEIGHTS:
            paint_bars(painter, column, self._activations(index), scale)
        elif cell is ACTIVATION:
            paint_activations(painter, column, self._activations(index), scale)
        elif maps is not None:
            paint_maps(painter, column, maps, KERNEL.beside if cell is KERNEL else 0.0)
        if cell is not WEIGHTS and cell is not ACTIVATION:
            paint_outlines(painter, column)

    def _activations(self, index: int) -> FloatArray | None:
        activations = self._picture.activations
        return None if activations is None else activations[index - 1]

    def caption(self, index: int) -> str:
        """The scale of a column, as printed below it."""
        if index == self._weight_column:
            return f"±{decimal(self._weight_scale, 2)}"
        if 0 < index <= len(self._scales):
            return scale_text(self._scales[index - 1], self._layers[index - 1].range)
        return "0 … 1" if index else ""

    def _atlas_of(self, spot: Spot) -> HeatMapAtlas | None:
        return self._weights if spot.column == self._weight_column else self._maps.get(spot.column)

    def has_picture(self, spot: Spot) -> bool:
        """Whether a unit can be drawn enlarged."""
        shows = self._columns[spot.column].tile(spot.unit) is not None
        return shows and not self._is_row(spot.column) and self._atlas_of(spot) is not None

    def draw_picture(self, spot: Spot, painter: QPainter, target: QRectF) -> None:
        """Draw a unit enlarged."""
        atlas = self._atlas_of(spot)
        if atlas is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            atlas.draw(painter, spot.unit - self._columns[spot.column].first, target)


def _filled(atlas: HeatMapAtlas | None, values: FloatArray, scale: float) -> HeatMapAtlas:
    """These maps (count, rows, columns) in colour, in the old buffers if they fit."""
    if atlas is None or (atlas.count, atlas.rows, atlas.columns) != values.shape:
        atlas = HeatMapAtlas(*values.shape)
    atlas.fill(values, scale)
    return atlas
