"""Fields for a point of somebody's own: x₁, x₂ and what is true of it.

They show the example that is followed; whoever types another number follows a place of their own from then on, which is
in no split and saved nowhere.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.run.example import ExampleReading, TypedInputs
from nnstudio.core.trace.typed import Typed, Unreadable
from nnstudio.ui.examples.wording import target_from_words, target_in_words
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.widgets.figures import tick
from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.number_field import ValueEdit

_AROUND = 17
"""Pixels beside a name and a number."""
_NAMES = ("x₁", "x₂", "target")


class TypedField(QFrame):
    """A name and a number on a ground of its own."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("role", "field")
        self.edit = ValueEdit(self)
        self.edit.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.edit.setMinimumWidth(20)
        self.edit.setAccessibleName(name)
        self.edit.setToolTip(f"Type another {name}: the network answers a place of your own.")
        self.edit.setWhatsThis(VIEWS["Typed inputs"].html("Typed inputs"))
        self.edit.left.connect(self.edit.clearFocus)
        label = QLabel(name)
        label.setProperty("role", "on-field")
        label.setBuddy(self.edit)
        self.setFocusProxy(self.edit)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 2, 2)
        row.setSpacing(4)
        row.addWidget(label)
        row.addWidget(self.edit, 1)
        self._label = label

    @property
    def needed(self) -> int:
        """The width in which all of its text can be read."""
        text = self.edit.fontMetrics().horizontalAdvance(self.edit.text())
        return self._label.sizeHint().width() + text + _AROUND


class TypedFields(QWidget):
    """The three side by side; `entered` gives the `TypedInputs` that somebody has typed."""

    entered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.x1, self.x2, self.target = self._fields = tuple(map(TypedField, _NAMES))
        self._note = Note(self)
        self._shown: tuple[Dataset, ExampleReading] | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        for column, field in enumerate(self._fields):
            self._grid.addWidget(field, 0, column)
            field.edit.entered.connect(self._take)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_example(self, dataset: Dataset, example: ExampleReading) -> None:
        """Show a point's numbers, and its target."""
        self._shown = dataset, example
        exact = isinstance(example.chosen, TypedInputs)
        for field, value in zip(self._fields, example.raw.tolist(), strict=False):
            field.edit.show_text(tick(value) if exact else f"{value:.2f}".replace("-", "−"))
        self.target.edit.show_text(target_in_words(dataset, example))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The target in a line of its own, where it is too long for a third of one."""
        needed = sum(field.needed for field in self._fields) + 2 * self._grid.spacing()
        apart = needed > self.width() > 0
        self._grid.addWidget(self.target, *((1, 0, 1, 2) if apart else (0, 2, 1, 1)))
        for column, field in enumerate(self._fields):
            self._grid.setColumnStretch(column, 0 if apart and column == 2 else field.needed)

    def _take(self, text: str) -> None:
        """Another number in one of the fields; the others keep theirs, with all their digits."""
        if self._shown is None:
            return
        dataset, example = self._shown
        raw = example.raw.tolist()
        target = None if example.target is None else tuple(map(float, example.target))
        edit = self.sender()
        try:
            if edit is self.target.edit:
                target = target_from_words(dataset, text)
            else:
                raw[edit is self.x2.edit] = Typed.read(text).value
        except Unreadable as error:
            self._note.say(f"“{text}” cannot be read: {error}. Such as 0.25, 0,25 or 1/4 can.")
            return
        except ValueError as error:
            self._note.say(str(error))
            return
        typed = TypedInputs(tuple(raw), target)
        if typed.overflows(dataset):
            self._note.say(f"{text.strip()} is too large for the numbers that a network computes with.")
            return
        self._note.hide()
        self.entered.emit(typed)
