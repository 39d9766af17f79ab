"""One line of a unit's working: factors with signs between them, and what they make, or a field to type that into."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from nnstudio.core.trace.quantity import Place
from nnstudio.ui.microscope.cells import Line, Writing
from nnstudio.ui.microscope.number_chip import NumberChip
from nnstudio.ui.microscope.parts import label
from nnstudio.ui.widgets.elided_label import ElidedLabel

_NOTHING = Line("", ())


def write(words: QLabel, text: str) -> None:
    """This text; none takes no room."""
    words.setText(text)
    words.setVisible(bool(text))


class LineRow(QFrame):
    """Shows one `Line` after the other, read out as one element. Its widgets stay, and there are as many as the longest
    line has needed; `make` makes a number."""

    def __init__(self, make: Callable[[], NumberChip]) -> None:
        super().__init__()
        self._make = make
        self._label, self._note, self._sign = label("small"), ElidedLabel(), label("operator-small")
        self._note.setProperty("role", "caption")  # gives way to the numbers
        self._cells: list[NumberChip] = []
        self._joints: list[QLabel] = []
        self._result = make()
        self._field: QWidget | None = None
        self.setProperty("role", "line")
        self._inside = QHBoxLayout(self)
        self._inside.setContentsMargins(2, 1, 2, 1)
        self._inside.setSpacing(3)
        self._factors = QHBoxLayout()
        self._factors.setSpacing(3)
        self._inside.addWidget(self._label)
        self._inside.addWidget(self._note, 1000)  # all the room that is left, where there is one
        self._inside.addLayout(self._factors)
        self._inside.addStretch(1)
        self._inside.addWidget(self._sign)
        self._inside.addWidget(self._result)

    def show_line(self, line: Line, writing: Writing, field: QWidget | None = None) -> None:
        """This one from now on, with a field in place of its result if there is one."""
        self.line = line
        self.setAccessibleName(f"{line.label}: {line.spoken()}" if line.label else line.spoken())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if field is None else Qt.FocusPolicy.NoFocus)
        write(self._label, line.label)
        write(self._note, line.note if field is None else "")
        self._note.setToolTip(line.note)
        self._show_factors(line, writing)
        made = line.result is not None and bool(line.cells)
        write(self._sign, line.sign(writing) if made else "")
        self._result.show_if_there(line.result if field is None else None, writing)
        if self._field is not None:
            self._inside.removeWidget(self._field)
            self._field.hide()
            self._field.deleteLater()  # not at once: a key that was pressed in it may have led here
        self._field = field
        if field is not None:
            self._inside.addWidget(field)
            field.show()  # at once: it may be about to have the focus

    def _show_factors(self, line: Line, writing: Writing) -> None:
        while len(self._cells) < len(line.cells):
            self._joints.append(label("operator-small"))
            self._cells.append(self._make())
            self._factors.addWidget(self._joints[-1])
            self._factors.addWidget(self._cells[-1])
            for behind in (self._sign, self._result):
                behind.raise_()  # the order of reading
        for place, (joint, chip) in enumerate(zip(self._joints, self._cells, strict=True)):
            there = place < len(line.cells)
            write(joint, line.joint if there and place else "")
            chip.show_if_there(line.cells[place] if there else None, writing)

    def forget(self) -> None:
        """Be hidden, and hold nothing of what was shown."""
        self.show_line(_NOTHING, Writing.DIGITS)
        self.hide()

    @property
    def places(self) -> list[Place]:
        """Where the factors of this line come from."""
        return [cell.place for cell in self.line.cells if cell.place is not None]
