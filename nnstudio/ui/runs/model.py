"""The rows of the shelf as a list: each run below the one that it began from, and the present run where it belongs."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from nnstudio.core.shelf.rows import Label, Row, ShelvedRun
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.ui.runs.badge import LETTERS
from nnstudio.ui.runs.words import chips, spoken

MARKS = LETTERS
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One line of the list.

    row: None of the present run until it has been asked for its state
    depth: how many runs lie between it and a root; tails: of each of these, and of its own, whether more come below
    """

    label: Label
    row: Row | None
    words: tuple[str, ...] = ()
    present: bool = False
    depth: int = 0
    tails: tuple[bool, ...] = ()


def items_of(shelf: Shelf, now: ShelvedRun | None) -> list[Item]:
    """All rows as a tree, oldest first on each level; `now`: the present run as it stands, if that is known."""
    rows = {row.label.key: row for row in shelf.rows}
    present = shelf.present
    if now is not None:
        rows[present.key] = ShelvedRun(present, now.state, now.metrics, now.measured_at)
    labels = {label.key: label for label in shelf.labels()}
    children: dict[int, list[Label]] = {}
    for label in labels.values():
        children.setdefault(label.parent if label.parent in labels else 0, []).append(label)

    def below(parent: int, depth: int, tails: tuple[bool, ...]) -> Iterator[Item]:
        siblings = children.get(parent, [])
        for label in siblings:
            row, above = rows.get(label.key), rows.get(label.parent)
            words = chips(label, row, above.experiment if above is not None else None) if row is not None else []
            own = (*tails, label is not siblings[-1])
            yield Item(label, row, tuple(words), label.key == present.key, depth, own)
            yield from below(label.key, depth + 1, own)

    return list(below(0, 0, ()))


class ShelfModel(QAbstractListModel):
    """The items of a shelf, and which of them are marked A, B, … to be compared."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: list[Item] = []
        self.marked: list[int] = []
        """Their keys, in the order of their marks."""

    def show(self, items: list[Item]) -> None:
        """These from now on. Rows that stay keep their place in the view."""
        same = [item.label.key for item in items] == [item.label.key for item in self.items]
        if same:
            self.items = items
            self.dataChanged.emit(self.index(0), self.index(len(items) - 1))
            return
        self.beginResetModel()
        self.items = items
        keys = {item.label.key for item in items if isinstance(item.row, ShelvedRun)}
        self.marked = [key for key in self.marked if key in keys]
        self.endResetModel()

    def place(self, key: int) -> int:
        """Where the run with this key stands; −1 if nowhere."""
        return next((place for place, item in enumerate(self.items) if item.label.key == key), -1)

    def mark_of(self, item: Item) -> str:
        """A, B, …; empty where it has none."""
        key = item.label.key
        return MARKS[self.marked.index(key)] if key in self.marked else ""

    def toggle(self, item: Item) -> None:
        """Mark it to be compared, or no longer."""
        key = item.label.key
        if key in self.marked:
            self.marked.remove(key)
        elif isinstance(item.row, ShelvedRun) and len(self.marked) < len(MARKS):
            self.marked.append(key)
        self.dataChanged.emit(self.index(0), self.index(len(self.items) - 1))

    # Qt's part --------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own default
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self.items):
            return None
        item, roles = self.items[index.row()], Qt.ItemDataRole
        if role in (roles.DisplayRole, roles.EditRole):
            return item.label.name
        if role == roles.AccessibleTextRole:
            if item.row is None:
                return f"{item.label.name}, trained now"
            return spoken(item.label, item.row, item.words, item.present, self.mark_of(item))
        if role == roles.ToolTipRole:
            return "\n".join(filter(None, (item.label.name, ", ".join(item.words), item.label.note)))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag
        return flags.ItemIsEnabled | flags.ItemIsSelectable | flags.ItemIsEditable | flags.ItemNeverHasChildren
