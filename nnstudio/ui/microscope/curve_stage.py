"""The curve of a unit's function with the unit's point on it and, on the way back, its tangent."""

from math import isfinite

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen

from nnstudio.core.textbook import activate
from nnstudio.ui import theme
from nnstudio.ui.microscope.sheet import Curve, number
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Scale
from nnstudio.ui.stage.lettering import mono_font
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.stylesheet import mix

POINTS = 120
_REACH = 2.5
_MARGIN = 18.0
_TANGENT = 34.0
_DOT = 5.0


class CurveStage(Stage):
    """f between −3 and 3, or as far as z lies out; nothing before there is a curve."""

    def __init__(self) -> None:
        super().__init__(
            "Curve of the function",
            "The function of this unit, with its sum z below and its answer a beside it.",
            "<b>f and its slope</b><p>a = f(z), and f′(z) is how steep the curve is at z: how much a moves when z "
            "moves a little. Where the curve is flat, the unit hardly listens.</p><p><b>Example:</b> tanh at z = 0 has "
            "slope 1, at z = 3 less than 0.01.</p><p><b>Source:</b> Nielsen: Neural Networks and Deep Learning, 2015, "
            "chapter 2.</p>",
        )
        self._curve: Curve | None = None
        self.setMinimumHeight(110)
        self.setMaximumHeight(170)

    def show_curve(self, curve: Curve | None) -> None:
        """This one from now on."""
        self._curve = curve
        self.arrange()

    def arrange(self) -> None:
        root, curve = self.clear(), self._curve
        if curve is None:
            return
        colors = theme.current()
        reach = max(_REACH, 1.25 * abs(curve.z)) if isfinite(curve.z) else _REACH
        zs = np.linspace(-reach, reach, POINTS)
        heights = activate(curve.kind, zs[:, None])[0][:, 0]
        low, high = float(heights.min()), float(heights.max())
        if high - low < 1e-9:
            low, high = low - 1, high + 1
        plot = self.area.adjusted(_MARGIN / 2, _MARGIN / 2, -_MARGIN / 2, -_MARGIN)
        across = Scale(-reach, reach, plot.left(), plot.right())
        up = Scale(low, high, plot.bottom(), plot.top())
        fine = QPen(QColor(colors.line), 1)
        axes = items.path(root, fine, z=-2)
        path = QPainterPath()
        for start, end in _cross(across, up, plot):
            path.moveTo(start)
            path.lineTo(end)
        axes.setPath(path)
        line = items.Curve(root, QPen(QColor(mix(colors.card, colors.dim, 0.6)), 1.6), z=-1)
        line.show(across.places(zs).tolist(), up.places(heights).tolist())
        if not (curve.known and isfinite(curve.z) and isfinite(curve.a)):
            return
        at = QPointF(across.at(curve.z), up.at(curve.a))
        self._show_point(at, across, up, curve)
        if curve.tangent and curve.slope is not None:
            self._show_tangent(at, across, up, curve.slope)

    def _show_point(self, at: QPointF, across: Scale, up: Scale, curve: Curve) -> None:
        colors = theme.current()
        dashed = QPen(QColor(colors.dim), 1, Qt.PenStyle.DotLine)
        guides = items.path(self.root, dashed)
        path = QPainterPath(QPointF(at.x(), up.at(max(up.low, min(0.0, up.high)))))
        path.lineTo(at)
        path.lineTo(QPointF(across.at(0.0), at.y()))
        guides.setPath(path)
        dot = QPainterPath()
        dot.addEllipse(at, _DOT, _DOT)
        items.path(self.root, QPen(QColor(colors.card), 1.5), QColor(colors.accent), z=3).setPath(dot)
        font = mono_font(11)
        right = at.x() > self.width() * 0.6
        align = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        beside = QPointF(at.x() + (-9 if right else 9), max(at.y() - 10, 8))
        items.Words(self.root, beside, font, colors.text, f"a {number(curve.a)}", align, z=4)
        below = QPointF(min(max(at.x(), 30.0), self.width() - 34.0), self.height() - 8)
        items.Words(self.root, below, font, colors.text, f"z {number(curve.z)}", Qt.AlignmentFlag.AlignHCenter, z=4)

    def _show_tangent(self, at: QPointF, across: Scale, up: Scale, slope: float) -> None:
        run = across.at(1.0) - across.at(0.0)
        rise = up.at(slope) - up.at(0.0)
        length = max((run**2 + rise**2) ** 0.5, 1e-9)
        arm = QPointF(run, rise) * (_TANGENT / length)
        path = QPainterPath(at - arm)
        path.lineTo(at + arm)
        items.path(self.root, QPen(QColor(theme.current().text), 2), z=2).setPath(path)

    def summary(self) -> str:
        curve = self._curve
        if curve is None or not curve.known:
            return "not computed yet"
        slope = f", slope {number(curve.slope)}" if curve.slope is not None else ""
        return f"{curve.kind.phrase} at z {number(curve.z)}: a {number(curve.a)}{slope}"

    def sizeHint(self) -> QSize:
        return QSize(180, 140)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 110)


def _cross(across: Scale, up: Scale, plot: QRectF) -> list[tuple[QPointF, QPointF]]:
    """The lines z = 0 and a = 0, where they are in sight."""
    x = across.at(0.0)
    lines = [(QPointF(x, plot.top()), QPointF(x, plot.bottom()))]
    if up.low <= 0 <= up.high:
        lines.append((QPointF(plot.left(), up.at(0.0)), QPointF(plot.right(), up.at(0.0))))
    return lines
