"""A table on its way in: the file, what somebody has said about it, and what was made of both.

Everything is read and decided on a thread beside the window, by the reader and the `Survey` that the command line uses.
What is refused is taken back, in a sentence; what was known before stays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from nnstudio.core.data.examples import DataError
from nnstudio.core.data.table_overview import Overview, overview_of
from nnstudio.core.data.table_proposal import Proposal, Survey, Wishes
from nnstudio.core.data.table_sketch import Sketch, sketch_of
from nnstudio.core.experiment.setting import SettingError
from nnstudio.files.errors import FileError, printable
from nnstudio.files.tables.apart import reading_apart
from nnstudio.files.tables.source import ReadTable, stored_content
from nnstudio.files.tables.text_format import FOUND, FormatWishes
from nnstudio.ui.background import Background

REFUSALS = (DataError, FileError, MemoryError, SettingError)
UNCHANGED, TAKEN_BACK = " Nothing was changed.", "It stays as it was."
NO_MEMORY = "There is not enough memory for this table. Nothing was changed."


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A table that was read, each column at a glance, and the bytes of the file if a project can hold them."""

    table: ReadTable
    survey: Survey
    sketches: Mapping[str, Sketch]
    content: bytes | None


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """What could be trained on, by these wishes, and what that is in numbers."""

    looked: Looked
    wishes: Wishes
    proposal: Proposal
    overview: Overview


class Draft(QObject):
    """path: the file; format, wishes: what somebody has said; looked, proposed: what is known by now
    refusal: why the last wish was not followed, or why there is nothing
    progress: how far the file is read, None while it is not; reached: how far it was read last
    """

    changed = Signal()

    def __init__(self, path: Path, parent: QObject) -> None:
        super().__init__(parent)
        self.path = path
        self.format, self.wishes = FOUND, Wishes()
        self.looked: Looked | None = None
        self.proposed: Proposed | None = None
        self.refusal = ""
        self.progress: float | None = None
        self.reached = 0.0
        self._before = FOUND, Wishes()
        self._work = Background(self)
        self._work.came.connect(self._take)
        self._work.ended.connect(self._end)

    @property
    def busy(self) -> bool:
        """Whether something is being read or decided."""
        return self._work.busy

    def open(self, path: Path, wishes: Wishes = Wishes(), form: FormatWishes = FOUND) -> None:  # noqa: B008 -- frozen
        """Read this file; of another one nothing is known any more."""
        self.path, self.looked, self.proposed = path, None, None
        self.format, self.wishes = form, wishes
        self._before = form, wishes
        self._read()

    def correct(self, form: FormatWishes) -> None:
        """Read the file again, as somebody says now."""
        self._remember()
        self.format = form
        self._read()

    def wish(self, wishes: Wishes) -> None:
        """Decide again, as somebody wishes now. What was wished a moment before, and is still being decided, holds."""
        self._remember()
        shown = self.wishes if self.proposed is None else self.proposed.wishes
        self.wishes, self.refusal = merged(shown, self.wishes, wishes), ""
        if self.looked is not None:
            self._work.begin(partial(_propose, self.looked, self.wishes), REFUSALS)
        self.changed.emit()

    def cancel(self) -> None:
        """Give up what is under way."""
        self._work.cancel()
        self.progress = None

    def _remember(self) -> None:
        if not self.busy:
            self._before = self.format, self.wishes

    def _read(self) -> None:
        self.refusal, self.progress, self.reached = "", 0.0, 0.0
        self._work.begin(partial(_read, self.path, self.format, self.wishes), REFUSALS)
        self.changed.emit()

    def _take(self, found: object) -> None:
        if isinstance(found, float):
            self.progress = self.reached = found
        elif isinstance(found, Looked):
            self.looked, self.proposed, self.progress = found, None, None
        elif isinstance(found, Proposed):
            self.looked, self.proposed, self.progress = found.looked, found, None
            self.wishes = found.wishes
        self.changed.emit()

    def _end(self, error: str) -> None:
        self.progress = None
        if error or self.proposed is None or self.proposed.wishes is not self.wishes:
            self.refusal = error or NO_MEMORY
            if self.proposed is not None:  # what is shown is what was decided before
                self.format, self.wishes = self._before
                self.refusal = f"{self.refusal.removesuffix(UNCHANGED)} {TAKEN_BACK}"
        self.changed.emit()


def _read(path: Path, form: FormatWishes, wishes: Wishes) -> Iterator[float | Looked | Proposed]:
    table = yield from reading_apart(path, form)
    survey = Survey(table.columns)
    sketches = {name: sketch_of(column, survey.facts[name]) for name, column in table.columns.by_name.items()}
    looked = Looked(table, survey, sketches, content_of(table))
    yield looked
    yield from _propose(looked, fitting(wishes, table.columns.names))


def _propose(looked: Looked, wishes: Wishes) -> Iterator[Proposed]:
    table = looked.table
    name = printable(Path(table.file.path).name)
    proposal = looked.survey.propose(wishes, name=name, digest=table.digest, file=table.file)
    yield Proposed(looked, wishes, proposal, overview_of(proposal.spec, table.columns))


def content_of(table: ReadTable) -> bytes | None:
    """The bytes of the file of a table, if a project can hold them and they are still those that were read."""
    content = stored_content(table.file)
    return content if content is not None and sha256(content).hexdigest() == table.digest else None


def merged(shown: Wishes, newest: Wishes, change: Wishes) -> Wishes:
    """The newest wishes with what `change` has made of those that were shown."""
    fields = ("target", "task", "scaling", "test_share", "validation_share", "stratified", "seed")
    other = {name: getattr(change, name) for name in fields if getattr(change, name) != getattr(shown, name)}
    uses = {name: use for name, use in change.uses.items() if shown.uses.get(name) is not use}
    missing = {name: each for name, each in change.missing.items() if shown.missing.get(name) is not each}
    kept = {name: each for name, each in newest.missing.items() if name in change.missing or name not in shown.missing}
    return replace(newest, **other, uses={**newest.uses, **uses}, missing={**kept, **missing})


def fitting(wishes: Wishes, names: tuple[str, ...]) -> Wishes:
    """The wishes that still mean a column: read otherwise, a table may have others."""
    there = set(names)
    return replace(
        wishes,
        target=wishes.target if wishes.target in there else None,
        task=wishes.task if wishes.target in there else None,
        uses={name: use for name, use in wishes.uses.items() if name in there},
        missing={name: missing for name, missing in wishes.missing.items() if name in there},
    )
