"""A switch that is on or off."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from nnstudio.ui import theme

_WIDTH, _HEIGHT, _KNOB = 36, 24, 18


class Switch(QAbstractButton):
    """`toggled` tells when it changes, `clicked` when somebody changes it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setText(name)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, _HEIGHT) * theme.text_scale()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, scale = theme.current(), theme.text_scale()
        knob = _KNOB * scale
        box = QRectF(0, 0, _WIDTH * scale, knob + 2)
        box.moveCenter(QRectF(self.rect()).center())
        box.adjust(1, 0, -1, 0)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        painter.setBrush(QColor(colors.accent if on else colors.dim))
        painter.setPen(QPen(QColor(colors.text), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.card))
        x = box.right() - box.height() / 2 if on else box.left() + box.height() / 2
        painter.drawEllipse(QPointF(x, box.center().y()), knob / 2 - 2, knob / 2 - 2)
