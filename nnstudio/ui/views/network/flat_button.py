"""The quiet buttons above the network: bare text until the pointer or the keyboard comes by.

They stand in a picture whose columns may be narrow, so they choose the longest of their texts that fits, and they are
exactly as large as the layout makes them.
"""

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolButton, QWidget

from nnstudio.ui.icons import icon
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.titles import fitting

_ARROW = 11.0
_LOCK = 16.0


class FlatButton(QToolButton):
    """A tool button that paints itself; `round_` ones keep their ground, `bold` ones are titles with an arrow."""

    def __init__(self, parent: QWidget, *, bold: bool = False, round_: bool = False) -> None:
        super().__init__(parent)
        self._titles: tuple[str, ...] = ("",)
        self._bold, self._round = bold, round_
        self._chosen = self._locked = False
        # A click must not take the arrow keys away from stepping through training.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_titles(self, *titles: str) -> None:
        """What stands on the button: the first of these texts that fits."""
        if titles != self._titles:
            self._titles = titles
            self.setText(titles[0])
            self.update()

    @property
    def chosen(self) -> bool:
        """Whether it is marked as the one that something else is about."""
        return self._chosen

    def set_chosen(self, chosen: bool) -> None:
        """Mark it, or no more."""
        if chosen != self._chosen:
            self._chosen = chosen
            self.update()

    def set_locked(self, locked: bool) -> None:
        """With a lock before its text, or without."""
        if locked != self._locked:
            self._locked = locked
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(text_font(13, self._bold))
        return QSize(round(metrics.horizontalAdvance(self._titles[0]) + 24), round(metrics.height() + 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pressed = self.isDown()
        lively = self.isEnabled() and (self.underMouse() or pressed)
        box = self._box()
        radius = box.height() / 2 if self._round else 6.0
        if self._round or lively or self._chosen:
            share = 0.28 if pressed else 0.14 if lively or self._chosen else 0.0
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(mix(theme.field, theme.accent, share)))
            painter.drawRoundedRect(box, radius, radius)
        if self.hasFocus() or self._chosen:
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, radius, radius)
        plain = theme.accent if self._round and self._chosen else theme.text if self._bold else theme.dim
        self._paint_text(painter, QColor(mix(theme.card, theme.dim, 0.45) if not self.isEnabled() else plain))

    def _box(self) -> QRectF:
        """The ground: all of the button, but of a wide title only what its text needs."""
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._bold:
            spare = box.width() - self._laid_out().needed - 20
            if spare > 0:
                box.adjust(spare / 2, 0, -spare / 2, 0)
        return box

    def _laid_out(self) -> "_Line":
        """What stands on it at the width of now: rather less text than no lock, rather no arrow than less text."""
        metrics = QFontMetricsF(text_font(13 if self._bold else 15, self._bold))
        lock, room = _LOCK if self._locked else 0.0, self.width() - 4
        text = fitting(self._titles, metrics, room - lock)
        width = metrics.horizontalAdvance(text)
        arrow = _ARROW if self._bold and width + _ARROW <= room - lock else 0.0
        return _Line(lock, text, width, arrow)

    def _paint_text(self, painter: QPainter, color: QColor) -> None:
        line = self._laid_out()
        left = (self.width() - line.needed) / 2
        if line.lock:
            side = round(line.lock) - 3
            icon("lock").paint(painter, QRect(round(left), (self.height() - side) // 2, side, side))
        painter.setPen(color)
        painter.setFont(text_font(13 if self._bold else 15, self._bold))
        text = QRectF(left + line.lock, 0, line.width + 2, self.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, line.text)
        if line.arrow:
            middle = QPointF(text.right() + 5, self.height() / 2 + 1)
            painter.setPen(QPen(QColor(current().dim), 1.3))
            offsets = (QPointF(-3, -1.5), QPointF(0, 1.5), QPointF(3, -1.5))
            painter.drawPolyline(QPolygonF([middle + offset for offset in offsets]))


class _Line(NamedTuple):
    """From left to right: room for the lock, the text with its width, room for the arrow."""

    lock: float
    text: str
    width: float
    arrow: float

    @property
    def needed(self) -> float:
        return self.lock + self.width + self.arrow
