"""A right click on numbers: copy them, or save them as CSV."""

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from nnstudio.ui.stage.table import Table


def copy(table: Table) -> None:
    """Into the clipboard, as a spreadsheet takes it."""
    QApplication.clipboard().setText(table.as_text("\t"))


class TableMenu(QMenu):
    """Copy as a table · Save as CSV…, which `save` is told of; gone once it is hidden."""

    def __init__(self, table: Table, parent: QWidget, save: SignalInstance) -> None:
        super().__init__(parent)
        self.aboutToHide.connect(self.deleteLater)
        self.addAction("Copy as a table", lambda: copy(table))
        self.addAction("Save as CSV…", lambda: save.emit(table))
