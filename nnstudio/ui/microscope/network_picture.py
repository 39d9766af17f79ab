"""The network around an unfolded unit: a column of squares for each layer, links between them, room for the card.

What has not been computed yet is dashed and says so; it is not 0. The links of the unfolded unit are drawn in the
colour of their weight, those of all others pale.
"""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainterPath, QPen, QPixmap

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.trace.names import Names
from nnstudio.core.trace.quantity import Place, Quantity, place_of
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.training.phases import Phase
from nnstudio.ui import theme
from nnstudio.ui.microscope.sheet import activation_of, number
from nnstudio.ui.microscope.walk import Walk
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.stylesheet import mix

MOST = 10
"""Of a layer at most so many units are drawn: those about the unfolded one."""
_TILE, _TOP, _BOTTOM = 32.0, 44.0, 14.0
_CARD = 716.0, 268.0
_COLUMN = 116.0
_WIDE = 6.0
_IMAGE = 96.0


@dataclass(frozen=True, slots=True)
class Tile:
    """A unit as it is drawn; layer −1 are the inputs."""

    layer: int
    unit: int
    box: QRectF


class NetworkPicture(Stage):
    """Shows a trace at the stop of a walk; `card` is where the card of the unfolded unit has its room."""

    chosen = Signal(int, int)  # layer, unit

    def __init__(self) -> None:
        super().__init__(
            "Network under the microscope",
            "A square is a unit and its value, a line a weight. Click a unit to unfold its arithmetic.",
            "<b>One example in the network</b><p>Forward, values go from left to right through the links; backward, "
            "the error comes back through the same links.</p><p><b>Example:</b> a thick blue line is a weight of 5 or "
            "more: an input of 1 pushes the unit up by that.</p><p><b>Source:</b> Rumelhart, Hinton, Williams: "
            "Learning representations by back-propagating errors, 1986.</p>",
        )
        self._trace: Trace | None = None
        self._walked: Walk | None = None
        self._tiles: list[Tile] = []
        self._lit: Place | None = None
        self.card = QRectF()
        self.wanted = _CARD[1]
        """How high the card would like to be."""

    def show_trace(self, trace: Trace, walk: Walk) -> None:
        """This one, at this stop, from now on."""
        self._trace, self._walked = trace, walk
        self.arrange()

    def light(self, place: Place | None) -> None:
        """Light where this number is; None for nothing."""
        if place != self._lit:
            self._lit = place
            self.arrange()

    # ------------------------------------------------------------------------------------------------------------------

    def arrange(self) -> None:
        self.clear()
        self._tiles = []
        trace, walk = self._trace, self._walked
        if trace is None or walk is None:
            return
        unfolded = walk.stop.layer if walk.stop.unit is not None else None
        if walk.stop.phase is Phase.LOSS:
            unfolded = len(trace.layers)
        centres = self._centres(len(trace.layers), unfolded)
        names = Names(trace.layers)
        self._column(-1, trace.inputs, "Input", centres[0])
        for place, layer in enumerate(trace.layers):
            kind = activation_of(layer)
            title = f"{layer.name} · {kind.phrase}" if kind.value != "linear" else layer.name
            self._column(place, layer.a, title, centres[place + 1], walk.stop.unit if unfolded == place else None)
        self._loss(trace, walk, centres[-1])
        self._links(trace, walk)
        for tile in self._tiles:
            self._unit(tile, trace, walk, names)

    def _centres(self, layers: int, unfolded: int | None) -> list[float]:
        """The middles of the columns: the inputs, each layer, the loss; the unfolded one takes the room of the card."""
        count, width = layers + 2, float(self.width())
        card = min(_CARD[0], width - (count - 1) * 74.0) if unfolded is not None else 0.0
        other = (width - card) / (count - 1 if unfolded is not None else count)
        centres: list[float] = []
        x = 0.0
        for place in range(count):
            room = card if unfolded is not None and place == unfolded + 1 else other
            centres.append(x + room / 2)
            if unfolded is not None and place == unfolded + 1:
                height = min(self.wanted, self.height() - _TOP - 2 * (_TILE + 14) - _BOTTOM)
                height = min(max(height, 240.0), self.height() - _TOP - _BOTTOM)
                middle = (_TOP + self.height() - _BOTTOM) / 2
                self.card = QRectF(x + 4, middle - height / 2, room - 8, height)
            x += room
        if unfolded is None:
            self.card = QRectF()
        return centres

    def _column(self, layer: int, values: np.ndarray, title: str, x: float, unfolded: int | None = None) -> None:
        colors = theme.current()
        here = self._walked is not None and self._walked.stop.layer == layer
        shade = colors.accent if here else colors.text
        across = Qt.AlignmentFlag.AlignHCenter
        items.Words(self.root, QPointF(x, 14), text_font(12.5, bold=True), shade, title, across)
        units = len(values)
        top, bottom = _TOP, self.height() - _BOTTOM
        if layer < 0 and values.ndim == 3:
            self._image(values, x)
            return
        if unfolded is None:
            shown = range(min(units, MOST))
            step = min((bottom - top) / max(len(shown), 1), 92.0)
            first = (top + bottom) / 2 - step * (len(shown) - 1) / 2
            for row, unit in enumerate(shown):
                self._tile(layer, unit, x, first + row * step)
            if units > len(shown):
                rest = f"+ {units - len(shown)} more"
                items.Words(self.root, QPointF(x, bottom + 4), text_font(11), colors.dim, rest, across)
            return
        above, below = range(unfolded), range(unfolded + 1, units)
        self._aside(layer, above, x, top + _TILE / 2, self.card.top() - _TILE / 2 - 8, from_the_end=True)
        self._aside(layer, below, x, self.card.bottom() + _TILE / 2 + 8, bottom - _TILE / 2)
        self._tiles.append(Tile(layer, unfolded, self.card))

    def _image(self, pixels: np.ndarray, x: float) -> None:
        """Images come in as they are: the mean of their channels, from the darkest value to the lightest."""
        flat = pixels.mean(axis=0)
        low, high = float(flat.min()), float(flat.max())
        shades = np.ascontiguousarray((flat - low) * (255 / max(high - low, 1e-12)), np.uint8)
        height, width = shades.shape
        image = QImage(shades.tobytes(), width, height, width, QImage.Format.Format_Grayscale8)
        side = round(min(_IMAGE, 0.9 * x * 2))
        item = items.pixmap(self.root, QPointF(x - side / 2, (_TOP + self.height() - _BOTTOM - side) / 2), z=3)
        item.setPixmap(QPixmap.fromImage(image.scaled(side, side)))

    def _aside(self, layer: int, units: range, x: float, first: float, last: float, from_the_end: bool = False) -> None:
        """The units above or below the card, side by side where they are several."""
        shown = list(units[-3:] if from_the_end else units[:3])
        y = last if from_the_end else first
        spread = min(170.0, self.card.width() / max(len(shown), 1))
        for place, unit in enumerate(shown):
            self._tile(
                layer, unit, x + (place - (len(shown) - 1) / 2) * spread, (first + last) / 2 if last > first else y
            )
        if len(units) > len(shown):
            at = QPointF(self.card.right() - 4, y)
            rest = f"+ {len(units) - len(shown)} more"
            items.Words(self.root, at, text_font(11), theme.current().dim, rest, Qt.AlignmentFlag.AlignRight)

    def _tile(self, layer: int, unit: int, x: float, y: float) -> None:
        self._tiles.append(Tile(layer, unit, QRectF(x - _TILE / 2, y - _TILE / 2, _TILE, _TILE)))

    def _unit(self, tile: Tile, trace: Trace, walk: Walk, names: Names) -> None:
        if tile.box is self.card:
            return
        colors = theme.current()
        values = trace.inputs if tile.layer < 0 else trace.layers[tile.layer].a
        if tile.layer + 1 == len(trace.layers):
            values = trace.p  # what the network answers, behind the last sum
        value = float(np.asarray(values)[tile.unit].mean())
        known = tile.layer < 0 or walk.worked_out(Phase.FORWARD, tile.layer, tile.unit)
        lit = self._lit is not None and self._is(tile, trace, self._lit)
        shape = items.rounded(tile.box, 6)
        edge = QPen(QColor(colors.accent if lit else colors.line), 2 if lit else 1)
        if known:
            reach = max(float(np.abs(values).max()), 1e-12)
            shade = mix(colors.zero, colors.positive if value > 0 else colors.negative, min(abs(value) / reach, 1.0))
            items.path(self.root, edge, QColor(shade), z=3).setPath(shape)
        else:
            dashed = QPen(QColor(colors.dim), 1, Qt.PenStyle.DashLine)
            items.path(self.root, dashed, QColor(colors.card), z=3).setPath(shape)
        self._write(tile, value, known, trace, walk, names)

    def _write(self, tile: Tile, value: float, known: bool, trace: Trace, walk: Walk, names: Names) -> None:
        """The name of a unit and its numbers: of inputs and outputs above and below it, out of the way of the links."""
        colors, align = theme.current(), Qt.AlignmentFlag
        a = number(value) if known else "–"
        font, shade = mono_font(11), colors.text if known else colors.dim
        middle = tile.box.center()
        if tile.layer < 0:
            at = QPointF(middle.x(), tile.box.bottom() + 11)
            items.Words(self.root, at, font, shade, f"{_input(tile.unit)} {a}", align.AlignHCenter, z=4)
            return
        layer = trace.layers[tile.layer]
        name = names.unit(layer.key, (tile.unit,))
        lines = [(font, shade, a)]
        if walk.stop.phase in (Phase.BACKWARD, Phase.UPDATE):
            done = walk.worked_out(Phase.BACKWARD, tile.layer, tile.unit)
            error = number(float(np.asarray(layer.dz)[tile.unit].sum())) if done else "–"
            lines.append((mono_font(11), colors.dim, f"◀ {error}"))
        if tile.layer + 1 == len(trace.layers):
            lines[0] = (font, shade, f"{name} {a}")
        else:
            left = QPointF(tile.box.left() - 5, middle.y())
            items.Words(self.root, left, text_font(12), colors.text, name, align.AlignRight, z=4)
        for row, (face, color, text) in enumerate(lines):
            at = QPointF(tile.box.right() + 6, middle.y() - 8 + 16 * row)
            items.Words(self.root, at, face, color, text, z=4)

    def _loss(self, trace: Trace, walk: Walk, x: float) -> None:
        colors, across = theme.current(), Qt.AlignmentFlag.AlignHCenter
        items.Words(self.root, QPointF(x, 14), text_font(12.5, bold=True), colors.text, "Loss", across)
        if walk.stop.phase is Phase.LOSS:
            return
        known = walk.worked_out(Phase.LOSS)
        box = QRectF(x - 36, (_TOP + self.height() - _BOTTOM) / 2 - 20, 72, 40)
        pen = items.NO_PEN if known else QPen(QColor(colors.dim), 1, Qt.PenStyle.DashLine)
        items.path(self.root, pen, QColor(colors.field if known else colors.card)).setPath(items.rounded(box, 7))
        text = number(trace.terms.loss) if known else "–"
        items.Words(self.root, box.center(), mono_font(13), colors.text, text, across, z=4)
        caption = trace.terms.formula if len(trace.terms.formula) < 12 else "of this example"
        below = QPointF(x, box.bottom() + 12)
        items.Words(self.root, below, text_font(11), colors.dim, caption if known else "not computed yet", across)

    # Links ------------------------------------------------------------------------------------------------------------

    def _links(self, trace: Trace, walk: Walk) -> None:
        unfolded = (walk.stop.layer, walk.stop.unit) if walk.stop.unit is not None else None
        for layer, traced in enumerate(trace.layers):
            if not isinstance(traced.spec, DenseSpec):
                continue
            ends = [tile for tile in self._tiles if tile.layer == layer]
            starts = [tile for tile in self._tiles if tile.layer == layer - 1]
            for end in ends:
                for start in starts:
                    used = unfolded in ((layer, end.unit), (layer - 1, start.unit))
                    self._link(traced, start, end, used)

    def _link(self, layer: TracedLayer, start: Tile, end: Tile, used: bool) -> None:
        source = layer.x.shape
        rows = [start.unit] if len(source) == 1 else []
        if not rows:
            return
        weight = float(layer.arrays["weight"][rows[0], end.unit])
        colors = theme.current()
        place = self._lit
        lit = (
            place is not None
            and place.array == "weight"
            and place.layer == layer.key
            and place.at == (rows[0], end.unit)
        )
        shade = colors.positive if weight >= 0 else colors.negative
        color = QColor(colors.accent) if lit else QColor(mix(colors.card, shade, 1.0 if used else 0.3))
        width = 0.8 + min(abs(weight), 5.0) / 5.0 * _WIDE
        a = QPointF(start.box.right(), self._dock(start, end))
        b = QPointF(end.box.left(), self._dock(end, start))
        half = (b.x() - a.x()) / 2
        path = QPainterPath(a)
        path.cubicTo(a + QPointF(half, 0), b - QPointF(half, 0), b)
        pen = QPen(color, width + (3 if lit else 0))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        items.path(self.root, pen, z=2 if lit else 1 if used else 0).setPath(path)

    def _dock(self, tile: Tile, other: Tile) -> float:
        """The height at which a link meets a unit: of the card in the order of the units at the other end."""
        if tile.box is not self.card:
            return tile.box.center().y()
        others = sorted({each.unit for each in self._tiles if each.layer == other.layer})
        share = (others.index(other.unit) + 1) / (len(others) + 1)
        return self.card.top() + 0.45 * self.card.height() + share * 0.5 * self.card.height()

    def _is(self, tile: Tile, trace: Trace, place: Place) -> bool:
        """Whether this number is the value, or the error, of this unit."""
        if tile.layer < 0:
            return place.quantity is Quantity.X and place.layer == trace.layers[0].key and place.at[:1] == (tile.unit,)
        layer = trace.layers[tile.layer]
        if place.quantity is Quantity.X and tile.layer + 1 < len(trace.layers):
            following = trace.layers[tile.layer + 1]
            if place.layer == following.key and len(place.at) == following.x.ndim:
                flat = int(np.ravel_multi_index(place.at, following.x.shape))
                return place_of(flat, layer.z.shape)[:1] == (tile.unit,)
        own = place.quantity in (Quantity.A, Quantity.Z, Quantity.DZ, Quantity.DA)
        return own and place.layer == layer.key and place.at[:1] == (tile.unit,)

    # ------------------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for tile in self._tiles:
            if (
                tile.layer >= 0
                and tile.box is not self.card
                and tile.box.adjusted(-6, -6, 6, 6).contains(event.position())
            ):
                self.chosen.emit(tile.layer, tile.unit)
                return

    def tile(self, layer: int, unit: int) -> QRectF | None:
        """Where a unit is drawn."""
        return next((tile.box for tile in self._tiles if (tile.layer, tile.unit) == (layer, unit)), None)

    def summary(self) -> str:
        walk = self._walked
        return f"{walk.stop.phase.label}" if walk is not None else ""

    def sizeHint(self) -> QSize:
        return QSize(1100, 444)

    def minimumSizeHint(self) -> QSize:
        return QSize(620, 330)


def _input(unit: int) -> str:
    return f"x{''.join('₀₁₂₃₄₅₆₇₈₉'[int(digit)] for digit in str(unit + 1))}"
