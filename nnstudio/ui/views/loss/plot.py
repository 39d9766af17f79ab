"""The plot of the loss curves: updates to the right, the loss upwards, linear or logarithmic.

pyqtgraph draws it from its plain parts: a view box that holds the curves, and axes. It answers neither mouse nor keys
and has no menu; whatever lies in front of it does the reading. Ranges and ticks are set, never found automatically: to
find them would be half the cost of a frame. `PlotWidget` is not used: it makes menus that nobody sees.
"""

import math
from dataclasses import dataclass

import numpy as np
from pyqtgraph import AxisItem, GraphicsView, PlotCurveItem, ViewBox
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPen, QResizeEvent

from nnstudio.ui import theme
from nnstudio.ui.stage.ticks import decade_ticks, linear_ticks
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.views.loss.curves import Line
from nnstudio.ui.widgets.canvas import mono_font
from nnstudio.ui.widgets.figures import grouped, tick

CURVES = ("batch", "smoothed", "penalty", "train", "validation", "test")
_WIDTHS = {"batch": 0.0, "smoothed": 1.5, "penalty": 1.2, "train": 1.7, "validation": 1.7, "test": 1.7}
_MARGIN = 2.0
"""Pixels around the axes' ranges, so that a curve at their border is drawn in full."""
_NOTHING = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Extent:
    """The part of the plane in sight: updates 0 … `end`, losses `bottom` … `top`."""

    end: float
    bottom: float
    top: float
    logarithmic: bool


def curve_color(curve: str) -> QColor:
    """The colour of a curve."""
    colors = theme.current()
    shades = {
        "batch": mix(colors.card, colors.accent, 0.32),
        "smoothed": mix(colors.card, colors.accent, 0.7),
        "penalty": colors.dim,
        "train": colors.accent,
        "validation": colors.good,
        "test": colors.negative,
    }
    return QColor(shades[curve])


class LossPlot(GraphicsView):
    """Curves over axes, to be looked at."""

    extent: Extent | None = None

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Plot of the loss curves")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setCacheMode(self.CacheModeFlag(0))
        self._box = ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        self._box.disableAutoRange()
        # The grid is an axis without numbers: one with both would not write the number at its very end.
        self._losses, self._updates, self._grid = AxisItem("left"), AxisItem("bottom"), AxisItem("right")
        self._losses.setStyle(tickLength=0, tickAlpha=0, tickTextOffset=7, autoExpandTextSpace=False)
        self._updates.setStyle(
            tickLength=0, tickAlpha=0, tickTextOffset=5, autoExpandTextSpace=False, hideOverlappingLabels=60
        )
        self._grid.setStyle(tickLength=0, showValues=False, tickAlpha=255)
        self._grid.setGrid(255)
        self._grid.setZValue(-1000)  # behind the curves
        for axis in (self._losses, self._updates, self._grid):
            axis.setPen(QPen(Qt.PenStyle.NoPen))
            axis.linkToView(self._box)
            self.addItem(axis)
        self.addItem(self._box)
        self._curves = {name: PlotCurveItem(antialias=True, skipFiniteCheck=True) for name in CURVES}
        for name, curve in self._curves.items():
            # Single strokes: a wide polyline through noise takes Qt fifty times as long.
            curve.setSegmentedLineMode("on" if _WIDTHS[name] > 1 and name != "penalty" else "off")
            self._box.addItem(curve, ignoreBounds=True)
        self.restyle()

    def restyle(self) -> None:
        """Take colours and type from the theme in force; pyqtgraph does not hear of palettes."""
        colors, font = theme.current(), mono_font(10)
        self.setBackground(QColor(colors.card))
        self._grid.setTickPen(QPen(QColor(mix(colors.card, colors.line, 0.65)), 1))
        for axis in (self._losses, self._updates):
            axis.setTextPen(QPen(QColor(colors.dim)))
            axis.setTickFont(font)
        for name, pen in self.pens().items():
            self._curves[name].setPen(pen)
        self._arrange()

    def pens(self) -> dict[str, QPen]:
        """What each curve is drawn with. The pens are cosmetic: the stretch of the axes does not reach them, and they
        count the pixels of the screen."""
        pens = {name: QPen(curve_color(name), _WIDTHS[name] * self.devicePixelRatioF()) for name in CURVES}
        for pen in pens.values():
            pen.setCapStyle(Qt.PenCapStyle.SquareCap)
            pen.setCosmetic(True)
        pens["penalty"].setDashPattern([4, 4])
        return pens

    @property
    def area(self) -> QRectF:
        """The rectangle between the axes, in the widget, in whole pixels."""
        metrics = QFontMetricsF(mono_font(10))
        left, below = math.ceil(metrics.horizontalAdvance("update")) + 9, math.ceil(metrics.height()) + 6
        return QRectF(left, 8, max(self.width() - left - 8, 20), max(self.height() - below - 8, 20))

    def draw(self, lines: dict[str, Line], extent: Extent | None) -> None:
        """Show these lines and no others; without an extent nothing."""
        for name, curve in self._curves.items():
            updates, losses = lines.get(name, (_NOTHING, _NOTHING))
            curve.setData(updates, np.log10(losses) if extent and extent.logarithmic else losses)
        for item in (self._box, self._losses, self._updates, self._grid):
            item.setVisible(extent is not None)
        if extent != self.extent:
            self.extent = extent
            self._arrange()

    def position(self, update: float, loss: float) -> QPointF | None:
        """Where a point lies, in the widget; None if it has no place on the axes."""
        extent = self.extent
        if extent is None or not math.isfinite(loss) or not extent.bottom <= loss <= extent.top:
            return None
        return self._box.mapToParent(self._box.mapFromView(QPointF(update, self._height(loss))))

    def x_at(self, update: float) -> float:
        """The horizontal position of an update, in the widget."""
        return self._box.mapToParent(self._box.mapFromView(QPointF(update, 0))).x()

    def update_at(self, x: float) -> float:
        """The update under a horizontal position."""
        return self._box.mapToView(self._box.mapFromParent(QPointF(x, 0))).x()

    def _height(self, loss: float) -> float:
        return math.log10(loss) if self.extent and self.extent.logarithmic else loss

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.DevicePixelRatioChange, QEvent.Type.Show):
            self.restyle()
        return super().event(event)

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        super().resizeEvent(ev)
        self._arrange()

    def _arrange(self) -> None:
        """Place box and axes, and set ranges and ticks."""
        if self.extent is None:
            return
        area, extent = self.area, self.extent
        box = area.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
        below = self.height() - area.bottom()
        self._losses.setWidth(round(area.left()))
        self._grid.setWidth(0)
        self._updates.setHeight(round(below))
        self._box.setGeometry(box)
        self._losses.setGeometry(QRectF(0, box.top(), area.left(), box.height()))
        self._grid.setGeometry(QRectF(box.right(), box.top(), 0, box.height()))
        self._updates.setGeometry(QRectF(box.left(), area.bottom(), box.width(), below))
        bottom, top = self._height(extent.bottom), self._height(extent.top)
        across, up = extent.end / area.width() * _MARGIN, (top - bottom) / area.height() * _MARGIN
        self._box.setRange(xRange=(-across, extent.end + across), yRange=(bottom - up, top + up), padding=0)
        height = QFontMetricsF(mono_font(10)).height()
        losses = loss_ticks(extent, max(int(area.height() / (1.7 * height)), 2))
        updates = linear_ticks(0, extent.end, max(int(area.width() / 75), 2))
        numbers = [(self._height(loss), tick(loss)) for loss in losses]
        self._losses.setTicks([numbers])
        self._grid.setTicks([numbers])
        marks = [(update, grouped(update)) for update in updates if update == round(update)]
        self._updates.setTicks([[mark for mark in marks if self._fits(*mark)]])

    def _fits(self, update: float, text: str) -> bool:
        """Whether a number below an update ends before the widget does."""
        width = QFontMetricsF(mono_font(10)).horizontalAdvance(text)
        return self.x_at(update) + width / 2 <= self.width()


def loss_ticks(extent: Extent, at_most: int) -> list[float]:
    """Powers of ten, or round numbers where no two of them are in sight."""
    if not extent.logarithmic:
        return linear_ticks(extent.bottom, extent.top, min(at_most, 6))
    decades = decade_ticks(math.log10(extent.bottom), math.log10(extent.top), at_most)
    if len(decades) > 1:
        return [10.0**exponent for exponent in decades]
    steps = [m * 10.0**e for e in range(-12, 13) for m in (1, 2, 5)]
    return [step for step in steps if extent.bottom * 0.999 <= step <= extent.top * 1.001]
