"""Somebody's own data on its way into the experiment: asked for in the menu or the Data card, or dropped on the window.

It opens the dialog, gives the session what was decided as an edit like any other, and, where the table of a project is
no longer where it lay, offers to look for it.
"""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from nnstudio.core.experiment import TableSpec
from nnstudio.core.experiment.choices import ClassWeights
from nnstudio.files.library import keep, look_in, take_lost
from nnstudio.files.project import SUFFIX
from nnstudio.ui.explanations.own_table import OWN_TABLE
from nnstudio.ui.files_menu import FilesMenu
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.panels.own_table.dialog import OwnTableDialog
from nnstudio.ui.panels.own_table.draft import Proposed
from nnstudio.ui.panels.own_table.taking import experiment_on
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.banner import Banner, Tone

KINDS = "Tables (*.csv *.tsv *.tab *.txt *.dat *.data *.npy *.npz);;All files (*)"
EXPERIMENTS = frozenset({SUFFIX, ".json"})
WEIGHTS = frozenset({".safetensors", ".onnx"})
_DRAGS = frozenset({QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop})


class OwnData(QObject):
    """The way in for files with data. What else is dropped goes where its menu entry leads."""

    def __init__(self, session: Session, settings: Settings, files: FilesMenu, banner: Banner, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._settings, self._files = session, settings, files
        self._banner, self._window = banner, window
        self._first = session.document
        self.dialog: OwnTableDialog | None = None
        self._search = QAction(icon("folder"), f"{ICON_GAP}Look for it…", self)
        self._search.setToolTip("Asks where the file is now.")
        self._search.setWhatsThis(OWN_TABLE["Look for it"].html("Look for it", self._search.toolTip()))
        self._search.triggered.connect(self.search)
        self._reopened: Path | None = None
        session.failed.connect(self._failed)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def ask(self) -> None:
        """Ask for a file, and show what is in it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open data", self._settings.folder, KINDS)
        if name:
            self._settings.folder = str(Path(name).parent)
            self.show(Path(name))

    def revise(self) -> None:
        """Show the table that is learned now, with what was decided about it; without one, ask for a file."""
        spec = self._session.experiment.dataset
        file = spec.file if isinstance(spec, TableSpec) else None
        if isinstance(spec, TableSpec) and file is not None and Path(file.path).is_file():
            self.show(Path(file.path), spec)
        else:
            self.ask()

    def show(self, path: Path, known: TableSpec | None = None) -> None:
        """Show what is in this file, and what would be made of it; `known`: what was decided about it before."""
        if self.dialog is not None:
            self.dialog.draft.open(path)
            return
        dialog = OwnTableDialog(path, self._session.experiment, self._window, known)
        dialog.setAcceptDrops(True)
        dialog.installEventFilter(self)
        dialog.other_wanted.connect(self.ask)
        dialog.taken.connect(self._take)
        dialog.finished.connect(self._forget)
        self.dialog = dialog
        dialog.open()

    def _forget(self) -> None:
        self.dialog = None

    def _take(self, proposed: Proposed, weights: ClassWeights) -> None:
        """What was decided becomes the experiment's data."""
        spec, session = proposed.proposal.spec, self._session
        keep(session.images, proposed.looked.table, proposed.looked.content)
        session.edit(experiment_on(spec, session.experiment, weights), label=f"Open {spec.name}")

    # Dropped on the window

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _DRAGS or not isinstance(event, QDropEvent):
            return False
        path = _file_in(event.mimeData())
        if path is None:
            return False
        event.acceptProposedAction()
        if event.type() == QEvent.Type.Drop:
            self.drop(path)
        return True

    def drop(self, path: Path) -> None:
        """Take in a file that was dropped."""
        if path.suffix.lower() in EXPERIMENTS:
            self._files.leave(partial(self._open, path))
        elif path.suffix.lower() in WEIGHTS:
            self._files.import_path(path)
        else:
            self.show(path)

    def _open(self, path: Path) -> None:
        self._files.open_path(path)

    # No longer where it lay

    def _failed(self, sentence: str) -> None:
        """If it was a table that was not found, offer to look for it."""
        lost = take_lost(self._session.images)
        if lost is not None and lost.file is not None:
            at_the_start = self._session.frame is None
            self._reopened = self._files.asked or (self._first if at_the_start else None)
            self._banner.announce(Tone.BAD, sentence, self._search)

    def search(self) -> None:
        """Ask where the table is now; a project that could not be opened without it is opened again."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Where is the table now?", self._settings.folder, KINDS)
        if not name:
            return
        look_in(self._session.images, Path(name))
        if self._reopened is not None:
            self._files.open_path(self._reopened)
        else:
            self._banner.announce(Tone.GOOD, f"{Path(name).name} is looked at from now on. Make the change again.")


def _file_in(dragged: QMimeData) -> Path | None:
    """The first file on this computer that is dragged."""
    urls = dragged.urls() if dragged.hasUrls() else []
    return next((Path(url.toLocalFile()) for url in urls if url.isLocalFile()), None)
