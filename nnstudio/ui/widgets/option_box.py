"""A flat field that opens a list to choose from.

Only what a person picks is told. The mouse wheel belongs to the panel that scrolls, so that nobody changes an optimizer
in passing. In a field that is too narrow stands the short name, or as much as there is room for; the list is as wide as
its longest entry.
"""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from nnstudio.ui.explanations.settings import explained_by_label
from nnstudio.ui.widgets.note import Note

SHORT = Qt.ItemDataRole.UserRole
"""Under which an entry keeps the name that stands in the field where the label has no room."""
_FRAME = 2 * (1 + 4 + 6)
"""The list's line and padding and an entry's own padding, as the stylesheet has them."""
_SHORTER = {
    "Mean squared error": "MSE",
    "Half squared error": "½ MSE",
    "Mean absolute error": "MAE",
    "Cross-entropy": "Cross-ent.",
    "Sigmoid cross-entropy": "Sigm. CE",
    " cross-entropy": " CE",
    "Exponential": "Exp.",
    "Cosine with restarts": "Restarts",
    "Reduce on plateau": "Plateau",
    "Every epoch": "Always",
    "Never: in order": "Never",
    "Like the weights": "As weights",
    ", normal": " N",
    ", uniform": " U",
    "(a, b)": "",
    " normalisation": " norm",
    "Average pooling": "Avg. pool",
    "Leaky ReLU": "Leaky",
    " (Swish)": "",
}
"""In narrow fields; distributions by their letters, as in formulas."""


def abbreviated(label: str) -> str:
    """How something is called in a narrow field."""
    for long, short in _SHORTER.items():
        label = label.replace(long, short)
    return label


class FlatBox(QComboBox):
    """The look and the manners of all boxes with a list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setMaxVisibleItems(20)
        self.setStyleSheet("QComboBox { padding-right: 0px; }")  # the arrow's room is kept by the arrow already
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        # As Qt does it, but a label that is too long ends in an ellipsis.
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        option.currentText = self.written()  # pyright: ignore
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def showPopup(self) -> None:
        view = self.view()
        room = view.sizeHintForColumn(0) + _FRAME + view.verticalScrollBar().sizeHint().width()
        view.setMinimumWidth(max(room, self.width()))
        super().showPopup()
        # What is wider than the field reaches to the left: the cards with fields stand at the right edge of the screen.
        popup, place = view.window(), self.mapToGlobal(QPoint(self.width(), 0)).x() - view.window().width()
        popup.move(max(place, self.screen().availableGeometry().left()), popup.y())

    def written(self) -> str:
        """What stands in the field: the label, the short one, or as much of it as there is room for."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(control, option, part, self).width()
        if not self.itemIcon(self.currentIndex()).isNull():
            room -= self.iconSize().width() + 4
        text, metrics = self.currentText() or self.placeholderText(), self.fontMetrics()
        if metrics.horizontalAdvance(text) > room:
            text = self.currentData(SHORT) or text
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)


class Option(NamedTuple):
    """One entry. `help` is its tooltip; `reason` says why it cannot be chosen, and then it is dimmed; `short` stands in
    the field where the label has no room."""

    label: str
    value: object
    help: str = ""
    reason: str = ""
    icon: QIcon | None = None
    short: str = ""


class OptionBox(FlatBox):
    """Any options; `chosen` gives the value of the one that somebody picked."""

    chosen = Signal(object)

    def __init__(self, name: str, help: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._help = help
        self._note = Note(self)
        self._options: tuple[Option, ...] = ()
        self._current: object = None
        self.setAccessibleName(name)
        self.setToolTip(help)
        self.activated.connect(self._activated)

    def offer(self, options: Sequence[Option], current: object) -> None:
        """Offer these, and show the one with this value, or the placeholder if none has it; emits nothing."""
        self._current = current
        if tuple(options) != self._options:
            self._options = tuple(options)
            self.clear()
            for place, option in enumerate(self._options):
                self.addItem(option.icon or QIcon(), option.label)
                self.setItemData(place, option.reason or option.help, Qt.ItemDataRole.ToolTipRole)
                self.setItemData(place, option.short, SHORT)
                if option.reason:  # Qt asks the model whether an entry can be chosen: 0 means no
                    self.setItemData(place, 0, Qt.ItemDataRole.UserRole - 1)
            self.setWhatsThis(self._in_words())
        places = (place for place, option in enumerate(self._options) if option.value == current)
        self.setCurrentIndex(next(places, -1))
        option = self._options[self.currentIndex()] if self.currentIndex() >= 0 else None
        self.setToolTip(f"{self._help} {option.label}: {option.help}" if option and option.help else self._help)

    @property
    def options(self) -> tuple[Option, ...]:
        """What can be chosen, and what could be elsewhere."""
        return self._options

    def complain(self, sentence: str) -> None:
        """Say in a note why a choice was not taken."""
        self._note.say(sentence)

    def _in_words(self) -> str:
        entries = (f"<p><b>{option.label}</b>: {option.help}</p>" for option in self._options if option.help)
        return explained_by_label(self.accessibleName(), self._help) + "".join(entries)

    @Slot(int)
    def _activated(self, index: int) -> None:
        value = self._options[index].value
        if value != self._current:
            self.chosen.emit(value)
