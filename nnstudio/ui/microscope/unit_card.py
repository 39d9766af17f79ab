"""The unfolded unit: the equation of the phase in large numbers, and below it the parts of the working side by side."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.trace.quantity import Place
from nnstudio.ui.fonts import strong
from nnstudio.ui.microscope.check.checking import Checking
from nnstudio.ui.microscope.check.field import AnswerField
from nnstudio.ui.microscope.check.veil import veiled
from nnstudio.ui.microscope.line_row import LineRow
from nnstudio.ui.microscope.sheet import Sheet, Writing
from nnstudio.ui.microscope.table_menu import copy
from nnstudio.ui.microscope.working import Working
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.segmented import SegmentedSwitch

WRITINGS = tuple(Writing)


class UnitCard(QFrame):
    """Shows a `Sheet`; what is hovered on it is told, and what is hovered elsewhere is lit.

    writing: how all numbers are written, algebra, digits or in full
    answered: what was typed for a number; left: the fields are left for the keys of the page
    """

    pointed = Signal(object)  # Place | None
    pressed = Signal(object)  # Place
    answered = Signal(object, str)  # Place, text
    left = Signal()
    walked = Signal(int)
    written = Signal(object)  # Writing, of all numbers from now on

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "unit")
        self.writing = Writing.DIGITS
        self._sheet = Sheet("", "")
        self._checking: Checking | None = None
        self.title, self.subtitle = QLabel(), QLabel()
        self.title.setProperty("role", "heading")
        self.subtitle.setProperty("role", "subtitle")
        self.writings = SegmentedSwitch(
            [writing.value for writing in WRITINGS],
            ["Names in place of numbers.", "Three digits after the point.", "All digits that were calculated with."],
        )
        self.writings.set_current(WRITINGS.index(self.writing))
        self.writings.currentChanged.connect(self._write)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.subtitle)
        head.addStretch(1)
        head.addWidget(self.writings)
        self._how = QLabel("type 0.25, 0,25, 1/4 or e^-1")
        self._how.setProperty("role", "caption")
        head.addWidget(self._how)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 10, 10, 10)
        self._column.setSpacing(6)
        self._column.addLayout(head)
        self._working = working = Working()
        self._shape: object = None
        for mine, its in (
            (self.pointed, working.pointed),
            (self.pressed, working.pressed),
            (self.answered, working.answered),
            (self.left, working.left),
            (self.walked, working.walked),
        ):
            its.connect(mine)
        self._scroll = QScrollArea()
        working.wanted_in_sight.connect(lambda field: self._scroll.ensureWidgetVisible(field, 0, 30))
        self._scroll.setWidget(working)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._column.addWidget(self._scroll, 1)
        self.hint = QLabel(wordWrap=True)
        self.hint.setProperty("role", "hint")
        self.hint.hide()
        self._column.addWidget(self.hint)
        QShortcut(QKeySequence.StandardKey.Copy, self, self.copy, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def show_sheet(self, sheet: Sheet, checking: Checking | None = None) -> None:
        """This one from now on; with fields for the numbers that are the learner's."""
        self._checking = checking
        self._sheet = sheet = sheet if checking is None else veiled(sheet, checking.hides)
        asked = checking is not None and any(checking.step(line.asks) for part in sheet.parts for line in part.lines)
        self.writings.setHidden(asked)
        self._how.setVisible(asked)
        self.title.setText(sheet.title)
        self.subtitle.setText(sheet.subtitle)
        self.setAccessibleName(f"{sheet.title}, {sheet.subtitle}")
        typing = next(((f.place, f.cursorPosition()) for f in self.fields if f.hasFocus()), None)
        if typing is not None:
            self.setFocus()  # the field goes, and the focus shall not fall
        self._working.show_sheet(sheet, self.writing, checking)
        if (shape := (sheet.subtitle, [part.title for part in sheet.parts])) != self._shape:
            self._shape = shape
            self._scroll.verticalScrollBar().setValue(0)
        if typing is not None:
            self.settle()
            self.focus_on(*typing)
        self._show_hint()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._column.activate()
        self._working.fit(self._scroll.height())

    def settle(self) -> None:
        """Everything has its place at once, in the size of now."""
        self._column.activate()
        QCoreApplication.sendEvent(self._scroll, QEvent(QEvent.Type.LayoutRequest))
        if (box := self._working.layout()) is not None:
            box.activate()

    @property
    def wanted(self) -> float:
        """How high it would like to be, with all lines in sight."""
        margins = self._column.contentsMargins()
        head = self.writings.sizeHint().height() + self._column.spacing()
        if not self.hint.isHidden():
            head += self.hint.heightForWidth(max(self.width() - 24, 200)) + self._column.spacing()
        return self._working.whole_height + head + margins.top() + margins.bottom() + 18

    @property
    def rows(self) -> list[LineRow]:
        """The lines of the working, in order."""
        return self._working.rows

    def table(self) -> Table:
        """All numbers with all their digits, a line of the working a row."""
        rows: list[tuple[str | float, ...]] = []
        most = max((len(line.cells) for part in self._sheet.parts for line in part.lines), default=0)
        for part in self._sheet.parts:
            for line in part.lines:
                factors = [cell.value if cell.known else "" for cell in line.cells]
                result = line.result.value if line.result is not None and line.result.known else ""
                rows.append((part.title, line.spoken_name, *factors, *[""] * (most - len(factors)), result))
        heads = ("step", "what", *(f"factor {place + 1}" for place in range(most)), "result")
        return Table(f"{self._sheet.title}, {self._sheet.subtitle}", heads, rows)

    def copy(self) -> None:
        """Put the table into the clipboard."""
        copy(self.table())

    def light(self, is_lit: Callable[[Place], bool]) -> None:
        """Mark the chips of these numbers, and no other."""
        self._working.light(is_lit)

    # Fields -----------------------------------------------------------------------------------------------------------

    @property
    def fields(self) -> tuple[AnswerField, ...]:
        """Those to type into, and those that are right, in the order of working."""
        return tuple(self._working.fields)

    def focus_on(self, place: Place, cursor: int | None = None) -> bool:
        """To the field of this number; whether it has one."""
        return self._working.focus_on(place, cursor)

    def _show_hint(self) -> None:
        """Of the step that is open: the first that was wrong."""
        hints: list[str] = []
        if self._checking is not None:
            steps = [self._checking.step(line.asks) for part in self._sheet.parts for line in part.lines]
            hints = [hint for step in steps if step is not None and (hint := self._checking.hint(step))]
        self.hint.setVisible(bool(hints))
        self.hint.setText(f"{strong('Hint')}&nbsp; {hints[0]}" if hints else "")

    # ------------------------------------------------------------------------------------------------------------------

    def _write(self, index: int) -> None:
        self.writing = WRITINGS[index]
        self.written.emit(self.writing)
        self.show_sheet(self._sheet, self._checking)
