"""The gradient of a few weights: of this example, of the others of the mini-batch, and their mean, on one axis."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen

from nnstudio.core.array import Array
from nnstudio.core.trace.names import Names
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.phases import Phase
from nnstudio.ui import theme
from nnstudio.ui.microscope.batch_strip import dots_of
from nnstudio.ui.microscope.sheet import Sheets, number
from nnstudio.ui.microscope.walk import Walk
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stage.ticks import linear_ticks
from nnstudio.ui.widgets.figures import tick

_STRIPS = 3
_NAME, _NUMBERS, _MEAN = 46.0, 128.0, 64.0
"""Pixels, with normal text: of the names, of both numbers, and of the right one."""
_HEAD, _FOOT, _LEAST = 18.0, 20.0, 18.0
"""Above the strips, below them, and of the lowest one."""
_DOT = 4.0


class Strip:
    """A weight's gradients: its name, of this example (None for one that is not in the mini-batch), of each (n,)."""

    def __init__(self, name: str, own: float, of_each: Array, mean: float, row: int | None) -> None:
        self.name, self.own, self.mean = name, own, mean
        self.others = dots_of(of_each if row is None else np.delete(of_each, row))


class GradientPicture(Stage):
    """Hollow dots are the other examples, the filled one is this, the triangle below is what the optimizer gets."""

    def __init__(self) -> None:
        super().__init__(
            "Gradient: this example beside the batch",
            "Filled: this example. Hollow: the others of the mini-batch. Triangle: their mean, for the optimizer.",
            "<b>One example and the batch</b><p>Each example has a gradient of its own; the optimizer gets the mean, "
            "g = 1/n Σ ∂Lᵢ/∂w. What this example wants may be outweighed.</p><p><b>Example:</b> 0.3, −0.1 and −0.5 "
            "have a mean of −0.1: the weight grows although the first would have it shrink.</p>"
            "<p><b>Source:</b> Goodfellow, Bengio, Courville: Deep Learning, 2016, chapter 8.1.3.</p>",
        )
        self.strips: tuple[Strip, ...] = ()
        self._batch = False

    def show_strips(self, strips: tuple[Strip, ...], batch: bool = False) -> None:
        """These from now on; of the batch alone, without the example in hand."""
        self.strips, self._batch = strips, batch
        self.renew()

    def arrange(self) -> None:
        root, strips, colors, large = self.clear(), self._fitting(), theme.current(), theme.text_scale()
        if not strips:
            across = Qt.AlignmentFlag.AlignHCenter
            items.Words(root, self.area.center(), text_font(12), colors.dim, "not computed yet", across)
            return
        reach = (
            max(
                max(abs(s.mean if self._batch else s.own), abs(s.mean), float(np.abs(s.others).max(initial=0)))
                for s in strips
            )
            or 1.0
        )
        name, numbers, head = _NAME * large, _NUMBERS * large, _HEAD * large
        plot = QRectF(name, head, max(self.width() - name - numbers, 60.0), self.height() - head - _FOOT * large)
        scale = Scale(-reach * 1.1, reach * 1.1, plot.left(), plot.right())
        ticks = linear_ticks(scale.low, scale.high, 3)
        Axis(root, Qt.Edge.BottomEdge, tick).show(scale, ticks, plot, self.ratio)
        right, font = Qt.AlignmentFlag.AlignRight, text_font(11)
        if not self._batch:
            items.Words(root, QPointF(self.width() - _MEAN * large, 8 * large), font, colors.dim, "this", align=right)
        items.Words(root, QPointF(self.width() - 2, 8 * large), font, colors.dim, "mean", align=right)
        step = plot.height() / len(strips)
        for place, strip in enumerate(strips):
            self._strip(strip, plot.top() + (place + 0.45) * step, scale)

    def _fitting(self) -> tuple[Strip, ...]:
        """As many strips as there is height for: those whose mean is largest."""
        room = self.height() / theme.text_scale() - _HEAD - _FOOT
        largest = sorted(self.strips, key=lambda strip: -abs(strip.mean))[: max(int(room / _LEAST), 1)]
        return tuple(strip for strip in self.strips if strip in largest)

    def _strip(self, strip: Strip, y: float, scale: Scale) -> None:
        root, colors = self.root, theme.current()
        items.Words(root, QPointF(0, y), text_font(12), colors.text, strip.name)
        line = QPainterPath(QPointF(scale.start, y))
        line.lineTo(scale.end, y)
        items.path(root, QPen(QColor(colors.line), 1), z=-1).setPath(line)
        hollow = QPainterPath()
        for value in strip.others:
            hollow.addEllipse(QPointF(scale.at(float(value)), y), _DOT, _DOT)
        items.path(root, QPen(QColor(colors.dim), 1.3)).setPath(hollow)
        if not self._batch:
            own = QPainterPath()
            own.addEllipse(QPointF(scale.at(strip.own), y), _DOT + 1, _DOT + 1)
            items.path(root, items.NO_PEN, QColor(colors.accent), z=2).setPath(own)
        x = scale.at(strip.mean)
        mark = QPainterPath(QPointF(x, y + 5))
        mark.lineTo(x + 5, y + 13)
        mark.lineTo(x - 5, y + 13)
        mark.closeSubpath()
        items.path(root, items.NO_PEN, QColor(colors.text), z=2).setPath(mark)
        right, font = Qt.AlignmentFlag.AlignRight, mono_font(12)
        if not self._batch:
            own_at = QPointF(self.width() - _MEAN * theme.text_scale(), y)
            items.Words(root, own_at, font, colors.text, number(strip.own), right)
        items.Words(root, QPointF(self.width() - 2, y), font, colors.text, number(strip.mean), right)

    def table(self) -> Table | None:
        rows = [
            (s.name, s.own, s.mean, float(s.others.min(initial=s.own)), float(s.others.max(initial=s.own)))
            for s in self.strips
        ]
        heads = ("weight", "this example", "mean", "smallest of the others", "largest of the others")
        return Table("Gradient", heads, rows) if rows else None

    def summary(self) -> str:
        own = [f"this example {number(s.own)}, " if not self._batch else "" for s in self.strips]
        said = [f"{s.name}: {words}mean {number(s.mean)}" for s, words in zip(self.strips, own, strict=True)]
        return "; ".join(said) or "not computed yet"

    def sizeHint(self) -> QSize:
        return QSize(380, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 120)


def strips(trace: Trace, sheets: Sheets, walk: Walk, batch: bool = False) -> tuple[Strip, ...]:
    """Of the unit at the stop of now, those of its weights that this example moves most; none before they are known.
    Of the batch alone, no example is this one."""
    place, unit = walk.stop.layer, walk.stop.unit
    known = trace.held.worked_out and walk.worked_out(Phase.BACKWARD, place, unit)
    if not known or place is None or unit is None or trace.layers[place].z.ndim > 1:
        return ()
    layer, names, way, found = trace.layers[place], Names(trace.layers), trace.held.way, list[Strip]()
    for array, at in sheets.weights(layer, (unit,))[-_STRIPS:]:
        if (each := way.of_each(layer.key, array, at)) is not None:
            name, own = names.weight(layer.key, array, at), float(layer.gradients[array][at])
            found.append(Strip(name, own, each, float(each.mean()), None if batch else trace.row))
    return tuple(found)
