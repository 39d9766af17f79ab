"""The shelf of runs, as the interface knows it: what stands on it, and what may be done to it.

Whatever is done is a step in the list of Undo. To open a run asks the worker to begin it, and the one that is left
comes with the answer; to rename, to note or to throw away asks nothing of the worker.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from nnstudio.core.run.commands import Answer, Departed
from nnstudio.core.shelf.rows import LONGEST_NAME, LONGEST_NOTE, Label, Row, ShelvedRun
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.training.state import RunState
from nnstudio.ui.undo import Act, Moment, Shelve, UndoStack

if TYPE_CHECKING:
    from nnstudio.ui.session import Session

Put = Callable[[Shelf], Row]
"""A row for a shelf: with a key that is free on it."""


def branched(update: int) -> Shelve:
    """The step of a branch, at this update of the run that is left."""
    return lambda shelf, departed: shelf if departed is None else shelf.begun(departed, since=update)


def rooted(name: str) -> Shelve:
    """The step of a run that has nothing to do with the one that is left."""
    return lambda shelf, departed: shelf if departed is None else shelf.begun(departed, name, root=True)


def replaced(by: Shelf) -> Shelve:
    """The step of another document, which has a shelf of its own."""
    return lambda shelf, departed: shelf if departed is None else by


def _opened(key: int) -> Shelve:
    return lambda shelf, departed: shelf if departed is None else shelf.opened(departed, key)


class Shelving(QObject):
    """A room of the session, which is its only door."""

    changed = Signal()

    def __init__(self, session: "Session", undo: UndoStack) -> None:
        super().__init__(session)
        self._session = session
        self._undo = undo
        self._told = undo.shelf
        session.history_changed.connect(self.renew)

    @property
    def shelf(self) -> Shelf:
        """The shelf now; another one after each step that touches it."""
        return self._undo.shelf

    def renew(self) -> None:
        """Tell everybody if it is another one, and let steps beside the document be made or taken back."""
        self._undo.catch_up()
        if self.shelf is not self._told:
            self._told = self.shelf
            self.changed.emit()

    def open(self, key: int) -> None:
        """Go on with a run of the shelf, paused; the present one is left."""
        row = self.shelf.get(key)
        if isinstance(row, ShelvedRun):
            session, label = self._session, f"Open {row.label.name}"
            session.begin(row.experiment, label, row.state, session.document, shelve=_opened(key))

    def rename(self, key: int, name: str) -> None:
        """Call a run, perhaps the present one, by another name; an empty one changes nothing."""
        label, name = self._label(key), " ".join(name.split())[:LONGEST_NAME]
        if label is not None and name and name != label.name:
            self._relabel(f"Rename {label.name}", key, name=name)

    def annotate(self, key: int, note: str) -> None:
        """Note something about a run, perhaps the present one."""
        label, note = self._label(key), note.strip()[:LONGEST_NOTE]
        if label is not None and note != label.note:
            self._relabel(f"Note on {label.name}", key, note=note)

    def delete(self, key: int) -> None:
        """Throw a run of the shelf away; the present one goes on."""
        row = self.shelf.get(key)
        if row is not None:
            self._step(f"Delete {row.label.name}", lambda shelf: shelf.without(key))

    def put(self, row: Put, label: str) -> None:
        """Put another row on the shelf; `label` names the step."""
        self._step(label, lambda shelf: shelf.with_row(row(shelf)))

    def step_beside(self, words: str, act: Act) -> None:
        """A step that touches neither the run nor the document: `act(True)` has made it, and is called by Redo;
        `act(False)` by Undo."""
        session = self._session
        moment = Moment(session.experiment, words, True, document=session.document, quiet=True, act=act, acted=True)
        self._undo.note(moment)
        session.history_changed.emit()

    def ask(self, then: Callable[[RunState | None, Shelf], None]) -> None:
        """The whole state of the run, and the shelf that goes with it, once nothing is on its way."""
        self._session.save(partial(self._hear, then))

    def _hear(self, then: Callable[[RunState | None, Shelf], None], answer: Answer) -> None:
        if answer.done and not self._undo.settled:
            self.ask(then)
        else:
            then(answer.state, self.shelf)

    def _label(self, key: int) -> Label | None:
        return next((label for label in self.shelf.labels() if label.key == key), None)

    def _relabel(self, words: str, key: int, **text: str) -> None:
        def relabelled(shelf: Shelf) -> Shelf:
            label = next((label for label in shelf.labels() if label.key == key), None)
            return shelf if label is None else shelf.labelled(replace(label, **text))

        self._step(words, relabelled)

    def _step(self, words: str, change: Callable[[Shelf], Shelf]) -> None:
        def shelve(shelf: Shelf, departed: Departed | None) -> Shelf:
            return change(shelf)

        session = self._session
        moment = Moment(session.experiment, words, True, document=session.document, quiet=True, shelve=shelve)
        self._undo.note(moment)
        session.history_changed.emit()
        session.document_changed.emit()
