"""Asks where to get MNIST from when it is not on this computer.

Download it, or point to a folder that holds it. Either runs on a thread of its own and is checked by reading all of it;
only then is the folder given out, so the running experiment stays as it is until the data is really there.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QThread, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from nnstudio.files.downloads import MnistDownload
from nnstudio.files.errors import FileError
from nnstudio.files.mnist import read_mnist, user_mnist_folder
from nnstudio.ui.mnist_folder import remember_folder, remembered_folder

WIDTH = 430
INSIDE = ("mnist", "MNIST/raw")  # the second is what PyTorch's data sets make
MEGABYTE = 1_000_000

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]
Work = Callable[[Progress, Cancelled], None]


def _holder(folder: Path) -> Path:
    """The folder itself, or the one inside it that MNIST is usually kept in if somebody chose the folder above."""
    inside = next((folder / name for name in INSIDE if (folder / name).is_dir()), folder)
    return folder if any(folder.glob("*-ubyte*")) else inside


class _Task(QThread):
    """Does some work, then reads MNIST from the folder to see that it is whole."""

    progressed = Signal(int, int)

    def __init__(self, folder: Path, work: Work | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.folder = folder
        self.error: FileError | None = None
        self._work = work

    def run(self) -> None:
        try:
            if self._work is not None:
                self._work(self.progressed.emit, self.isInterruptionRequested)
            if not self.isInterruptionRequested():
                read_mnist(self.folder)
        except FileError as error:
            self.error = error


class MnistDialog(QDialog):
    """`found` gives the folder that holds MNIST. `work` fetches it into `target`, by default by downloading it."""

    found = Signal(object)

    def __init__(self, parent: QWidget | None, target: Path | None = None, work: Work | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "form")
        self._target = target or user_mnist_folder()
        self._work = work or MnistDownload(self._target).run
        self._task: _Task | None = None
        self._cancelled = False
        self.setWindowTitle("MNIST")
        self.setFixedWidth(WIDTH)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Download")
        self.bar.hide()
        self.download = QPushButton("&Download (11 MB)")
        self.download.setProperty("role", "primary")
        self.download.setDefault(True)
        self.choose = QPushButton("Choose a &folder…")
        self.cancel = QPushButton("Cancel")
        self.download.clicked.connect(self._download)
        self.choose.clicked.connect(self._choose)
        self.cancel.clicked.connect(self.reject)
        self._lay_out()
        QCoreApplication.instance().aboutToQuit.connect(self._join)  # pyright: ignore[reportOptionalMemberAccess]

    def _lay_out(self) -> None:
        title = QLabel("MNIST is not on this computer yet")
        title.setProperty("role", "strong")
        self.message.setText(
            "70 000 handwritten digits, 11 MB, from one of two public mirrors; or choose a folder that holds the four "
            "files. Your experiment goes on as it is until they are there."
        )
        self.download.setToolTip(f"Downloads the four files to {self._target} and checks them.")
        self.choose.setToolTip("Takes the files from a folder on this computer; they stay where they are.")
        buttons = QHBoxLayout()
        buttons.addWidget(self.choose)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.download)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        for widget in (title, self.message, self.bar):
            column.addWidget(widget)
        column.addSpacing(6)
        column.addLayout(buttons)

    @property
    def working(self) -> bool:
        """Whether something is being fetched or read."""
        return self._task is not None

    @Slot()
    def _download(self) -> None:
        self.message.setText("Downloading…")
        self._begin(self._target, self._work)

    @Slot()
    def _choose(self) -> None:
        start = remembered_folder() or Path.home()
        folder = QFileDialog.getExistingDirectory(self, "The folder that holds the four MNIST files", str(start))
        if folder:
            self.read_from(Path(folder))

    def read_from(self, folder: Path) -> None:
        """Take MNIST from this folder, if it is there and whole; or from `mnist` inside it, if the files are there."""
        folder = _holder(folder)
        self.message.setText(f"Reading {folder}…")
        self._begin(folder, None)

    def _begin(self, folder: Path, work: Work | None) -> None:
        self.download.setEnabled(False)
        self.choose.setEnabled(False)
        self.bar.setRange(0, 0)
        self.bar.show()
        self._task = _Task(folder, work, self)
        self._task.progressed.connect(self._show_progress)
        self._task.finished.connect(self._finish)
        self._task.start()

    @Slot(int, int)
    def _show_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.message.setText(f"Downloading: {done / MEGABYTE:.1f} of {total / MEGABYTE:.1f} MB")

    @Slot()
    def _finish(self) -> None:
        task, self._task = self._task, None
        if task is None:
            return
        task.wait()
        if self._cancelled:
            super().reject()
        elif task.error is not None:
            self._complain(task.error)
        else:
            if task.folder != self._target:
                remember_folder(task.folder)
            self.accept()
            self.found.emit(task.folder)

    def _complain(self, error: FileError) -> None:
        self.message.setText(str(error))
        # Qt measures a wrapped text at the width it would like to have, not at the one that is fixed here.
        self.message.setMinimumHeight(self.message.heightForWidth(self.message.width()))
        self.message.setToolTip(error.details)
        self.bar.hide()
        self.download.setEnabled(True)
        self.choose.setEnabled(True)
        self.cancel.setEnabled(True)
        self.adjustSize()

    def reject(self) -> None:
        """Close; while something is being fetched, stop that first."""
        if self._task is None:
            super().reject()
            return
        self._cancelled = True  # Qt forgets the request when the thread ends
        self._task.requestInterruption()
        self.cancel.setEnabled(False)
        self.message.setText("Cancelling…")

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._task is None:
            super().closeEvent(event)
        else:
            event.ignore()
            self.reject()

    @Slot()
    def _join(self) -> None:
        if self._task is not None:
            self._task.requestInterruption()
            self._task.wait()
