"""A small bubble that says for a few seconds why something was not taken.

It looks like a tooltip but stays while the mouse goes on: it lies over the window, below the control it speaks of, and
is announced to screen readers.
"""

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QLabel, QWidget

from nnstudio.ui import theme

SECONDS = 5
WIDTH = 260
GAP = 4


class Note(QLabel):
    """At most one note a control; `say` shows it, a click, a few seconds or `hide` ends it."""

    def __init__(self, control: QWidget) -> None:
        super().__init__(control)
        self._control = control
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName("note")
        self.hide()
        self._timer = QTimer(self, singleShot=True, interval=1000 * SECONDS)
        self._timer.timeout.connect(self.hide)
        control.destroyed.connect(self.deleteLater)  # from `say` on it is a child of the window

    def say(self, sentence: str) -> None:
        """Show this sentence below the control."""
        window, colors = self._control.window(), theme.current()
        self.setParent(window)
        self.setStyleSheet(
            f"background: {colors.card}; color: {colors.text}; border: 1px solid {colors.bad};"
            " border-radius: 6px; padding: 5px 8px;"
        )
        self.setText(sentence)
        width = min(WIDTH, window.width() - 2 * GAP)
        self.setFixedSize(width, self.heightForWidth(width))
        below = self._control.mapTo(window, QPoint(0, self._control.height() + GAP))
        left = min(max(below.x(), GAP), window.width() - width - GAP)
        fits = below.y() + self.height() <= window.height()
        top = below.y() if fits else self._control.mapTo(window, QPoint(0, -GAP)).y() - self.height()
        self.move(left, max(top, 0))
        self.show()
        self.raise_()
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def mousePressEvent(self, event: object) -> None:
        self.hide()
