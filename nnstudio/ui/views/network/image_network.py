"""A network that looks at images: the image, what each unit looks for and answers, and how sure it is of each class.

A neuron that sees the pixels themselves is drawn as its weights, one for each pixel, with a bar for its activation, the
strongest first and the rest as cells; a filter as its kernel with its feature map beside it. Layers further on show
feature maps, or a cell for each neuron; an image that is read as one row is a slim band. Between neurons run the
strongest w · a; where images are passed on, a soft band.
"""

from dataclasses import replace
from itertools import pairwise
from time import perf_counter

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QLinearGradient, QPainterPath

from nnstudio.core.network.model import UNBOUNDED, ModelLayer
from nnstudio.core.run.frame import FloatArray, Frame, ImagePicture
from nnstudio.ui.stage import items
from nnstudio.ui.stage.atlas import robust_scale
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.answers import Answers
from nnstudio.ui.views.network.blame import blame_of, largest_of
from nnstudio.ui.views.network.caption import caption
from nnstudio.ui.views.network.column import Column, LinkSpot, Spot
from nnstudio.ui.views.network.diagram import Place
from nnstudio.ui.views.network.flow import Flow
from nnstudio.ui.views.network.input_image import InputImage
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
from nnstudio.ui.views.network.maps import MapTiles
from nnstudio.ui.views.network.overflow import show_more
from nnstudio.ui.views.network.pace import Pace
from nnstudio.ui.widgets.figures import decimal

_FINEST_ROW = 200
_ABOVE_CAPTION = 6
SORTED_EVERY = 0.7
"""Seconds after which neurons are sorted anew while training runs: at every frame nobody could follow them."""
FLOWING_EVERY = 0.1
WEIGHTS_EVERY = 0.06


def counts(frame: Frame) -> tuple[int, ...]:
    """How many units each column has; the image is one, and so is a row."""
    return 1, *(1 if layer.makes_rows else layer.shape[0] for layer in frame.model.layers)


def minimum_width(frame: Frame, em: float) -> float:
    """The least width in which nothing clips or overlaps; `em` is the height of a line."""
    return image_width(len(frame.model.layers) - 1, em)


def first_with_weights(frame: Frame) -> int | None:
    """The first column with weights, if what they look at is a plain image."""
    for column, layer in enumerate(frame.model.layers, start=1):
        if layer.weights is not None:
            return column if layer.patch is not None and layer.patch[0] == 1 else None
    return None


def offers_weights(frame: Frame) -> bool:
    """Whether there is a hidden column to show by its weights or by its activations."""
    first = first_with_weights(frame)
    return first is not None and first < len(frame.model.layers)


class ImageNetwork:
    """Columns of pictures with what flows between them. `wants_weights`: show the first layer by its weights;
    `backward`: show ∂L/∂a in place of activations, and between neurons the strongest ∂L/∂w."""

    def __init__(
        self, place: Place, frame: Frame, em: float, wants_weights: bool = True, backward: bool = False
    ) -> None:
        self._backward = backward
        self._parent, self._ratio, self._em = place.parent, place.ratio, em
        layers = frame.model.layers
        first = first_with_weights(frame)
        seen = wants_weights and not backward
        self._weight_column = first if seen or (not offers_weights(frame) and not backward) else None
        self._cells = [self._cell(index, layer) for index, layer in enumerate(layers[:-1], start=1)]
        area = place.area.adjusted(0, 0, 0, -em - _ABOVE_CAPTION)
        self.columns = image_columns(area, self._cells, counts(frame), place.firsts, em)
        place_of_image = self.columns[0].tiles[0]
        self._shape(frame)
        self._frame = frame
        self._flow: dict[int, Flow] = {}
        for gap, (a, b) in enumerate(pairwise(self.columns)):
            if self._flows(gap, layers):
                self._flow[gap] = Flow(place.parent)
            else:
                self._band(a, b)
        self._pictures: dict[int, list[MapTiles]] = {}
        self._small: dict[int, MapTiles] = {}
        self._bars: dict[int, tuple[items.Bars, items.Bars]] = {}
        self._lengths: dict[int, list[int]] = {}
        for index, cell in enumerate(self._cells, start=1):
            self._build(index, cell, self.columns[index], layers[index - 1])
        self._answers = Answers(place.parent, self.columns[-1], frame.dataset.output_names)
        self._image = InputImage(place.parent, self.columns[0].tiles[0], place_of_image, place.ratio)
        below = QPointF(place.area.center().x(), place.area.bottom() - em / 2)
        self._caption = items.Words(
            place.parent, below, text_font(11.5), current().dim, align=Qt.AlignmentFlag.AlignHCenter, z=6
        )
        self._room = place.area.width()
        self._templates: MapTiles | None = None
        if self._weight_column == len(layers):
            self._templates = self._templated()
        self._sorted_at = 0.0
        self._weights_pace, self._flow_pace, self._weights_due = Pace(WEIGHTS_EVERY), Pace(FLOWING_EVERY), True
        for column in self.columns:
            show_more(place.parent, column)

    def _shape(self, frame: Frame) -> None:
        """Give the tiles, which stand as squares, the shapes of the images in them."""
        picture, columns = frame.picture, list(self.columns)
        assert isinstance(picture, ImagePicture)
        columns[0] = columns[0].fitted(picture.example.shape)
        for index, (cell, layer) in enumerate(zip(self._cells, frame.model.layers, strict=False), start=1):
            if cell is FEATURE_MAP:
                columns[index] = columns[index].fitted(layer.shape[1:])
            elif cell is WEIGHTS and layer.weight_images is not None:
                columns[index] = columns[index].fitted(layer.weight_images.shape[2:])
        self.columns = tuple(columns)

    def _cell(self, index: int, layer: ModelLayer) -> Cell:
        maps = len(layer.shape) == 3
        if layer.makes_rows:
            return ROW
        if index == self._weight_column:
            return KERNEL if maps else WEIGHTS
        return FEATURE_MAP if maps else ACTIVATION

    def _flows(self, gap: int, layers: tuple[ModelLayer, ...]) -> bool:
        """Whether the links between two columns are of neurons on both sides."""
        source = gap > 0 and self._cells[gap - 1] in (WEIGHTS, ACTIVATION)
        return source and layers[gap].weights is not None

    def _build(self, index: int, cell: Cell, column: Column, layer: ModelLayer) -> None:
        large = replace(column, tiles=column.tiles[: column.large]) if column.large else column
        tiles = [MapTiles(self._parent, large, self._ratio, smooth=cell in (WEIGHTS, FEATURE_MAP))]
        if cell is KERNEL:
            beside = tuple(tile.translated(KERNEL.beside * tile.width(), 0) for tile in column.tiles)
            maps = replace(column, tiles=beside).fitted(layer.shape[1:])
            tiles.append(MapTiles(self._parent, maps, self._ratio))
        self._pictures[index] = tiles
        if cell is WEIGHTS:
            self._bars[index] = items.Bars(self._parent, z=4), items.Bars(self._parent, z=4)
            if len(column.tiles) > column.large:
                rest = column.tiles[column.large :]
                across = sum(tile.top() == rest[0].top() for tile in rest)
                small = Column(column.left, column.right, len(rest), 0, rest, across)
                self._small[index] = MapTiles(self._parent, small, self._ratio, smooth=False)

    def _templated(self) -> MapTiles:
        """Without a hidden layer each class is drawn as the image that it looks for, beside its bar."""
        column = self.columns[-1]
        size = column.tiles[0].height()
        tiles = tuple(QRectF(row.left() - size - 4, row.top(), size, size) for row in column.tiles)
        images = self._frame.model.layers[-1].weight_images
        assert images is not None
        return MapTiles(self._parent, replace(column, tiles=tiles).fitted(images.shape[2:]), self._ratio)

    # Showing.

    def show(self, frame: Frame, looked_at: Spot | LinkSpot | None) -> None:
        """Show this frame, with an eye on one unit."""
        picture = frame.picture
        assert isinstance(picture, ImagePicture)
        self._frame = frame
        fresh = self._image.show(picture, frame.dataset.class_names, frame.example)
        activations, links = picture.activations or (), [layer.weights for layer in frame.model.layers]
        if self._backward:
            activations, links = self._followed_back(frame)
        moved = self._sort(activations, fresh, looked_at is not None)
        self._weights_due = self._weights_pace.due(frame, moved)
        for index, (cell, values) in enumerate(zip(self._cells, activations, strict=False), start=1):
            self._show_layer(index, cell, frame.model.layers[index - 1], values)
        self._answers.show(picture.probabilities, picture.label)
        if self._weights_due:
            self._caption.say(self._explained(frame.model.layers, activations))
        if self._templates is not None and self._weights_due:
            images = frame.model.layers[-1].weight_images
            assert images is not None
            self._templates.show_maps(images[:, 0], robust_scale(images))
        if self._flow_pace.due(frame, moved):
            for gap, flow in self._flow.items():
                weights = links[gap]
                if weights is not None and len(activations) >= gap:
                    flowing = np.ones(len(weights)) if self._backward else activations[gap - 1]
                    flow.show(self.columns[gap], self.columns[gap + 1], weights, flowing)

    def _followed_back(self, frame: Frame) -> tuple[tuple[FloatArray, ...], list[FloatArray | None]]:
        """∂L/∂a of the hidden layers and ∂L/∂w; tiles of layers where nothing was computed are left empty."""
        blame, shapes = blame_of(frame), [layer.shape for layer in frame.model.layers[:-1]]
        for index, values in enumerate(blame.tiles[1:-1], start=1):
            if values is None:
                self._pictures[index][0].show_absent()
        found = zip(blame.tiles[1:-1], shapes, strict=True)
        known = tuple(np.zeros(shape) if values is None else values for values, shape in found)
        absent = frame.backward is None
        links = [None if absent else matrix for matrix in blame.links]
        return known, links

    def _sort(self, activations: tuple[FloatArray, ...], fresh: bool, looked_at: bool) -> bool:
        """Put the neurons that answer most first: for a fresh image, at rest, and now and then; but what somebody looks
        at does not run away. Whether they were sorted."""
        now = perf_counter()
        early = self._frame.updates_per_second and now - self._sorted_at < SORTED_EVERY
        if not fresh and (early or looked_at):
            return False
        self._sorted_at = now
        columns = list(self.columns)
        for index, (cell, values) in enumerate(zip(self._cells, activations, strict=False), start=1):
            if cell is WEIGHTS or (cell is ACTIVATION and self.columns[index].more is None):
                order = np.argsort(-np.abs(np.nan_to_num(values)), kind="stable")
                columns[index] = replace(columns[index], order=tuple(order.tolist()))
        self.columns = tuple(columns)
        return True

    def _show_layer(self, index: int, cell: Cell, layer: ModelLayer, values: FloatArray) -> None:
        column, (first, *beside) = self.columns[index], self._pictures[index]
        if self._backward and blame_of(self._frame).tiles[index] is None:
            return
        scale = largest_of(values) if self._backward else robust_scale(values, layer.range)
        if cell is ROW:
            first.show_maps(_thinned(values, _FINEST_ROW).reshape(1, -1, 1), scale)
        elif cell is ACTIVATION:
            shown = values[list(column.order)] if column.order else values
            first.show_maps(shown.reshape(-1, 1, 1), scale)
        elif cell is FEATURE_MAP:
            first.show_maps(values, scale)
        else:
            images = layer.weight_images
            assert images is not None
            if cell is KERNEL:
                if self._weights_due:
                    first.show_maps(images[:, 0], robust_scale(images))
                beside[0].show_maps(values, scale)
            else:
                self._show_strongest(index, column, images[:, 0], values, scale)

    def _show_strongest(self, index: int, column: Column, images: FloatArray, values: FloatArray, scale: float) -> None:
        order = list(column.order) or list(range(column.count))
        large = order[: column.large]
        if self._weights_due:
            self._pictures[index][0].show_maps(images[large], robust_scale(images))
        answers = values[order]
        self._show_bars(index, column, answers[: column.large] / scale)
        if index in self._small:
            rest = answers[column.large : len(column.tiles)]
            self._small[index].show_maps(rest.reshape(-1, 1, 1), scale)

    def _show_bars(self, index: int, column: Column, shares: FloatArray) -> None:
        """A bar below each large tile, of the width of its share, −1 … 1, in whole pixels of the screen."""
        widest = column.tiles[0].width() * self._ratio
        lengths = np.rint(np.clip(np.nan_to_num(shares), -1, 1) * widest).astype(int).tolist()
        if lengths == self._lengths.get(index):
            return
        self._lengths[index] = lengths
        theme = current()
        for bars, sign, color in zip(self._bars[index], (1, -1), (theme.positive, theme.negative), strict=True):
            signed = ((tile, sign * length / self._ratio) for tile, length in zip(column.tiles, lengths, strict=False))
            boxes = [QRectF(tile.left(), tile.bottom() + 3, length, 4) for tile, length in signed if length > 0]
            bars.show(boxes, QColor(color))

    def _explained(self, layers: tuple[ModelLayer, ...], activations: tuple[FloatArray, ...]) -> str:
        place = self._cells.index(WEIGHTS) if WEIGHTS in self._cells else None
        bounds = layers[place].range if place is not None else UNBOUNDED
        scale = robust_scale(activations[place], bounds) if place is not None and activations else None
        said = self._cells, self.columns, scale, bounds, bool(self._flow)
        if self._backward:
            return self._explained_backward()
        metrics, text = QFontMetricsF(text_font(11.5)), caption(*said)
        if metrics.horizontalAdvance(text) > self._room:
            text = caption(*said, short=True)
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, self._room)

    def _explained_backward(self) -> str:
        """Scales there is one of for each layer; the strongest are said, from the first layer on."""
        values = [values for values in blame_of(self._frame).tiles[1:-1] if values is not None]
        scales = ", ".join(f"±{decimal(largest_of(each), 2)}" for each in values)
        links = " · links: the strongest ∂L/∂w" if self._flow else ""
        text = f"Tiles: ∂L/∂a, up to {scales}{links} · ring: truth" if scales else "Ring: truth"
        return QFontMetricsF(text_font(11.5)).elidedText(text, Qt.TextElideMode.ElideRight, self._room)

    # Looking.

    def picture(self, spot: Spot) -> QImage | None:
        """A unit's weights or feature map, to be enlarged."""
        if self._backward and self._frame.backward is None:
            return None
        if not 0 < spot.column < len(self.columns) - 1 or self._cells[spot.column - 1] in (ROW, ACTIVATION):
            return None
        column = self.columns[spot.column]
        place = column.place(spot.unit)
        if place is None or (column.large and place >= column.large):
            return None
        return self._pictures[spot.column][-1].at(place)

    def link_at(self, point: QPointF) -> LinkSpot | None:
        """Image networks have thousands of weights and no links."""
        return None

    def _band(self, a: Column, b: Column) -> None:
        """A soft shape that leads from layer to layer, fading to the right."""
        theme = current()
        left, right = a.right + 4, b.left - 4
        middle = (left + right) / 2
        tops = [column.tiles[0].top() - 3 for column in (a, b)]
        bottoms = [max(tile.bottom() for tile in column.tiles) + 3 for column in (a, b)]
        path = QPainterPath(QPointF(left, tops[0]))
        path.cubicTo(middle, tops[0], middle, tops[1], right, tops[1])
        path.lineTo(right, bottoms[1])
        path.cubicTo(middle, bottoms[1], middle, bottoms[0], left, bottoms[0])
        path.closeSubpath()
        fade = QLinearGradient(left, 0, right, 0)
        fade.setColorAt(0, QColor(mix(theme.card, theme.accent, 0.2)))
        fade.setColorAt(1, QColor(mix(theme.card, theme.accent, 0.03)))
        area = path.boundingRect()
        band = items.pixmap(self._parent, area.topLeft(), z=0)
        band.setPixmap(items.drawn(area, self._ratio, lambda painter: painter.fillPath(path, fade)))


def _thinned(values: FloatArray, most: int) -> FloatArray:
    """A long row as at most `most` means of neighbours."""
    together = -(-len(values) // most)
    starts = np.arange(0, len(values), together)
    sizes = np.diff(np.append(starts, len(values)))
    return np.add.reduceat(values, starts) / sizes
