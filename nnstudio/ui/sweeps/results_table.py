"""The candidates of a sweep as a table: their boundaries, in how many of their seeds they learned, and how far their
seeds lie apart."""

from PySide6.QtCore import QEvent, QModelIndex, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from nnstudio.ui import theme
from nnstudio.ui.explanations.sweeps import SWEEPS
from nnstudio.ui.sweeps.boundaries import Boundaries
from nnstudio.ui.sweeps.results_model import Kind, ResultsModel, Rows
from nnstudio.ui.sweeps.results_painter import PAD, ROW, WIDTHS, ResultsPainter

_SPARE = Kind.BEST, Kind.UPDATES, Kind.ACCURACY
"""Left out where there is no room for all."""


_SHRINK = 50
"""Pixels by which the columns of values can always give way."""


class ResultsTable(QTableView):
    """A click on *Open* or on a boundary, Enter, or a double click asks for a run; a head sorts."""

    run_chosen = Signal(int)

    def __init__(self, boundaries: Boundaries) -> None:
        super().__init__()
        self.results = ResultsModel(self)
        self.setModel(self.results)
        self._painter = ResultsPainter(self.results, boundaries, self)
        self.setItemDelegate(self._painter)
        self.setAccessibleName("Results")
        self.setWhatsThis(SWEEPS["table"].html("Results", "One row for each combination of settings."))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setProperty("role", "bare")
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # columns are as wide as the room beside
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda low, high: bar.setEnabled(high > low))
        bar.setEnabled(False)
        head = self.horizontalHeader()
        head.setSectionsClickable(True)
        head.setHighlightSections(False)
        head.sectionClicked.connect(self.results.sort_by)
        self.clicked.connect(self._clicked)
        self.activated.connect(lambda index: self.run_chosen.emit(self.results.standing(index.row()).runs[0][0]))
        boundaries.changed.connect(self.viewport().update)
        self._pressed = QPointF()

    def show_rows(self, rows: Rows) -> None:
        """These from now on; the chosen row stays."""
        index = self.currentIndex()
        chosen = self.results.standing(index.row()).candidate if index.isValid() else None
        anew = [column.kind for column in rows.columns] != [column.kind for column in self.results.rows.columns]
        scrolled = self.verticalScrollBar().value()
        self.results.show_rows(rows)
        self._painter.measure()
        if anew:
            self._share_widths()
        for row in range(self.results.rowCount()):
            if self.results.standing(row).candidate == chosen:
                self.selectRow(row)
        self.verticalScrollBar().setValue(scrolled)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        super().mousePressEvent(event)

    def _clicked(self, index: QModelIndex) -> None:
        kind, standing = self.results.rows.columns[index.column()].kind, self.results.standing(index.row())
        if kind is Kind.OPEN:
            self.run_chosen.emit(standing.runs[0][0])
        elif kind is Kind.PICTURES:
            inner = QRectF(self.visualRect(index)).adjusted(PAD, 0, -PAD, 0)
            for tile, (number, _) in zip(self._painter.tiles(inner, len(standing.runs)), standing.runs, strict=True):
                if tile.contains(self._pressed):
                    self.run_chosen.emit(number)

    def _share_widths(self) -> None:
        columns, scale = self.results.rows.columns, theme.text_scale()
        self.verticalHeader().setDefaultSectionSize(round(ROW * scale))
        wanted = [WIDTHS[column.kind] * scale for column in columns]
        spare = self.viewport().width() - sum(wanted)
        for place, column in enumerate(columns):  # what is in the best run's figures goes first
            goes = column.kind in _SPARE and spare < 0
            self.setColumnHidden(place, goes)
            spare += wanted[place] if goes else 0
        # Qt keeps a scroll bar for columns that have just been hidden.
        fits = spare >= 0 or (any(column.kind is Kind.VALUE for column in columns) and spare > -_SHRINK * scale)
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded)
        growing = [place for place, column in enumerate(columns) if column.kind in (Kind.VALUE, Kind.SPREAD)]
        for place, width in enumerate(wanted):
            grown = max(width + spare / len(growing), 0.6 * width) if place in growing else width
            self.horizontalHeader().resizeSection(place, round(grown))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_widths()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "results"):
            self._share_widths()
