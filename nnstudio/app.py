"""The composition root: the only place that wires the parts together.

Environment, application, session, window, in this order; and back again when the window closes. With `--screenshot` it
photographs the window after training and leaves.
"""

import argparse
import signal
import sys
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from nnstudio import __version__
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame
from nnstudio.files.errors import FileError
from nnstudio.files.library import library_of
from nnstudio.files.project import Project, load_project
from nnstudio.files.saving import Saver
from nnstudio.files.share_text import project_of
from nnstudio.files.tables.apart import reading_apart
from nnstudio.ui import fonts, qt_messages, theme
from nnstudio.ui.main_window import SAVING_SECONDS, MainWindow
from nnstudio.ui.mnist_folder import remembered_folder
from nnstudio.ui.recovery import Recovery
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme import ThemeChoice
from nnstudio.ui.unexpected import Unexpected

SETTLING_MILLISECONDS = 300
"""How long a paused window may take to show its last frame before it is photographed."""


def run(options: argparse.Namespace) -> int:
    """Open the window and stay until it closes; returns the exit code."""
    qt_messages.to_log()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("nnstudio")
    application.setApplicationDisplayName("NN Studio")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("nnstudio")
    fonts.load()
    visit = options.screenshot is not None
    # A picture shows the window as it comes, not as somebody has arranged it.
    settings = Settings(None if visit else QSettings("nnstudio", "nnstudio"))
    if options.theme is not None:
        settings.theme = ThemeChoice(options.theme)
    theme.choose(application, settings.theme, settings.larger_text)
    try:
        project = _first_project(options)
    except FileError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    start = project.state or project.weights
    library = library_of(project, options.file, folder=remembered_folder, reader=reading_apart)
    session = Session(project.experiment, library, start, options.file, project.shelf)
    saver = Saver()
    window = MainWindow(session, settings, saver)
    unexpected = Unexpected(window.banner)
    unexpected.install()
    if options.size is not None:
        window.resize(*options.size)
    application.aboutToQuit.connect(session.stop)
    application.aboutToQuit.connect(partial(saver.finish, SAVING_SECONDS))
    application.aboutToQuit.connect(unexpected.uninstall)
    signal.signal(signal.SIGINT, _quit)
    if options.file is not None:
        window.files.opened(options.file, project)
    session.start()
    window.show()
    if options.data is not None:
        window.own_data.show(options.data)
    if not visit:
        recovery = Recovery(session, saver, window.files, window.banner)
        window.closed.connect(recovery.end)
        application.aboutToQuit.connect(recovery.clear)
    if options.play is not None or visit:
        visitor = Visitor(session, window, options.play or 0.0, options.screenshot)
        visitor.begin()
        code = application.exec()
        return code or visitor.exit_code
    return application.exec()


def _quit(*_: object) -> None:
    """Ctrl+C in the terminal closes the window. Qt's timers give Python the chance to see it; that may be in the middle
    of painting, where closing would pull the window away from under the painter, so it closes a moment later."""
    QTimer.singleShot(0, partial(QApplication.exit, 0))


def _first_project(options: argparse.Namespace) -> Project:
    if options.text is not None:
        return project_of(options.text)
    if options.file is not None:
        return load_project(options.file)
    return Project(default_experiment(DatasetKind(options.dataset) if options.dataset else DatasetKind.SPIRALS))


class Visitor(QObject):
    """Plays for so many seconds once the first frame is there; then, if asked to, photographs the window and leaves."""

    def __init__(self, session: Session, window: MainWindow, seconds: float, picture: Path | None) -> None:
        super().__init__()
        self._session = session
        self._window = window
        self._seconds = seconds
        self._picture = picture
        self.exit_code = 0

    def begin(self) -> None:
        """Wait for the first frame of the experiment that was asked for."""
        self._session.failed.connect(self._give_up)
        self._session.frame_shown.connect(self._start)

    def _start(self, frame: Frame) -> None:
        self._session.frame_shown.disconnect(self._start)
        if self._seconds:
            self._session.play()
        QTimer.singleShot(round(self._seconds * 1000) if self._seconds else SETTLING_MILLISECONDS, self._finish)

    def _finish(self) -> None:
        if self._picture is None:
            return
        self._save()
        QApplication.exit(0)  # and not `quit`, which asks every window first

    def _save(self) -> None:
        assert self._picture is not None
        if not self._window.grab().save(str(self._picture)):
            print(f"{self._picture} could not be written: is the folder there, and writable?", file=sys.stderr)  # noqa: T201
            self.exit_code = 2

    def _give_up(self, message: str) -> None:
        if self._picture is not None:
            print(message, file=sys.stderr)  # noqa: T201
            self.exit_code = 2
            QApplication.exit(0)  # and not `quit`, which asks every window first
