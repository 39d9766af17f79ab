"""Our own icons, in the colours of the theme.

An icon is an SVG in `resources/icons`, drawn in one colour. It is rendered whenever it is shown, at the size and in the
colour of that moment: sharp at any scale, and right after the theme has changed.
"""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from nnstudio.ui import theme
from nnstudio.ui.resources import find

ICON_GAP = "\u2009\u2009"
"""Stands between a button's icon and its text; Qt by itself leaves too little."""


class _TintedSvg(QIconEngine):
    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role
        self._svg = QSvgRenderer(str(find(f"icons/{name}.svg")))

    def clone(self) -> QIconEngine:
        return _TintedSvg(self._name, self._role)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        if size.isEmpty():
            return pixmap
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        if rect.isEmpty():
            return  # a button so narrow that it has no room for its icon
        if self._role:
            self._paint_tinted(painter, rect, mode)
        else:
            self._svg.render(painter, QRectF(rect))

    def _paint_tinted(self, painter: QPainter, rect: QRect, mode: QIcon.Mode) -> None:
        color = QColor(getattr(theme.current(), self._role))
        if mode == QIcon.Mode.Disabled:
            color.setAlphaF(0.4)
        ratio = painter.device().devicePixelRatio()
        layer = QPixmap(rect.size() * ratio)
        layer.setDevicePixelRatio(ratio)
        layer.fill(Qt.GlobalColor.transparent)
        drawing = QPainter(layer)
        area = QRectF(0, 0, rect.width(), rect.height())
        self._svg.render(drawing, area)
        drawing.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        drawing.fillRect(area, color)
        drawing.end()
        painter.drawPixmap(rect.topLeft(), layer)


def icon(name: str, role: str = "text") -> QIcon:
    """The icon `resources/icons/<name>.svg`, tinted with this colour of the theme; untouched if `role` is empty."""
    return QIcon(_TintedSvg(name, role))
