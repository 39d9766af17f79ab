"""What colours and widths mean, in the card's header line: a −1 ▬▬ +1 and |w| 0 ◁ 5."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.ui.stage.lettering import mono_font
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.links import FULL

_STRIP = 72.0
_GAP = 6.0


class NetworkLegend(QWidget):
    """Painted when the card is, not with every frame."""

    def __init__(self) -> None:
        super().__init__()
        self._wedge = True
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend of the network")
        tip = "Orange is negative, blue is positive."
        self.setToolTip(f"{tip} A link is {FULL:g} at full width, and fades to nothing at 0.")
        self.setWhatsThis(
            f"<b>Legend</b><p>{tip} Tiles show a from −1 to 1 unless another scale stands above their layer. A link is "
            "12 · |w| / 5 pixels wide, for example 2.4 at w = −1, on one scale for the whole network.</p>"
            "<p>Source: the bias and weight colours of TensorFlow Playground, made absolute.</p>"
        )

    def show_links(self, links: bool) -> None:
        """Whether links are weights; for images they are what flows."""
        if links != self._wedge:
            self._wedge = links
            self.updateGeometry()
            self.update()

    def _texts(self) -> tuple[str, ...]:
        return ("a", "−1", "+1", "|w|" if self._wedge else "w·a", "0", f"{FULL:g}" if self._wedge else "strongest")

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(mono_font(11))
        words = sum(metrics.horizontalAdvance(text) for text in self._texts())
        return QSize(round(words + 2 * _STRIP + 9 * _GAP), round(metrics.height()) + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, font = current(), mono_font(11)
        metrics = QFontMetricsF(font)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font)
            x, middle = 0.0, self.height() / 2

            def say(text: str) -> None:
                nonlocal x
                painter.setPen(QColor(theme.dim))
                painter.drawText(QPointF(x, middle + metrics.capHeight() / 2), text)
                x += metrics.horizontalAdvance(text) + _GAP

            name, low, high, links, least, most = self._texts()
            say(name)
            say(low)
            strip = QRectF(x, middle - 4, _STRIP, 8)
            colors = QLinearGradient(strip.topLeft(), strip.topRight())
            for position, color in ((0.0, theme.negative), (0.5, theme.zero), (1.0, theme.positive)):
                colors.setColorAt(position, QColor(color))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors)
            painter.drawRoundedRect(strip, 3, 3)
            x += _STRIP + _GAP
            say(high)
            x += 2 * _GAP
            say(links)
            say(least)
            self._paint_wedge(painter, QRectF(x, middle - 6, _STRIP, 12))
            x += _STRIP + _GAP
            say(most)

    def _paint_wedge(self, painter: QPainter, box: QRectF) -> None:
        theme = current()
        painter.setPen(Qt.PenStyle.NoPen)
        for color, edge in ((theme.positive, box.top()), (theme.negative, box.bottom())):
            fade = QLinearGradient(box.topLeft(), box.topRight())
            fade.setColorAt(0, QColor(theme.card))
            fade.setColorAt(0.3, QColor(color))
            painter.setBrush(fade)
            tip = QPointF(box.left(), box.center().y())
            painter.drawPolygon(QPolygonF([tip, QPointF(box.right(), edge), QPointF(box.right(), box.center().y())]))
