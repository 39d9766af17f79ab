"""The working on the card of a unit: the equation in large numbers, and below it the parts side by side.

All widgets stay and are written into, from one unit and phase to the next: to make a hundred new ones takes longer than
all the rest of a step. What a sheet does not need is hidden.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from nnstudio.core.trace.asked import Asked
from nnstudio.core.trace.judgement import Verdict
from nnstudio.core.trace.quantity import Place
from nnstudio.ui import theme
from nnstudio.ui.microscope.cells import NOTHING, Cell, Line, Part, Sheet, Writing, number
from nnstudio.ui.microscope.check.checking import Checking
from nnstudio.ui.microscope.check.field import AnswerField
from nnstudio.ui.microscope.curve_stage import CurveStage
from nnstudio.ui.microscope.line_row import LineRow
from nnstudio.ui.microscope.number_chip import NumberChip
from nnstudio.ui.microscope.parts import label, write

_RINGED = "①②③④⑤"
_ROOMY = 180
"""From so many pixels of height on, with normal text, there is room for the headline and some lines."""
_NOTHING = Part(1, "")
Fields = Callable[[Line], Iterator[QWidget]]
"""Of a line the field in place of its result, and what is said below it; nothing where none is asked for."""


class Working(QWidget):
    """All of a sheet but its title; with fields for the numbers that are a learner's."""

    pointed = Signal(object)  # Place | None
    pressed = Signal(object)  # Place
    answered = Signal(object, str)  # Place, text
    left = Signal()
    walked = Signal(int)
    wanted_in_sight = Signal(object)  # QWidget

    def __init__(self) -> None:
        super().__init__()
        self._checking: Checking | None = None
        self.fields: list[AnswerField] = []
        self._terms: list[_Term] = []
        self._columns: list[_Column] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._head, self._headed = QWidget(), False
        head = QVBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(8)
        self._headline, self._parts = QHBoxLayout(), QHBoxLayout()
        self._headline.setSpacing(14)
        self._headline.addStretch(1)
        self._headline.addStretch(1)
        self._parts.setSpacing(10)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rule.setFixedHeight(1)
        head.addLayout(self._headline)
        head.addWidget(rule)
        column.addWidget(self._head)
        column.addLayout(self._parts, 1)

    def show_sheet(self, sheet: Sheet, writing: Writing, checking: Checking | None = None) -> None:
        """This one from now on."""
        self._headed = bool(sheet.headline)
        self._checking = checking
        self.fields = []
        while len(self._terms) < len(sheet.headline):
            self._terms.append(_Term(self._make_chip()))
            self._headline.insertLayout(self._headline.count() - 1, self._terms[-1])
            for column in self._columns:
                column.raise_()  # the order of reading
        while len(self._columns) < len(sheet.parts):
            self._columns.append(_Column(self._make_row))
            self._parts.addWidget(self._columns[-1], 1)
        for place, term in enumerate(self._terms):
            term.show_term(*(sheet.headline[place] if place < len(sheet.headline) else ("", None, "")), writing)
        for place, column in enumerate(self._columns):
            there = place < len(sheet.parts)
            column.setVisible(there)
            column.show_part(sheet.parts[place] if there else _NOTHING, writing, self._field)
        self.light(lambda _: False)
        for one, other in pairwise([*self.rows, *self.fields]):
            QWidget.setTabOrder(one, other)

    @property
    def whole_height(self) -> int:
        """How high it would like to be with its headline."""
        return self.sizeHint().height() + (self._height_of_head if self._head.isHidden() else 0)

    def fit(self, height: int) -> None:
        """Without the headline where all has room only then, or where there is hardly any: the parts have the same
        numbers."""
        parts = self.minimumSizeHint().height() - (0 if self._head.isHidden() else self._height_of_head)
        whole = height >= parts + self._height_of_head
        scrolls_anyway = height < parts and height >= _ROOMY * theme.text_scale()
        self._head.setVisible(not self._headed or whole or scrolls_anyway)

    @property
    def _height_of_head(self) -> int:
        layout = self.layout()
        assert layout is not None
        return self._head.sizeHint().height() + layout.spacing()

    @property
    def rows(self) -> list[LineRow]:
        """The lines of the working, in order."""
        return [row for column in self._columns if not column.isHidden() for row in column.shown]

    def light(self, is_lit: Callable[[Place], bool]) -> None:
        """Mark these numbers, and no other."""
        for row in self.rows:
            row.light(is_lit)

    def _make_chip(self) -> NumberChip:
        chip = NumberChip(NOTHING, Writing.DIGITS, large=True)
        self._hear(chip)
        return chip

    def _make_row(self) -> LineRow:
        row = LineRow()
        self._hear(row)
        return row

    def _hear(self, numbers: NumberChip | LineRow) -> None:
        numbers.pointed.connect(self.pointed)
        numbers.pressed.connect(self.pressed)

    # Fields -----------------------------------------------------------------------------------------------------------

    def focus_on(self, place: Place, cursor: int | None = None) -> bool:
        """To the field of this number; whether it has one."""
        for field in self.fields:
            if field.place == place:
                field.setFocus()
                if cursor is None:
                    field.selectAll()
                else:
                    field.setCursorPosition(cursor)
                self.wanted_in_sight.emit(field)
                return True
        return False

    def _along(self, by: int) -> None:
        here = [place for place, field in enumerate(self.fields) if field.hasFocus()]
        if here:
            self.focus_on(self.fields[(here[0] + by) % len(self.fields)].place)

    def _field(self, line: Line) -> Iterator[QWidget]:
        """What a line asks for, if anybody is to find it."""
        step = self._checking.step(line.asks) if self._checking is not None and line.result is not None else None
        if step is not None and self._checking is not None:
            yield from self._asked(step, self._checking, bool(line.label))

    def _asked(self, step: Asked, checking: Checking, labelled: bool) -> Iterator[QWidget]:
        """A field, what was said of the answer, or what it waits for."""
        attempt = checking.attempt(step.place)
        if not attempt.done and (needs := checking.waits_for(step)):
            said = f"waits for {checking.name(needs[0])}"
            waits = label("waits", said if labelled else f"{step.name} {said}")
            waits.setAccessibleName(f"{step.name} {said}")
            yield waits
            return
        text = number(step.exercise.true) if attempt.shown else attempt.text
        field = AnswerField(step.place, step.name, text)
        field.show_judgement(attempt.judgement, checking.hint(step), attempt.shown)
        field.judged.connect(self.answered)
        field.changed.connect(self._keep)
        field.left.connect(self.left)
        field.moved.connect(self._along)
        field.walked.connect(self.walked)
        self.fields.append(field)
        yield field
        if attempt.shown or attempt.judgement is None:
            return
        verdict = attempt.judgement.verdict
        exact = number(step.exercise.true)
        if verdict is Verdict.RIGHT:
            if len(exact) > len(attempt.text.strip()) and attempt.text.strip().lstrip("-−").isdecimal() is False:
                yield label("caption", f"more exactly {exact}")
            return
        said = label("verdict" if verdict in (Verdict.SLIP, Verdict.WRONG) else "caption", attempt.judgement.sentence)
        said.setWordWrap(True)
        field.changed.connect(said.hide)  # it says nothing of what is typed anew
        yield said

    def _keep(self, place: object, text: str) -> None:
        if self._checking is not None and isinstance(place, Place):
            self._checking.attempt(place).text = text


class _Term(QHBoxLayout):
    """One number of the headline: the sign before it, its name, and what it is below it."""

    def __init__(self, chip: NumberChip) -> None:
        super().__init__()
        self._sign, self._name, self._caption, self._chip = label("operator"), label("dim"), label("caption"), chip
        self.setSpacing(14)
        self.addWidget(self._sign)
        column, line = QVBoxLayout(), QHBoxLayout()
        column.setSpacing(1)
        line.setSpacing(8)
        line.addWidget(self._name)
        line.addWidget(chip)
        column.addLayout(line)
        column.addWidget(self._caption, 0, Qt.AlignmentFlag.AlignHCenter)
        self.addLayout(column)

    def show_term(self, sign: str, cell: Cell | None, caption: str, writing: Writing) -> None:
        """This one from now on, or none."""
        write(self._sign, sign)
        write(self._name, "" if cell is None or writing is Writing.ALGEBRA else cell.name)
        write(self._caption, caption)
        self._chip.show_if_there(cell, writing)


class _Column(QWidget):
    """One part of the working."""

    def __init__(self, make: Callable[[], LineRow]) -> None:
        super().__init__()
        self._make = make
        self._rows: list[LineRow] = []
        self.shown: list[LineRow] = []
        self._below: list[QWidget] = []
        self._title, self._note = label("part"), label("caption")
        self._curve: CurveStage | None = None
        self._inside, self._lines = QVBoxLayout(self), QVBoxLayout()
        self._inside.setContentsMargins(0, 0, 0, 0)
        for box in (self._inside, self._lines):
            box.setSpacing(4)
        self._inside.addWidget(self._title)
        self._inside.addLayout(self._lines)
        self._inside.addWidget(self._note)
        self._inside.addStretch(1)

    def show_part(self, part: Part, writing: Writing, fields: Fields) -> None:
        """This one from now on."""
        write(self._title, f"{_RINGED[part.number - 1]} {part.title}")
        write(self._note, part.note)
        if part.curve is not None and self._curve is None:
            self._curve = CurveStage()
            self._inside.insertWidget(1, self._curve, 3)
            for before in (self._curve, self._title):
                before.lower()  # the order of reading
        if self._curve is not None:
            self._curve.show_curve(part.curve)
            self._curve.setVisible(part.curve is not None)
        for widget in self._below:
            self._lines.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._below = []
        while len(self._rows) < len(part.lines):
            self._rows.append(self._make())
            self._lines.addWidget(self._rows[-1])
            self._note.raise_()
        self.shown = self._rows[: len(part.lines)]
        for row in self._rows[len(part.lines) :]:
            row.forget()
        for row, line in zip(self.shown, part.lines, strict=True):
            field, *below = [*fields(line)] or [None]
            row.show_line(line, writing, field)
            row.show()
            for widget in below:
                assert widget is not None
                self._below.append(widget)
                self._lines.insertWidget(self._lines.indexOf(row) + 1, widget)
                widget.show()
