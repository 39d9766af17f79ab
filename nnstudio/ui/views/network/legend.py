"""What colours and widths mean, in the card's header line: a −1 ▬▬ +1 and |w| 0 ◁ 5."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.ui.stage.lettering import mono_font
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.links import FULL

_Scale = tuple[str, str, str]
_STRIP, _SHORTEST = 72.0, 28.0
_GAP = 6.0


class NetworkLegend(QWidget):
    """Painted when the card is, not with every frame; shorter, then less, where the card is narrow."""

    def __init__(self) -> None:
        super().__init__()
        self._wedge = self._to_one = True
        self._backward = False
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend of the network")
        self._describe()
        tip = "Orange is negative, blue is positive."
        self.setToolTip(f"{tip} A link is {FULL:g} at full width, and fades to nothing at 0.")
        self.setWhatsThis(
            f"<b>Legend</b><p>{tip} Tiles show a from −1 to 1 unless another scale stands above their layer; where "
            "all have their own, the ends of the strip are mere signs. A link "
            "is 12 · |w| / 5 pixels wide, on one scale for the whole network. Where gradients are shown, ∂a stands for "
            "∂L/∂a and ∂w for ∂L/∂w, and the largest link is 12 pixels wide.</p>"
            "<p><b>Example:</b> 2.4 pixels at w = −1.</p>"
            "<p><b>Source:</b> the bias and weight colours of TensorFlow Playground, made absolute.</p>"
        )

    def explain(self, links: bool, to_one: bool, backward: bool = False) -> None:
        """Whether links are weights; for images they are what flows. Whether tiles show a from −1 to 1; where no layer
        answers between these, each has a scale of its own, and only the signs are the same for all. `backward`: both
        show gradients, which have no scale but their own."""
        if (links, to_one, backward) != (self._wedge, self._to_one, self._backward):
            self._wedge, self._to_one, self._backward = links, to_one, backward
            self._describe()
            self.updateGeometry()
            self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(", ".join(" ".join(scale) for scale in self._scales()))

    def _scales(self) -> tuple[_Scale, _Scale]:
        """What each means, and what stands at its ends."""
        if self._backward:
            return ("∂a", "−", "+"), ("∂w", "0", "largest")
        links = ("|w|", "0", f"{FULL:g}") if self._wedge else ("w·a", "0", "strongest")
        return ("a", "−1", "+1") if self._to_one else ("a", "−", "+"), links

    def _fitting(self) -> tuple[tuple[_Scale, ...], float]:
        """The scales that there is room for, and how long they may be: first they are shorter, then fewer."""
        both = self._scales()
        choices = [(both, _STRIP), (both, _SHORTEST), (both[1:], _STRIP), (both[1:], _SHORTEST)]
        return next((choice for choice in choices if _width(*choice) <= self.width()), ((), 0.0))

    def sizeHint(self) -> QSize:
        height = round(QFontMetricsF(mono_font(11)).height()) + 4
        return QSize(math.ceil(_width(self._scales(), _STRIP)), height)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, font = current(), mono_font(11)
        metrics, (scales, length) = QFontMetricsF(font), self._fitting()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font)
            x, middle = self.width() - _width(scales, length), self.height() / 2

            def say(text: str) -> None:
                nonlocal x
                painter.setPen(QColor(theme.dim))
                painter.drawText(QPointF(x, middle + metrics.capHeight() / 2), text)
                x += metrics.horizontalAdvance(text) + _GAP

            for scale in scales:
                name, least, most = scale
                say(name)
                say(least)
                if scale is scales[-1]:
                    _paint_wedge(painter, QRectF(x, middle - 6, length, 12))
                else:
                    _paint_strip(painter, QRectF(x, middle - 4, length, 8))
                x += length + _GAP
                say(most)
                x += 2 * _GAP


def _width(scales: Sequence[_Scale], length: float) -> float:
    metrics = QFontMetricsF(mono_font(11))
    words = sum(metrics.horizontalAdvance(text) for scale in scales for text in scale)
    return words + len(scales) * (length + 3 * _GAP) + max(len(scales) - 1, 0) * 3 * _GAP


def _paint_strip(painter: QPainter, box: QRectF) -> None:
    theme, colors = current(), QLinearGradient(box.topLeft(), box.topRight())
    for position, color in ((0.0, theme.negative), (0.5, theme.zero), (1.0, theme.positive)):
        colors.setColorAt(position, QColor(color))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colors)
    painter.drawRoundedRect(box, 3, 3)


def _paint_wedge(painter: QPainter, box: QRectF) -> None:
    theme = current()
    painter.setPen(Qt.PenStyle.NoPen)
    for color, edge in ((theme.positive, box.top()), (theme.negative, box.bottom())):
        fade = QLinearGradient(box.topLeft(), box.topRight())
        fade.setColorAt(0, QColor(theme.card))
        fade.setColorAt(0.3, QColor(color))
        painter.setBrush(fade)
        tip = QPointF(box.left(), box.center().y())
        painter.drawPolygon(QPolygonF([tip, QPointF(box.right(), edge), QPointF(box.right(), box.center().y())]))
