"""The next update of one weight, term by term, for the optimizer in use; and the button that makes it in the run."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from nnstudio.core.trace.names import Names
from nnstudio.core.trace.quantity import Index
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.update_rows import Row
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.training.phases import Phase
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.cells import NOTHING, Cell, Shape, Writing
from nnstudio.ui.microscope.number_chip import NumberChip
from nnstudio.ui.microscope.parts import label
from nnstudio.ui.microscope.sheet import Sheets, at_of
from nnstudio.ui.microscope.walk import Walk
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.elided_label import ElidedLabel
from nnstudio.ui.widgets.figures import grouped

WORDS = {
    "g": "gradient",
    "L2": "penalty, L2",
    "L1": "penalty, L1",
    "‖g‖": "length of the gradient",
    "clip": "clipping",
    "η": "learning rate",
    "m": "first moment",
    "v": "second moment",
    "m̂": "first, corrected",
    "v̂": "second, corrected",
    "v̂ₘₐₓ": "largest second",
    "s": "mean square",
    "u": "mean square of steps",
    "d": "direction",
    "c": "direction",
    "decay": "weight decay",
    "μ": "momentum of now",
    "μ′": "momentum of the next",
    "Π": "product of momenta",
    "step": "step",
    "w": "new weight",
}
"""What the rows of an update are called."""
_Line = tuple[str, str, str, Cell]
_FEWEST = 4
"""Gradient, learning rate, step and new weight: what every optimizer has."""
_VELOCITY = "μ · v + g"
_SUM = "s + g²"


def word_for(row: Row) -> str:
    """Of a row its name in words; two optimizers use a letter for something else."""
    return {_VELOCITY: "velocity", _SUM: "sum of squares"}.get(row.formula, WORDS[row.name])


class UpdateCard(QWidget):
    """Shows the update of one weight or bias; rows that the optimizer lacks are absent, not 0.

    weight: the key of its layer, the name of the array, and where there
    """

    update_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Update")
        self.weight: tuple[int, str, Index] | None = None
        self.writing = Writing.DIGITS
        self.name = QLabel()
        self.name.setProperty("role", "small")
        self.state = QLabel("not computed yet")
        self.state.setProperty("role", "pending")
        self.note = QLabel(wordWrap=True)
        self.note.setProperty("role", "caption")
        self.do = QPushButton("Do this update")
        self.do.setProperty("role", "small")
        self.do.setToolTip("The run makes this update, and the next one is held.")
        self.do.setWhatsThis(MICROSCOPE["Do this update"].html("Do this update", self.do.toolTip()))
        self.do.clicked.connect(self.update_wanted)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.note)
        column.addWidget(self.do, 0, Qt.AlignmentFlag.AlignLeft)
        self._shown: tuple[Trace, bool] | None = None
        self._lines: list[_Line] = []
        self._cells: list[tuple[QLabel, QLabel, QLabel, NumberChip]] = []

    def choose(self, key: int, array: str, at: Index) -> None:
        """This weight, as long as its unit is looked at."""
        self.weight = key, array, at

    def show_walk(self, trace: Trace, sheets: Sheets, walk: Walk, hidden: bool = False) -> None:
        """The update of the chosen weight, else of that of the unit which the mini-batch moves most; and whether it has
        been computed at the stop of now, and is not for somebody to find."""
        stop, known = walk.stop, walk.stop.phase is Phase.UPDATE and not hidden
        if not trace.held.worked_out:
            self.weight = None
        elif stop.layer is not None and stop.unit is not None:
            self.weight = self._of_unit(trace, sheets, trace.layers[stop.layer], stop.unit)
        self._shown = trace, known
        self.state.setVisible(not known)
        spec = trace.held.state.experiment.training
        of = f" of {Names(trace.layers).weight(*self.weight)}" if self.weight is not None else ""
        self.name.setText(f"{spec.optimizer.label}{of}")
        waits = f"All of update {grouped(trace.held.state.updates + 1)} waits until every unit has its gradient."
        bare = f"{spec.optimizer.label} has no memory of earlier gradients and no penalty is set: that is all."
        self._fill()
        bare = bare if len(self._lines) == _FEWEST else ""
        self.note.setText(waits if not known else bare if trace.held.worked_out else trace.held.awaited)
        self.note.setVisible(bool(self.note.text()))

    def offer(self, offered: bool) -> None:
        """Whether the update can be made in the run."""
        self.do.setVisible(offered)

    def _of_unit(self, trace: Trace, sheets: Sheets, layer: TracedLayer, unit: int) -> tuple[int, str, Index] | None:
        if self.weight is not None and self.weight[0] == layer.key and self.weight[2][-1] == unit:
            return self.weight
        if not layer.gradients:
            return None
        batch = trace.held.way.gradients[layer.key]
        own = sheets.weights(layer, at_of(layer, unit), batch)
        array, at = max(own, key=lambda weight: abs(float(batch[weight[0]][weight[1]])))
        return layer.key, array, at

    def show_writing(self, writing: Writing) -> None:
        """Numbers are written like this from now on."""
        self.writing = writing
        self._fill()

    def _rows(self) -> list[_Line]:
        """Of each row its words, its letter, its formula and its number."""
        if self._shown is None or self.weight is None or not self._shown[0].held.worked_out:
            return []
        trace, known = self._shown
        rows: list[_Line] = []
        for row in trace.held.update:
            value = trace.held.number_of(row, *self.weight)
            rows.append((word_for(row), row.name, row.formula, Cell(Shape.PLAIN, row.formula, value, None, known)))
        return rows

    def _fill(self) -> None:
        """Write the rows; where they are the same ones as before, into the widgets that are there."""
        rows = self._rows()
        if [words for words, *_ in rows] != [words for words, *_ in self._lines]:
            self._make(len(rows))
        for (words, letter, formula, cell), (name, sign, made, chip) in zip(rows, self._cells, strict=True):
            name.setText(words)
            sign.setText(letter)
            made.setText(formula)
            made.setToolTip(formula)
            chip.show_cell(cell, Writing.DIGITS if self.writing is Writing.ALGEBRA else self.writing)
            said = chip.text() if cell.known else "not computed yet"
            chip.setAccessibleName(f"{words}, {letter} = {formula}: {said}")
        self._lines = rows

    def _make(self, count: int) -> None:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        self._cells = []
        for place in range(count):
            cells = label("small"), label("figure"), ElidedLabel(), NumberChip(NOTHING, self.writing)
            cells[2].setProperty("role", "caption")
            for column, cell in enumerate(cells[:3]):
                grid.addWidget(cell, place, column)
            grid.addWidget(cells[3], place, 3, Qt.AlignmentFlag.AlignRight)
            self._cells.append(cells)
        grid.setRowStretch(count, 1)
        if (before := self._scroll.takeWidget()) is not None:
            before.deleteLater()  # not at once: while a sheet is put on, Qt still has to come by
        self._scroll.setWidget(body)
        body.setAutoFillBackground(False)  # a scroll area gives what it shows a ground of its own

    def table(self) -> Table | None:
        """All rows, with full precision; None where there is nothing yet."""
        rows = [(words, letter, formula, cell.value) for words, letter, formula, cell in self._rows() if cell.known]
        return Table("Update", ("what", "letter", "formula", "value"), rows) if rows else None
