"""The shelf of runs, as one frozen value.

When another run begins, the one that was trained until then is put here; when it was on the shelf before, its row is
brought up to date. A run that never made an update leaves nothing. Nobody edits a shelf: whatever is done to it gives
another one, so that Undo is to take up the one before.

Memory is bounded: beyond 256 MB, or 500 rows, the oldest rows are let go of, and `let_go` says how many.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nnstudio.core.run.commands import Departed
from nnstudio.core.shelf.rows import Label, Row, ShelvedRun, arrays_of

MAXIMUM_ROWS = 500
MAXIMUM_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """Rows, oldest first. Raises `ValueError` where two share a key, or descend from each other.

    present: what the run is called that is trained now; it has a row if it was left and opened again
    last: the key of the run that was left last; 0 for none
    let_go: how many rows there was no room for any more
    """

    present: Label = Label(1, "Run 1")
    rows: tuple[Row, ...] = ()
    last: int = 0
    let_go: int = 0

    def __post_init__(self) -> None:
        keys = [row.label.key for row in self.rows]
        if len(set(keys)) < len(keys) or self.let_go < 0 or self.last not in (0, *keys):
            raise ValueError("two runs of the shelf share a key, or the last one is not there")
        _check_descent({label.key: label.parent for label in self.labels()})

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, key: int) -> Row | None:
        """The row with this key, if there is one."""
        return next((row for row in self.rows if row.label.key == key), None)

    def labels(self) -> Iterator[Label]:
        """Of all rows, and of the present run."""
        yield from (row.label for row in self.rows)
        if self.get(self.present.key) is None:
            yield self.present

    def ancestors(self, label: Label) -> Iterator[Label]:
        """The run that this one began from, and the one before that, as far as they are known."""
        known = {each.key: each for each in self.labels()}
        while (parent := known.get(label.parent)) is not None:
            yield parent
            label = parent

    def parent(self, row: Row) -> Row | None:
        """The row that this one began from."""
        return self.get(row.label.parent)

    @property
    def ghost(self) -> ShelvedRun | None:
        """The run that was left last, to lie behind the present one."""
        row = self.get(self.last)
        return row if isinstance(row, ShelvedRun) and self.last != self.present.key else None

    @property
    def runs(self) -> int:
        """How many runs all rows stand for."""
        return sum(row.runs for row in self.rows)

    @property
    def nbytes(self) -> int:
        """How much memory they keep; what several share counts once."""
        arrays = {id(array): array.nbytes for row in self.rows for array in arrays_of(row)}
        return sum(arrays.values())

    @property
    def free_key(self) -> int:
        """A key that no run has."""
        return max((label.key for label in self.labels()), default=0) + 1

    # What becomes of it -----------------------------------------------------------------------------------------------

    def begun(self, left: Departed, name: str = "", root: bool = False, since: int = 0) -> "Shelf":
        """Another run has begun, and this one was left for it. `root`: it has nothing to do with the one before;
        `since`: it has gone on from that update of it."""
        before, shelf = self.present, self.left(left)
        trained = shelf.get(before.key) is not None
        key = shelf.free_key if trained else before.key
        parent = 0 if root else before.key if trained else before.parent
        return replace(shelf, present=Label(key, name or f"Run {key}", "", parent, since if trained else before.since))

    def opened(self, left: Departed, key: int) -> "Shelf":
        """A run of the shelf was gone on with, and this one was left for it."""
        shelf = self.left(left)
        row = shelf.get(key)
        return shelf if row is None else replace(shelf, present=row.label)

    def left(self, left: Departed) -> "Shelf":
        """The present run as it was left has its row."""
        if not left.state.updates:
            return self
        row = ShelvedRun(self.present, left.state, left.metrics, left.measured_at)
        return replace(self.with_row(row), last=self.present.key)

    def with_row(self, row: Row) -> "Shelf":
        """With this row in the place of the one with its key, or at the end; the oldest ones go where there is no room
        for all."""
        old = self.get(row.label.key)
        rows = tuple(row if each is old else each for each in self.rows) if old is not None else (*self.rows, row)
        shelf = replace(self, rows=rows)
        while len(shelf.rows) > 1 and (len(shelf.rows) > MAXIMUM_ROWS or shelf.nbytes > MAXIMUM_BYTES):
            oldest = next(each for each in shelf.rows if each is not row)
            shelf = replace(shelf.without(oldest.label.key), let_go=shelf.let_go + 1)
        return shelf

    def labelled(self, label: Label) -> "Shelf":
        """The run with this label's key has another name, or another note."""
        rows = tuple(replace(row, label=label) if row.label.key == label.key else row for row in self.rows)
        return replace(self, rows=rows, present=label if label.key == self.present.key else self.present)

    def without(self, key: int) -> "Shelf":
        """Without this row; what began from it hangs from where it began itself, unless it is trained now."""
        row = self.get(key)
        if row is None:
            return self
        above = key if key == self.present.key else row.label.parent

        def moved(label: Label) -> Label:
            return replace(label, parent=above) if label.parent == key else label

        below = {each: replace(each, label=moved(each.label)) for each in self.rows if each.label.parent == key}
        rows = tuple(below.get(each, each) for each in self.rows if each is not row)  # most are the same rows still
        last = 0 if self.last == key else self.last
        return replace(self, rows=rows, present=moved(self.present), last=last)


def _check_descent(parents: dict[int, int]) -> None:
    """Raises `ValueError` for a run that descends from itself."""
    sound: set[int] = set()
    for key in parents:
        way: set[int] = set()
        while key in parents and key not in sound:
            if key in way:
                raise ValueError(f"run {key} descends from itself")
            way.add(key)
            key = parents[key]
        sound |= way
