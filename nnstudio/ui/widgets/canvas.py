"""A picture that can be explored.

Many views are one own-painted picture made of places: the cells of a map, the bars of a chart, the rows of a curve.
`Canvas` lets the mouse and the arrow keys walk over these places in the same way and writes what is there beside them,
also for screen readers. A subclass says how many places there are, where each one is, what to read there, and paints.
"""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnstudio.ui import fonts, theme

_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_KEYS = {*_STEPS, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Escape}
_LEAP = 10


class Spot(NamedTuple):
    """One place of a picture, counted from its upper left."""

    column: int
    row: int


def text_font(pixels: float, bold: bool = False) -> QFont:
    """The face for words, this large with normal text."""
    font = fonts.text(pixels * theme.text_scale())
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


def mono_font(pixels: float) -> QFont:
    """The face for numbers, this large with normal text."""
    return fonts.numbers(pixels * theme.text_scale())


class Canvas(QWidget):
    """An own-painted picture with places to explore.

    Arrow keys walk (with Shift ten places at a time), Home and End go to the first and last column, Escape leaves.
    """

    opaque = True
    """Whether it stands on the card; if not, it lies over another widget like glass."""

    def __init__(self, name: str, tooltip: str, explanation: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spot: Spot | None = None
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.setWhatsThis(explanation)
        self.setMouseTracking(True)
        # Reached by Tab, not by a click: a click must not take the arrow keys away from stepping through training.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # What fills its own ground spares Qt painting the card below, every frame anew.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, self.opaque)

    # What a subclass says about its picture.

    def places(self) -> tuple[int, int]:
        """How many (columns, rows) there are to explore now; (0, 0) for nothing."""
        return 0, 0

    def spot_at(self, position: QPointF) -> Spot | None:
        """The place under this point."""
        return None

    def anchor(self, spot: Spot) -> QPointF:
        """Where the reading points at."""
        return QPointF(self.rect().center())

    def reading(self, spot: Spot) -> Sequence[str]:
        """What stands at a place: a heading, then lines of figures."""
        return ()

    def start(self) -> Spot:
        """Where the arrow keys begin."""
        columns, rows = self.places()
        return Spot((columns - 1) // 2, (rows - 1) // 2)

    def stride(self) -> int:
        """How many columns an arrow key goes."""
        return 1

    def summary(self) -> str:
        """The whole picture in a sentence, for those who cannot see it."""
        return ""

    def paint(self, painter: QPainter) -> None:
        """Draw the picture."""
        raise NotImplementedError

    # Exploring.

    @property
    def spot(self) -> Spot | None:
        """The place that is being read, if it still exists."""
        columns, rows = self.places()
        spot = self._spot
        return spot if spot and spot.column < columns and spot.row < rows else None

    def explore(self, spot: Spot | None) -> None:
        """Read this place from now on; None reads nothing."""
        if spot != self._spot:
            self._spot = spot
            self.update()

    def _walk(self, key: int, leap: bool) -> None:
        columns, rows = self.places()
        if not columns or not rows or key == Qt.Key.Key_Escape:
            self.explore(None)
            return
        here = self.spot or self.start()
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            spot = Spot(0 if key == Qt.Key.Key_Home else columns - 1, here.row)
        elif self.spot is None:
            spot = here
        else:
            across, down = _STEPS[Qt.Key(key)]
            times = _LEAP if leap else 1
            spot = Spot(
                min(max(here.column + across * times * self.stride(), 0), columns - 1),
                min(max(here.row + down * times, 0), rows - 1),
            )
        self.explore(spot)
        self.setAccessibleDescription(", ".join(self.reading(spot)))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
            if plain and event.key() in _KEYS:
                event.accept()
                return True
        if event.type() == QEvent.Type.ToolTip and self.spot:
            return True  # the reading is there already
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _KEYS:
            self._walk(event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.explore(self.spot_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.explore(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.setAccessibleDescription(self.summary())
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.explore(None)
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.update()
        super().changeEvent(event)

    # Drawing.

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self.opaque:
                painter.fillRect(event.rect(), QColor(theme.current().card))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint(painter)
            if spot := self.spot:
                self._paint_reading(painter, self.anchor(spot), self.reading(spot))
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme.current().accent), 2))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _paint_reading(self, painter: QPainter, anchor: QPointF, lines: Sequence[str]) -> None:
        """A small card beside the anchor: the heading in bold, the figures under it."""
        if not lines:
            return
        colors = theme.current()
        faces = [text_font(11.5, bold=True)] + [mono_font(10.5)] * (len(lines) - 1)
        metrics = [QFontMetricsF(face) for face in faces]
        width = max(metric.horizontalAdvance(line) for metric, line in zip(metrics, lines, strict=True)) + 18
        height = sum(metric.height() for metric in metrics) + 12
        x = anchor.x() + 12 if anchor.x() + 12 + width <= self.width() else anchor.x() - 12 - width
        y = anchor.y() + 12 if anchor.y() + 12 + height <= self.height() else anchor.y() - 12 - height
        box = QRectF(
            min(max(x, 1), max(self.width() - width - 1, 1)), min(max(y, 1), self.height() - height - 1), width, height
        )
        painter.setPen(Qt.PenStyle.NoPen)
        for spread, strength in ((3, 10), (2, 14), (1, 18)):
            painter.setBrush(QColor(0, 0, 0, strength))
            painter.drawRoundedRect(box.adjusted(-spread, 1 - spread, spread, 1 + spread), 6 + spread, 6 + spread)
        painter.setBrush(QColor(colors.card))
        painter.setPen(QPen(QColor(colors.line), 1))
        painter.drawRoundedRect(box, 6, 6)
        top = box.top() + 6
        for index, (line, face, metric) in enumerate(zip(lines, faces, metrics, strict=True)):
            painter.setFont(face)
            painter.setPen(QColor(colors.dim if index else colors.text))
            painter.drawText(QPointF(box.left() + 9, top + metric.ascent()), line)
            top += metric.height()

    def sizeHint(self) -> QSize:
        return QSize(320, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)
