"""The line of a run's history: its ring where the pictures are, and a sign for each edit, which can be read and gone
to."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from nnstudio.ui import theme
from nnstudio.ui.widgets.track import HALO_RADIUS, Track

HEIGHT = 34
SIGN_Y, SIGN = 6.0, 4.0
"""Where the signs stand, and half their width."""
REACH = 6.0
_LABEL = 11


class Sign(NamedTuple):
    """An edit: where on the line, 0 … 1, of what kind (setting, network, weight), and what it was."""

    position: float
    kind: str
    text: str


class HistoryTrack(Track):
    """`sign_pressed` gives the number of the sign that was clicked."""

    sign_pressed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._signs: tuple[Sign, ...] = ()
        self.ends: tuple[str, str] = "", ""

    def show_signs(self, signs: Sequence[Sign]) -> None:
        """The edits, in their order."""
        if tuple(signs) != self._signs:
            self._signs = tuple(signs)
            self.update()

    def sign_at(self, position: QPointF) -> int | None:
        """The number of the sign under this point; of several the nearest, the last one first."""
        if position.y() > SIGN_Y + REACH:
            return None
        near = [(abs(self._at(sign.position).x() - position.x()), -number) for number, sign in enumerate(self._signs)]
        distance, number = min(near, default=(REACH + 1, 0))
        return -number if distance <= REACH else None

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        sign = self.sign_at(event.position())
        if sign is not None and event.button() is Qt.MouseButton.LeftButton:
            self.sign_pressed.emit(sign)
        else:
            super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            sign = self.sign_at(QPointF(event.pos()))
            if sign is not None:
                QToolTip.showText(event.globalPos(), self._signs[sign].text, self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.text))
        for sign in self._signs:
            painter.drawPolygon(outline(sign.kind, QPointF(self._at(sign.position).x(), SIGN_Y)))
        font = painter.font()
        font.setPixelSize(round(_LABEL * theme.text_scale()))
        painter.setFont(font)
        painter.setPen(QColor(colors.dim))
        below = self.rect().adjusted(round(HALO_RADIUS) - 4, 0, 4 - round(HALO_RADIUS), 1)
        bottom = Qt.AlignmentFlag.AlignBottom
        painter.drawText(below, bottom | Qt.AlignmentFlag.AlignLeft, self.ends[0])
        painter.drawText(below, bottom | Qt.AlignmentFlag.AlignRight, self.ends[1])


def outline(kind: str, at: QPointF, size: float = SIGN) -> QPolygonF:
    """A diamond for a setting, a triangle for a weight, a square for the network."""
    corners = {
        "setting": ((0, -1), (1, 0), (0, 1), (-1, 0)),
        "weight": ((0, -1), (1, 0.8), (-1, 0.8)),
        "network": ((-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)),
    }[kind]
    return QPolygonF([at + QPointF(x * size, y * size) for x, y in corners])
