"""What the table of a sweep shows: the candidates as rows, best first or sorted by any column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from nnstudio.core.sweep.axis import Axis
from nnstudio.core.sweep.standing import Standing
from nnstudio.ui import theme
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.sweeps.families import Look
from nnstudio.ui.sweeps.record import shown
from nnstudio.ui.widgets.figures import decimal, grouped, percent

Index = QModelIndex | QPersistentModelIndex


class Kind(Enum):
    """What a column shows."""

    PLACE = auto()
    PICTURES = auto()
    VALUE = auto()
    LEARNED = auto()
    LOSS = auto()
    SPREAD = auto()
    ACCURACY = auto()
    BEST = auto()
    UPDATES = auto()
    OPEN = auto()


_RIGHT = Kind.LOSS, Kind.ACCURACY, Kind.BEST, Kind.UPDATES
_UNSORTED = Kind.PICTURES, Kind.SPREAD, Kind.OPEN


@dataclass(frozen=True, slots=True)
class Column:
    """kind: what it shows; head: what stands over it; axis: of which setting it shows the value"""

    kind: Kind
    head: str
    axis: Axis | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """All that the table shows: the candidates, best first, their looks, how to write their figures, and the setting
    whose values have their mark beside them."""

    standings: tuple[Standing, ...] = ()
    columns: tuple[Column, ...] = ()
    look: Callable[[Standing], Look] = lambda standing: Look(0)
    project: Callable[[int], Path | None] = lambda number: None
    regression: bool = False
    marked: str = ""


def columns_of(axes: Sequence[Axis], seeds: int, on_plane: bool, watched: str, rule: str) -> tuple[Column, ...]:
    """The columns of a sweep along these settings."""
    name = watched.capitalize()
    several = seeds > 1
    columns = [Column(Kind.PLACE, "#")]
    columns += [Column(Kind.PICTURES, "boundaries, best first" if several else "boundary")] if on_plane else []
    columns += [Column(Kind.VALUE, axis.label, axis) for axis in axes]
    columns += [Column(Kind.LEARNED, f"Learned, {rule}")]
    columns += [Column(Kind.LOSS, f"{name} loss, median" if several else f"{name} loss")]
    columns += [Column(Kind.SPREAD, "its seeds")] if several else []
    columns += [Column(Kind.ACCURACY, f"{name} accuracy")]
    columns += [Column(Kind.BEST, "Best seed")] if several else []
    return (*columns, Column(Kind.UPDATES, "Updates"), Column(Kind.OPEN, "Run"))


class ResultsModel(QAbstractTableModel):
    """Reads `Rows`, in an order of its own."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows = Rows()
        self.order: list[int] = []
        self.sorted_by: int | None = None
        self.falling = False

    def show_rows(self, rows: Rows) -> None:
        """These from now on; sorted as before, if there are the same columns."""
        self.beginResetModel()
        heads = [column.head for column in rows.columns]
        if heads != [column.head for column in self.rows.columns]:
            self.sorted_by, self.falling = None, False
        self.rows = rows
        self._sort()
        self.endResetModel()

    def sort_by(self, column: int) -> None:
        """By this column; by the same once more, the other way round."""
        if self.rows.columns[column].kind in _UNSORTED:
            return
        self.layoutAboutToBeChanged.emit()
        self.falling = self.sorted_by == column and not self.falling
        self.sorted_by = column
        self._sort()
        self.layoutChanged.emit()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    def standing(self, row: int) -> Standing:
        """The candidate in this row."""
        return self.rows.standings[self.order[row]]

    def _sort(self) -> None:
        places = range(len(self.rows.standings))
        if self.sorted_by is None:
            self.order = list(places)
            return
        column = self.rows.columns[self.sorted_by]
        self.order = sorted(places, key=lambda place: self._key(place, column), reverse=self.falling)

    def _key(self, place: int, column: Column) -> tuple[bool, Any]:
        standing = self.rows.standings[place]
        value: Any = place
        if column.axis is not None:
            value = standing.values[column.axis.name]
            value = value if isinstance(value, int | float) else shown(value)
        elif column.kind is Kind.LEARNED:
            value = -standing.learned / len(standing.runs)
        elif column.kind is Kind.LOSS:
            value = standing.median_loss
        elif column.kind is Kind.ACCURACY:
            value = -standing.median_accuracy
        elif column.kind is Kind.BEST:
            value = standing.runs[0][1].metrics.watched_loss
        elif column.kind is Kind.UPDATES:
            value = standing.updates
        return value != value, value  # what is not known comes last

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's
        return 0 if parent.isValid() else len(self.rows.standings)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's
        return 0 if parent.isValid() else len(self.rows.columns)

    def text(self, row: int, column: Column) -> str:
        """What stands in a cell."""
        standing = self.standing(row)
        if column.axis is not None:
            return shown(standing.values[column.axis.name])
        accuracy = standing.median_accuracy
        best = standing.runs[0][1]
        return {
            Kind.PLACE: str(self.order[row] + 1),
            Kind.LEARNED: f"{standing.learned}/{len(standing.runs)}",
            Kind.LOSS: decimal(standing.median_loss),
            Kind.ACCURACY: decimal(accuracy) if self.rows.regression else percent(accuracy),
            Kind.BEST: decimal(best.metrics.watched_loss),
            Kind.UPDATES: grouped(standing.updates),
            Kind.OPEN: "Open",
        }.get(column.kind, "")

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column, kind = self.rows.columns[index.column()], self.rows.columns[index.column()].kind
        standing = self.standing(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), column)
        if role == Qt.ItemDataRole.ToolTipRole and standing.stopped:
            return f"Stopped early, with the worse half, at {grouped(standing.updates)} updates."
        if role == Qt.ItemDataRole.ToolTipRole and column.kind is Kind.SPREAD:
            return "The loss of each seed; the bar stands at their median."
        if role == Qt.ItemDataRole.TextAlignmentRole:
            number = column.axis is not None and isinstance(standing.values[column.axis.name], int | float)
            side = Qt.AlignmentFlag.AlignRight if kind in _RIGHT or number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and (kind is Kind.PLACE or standing.stopped):
            return QColor(theme.current().dim)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.rows.columns):
            return None
        column = self.rows.columns[section]
        here = section == self.sorted_by or (self.sorted_by is None and column.kind is Kind.LOSS)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{column.head} {'▾' if self.falling else '▴'}" if here else column.head
        if role == Qt.ItemDataRole.ToolTipRole and column.kind is Kind.SPREAD:
            return "The loss of each seed; the bar stands at their median."
        if role == Qt.ItemDataRole.TextAlignmentRole:
            number = column.axis is not None and (column.axis.range is not None or _numbers(column.axis.values))
            side = Qt.AlignmentFlag.AlignRight if column.kind in _RIGHT or number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole:
            return text_font(11, bold=here)
        return None


def _numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) for value in values)
