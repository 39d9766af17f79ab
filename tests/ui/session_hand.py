"""What tests of dialogs have in common: a session with a window, and what somebody does there."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import Experiment
from nnstudio.core.run.frame import Frame
from nnstudio.ui.session import Session

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
