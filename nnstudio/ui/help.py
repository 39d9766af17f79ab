"""The help sheet (F1) and About.

The sheet of keys is drawn from the table of actions, so it shows what the keys really do.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from nnstudio import __version__
from nnstudio.ui.actions import ROWS, keys_of
from nnstudio.ui.icons import icon

_INTRODUCTION = (
    "Choose data on the left, press Play, and watch the network learn. Every slider may be moved while it does. "
    "Rest the pointer on anything for a sentence about it; press Shift+F1 and click for the formula."
)
_LEGEND = "Orange is negative, blue is positive: in neurons, weights and outputs alike."
_ABOUT = (
    "Build a neural network, watch it learn, understand why, take the weights away.",
    "Free software under the MIT licence. It uses Qt and PySide6 (LGPL), pyqtgraph (MIT) and NumPy (BSD); "
    "the faces Inter and JetBrains Mono are under the SIL Open Font License.",
)


class HelpSheet(QDialog):
    """All keys on one page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard and help")
        column = _column(self)
        column.addWidget(_text(_INTRODUCTION))
        column.addLayout(_keys())
        column.addWidget(_text(_LEGEND, "dim"))
        column.addWidget(_closing(self))


class About(QDialog):
    """Name, version, licences."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About NN Studio")
        picture = QLabel()
        picture.setPixmap(icon("nnstudio", "").pixmap(64))
        picture.setAccessibleName("NN Studio's icon")
        column = _column(self)
        column.addWidget(picture)
        name = _text(f"NN Studio {__version__}")
        name.setProperty("role", "strong")
        column.addWidget(name)
        for paragraph in _ABOUT:
            column.addWidget(_text(paragraph))
        column.addWidget(_closing(self))


def _column(dialog: QDialog) -> QVBoxLayout:
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 22, 24, 18)
    column.setSpacing(14)
    return column


def _text(text: str, role: str = "") -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setMinimumWidth(440)
    return label


def _keys() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(5)
    rows = [row for row in ROWS if row.keys]
    half = (len(rows) + 1) // 2
    for index, row in enumerate(rows):
        keys = QLabel(keys_of(row))
        keys.setProperty("role", "mono")
        keys.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        name = QLabel(row.text.replace("&", "").rstrip("…") if row.name != "play" else "Play or pause")
        name.setToolTip(row.tip)
        grid.addWidget(keys, index % half, 2 * (index // half))
        grid.addWidget(name, index % half, 2 * (index // half) + 1)
    grid.setColumnStretch(3, 1)
    return grid


def _closing(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    return buttons
