"""A network that looks at the plane: every neuron is a live map of its own activation over the plane. For a table there
is no plane to map, so its neurons are plain tiles, with the same names, biases and links.

The input column shows the features, each on its own scale; a hidden layer shares one scale, printed above it where it
is not ±1; the output shows probabilities, for two classes orange at 0 and blue at 1, for more classes from the colour
of zero to blue. A layer without weights of its own is a column like the others, reached by thin lines.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage
from PySide6.QtWidgets import QGraphicsRectItem

from nnstudio.core.experiment.choices import Task
from nnstudio.core.network.model import Range
from nnstudio.core.run.frame import FloatArray, Frame, PlanePicture
from nnstudio.core.training.phases import Phase
from nnstudio.ui.stage import items
from nnstudio.ui.stage.atlas import robust_scale
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.theme import class_color, current
from nnstudio.ui.views.network.blame import blame_of, briefly, largest_of
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.views.network.diagram import Place
from nnstudio.ui.views.network.layout import Names, plane_columns, plane_width
from nnstudio.ui.views.network.links import FULL, Links
from nnstudio.ui.views.network.maps import MapTiles
from nnstudio.ui.views.network.overflow import show_more
from nnstudio.ui.views.network.pace import Pace
from nnstudio.ui.views.network.signs import signs_of
from nnstudio.ui.views.network.wave import as_links, phase_numbers
from nnstudio.ui.widgets.figures import decimal, short

_FINEST = 56
_WIDEST_INPUT, _WIDEST_OUTPUT = 84.0, 64.0
"""Of the names of inputs and outputs."""
_READ_EVERY = 0.06
"""Seconds between two readings of numbers while training runs at full speed."""
_DOT = 12.0
"""How much further from its tile the name of an output stands, behind the dot of its colour."""
_LABELLED = 30
"""Up to so many weights are printed beside their links, if the tiles are high enough."""
_LINE = 13.0
_WIDE = 64.0
"""From this width on a tile has room for six characters beside its bias."""


def counts(frame: Frame) -> tuple[int, ...]:
    """How many units each column has."""
    return frame.dataset.shape[0], *(layer.shape[0] for layer in frame.model.layers)


def minimum_width(frame: Frame, em: float) -> float:
    """The least width in which nothing clips or overlaps; `em` is the height of a line."""
    return plane_width(len(frame.model.layers) + 1, _names_width(frame), em)


def _names_width(frame: Frame) -> Names:
    """The room that the names beside the tiles need, left and right."""
    metrics, dataset = QFontMetricsF(text_font(13)), frame.dataset

    def widest(names: tuple[str, ...], most: float) -> float:
        return min(max(metrics.horizontalAdvance(name) for name in names), most)

    outputs = widest(dataset.output_names, _WIDEST_OUTPUT) + _DOT if dataset.outputs > 1 else 0.0
    return widest(dataset.input_names, _WIDEST_INPUT), outputs


class PlaneNetwork:
    """Columns of maps with links between them. `backward`: show gradients in place of activations and weights."""

    def __init__(self, place: Place, frame: Frame, em: float, backward: bool = False) -> None:
        self._parent, self._ratio, self._backward = place.parent, place.ratio, backward
        self.columns = plane_columns(place.area, counts(frame), place.firsts, _names_width(frame), em)
        self._tiles = [
            MapTiles(place.parent, column, place.ratio, not backward, 0 < index < len(self.columns) - 1, valued=True)
            for index, column in enumerate(self.columns)
        ]
        above, middle = place.area.top() - em / 2 - 2, Qt.AlignmentFlag.AlignHCenter
        self._scales = [
            items.Words(place.parent, QPointF(column.center, above), mono_font(11), current().dim, align=middle, z=6)
            for column in self.columns
        ]
        sizes = [len(a.tiles) * len(b.tiles) for a, b in pairwise(self.columns)]
        lines = [b.tiles[0].height() / len(a.tiles) for a, b in pairwise(self.columns)]
        self._labelled = sum(sizes) <= _LABELLED and min(lines, default=0) >= _LINE * em / 16
        self._pace = Pace(_READ_EVERY)
        self._links = Links(place.parent, self.columns, place.ratio, fanned=self._labelled)
        self._labels: dict[LinkSpot, tuple[QGraphicsRectItem, items.Words]] = {}
        self._inputs: FloatArray | None = None
        self._frame = frame
        self._name(frame)
        for column in self.columns:
            show_more(place.parent, column)

    def show(self, frame: Frame, looked_at: Spot | LinkSpot | None) -> None:
        """Show this frame, with an eye on one unit or link."""
        self._frame, read = frame, self._pace.due(frame)
        if self._backward:
            if read:  # of each mini-batch it is another one: at sixty a second nobody could follow them
                self._show_backward(frame, looked_at)
            return
        if isinstance(frame.picture, PlanePicture):
            self._show_maps(frame, frame.picture, read)
        for tiles in self._tiles:
            if not tiles.shows:
                tiles.show_nothing()
        numbers = phase_numbers(frame)
        weights = [layer.weights for layer in frame.model.layers]
        self._links.show_weights(weights if numbers is None else as_links(numbers), looked_at)
        self._links.emphasise(*self._looked_at(frame, looked_at))
        if read:
            self._write(frame, numbers)

    def _show_backward(self, frame: Frame, looked_at: Spot | LinkSpot | None) -> None:
        """Gradients: each column of tiles on a scale of its own, all links on one, the largest as wide as |w| = 5."""
        blame, layers = blame_of(frame), frame.model.layers
        for index, (tiles, values) in enumerate(zip(self._tiles, blame.tiles, strict=True)):
            if values is None:
                tiles.show_absent()
                self._scales[index].say("")
            else:
                scale = largest_of(values)
                tiles.show_maps(values.reshape(len(values), 1, -1), scale)
                self._scales[index].say(f"±{decimal(scale, 2)}" if scale else "0")
        scale = FULL / (blame.largest or 1.0)
        links = [
            None if layer.weights is None else np.zeros_like(layer.weights) if matrix is None else matrix * scale
            for layer, matrix in zip(layers, blame.links, strict=True)
        ]
        self._links.show_weights(links, looked_at)
        spot, _ = self._looked_at(frame, looked_at)
        matrix = links[spot.column - 1] if spot is not None else None
        self._links.emphasise(spot, 1.0 if spot is None or matrix is None else float(matrix[spot.source, spot.unit]))
        for tiles, layer, biases, values in zip(self._tiles[1:], layers, blame.biases, blame.tiles[1:], strict=True):
            if layer.biases is not None:
                tiles.show_biases(np.zeros_like(layer.biases) if biases is None else biases * scale)
            tiles.show_signs(signs_of(layer, frame))
            tiles.show_values(values if values is not None and values.ndim == 1 else None, self._briefly)
        if self._labelled:
            missing = (None if layer.weights is None else np.full_like(layer.weights, np.nan) for layer in layers)
            found = zip(blame.links, missing, strict=True)
            self._label([empty if matrix is None else matrix for matrix, empty in found], self._briefly)

    def _briefly(self, gradient: float) -> str:
        return briefly(gradient, 6 if self.columns[-1].tiles[0].width() >= _WIDE else 5)

    def _write(self, frame: Frame, numbers: list[FloatArray | None] | None) -> None:
        """What is read and not watched: biases, signs, numbers."""
        layers, example = frame.model.layers, frame.example
        for tiles, layer in zip(self._tiles[1:], layers, strict=True):
            if layer.biases is not None:
                tiles.show_biases(layer.biases)
            tiles.show_signs(signs_of(layer, frame))
        if self._labelled:
            sign = "" if numbers is None else "∂" if frame.phase is Phase.BACKWARD else "Δ"
            written = (lambda number: f"{sign} {decimal(number, 2)}") if sign else short
            self._label(numbers or [layer.weights for layer in layers], written)
        answers = (
            (None,) * len(self._tiles) if example is None else (example.inputs, *example.activations, example.answer)
        )
        for tiles, values in zip(self._tiles, answers, strict=False):
            tiles.show_values(values)

    def _show_maps(self, frame: Frame, picture: PlanePicture, read: bool) -> None:
        """`read`: there is time to read what is written."""
        layers, output = frame.model.layers, picture.output
        if picture.inputs is not None and picture.inputs is not self._inputs:
            self._inputs = picture.inputs
            ranges = np.abs(picture.inputs).max(axis=(1, 2))
            self._tiles[0].show_maps(picture.inputs, ranges)
        for index, (tiles, values) in enumerate(zip(self._tiles[1:-1], picture.neurons or (), strict=False), start=1):
            bounds = layers[index - 1].range
            scale = robust_scale(values, bounds)
            tiles.show_maps(values, scale)
            if read:
                self._say_scale(index, scale, bounds)
        if output is not None:
            step = -(-output.shape[-1] // _FINEST)
            coarse = output[:, ::step, ::step]
            if frame.dataset.task is Task.BINARY:
                self._tiles[-1].show_maps(2 * coarse - 1, 1.0)
            else:
                scale = robust_scale(coarse, layers[-1].range)
                self._tiles[-1].show_maps(coarse, scale)
                if read:
                    self._say_scale(len(layers), scale, layers[-1].range)

    def _say_scale(self, index: int, scale: float, bounds: Range) -> None:
        """The scale of a column, where it is not the one that the legend shows."""
        whole = bounds.low == 0 and bounds.high is not None
        text = f"0 … {bounds.high:g}" if whole else f"{'0 … ' if bounds.low == 0 else '±'}{decimal(scale, 2)}"
        self._scales[index].say("" if text in ("±1", "±1.0") else text)

    def _looked_at(self, frame: Frame, looked_at: Spot | LinkSpot | None) -> tuple[LinkSpot | None, float]:
        """The link that it is, or by which alone something reaches it, with its weight."""
        if looked_at is None or looked_at.column == 0:
            return None, 1.0
        weights = frame.model.layers[looked_at.column - 1].weights
        if isinstance(looked_at, LinkSpot):
            return (None, 1.0) if weights is None else (looked_at, float(weights[looked_at.source, looked_at.unit]))
        return (LinkSpot(looked_at.column, looked_at.unit, looked_at.unit) if weights is None else None), 1.0

    def link_at(self, point: QPointF) -> LinkSpot | None:
        """The link at a point."""
        for gap, (a, b) in enumerate(pairwise(self.columns)):
            weights = self._frame.model.layers[gap].weights
            if weights is not None and a.right < point.x() < b.left:
                return self._links.nearest(gap, weights, point)
        return None

    def picture(self, spot: Spot) -> QImage | None:
        """A unit's map, to be enlarged; None where there are none."""
        if self._backward or not isinstance(self._frame.picture, PlanePicture):
            return None
        return self._tiles[spot.column].at(spot.unit - self.columns[spot.column].first)

    # What is written.

    def _name(self, frame: Frame) -> None:
        """x₁, x₂ … left of the inputs; right of several outputs the classes, each with its colour."""
        dataset, theme, font = frame.dataset, current(), text_font(13)
        metrics = QFontMetricsF(font)
        elide = Qt.TextElideMode.ElideMiddle  # of island = Dream the end says which
        first, last = self.columns[0], self.columns[-1]
        for place, tile in enumerate(first.tiles):
            name = metrics.elidedText(dataset.input_names[first.first + place], elide, _WIDEST_INPUT)
            at = QPointF(tile.left() - 8, tile.center().y())
            items.Words(self._parent, at, font, theme.text, name, Qt.AlignmentFlag.AlignRight, 6)
        if last.count == 1:
            return
        for place, tile in enumerate(last.tiles):
            label, middle = last.first + place, tile.center().y()
            dot = items.path(self._parent, brush=class_color(label, last.count), z=6)
            dot.setPath(items.rounded(QRectF(tile.right() + 8, middle - 4, 8, 8), 4))
            name = metrics.elidedText(dataset.output_names[label], elide, _WIDEST_OUTPUT)
            items.Words(self._parent, QPointF(tile.right() + 20, middle), font, theme.dim, name, z=6)

    def _label(self, matrices: Sequence[FloatArray | None], write: Callable[[float], str]) -> None:
        """Each weight as a number, before its link reaches the tile; or what a phase or its gradient is."""
        for gap, (a, b) in enumerate(pairwise(self.columns)):
            numbers = matrices[gap]
            if numbers is None:
                continue
            for source in range(a.first, a.last):
                for unit in range(b.first, b.last):
                    spot = LinkSpot(gap + 1, source, unit)
                    if spot not in self._labels:
                        self._labels[spot] = self._new_label(gap, source - a.first, unit - b.first)
                    ground, words = self._labels[spot]
                    text = write(float(numbers[source, unit]))
                    if text != words.text:
                        words.say(text)
                        ground.setRect(words.box.adjusted(-2, 2, 2, -2))

    def _new_label(self, gap: int, source: int, unit: int) -> tuple[QGraphicsRectItem, items.Words]:
        _, end = self._links.end_points(gap, source, unit)
        ground = items.rectangle(self._parent, QRectF(), QColor(current().card), z=1.8)
        at = QPointF(end.x() - 8, end.y())
        words = items.Words(self._parent, at, mono_font(12), current().text, "", Qt.AlignmentFlag.AlignRight, z=1.9)
        return ground, words
