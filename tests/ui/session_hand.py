"""What tests of dialogs, menus and windows have in common: a session with a window, and what somebody does there."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QMenu, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import DataError, ImageSource
from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment import DatasetSpec, Experiment
from nnstudio.core.run.frame import Frame
from nnstudio.files.saving import Saver
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings

AnyDialog = TypeVar("AnyDialog", bound=QDialog)


class SessionHand:
    """A session that has begun, with an empty window."""

    def __init__(self, qtbot: QtBot, experiment: Experiment) -> None:
        self.bot, self.session = qtbot, Session(experiment)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.session.start()
        self.until(lambda: self.session.frame is not None)

    @property
    def frame(self) -> Frame:
        assert self.session.frame is not None
        return self.session.frame

    def until(self, condition: Callable[[], object]) -> None:
        self.bot.waitUntil(lambda: bool(condition()), timeout=20_000)

    def train(self, updates: int) -> None:
        self.session.step(updates)
        self.until(lambda: self.frame.updates == updates)

    def shown(self, dialog: AnyDialog) -> AnyDialog:
        dialog.show()
        self.bot.waitExposed(dialog)
        return dialog


def no_images(_: DatasetSpec) -> ImageSet:
    raise DataError("There is no MNIST here.")


def answer(monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton) -> list[str]:
    """Whoever is asked presses this button; the list is what was asked."""
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "question", lambda *arguments: asked.append(arguments[2]) or button)
    return asked


class FilesHand:
    """Trains a session whose files a saver writes."""

    qtbot: QtBot
    session: Session
    saver: Saver

    def settle(self) -> Frame:
        """Everything is answered, and on the screen."""
        session = self.session
        self.qtbot.waitUntil(lambda: session.up_to_date and session._undo.settled and not session.loading)
        assert self.session.frame is not None
        return self.session.frame

    def train(self, until: int) -> Frame:
        """Train up to this update."""
        self.session.step(until - self.settle().updates)
        self.qtbot.waitUntil(lambda: self.settle().updates == until)
        return self.settle()

    def end(self) -> None:
        self.session.stop()
        self.saver.finish(5)


class WindowHand(FilesHand):
    """On a whole window, with a real session."""

    def __init__(
        self,
        qtbot: QtBot,
        experiment: Experiment,
        settings: Settings | None = None,
        images: ImageSource = no_images,
    ) -> None:
        self.qtbot, self.session, self.saver = qtbot, Session(experiment, images), Saver()
        self.window = MainWindow(self.session, settings or Settings(), self.saver)
        qtbot.addWidget(self.window)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.session.start()
        self.settle()

    def choose(self, text: str) -> None:
        """File, then this entry."""
        bar = self.window.menuBar()
        file = bar.actions()[0]
        self.qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(file).center())
        menu = file.menu()
        assert isinstance(menu, QMenu)
        self.qtbot.waitUntil(menu.isVisible)
        entry = next(action for action in menu.actions() if action.text() == text)
        self.qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(entry).center())
