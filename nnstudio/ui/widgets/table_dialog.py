"""The numbers of a picture as a table that can be read cell by cell, and copied into any spreadsheet."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui.explanations.window import TABLE
from nnstudio.ui.stage.table import Cell, Table
from nnstudio.ui.widgets.figures import decimal

_DIGITS = 6
_LINES_MEASURED = 50
"""By so many rows Qt finds out how wide a column must be."""


class TableModel(QAbstractTableModel):
    """Reads a `Table`; numbers are written only when they come into sight."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 -- Qt's
        return 0 if parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 -- Qt's
        return 0 if parent.isValid() else len(self.table.headers)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell = self.table.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return decimal(cell, _DIGITS) if isinstance(cell, float) else str(cell)
        if role == Qt.ItemDataRole.TextAlignmentRole and not isinstance(cell, str):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.table.headers[section] if orientation == Qt.Orientation.Horizontal else str(section + 1)


class TableDialog(QDialog):
    """The tables of one picture, one at a time. `first`: which of them is shown."""

    def __init__(self, title: str, tables: Sequence[Table], first: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._tables = tables
        self.view = QTableView()
        self.view.setWhatsThis(TABLE.html("Table"))
        self.view.setTabKeyNavigation(False)  # arrows go from cell to cell, Tab leaves
        self.view.horizontalHeader().setResizeContentsPrecision(_LINES_MEASURED)
        self.choice = QComboBox()
        self.choice.addItems([table.title for table in tables])
        self.choice.setAccessibleName("Table")
        self.choice.setWhatsThis(TABLE.html("Table"))
        self.choice.setVisible(len(tables) > 1)
        hint = QLabel("Ctrl+A, Ctrl+C copies it for a spreadsheet.")
        hint.setProperty("role", "dim")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        below = QHBoxLayout()
        below.addWidget(hint)
        below.addWidget(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(10)
        column.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.view, 1)
        column.addLayout(below)
        self.choice.currentIndexChanged.connect(self._show)
        self.choice.setCurrentIndex(first)
        self._show(first)
        self.view.setFocus()

    def _show(self, place: int) -> None:
        model, old = TableModel(self._tables[place]), self.view.model()
        model.setParent(self)
        self.view.setModel(model)
        self.view.setAccessibleName(self._tables[place].title)
        self.view.resizeColumnsToContents()
        self.view.setCurrentIndex(model.index(0, 0))
        if old is not None:
            old.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QApplication.clipboard().setText(self._selected())
        else:
            super().keyPressEvent(event)

    def _selected(self) -> str:
        """The cells that are selected as lines with tabs between them; the headers too, where it is all of them."""
        table = self._tables[self.choice.currentIndex()]
        chosen = {(index.row(), index.column()) for index in self.view.selectedIndexes()}
        rows = sorted({row for row, _ in chosen})
        columns = sorted({column for _, column in chosen})
        lines = [
            "\t".join(_exactly(table.rows[row][column]) if (row, column) in chosen else "" for column in columns)
            for row in rows
        ]
        if len(chosen) == len(table.rows) * len(table.headers):
            lines.insert(0, "\t".join(table.headers))
        return "\n".join(lines)

    def sizeHint(self) -> QSize:
        return QSize(560, 420)


def _exactly(cell: Cell) -> str:
    """With all its digits, a point and a plain minus."""
    return cell if isinstance(cell, str) else repr(cell)
