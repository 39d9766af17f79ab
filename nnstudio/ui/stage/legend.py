"""One way to say what colours and signs mean: a sign and its name, side by side, in a card's header line or in a
picture. Colour is never alone: each sign has a name."""

import math
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import text_font

_STROKE, _DOT = 18.0, 10.0


class Spacing(NamedTuple):
    """How large the names are, and how far from their signs and from each other, in pixels."""

    size: float
    space: float
    apart: float

    @property
    def metrics(self) -> QFontMetricsF:
        """The measures of the names."""
        return QFontMetricsF(text_font(self.size))


NORMAL, TIGHT = Spacing(12, 6, 14), Spacing(11, 4, 10)


class Sign(Enum):
    """What stands before a name."""

    LINE = auto()
    DOTTED = auto()  # a line with a dot
    DASHED = auto()
    DISC = auto()
    DIAMOND = auto()  # hollow


class Entry(NamedTuple):
    """One name, and the sign and the colour that stand for it."""

    name: str
    color: str
    sign: Sign = Sign.LINE

    @property
    def sign_width(self) -> float:
        """How wide the sign is."""
        return _STROKE if self.sign in (Sign.LINE, Sign.DOTTED, Sign.DASHED) else _DOT

    def width(self, spacing: Spacing) -> float:
        """How wide sign and name are together."""
        return self.sign_width + spacing.space + spacing.metrics.horizontalAdvance(self.name)


class Legend(QLabel):
    """A legend for a card's header line. Where there is little room, it is written smaller; where there is less, the
    first ones are left out, which pictures name once more.

    entries: says what there is, in the colours of now; asked again when the theme changes
    """

    def __init__(self, entries: Callable[[], Sequence[Entry]]) -> None:
        super().__init__()
        self._entries = entries
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.renew()

    def renew(self) -> None:
        """Say what there is now."""
        entries = list(self._entries())
        self.setAccessibleName("Legend: " + ", ".join(entry.name for entry in entries))
        fits = _size(entries, NORMAL).width() <= self.width()
        spacing = NORMAL if fits else TIGHT
        while entries and _size(entries, spacing).width() > self.width():
            entries.pop(0)
        self.setPixmap(drawn_legend(entries, self.devicePixelRatioF(), spacing) if entries else QPixmap())
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return _size(self._entries(), NORMAL).size().toSize()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.renew()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.DevicePixelRatioChange):
            self.renew()
        return super().event(event)


def drawn_legend(entries: Sequence[Entry], ratio: float, spacing: Spacing = NORMAL) -> QPixmap:
    """The same as a picture, for an item of a stage."""
    metrics, size = spacing.metrics, _size(entries, spacing)

    def draw(painter: QPainter) -> None:
        painter.setFont(text_font(spacing.size))
        x = 0.0
        for entry in entries:
            _draw_sign(painter, entry, x, size.height() / 2)
            painter.setPen(QColor(theme.current().text))
            painter.drawText(QPointF(x + entry.sign_width + spacing.space, metrics.ascent()), entry.name)
            x += entry.width(spacing) + spacing.apart

    return items.drawn(size, ratio, draw)


def diamond(center: QPointF, radius: float) -> QPainterPath:
    """A square that stands on its corner."""
    path = QPainterPath(center + QPointF(0, -radius))
    for x, y in ((radius, 0), (0, radius), (-radius, 0)):
        path.lineTo(center + QPointF(x, y))
    path.closeSubpath()
    return path


def _size(entries: Sequence[Entry], spacing: Spacing) -> QRectF:
    width = sum(entry.width(spacing) for entry in entries) + spacing.apart * max(len(entries) - 1, 0)
    return QRectF(0, 0, math.ceil(width) + 1, math.ceil(spacing.metrics.height()))


def _draw_sign(painter: QPainter, entry: Entry, x: float, middle: float) -> None:
    color, center = QColor(entry.color), QPointF(x + entry.sign_width / 2, middle)
    if entry.sign in (Sign.LINE, Sign.DOTTED, Sign.DASHED):
        pen = QPen(color, 2)
        if entry.sign is Sign.DASHED:
            pen.setDashPattern([2, 2])
        painter.setPen(pen)
        painter.drawLine(QPointF(x, middle), QPointF(x + _STROKE, middle))
    painter.setPen(QPen(color, 1.5) if entry.sign is Sign.DIAMOND else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if entry.sign is Sign.DIAMOND else QBrush(color))
    if entry.sign is Sign.DOTTED:
        painter.drawEllipse(center, 3, 3)
    elif entry.sign is Sign.DISC:
        painter.drawEllipse(center, 4, 4)
    elif entry.sign is Sign.DIAMOND:
        painter.drawPath(diamond(center, 4.5))
