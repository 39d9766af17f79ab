"""What the File menu does: new, open, save, export and import weights.

Every way in or out of the program passes here: a dialog asks where, the files layer reads or writes, the session gets
the result, and the banner says in one sentence how it went. Nothing here knows a file's format.
"""

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from nnstudio.core.counting import counted
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, Status
from nnstudio.files.errors import FileError
from nnstudio.files.project import SUFFIX, Project, load_project, save_project
from nnstudio.files.weights import export_weights, import_weights
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.banner import Banner, Tone

PROJECTS = f"Experiments (*{SUFFIX})"
WEIGHTS = "NumPy arrays (*.npz);;safetensors (*.safetensors)"
ANY_WEIGHTS = "Weights (*.npz *.safetensors)"
WITHOUT_STATISTICS = (
    "{} was saved without the running means and variances of its batch normalisation, so its predictions are off. The "
    "weights are safe; train on for a moment and the statistics come back."
)


class FilesMenu(QObject):
    """`title()` names the open file; `title_changed` tells when it or its state has changed."""

    title_changed = Signal(str)

    def __init__(self, session: Session, settings: Settings, banner: Banner, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._banner = banner
        self._window = window
        self._path: Path | None = None
        self._saved: Experiment | None = None
        self._trained = False
        self._written = Path()
        self._show_in_folder = QAction(icon("folder"), f"{ICON_GAP}Show in folder", self)
        self._show_in_folder.setToolTip("Opens the folder that the file lies in.")
        self._show_in_folder.triggered.connect(self._open_folder)
        session.experiment_changed.connect(self._experiment_changed)
        session.frame_shown.connect(self._frame_shown)

    # The file that is open

    def title(self) -> str:
        """The name of the open file, with "— edited" if it is older than what is on the screen; else empty."""
        if self._path is None:
            return ""
        return f"{self._path.name} — edited" if self._edited() else self._path.name

    def may_leave(self) -> bool:
        """Whether the open file may be left: asks to save first if something would be lost."""
        if self._path is None or not self._edited():
            return True
        button = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            "Save changes?",
            f"{self._path.name} has changes that are not saved. Save them first?",
            button.Save | button.Discard | button.Cancel,
            button.Save,
        )
        return self.save() if answer == button.Save else answer == button.Discard

    def _edited(self) -> bool:
        return self._trained or self._session.experiment != self._saved

    def _mark_saved(self, path: Path | None) -> None:
        self._path = path
        self._saved = self._session.experiment
        self._trained = False
        self.title_changed.emit(self.title())

    def _experiment_changed(self, experiment: Experiment, change: object) -> None:
        self.title_changed.emit(self.title())

    def _frame_shown(self, frame: Frame) -> None:
        if self._path is not None and not self._trained and frame.status is Status.LEARNING and self._session.playing:
            self._trained = True
            self.title_changed.emit(self.title())

    # Experiments

    def new(self) -> None:
        """The default experiment."""
        if self.may_leave():
            self._session.begin(default_experiment(DatasetKind.SPIRALS), "New")
            self._mark_saved(None)
            self._banner.hide()

    def open(self) -> None:
        """Ask for an experiment and open it."""
        if self.may_leave() and (path := self._ask_open("Open experiment", PROJECTS)):
            self.open_path(path)

    def open_path(self, path: Path) -> bool:
        """Open this experiment; what was there stays untouched if that fails. Returns whether it worked."""
        try:
            project = load_project(path)
        except FileError as error:
            return self._complain(error)
        experiment, weights = project.experiment, project.weights
        self._session.begin(experiment, f"Open {path.name}", weights, path)
        self._mark_saved(path)
        self._banner.hide()
        gathers = any(layer.gathers for layer in experiment.layers)
        if gathers and weights is not None and weights.statistics is None:
            self._banner.announce(Tone.BAD, WITHOUT_STATISTICS.format(path.name))
        return True

    def save(self) -> bool:
        """Save to the open file, or ask for one. Returns whether it is saved now."""
        return self.save_path(self._path) if self._path is not None else self.save_as()

    def save_as(self) -> bool:
        """Ask for a name and save. Returns whether it is saved now."""
        path = self._ask_save("Save experiment", self._path.name if self._path else f"experiment{SUFFIX}", PROJECTS)
        return path is not None and self.save_path(path)

    def save_path(self, path: Path) -> bool:
        """Save the experiment with the weights of the newest frame. Returns whether that worked."""
        frame = self._session.frame
        experiment = self._session.experiment
        # A frame lags behind an edit for a moment; weights of another network would not fit.
        weights = frame.weights if frame is not None and frame.experiment == experiment else None
        try:
            save_project(path, Project(experiment, weights=weights))
        except FileError as error:
            return self._complain(error)
        self._mark_saved(path)
        self._praise(path, "Saved")
        return True

    # Weights

    def export_weights(self) -> None:
        """Ask for a name and write the weights that are on the screen."""
        if path := self._ask_save("Export weights", "weights.npz", WEIGHTS):
            self.export_path(path)

    def export_path(self, path: Path) -> bool:
        """Write the weights of the newest frame. Returns whether that worked."""
        frame = self._session.frame
        if frame is None:
            self._banner.announce(Tone.BAD, "There is no network yet. Wait a moment and export again.")
            return False
        try:
            count = export_weights(path, frame)
        except FileError as error:
            return self._complain(error)
        self._praise(path, f"Exported the weights of {counted(count, 'layer')}")
        return True

    def import_weights(self) -> None:
        """Ask for a file of weights and load them."""
        if path := self._ask_open("Import weights", ANY_WEIGHTS):
            self.import_path(path)

    def import_path(self, path: Path) -> bool:
        """Load weights that fit the network; it stays untouched if they do not. Returns whether that worked."""
        frame = self._session.frame
        if frame is None:
            self._banner.announce(Tone.BAD, "There is no network yet. Wait a moment and import again.")
            return False
        try:
            weights = import_weights(path, frame)
        except FileError as error:
            return self._complain(error)
        self._session.set_weights(weights)
        self._banner.announce(Tone.GOOD, f"Imported the weights in {path.name}.")
        return True

    # Dialogs and messages

    def _ask_open(self, title: str, kinds: str) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self._window, title, self._settings.folder, kinds)
        return self._remember(name)

    def _ask_save(self, title: str, name: str, kinds: str) -> Path | None:
        start = str(Path(self._settings.folder) / name)
        name, kind = QFileDialog.getSaveFileName(self._window, title, start, kinds)
        path = self._remember(name)
        if path is not None and not path.suffix:
            path = path.with_suffix("." + kind.rpartition("*.")[2].rstrip(")"))
        return path

    def _remember(self, name: str) -> Path | None:
        if not name:
            return None
        self._settings.folder = str(Path(name).parent)
        return Path(name)

    def _praise(self, path: Path, deed: str) -> None:
        self._written = path
        self._banner.announce(Tone.GOOD, f"{deed} to {path.name}.", self._show_in_folder)

    def _complain(self, error: FileError) -> bool:
        self._banner.announce(Tone.BAD, str(error), details=error.details or repr(error))
        return False

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written.resolve().parent)))
