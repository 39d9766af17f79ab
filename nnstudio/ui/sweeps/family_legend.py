"""The names of the groups beside their marks, and what hollow means."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.sweeps.families import Family, Mark

_SIGN, _APART = 18.0, 16.0
STOPPED = "stopped early"


class FamilyLegend(QLabel):
    """shown: the names that have room"""

    def __init__(self) -> None:
        super().__init__()
        self._families: Sequence[Family] = ()
        self._stopped = False
        self.shown: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_families(self, families: Sequence[Family], stopped: bool) -> None:
        """These from now on; `stopped`: there are some that were stopped early."""
        self._families = [family for family in families if family.name]
        self._stopped = stopped
        self._draw()

    def _draw(self) -> None:
        metrics = QFontMetricsF(text_font(12))
        names = [family.name for family in self._families] + ([STOPPED] if self._stopped else [])
        self.setVisible(bool(names))
        self.setAccessibleName("Legend: " + ", ".join(names))
        size = QRectF(0, 0, max(self.width(), 10), metrics.height() + 2)
        self.shown = ()

        def draw(painter: QPainter) -> None:
            x, colors = 2.0, theme.current()
            painter.setFont(text_font(12))
            for place, name in enumerate(names):
                width = _SIGN + metrics.horizontalAdvance(name)
                if x + width > size.width():
                    return
                at = QPointF(x + 6, size.height() / 2)
                if place < len(self._families):
                    look = self._families[place].look
                    painter.fillPath(look.mark.outline(at, 5), look.color)
                else:
                    painter.setPen(QPen(QColor(colors.dim), 1.2))
                    painter.drawPath(Mark.DISC.outline(at, 4))
                painter.setPen(QColor(colors.text if place < len(self._families) else colors.dim))
                painter.drawText(QPointF(x + _SIGN, metrics.ascent() + 1), name)
                self.shown = (*self.shown, name)
                x += width + _APART

        self.setPixmap(items.drawn(size, self.devicePixelRatioF(), draw))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._draw()
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(100, round(QFontMetricsF(text_font(12)).height() + 2))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())
