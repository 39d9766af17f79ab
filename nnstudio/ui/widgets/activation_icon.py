"""The graph of an activation as an icon, from −3 to 3; drawn from the function itself, in the accent of the theme."""

from functools import cache

import numpy as np
from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPen, QPixmap, QPolygonF

from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.ui import theme

_POINTS = 41
_REACH = 3.0
_MARGIN = 1.5


@cache
def graph(kind: ActivationKind) -> tuple[tuple[float, float], ...]:
    """Points of the graph in the unit square, y upwards; softmax of z beside a 0."""
    z = np.linspace(-_REACH, _REACH, _POINTS)
    values = np.stack([z, np.zeros(_POINTS)])
    result = np.empty_like(values)
    ACTIVATIONS[kind].forward(values, result)
    y = result[0]
    return tuple(zip(np.linspace(0, 1, _POINTS).tolist(), ((y - y.min()) / np.ptp(y)).tolist(), strict=True))


class _Graph(QIconEngine):
    def __init__(self, kind: ActivationKind) -> None:
        super().__init__()
        self._kind = kind

    def clone(self) -> QIconEngine:
        return _Graph(self._kind)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        width, height = rect.width() - 2 * _MARGIN, rect.height() - 2 * _MARGIN
        left, bottom = rect.left() + _MARGIN, rect.top() + _MARGIN + height
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().accent), 1.4))
        painter.drawPolyline(QPolygonF([QPointF(left + x * width, bottom - y * height) for x, y in graph(self._kind)]))
        painter.restore()


@cache
def activation_icon(kind: ActivationKind) -> QIcon:
    """A small picture of f."""
    return QIcon(_Graph(kind))
