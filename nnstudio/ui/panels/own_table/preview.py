"""The first rows of a table, as they stand in its file, below a head for each column."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from nnstudio.core.data.columns import Numbers
from nnstudio.files.tables.text_format import GAPS
from nnstudio.ui import theme
from nnstudio.ui.explanations.own_table import OWN_TABLE
from nnstudio.ui.panels.own_table.column_head import MARGIN, ColumnHeads, Head, heads_of
from nnstudio.ui.panels.own_table.draft import Looked, Proposed
from nnstudio.ui.panels.own_table.sentence_row import menu_of
from nnstudio.ui.panels.own_table.sentences import column_entries
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stylesheet import mix

ROW = 25
_CELL, _GAP = 12.0, 11.0
_MEASURED = 40
_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Menu)
Index = QModelIndex | QPersistentModelIndex


class PreviewModel(QAbstractTableModel):
    """The cells as text; `heads` say what becomes of each column."""

    def __init__(self, looked: Looked) -> None:
        super().__init__()
        self.cells = looked.table.beginning
        columns = looked.table.columns
        self.names = columns.names
        self.numbers = [isinstance(column, Numbers) for column in columns.by_name.values()]
        self.heads: list[Head] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's
        return 0 if parent.isValid() else len(self.cells)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's
        return 0 if parent.isValid() else len(self.names)

    def cell(self, index: Index) -> str:
        """What stands there; a row may be shorter than the others."""
        row = self.cells[index.row()]
        return row[index.column()] if index.column() < len(row) else ""

    def is_gap(self, index: Index) -> bool:
        """Whether no value stands there."""
        return self.cell(index) in GAPS

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        name = self.names[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return "gap" if self.is_gap(index) else self.cell(index)
            case Qt.ItemDataRole.ToolTipRole:
                return f"{name} has no value in this row." if self.is_gap(index) else self.cell(index)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{name}: {'no value' if self.is_gap(index) else self.cell(index)}"
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        name = self.names[section]
        kind = self.heads[section].kind if section < len(self.heads) else ""
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return name
            case Qt.ItemDataRole.ToolTipRole:
                return f"{name}: {kind}. Click to decide otherwise." if kind else name
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{name}, {kind}" if kind else name
            case _:
                return None


class CellPainter(QStyledItemDelegate):
    """Numbers to the right, words to the left; a gap is a box with that word."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, PreviewModel)
        head = model.heads[index.column()] if index.column() < len(model.heads) else None
        colors, box = theme.current(), QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue]
        used, number = head is None or head.used, model.numbers[index.column()]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if head is not None and head.target:
            painter.fillRect(box, QColor(colors.accent_soft))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), QColor(colors.line))
        side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
        inner = box.adjusted(MARGIN, 0, -MARGIN, -1)
        if model.is_gap(index) and used:
            field = box.adjusted(5, 3, -5, -4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(mix(colors.card, colors.warning, 0.2)))
            painter.drawRoundedRect(field, 4, 4)
            painter.setPen(QColor(colors.warning_text))
            painter.setFont(text_font(_GAP))
            painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, "gap")
        else:
            painter.setFont(_cell_font(number))
            painter.setPen(QColor(colors.text if used else mix(colors.card, colors.dim, 0.75)))
            text = QFontMetrics(painter.font()).elidedText(
                model.cell(index), Qt.TextElideMode.ElideRight, int(inner.width()) + 1
            )
            painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, text)
        view = self.parent()
        if isinstance(view, QTableView) and view.hasFocus() and view.currentIndex() == index:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(colors.accent))
            painter.drawRoundedRect(box.adjusted(1.5, 1.5, -1.5, -2.5), 3, 3)
        painter.restore()


def _cell_font(number: bool) -> QFont:
    return mono_font(_CELL) if number else text_font(_CELL)


class Preview(QTableView):
    """`chosen` gives the wishes that somebody's choice for a column stands for. Arrow keys go from cell to cell, Enter
    opens what else the column could be."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Looked | None, Proposed | None] = None, None
        self._widths: list[int] = []
        self.heads = ColumnHeads(self)
        self.setHorizontalHeader(self.heads)
        self.verticalHeader().hide()
        self.setItemDelegate(CellPainter(self))
        self.setShowGrid(False)
        self.setProperty("role", "bare")
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setAccessibleName("First rows")
        self.setWhatsThis(OWN_TABLE["First rows"].html("First rows"))
        self.heads.setWhatsThis(OWN_TABLE["Kind of column"].html("Kind of column"))
        self.heads.sectionClicked.connect(self.open_menu)

    def show_table(self, looked: Looked | None, proposed: Proposed | None) -> None:
        """Show the rows of this table and what becomes of its columns."""
        if (looked, proposed) == self._shown:
            return
        self._shown = looked, proposed
        model = self.model()
        if looked is None:
            return
        if not isinstance(model, PreviewModel) or model.cells is not looked.table.beginning:
            self.setModel(made := PreviewModel(looked))
            made.setParent(self)
            if model is not None:
                model.deleteLater()
            model = made
            self._widths = []
        model.heads = heads_of(looked, proposed)
        self.heads.show_heads(model.heads)
        if not self._widths:
            self._settle()
        self.viewport().update()

    def open_menu(self, section: int) -> None:
        """Offer everything that could be decided about a column."""
        model, proposed = self.model(), self._shown[1]
        if proposed is None or not isinstance(model, PreviewModel):
            return
        name = model.names[section]
        menu = menu_of(column_entries(proposed, name), self)
        menu.setAccessibleName(name)
        menu.triggered.connect(self._take)
        left = min(max(self.heads.sectionViewportPosition(section), 0), self.width() - 40)
        menu.popup(self.heads.mapToGlobal(QPoint(left, self.heads.height())))

    def _take(self, action: QAction) -> None:
        self.chosen.emit(action.data())

    def _settle(self) -> None:
        """Columns as wide as their heads and their first cells."""
        model = self.model()
        if not isinstance(model, PreviewModel):
            return
        scale = theme.text_scale()
        self._widths = []
        self.verticalHeader().setDefaultSectionSize(round(ROW * scale))
        for place, head in enumerate(model.heads):
            metrics = QFontMetrics(_cell_font(model.numbers[place]))
            cells = (row[place] for row in model.cells[:_MEASURED] if place < len(row))
            widest = max(map(metrics.horizontalAdvance, cells), default=0)
            self._widths.append(self.heads.width_of(head, widest))
        self._spread()

    def _spread(self) -> None:
        """What is left of the room goes to all columns."""
        spare = max(self.viewport().width() - sum(self._widths), 0)
        for place, width in enumerate(self._widths):
            before, behind = spare * place // len(self._widths), spare * (place + 1) // len(self._widths)
            self.setColumnWidth(place, width + behind - before)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENS and self.currentIndex().isValid():
            self.open_menu(self.currentIndex().column())
        else:
            super().keyPressEvent(event)
