"""What differs between the runs: the settings, and the figures at the same update."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from nnstudio.core.counting import grouped
from nnstudio.core.run.frame import Frame
from nnstudio.ui.explanations.compare import COMPARE
from nnstudio.ui.runs.badge import LETTERS, Badge
from nnstudio.ui.runs.compare.comparison import Comparison, Names
from nnstudio.ui.runs.compare.figures import Row, alike, alike_words, common_update, figure_rows, setting_rows
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.steady_label import SteadyLabel
from nnstudio.ui.widgets.table_dialog import TableDialog

NO_DIFFERENCE = "No setting differs."
_RIGHT, _FILL = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag(0)


class DiffersView(View):
    """Settings that differ, then figures; below them what is alike."""

    title = "What differs"
    interval = 0.2

    def __init__(self) -> None:
        super().__init__()
        self.names: Names = ()
        self._comparison: Comparison | None = None
        self._settings: list[Row] = []
        self._figures: list[Row] = []
        self._update: int | None = None
        self._shape: object = None
        self._cells: list[Sequence[QLabel]] = []
        self._body = QWidget()
        self._grid = QGridLayout(self._body)
        self._grid.setContentsMargins(0, 0, 10, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(7)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._body)
        for ground in (area.viewport(), self._body):
            ground.setAutoFillBackground(False)
        self.alike = QLabel()
        self.alike.setProperty("role", "dim")
        self.alike.setWordWrap(True)
        self.show_alike = QPushButton("Show")
        self.show_alike.setProperty("role", "link")
        self.show_alike.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_alike.setAccessibleName("Show what is alike")
        self.show_alike.setToolTip("All settings that are the same in these runs.")
        self.show_alike.setWhatsThis(COMPARE["alike"].html("Show what is alike", self.show_alike.toolTip()))
        self.show_alike.clicked.connect(self._show_alike)
        foot = QHBoxLayout()
        foot.addWidget(self.alike, 1)
        foot.addWidget(self.show_alike)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(area, 1)
        column.addLayout(foot)

    def show_frame(self, frame: Frame) -> None:
        comparison = self._comparison = Comparison.of(frame, self.names)
        experiments = [each.experiment for each in comparison.frames]
        self._settings = setting_rows(experiments)
        self._update = common_update(comparison.frames)
        self._figures = figure_rows(comparison.frames, self._update) if self._update is not None else []
        shape = len(experiments), [row.label for row in (*self._settings, *self._figures)]
        if shape != self._shape:
            self._shape = shape
            self._make(len(experiments))
        for row, cells in zip((*self._settings, *self._figures), self._cells, strict=True):
            for place, (value, cell) in enumerate(zip(row.values, cells, strict=True)):
                rank = "" if row.best is None else "best" if row.best == place else "less"
                _say(cell, value or "–", rank)
        self._at.setText(f"at update {grouped(self._update)}" if self._update is not None else "")
        self.alike.setText(alike_words(experiments))

    def _make(self, runs: int) -> None:
        """A label for each cell."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._cells = []
        for column in range(runs):
            self._grid.addWidget(Badge(column), 0, column + 1, Qt.AlignmentFlag.AlignRight)
        line = 1
        if not self._settings:
            none = QLabel(NO_DIFFERENCE)
            none.setProperty("role", "dim")
            self._grid.addWidget(none, line, 0, 1, runs + 1)
            line += 1
        for row in self._settings:
            self._add(row, line, [QLabel() for _ in row.values])
            line += 1
        self._at = SteadyLabel()
        self._at.setProperty("role", "part")
        rule = QFrame()
        rule.setProperty("role", "rule")
        rule.setFixedHeight(1)
        between = QHBoxLayout()
        between.setContentsMargins(0, 3, 0, 3)
        between.setSpacing(10)
        between.addWidget(self._at)
        between.addWidget(rule, 1)
        self._heading = QWidget()
        self._heading.setLayout(between)
        self._grid.addWidget(self._heading, line, 0, 1, runs + 1)
        for row in self._figures:
            line += 1
            self._add(row, line, [SteadyLabel() for _ in row.values])
        for column in range(4):
            self._grid.setColumnStretch(column, 0)
        self._grid.setColumnStretch(0, 1)
        for old in range(line + 2, self._grid.rowCount()):
            self._grid.setRowStretch(old, 0)
        for each in range(line + 1):
            self._grid.setRowStretch(each, 0)
        self._grid.setRowStretch(line + 1, 1)

    def _add(self, row: Row, line: int, cells: Sequence[QLabel]) -> None:
        label = QLabel(row.label)
        label.setProperty("role", "dim")
        label.setWordWrap(True)
        self._grid.addWidget(label, line, 0)
        for column, cell in enumerate(cells):
            cell.setProperty("role", "figure")
            cell.setWordWrap(len(row.values[column]) > 14)
            cell.setAlignment(_RIGHT)
            cell.setAccessibleName(f"{row.label} of {LETTERS[column]}")
            self._grid.addWidget(cell, line, column + 1, _RIGHT if isinstance(cell, SteadyLabel) else _FILL)
        self._cells.append(cells)

    def tables(self) -> Sequence[Table]:
        if self._comparison is None:
            return []
        headers = ("", *(f"{LETTERS[place]} {name}" for place, name in enumerate(self._comparison.names)))
        lines = [(row.label, *row.values) for row in (*self._settings, *self._figures)]
        return [Table("What differs", headers, lines), self._table_of_alike(self._comparison)]

    def _table_of_alike(self, comparison: Comparison) -> Table:
        lines = alike([each.experiment for each in comparison.frames])
        return Table("What is alike", ("setting", "value"), lines)

    def _show_alike(self) -> None:
        if self._comparison is not None:
            TableDialog("What is alike", [self._table_of_alike(self._comparison)], 0, self.window()).open()


def _say(cell: QLabel, text: str, rank: str) -> None:
    if text != cell.text():
        cell.setText(text)
    if cell.property("rank") != rank:
        cell.setProperty("rank", rank)
        cell.style().unpolish(cell)
        cell.style().polish(cell)
