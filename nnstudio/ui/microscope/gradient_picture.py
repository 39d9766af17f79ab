"""The gradient of a few weights: of this example, of the others of the mini-batch, and their mean, on one axis."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen

from nnstudio.core.array import Array
from nnstudio.ui import theme
from nnstudio.ui.microscope.sheet import number
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.stage.ticks import linear_ticks
from nnstudio.ui.widgets.figures import tick

MOST_DOTS = 24
"""Of more examples there is a dot for each tenth of them, and for the extremes."""
_NAME, _NUMBERS = 46.0, 128.0
_DOT = 4.0


class Strip:
    """A weight's gradients: its name, of this example (None for one that is not in the mini-batch), of each (n,)."""

    def __init__(self, name: str, own: float, of_each: Array, mean: float, row: int | None) -> None:
        self.name, self.own, self.mean = name, own, mean
        others = of_each if row is None else np.delete(of_each, row)
        if len(others) > MOST_DOTS:
            others = np.quantile(others, np.linspace(0, 1, 11))
        self.others = others


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

    def show_strips(self, strips: tuple[Strip, ...]) -> None:
        """These from now on."""
        self.strips = strips
        self.arrange()

    def arrange(self) -> None:
        root, strips, colors = self.clear(), self.strips, theme.current()
        if not strips:
            across = Qt.AlignmentFlag.AlignHCenter
            items.Words(root, self.area.center(), text_font(12), colors.dim, "not computed yet", across)
            return
        reach = max(max(abs(s.own), abs(s.mean), float(np.abs(s.others).max(initial=0))) for s in strips) or 1.0
        plot = QRectF(_NAME, 26, max(self.width() - _NAME - _NUMBERS, 60.0), self.height() - 44)
        scale = Scale(-reach * 1.1, reach * 1.1, plot.left(), plot.right())
        ticks = linear_ticks(scale.low, scale.high, 3)
        Axis(root, Qt.Edge.BottomEdge, tick).show(scale, ticks, plot, self.ratio)
        right, font = Qt.AlignmentFlag.AlignRight, text_font(11)
        items.Words(root, QPointF(self.width() - 64, 10), font, colors.dim, "this", align=right)
        items.Words(root, QPointF(self.width() - 2, 10), font, colors.dim, "mean", align=right)
        step = plot.height() / len(strips)
        for place, strip in enumerate(strips):
            self._strip(strip, plot.top() + (place + 0.45) * step, scale)

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
        items.Words(root, QPointF(self.width() - 64, y), font, colors.text, number(strip.own), right)
        items.Words(root, QPointF(self.width() - 2, y), font, colors.text, number(strip.mean), right)

    def summary(self) -> str:
        said = [f"{s.name}: this example {number(s.own)}, mean {number(s.mean)}" for s in self.strips]
        return "; ".join(said) or "not computed yet"

    def sizeHint(self) -> QSize:
        return QSize(380, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 120)
