"""A tile with one figure: what it is above, how much below; in the short form the figure alone."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.widgets.figures import MISSING

_ACROSS, _ACROSS_SHORT = 10, 2
_DOWN, _DOWN_SHORT = 5, 3


class MetricTile(QFrame):
    """A label and its value. The short form, for a table, leaves the label to the heads of row and column."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "field")
        self._short = False
        self._caption, self._figure = QLabel(label), QLabel(MISSING)
        self._caption.setProperty("role", "on-field")
        for part in (self._caption, self._figure):
            part.setParent(self)  # no layout: the text of now must not push the card about
        self.setMinimumWidth(60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._dress()
        self._name()

    @property
    def label(self) -> str:
        """What the figure is."""
        return self._caption.text()

    @property
    def value(self) -> str:
        """The figure as written."""
        return self._figure.text()

    def set_label(self, label: str) -> None:
        """Say what the figure is."""
        if label != self.label:
            self._caption.setText(label)
            self._name()

    def set_value(self, value: str) -> None:
        """Write the figure."""
        if value != self.value:
            self._figure.setText(value)
            self._name()

    def set_short(self, short: bool) -> None:
        """Whether the figure stands alone."""
        if short != self._short:
            self._short = short
            self._dress()

    def height_as(self, short: bool) -> int:
        """How high it is in this form."""
        caption, figure = (QFontMetrics(font).height() for font in self._fonts(short))
        return figure + 2 * _DOWN_SHORT if short else caption + figure + 2 * _DOWN

    def width_as_tall(self) -> int:
        """How wide it must be for its label."""
        return QFontMetrics(self._fonts(False)[0]).horizontalAdvance(self.label) + 2 * _ACROSS

    def _fonts(self, short: bool) -> tuple[QFont, QFont]:
        """For the label and for the figure."""
        return text_font(11), mono_font(11.5 if short else 15)

    def _name(self) -> None:
        self.setAccessibleName(f"{self.label}: {self.value}")

    def _dress(self) -> None:
        short = self._short
        for part, font in zip((self._caption, self._figure), self._fonts(short), strict=True):
            part.setFont(font)
        self._caption.setVisible(not short)
        self._figure.setAlignment(Qt.AlignmentFlag.AlignCenter if short else Qt.AlignmentFlag.AlignLeft)
        self.updateGeometry()
        self._place()

    def _place(self) -> None:
        short = self._short
        caption, figure = (QFontMetrics(font).height() for font in self._fonts(short))
        across, down = (_ACROSS_SHORT, _DOWN_SHORT) if short else (_ACROSS, _DOWN)
        width = self.width() - 2 * across
        self._caption.setGeometry(across, down, width, caption)
        self._figure.setGeometry(across, down if short else down + caption, width, figure)

    def sizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), self.height_as(self._short))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self._dress()
        super().changeEvent(event)
