"""The curve of a unit's function with the unit's point on it and, on the way back, its tangent."""

from math import isfinite

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainterPath, QPen

from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.textbook import activate
from nnstudio.ui import theme
from nnstudio.ui.microscope.sheet import Curve, number
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Scale
from nnstudio.ui.stage.lettering import mono_font
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.stylesheet import mix

POINTS = 120
_LOWEST = 80
_REACH = 2.5
_MARGIN = 18.0
_TANGENT = 34.0
_DOT = 5.0
_KEY_STEP = 0.1


class CurveStage(Stage):
    """f between −3 and 3, or as far as z lies out; nothing before there is a curve."""

    def __init__(self) -> None:
        super().__init__(
            "Curve of the function",
            "The function of this unit, with its sum z below and its answer a beside it. Drag: what if z were another?",
            "<b>f and its slope</b><p>a = f(z), and f′(z) is how steep the curve is at z: how much a moves when z "
            "moves a little. Where the curve is flat, the unit hardly listens.</p><p><b>Example:</b> tanh at z = 0 has "
            "slope 1, at z = 3 less than 0.01.</p><p><b>Source:</b> Nielsen: Neural Networks and Deep Learning, 2015, "
            "chapter 2.</p>",
        )
        self._curve: Curve | None = None
        self._across: Scale | None = None
        self.supposed: float | None = None
        """A z that somebody tries; None for the true one."""
        self.setMinimumHeight(_LOWEST)
        self.setMaximumHeight(170)

    def show_curve(self, curve: Curve | None) -> None:
        """This one from now on; what was supposed of another is forgotten."""
        if curve != self._curve:
            self._curve, self.supposed = curve, None
            self.renew()

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
        self._across = across = Scale(-reach, reach, plot.left(), plot.right())
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
        if self.supposed is not None:
            self._show_supposed(self.supposed, across, up, curve)

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
        a, z = f"{curve.names[1]} {number(curve.a)}", f"{curve.names[0]} {number(curve.z)}"
        beside = self._inside(a, at.x() + (-9 - self._wide(a) / 2 if right else 9 + self._wide(a) / 2))
        centred = Qt.AlignmentFlag.AlignHCenter
        below = QPointF(self._inside(z, at.x()), self.height() - 8)
        for place, text in ((QPointF(beside, max(at.y() - 10, 8)), a), (below, z)):
            words = items.Words(self.root, place, font, colors.text, text, centred, z=4)
            items.rectangle(self.root, words.box.adjusted(-2, 2, 2, -2), QColor(colors.card), z=2)  # not on the curve

    @staticmethod
    def _wide(text: str) -> float:
        return QFontMetricsF(mono_font(11)).horizontalAdvance(text) + 4

    def _inside(self, text: str, middle: float) -> float:
        """The middle of this text, as near to the one that is wanted as it stays in the picture."""
        half = self._wide(text) / 2
        return max(min(middle, self.width() - half), half)

    def _show_supposed(self, z: float, across: Scale, up: Scale, curve: Curve) -> None:
        """A ghost: what if z were …"""
        a, slope = _at(curve.kind, z)
        colors, at = theme.current(), QPointF(across.at(z), up.at(a))
        ring = QPainterPath()
        ring.addEllipse(at, _DOT, _DOT)
        items.path(self.root, QPen(QColor(colors.accent), 1.5), QColor(colors.card), z=5).setPath(ring)
        self._show_tangent(at, across, up, slope)
        say = f"if {curve.names[0]} were {number(round(z, 3))}: {curve.names[1]} {number(a)}, slope {number(slope)}"
        centre = QPointF(self.width() / 2, 8)
        words = items.Words(self.root, centre, mono_font(11), colors.text, say, Qt.AlignmentFlag.AlignHCenter, z=7)
        items.rectangle(self.root, words.box.adjusted(-4, -1, 4, 1), QColor(colors.card), z=6)

    # Trying another z -------------------------------------------------------------------------------------------------

    def suppose(self, z: float | None) -> None:
        """Show what would be at this z; None goes back to the truth."""
        if self._curve is None or not self._curve.known:
            return
        if z != self.supposed:
            self.supposed = z
            self.arrange()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._suppose_at(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._suppose_at(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.suppose(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        curve = self._curve
        step = {Qt.Key.Key_Right: _KEY_STEP, Qt.Key.Key_Left: -_KEY_STEP}.get(Qt.Key(event.key()))
        if step is not None and curve is not None and curve.known:
            start = curve.z if self.supposed is None else self.supposed
            self.suppose(start + step)
        elif event.key() == Qt.Key.Key_Escape and self.supposed is not None:
            self.suppose(None)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.suppose(None)
        super().focusOutEvent(event)

    def _suppose_at(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._across is not None:
            low, high = self._across.low, self._across.high
            share = (event.position().x() - self._across.start) / (self._across.end - self._across.start)
            self.suppose(min(max(low + share * (high - low), low), high))

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
        z_name, a_name = curve.names
        if self.supposed is not None:
            a, slope_there = _at(curve.kind, self.supposed)
            return f"if {z_name} were {number(self.supposed)}: {a_name} {number(a)}, slope {number(slope_there)}"
        slope = f", slope {number(curve.slope)}" if curve.slope is not None else ""
        return f"{curve.kind.phrase} at {z_name} {number(curve.z)}: {a_name} {number(curve.a)}{slope}"

    def sizeHint(self) -> QSize:
        return QSize(180, 140)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, _LOWEST)


def _at(kind: ActivationKind, z: float) -> tuple[float, float]:
    """a and the slope at a z."""
    a, slope = activate(kind, np.array([[z]]))
    return float(a[0, 0]), float(slope[0, 0]) if slope is not None else float("nan")


def _cross(across: Scale, up: Scale, plot: QRectF) -> list[tuple[QPointF, QPointF]]:
    """The lines z = 0 and a = 0, where they are in sight."""
    x = across.at(0.0)
    lines = [(QPointF(x, plot.top()), QPointF(x, plot.bottom()))]
    if up.low <= 0 <= up.high:
        lines.append((QPointF(plot.left(), up.at(0.0)), QPointF(plot.right(), up.at(0.0))))
    return lines
