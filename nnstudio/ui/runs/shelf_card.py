"""The card at the left: the rows of the shelf, how much there is, and the way to all of it as a table."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.shelf.rows import ShelvedRun
from nnstudio.ui import theme
from nnstudio.ui.explanations.runs import RUNS
from nnstudio.ui.runs.model import Item, ShelfModel
from nnstudio.ui.runs.row_painter import Picture, RowPainter
from nnstudio.ui.runs.sparks import Sparks

WIDTH = 414
EMPTY = (
    "Nothing is on the shelf yet.\n\nRestart, New weights, a preset or Branch from here begin another run; the one "
    "that was trained until then is kept here, and can be opened again to the bit."
)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ShelfList(QListView):
    """Arrow keys walk, Enter opens, F2 renames, Delete throws away, C marks a run to be compared. A double click on a
    name renames it, anywhere else it opens the run."""

    open_wanted, delete_wanted, mark_wanted = Signal(object), Signal(object), Signal(object)  # Item
    chosen = Signal(object)  # Item, or None

    def __init__(self, model: ShelfModel, painter: RowPainter) -> None:
        super().__init__()
        self._model, self._painter = model, painter
        self.setModel(model)
        self.setItemDelegate(painter)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Runs")
        tip = "The runs that were left for others. Enter opens one, F2 renames it, Delete throws it away."
        self.setWhatsThis(RUNS["shelf"].html("Runs", tip))
        self.setAccessibleDescription(tip)
        self.viewport().setAutoFillBackground(False)

    @property
    def item(self) -> Item | None:
        """The one that is chosen."""
        index = self.currentIndex()
        return self._model.items[index.row()] if index.isValid() else None

    def choose(self, key: int) -> None:
        """Choose the run with this key, or the first one."""
        place = max(self._model.place(key), 0)
        if self._model.items:
            self.setCurrentIndex(self._model.index(place))

    def currentChanged(self, current: object, previous: object) -> None:
        super().currentChanged(current, previous)  # type: ignore[arg-type]
        self.chosen.emit(self.item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item, key = self.item, event.key()
        if self.state() == QAbstractItemView.State.EditingState or item is None or event.modifiers():
            super().keyPressEvent(event)
        elif key in _ENTER:
            self.open_wanted.emit(item)
        elif key == Qt.Key.Key_Delete:
            self.delete_wanted.emit(item)
        elif key == Qt.Key.Key_C:
            self.mark_wanted.emit(item)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() is not Qt.MouseButton.LeftButton:
            return
        item = self._model.items[index.row()]
        if self._painter.is_on_name(item, self.visualRect(index), event.position()):
            self.edit(index)
        else:
            self.open_wanted.emit(item)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
        if index.isValid():
            self.setCurrentIndex(index)
            self.menu_of(self._model.items[index.row()]).popup(self._place_of_menu(event))

    def _place_of_menu(self, event: QContextMenuEvent) -> QPoint:
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            return self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        return event.globalPos()

    def menu_of(self, item: Item) -> QMenu:
        """What can be done to a row."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shelved = item.row is not None
        opened = _entry(menu, "&Open", "Enter", shelved and not item.present)
        opened.triggered.connect(lambda: self.open_wanted.emit(item))
        _entry(menu, "&Rename", "F2", True).triggered.connect(lambda: self.edit(self.currentIndex()))
        marked = _entry(menu, "&Compare", "C", isinstance(item.row, ShelvedRun))
        marked.setCheckable(True)
        marked.setChecked(bool(self._model.mark_of(item)))
        marked.triggered.connect(lambda: self.mark_wanted.emit(item))
        menu.addSeparator()
        _entry(menu, "&Delete", "Del", shelved).triggered.connect(lambda: self.delete_wanted.emit(item))
        return menu


def _entry(menu: QMenu, text: str, keys: str, enabled: bool) -> QAction:
    action = menu.addAction(f"{text}\t{keys}")
    action.setEnabled(enabled)
    return action


class ShelfCard(QFrame):
    """A `ShelfList` with its title, and below it how much there is."""

    table_wanted = Signal()

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.setProperty("role", "sheet")
        self.setAccessibleName("Shelf of runs")
        self.sparks, self.model = Sparks(), ShelfModel(self)
        self.painter = RowPainter(self.model, self.sparks, picture, self)
        self.list = ShelfList(self.model, self.painter)
        self._summary, empty = QLabel(), QLabel(EMPTY)
        self._summary.setProperty("role", "caption")
        empty.setProperty("role", "dim")
        empty.setWordWrap(True)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setContentsMargins(40, 0, 40, 0)
        self._body = QStackedWidget()
        self._body.addWidget(self.list)
        self._body.addWidget(empty)
        self.table_button = QPushButton("Table as CSV…")
        self.table_button.setProperty("role", "link")
        self.table_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tip = "Save all runs as comma-separated values."
        self.table_button.setToolTip(tip)
        self.table_button.setWhatsThis(RUNS["table"].html("Table as CSV", tip))
        self.table_button.clicked.connect(self.table_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(_strip(_label("section", "RUNS"), _label("caption", "test loss · accuracy at the end")))
        column.addWidget(self._body, 1)
        foot = _strip(self._summary, self.table_button)
        foot.setProperty("role", "under")
        column.addWidget(foot)
        self._body.setContentsMargins(6, 0, 6, 0)
        self.fit()

    def fit(self) -> None:
        """For the size of the text of now."""
        self.setFixedWidth(round(WIDTH * theme.text_scale()))

    def show_items(self, items: list[Item], summary: str, empty: bool) -> None:
        """These rows from now on; what was chosen stays chosen."""
        before = self.list.item
        self.sparks.renew(item.row for item in items if item.row is not None)
        self.model.show(items)
        self._summary.setText(summary)
        self.table_button.setEnabled(not empty)
        self._body.setCurrentIndex(1 if empty else 0)
        if not self.list.currentIndex().isValid() and items:
            present = next((item.label.key for item in items if item.present), 0)
            self.list.choose(before.label.key if before and self.model.place(before.label.key) >= 0 else present)


def _label(role: str, text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    return label


def _strip(left: QWidget, right: QWidget) -> QFrame:
    strip = QFrame()
    row = QHBoxLayout(strip)
    row.setContentsMargins(14, 10, 14, 10)
    row.addWidget(left)
    row.addStretch(1)
    row.addWidget(right)
    return strip
