"""A text that changes many times a second and moves nothing."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QLabel

_ANY_DIGIT = str.maketrans("123456789", "000000000")


class SteadyLabel(QLabel):
    """As wide as the widest text so far, and as `characters` digits.

    A `QLabel` has all layouts around it, up to the window's, done anew for each new text, unless its size is fixed.
    """

    def __init__(self, characters: int = 0) -> None:
        super().__init__()
        self._characters = characters
        self.shrink()

    def setText(self, text: str) -> None:
        wide = self.fontMetrics().horizontalAdvance(text.translate(_ANY_DIGIT))
        if wide > self.width():
            self.setFixedWidth(wide)
        super().setText(text)

    def shrink(self) -> None:
        """From now on as narrow as it can be."""
        metrics = self.fontMetrics()
        wide = max(
            metrics.horizontalAdvance(text) for text in ("0" * self._characters, self.text().translate(_ANY_DIGIT))
        )
        self.setFixedSize(wide, metrics.height())

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.shrink()
