"""A tile with one figure: what it is above, how much below; in the short form both on one line."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.ui import theme
from nnstudio.ui.widgets.canvas import mono_font, text_font
from nnstudio.ui.widgets.figures import MISSING

_ACROSS = 8
_DOWN = 5


class MetricTile(QWidget):
    """A label and its value. The short form, for low cards, has the short label."""

    def __init__(self, label: str, short_label: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._label = label
        self._short_label = short_label or label
        self._value = MISSING
        self._short = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    @property
    def label(self) -> str:
        """What the figure is."""
        return self._label

    @property
    def value(self) -> str:
        """The figure as written."""
        return self._value

    def set_label(self, label: str, short_label: str = "") -> None:
        """Say what the figure is."""
        if label != self._label:
            self._label, self._short_label = label, short_label or label
            self._name()
            self.update()

    def set_value(self, value: str) -> None:
        """Write the figure."""
        if value != self._value:
            self._value = value
            self._name()
            self.update()

    def set_short(self, short: bool) -> None:
        """Whether there is height for one line only."""
        if short != self._short:
            self._short = short
            self.updateGeometry()
            self.update()

    def _name(self) -> None:
        self.setAccessibleName(f"{self._label}: {self._value}")

    def sizeHint(self) -> QSize:
        heights = [QFontMetricsF(font).height() for font in self._fonts()]
        content = max(heights) - 2 if self._short else sum(heights) - 1
        return QSize(80, round(content) + 2 * _DOWN)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def _fonts(self) -> tuple[QFont, QFont]:
        return text_font(10 if self._short else 10.5), mono_font(11 if self._short else 14.5)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self.updateGeometry()
            self.update()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), QColor(colors.card))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.field))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
            if self._short:
                self._paint_line(painter, colors)
            else:
                self._paint_lines(painter, colors)

    def _paint_lines(self, painter: QPainter, colors: theme.Theme) -> None:
        top = float(_DOWN)
        inks, texts = (colors.dim_on_field, colors.text), (self._label, self._value)
        for font, color, text in zip(self._fonts(), inks, texts, strict=True):
            metrics = QFontMetricsF(font)
            painter.setFont(font)
            painter.setPen(QColor(color))
            elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width() - 2 * _ACROSS)
            painter.drawText(QPointF(_ACROSS, top + metrics.ascent()), elided)
            top += metrics.height()

    def _paint_line(self, painter: QPainter, colors: theme.Theme) -> None:
        label_font, value_font = self._fonts()
        room = QRectF(self.rect()).adjusted(_ACROSS - 2, 0, 2 - _ACROSS, 0)
        painter.setFont(value_font)
        painter.setPen(QColor(colors.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._value)
        left = room.width() - QFontMetricsF(value_font).horizontalAdvance(self._value) - 3
        label = QFontMetricsF(label_font).elidedText(self._short_label, Qt.TextElideMode.ElideRight, left)
        painter.setFont(label_font)
        painter.setPen(QColor(colors.dim_on_field))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label)
