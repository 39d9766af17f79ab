"""The page of the sweeps: which there are, where they run, and what came out of the one that is chosen."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.core.sweep.axis import Axis
from nnstudio.core.sweep.learned import Target
from nnstudio.core.sweep.standing import Standing
from nnstudio.ui import theme
from nnstudio.ui.explanations.sweeps import SWEEPS
from nnstudio.ui.sweeps.bar import Bar
from nnstudio.ui.sweeps.boundaries import Boundaries
from nnstudio.ui.sweeps.curves import RunCurves
from nnstudio.ui.sweeps.families import Family, Look, Strand, families_of
from nnstudio.ui.sweeps.family_legend import FamilyLegend
from nnstudio.ui.sweeps.record import SweepRecord, shown
from nnstudio.ui.sweeps.result_picture import ResultPicture
from nnstudio.ui.sweeps.results_model import Rows, columns_of
from nnstudio.ui.sweeps.results_table import ResultsTable
from nnstudio.ui.sweeps.sweep_list import SweepList
from nnstudio.ui.sweeps.where_card import WhereCard
from nnstudio.ui.widgets.option_box import Option, OptionBox

RENEW_MILLISECONDS = 300
"""So often, at most, pictures and table are made anew while results come in."""
_LIST, _CURVES = 262, 440
_NARROW = 1250
_RESULT = "RESULT BY SETTING"
_MOST_STRANDS = 6


class SweepsPage(QWidget):
    """bar: what stands above, in the place of the transport bar; where: who does the jobs of the next sweep

    new_wanted, go_on_wanted, run_wanted: somebody wants a new sweep, to go on with one, to open a run of one
    """

    new_wanted = Signal()
    go_on_wanted = Signal(object)  # SweepRecord
    run_wanted = Signal(object, int)  # SweepRecord, the number of the trial

    def __init__(self) -> None:
        super().__init__()
        self.record: SweepRecord | None = None
        self._standings: tuple[Standing, ...] = ()
        self._families: list[Family] = []
        self._of: dict[int, Family] = {}
        self._across: dict[str, str] = {}
        self.bar = Bar()
        self.bar.hide()
        self.bar.best_wanted.connect(self._open_best)
        self.list, self.where = SweepList(), WhereCard()
        self.list.chosen.connect(self.show_record)
        self.list.go_on_wanted.connect(self.go_on_wanted)
        self.new = QPushButton("New…")
        self.new.setProperty("role", "link")
        self.new.setToolTip("Choose settings and their values.")
        self.new.setWhatsThis(SWEEPS["settings"].html("New sweep", self.new.toolTip()))
        self.new.clicked.connect(self.new_wanted)
        self.boundaries = Boundaries(self)
        self.picture, self.curves = ResultPicture(), RunCurves(self._name_of)
        self.table = ResultsTable(self.boundaries)
        for part in (self.picture, self.curves, self.table):
            part.run_chosen.connect(self._open)
        self.legend = FamilyLegend()
        self.across = OptionBox("Across", "Which setting lies across.")
        self.across.chosen.connect(self._lay_across)
        self.up = OptionBox("Up", "Which result lies upwards.")
        self.up.chosen.connect(self._turn_up)
        for box in (self.across, self.up):
            box.setWhatsThis(SWEEPS["result"].html(box.accessibleName(), box.toolTip()))
        self._by_loss = True
        self._late = QTimer(self, singleShot=True, interval=RENEW_MILLISECONDS)
        self._late.timeout.connect(self.renew)
        self._reading = QTimer(self, interval=0)
        self._reading.timeout.connect(self._read_next)
        self._lay_out()

    def _lay_out(self) -> None:
        left = _card("SWEEPS", [self.new])
        left.column.addWidget(self.list, 1)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rule.setFixedHeight(1)
        where = QLabel("WHERE IT RUNS")
        where.setProperty("role", "section")
        for widget in (rule, where, self.where):
            left.column.addWidget(widget)
        self._chooser = QWidget()
        row = QHBoxLayout(self._chooser)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._across_said = QLabel("across")
        for label, box in ((self._across_said, self.across), (QLabel("up"), self.up)):
            label.setProperty("role", "caption")
            row.addWidget(label)
            box.setProperty("role", "compact")
            row.addWidget(box)
        middle = _card(_RESULT, [self._chooser])
        middle.column.addWidget(self.legend)
        middle.column.addWidget(self.picture, 1)
        self._curves_said = QLabel("median strong, seeds faint")
        self._curves_said.setProperty("role", "caption")
        right = _card("CURVES, BEST OF EACH", [self._curves_said])
        right.column.addWidget(self.curves, 1)
        below = _card("", [])
        below.column.setContentsMargins(1, 4, 1, 4)
        below.column.addWidget(self.table, 1)
        self._left, self._middle, self._right, self._below = left, middle, right, below
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(10)
        grid.addWidget(left, 0, 0)
        grid.addWidget(middle, 0, 1)
        grid.addWidget(right, 0, 2)
        grid.addWidget(below, 1, 0, 1, 3)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(0, 61)
        grid.setRowStretch(1, 39)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In narrow windows the curves give way, and words that the choices beside them repeat."""
        scale, narrow = theme.text_scale(), self.width() < _NARROW
        self._left.setFixedWidth(round((_LIST - 40 * narrow) * scale))
        self._right.setFixedWidth(round(_CURVES * (0.66 if narrow else 1) * min(scale, 1.1)))
        self._curves_said.setHidden(narrow)
        self._middle.title.setText(_RESULT.split()[0] if narrow else _RESULT)
        for box in (self.across, self.up):
            box.setMinimumWidth(round((110 if narrow else 136) * scale))

    # Which sweep.

    def show_records(self, records: Sequence[SweepRecord]) -> None:
        """These are all there are; the one that was chosen stays, else the first."""
        self.list.show_records(records)
        kept = self.record if self.record in records else None
        self.show_record(kept or next(iter(records), None))
        self._reading.start()

    def _read_next(self) -> None:
        """What is in of one more, so that the list can say how it stands."""
        record = next((row.record for row in self.list.rows if not row.record.loaded), None)
        if record is None:
            self._reading.stop()
        else:
            record.load()

    def show_record(self, record: SweepRecord | None) -> None:
        """Show this sweep."""
        if self.record is not None:
            self.record.changed.disconnect(self._changed)
        if record is not self.record:
            self.boundaries.forget()
        self.record = record
        if record is not None:
            record.changed.connect(self._changed)
            record.load()
        self.list.mark(record)
        self._late.stop()
        self.renew()

    def _changed(self) -> None:
        self.bar.show_record(self.record)
        if not self._late.isActive():
            self._late.start()

    def renew(self) -> None:
        """Draw all that is in."""
        record = self.record
        self.bar.show_record(record)
        self._standings = () if record is None else record.standings()
        if record is None or record.spec is None or not self._standings:
            self._show_nothing(record)
            return
        axes = tuple(axis for axis in record.axes)
        regression, watched = record.regression, self._standings[0].runs[0][1].metrics.watched
        across = self._offer(axes, watched, regression)
        self._families = self._grouped(axes, across)
        self._of = {standing.candidate: family for family in self._families for standing in family.standings}
        stopped = any(standing.stopped for standing in self._standings)
        self.legend.show_families(self._families, stopped)
        self.picture.show_results(self._families, axes, across, self._by_loss, regression, watched)
        self.curves.show_strands(self._strands(), record.stops, regression, len(self._families) > 1)
        rule = _rule(record, regression)
        columns = columns_of(axes, record.spec.seeds, record.on_plane, watched, rule)
        by = self._parting(axes, across)
        marked = by.name if by is not None else ""
        rows = Rows(self._standings, columns, self._look, record.project, regression, marked)
        self.table.show_rows(rows)

    def _show_nothing(self, record: SweepRecord | None) -> None:
        hint = "No results yet."
        if record is None:
            hint = "New… asks for a sweep; its results come here."
        elif record.trouble:
            hint = "There is nothing to be read."
        for picture in (self.picture, self.curves):
            picture.show_hint(hint)
        self.picture.show_results((), (), None, True, False, "")
        self.curves.show_strands(())
        self.legend.show_families([], False)
        self._chooser.hide()
        self.table.show_rows(Rows())

    def _offer(self, axes: tuple[Axis, ...], watched: str, regression: bool) -> Axis | None:
        """Let the setting across be chosen; the one that is."""
        score = "R²" if regression else "accuracy"
        name = watched.capitalize()
        self.up.offer([Option(f"{name} loss", True), Option(f"{name} {score}", False)], self._by_loss)
        names = [axis.name for axis in axes]
        key = " ".join(names)
        numbers = [axis.name for axis in axes if axis.range is not None or _is_number(axis.values)]
        chosen = self._across.get(key) or next(iter(numbers or names), "")
        self.across.offer([Option(axis.label, axis.name) for axis in axes], chosen)
        self.across.setEnabled(len(axes) > 1)
        self._chooser.show()
        for widget in (self._across_said, self.across):  # over seeds alone no setting lies anywhere
            widget.setVisible(bool(axes))
        for box in (self.across, self.up):
            box.setWhatsThis(SWEEPS["result"].html(box.accessibleName(), box.toolTip()))
        return next((axis for axis in axes if axis.name == chosen), None)

    def _lay_across(self, name: Any) -> None:
        if self.record is not None:
            self._across[" ".join(axis.name for axis in self.record.axes)] = str(name)
            self.renew()

    def _turn_up(self, by_loss: Any) -> None:
        self._by_loss = bool(by_loss)
        self.renew()

    def _grouped(self, axes: tuple[Axis, ...], across: Axis | None) -> list[Family]:
        """By the setting that parts them; without any, all together."""
        by = self._parting(axes, across)
        if by is None:
            return families_of(self._standings, lambda standing: "", [""])
        names = [shown(value) for value in by.values]
        return families_of(self._standings, lambda standing: shown(standing.values[by.name]), names)

    @staticmethod
    def _parting(axes: tuple[Axis, ...], across: Axis | None) -> Axis | None:
        """The first other setting whose values are listed."""
        others = (axis for axis in axes if axis is not across and axis.range is None and len(axis.values) > 1)
        return next(others, None)

    def _strands(self) -> list[Strand]:
        """Of the best of each family."""
        return [Strand(family.name, family.look, family.best.runs) for family in self._families[:_MOST_STRANDS]]

    def _look(self, standing: Standing) -> Look:
        return self._of[standing.candidate].look if standing.candidate in self._of else Look(0)

    def _name_of(self, number: int) -> str:
        if self.record is None or self.record.spec is None:
            return ""
        trial = self.record.spec.trials[number]
        values = ", ".join(shown(value) for value in trial.values.values())
        return f"{values}, seed {trial.experiment.seed}" if values else f"seed {trial.experiment.seed}"

    def _open(self, number: int) -> None:
        if self.record is not None:
            self.run_wanted.emit(self.record, number)

    def _open_best(self) -> None:
        if self._standings:
            self._open(self._standings[0].runs[0][0])


class _Card(QFrame):
    """A card of the page: a title, what belongs to it at the right, and a column."""

    def __init__(self, title: str, beside: Sequence[QWidget]) -> None:
        super().__init__()
        self.setProperty("role", "sheet")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(14, 10, 12, 10)
        self.column.setSpacing(6)
        if not title:
            return
        head = QHBoxLayout()
        self.title = QLabel(title)
        self.title.setProperty("role", "section")
        head.addWidget(self.title)
        head.addStretch(1)
        for widget in beside:
            head.addWidget(widget)
        self.column.addLayout(head)


def _card(title: str, beside: Sequence[QWidget]) -> _Card:
    return _Card(title, beside)


def _is_number(values: Sequence[Any]) -> bool:
    return bool(values) and all(isinstance(value, int | float) for value in values)


def _rule(record: SweepRecord, regression: bool) -> str:
    """The rule of having learned, as short as it can be said."""
    assert record.spec is not None
    target = Target.of(record.spec.experiment.stopping)
    if target.accuracy:
        return f"≥ {target.accuracy:.4g}" if regression else f"≥ {100 * target.accuracy:.4g} %"
    return f"loss ≤ {target.loss:.4g}"
