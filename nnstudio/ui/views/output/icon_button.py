"""A button of the output card that is nothing but an icon."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton

from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.icons import icon


def icon_button(picture: str, name: str, tip: str) -> QToolButton:
    """With this picture, called `name`, which also says where it is explained."""
    button = QToolButton()
    button.setProperty("role", "icon")
    button.setIcon(icon(picture, "dim"))
    button.setIconSize(QSize(16, 16))
    button.setAccessibleName(name)
    button.setToolTip(f"{name}. {tip}")
    button.setWhatsThis(VIEWS[name].html(name))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
