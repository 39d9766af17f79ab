"""A tile with one figure: what it is above, how much below; in the short form both on one line."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QSizePolicy, QWidget

from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.widgets.figures import MISSING

_ACROSS = 10
_DOWN = 5


class MetricTile(QFrame):
    """A label and its value. The short form, for low cards, has the short label."""

    def __init__(self, label: str, short_label: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "field")
        self._label = label
        self._short_label = short_label or label
        self._short = False
        self._caption, self._figure = QLabel(label), QLabel(MISSING)
        self._caption.setProperty("role", "on-field")
        self._row = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        for part in (self._caption, self._figure):
            self._row.addWidget(part)
        self.setMinimumWidth(60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._dress()
        self._name()

    @property
    def label(self) -> str:
        """What the figure is."""
        return self._label

    @property
    def value(self) -> str:
        """The figure as written."""
        return self._figure.text()

    def set_label(self, label: str, short_label: str = "") -> None:
        """Say what the figure is."""
        if label != self._label:
            self._label, self._short_label = label, short_label or label
            self._dress()
            self._name()

    def set_value(self, value: str) -> None:
        """Write the figure."""
        if value != self.value:
            self._figure.setText(value)
            self._caption_in_room()
            self._name()

    def set_short(self, short: bool) -> None:
        """Whether there is height for one line only."""
        if short != self._short:
            self._short = short
            self._dress()

    def height_as(self, short: bool) -> int:
        """How high it is in this form."""
        heights = [QFontMetrics(font).height() for font in self._fonts(short)]
        return max(heights) + 2 * (_DOWN - 1) if short else sum(heights) + 2 * _DOWN

    def _fonts(self, short: bool) -> tuple[QFont, QFont]:
        """For the label and for the figure."""
        return (text_font(10.5), mono_font(11)) if short else (text_font(11), mono_font(15))

    def _name(self) -> None:
        self.setAccessibleName(f"{self._label}: {self.value}")

    def _dress(self) -> None:
        short = self._short
        # The text of now must not push the card about.
        ignored, own = QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        self._caption.setSizePolicy(ignored, QSizePolicy.Policy.Fixed)
        self._figure.setSizePolicy(own if short else ignored, QSizePolicy.Policy.Fixed)
        fonts = self._fonts(short)
        self._caption.setFont(fonts[0])
        self._figure.setFont(fonts[1])
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if short else QBoxLayout.Direction.TopToBottom)
        self._row.setSpacing(3 if short else 0)
        across = _ACROSS - 5 if short else _ACROSS
        self._row.setContentsMargins(across, _DOWN - short, across, _DOWN - short)
        right = Qt.AlignmentFlag.AlignRight if short else Qt.AlignmentFlag.AlignLeft
        self._figure.setAlignment(right | Qt.AlignmentFlag.AlignVCenter)
        self._caption_in_room()

    def _caption_in_room(self) -> None:
        """The label, the short one, or its first word, whichever there is room for."""
        margins, metrics = self._row.contentsMargins(), self._caption.fontMetrics()
        room = self.width() - margins.left() - margins.right()
        if self._short:
            room -= self._figure.sizeHint().width() + self._row.spacing()
        texts = (*(() if self._short else (self._label,)), self._short_label, self._short_label.split()[0])
        text = next((text for text in texts if metrics.horizontalAdvance(text) <= room), texts[-1])
        if text != self._caption.text():
            self._caption.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._caption_in_room()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self._dress()
        super().changeEvent(event)
