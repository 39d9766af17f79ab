"""After a crash: what the program kept of itself is offered when it starts again.

This is also where autosaving begins, and where it ends in peace: a window that is closed for good leaves nothing
behind. One that is killed leaves its newest state, and the next one says so.
"""

from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from nnstudio.core.counting import counted
from nnstudio.core.run.commands import Answer
from nnstudio.files.autosave import Autosave, Leftover
from nnstudio.files.errors import FileError
from nnstudio.files.library import take_in
from nnstudio.files.saving import Saver
from nnstudio.files.shelf import said_of
from nnstudio.ui.autosaving import Autosaving
from nnstudio.ui.files_menu import FilesMenu
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.session import Session
from nnstudio.ui.shelving import replaced
from nnstudio.ui.widgets.banner import Banner, Tone
from nnstudio.ui.widgets.figures import grouped

STILL_THERE = "What the earlier session left is still kept, and can be brought back."


class Recovery(QObject):
    """Autosaves the session, and offers in the banner what an earlier program has left."""

    def __init__(self, session: Session, saver: Saver, files: FilesMenu, banner: Banner) -> None:
        super().__init__(banner)
        self._session = session
        self._files = files
        self._banner = banner
        self._autosave: Autosave | None = None
        self._leftover: Leftover | None = None
        self._ended = False
        try:
            self._autosave = Autosave(saver)
            left = self._autosave.leftovers()
        except FileError as error:
            banner.announce(Tone.BAD, str(error), details=error.details)
            return
        self._autosaving = Autosaving(session, self._autosave, files.document, self)
        self._autosaving.failed.connect(self._not_kept)
        files.document.saved.connect(self._saved)
        self._bring_back = QAction(icon("restart"), f"{ICON_GAP}Bring it back", self)
        self._bring_back.setToolTip("Begins where that program stood; Undo takes it back.")
        self._bring_back.setWhatsThis(self._bring_back.toolTip())
        self._bring_back.triggered.connect(self._ask)
        if left.found:
            self._offer(left.found[0])
        elif left.broken:
            banner.announce(Tone.BAD, left.broken[0])

    def _offer(self, leftover: Leftover) -> None:
        self._leftover = leftover
        project = leftover.project
        name = project.document.name if project.document else "an experiment without a name"
        updates = project.state.updates if project.state is not None else 0
        when = f"{datetime.fromtimestamp(leftover.written):%H:%M}"
        said = (
            f"NN Studio ended unexpectedly. What it kept of {name}, from {when} and with "
            f"{counted(updates, 'update', grouped(updates))}, can be brought back."
        )
        without = said_of(project.lost) if project.lost else None
        self._banner.announce(
            Tone.BAD,
            f"{said} {without}" if without else said,
            self._bring_back,
            without.details if without else "",
        )

    def _saved(self, path: Path) -> None:
        """What was kept before is older than the file now."""
        if not self._ended:
            self._autosaving.save()

    def _not_kept(self, error: FileError) -> None:
        said = f"Autosaving does not work just now: save your work yourself. {error}"
        self._banner.announce(Tone.BAD, said, details=error.details)

    def _ask(self) -> None:
        """What has been trained meanwhile is not to be lost either."""
        self._files.leave(self._take)

    def _take(self) -> None:
        leftover, self._leftover = self._leftover, None  # it is asked for once
        if leftover is None:
            return
        self._banner.hide()
        project = leftover.project
        take_in(self._session.images, project)
        start = project.state or project.weights
        begun = partial(self._begun, leftover)
        shelve = replaced(project.shelf)
        self._session.begin(project.experiment, "Bring back", start, project.document, begun, shelve)

    def _begun(self, leftover: Leftover, answer: Answer) -> None:
        """What was left is this program's to keep from now on; where it could not begin, it stays where it is."""
        assert self._autosave is not None
        if not answer.done:
            self._leftover = leftover
            self._banner.announce(Tone.BAD, f"{answer.refusal} {STILL_THERE}", self._bring_back)
            return
        with suppress(FileError):  # it is on the screen, and kept from there on
            self._autosave.take(leftover)

    def end(self) -> None:
        """The window is closed for good: what was kept is not needed."""
        self._ended = True
        if self._autosave is not None:
            self._autosaving.discard()

    def clear(self) -> None:
        """The program ends. After a window that was closed no trace stays; otherwise the next start offers it."""
        if self._autosave is not None and self._ended:
            self._autosave.close()
