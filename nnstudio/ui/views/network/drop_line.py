"""A dashed line through the picture: here a layer would stand."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnstudio.ui.theme import current

_WIDTH = 3


class DropLine(QWidget):
    """Lies over the picture like glass, and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._fits = True
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_at(self, page: QWidget, x: int, top: int, fits: bool = True) -> None:
        """Stand on this page at x, from `top` down; in the colour of trouble where no layer fits."""
        self._fits = fits
        if self.parentWidget() is not page:
            self.setParent(page)
        self.setGeometry(x - _WIDTH // 2, top, _WIDTH, max(page.height() - top, 0))
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        pen = QPen(QColor(current().accent if self._fits else current().bad), 2, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([2.0, 2.0])
        painter = QPainter(self)
        painter.setPen(pen)
        painter.drawLine(QPointF(_WIDTH / 2, 0), QPointF(_WIDTH / 2, self.height()))
