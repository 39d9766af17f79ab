"""The experiment as a file: which one is open, whether the screen is newer, and how it gets to the disk.

To save, the worker is asked for the whole state of its run, and a thread of its own writes it; the interface waits for
neither. A file counts as open when it has begun, and as saved when it is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.dataset_spec import OwnSpec
from nnstudio.core.run.commands import Answer
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.training.state import RunState
from nnstudio.files import saving
from nnstudio.files.errors import FileError
from nnstudio.files.library import table_for, take_in
from nnstudio.files.project import Project, load_project
from nnstudio.files.saving import Saver
from nnstudio.ui.session import Session
from nnstudio.ui.shelving import replaced

POLLING_MILLISECONDS = 20
Then = Callable[[], None]
Heard = Callable[[saving.Saved], None]


@dataclass(frozen=True, slots=True)
class Saved:
    """What was on the screen when it was last saved, or when it began; frames from before the ticket `since` show what
    was there earlier."""

    moment: object
    experiment: Experiment
    updates: int
    since: int = 0


class Document(QObject):
    """The open file. What it is called is the session's to say, since Undo brings back the one before."""

    changed = Signal()  # which file is open, or whether it is newer on the screen, may have changed
    saved = Signal(object)  # Path
    failed = Signal(object)  # FileError

    def __init__(self, session: Session, saver: Saver, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._saver = saver
        self._saved = Saved(session.moment, session.experiment, 0)
        self._writing: dict[int, Heard] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(POLLING_MILLISECONDS)
        self._timer.timeout.connect(self._poll)
        session.document_changed.connect(self.changed)
        session.frame_shown.connect(self._frame_shown)

    @property
    def path(self) -> Path | None:
        """The open file; None for what was never saved."""
        return self._session.document

    @property
    def unsaved(self) -> bool:
        """Whether something would be lost: changes since the file was written, or any training that never was."""
        session, saved = self._session, self._saved
        frame = session.frame
        trained = frame is not None and frame.commands >= saved.since and frame.now[1] != saved.updates
        edited = session.moment is not saved.moment or session.experiment != saved.experiment
        if self.path is None:
            kept = len(session.shelving.shelf) > 0
            return trained or (edited and (kept or (frame is not None and frame.now[1] > 0)))
        return trained or edited

    def save(self, path: Path | None = None, then: Then | None = None) -> None:
        """Write the run as it is when the worker gets to it, to the open file or to another one, which is open from
        then on. `then` is called when it is written."""
        self._session.shelving.ask(lambda state, shelf: self._write(path, state, shelf, then))

    def _write(self, path: Path | None, state: RunState | None, shelf: Shelf, then: Then | None) -> None:
        path = path or self.path
        if path is None or state is None:
            self.failed.emit(FileError("Nothing was saved: the run could not be asked for its state. Try again."))
            return
        saved = Saved(self._session.moment, state.experiment, state.updates)
        spec, frame = state.experiment.dataset, self._session.frame
        here = frame is not None and frame.experiment.dataset == spec and isinstance(spec, OwnSpec)
        recipe = frame.dataset.recipe if frame is not None and here else None
        table = table_for(self._session.images, spec)
        project = Project(state.experiment, state, shelf=shelf, recipe=recipe, table=table)
        self.expect(self._saver.save(path, project), partial(self._written, saved, then))

    def _written(self, saved: Saved, then: Then | None, answer: saving.Saved) -> None:
        if answer.error is not None:
            self.failed.emit(answer.error)
            return
        if saved.moment is self._session.moment:
            self._saved = saved
            self._session.document = answer.path
        self.saved.emit(answer.path)
        if then is not None:
            then()

    def expect(self, ticket: int, heard: Heard) -> None:
        """Hear what becomes of a file that goes to the disk."""
        self._writing[ticket] = heard
        self._timer.start()

    def _poll(self) -> None:
        for answer in self._saver.answers():
            heard = self._writing.pop(answer.ticket, None)
            if heard is not None:
                heard(answer)
        if not self._writing:
            self._timer.stop()

    def open(self, path: Path, then: Callable[[Project], None]) -> None:
        """Begin what a file holds; `then` hears of it when that is done. Raises `FileError`; what was there stays."""
        project = load_project(path)
        take_in(self._session.images, project, path)
        self.begin(project, f"Open {path.name}", path, partial(then, project))

    def begin(self, project: Project, label: str, path: Path | None, then: Then) -> None:
        """Begin this, which is the file `path` then, or none; `then` hears of it when that is done."""

        def begun(answer: Answer) -> None:
            if answer.done:
                then()

        start = project.state or project.weights
        self._session.begin(project.experiment, label, start, path, begun, replaced(project.shelf))

    def mark(self, updates: int) -> None:
        """What is on the screen now is what the file holds."""
        self._saved = Saved(self._session.moment, self._session.experiment, updates, self._session.sent)
        self.changed.emit()

    def _frame_shown(self, frame: object) -> None:
        self.changed.emit()
