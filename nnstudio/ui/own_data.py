"""Somebody's own data on its way into the experiment: asked for in the menu or the Data card, or dropped on the window.

It opens the dialog for a table or for images, gives the session what was decided as an edit like any other, and, where
the data of a project are no longer where they lay, offers to look for them.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from nnstudio.core.experiment import PictureSpec, TableSpec
from nnstudio.core.experiment.choices import ClassWeights
from nnstudio.core.experiment.dataset_spec import OwnSpec
from nnstudio.files.library import keep, keep_pictures, look_in, take_lost
from nnstudio.files.pictures.folder import SUFFIXES
from nnstudio.files.pictures.source import are_pictures, is_file_of_images
from nnstudio.files.project import SUFFIX
from nnstudio.ui.explanations.own_table import OWN_TABLE
from nnstudio.ui.files_menu import FilesMenu
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.banner import Banner, Tone

if TYPE_CHECKING:
    from nnstudio.ui.panels.own_images.dialog import OwnImagesDialog
    from nnstudio.ui.panels.own_images.draft import ProposedImages
    from nnstudio.ui.panels.own_table.dialog import OwnTableDialog
    from nnstudio.ui.panels.own_table.draft import Proposed

KINDS = (
    "Tables and images (*.csv *.tsv *.tab *.txt *.dat *.data *.npy *.npz *.png *.jpg *.jpeg *ubyte *ubyte.gz *.idx);;"
    "All files (*)"
)
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
        self.dialog: OwnTableDialog | OwnImagesDialog | None = None
        self._lost: TableSpec | PictureSpec | None = None
        self._search = QAction(icon("folder"), f"{ICON_GAP}Look for it…", self)
        self._search.setToolTip("Asks where the file is now.")
        self._search.setWhatsThis(OWN_TABLE["Look for it"].html("Look for it", self._search.toolTip()))
        self._search.triggered.connect(self.search)
        self._reopened: Path | None = None
        session.failed.connect(self._failed)
        window.setAcceptDrops(True)

    def ask(self) -> None:
        """Ask for a file, and show what is in it. One of the images in a folder stands for all of them."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open data", self._settings.folder, KINDS)
        if name:
            path = Path(name)
            self._settings.folder = str(path.parent)
            self.show(path.parent.parent if path.suffix.lower() in SUFFIXES else path)

    def ask_folder(self) -> None:
        """Ask for a folder of images, and show what is in it."""
        name = QFileDialog.getExistingDirectory(self._window, "Open images", self._settings.folder)
        if name:
            self._settings.folder = str(Path(name).parent)
            self.show(Path(name))

    def revise(self) -> None:
        """Show the data of one's own that is learned now, with what was decided about it; without any, ask for a
        file."""
        spec = self._session.experiment.dataset
        file = spec.file if isinstance(spec, OwnSpec) else None
        if isinstance(spec, OwnSpec) and file is not None and Path(file.path).exists():
            self.show(Path(file.path), spec)
        else:
            self.ask()

    def show(self, path: Path, known: TableSpec | PictureSpec | None = None) -> None:
        """Show what is in this file or folder, and what would be made of it; `known`: what was decided about it
        before."""
        # Loaded when the first file is shown: most who start the program want its own data.
        from nnstudio.ui.panels.own_images.dialog import OwnImagesDialog
        from nnstudio.ui.panels.own_table.dialog import OwnTableDialog

        images = are_pictures(path)
        if isinstance(self.dialog, OwnImagesDialog if images else OwnTableDialog):
            self.dialog.draft.open(path)
            return
        if self.dialog is not None:
            self.dialog.reject()
        experiment = self._session.experiment
        if images:
            dialog = OwnImagesDialog(path, experiment, self._window, known if isinstance(known, PictureSpec) else None)
            dialog.other_wanted.connect(self.ask_folder)
            dialog.taken.connect(self._take_images)
        else:
            dialog = OwnTableDialog(path, experiment, self._window, known if isinstance(known, TableSpec) else None)
            dialog.other_wanted.connect(self.ask)
            dialog.taken.connect(self._take)
        dialog.setAcceptDrops(True)
        dialog.installEventFilter(self)
        dialog.finished.connect(self._forget)
        self.dialog = dialog
        dialog.open()

    def _forget(self) -> None:
        self.dialog = None

    def _take(self, proposed: "Proposed", weights: ClassWeights) -> None:
        """What was decided becomes the experiment's data."""
        from nnstudio.ui.panels.own_table.taking import experiment_on

        spec, session = proposed.proposal.spec, self._session
        keep(session.images, proposed.looked.table, proposed.looked.content)
        session.edit(experiment_on(spec, session.experiment, weights), label=f"Open {spec.name}")

    def _take_images(self, proposed: "ProposedImages") -> None:
        from nnstudio.ui.panels.own_table.taking import experiment_on

        spec, session = proposed.spec, self._session
        keep_pictures(session.images, proposed.pictures)
        session.edit(experiment_on(spec, session.experiment), label=f"Open {spec.name}")

    # Dropped on the window

    def take(self, event: QDropEvent) -> bool:
        """Whether what is dragged or dropped is a file, which is welcome; dropped, it is taken in."""
        path = _file_in(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            if event.type() == QEvent.Type.Drop:
                self.drop(path)
        return path is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Of the dialog alone: a window that trains has three events a picture, and each would wait for Python's lock.
        return event.type() in _DRAGS and isinstance(event, QDropEvent) and self.take(event)

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
        """If somebody's own data were not found, offer to look for them."""
        lost = take_lost(self._session.images)
        if lost is not None and lost.file is not None:
            self._lost = lost
            at_the_start = self._session.frame is None
            self._reopened = self._files.asked or (self._first if at_the_start else None)
            self._banner.announce(Tone.BAD, sentence, self._search)

    def search(self) -> None:
        """Ask where the data are now; a project that could not be opened without them is opened again."""
        name = self._found()
        if not name:
            return
        look_in(self._session.images, Path(name))
        if self._reopened is not None:
            self._files.open_path(self._reopened)
        else:
            self._banner.announce(Tone.GOOD, f"{Path(name).name} is looked at from now on. Make the change again.")

    def _found(self) -> str:
        """Where somebody says that the data are; empty if nobody knows."""
        lost, folder = self._lost, self._settings.folder
        if isinstance(lost, PictureSpec) and not is_file_of_images(Path(lost.file.path)):
            return QFileDialog.getExistingDirectory(self._window, "Where are the images now?", folder)
        what = "table" if isinstance(lost, TableSpec) else "file"
        return QFileDialog.getOpenFileName(self._window, f"Where is the {what} now?", folder, KINDS)[0]


def _file_in(dragged: QMimeData) -> Path | None:
    """The first file or folder on this computer that is dragged."""
    urls = dragged.urls() if dragged.hasUrls() else []
    return next((Path(url.toLocalFile()) for url in urls if url.isLocalFile()), None)
