"""Which inputs a scatter matrix shows: a field that says how many, and the list of all of them to tick some in."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from nnstudio.ui.explanations.table_views import TABLE_VIEWS
from nnstudio.ui.widgets.option_box import SHORT, FlatBox

MOST = 5
"""So many inputs have room for their points and names."""
_LEAST = 2
_ROWS = 12
_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class InputList(QFrame):
    """Opens over the window; a click anywhere else, or Escape, closes it. What is ticked is shown at once."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popover")
        self.list = QListWidget()
        self.list.setProperty("role", "ticked")
        self.list.setAccessibleName("Inputs shown")
        self.list.setWhatsThis(TABLE_VIEWS["Inputs shown"].html("Inputs shown"))
        self.list.itemChanged.connect(self._tick)
        self.list.itemActivated.connect(self._turn)
        self.said = QLabel(f"{_LEAST} to {MOST} at once. Space ticks, letters find.")
        self.said.setProperty("role", "dim")
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addWidget(self.list)
        column.addWidget(self.said)
        self.setFocusProxy(self.list)

    def offer(self, names: tuple[str, ...]) -> None:
        """Offer these, the first of them ticked."""
        self.list.blockSignals(True)
        self.list.clear()
        for number, name in enumerate(names):
            item = QListWidgetItem(name, self.list)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(_CHECKED if number < MOST else _UNCHECKED)
        self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self._limit()

    @property
    def inputs(self) -> tuple[int, ...]:
        """Those that are ticked, by their numbers."""
        return tuple(each for each in range(self.list.count()) if self.list.item(each).checkState() == _CHECKED)

    def open_below(self, field: QWidget) -> None:
        """Stand below this field, as wide as it and the names need."""
        rows = min(self.list.count(), _ROWS)
        self.list.setFixedHeight(rows * self.list.sizeHintForRow(0) + 2 * self.list.frameWidth() + 4)
        width = self.list.sizeHintForColumn(0) + self.list.verticalScrollBar().sizeHint().width() + 24
        self.setMinimumWidth(max(field.width(), width))
        self.adjustSize()
        screen, place = field.screen().availableGeometry(), field.mapToGlobal(QPoint(0, field.height()))
        right, bottom = screen.right() - self.width(), screen.bottom() - self.height()
        self.move(min(place.x(), right), min(place.y(), bottom))
        self.show()
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)

    def _tick(self) -> None:
        self._limit()
        self.changed.emit()

    def _turn(self, item: QListWidgetItem) -> None:
        """Enter and a double click do what Space does."""
        if item.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            item.setCheckState(_UNCHECKED if item.checkState() == _CHECKED else _CHECKED)

    def _limit(self) -> None:
        """What would be one too many, or leave one too few, cannot be ticked."""
        count = len(self.inputs)
        self.list.blockSignals(True)
        for each in range(self.list.count()):
            item = self.list.item(each)
            free = count > _LEAST if item.checkState() == _CHECKED else count < MOST
            tick = Qt.ItemFlag.ItemIsUserCheckable
            if item.checkState() == _UNCHECKED:
                tick |= Qt.ItemFlag.ItemIsEnabled  # what has no room is dimmed
            item.setFlags(item.flags() | tick if free else item.flags() & ~tick)
        self.list.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)


class InputField(FlatBox):
    """Looks like the other fields, says how many inputs are shown, and opens the list of all of them."""

    changed = Signal()

    def __init__(self, bar: QWidget) -> None:
        super().__init__(bar)
        self.list = InputList(bar)  # what belongs to a combo box itself is drawn without a style sheet
        self.list.changed.connect(self._show)
        self.setAccessibleName("Inputs shown")
        self.setToolTip(f"Which inputs the matrix shows, at most {MOST} at once.")
        self.setWhatsThis(TABLE_VIEWS["Inputs shown"].html("Inputs shown"))

    @property
    def inputs(self) -> tuple[int, ...]:
        """Those that are shown, by their numbers."""
        return self.list.inputs

    def offer(self, names: tuple[str, ...]) -> None:
        """Offer these inputs, the first of them shown."""
        self.list.offer(names)
        self._show()

    def _show(self) -> None:
        self.clear()
        shown = f"{len(self.inputs)} of {self.list.list.count()}"
        self.addItem(f"{shown} inputs")
        self.setItemData(0, shown, SHORT)
        self.changed.emit()

    def showPopup(self) -> None:
        self.list.open_below(self)

    def hidePopup(self) -> None:
        self.list.close()
        super().hidePopup()
