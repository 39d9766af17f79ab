"""The network around an unfolded unit: a column of squares for each layer, links between them, room for the card.

What has not been computed yet is dashed and says so; it is not 0. The links of the unfolded unit are drawn in the
colour of their weight and end at the row that calculates with them; those of all others are pale.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPen, QPixmap

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.trace.names import Names, input_name
from nnstudio.core.trace.quantity import Place, Quantity, place_of
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.phases import Phase
from nnstudio.ui import theme
from nnstudio.ui.microscope.batch_strip import STRIP_WIDTH, BatchValues
from nnstudio.ui.microscope.check.checking import Checking
from nnstudio.ui.microscope.columns import BOTTOM, TOP, Column, Columns, Tile
from nnstudio.ui.microscope.line_row import LineRow
from nnstudio.ui.microscope.links import Link, Links
from nnstudio.ui.microscope.sheet import number
from nnstudio.ui.microscope.walk import Walk
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.stylesheet import mix

STRONGEST = 8
"""Of a long sum the links of so many terms are drawn."""
_IMAGE = 96.0
_TITLE = 14.0

Docks = Mapping[tuple[int, int], float]
"""The heights at which links of the unfolded unit end, by the layer and the unit at their other end."""


class NetworkPicture(Stage):
    """Shows a trace at the stop of a walk; `card` is where the card of the unfolded unit has its room."""

    chosen = Signal(int, int)  # layer, unit
    pointed = Signal(object)  # Place | None
    weight_chosen = Signal(object)  # Place
    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__(
            "Network under the microscope",
            "A square is a unit and its value, a line a weight. Click a unit to unfold its arithmetic, a line for its "
            "weight; double click the line to nudge it.",
            "<b>One example in the network</b><p>Forward, values go from left to right through the links; backward, "
            "the error comes back through the same links.</p><p><b>Example:</b> a thick blue line is a weight of 5 or "
            "more: an input of 1 pushes the unit up by that.</p><p><b>Source:</b> Rumelhart, Hinton, Williams: "
            "Learning representations by back-propagating errors, 1986.</p>",
        )
        self._trace: Trace | None = None
        self._said = ""
        self._pixels: tuple[np.ndarray, int, QPixmap] | None = None
        self._walked: Walk | None = None
        self._columns: Columns | None = None
        self._links: Links | None = None
        self._docks: Docks = {}
        self._lit: Place | None = None
        self.checking: Checking | None = None
        """Which numbers have to stay hidden, as a learner has still to find them."""
        self._batch: BatchValues | None = None
        """The mini-batch, whose means are shown; None for one example."""
        self.wanted = 268.0
        """How high the card would like to be."""

    @property
    def card(self) -> QRectF:
        """Where the card of the unfolded unit lies."""
        return QRectF() if self._columns is None else self._columns.card

    def lay_out(self, trace: Trace, walk: Walk, folded: bool, batch: bool = False) -> QRectF:
        """This trace at this stop from now on, its unit unfolded or not, or the means of its mini-batch; returns where
        the card lies. Then `dock` draws it."""
        self._trace, self._walked = trace, walk
        self._batch = BatchValues(trace) if batch else None
        shown, counts = self._shown(trace, walk)
        stop = walk.stop
        unfolded = (len(trace.layers), None) if stop.phase is Phase.LOSS else None
        if stop.layer is not None and stop.unit is not None:
            unfolded = stop.layer, stop.unit
        unfolded = None if folded else unfolded
        self._columns = Columns(QSizeF(self.size()), shown, counts, unfolded, self.wanted)
        return self._columns.card

    def say(self, sentence: str) -> None:
        """This in place of a network."""
        self._trace, self._said = None, sentence
        self.arrange()

    def docks_of(self, rows: Sequence[LineRow]) -> Docks:
        """The heights of a card's rows at which links end: those that calculate with what is at their other end."""
        docks: dict[tuple[int, int], float] = {}
        here = self._walked.stop.layer if self._walked is not None else None
        for row in rows:
            for place in row.places:
                unit = self.unit_of(place)
                if unit is not None and unit[0] != here:
                    docks.setdefault(unit, row.mapTo(self, row.rect().center()).y())
        return docks

    def dock(self, docks: Docks) -> None:
        """Draw it, with the links of the unfolded unit ending at these heights."""
        self._docks = docks
        self.arrange()

    def light(self, place: Place | None) -> None:
        """Light where this number is; None for nothing."""
        if place != self._lit:
            self._lit = place
            self.arrange()

    def unit_of(self, place: Place) -> tuple[int, int] | None:
        """The layer, counted from the first, −1 for the inputs, and the unit whose value or error this number is."""
        trace = self._trace
        if trace is None or place.array:
            return None
        keys = [layer.key for layer in trace.layers]
        if place.layer not in keys or not place.at:
            return None
        layer = keys.index(place.layer)
        if place.quantity in (Quantity.A, Quantity.Z, Quantity.DZ, Quantity.DA, Quantity.SLOPE):
            return layer, place.at[0]
        if place.quantity not in (Quantity.X, Quantity.DX):
            return None
        if layer == 0:
            return -1, place.at[0]
        flat = int(np.ravel_multi_index(place.at, trace.layers[layer].x.shape))
        return layer - 1, place_of(flat, trace.layers[layer - 1].z.shape)[0]

    # What is shown ----------------------------------------------------------------------------------------------------

    def _shown(self, trace: Trace, walk: Walk) -> tuple[list[Sequence[int]], list[int]]:
        """Of each column the units that are drawn, and how many it has: beside the unfolded unit those to which its
        strongest links lead, elsewhere the first."""
        most, stop = Columns.most(self.height()), walk.stop
        counts = [len(trace.inputs), *(len(layer.a) for layer in trace.layers)]
        shown: list[Sequence[int]] = []
        for place, count in enumerate(counts):
            units: Sequence[int] = range(min(count, most))
            if count > most and stop.layer is not None and stop.unit is not None:
                strengths = self._strengths(trace, place - 1, stop.layer, stop.unit)
                if strengths is not None:
                    units = sorted(np.argsort(-strengths, kind="stable")[: min(STRONGEST, most)].tolist())
            shown.append(units)
        return shown, counts

    def _strengths(self, trace: Trace, layer: int, unfolded: int, unit: int) -> np.ndarray | None:
        """How much each unit of a layer counts for the unfolded one: what it brings, or the error that comes back."""
        before, behind = trace.layers[unfolded], trace.layers[min(unfolded + 1, len(trace.layers) - 1)]
        if layer == unfolded - 1 and isinstance(before.spec, DenseSpec) and before.x.ndim == 1:
            return np.abs(before.x * before.arrays["weight"][:, unit])
        if layer == unfolded + 1 and isinstance(behind.spec, DenseSpec) and behind.x.ndim == 1:
            return np.abs(behind.arrays["weight"][unit] * behind.dz)
        return None

    # Drawing ----------------------------------------------------------------------------------------------------------

    def arrange(self) -> None:
        root, trace, walk, columns = self.clear(), self._trace, self._walked, self._columns
        if trace is None or walk is None or columns is None:
            across = Qt.AlignmentFlag.AlignHCenter
            items.Words(root, self.area.center(), text_font(12), theme.current().dim, self._said, across)
            return
        names = Names(trace.layers)
        for column in columns.columns:
            self._title(column, columns.columns, trace, walk)
        if trace.inputs.ndim == 3:
            pixels = self._batch.inputs if self._batch and self._batch.ready else trace.inputs
            self._image(pixels, columns.columns[0].middle)
        self._loss(trace, walk, columns.columns[-1])
        self._links = Links(trace, walk.stop, columns, self._docks)
        self._links.draw(root, self._lit, names)
        for column in columns.columns:
            for tile in column.tiles:
                if tile.box is not columns.card and not (tile.layer < 0 and trace.inputs.ndim == 3):
                    self._unit(tile, trace, walk, names, column)
            if column.left_out > 0 and not (column.layer < 0 and trace.inputs.ndim == 3):
                at, across = QPointF(column.middle, column.below), Qt.AlignmentFlag.AlignHCenter
                more = f"+ {column.left_out}" if column.slim else f"+ {column.left_out} more"
                items.Words(root, at, text_font(11), theme.current().dim, more, across, z=4)

    def _title(self, column: Column, columns: Sequence[Column], trace: Trace, walk: Walk) -> None:
        colors, across = theme.current(), Qt.AlignmentFlag.AlignHCenter
        font = text_font(12.5, bold=True)
        title, short = "Input", "Input"
        if column.layer == len(trace.layers):
            title = short = "Loss"
        elif column.layer >= 0:
            layer = trace.layers[column.layer]
            kind, short = layer.activation, layer.name
            title = f"{short} · {kind.phrase}" if kind.value != "linear" else short
        here = walk.stop.layer == column.layer
        shade = colors.accent if here else colors.text
        words = items.Words(self.root, QPointF(column.middle, _TITLE), font, shade, title, across)
        beside = [abs(other.middle - column.middle) for other in columns if other is not column]
        room = min(*beside, 2 * column.middle, 2 * (self.width() - column.middle)) - 4
        if words.box.width() > room:
            word, _, last = short.rpartition(" ")
            fits = QFontMetricsF(font).horizontalAdvance(short) <= room
            words.say(short if fits else word[0] + last if word else last[:3])  # such as D3, or Out

    def _image(self, pixels: np.ndarray, x: float) -> None:
        """Images come in as they are: the mean of their channels, from the darkest value to the lightest."""
        side = round(min(_IMAGE, 0.9 * x * 2))
        if self._pixels is None or self._pixels[0] is not pixels or self._pixels[1] != side:
            self._pixels = pixels, side, _picture_of(pixels, side)
        picture = self._pixels[2]
        corner = QPointF(x - picture.width() / 2, (TOP + self.height() - BOTTOM - picture.height()) / 2)
        items.pixmap(self.root, corner, z=3).setPixmap(picture)

    def _unit(self, tile: Tile, trace: Trace, walk: Walk, names: Names, column: Column) -> None:
        colors = theme.current()
        values = trace.inputs if tile.layer < 0 else trace.layers[tile.layer].a
        if tile.layer + 1 == len(trace.layers):
            values = trace.p  # what the network answers, behind the last sum
        value, reach = float(np.asarray(values)[tile.unit].mean()), float(np.abs(values).max())
        known = tile.layer < 0 or walk.worked_out(Phase.FORWARD, tile.layer, tile.unit)
        known = known and not self._hides(self._answer_of(tile, trace))
        if self._batch is not None and (known := known and self._batch.ready):
            value, reach = self._batch.mean(tile.layer, tile.unit), self._batch.reach(tile.layer)
        lit = self._lit is not None and self.unit_of(self._lit) == (tile.layer, tile.unit)
        shape = items.rounded(tile.box, 6)
        edge = QPen(QColor(colors.accent if lit else colors.line), 2 if lit else 1)
        if known:
            share = min(abs(value) / max(reach, 1e-12), 1.0)
            shade = mix(colors.zero, colors.positive if value > 0 else colors.negative, share)
            items.path(self.root, edge, QColor(shade), z=3).setPath(shape)
        else:
            dashed = QPen(QColor(colors.accent if lit else colors.dim), 1, Qt.PenStyle.DashLine)
            items.path(self.root, dashed, QColor(colors.card), z=3).setPath(shape)
        if not column.slim:
            self._write(tile, value, known, trace, walk, names, column.left - 4)

    def _write(
        self, tile: Tile, value: float, known: bool, trace: Trace, walk: Walk, names: Names, edge: float
    ) -> None:
        """The name of a unit and its numbers: of inputs and outputs above and below it, out of the way of the links; no
        name that would reach over the left edge of its column."""
        colors, align = theme.current(), Qt.AlignmentFlag
        answer = self._answer_of(tile, trace)
        narrow = tile.layer != walk.stop.layer  # the column of the unfolded unit has room for words
        still = "still to do" if self._hides(answer) and not narrow else "–"
        a = (self._by_the_learner(answer, narrow) or number(value)) if known else still
        font, shade = mono_font(11), colors.text if known else colors.dim
        middle = tile.box.center()
        if tile.layer < 0:
            at = QPointF(middle.x(), tile.box.bottom() + 11)
            items.Words(self.root, at, font, shade, f"{input_name(tile.unit)} {a}", align.AlignHCenter, z=4)
            self._strip(tile, QPointF(tile.box.left() - STRIP_WIDTH - 8, middle.y()), known)
            return
        layer = trace.layers[tile.layer]
        name = names.unit(layer.key, (tile.unit,))
        lines = [(font, shade, a)]
        if walk.stop.phase in (Phase.BACKWARD, Phase.UPDATE):
            done = walk.worked_out(Phase.BACKWARD, tile.layer, tile.unit)
            dz = self._batch.error if self._batch and self._batch.ready else lambda _, unit: float(layer.dz[unit].sum())
            error = number(dz(tile.layer, tile.unit)) if done and (self._batch is None or self._batch.ready) else "–"
            if self._hides(Place(Quantity.DZ, layer.key, (tile.unit,))):
                error = "–" if narrow else "still to do"
            lines.append((mono_font(11), colors.dim, f"◀ {error}"))
        if tile.layer + 1 == len(trace.layers):
            lines[0] = (font, shade, f"{name} {a}")
        else:
            left = QPointF(tile.box.left() - 5, middle.y())
            label = items.Words(self.root, left, text_font(12), colors.text, name, align.AlignRight, z=4)
            if label.box.left() < edge:
                label.say("")
            else:
                items.rectangle(self.root, label.box.adjusted(-2, 2, 2, -2), QColor(colors.card), z=3)
        for row, (face, color, text) in enumerate(lines):
            at = QPointF(tile.box.right() + 6, middle.y() - 9 + 18 * row)
            words = items.Words(self.root, at, face, color, text, z=4)
            items.rectangle(self.root, words.box.adjusted(-2, 2, 2, -2), QColor(colors.card), z=3)
            if not row:
                self._strip(tile, QPointF(words.box.right() + 8, at.y()), known)

    def _strip(self, tile: Tile, left: QPointF, known: bool) -> None:
        """Of a mini-batch a dot for each example."""
        if self._batch is not None and known and self._columns is not None:
            column = next(each for each in self._columns.columns if each.layer == tile.layer)
            room = min(column.middle + column.room / 2 - left.x(), STRIP_WIDTH)
            self._batch.draw(self.root, left, room, tile.layer, tile.unit)

    def _loss(self, trace: Trace, walk: Walk, column: Column) -> None:
        if walk.stop.phase is Phase.LOSS and not self.card.isEmpty():
            return
        colors, across = theme.current(), Qt.AlignmentFlag.AlignHCenter
        hidden = self._hides(Place(Quantity.LOSS, 0, ()))
        known = walk.worked_out(Phase.LOSS) and not hidden and (self._batch is None or self._batch.ready)
        x, width = column.middle, min(72.0, column.room - 8)
        box = QRectF(x - width / 2, (TOP + self.height() - BOTTOM) / 2 - 20, width, 40)
        pen = items.NO_PEN if known else QPen(QColor(colors.dim), 1, Qt.PenStyle.DashLine)
        items.path(self.root, pen, QColor(colors.field if known else colors.card)).setPath(items.rounded(box, 7))
        text = number(self._batch.loss if self._batch else trace.terms.loss) if known else "–"
        items.Words(self.root, box.center(), mono_font(13), colors.text, text, across, z=4)
        caption = trace.terms.written if len(trace.terms.written) < 12 else "of this example"
        caption = "mean of the batch" if self._batch else caption
        caption = caption if known else "still to do" if hidden else "not computed yet"
        below = QPointF(x, box.bottom() + 12)
        words = items.Words(self.root, below, text_font(11), colors.dim, caption, across)
        if words.box.width() > column.room:
            words.say("" if known else "not yet")

    # What a learner has still to find ---------------------------------------------------------------------------------

    def _answer_of(self, tile: Tile, trace: Trace) -> Place | None:
        """The number that stands beside a unit."""
        if tile.layer < 0:
            return None
        quantity = Quantity.P if tile.layer + 1 == len(trace.layers) else Quantity.A
        return Place(quantity, trace.layers[tile.layer].key, (tile.unit,))

    def _hides(self, place: Place | None) -> bool:
        return self.checking is not None and self.checking.hides(place)

    def _by_the_learner(self, place: Place | None, briefly: bool) -> str:
        """What was typed for this number, if it was right."""
        if place is None or self.checking is None or (step := self.checking.step(place)) is None:
            return ""
        attempt = self.checking.attempt(step.place)
        return f"{attempt.text.strip()} ✓{'' if briefly else ' by you'}" if attempt.right and not attempt.shown else ""

    # The mouse --------------------------------------------------------------------------------------------------------

    def tile_at(self, position: QPointF) -> Tile | None:
        """The unit under a point, unless it is unfolded."""
        for tile in self._columns.tiles if self._columns is not None else ():
            if tile.box is not self.card and tile.box.adjusted(-6, -6, 6, 6).contains(position):
                return tile
        return None

    def link_at(self, position: QPointF) -> Link | None:
        """The weight under a point."""
        return self._links.at(position) if self._links is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)
        super().leaveEvent(event)

    def _point(self, position: QPointF) -> None:
        tile, trace = self.tile_at(position), self._trace
        if trace is not None and tile is not None:
            key = trace.layers[max(tile.layer, 0)].key
            self.pointed.emit(Place(Quantity.X if tile.layer < 0 else Quantity.A, key, (tile.unit,)))
        else:
            link = self.link_at(position)
            self.pointed.emit(link.place if link is not None else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        elif (tile := self.tile_at(event.position())) is not None:
            if tile.layer >= 0:
                self.chosen.emit(tile.layer, tile.unit)
        elif (link := self.link_at(event.position())) is not None:
            self.weight_chosen.emit(link.place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Also on the card: what the first click was on may be gone or elsewhere by now."""
        self.double_clicked.emit()

    def tile(self, layer: int, unit: int) -> QRectF | None:
        """Where a unit is drawn."""
        tiles = self._columns.tiles if self._columns is not None else []
        return next((tile.box for tile in tiles if (tile.layer, tile.unit) == (layer, unit)), None)

    def summary(self) -> str:
        walk = self._walked
        if self._trace is None:
            return self._said
        return f"{walk.stop.phase.label}" if walk is not None else ""

    def sizeHint(self) -> QSize:
        return QSize(1100, 444)

    def minimumSizeHint(self) -> QSize:
        return QSize(620, 258)


def _picture_of(pixels: np.ndarray, side: int) -> QPixmap:
    """Channels (c, h, w) as one picture in grey, its longer side this long."""
    flat = pixels.mean(axis=0)
    low, high = float(flat.min()), float(flat.max())
    shades = np.ascontiguousarray((flat - low) * (255 / max(high - low, 1e-12)), np.uint8)
    height, width = shades.shape
    image = QImage(shades.tobytes(), width, height, width, QImage.Format.Format_Grayscale8)
    return QPixmap.fromImage(image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio))
