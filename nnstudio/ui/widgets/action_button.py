"""Buttons that are drawn from an action: its icon, its text, its tooltip, its state."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton

_BARE = frozenset({"play", "step"})
"""The roles that show an icon alone."""


def action_button(action: QAction, role: str) -> QToolButton:
    """A button for this action, with this role in the style sheet."""
    button = QToolButton()
    button.setProperty("role", role)
    button.setDefaultAction(action)
    if role not in _BARE:
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setAccessibleName(action.iconText().strip())
    # A click leaves the focus where it was, so that Space goes on playing.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def set_bare(button: QToolButton, bare: bool) -> None:
    """Without its text, or with it."""
    style = Qt.ToolButtonStyle
    wanted = style.ToolButtonIconOnly if bare else style.ToolButtonTextBesideIcon
    if button.toolButtonStyle() != wanted:
        button.setToolButtonStyle(wanted)
        button.setProperty("bare", bare)
        button.style().unpolish(button)
        button.style().polish(button)
        if (group := button.parentWidget()) is not None:
            group.updateGeometry()  # it has kept the size it measured
