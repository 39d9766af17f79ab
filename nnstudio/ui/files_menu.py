"""What the File menu does with projects, and with weights that come in.

Every way in or out of the program passes here: a dialog asks where, the files layer reads or writes, the session gets
the result, and the banner says in one sentence how it went. Nothing here knows a file's format.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from nnstudio.core.counting import counted
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.commands import Answer
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.files.atomic import write_atomically
from nnstudio.files.errors import FileError
from nnstudio.files.project import SUFFIX, Project
from nnstudio.files.saving import Saver
from nnstudio.files.shelf import said_of
from nnstudio.ui import pictures
from nnstudio.ui.document import Document
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.importing import ANY_WEIGHTS, Importing
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.shelving import replaced
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.banner import Banner, Tone

if TYPE_CHECKING:
    from nnstudio.ui.panels.worksheet_dialog import WorksheetDialog, WorksheetWriter

WORKSHEETS = "PDF (*.pdf);;Web page (*.html)"
PROJECTS = f"Experiments (*{SUFFIX})"
WITHOUT_STATISTICS = (
    "{} was saved without the running means and variances of its batch normalisation, so its predictions are off. The "
    "weights are safe; train on for a moment and the statistics come back."
)


class FilesMenu(QObject):
    """`title()` names the open file; `title_changed` tells when it or its state has changed."""

    title_changed = Signal(str)

    def __init__(self, session: Session, settings: Settings, banner: Banner, window: QWidget, saver: Saver) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._banner = banner
        self._window = window
        self.document = Document(session, saver, self)
        self._importing = Importing(session, banner, self)
        self._title = ""
        self.asked: Path | None = None
        """The experiment that was asked for and has not begun."""
        self._written = Path()
        self._show_in_folder = QAction(icon("folder"), f"{ICON_GAP}Show in folder", self)
        self._show_in_folder.setToolTip("Opens the folder that the file lies in.")
        self._show_in_folder.triggered.connect(self._open_folder)
        self.document.changed.connect(self._tell_title)
        self.document.saved.connect(self._saved)
        self.document.failed.connect(self.complain)

    # The file that is open

    def title(self) -> str:
        """The name of the open file, with "— edited" if it is older than what is on the screen; else empty."""
        path = self.document.path
        if path is None:
            return ""
        return f"{path.name} — edited" if self.document.unsaved else path.name

    def _tell_title(self) -> None:
        if self.title() != self._title:
            self._title = self.title()
            self.title_changed.emit(self._title)

    def leave(self, then: Callable[[], None]) -> None:
        """Do this; where something would be lost by it ask first, and do it when that is saved or given up."""
        if not self.document.unsaved:
            then()
            return
        path, button = self.document.path, QMessageBox.StandardButton
        name = "What the network has learned was never saved" if path is None else f"{path.name} is not up to date"
        answer = QMessageBox.question(
            self._window,
            "Save first?",
            f"{name}. Save it first?",
            button.Save | button.Discard | button.Cancel,
            button.Save,
        )
        if answer == button.Save:
            self.save(then)
        elif answer == button.Discard:
            then()

    # Experiments

    def new(self) -> None:
        """The default experiment."""
        self.leave(self._begin_new)

    def _begin_new(self) -> None:
        self._banner.hide()
        self._session.begin(
            default_experiment(DatasetKind.SPIRALS), "New", then=self._begun_new, shelve=replaced(Shelf())
        )

    def _begun_new(self, answer: Answer) -> None:
        if answer.done:
            self.document.mark(0)

    def open(self) -> None:
        """Ask for an experiment and open it."""
        self.leave(self._open_another)

    def _open_another(self) -> None:
        if path := self._ask_open("Open experiment", PROJECTS):
            self.open_path(path)

    def open_path(self, path: Path) -> bool:
        """Open this experiment; what was there stays untouched if that fails. Returns whether it could be read."""
        self.asked = path
        try:
            self.document.open(path, partial(self.opened, path))
        except FileError as error:
            self.asked = None
            return self.complain(error)
        return True

    def opened(self, path: Path, project: Project) -> None:
        """A file has begun: say what is to be known of it."""
        self.asked = None
        self.document.mark(project.state.updates if project.state is not None else 0)
        self._banner.hide()
        gathers = any(layer.gathers for layer in project.experiment.layers)
        if gathers and project.weights is not None and project.weights.statistics is None:
            self._banner.announce(Tone.BAD, WITHOUT_STATISTICS.format(path.name))
        elif project.lost:
            self.complain(said_of(project.lost))

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save to the open file, or ask for one; `then` is called when it is written."""
        if self.document.path is not None:
            self.document.save(then=then)
        else:
            self.save_as(then)

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a name and save."""
        old = self.document.path
        if path := self.ask_save("Save experiment", old.name if old else f"experiment{SUFFIX}", PROJECTS):
            self.document.save(path, then)

    def _saved(self, path: Path) -> None:
        self.praise(path, "Saved")
        self._tell_title()

    # Weights

    def save_table(self, table: Table) -> None:
        """Ask for a name and write these numbers as CSV."""
        path = self.ask_save("Save as CSV", f"{table.title.split(',')[0]}.csv", "Comma separated (*.csv)")
        if path is not None:
            self._write(path, table.as_text(",").encode(), f"Saved {counted(len(table.rows), 'row')}")

    def save_picture(self, widget: QWidget, title: str) -> None:
        """Ask for a name and write what this widget shows now, as PNG or as SVG."""
        if path := self.ask_save("Save as picture", f"{title}.png", pictures.KINDS):
            self._write(path, pictures.picture_of(widget, title, path.suffix.lower()), "Saved the picture")

    def _write(self, path: Path, content: bytes, deed: str) -> None:
        try:
            write_atomically(path, content)
        except FileError as error:
            self.complain(error)
        else:
            self.praise(path, deed)

    def import_weights(self) -> None:
        """Ask for a file of weights and load them."""
        if path := self._ask_open("Import weights", ANY_WEIGHTS):
            self.import_path(path)

    def import_path(self, path: Path) -> bool:
        """Load the weights in this file; the network stays untouched if they do not fit. Returns whether they do, as
        far as that is known at once."""
        return self._importing.load(path)

    # Worksheets

    def worksheet(self) -> None:
        """Ask which worksheets are wanted, and where; what cannot be done by hand is said at once."""
        from nnstudio.core.trace.worksheet import NotByHand, check
        from nnstudio.ui.panels.worksheet_dialog import WorksheetDialog

        experiment, frame = self._session.experiment, self._session.frame
        if frame is None or self._session.loading or frame.dataset.spec != experiment.dataset:
            self._banner.announce(Tone.BAD, "There is no network yet. Wait a moment and try again.")
            return
        try:
            check(experiment, frame.dataset)
        except NotByHand as why:
            self._banner.announce(Tone.BAD, str(why))
            return
        dialog = WorksheetDialog(experiment, frame.dataset, self._window)
        dialog.accepted.connect(partial(self._write_worksheets, dialog))
        dialog.open()

    def _write_worksheets(self, dialog: "WorksheetDialog") -> None:
        from nnstudio.ui.panels.worksheet_dialog import WorksheetWriter

        if path := self.ask_save("Save worksheets", "worksheet.pdf", WORKSHEETS):
            writer = WorksheetWriter(path, dialog.sheets, self)
            writer.finished.connect(partial(self._worksheets_written, writer, dialog.count))
            self._banner.announce(Tone.GOOD, f"Writing {counted(dialog.count, 'worksheet')} to {path.name}…")
            writer.start()

    def _worksheets_written(self, writer: "WorksheetWriter", count: int) -> None:
        if writer.error is None:
            self.praise(writer.path, f"Saved {counted(count, 'worksheet')}, with the solutions behind them,")
        else:
            self.complain(writer.error)
        writer.deleteLater()

    # Dialogs and messages

    def _ask_open(self, title: str, kinds: str) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self._window, title, self._settings.folder, kinds)
        return self._remember(name)

    def ask_save(self, title: str, name: str, kinds: str) -> Path | None:
        """Where to save, under one of the endings that `kinds` name; None if nowhere."""
        start = str(Path(self._settings.folder) / name)
        name, kind = QFileDialog.getSaveFileName(self._window, title, start, kinds)
        path = self._remember(name)
        endings = re.findall(r"\*(\.\w+)", f"{kind} {kinds}")
        if path is None or path.suffix.lower() in endings:
            return path
        path = path.with_name(path.name + endings[0])
        return path if not path.exists() or self._may_replace(path) else None

    def _may_replace(self, path: Path) -> bool:
        """The dialog has asked about the name that was typed, and not about the one with an ending."""
        button = QMessageBox.StandardButton
        question = f"{path.name} is there already. Replace it?"
        answer = QMessageBox.question(self._window, "Replace it?", question, button.Yes | button.No, button.No)
        return answer == button.Yes

    def _remember(self, name: str) -> Path | None:
        if not name:
            return None
        self._settings.folder = str(Path(name).parent)
        return Path(name)

    def praise(self, path: Path, deed: str, more: str = "") -> None:
        """Say what was written, with a way to its folder."""
        self._written = path
        self._banner.announce(Tone.GOOD, f"{deed} to {path.name}.{more}", self._show_in_folder)

    def complain(self, error: FileError) -> bool:
        """Say what was not, with what can be copied of it; False, for whoever says whether it worked."""
        self._banner.announce(Tone.BAD, str(error), details=error.details or repr(error))
        return False

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written.resolve().parent)))
