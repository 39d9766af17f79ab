"""A number over its name, to be read from afar."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from nnstudio.ui.explanations.window import COUNTERS
from nnstudio.ui.widgets.steady_label import SteadyLabel


class Counter(QWidget):
    """`caption` is the name. It is as wide as `characters` so that nothing beside it jumps."""

    def __init__(self, caption: str, characters: int, tip: str) -> None:
        super().__init__()
        self._number = SteadyLabel(characters)
        self._number.setProperty("role", "counter")
        name = QLabel(caption)
        name.setProperty("role", "caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self._number)
        column.addWidget(name)
        column.addStretch(1)
        self.setToolTip(tip)
        self.setWhatsThis(COUNTERS[caption].html(caption, tip))
        self.setAccessibleName(caption)
        self.set_text("0")

    def set_text(self, text: str) -> None:
        self._number.setText(text)
        self.setAccessibleDescription(text)

    def text(self) -> str:
        return self._number.text()
