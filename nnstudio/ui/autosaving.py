"""Keeps the newest state where a crash cannot reach it: while training every minute, and soon after each edit."""

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.training.state import RunState
from nnstudio.files.autosave import Autosave
from nnstudio.files.library import table_for
from nnstudio.files.project import Project
from nnstudio.files.saving import Saved
from nnstudio.ui.document import Document
from nnstudio.ui.session import Session

WHILE_TRAINING_MILLISECONDS = 60_000
AFTER_AN_EDIT_MILLISECONDS = 1000


class Autosaving(QObject):
    """Asks the session for its state when it is time, if anything of the document could be lost."""

    failed = Signal(object)  # FileError, once until it works again

    def __init__(self, session: Session, autosave: Autosave, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._autosave = autosave
        self._document = document
        self._works = True
        self._closed = False
        self._training = QTimer(self)
        self._training.setInterval(WHILE_TRAINING_MILLISECONDS)
        self._training.timeout.connect(self._while_training)
        self._training.start()
        self._edit = QTimer(self, singleShot=True, interval=AFTER_AN_EDIT_MILLISECONDS)
        self._edit.timeout.connect(self.save)
        session.history_changed.connect(self._edit.start)
        session.playing_changed.connect(self._edit.start)

    def _while_training(self) -> None:
        if self._session.playing:
            self.save()

    def save(self) -> None:
        """Keep the state as it is now; where nothing could be lost, what was kept before is not needed."""
        if self._document.unsaved:
            self._session.shelving.ask(self._write)
        elif not self._closed:
            self._autosave.discard()

    def discard(self) -> None:
        """All is saved elsewhere, or not wanted; nothing is kept any more."""
        self._training.stop()
        self._edit.stop()
        self._closed = True
        self._autosave.discard()

    def _write(self, state: RunState | None, shelf: Shelf) -> None:
        if state is not None and not self._closed:
            table = table_for(self._session.images, state.experiment.dataset)
            project = Project(state.experiment, state, document=self._session.document, shelf=shelf, table=table)
            self._document.expect(self._autosave.write(project), self._written)

    def _written(self, answer: Saved) -> None:
        worked, self._works = self._works, answer.error is None
        if worked and answer.error is not None:
            self.failed.emit(answer.error)
