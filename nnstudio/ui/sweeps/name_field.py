"""Where the name of a sweep is typed, in its row of the list."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from nnstudio.files.sweep_library import LONGEST_NAME
from nnstudio.ui.explanations.sweeps import SWEEPS


class NameField(QLineEdit):
    """Stands in the place of a name while another one is typed. Enter takes it, Escape leaves it as it was; an
    empty one gives the sweep back the name that it has by its settings.

    named: this name was typed; left: it is over, with or without a name
    """

    named = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMaxLength(LONGEST_NAME)
        self.setAccessibleName("Name of the sweep")
        tip = "Kept with the sweep; when it is empty, its settings are its name."
        self.setToolTip(tip)
        self.setWhatsThis(SWEEPS["name"].html("Name of the sweep", tip))
        self.editingFinished.connect(self._take)
        self.hide()

    def begin(self, name: str) -> None:
        """Offer this one to be changed."""
        self.setText(name)
        self.show()
        self.setFocus()
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._end()
        else:
            super().keyPressEvent(event)

    def _take(self) -> None:
        if not self.isHidden():  # Enter, and then the focus that goes
            self._end()
            self.named.emit(self.text())

    def _end(self) -> None:
        row = self.parentWidget()
        self.left.emit()
        if row is not None:
            row.setFocus()
