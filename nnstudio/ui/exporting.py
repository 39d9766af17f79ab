"""What leaves the program but for projects, and comes in from a chat: exports, share texts."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from nnstudio.core.counting import grouped
from nnstudio.core.run.frame import Frame
from nnstudio.files.errors import FileError
from nnstudio.files.project import Project
from nnstudio.files.share_text import carries_weights, project_of, share_text
from nnstudio.ui.files_menu import FilesMenu
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.banner import Banner, Tone

if TYPE_CHECKING:
    from nnstudio.ui.panels.export.dialog import ExportDialog

_NOTHING_YET = "There is no network yet. Wait a moment and try again."
_EMPTY = "There is no text on the clipboard. Copy a line that begins with nnstudio1: and paste it again."


class Exporting(QObject):
    """Rows of the File menu; `files` asks whether to save before something else is opened."""

    _ended = Signal()

    def __init__(self, session: Session, settings: Settings, files: FilesMenu, banner: Banner, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._settings, self._files = session, settings, files
        self._banner, self._window = banner, window
        self._chosen = "npz"

    def export(self) -> None:
        """Ask in whose words the network that is on the screen is wanted, and where."""
        # What writes and proves all formats is loaded when the first is asked for: at the start nobody waits for it.
        from nnstudio.files.exports.literals import identifier
        from nnstudio.files.exports.subject import title_of
        from nnstudio.ui.panels.export.dialog import ExportDialog

        if (frame := self._frame()) is None:
            return
        document = self._files.document.path
        stem = document.stem if document is not None else identifier(title_of(frame.experiment.dataset))
        folder = Path(self._settings.folder) if self._settings.folder else Path.home()
        dialog = ExportDialog(frame, stem, folder, self._chosen, self._window)
        dialog.saved.connect(partial(self._saved, dialog))
        self._ended.connect(dialog.reject)
        dialog.open()

    def end(self) -> None:
        """The window closes."""
        self._ended.emit()

    def _saved(self, dialog: "ExportDialog", path: Path, proof: str) -> None:
        self._chosen = dialog.formats.current().key
        self._settings.folder = str(path.parent)
        self._files.praise(path, "Saved", f" {proof}")

    # Share texts.

    def copy_share_text(self) -> None:
        """The experiment that is on the screen, with the weights of a small network, as one line."""
        if (frame := self._frame()) is None:
            return
        project = Project(frame.experiment, weights=frame.weights)
        try:
            text = share_text(project)
        except FileError as error:
            self._files.complain(error)
            return
        QGuiApplication.clipboard().setText(text)
        held = "with its weights" if carries_weights(project) else "alone, as it has too many weights for a text"
        self._banner.announce(
            Tone.GOOD, f"Copied the experiment {held}: one line of {grouped(len(text))} letters, for a chat or a mail."
        )

    def paste_share_text(self) -> None:
        """Open what the line on the clipboard holds, as a file would be."""
        text = QGuiApplication.clipboard().text()
        try:
            project = project_of(text) if text.strip() else None
        except FileError as error:
            self._files.complain(error)
            return
        if project is None:
            self._banner.announce(Tone.BAD, _EMPTY)
        else:
            self._files.leave(partial(self._begin, project))

    def _begin(self, project: Project) -> None:
        self._banner.hide()
        self._files.document.begin(project, "Paste", None, partial(self._begun, project))

    def _begun(self, project: Project) -> None:
        self._files.document.mark(0)
        held = "with its weights" if project.weights is not None else "without weights"
        self._banner.announce(Tone.GOOD, f"Opened the experiment from the clipboard, {held}.")

    def _frame(self) -> Frame | None:
        """What is on the screen; None, which is said, while there is nothing yet."""
        if self._session.frame is None or self._session.loading:
            self._banner.announce(Tone.BAD, _NOTHING_YET)
            return None
        return self._session.frame
