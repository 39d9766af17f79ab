"""Small parts that the cards are put together of."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.icons import icon


def label(role: str, text: str = "") -> QLabel:
    """Words in one of the style sheet's roles."""
    words = QLabel(text)
    words.setProperty("role", role)
    return words


def write(words: QLabel, text: str) -> None:
    """This text; none takes no room."""
    words.setText(text)
    words.setVisible(bool(text))


def row(*widgets: QWidget | None) -> QWidget:
    """Side by side; None is what is left of the room."""
    whole = QWidget()
    box = QHBoxLayout(whole)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(6)
    for widget in widgets:
        if widget is None:
            box.addStretch(1)
        else:
            box.addWidget(widget)
    return whole


def arrow(picture: str, name: str, key: str, deed: Callable[[], None]) -> QToolButton:
    """To the example before or behind, as a key does it too."""
    button = QToolButton()
    button.setProperty("role", "icon")
    button.setIcon(icon(picture, "dim"))
    button.setIconSize(QSize(16, 16))
    button.setAccessibleName(name)
    button.setToolTip(f"{name} of the same split ({key}).")
    button.setWhatsThis(VIEWS[name].html(name))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(deed)
    return button
