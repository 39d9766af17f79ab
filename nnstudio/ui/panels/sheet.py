"""A picture in a dialog, on a card of its own."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

_MARGIN = 12


def on_sheet(picture: QWidget) -> QFrame:
    """The picture on a card, with room around it."""
    sheet = QFrame()
    sheet.setProperty("role", "sheet")
    column = QVBoxLayout(sheet)
    column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
    column.addWidget(picture)
    return sheet
