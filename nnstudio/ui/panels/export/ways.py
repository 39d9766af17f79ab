"""In which way a format is written, where there are several: the numbers in the script, or in a file beside it."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QVBoxLayout, QWidget

from nnstudio.ui.explanations.export import EXPORT

_TIP = "Where the numbers go. A few read well in the script; many make it long."


class Ways(QWidget):
    """Hidden where there is only one. chosen: another one is"""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[QRadioButton] = []
        self._group = QButtonGroup(self)
        heading = QLabel("NUMBERS")
        heading.setProperty("role", "section")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(heading)
        self.hide()

    def offer(self, ways: Sequence[str], taken: str) -> None:
        """These, of which one is taken."""
        if [button.text() for button in self.buttons] != [*ways]:
            self._renew(ways)
        for button in self.buttons:
            button.setChecked(button.text() == taken)
        self.setVisible(bool(ways))

    def _renew(self, ways: Sequence[str]) -> None:
        for button in self.buttons:
            self._group.removeButton(button)
            button.deleteLater()
        self.buttons = [QRadioButton(way) for way in ways]
        for button in self.buttons:
            button.setAccessibleName(f"Numbers {button.text()}")
            button.setToolTip(_TIP)
            button.setWhatsThis(EXPORT["numbers"].html("Numbers", _TIP))
            button.clicked.connect(partial(self.chosen.emit, button.text()))
            self._group.addButton(button)
            self._column.addWidget(button)
