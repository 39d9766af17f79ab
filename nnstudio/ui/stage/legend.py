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

_DOT = 10.0


class Spacing(NamedTuple):
    """How large the names are, how far from their signs and from each other, and how long a line is, in pixels."""

    size: float
    space: float
    apart: float
    stroke: float = 18.0

    @property
    def metrics(self) -> QFontMetricsF:
        """The measures of the names."""
        return QFontMetricsF(text_font(self.size))


NORMAL, TIGHT, SHORT = Spacing(12, 6, 14), Spacing(11, 4, 10), Spacing(11, 3, 5, 10)


class Sign(Enum):
    """What stands before a name."""

    LINE = auto()
    DOTTED = auto()  # a line with a dot
    DASHED = auto()
    DISC = auto()
    DIAMOND = auto()  # hollow


class Entry(NamedTuple):
    """One name, the sign and the colour that stand for it, and what it is called where there is little room. Where
    there is less, those with the highest `rank` are left out first, all together."""

    name: str
    color: str
    sign: Sign = Sign.LINE
    short: str = ""
    rank: int = 0

    def sign_width(self, spacing: Spacing) -> float:
        """How wide the sign is."""
        return spacing.stroke if self.sign in (Sign.LINE, Sign.DOTTED, Sign.DASHED) else _DOT

    def written(self, spacing: Spacing) -> str:
        """The name as it stands in a legend of this form."""
        return self.short if self.short and spacing is SHORT else self.name

    def width(self, spacing: Spacing) -> float:
        """How wide sign and name are together."""
        name = spacing.metrics.horizontalAdvance(self.written(spacing))
        return self.sign_width(spacing) + spacing.space + name


class Legend(QLabel):
    """A legend for a card's header line. Where there is little room, it is written smaller, then with short names;
    where there is less, it leaves out what is needed least.

    entries: says what there is, in the colours of now; asked again when the theme changes
    shown: the names of those that have room
    """

    def __init__(self, entries: Callable[[], Sequence[Entry]]) -> None:
        super().__init__()
        self._entries = entries
        self.shown: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.renew()

    def renew(self) -> None:
        """Say what there is now."""
        entries = list(self._entries())
        self.setAccessibleName("Legend: " + ", ".join(entry.name for entry in entries))
        fitting = (form for form in (NORMAL, TIGHT, SHORT) if _size(entries, form).width() <= self.width())
        spacing = next(fitting, SHORT)
        while entries and _size(entries, spacing).width() > self.width():
            least = max(entry.rank for entry in entries)
            entries = [entry for entry in entries if entry.rank < least]
        self.shown = tuple(entry.name for entry in entries)
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
            width = entry.sign_width(spacing)
            _draw_sign(painter, entry, QPointF(x + width / 2, size.height() / 2), width)
            painter.setPen(QColor(theme.current().text))
            painter.drawText(QPointF(x + width + spacing.space, metrics.ascent()), entry.written(spacing))
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


def _draw_sign(painter: QPainter, entry: Entry, center: QPointF, width: float) -> None:
    color, half = QColor(entry.color), QPointF(width / 2, 0)
    if entry.sign in (Sign.LINE, Sign.DOTTED, Sign.DASHED):
        pen = QPen(color, 2)
        if entry.sign is Sign.DASHED:
            pen.setDashPattern([2, 2])
        painter.setPen(pen)
        painter.drawLine(center - half, center + half)
    painter.setPen(QPen(color, 1.5) if entry.sign is Sign.DIAMOND else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if entry.sign is Sign.DIAMOND else QBrush(color))
    if entry.sign is Sign.DOTTED:
        painter.drawEllipse(center, 3, 3)
    elif entry.sign is Sign.DISC:
        painter.drawEllipse(center, 4, 4)
    elif entry.sign is Sign.DIAMOND:
        painter.drawPath(diamond(center, 4.5))
